/* Thoughts that are cut out of an answer. */
#include "testing.h"

#include "coach/thought.h"

static const struct thought {
	const char *why, *text, *want;
} thoughts[] = {
	{ "none", "Так.", "Так." },
	{ "before", "<think>a\nb</think>Так.", "Так." },
	{ "in the middle", "Так, <think>a</think>так.", "Так, так." },
	{ "that does not end", "Так. <think>а може", "Так. " },
	{ "that did not begin", "гадаю, ні\n</think>\nТак.", "\nТак." },
	{ "several", "<think>a</think>Т<think>b</think>ак.", "Так." },
	{ "one in another", "<think>a<think>b</think>c</think>Так.", "Так." },
	{ "that speaks of its mark", "<think>no </think> yet</think>Так.",
	    "Так." },
	{ "in capitals, with blanks", "< THINK >a</ Think >Так.", "Так." },
	{ "with an attribute", "<think id=\"1\">a</think>Так.", "Так." },
	{ "an empty mark", "<think/>Так.", "Так." },
	{ "of other names",
	    "<thinking>a</thinking><reasoning>b</reasoning>"
	    "<reflection>c</reflection><scratchpad>d</scratchpad>Так.",
	    "Так." },
	{ "in square brackets", "[THINK]a[/THINK]Так.", "Так." },
	{ "in triangles", "◁think▷a◁/think▷Так.", "Так." },
	{ "of many words", "<|begin_of_thought|>a<|end_of_thought|>Так.",
	    "Так." },
	{ "a channel",
	    "<|channel|>analysis<|message|>a<|end|><|start|>assistant"
	    "<|channel|>final<|message|>Так.<|return|>",
	    "Так." },
	{ "a channel without an answer", "<|channel|>analysis<|message|>a, b",
	    "" },
	{ "a seed", "<seed:think>a</seed:think>Так.", "Так." },
	{ "a sign of less", "1 < 2, 3 > 2, [думка]", "1 < 2, 3 > 2, [думка]" },
	{ "a heading in brackets", "[Reflection] Так.", "[Reflection] Так." },
	{ "another mark", "<b>Так</b>", "<b>Так</b>" },
	{ "half a mark", "Так <thi", "Так <thi" },
	{ "the first byte of a bracket", "\xe2", "\xe2" },
	{ "nothing", "", "" },
};

static void
cut_thoughts(void **state)
{
	const struct thought *t = *state;

	check_str(thought_cut(&mem, str_from(t->text)), t->want);
}

int
main(void)
{
	ROWS("thoughts", cut_thoughts, thoughts);
	return testing_run("thought", NULL, NULL);
}
