/* What webhook.fcgi and tgupdate.fcgi have in common: they take the posts that
 * are waiting, judge each, record all that will do in one transaction, and only
 * then answer. A 200 means that it is on the disk, unless nobody counts on it,
 * so the sender need not repeat; a 503 asks it to. */
#ifndef FRONT_POSTS_H
#define FRONT_POSTS_H

#include "shop/app.h"
#include "web/gateway.h"

struct posts {
	unsigned program; /* enum program */
	const char *name; /* of the address /NAME, and in the log */
	/* Whether /NAME/PART is served as well; NULL: no part is. */
	bool (*has_part)(struct str part);

	/* Judges a post whose sender is not known yet: x->res becomes the
	 * answer, and what is to be recorded is returned; NULL: nothing. */
	void *(*judge)(struct app *app, struct exchange *x);

	/* Records it; may write another answer. What it promises wakes the
	 * worker, once it is committed. Any failure becomes a 503, so that the
	 * sender repeats. It is called a second time where what the first wrote
	 * was undone, since another post of the batch failed, since there was
	 * something in it to be kept, or since it was about more people than
	 * it said. */
	enum err (*record)(struct app *app, struct exchange *x, void *what);

	/* Whether nothing is lost with what it records, unless db_keep() says
	 * so meanwhile: then nobody waits for the disk. NULL: of none. */
	bool (*is_light)(const void *what);

	/* The one person that it is about, as far as it says so itself; 0: it
	 * does not. Batches of which each does wait for those of other people
	 * no more than the ledger asks for. NULL: none does. */
	int64_t (*about)(const void *what);

	/* Before the first of several is recorded: db_foresee() what record()
	 * surely asks first. NULL: nothing. */
	void (*foresee)(struct app *app, const void *what);
};

/* main() of such a program. */
int posts_main(const struct posts *in);

/* PART of /NAME/PART, "" where there is none. */
struct str posts_part(const struct request *req, const char *name);

/* Answers who took the post: as which account, for which ledger. Only to who
 * has proved to be the shop. */
void posts_tell_who(struct app *app, struct exchange *x);

/* Makes the answer a refusal, and logs it. */
void posts_refuse(struct exchange *x, enum err e, const char *message);

#endif
