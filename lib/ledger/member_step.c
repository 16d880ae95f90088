/* From what is known of somebody and a channel to the next call. */
#include "ledger/member_step.h"

/* An old link is revoked before another is made, so that nobody holds two. */
static enum member_step
next_of_invited(const struct member_facts *f)
{
	if (!f->has_link)
		return STEP_LINK;
	return f->old_link ? STEP_REVOKE : STEP_NONE;
}

static enum member_step
next_of_wanted(const struct member_facts *f)
{
	/* Who is wanted again must not be given a link that may be dead. */
	if (f->has_link && f->revoking)
		return STEP_REVOKE;
	/* A first-time buyer needs no look: at a rush each would cost one. */
	if (f->state == MEMBER_UNKNOWN)
		return f->inviting && f->is_new ? next_of_invited(f) :
						  STEP_LOOK;
	/* No link lets a banned person in, not even their own. */
	if (f->state == MEMBER_BANNED || f->state == MEMBER_SENT_OFF)
		return STEP_UNBAN;
	/* A link that has served must not be left for others to find. */
	if (f->state == MEMBER_IN || f->state == MEMBER_ADMIN)
		return f->has_link ? STEP_REVOKE : STEP_NONE;
	return f->inviting ? next_of_invited(f) : STEP_NONE;
}

static enum member_step
next_of_unwanted(const struct member_facts *f)
{
	/* The link is revoked first: it would let in again whom the next call
	 * removes. */
	if (f->has_link)
		return STEP_REVOKE;
	if (!f->ours)
		return STEP_NONE;
	switch (f->state) {
	case MEMBER_UNKNOWN:
	case MEMBER_SENT_OFF:
	case MEMBER_UNMOVED:
		return STEP_LOOK;
	case MEMBER_IN:
	/* A look could not tell whether they are there; banning somebody who is
	 * not does no harm. */
	case MEMBER_UNSEEN:
		return STEP_BAN;
	default:
		return STEP_NONE;
	}
}

enum member_step
member_next(const struct member_facts *f)
{
	/* A request to join is answered before all else: somebody waits. */
	if (f->asked && f->wanted && !f->full)
		return STEP_APPROVE;
	if (f->asked && f->wanted && !f->inviting)
		return STEP_NONE; /* until they ask again */
	if (f->asked && !f->wanted)
		return f->hinted ? STEP_DECLINE : STEP_HINT;
	return f->wanted ? next_of_wanted(f) : next_of_unwanted(f);
}
