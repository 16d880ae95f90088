/* The next call about somebody and a channel: every state, one step each. */
#include "testing.h"

#include "shop/membership.h"

static const struct row_of {
	const char *name;
	struct member_facts facts;
	enum member_step step;
} rows[] = {
	{ "wanted, not known", { .wanted = true }, STEP_LOOK },
	{ "wanted and banned", { .wanted = true, .state = MEMBER_BANNED },
	    STEP_UNBAN },
	{ "to be invited",
	    { .wanted = true, .inviting = true, .state = MEMBER_OUT },
	    STEP_LINK },
	{ "has a link already",
	    { .wanted = true,
		.inviting = true,
		.has_link = true,
		.state = MEMBER_OUT },
	    STEP_NONE },
	{ "out, and nobody asks for a link",
	    { .wanted = true, .state = MEMBER_OUT }, STEP_NONE },
	{ "asked by right", { .wanted = true, .asked = true }, STEP_APPROVE },
	{ "in: the link has served",
	    { .wanted = true, .has_link = true, .state = MEMBER_IN },
	    STEP_REVOKE },
	{ "in for good", { .wanted = true, .state = MEMBER_IN }, STEP_NONE },
	{ "an administrator needs no link",
	    { .wanted = true, .inviting = true, .state = MEMBER_ADMIN },
	    STEP_NONE },
	{ "a stranger asks", { .asked = true }, STEP_HINT },
	{ "a stranger was told", { .asked = true, .hinted = true },
	    STEP_DECLINE },
	{ "not wanted any more: the link first",
	    { .ours = true, .has_link = true, .state = MEMBER_IN },
	    STEP_REVOKE },
	{ "then Telegram is asked", { .ours = true }, STEP_LOOK },
	{ "in: removed", { .ours = true, .state = MEMBER_IN }, STEP_BAN },
	{ "left", { .ours = true, .state = MEMBER_OUT }, STEP_NONE },
	{ "removed", { .ours = true, .state = MEMBER_BANNED }, STEP_NONE },
	{ "an administrator stays", { .ours = true, .state = MEMBER_ADMIN },
	    STEP_NONE },
	{ "let in by the operator", { .state = MEMBER_IN }, STEP_NONE },
	{ "nobody we know", { .ours = false }, STEP_NONE },
};

static void
row(void **state)
{
	const struct row_of *t = *state;

	check_int(member_next(&t->facts), t->step);
}

int
main(void)
{
	ROWS("next", row, rows);
	return testing_run("membership", NULL, NULL);
}
