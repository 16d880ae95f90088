/* A message of /admin while it is being written: lines, and buttons under them.
 * Which buttons there are depends on the role, but only so that nobody is shown
 * what they may not do: what a press may do is asked when it is made. */
#ifndef BOT_ADMIN_PAGE_H
#define BOT_ADMIN_PAGE_H

#include "base/buf.h"
#include "bot/reply.h"
#include "ledger/operators.h"

/* All data of these buttons is "op:WORD:..." and, in a job, the same with
 * slashes: 64 bytes hold a word, a person and a product. */
#define ADMIN_BUTTON "op"
#define ADMIN_NOTICE ADMIN_BUTTON "/"

#define ADMIN_PICTURE "picture"

struct admin_page {
	struct reply *r;
	enum role role;
	struct str picture; /* a PNG, under which the text stands; empty: none.
	                       Only of what the worker sends */
	int64_t *mentions;  /* people whose numbers are links to them */
	size_t n_mentions, max_mentions;
	struct buf text;
	struct tg_choice *choices;
	size_t n, max;
};

struct admin_page admin_page_new(struct reply *r, enum role role);

/* A line, plain; NULL adds none. */
void admin_line(struct admin_page *p, const char *line);

/* The same of a text of ours, in the reader's language. */
void admin_text(struct admin_page *p, enum text which, struct kvs values);

/* Wherever the number of this person stands it is a link, by which an operator
 * comes to their own chat. 0 and below is nobody. */
void admin_mention(struct admin_page *p, int64_t tg_id);

/* A button; data without "op:". */
void admin_button(struct admin_page *p, const char *label, const char *data);

/* Puts the message into the reply. */
enum err admin_page_send(struct admin_page *p) MUST_CHECK;

/* What a product is called there; of one that is in the catalog no more its
 * id. */
const char *admin_product(const struct admin_page *p, const char *id);

/* Money as its reader writes it; of no currency "". */
const char *admin_money(
    const struct admin_page *p, int64_t minor, const char *currency);

#endif
