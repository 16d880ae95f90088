/* Which call to Telegram is next about one person and one channel. It reads
 * nothing and writes nothing, so that every state can be tried in a table. */
#ifndef LEDGER_MEMBER_STEP_H
#define LEDGER_MEMBER_STEP_H

#include <stdbool.h>

/* Stored: append, never renumber. */
enum member_state {
	MEMBER_UNKNOWN, /* ask Telegram */
	MEMBER_OUT,
	MEMBER_IN,
	MEMBER_BANNED,
	MEMBER_ADMIN, /* whom no bot can remove */
	/* What Telegram does not say for sure. A call that fails proves
	 * nothing: each is a next step, and none of them is out. */
	MEMBER_SENT_OFF, /* a ban was taken, nobody has looked since */
	MEMBER_UNSEEN,   /* a look could not tell */
	MEMBER_UNMOVED,  /* a ban found nobody: look again later */
	MEMBER_STAYS     /* the same for a day: the operators were told */
};

/* What is known of one person and one channel. */
struct member_facts {
	bool wanted;   /* access, or whitelisted */
	bool ours;     /* sold to, or came by a link of ours: not somebody whom
	                  the operator let in by hand */
	bool inviting; /* to be invited just now */
	bool asked;    /* a request to join waits */
	bool hinted;   /* and its sender was told how to buy */
	bool full;     /* or they cannot be let in as they are */
	bool has_link; /* a link made for them and not revoked */
	bool old_link; /* but who asks for help may hold it in vain */
	bool revoking; /* Telegram was asked to revoke it, and may have */
	bool is_new;   /* Telegram never said a word of them, and no link was
	                  made for them before this job */
	enum member_state state;
};

enum member_step {
	STEP_NONE,
	STEP_LOOK, /* ask Telegram what they are */
	STEP_APPROVE,
	STEP_HINT, /* only before the request is answered may a stranger be
	              written to */
	STEP_DECLINE,
	STEP_REVOKE, /* the link */
	STEP_UNBAN,  /* or no link lets them in */
	STEP_LINK,   /* make one */
	STEP_BAN
};

/* The call that brings them closer to what they should be; after it, the one
 * that is next then. STEP_NONE: there is nothing to do for now. */
enum member_step member_next(const struct member_facts *f);

#endif
