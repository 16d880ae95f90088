/* Who should be in which channel, and who is as Telegram confirmed it. The
 * worker closes the difference with one call after another (channel.h), each
 * chosen anew from what is known by then, so that it may be killed between any
 * two. */
#ifndef LEDGER_MEMBERS_H
#define LEDGER_MEMBERS_H

#include "ledger/access.h"
#include "ledger/member_step.h"
#include "shop/app.h"

/* A buyer and a channel by the ledger; texts live in the arena. */
struct member {
	struct member_facts facts;
	const char *chat_id;  /* as the catalog has it */
	const char *chat_now; /* as Telegram does: a group may have moved */
	const char *link;     /* NULL: none */
	int64_t link_ms;      /* when it was made */
	int64_t asked_ms;
	const struct product *leads; /* to the chat, of those sold now, the one
	                                that lets them in if any does; as
	                                long as the catalog is the same */
	const char *leads_id; /* its id, whatever becomes of the catalog */
	bool was_banned;      /* the last word on it that was one */
	int64_t doubt_ms;     /* since when a removal fails; 0: it does not */
	int64_t out_ms; /* since when all looks say that they are out; 0 */
};

/* Reads what is known of a person and a channel. A word of Telegram's on the
 * state that is older than since_ms is not believed. Wanted is who is in by any
 * product that leads there or did once, whether or not it is sold still. */
enum err members_read(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, struct member *out) MUST_CHECK;

/* All that follows is called inside a transaction. */

/* Access to a product has changed: who is out now is owed their removal from
 * its channels, those that it led to once as well (an invite is the caller's to
 * promise). */
enum err members_promise(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, enum access access) MUST_CHECK;

/* Somebody who has access was let in before this ledger: Telegram is asked
 * whether they are in the product's channels. */
enum err members_look(struct app *app, struct arena *a, int64_t tg_id,
    const char *product) MUST_CHECK;

/* What updates say. members_chat() finds by Telegram's number the chat as
 * the catalog has it; *chat_id is NULL where it is none of ours. A change that
 * was told too late, when a later word is known, changes nothing; but of who
 * came in the job finds out. So it does where nobody can tell which word is the
 * later one. */
struct member_change {
	enum member_state state;
	int64_t at_s;     /* by Telegram's clock; 0: not said */
	const char *link; /* by which they came, or NULL */
};
enum err members_chat(struct app *app, struct arena *a, int64_t chat,
    const char **chat_id) MUST_CHECK;
enum err members_asked(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id) MUST_CHECK;
enum err members_changed(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, const struct member_change *change) MUST_CHECK;

/* The bot's rights in a chat have changed. That they are lost is told to the
 * operators; that they are back makes due what waited for them. */
enum err members_rights(struct app *app, struct arena *a, const char *chat_id,
    bool has_them) MUST_CHECK;

/* Telegram refuses what is owed in a chat, in words that nobody knows: told to
 * the operators likewise. */
enum err members_refused(struct app *app, struct arena *a, const char *chat_id,
    const char *words) MUST_CHECK;

/* A buyer who cannot be let in as they are, in Telegram's words: they are told
 * what to do, and the request waits until they ask again. */
enum err members_full(struct app *app, struct arena *a, int64_t tg_id,
    const struct member *m, int64_t since_ms, const char *words) MUST_CHECK;

/* Somebody whom a day of tries has not removed, or whom nobody finds: told to
 * the operators, once for this removal. */
enum err members_stays(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms) MUST_CHECK;

/* There is no such chat for the bot: told to the operators likewise. */
enum err members_unknown(
    struct app *app, struct arena *a, const char *chat_id) MUST_CHECK;

/* A group became a supergroup: its links are dead, its number is another.
 * Telegram says so twice, once in each chat; the second word changes
 * nothing. */
enum err members_moved(struct app *app, struct arena *a, const char *chat_id,
    int64_t moved_to) MUST_CHECK;

#endif
