/* Lines for people. */
#include "lines.h"

#include "base/str.h"
#include "screen.h"

#include <stdio.h>

#define WIDTH 80  /* at most */
#define INDENT 17 /* where the text begins */

/* Of one command, for as long as it runs. */
static struct json *for_a_program;

void
lines_into(struct json *list)
{
	for_a_program = list;
}

bool
lines_are_printed(void)
{
	return for_a_program == NULL;
}

/* The text from there on, broken between words where the width is not 0. A word
 * that is too long for any line, such as an address, stays whole: it is to be
 * copied. */
static void
put(const char *text, size_t width)
{
	struct str rest = str_from(text);
	size_t at = INDENT;

	while (rest.len > 0) {
		struct str word = str_cut(&rest, ' ');
		size_t n = screen_width_of(word);

		if (width > 0 && at > INDENT && at + 1 + n > width) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		} else if (at > INDENT) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)word.len, word.p);
		at += n;
	}
	putchar('\n');
}

static void
put_object(
    const char *result, const char *what, const char *detail, const char *mend)
{
	struct json *one = json_push_object(for_a_program);

	json_put_text(one, "result", result);
	json_put_text(one, "what", what);
	json_put_text(one, "detail", detail);
	if (mend != NULL)
		json_put_text(one, "mend", mend);
}

void
lines_say(
    const char *result, const char *what, const char *detail, const char *mend)
{
	size_t width = screen_width();

	if (for_a_program != NULL) {
		put_object(result, what, detail, mend);
		return;
	}
	if (width > WIDTH)
		width = WIDTH;
	printf("%-5s %-10s ", result, what);
	put(detail, width);
	if (mend != NULL) {
		printf("%*s", INDENT, "");
		put(mend, width);
	}
	/* Whoever waits sees it before the next step begins. */
	(void)fflush(stdout);
}
