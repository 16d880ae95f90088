/* The next call about somebody and a channel: every state, one step each. */
#include "testing.h"

#include "shop/membership.h"

static const struct row_of {
	const char *name;
	struct member_facts facts;
	enum member_step step;
} rows[] = {
	{ "wanted, not known", { .wanted = true }, STEP_LOOK },
	{ "a first-time buyer needs no look",
	    { .wanted = true, .inviting = true, .is_new = true }, STEP_LINK },
	{ "and has a link then",
	    { .wanted = true,
		.inviting = true,
		.is_new = true,
		.has_link = true },
	    STEP_NONE },
	{ "who had one before may be in",
	    { .wanted = true, .inviting = true, .has_link = true }, STEP_LOOK },
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
	{ "help: an old link may be dead",
	    { .wanted = true,
		.inviting = true,
		.has_link = true,
		.old_link = true,
		.state = MEMBER_OUT },
	    STEP_REVOKE },
	{ "an old link that nobody asks about",
	    { .wanted = true,
		.has_link = true,
		.old_link = true,
		.state = MEMBER_OUT },
	    STEP_NONE },
	{ "a look could not tell: a link all the same",
	    { .wanted = true, .inviting = true, .state = MEMBER_UNSEEN },
	    STEP_LINK },
	{ "wanted again after a ban that nobody looked at",
	    { .wanted = true, .inviting = true, .state = MEMBER_SENT_OFF },
	    STEP_UNBAN },
	{ "wanted again while a removal failed",
	    { .wanted = true, .inviting = true, .state = MEMBER_UNMOVED },
	    STEP_LINK },
	{ "wanted again after the operators were told",
	    { .wanted = true, .inviting = true, .state = MEMBER_STAYS },
	    STEP_LINK },
	{ "cannot be let in as they are",
	    { .wanted = true, .asked = true, .full = true }, STEP_NONE },
	{ "the same, asks for help: tried again by that job",
	    { .wanted = true, .asked = true, .inviting = true }, STEP_APPROVE },
	{ "the same, and refused to that job: invited",
	    { .wanted = true,
		.asked = true,
		.full = true,
		.inviting = true,
		.state = MEMBER_OUT },
	    STEP_LINK },
	{ "was full, is wanted no more", { .asked = true, .full = true },
	    STEP_HINT },
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
	{ "a ban was taken: Telegram is asked",
	    { .ours = true, .state = MEMBER_SENT_OFF }, STEP_LOOK },
	{ "a look could not tell: a ban is tried",
	    { .ours = true, .state = MEMBER_UNSEEN }, STEP_BAN },
	{ "a ban found nobody: Telegram is asked again",
	    { .ours = true, .state = MEMBER_UNMOVED }, STEP_LOOK },
	{ "the operators were told", { .ours = true, .state = MEMBER_STAYS },
	    STEP_NONE },
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
