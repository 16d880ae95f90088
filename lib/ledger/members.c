/* Desired against confirmed. */
#include "ledger/members.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/tg_id.h"
#include "ledger/ledger.h"
#include "outbox/alert.h"
#include "outbox/jobs.h"
#include "shop/text.h"

/* ---- what the ledger knows ---- */

static bool
has_channel(const struct product *p, const char *chat_id)
{
	for (size_t i = 0; i < p->n_channels; i++)
		if (p->channels[i].chat_id != NULL &&
		    str_eq(str_from(p->channels[i].chat_id), chat_id))
			return true;
	return false;
}

/* Those whom the settings name are wanted everywhere, without having paid. */
static bool
is_whitelisted(const struct app *app, int64_t tg_id)
{
	struct str rest = str_from(app->conf.whitelist_tg_ids);

	while (rest.len > 0) {
		int64_t id;

		if (tg_id_parse(str_trim(str_cut(&rest, ',')), &id) &&
		    id == tg_id)
			return true;
	}
	return false;
}

/* Any product that leads there will do, also one that did once. */
static enum err
read_wanted(struct app *app, struct arena *a, int64_t tg_id, struct member *m)
{
	const struct catalog *c = &app->catalog;
	int64_t n_paid = 0;
	bool wanted = false;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && !wanted && i < c->n; i++) {
		enum access access = ACCESS_OUT;

		if (!has_channel(&c->products[i], m->chat_id))
			continue;
		e = ledger_access(
		    app->db, a, tg_id, c->products[i].id, &access);
		wanted = access == ACCESS_IN;
		/* The product that lets them in, or else the first one that
		 * leads here, which a hint to a stranger can then name. */
		if (wanted || m->leads == NULL)
			m->leads = &c->products[i];
	}
	if (m->leads != NULL)
		m->leads_id = arena_dup_text(a, m->leads->id);
	wanted |= is_whitelisted(app, tg_id);
	if (e == ERR_OK && !wanted && m->leads != NULL)
		e = db_one(app->db, a, SQL_MEMBER_PAID,
		    KV(kv_int("tg_id", tg_id), kv_text("chat_id", m->chat_id)),
		    row_to_int, &n_paid);
	m->facts.wanted = wanted || n_paid > 0;
	return e;
}

struct reading {
	struct member *m;
	int64_t since_ms, now_ms;
};

/* What is older than the job is not known. What is of a time to come was noted
 * by a clock that has been put back since: it counts from now on. */
static int64_t
since(const struct reading *r, int64_t ms)
{
	if (ms < r->since_ms)
		return 0;
	return ms < r->now_ms ? ms : r->now_ms;
}

/* A job of a time to come is at its beginning. */
static int64_t
now_of(int64_t since_ms)
{
	int64_t now_ms = clock_now_ms();

	return now_ms > since_ms ? now_ms : since_ms;
}

static void
member_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;
	struct member *m = r->m;

	enum member_state state = (enum member_state)row_int(row, 1);

	m->facts.ours = row_int(row, 0) != 0;
	/* An older word of Telegram's is not believed, because people come and
	 * go without our hearing of it; the state then is unknown, and a look
	 * comes first. */
	if (row_int(row, 2) >= r->since_ms)
		m->facts.state = state;
	m->was_banned = state == MEMBER_BANNED || state == MEMBER_SENT_OFF;
	m->asked_ms = row_int(row, 3);
	m->facts.asked = m->asked_ms != 0;
	/* True where they were told how to buy since they last asked; a new
	 * request gets a new hint. */
	m->facts.hinted = row_int(row, 4) >= m->asked_ms;
	m->doubt_ms = since(r, row_int(row, 5));
	m->out_ms = since(r, row_int(row, 6));
	m->facts.full = since(r, row_int(row, 7)) != 0;
	m->facts.is_new = row_int(row, 2) == 0;
}

static void
link_from_row(const struct row *row, void *ctx)
{
	struct reading *r = ctx;

	r->m->link = row_text(row, 0);
	r->m->link_ms = row_int(row, 1);
	r->m->facts.has_link = true;
	r->m->facts.revoking = row_int(row, 2) != 0;
	/* A link of the job's own making does not make them known. */
	r->m->facts.is_new &= r->m->link_ms >= r->since_ms;
}

static void
text_from_row(const struct row *row, void *ctx)
{
	*(const char **)ctx = row_text(row, 0);
}

static enum err
read_text(struct app *app, struct arena *a, enum sql what, struct kvs args,
    const char **out)
{
	enum err e = db_one(app->db, a, what, args, text_from_row, out);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
members_read(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms, struct member *out)
{
	/* The catalog may be another by the time of the answer. */
	const char *own = arena_dup_text(a, chat_id);
	const struct kvs who =
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", own));
	struct reading r = { out, since_ms, now_of(since_ms) };
	enum err e;

	*out = (struct member){
		.chat_id = own, .chat_now = own, .facts.is_new = true
	};
	e = db_one(app->db, a, SQL_MEMBER_GET, who, member_from_row, &r);
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = read_wanted(app, a, tg_id, out);
	if (e != ERR_OK)
		return e;
	if (out->leads == NULL) { /* not ours any more: hands off */
		out->facts = (struct member_facts){ .wanted = true,
			.state = MEMBER_OUT };
		return ERR_OK;
	}
	e = db_one(app->db, a, SQL_MEMBER_LINK, who, link_from_row, &r);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return read_text(app, a, SQL_CHAT_MOVED_TO, KV(kv_text("chat_id", own)),
	    &out->chat_now);
}

/* ---- promises ---- */

/* The time makes each promise another one: what was done for the last change
 * must be done again for this one. */
static const char *
promise_name(struct arena *a, int64_t tg_id, const char *chat_id)
{
	return arena_printf(a, "member/%lld/%s/%lld", (long long)tg_id, chat_id,
	    (long long)clock_now_ms());
}

static enum err
promise(struct app *app, struct arena *a, int64_t tg_id, const char *chat_id)
{
	return jobs_promise(app->db, JOB_MEMBER,
	    promise_name(a, tg_id, chat_id), tg_id, 0, chat_id);
}

/* Marks somebody as a buyer: when access ends, this person is removed. Those
 * whom the operator let in by hand never are. */
static enum err
note_ours(struct app *app, int64_t tg_id, const char *chat_id)
{
	return db_exec(app->db, SQL_MEMBER_OURS,
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", chat_id)), NULL);
}

static enum err
changed_in(struct app *app, struct arena *a, int64_t tg_id, const char *chat_id,
    enum access access)
{
	enum err e = note_ours(app, tg_id, chat_id);

	return e == ERR_OK && access == ACCESS_OUT ?
	    promise(app, a, tg_id, chat_id) :
	    e;
}

/* That one product led to, over the years: as many as there are. */
struct chats {
	struct arena *arena;
	const char **ids;
	size_t n, max;
};

static void
chat_from_row(const struct row *row, void *ctx)
{
	struct chats *c = ctx;

	c->ids = arena_grow(c->arena, c->ids, c->n, &c->max, sizeof(*c->ids));
	c->ids[c->n++] = row_text(row, 0);
}

enum err
members_promise(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, enum access access)
{
	const struct product *p = catalog_find(&app->catalog, product);
	struct chats once = { .arena = a };
	enum err e = ERR_OK;

	for (size_t i = 0; p != NULL && e == ERR_OK && i < p->n_channels; i++)
		if (p->channels[i].chat_id != NULL)
			e = changed_in(
			    app, a, tg_id, p->channels[i].chat_id, access);
	if (e == ERR_OK && (p == NULL || access == ACCESS_OUT))
		e = db_each(app->db, a, SQL_LEADS_OF,
		    KV(kv_text("product", product)), chat_from_row, &once);
	/* Products change their channels. Who bought when it led elsewhere sits
	 * there still, and is let out of there as well. */
	for (size_t i = 0; e == ERR_OK && i < once.n; i++)
		if (p == NULL || !has_channel(p, once.ids[i]))
			e = changed_in(app, a, tg_id, once.ids[i], access);
	return e;
}

/* A shop that moves here brings all of its buyers at once, and today's buyers
 * must not wait until Telegram was asked about them. */
enum err
members_look(
    struct app *app, struct arena *a, int64_t tg_id, const char *product)
{
	const struct product *p = catalog_find(&app->catalog, product);
	enum err e = ERR_OK;

	for (size_t i = 0; p != NULL && e == ERR_OK && i < p->n_channels; i++)
		if (p->channels[i].chat_id != NULL)
			e = jobs_promise_behind(app->db, JOB_MEMBER,
			    promise_name(a, tg_id, p->channels[i].chat_id),
			    tg_id, 0, p->channels[i].chat_id);
	return e;
}

/* ---- what updates say ---- */

enum err
members_chat(
    struct app *app, struct arena *a, int64_t chat, const char **chat_id)
{
	const struct catalog *c = &app->catalog;
	const char *id = arena_printf(a, "%lld", (long long)chat);
	/* An update names the number of today; the catalog may hold the one
	 * from before the group became a supergroup. */
	enum err e = read_text(
	    app, a, SQL_CHAT_MOVED_FROM, KV(kv_text("moved_to", id)), &id);

	*chat_id = NULL;
	for (size_t i = 0; e == ERR_OK && i < c->n; i++)
		if (has_channel(&c->products[i], id))
			*chat_id = id;
	return e;
}

enum err
members_asked(
    struct app *app, struct arena *a, int64_t tg_id, const char *chat_id)
{
	enum err e = db_exec(app->db, SQL_MEMBER_ASKED,
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", chat_id),
		kv_int("now_ms", clock_now_ms())),
	    NULL);

	return e == ERR_OK ? promise(app, a, tg_id, chat_id) : e;
}

#define CLOCKS_APART_MS 2000 /* Telegram's and ours, at most */

/* Telegram tells the second, by a clock of its own: of two words that are this
 * near, the one that is told last may be the older one. Whoever came in, was
 * banned and bought again at once would be taken for a member. So Telegram is
 * asked how it is. */
static enum err
doubt(struct app *app, struct arena *a, int64_t tg_id, const char *chat_id,
    const struct member_change *change, bool *is_doubted)
{
	int64_t second_ms = change->at_s * 1000, n = 0;
	enum err e;

	if (change->at_s == 0)
		return ERR_OK;
	e = db_exec(app->db, SQL_MEMBER_DOUBTED,
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", chat_id),
		kv_int("state", (int64_t)change->state),
		kv_int("from_ms", second_ms - CLOCKS_APART_MS),
		kv_int("to_ms", second_ms + 999 + CLOCKS_APART_MS)),
	    &n);
	*is_doubted = n > 0;
	return e == ERR_OK && n > 0 ? promise(app, a, tg_id, chat_id) : e;
}

/* The end of the second in which it was; of one that is not said to be older
 * none is. */
static int64_t
moment_of(const struct member_change *change)
{
	return change->at_s == 0 ? INT64_MAX : change->at_s * 1000 + 999;
}

static enum err
note_change(struct app *app, int64_t tg_id, const char *chat_id,
    const struct member_change *change)
{
	return db_exec(app->db, SQL_MEMBER_STATE,
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", chat_id),
		kv_int("state", (int64_t)change->state),
		kv_int("at_ms", moment_of(change)),
		kv_int("now_ms", clock_now_ms())),
	    NULL);
}

enum err
members_changed(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, const struct member_change *change)
{
	int64_t n = 0;
	bool is_in = change->state == MEMBER_IN, is_doubted = false;
	enum err e = doubt(app, a, tg_id, chat_id, change, &is_doubted);

	if (e == ERR_OK && !is_doubted)
		e = note_change(app, tg_id, chat_id, change);
	if (e == ERR_OK && is_in && change->link != NULL)
		e = db_one(app->db, a, SQL_LINK_IS_OURS,
		    KV(kv_text("link", change->link)), row_to_int, &n);
	if (e == ERR_OK && n > 0)
		e = note_ours(app, tg_id, chat_id);
	/* Came in, so the link has served; or was let in by somebody else. */
	return e == ERR_OK && is_in && !is_doubted ?
	    promise(app, a, tg_id, chat_id) :
	    e;
}

/* Tells the operators, once a day for each chat, whatever the first words for
 * it were. */
static enum err
tell(struct app *app, struct arena *a, const char *what, const char *chat_id,
    const struct alert_words *words)
{
	struct str number = str_from(chat_id);
	struct alert_about about = { 0 };
	int64_t n = 0;

	(void)str_cut(&number, '-');
	if (str_to_i64(number, &n))
		about.chat_id = -n;
	return alert_daily(
	    app, a, arena_printf(a, "%s/%s", what, chat_id), words, &about);
}

static enum err
lost(struct app *app, struct arena *a, const char *chat_id, enum text how)
{
	log_event(LOG_WARN, "rights_lost", KV(kv_text("chat", chat_id)));
	return tell(app, a, "rights", chat_id,
	    &(struct alert_words){
		.text = how, .values = KV(kv_text("chat", chat_id)) });
}

enum err
members_refused(
    struct app *app, struct arena *a, const char *chat_id, const char *words)
{
	log_event(LOG_WARN, "channel_refused",
	    KV(kv_text("chat", chat_id), kv_text("why", words)));
	return tell(app, a, "refused", chat_id,
	    &(struct alert_words){ .text = TEXT_ALERT_REFUSED,
		.values =
		    KV(kv_text("chat", chat_id), kv_text("why", words)) });
}

enum err
members_full(struct app *app, struct arena *a, int64_t tg_id,
    const struct member *m, int64_t since_ms, const char *words)
{
	int64_t now_ms = clock_now_ms();
	enum err e = db_exec(app->db, SQL_MEMBER_FULL,
	    KV(kv_int("tg_id", tg_id), kv_text("chat_id", m->chat_id),
		kv_text("why", words),
		/* A clock put back meanwhile must not make this older than its
		 * job. */
		kv_int("now_ms", now_ms > since_ms ? now_ms : since_ms)),
	    NULL);

	if (e != ERR_OK)
		return e;
	log_event(LOG_WARN, "member_full",
	    KV(kv_int("tg_id", tg_id), kv_text("chat", m->chat_id),
		kv_text("why", words)));
	return jobs_promise(app->db, JOB_NOTICE,
	    arena_printf(a, "too_many/%lld/%s/%lld", (long long)tg_id,
		m->chat_id, (long long)since_ms),
	    tg_id, 0, arena_printf(a, "too_many:%s", m->leads_id));
}

enum err
members_stays(struct app *app, struct arena *a, int64_t tg_id,
    const char *chat_id, int64_t since_ms)
{
	const struct alert_about about = { .tg_id = tg_id };

	log_event(LOG_WARN, "not_removed",
	    KV(kv_int("tg_id", tg_id), kv_text("chat", chat_id)));
	return alert_promise_about(app, a,
	    arena_printf(a, "stays/%lld/%s/%lld", (long long)tg_id, chat_id,
		(long long)since_ms),
	    &(struct alert_words){ .text = TEXT_ALERT_STAYS,
		.values =
		    KV(kv_text("chat", chat_id), kv_int("buyer", tg_id)) },
	    &about);
}

enum err
members_unknown(struct app *app, struct arena *a, const char *chat_id)
{
	return lost(app, a, chat_id, TEXT_ALERT_CHANNEL);
}

enum err
members_moved(
    struct app *app, struct arena *a, const char *chat_id, int64_t moved_to)
{
	int64_t n_new = 0;
	enum err e = db_exec(app->db, SQL_CHAT_MOVED,
	    KV(kv_text("chat_id", chat_id),
		kv_text(
		    "moved_to", arena_printf(a, "%lld", (long long)moved_to))),
	    &n_new);

	if (e != ERR_OK || n_new == 0)
		return e; /* links have been made in the new one since */
	log_event(LOG_INFO, "chat_moved",
	    KV(kv_text("chat", chat_id), kv_int("to", moved_to)));
	return db_exec(app->db, SQL_LINKS_DEAD,
	    KV(kv_text("chat_id", chat_id), kv_int("now_ms", clock_now_ms())),
	    NULL);
}

/* All that waits for a channel is due, and the worker hears of it. */
static enum err
revive(struct db *db)
{
	int64_t n = 0;
	enum err e = db_exec(db, SQL_JOBS_REVIVE_MEMBERS,
	    KV(kv_int("now_ms", clock_now_ms())), &n);

	if (e == ERR_OK && n > 0)
		db_notify(db);
	return e;
}

enum err
members_rights(
    struct app *app, struct arena *a, const char *chat_id, bool has_them)
{
	/* All of it is due at once, since everybody who waits for the chat has
	 * waited long enough. */
	if (has_them)
		return revive(app->db);
	return lost(app, a, chat_id, TEXT_ALERT_RIGHTS);
}
