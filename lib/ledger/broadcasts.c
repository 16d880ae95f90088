/* Broadcasts' rows, and promising them a few at a time. */
#include "ledger/broadcasts.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "ledger/audit.h"
#include "outbox/jobs.h"
#include "shop/language.h"
#include "shop/text.h"

/* A second or two of what Telegram takes: what is promised cannot be held any
 * more by a pause once a worker is at it, and a stopped worker leaves no more
 * than that behind. */
#define AT_ONCE 50
#define FEW 25     /* left: the next ones are promised */
#define LOOKED 500 /* people in one go, of whom a language may fit few */
#define AGAIN_MS 1000

static const char *
detail_of(struct arena *a, int64_t id)
{
	return arena_printf(a, "%lld", (long long)id);
}

/* Words that scripts compare with. */
const char *
broadcast_state_name(enum broadcast_state state)
{
	static const char *const names[] = { [BROADCAST_ASKED] = "begun",
		[BROADCAST_SHOWN] = "not confirmed",
		[BROADCAST_RUNNING] = "running",
		[BROADCAST_PAUSED] = "paused",
		[BROADCAST_STOPPED] = "stopped",
		[BROADCAST_DONE] = "done",
		[BROADCAST_LOST] = "lost" };

	return state >= BROADCAST_ASKED && state < LENGTH(names) ?
	    names[state] :
	    "unknown";
}

/* In the order of BROADCAST_COLUMNS. */
void
broadcast_from_row(const struct row *row, void *ctx)
{
	*(struct broadcast *)ctx = (struct broadcast){ .id = row_int(row, 0),
		.actor = row_int(row, 1),
		.segment = row_text(row, 2),
		.product = row_text(row, 3),
		.language = row_text(row, 4),
		.state = (enum broadcast_state)row_int(row, 5),
		.chat_id = row_int(row, 6),
		.message_id = row_int(row, 7),
		.n_people = row_int(row, 8),
		.after_id = row_int(row, 9),
		.n_sent = row_int(row, 10),
		.n_gone = row_int(row, 11),
		.n_failed = row_int(row, 12),
		.asked_ms = row_int(row, 13),
		.words = row_text(row, 14) };
}

/* The statement knows these words and no others. */
bool
broadcast_is_segment(const struct broadcast *b)
{
	static const char *const all[] = { SEGMENT_ALL, SEGMENT_IN,
		SEGMENT_ENDED, SEGMENT_NEVER };

	for (size_t i = 0; i < LENGTH(all); i++)
		if (str_eq(str_from(b->segment), all[i]))
			return (b->product != NULL) ==
			    str_eq(str_from(b->segment), SEGMENT_IN);
	return false;
}

enum err
broadcast_add(
    struct db *db, struct arena *a, const struct broadcast *b, int64_t *id)
{
	if (!broadcast_is_segment(b))
		return ERR_INPUT;
	return db_one(db, a, SQL_BROADCAST_ADD,
	    KV(kv_int("actor", b->actor), kv_text("segment", b->segment),
		kv_text("product", b->product),
		kv_text("language", b->language),
		kv_int("state", BROADCAST_ASKED),
		kv_int("now_ms", clock_now_ms())),
	    row_to_int, id);
}

enum err
broadcast_get(struct db *db, struct arena *a, int64_t id, struct broadcast *out)
{
	return db_one(db, a, SQL_BROADCAST_GET, KV(kv_int("id", id)),
	    broadcast_from_row, out);
}

static enum err
or_none(enum err e, struct broadcast *out)
{
	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct broadcast){ 0 };
	return ERR_OK;
}

enum err
broadcast_waiting(
    struct db *db, struct arena *a, int64_t actor, struct broadcast *out)
{
	return or_none(
	    db_one(db, a, SQL_BROADCAST_WAITING,
		KV(kv_int("actor", actor), kv_int("state", BROADCAST_ASKED),
		    kv_int("since_ms", clock_now_ms() - BROADCAST_WAITS_MS)),
		broadcast_from_row, out),
	    out);
}

enum err
broadcast_show(struct db *db, int64_t id, int64_t chat_id, int64_t message_id)
{
	return db_exec(db, SQL_BROADCAST_MESSAGE,
	    KV(kv_int("id", id), kv_int("chat_id", chat_id),
		kv_int("message_id", message_id),
		kv_int("state", BROADCAST_SHOWN)),
	    NULL);
}

enum err
broadcast_write(struct db *db, int64_t id, const char *words)
{
	return db_exec(db, SQL_BROADCAST_WORDS,
	    KV(kv_int("id", id), kv_text("words", words),
		kv_int("state", BROADCAST_SHOWN)),
	    NULL);
}

/* ---- whom it is for ---- */

/* By what they read: of a language that we do not speak that is the shop's. */
static bool
reads(const struct broadcast *b, const char *language)
{
	enum language theirs = language_find(language, text_language());

	return b->language == NULL ||
	    str_eq(str_from(b->language), language_code(theirs));
}

struct counting {
	const struct broadcast *b;
	int64_t n;
};

static void
count_language(const struct row *row, void *ctx)
{
	struct counting *c = ctx;

	if (reads(c->b, row_text(row, 0)))
		c->n += row_int(row, 1);
}

enum err
broadcast_count(
    struct db *db, struct arena *a, const struct broadcast *b, int64_t *n)
{
	struct counting c = { b, 0 };
	enum err e = db_each(db, a, SQL_BROADCAST_LANGUAGES,
	    KV(kv_text("segment", b->segment), kv_text("product", b->product)),
	    count_language, &c);

	*n = c.n;
	return e != ERR_OK ?
	    e :
	    db_exec(db, SQL_BROADCAST_COUNTED,
		KV(kv_int("id", b->id), kv_int("n", c.n)), NULL);
}

enum err
broadcast_is_wanted(struct db *db, struct arena *a, int64_t tg_id, bool *is)
{
	int64_t n = 0;
	enum err e = db_one(db, a, SQL_BROADCAST_IS_WANTED,
	    KV(kv_int("tg_id", tg_id)), row_to_int, &n);

	*is = n > 0;
	return e;
}

/* ---- from state to state ---- */

/* It then goes on with the first of those that were taken back. Whoever behind
 * them had it already is known by the promise, which is kept until nobody
 * before them is left (BROADCAST_TIDY). */
static enum err
take_back(struct db *db, struct arena *a, int64_t id)
{
	const struct kvs of = KV(kv_text("detail", detail_of(a, id)),
	    kv_int("now_ms", clock_now_ms()));
	int64_t first_id = 0;
	enum err e =
	    db_one(db, a, SQL_BROADCAST_FIRST_LEFT, of, row_to_int, &first_id);

	if (e != ERR_OK || first_id == 0)
		return e;
	e = db_exec(db, SQL_BROADCAST_GO_BACK,
	    KV(kv_int("id", id), kv_int("after_id", first_id - 1)), NULL);
	return e == ERR_OK ? db_exec(db, SQL_BROADCAST_TAKE_BACK, of, NULL) : e;
}

enum err
broadcast_set(struct db *db, struct arena *a, int64_t id,
    enum broadcast_state from, enum broadcast_state to, bool *is)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_BROADCAST_STATE,
	    KV(kv_int("id", id), kv_int("from", from), kv_int("state", to)),
	    &n);

	*is = n > 0;
	if (e != ERR_OK || !*is || to == BROADCAST_RUNNING ||
	    to == BROADCAST_DONE)
		return e;
	return take_back(db, a, id);
}

enum err
broadcast_change(struct db *db, struct arena *a, int64_t actor, int64_t id,
    const char *word, bool *is)
{
	static const struct {
		const char *word;
		enum broadcast_state from, to;
	} all[] = { { BROADCAST_PAUSE, BROADCAST_RUNNING, BROADCAST_PAUSED },
		{ BROADCAST_GO, BROADCAST_PAUSED, BROADCAST_RUNNING },
		{ BROADCAST_STOP, BROADCAST_RUNNING, BROADCAST_STOPPED },
		{ BROADCAST_STOP, BROADCAST_PAUSED, BROADCAST_STOPPED } };
	const struct act act = { .actor = actor,
		.act = ACT_BROADCAST,
		.number = id,
		.words = word };
	enum err e = ERR_OK;

	*is = false;
	for (size_t i = 0; e == ERR_OK && !*is && i < LENGTH(all); i++)
		if (str_eq(str_from(word), all[i].word))
			e = broadcast_set(
			    db, a, id, all[i].from, all[i].to, is);
	return e == ERR_OK && *is ? audit_note(db, a, &act, RESULT_DONE) : e;
}

enum err
broadcast_note(struct db *db, int64_t id, struct broadcast_outcome what)
{
	return db_exec(db, SQL_BROADCAST_COUNT,
	    KV(kv_int("id", id), kv_int("sent", what.sent),
		kv_int("gone", what.gone), kv_int("failed", what.failed)),
	    NULL);
}

/* ---- the chore ---- */

/* The people that were read, up to the last one whose turn it is. */
struct batch {
	const struct broadcast *b;
	int64_t people[AT_ONCE];
	size_t n;
	int64_t after_id;
	size_t n_read;
};

static void
person_from_row(const struct row *row, void *ctx)
{
	struct batch *t = ctx;

	t->n_read++;
	if (t->n == AT_ONCE)
		return;
	t->after_id = row_int(row, 0);
	if (reads(t->b, row_text(row, 1)))
		t->people[t->n++] = t->after_id;
}

struct settling {
	struct app *app;
	struct arena *arena;
	struct broadcast b;
	int64_t n_owed;
	bool promised;
};

static enum err
promise_one(struct settling *s, int64_t tg_id)
{
	return jobs_promise(s->app->db, JOB_BROADCAST,
	    arena_printf(s->arena, "many/%lld/%lld", (long long)s->b.id,
		(long long)tg_id),
	    tg_id, 0, detail_of(s->arena, s->b.id));
}

/* Its end is told to who sent it. */
static enum err
end(struct settling *s)
{
	bool is = false;
	enum err e = broadcast_set(s->app->db, s->arena, s->b.id,
	    BROADCAST_RUNNING, BROADCAST_DONE, &is);

	if (e != ERR_OK || !is || s->b.actor <= 0)
		return e;
	return jobs_promise(s->app->db, JOB_NOTICE,
	    arena_printf(s->arena, "many/%lld/ended", (long long)s->b.id),
	    s->b.actor, 0,
	    arena_printf(s->arena, "op/many/how/%lld", (long long)s->b.id));
}

/* ERR_CONFLICT: another worker was quicker, or it was paused meanwhile. */
static enum err
advance(struct db *db, const struct broadcast *b, int64_t after_id)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_BROADCAST_ADVANCE,
	    KV(kv_int("id", b->id), kv_int("after_id", after_id),
		kv_int("from_id", b->after_id),
		kv_int("state", BROADCAST_RUNNING)),
	    &n);

	return e == ERR_OK && n == 0 ? ERR_CONFLICT : e;
}

/* The promises and how far they go are written in one transaction: whoever is
 * killed after it goes on behind them, and before it has promised nothing. */
static enum err
promise_next(struct db *db, void *ctx)
{
	struct settling *s = ctx;
	struct batch t = { .b = &s->b, .after_id = s->b.after_id };
	enum err e = db_each(db, s->arena, SQL_BROADCAST_PEOPLE,
	    KV(kv_int("after_id", s->b.after_id),
		kv_text("segment", s->b.segment),
		kv_text("product", s->b.product), kv_int("n", LOOKED)),
	    person_from_row, &t);

	if (e == ERR_OK && t.n_read > 0)
		e = advance(db, &s->b, t.after_id);
	for (size_t i = 0; e == ERR_OK && i < t.n; i++)
		e = promise_one(s, t.people[i]);
	s->promised = t.n_read > 0;
	if (e == ERR_OK)
		e = db_exec(db, SQL_BROADCAST_TIDY,
		    KV(kv_text("detail", detail_of(s->arena, s->b.id)),
			kv_int("after_id", t.after_id)),
		    NULL);
	return e == ERR_OK && t.n_read == 0 && s->n_owed == 0 ? end(s) : e;
}

/* Read anew in the transaction: an operator may have paused it meanwhile, and
 * another machine's worker may be at it. */
static enum err
look_and_promise(struct db *db, void *ctx)
{
	struct settling *s = ctx;
	enum err e = broadcast_get(db, s->arena, s->b.id, &s->b);

	if (e == ERR_OK)
		e = db_one(db, s->arena, SQL_BROADCAST_OWED,
		    KV(kv_text("detail", detail_of(s->arena, s->b.id))),
		    row_to_int, &s->n_owed);
	if (e != ERR_OK || s->b.state != BROADCAST_RUNNING || s->n_owed >= FEW)
		return e;
	return promise_next(db, s);
}

static enum err
settle_next(struct settling *s, int64_t *next_ms)
{
	struct db *db = s->app->db;
	enum err e = or_none(db_one(db, s->arena, SQL_BROADCAST_NEXT,
				 KV(kv_int("state", BROADCAST_RUNNING)),
				 broadcast_from_row, &s->b),
	    &s->b);

	if (e != ERR_OK || s->b.id == 0)
		return e;
	*next_ms = clock_now_ms() + AGAIN_MS;
	e = db_one(db, s->arena, SQL_BROADCAST_OWED,
	    KV(kv_text("detail", detail_of(s->arena, s->b.id))), row_to_int,
	    &s->n_owed);
	return e == ERR_OK && s->n_owed < FEW ?
	    db_transaction(db, look_and_promise, s) :
	    e;
}

enum err
broadcast_settle(struct app *app, int64_t *next_ms, bool *promised)
{
	struct arena a = { 0 };
	struct settling s = { .app = app, .arena = &a };
	enum err e = settle_next(&s, next_ms);

	*promised = e == ERR_OK && s.promised;
	arena_free(&a);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

/* ---- no more of these ---- */

enum err
letters_set(struct db *db, int64_t tg_id, bool wanted)
{
	return db_exec(db, SQL_LETTERS_SET,
	    KV(kv_int("tg_id", tg_id),
		kv_int_or_null("no_letters_ms", wanted ? 0 : clock_now_ms())),
	    NULL);
}

enum err
letters_wanted(struct db *db, struct arena *a, int64_t tg_id, bool *is)
{
	int64_t n = 0;
	enum err e = db_one(
	    db, a, SQL_LETTERS_GET, KV(kv_int("tg_id", tg_id)), row_to_int, &n);

	*is = n > 0;
	return e;
}
