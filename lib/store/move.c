/* A ledger's way from one database to another; how, and why so, stands in the
 * header. */
#include "store/move.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/move_round.h"
#include "store/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct move *
move_new(struct db *from, struct db *to, const char *name)
{
	struct move *m = or_out_of_memory(calloc(1, sizeof(*m)));

	*m = (struct move){ .from_db = from, .to_db = to, .name = name };
	return m;
}

void
move_free(struct move *m)
{
	arena_free(&m->mem);
	arena_free(&m->keep);
	free(m);
}

void
move_tells(struct move *m,
    void (*tell)(const struct move_step *step, void *ctx), void *ctx)
{
	m->tell = tell;
	m->ctx = ctx;
}

const char *
move_why(const struct move *m)
{
	return m->why == NULL ? "" : m->why;
}

int64_t
move_rows(const struct move *m)
{
	return m->n_rows;
}

/* After the round and never within it: whoever is told may be slow, such as a
 * terminal that somebody has stopped. */
static void
tell(struct move *m)
{
	struct move_step step = {
		.compares = m->compares, .n = m->n_rows, .n_all = m->n_all
	};

	if (m->spot.at < m->n_tables)
		step.table = m->tables[m->spot.at].name;
	if (m->tell != NULL)
		m->tell(&step, m->ctx);
}

/* ---- the copy, and the comparison ---- */

/* By the engine's own order, which need not be the other one's: texts are
 * ordered by each database as it was made, and an index serves that order
 * alone. So nothing here relies on the two being alike. */
static enum err
next_rows(struct move *m, struct rows *rows)
{
	const struct table *t = &m->tables[m->spot.at];
	const char *sql = table_next(
	    t, &m->mem, m->from.d->moving, !m->spot.is_inside, BATCH);

	return round_read(m, &m->from, t, sql,
	    m->spot.is_inside ? round_key_values(m, t, m->spot.key, 1) :
				KV_NONE,
	    rows);
}

/* Fewer than were asked for are the last of their table. */
static void
go_on_behind(struct move *m, const struct rows *r)
{
	const char **keys = round_keys(m, r);

	m->n_rows += (int64_t)r->n;
	m->next.is_inside = r->n == BATCH;
	if (!m->next.is_inside) {
		m->next = (struct spot){ .at = m->spot.at + 1 };
		return;
	}
	for (size_t i = 0; i < r->table->n_keys; i++)
		m->next.key[i] = arena_dup_text(
		    &m->keep, keys[(r->n - 1) * r->table->n_keys + i]);
}

/* In the transaction of the rows themselves: it is on the disk if they are. */
static enum err
note_spot(struct move *m)
{
	const char *table =
	    m->next.at < m->n_tables ? m->tables[m->next.at].name : NULL;
	const char *sign = m->to.d->moving->value;

	return side_ask(&m->to, &m->mem,
	    arena_printf(&m->mem,
		"UPDATE ledger_copy SET of_table = %s1, key1 = %s2,"
		" key2 = %s3, n_rows = %s4",
		sign, sign, sign, sign),
	    KV(kv_text("of_table", table),
		kv_text("key1", m->next.is_inside ? m->next.key[0] : NULL),
		kv_text("key2", m->next.is_inside ? m->next.key[1] : NULL),
		kv_int("n_rows", m->n_rows)),
	    NULL, NULL);
}

/* Rows that a change has brought already are there: they come again. */
static enum err
copy_some(struct move *m)
{
	struct rows rows;
	enum err e = next_rows(m, &rows);

	if (e == ERR_OK && rows.n > 0)
		e = round_delete(m, rows.table, round_keys(m, &rows), rows.n);
	if (e == ERR_OK)
		e = round_insert(m, &rows);
	go_on_behind(m, &rows);
	return e == ERR_OK ? note_spot(m) : e;
}

/* That each row of the old one has its twin is known by then; this tells
 * whether the new one has others besides. Both are counted at the same moment:
 * the new one is what the old one was when this round began. */
static enum err
compare_counts(struct move *m, const struct table *t)
{
	const char *sql =
	    arena_printf(&m->mem, "SELECT COUNT(*) FROM %s", t->name);
	int64_t want = 0, got = 0;
	enum err e = side_number(&m->from, &m->mem, sql, KV_NONE, &want);

	if (e == ERR_OK)
		e = side_number(&m->to, &m->mem, sql, KV_NONE, &got);
	if (e == ERR_OK && want != got)
		e = round_conflict(m,
		    arena_printf(&m->keep,
			"the copy differs: table %s has %lld rows, and %lld "
			"in the copy",
			t->name, (long long)want, (long long)got));
	return e;
}

static enum err
compare_some(struct move *m)
{
	struct rows rows;
	enum err e = next_rows(m, &rows);

	if (e == ERR_OK)
		e = round_compare(m, &rows, round_keys(m, &rows), rows.n);
	if (e == ERR_OK && rows.n < BATCH)
		e = compare_counts(m, rows.table);
	go_on_behind(m, &rows);
	return e;
}

/* A table without rows takes a round, too: its end is noted. */
static enum err
through_all(struct move *m, enum err (*work)(struct move *m))
{
	enum err e = ERR_OK;

	while (e == ERR_OK && m->spot.at < m->n_tables) {
		e = round_do(m, work);
		if (e == ERR_OK)
			tell(m);
	}
	return e;
}

enum err
move_copy(struct move *m)
{
	enum err e = m->is_copied ? ERR_OK : through_all(m, copy_some);

	m->is_copied |= e == ERR_OK;
	return e;
}

/* What the engine's own search needs is made of the rows that are there. */
static enum err
fill_search(struct move *m)
{
	const struct db_moving *w = m->to.d->moving;
	bool has = false;
	enum err e;

	e = m->to.d->search_make(m->to.conn);
	if (w->search == NULL)
		return e;
	if (e == ERR_OK)
		e = side_has(&m->to, &m->mem, w->search_in, &has);
	return e == ERR_OK && has ? m->to.d->script(m->to.conn, w->search) : e;
}

/* Begun anew by whoever goes on: what was compared before the end of another
 * run is not noted, since it costs little and a fault of the disk meanwhile
 * would not be seen. */
enum err
move_compare(struct move *m)
{
	enum err e;

	m->spot = (struct spot){ 0 };
	m->n_rows = 0;
	m->compares = true;
	e = through_all(m, compare_some);
	return e == ERR_OK ? round_do(m, fill_search) : e;
}

enum err
move_follow(struct move *m)
{
	enum err e = round_do(m, NULL);

	if (e == ERR_OK)
		tell(m);
	return e;
}

/* ---- the last step ---- */

/* By its version for whoever opens it, and by the log of changes, into which
 * each write of those who have it open goes, for them. */
static enum err
seal(struct move *m)
{
	const char *sign = m->from.d->moving->value;
	int64_t version = 0;
	enum err e = m->from.d->get_version(m->from.conn, &version);

	if (e == ERR_OK)
		e = side_ask(&m->from, &m->mem,
		    arena_printf(&m->mem,
			"UPDATE ledger_move SET name = %s1, moved_ms = %s2",
			sign, sign),
		    KV(kv_text("name", m->name),
			kv_int("moved_ms", clock_now_ms())),
		    NULL, NULL);
	if (e == ERR_OK)
		e = m->from.d->set_version(
		    m->from.conn, version + SCHEMA_MOVED);
	if (e == ERR_OK)
		e = m->from.d->script(m->from.conn, m->from.d->moving->seal);
	return e;
}

/* The search is as old as the lessons that it was made of. */
static enum err
bring_last(struct move *m)
{
	const char *of = m->to.d->moving->search_of;
	bool is_old = false;

	for (size_t i = 0; i < m->n_changes; i++)
		is_old |=
		    of != NULL && strcmp(m->changes[i].table->name, of) == 0;
	return is_old ? fill_search(m) : ERR_OK;
}

/* The tables are still those that are watched: a newer program may have been
 * put in place meanwhile. */
static enum err
is_as_begun(struct move *m)
{
	int64_t version = 0;
	enum err e = round_is_ours(m);

	if (e == ERR_OK)
		e = m->from.d->get_version(m->from.conn, &version);
	if (e == ERR_OK && version != schema_newest())
		e = round_conflict(m,
		    "the old ledger was brought up to date meanwhile, by a "
		    "newer program: take back this move (--cancel), and begin "
		    "it anew with that program");
	return e;
}

/* First the new one has all, for good; only then is the old one sealed. Who is
 * killed in between has changed nothing. */
static enum err
switch_held(struct move *m)
{
	enum err e = is_as_begun(m);

	if (e == ERR_OK)
		e = round_changes(m);
	if (e == ERR_OK)
		e = round_write(m, bring_last);
	if (e == ERR_OK)
		e = round_cross_out(m);
	return e == ERR_OK ? seal(m) : e;
}

/* What has gathered is brought before, so that writers wait for the rest
 * alone. */
enum err
move_switch(struct move *m, int64_t *held_ms)
{
	int64_t began_ms;
	enum err e = round_do(m, NULL);

	*held_ms = 0;
	round_begin(m);
	if (e == ERR_OK)
		e = side_begin(&m->from);
	if (e != ERR_OK)
		return e;
	began_ms = clock_mono_ms();
	e = side_end(&m->from, switch_held(m));
	*held_ms = clock_mono_ms() - began_ms;
	return e;
}

/* Numbers go on behind those that came. */
static enum err
set_numbers(struct move *m)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < m->n_tables; i++) {
		const struct table *t = &m->tables[i];

		if (t->n_keys == 1 && t->columns[t->keys[0]].is_number)
			e = m->to.d->script(m->to.conn,
			    table_fill(t, &m->mem, m->to.d->moving->numbers));
	}
	return e;
}

/* All in one transaction with the version: until then no program takes it, and
 * whoever is killed here begins this again. */
static enum err
open_to_all(struct move *m)
{
	bool is_arriving = false;
	enum err e = side_has(&m->to, &m->mem, "ledger_copy", &is_arriving);

	if (e != ERR_OK || !is_arriving)
		return e;
	e = round_has_turn(m);
	if (e == ERR_OK)
		e = set_numbers(m);
	if (e == ERR_OK)
		e = round_tables(m, &m->to, m->to.d->moving->tighten);
	if (e == ERR_OK)
		e = m->to.d->script(m->to.conn, "DROP TABLE ledger_copy");
	return e == ERR_OK ? m->to.d->set_version(m->to.conn, schema_newest()) :
			     e;
}

enum err
move_finish(struct move *m)
{
	enum err e;

	round_begin(m);
	e = side_begin(&m->to);
	return e == ERR_OK ? side_end(&m->to, open_to_all(m)) : e;
}

/* ---- beginning ---- */

static enum err
is_empty(struct move *m, bool *is)
{
	enum err e = ERR_OK;
	int64_t n = 0;

	*is = true;
	/* One row is there from the beginning: marks say of a new ledger that
	 * nothing was sold before. */
	for (size_t i = 0; e == ERR_OK && *is && i < m->n_tables; i++) {
		e = side_number(&m->to, &m->mem,
		    arena_printf(&m->mem,
			strcmp(m->tables[i].name, "marks") == 0 ?
			    "SELECT COUNT(*) FROM %s"
			    " WHERE key <> 'accept_unmarked'" :
			    "SELECT COUNT(*) FROM"
			    " (SELECT 1 FROM %s LIMIT 1) AS first_one",
			m->tables[i].name),
		    KV_NONE, &n);
		*is = n == 0;
	}
	return e;
}

/* The same number in both, and another one for each move. */
static int64_t
new_id(void)
{
	return clock_now_ms() * 100000 + (int64_t)getpid() % 100000;
}

/* From the commit of this on no change is missed, and what is read comes
 * after it. */
static enum err
watch(struct move *m)
{
	const struct side *s = &m->from;
	enum err e = s->d->script(s->conn,
	    "CREATE TABLE ledger_move (id BIGINT NOT NULL, name TEXT,"
	    " moved_ms BIGINT)");

	if (e == ERR_OK)
		e = s->d->script(s->conn, s->d->moving->log);
	return e == ERR_OK ? round_tables(m, s, s->d->moving->watch) : e;
}

static enum err
put_id(struct move *m, int64_t id)
{
	m->id = id;
	return side_ask(&m->from, &m->mem,
	    arena_printf(&m->mem, "INSERT INTO ledger_move (id) VALUES (%s1)",
		m->from.d->moving->value),
	    KV(kv_int("id", m->id)), NULL, NULL);
}

/* To a new place all begins anew; another move that was under way is over by
 * that. */
static enum err
begin_source(struct move *m, bool is_new)
{
	bool is_watched = false;
	enum err e = side_has(&m->from, &m->mem, "ledger_move", &is_watched);

	if (e == ERR_OK && !is_watched)
		e = watch(m);
	if (e == ERR_OK && (is_new || !is_watched)) {
		e = m->from.d->script(m->from.conn,
		    "DELETE FROM ledger_move; DELETE FROM ledger_changes");
		return e == ERR_OK ? put_id(m, new_id()) : e;
	}
	return e == ERR_OK ?
	    side_number(&m->from, &m->mem, "SELECT id FROM ledger_move",
		KV_NONE, &m->id) :
	    e;
}

/* For who watches; it need not be exact. */
static enum err
count_rows(struct move *m)
{
	enum err e = ERR_OK;

	m->n_all = 0;
	for (size_t i = 0; e == ERR_OK && i < m->n_tables; i++) {
		int64_t n;

		e = side_number(&m->from, &m->mem,
		    arena_printf(
			&m->mem, "SELECT COUNT(*) FROM %s", m->tables[i].name),
		    KV_NONE, &n);
		m->n_all += n;
	}
	return e;
}

/* A place for what is copied, with nothing in it. */
static enum err
make_room(struct move *m)
{
	const struct side *s = &m->to;
	enum err e = round_tables(m, s, s->d->moving->loosen);

	if (e == ERR_OK)
		e = s->d->script(s->conn,
		    "DELETE FROM marks;"
		    "CREATE TABLE ledger_copy (id BIGINT NOT NULL,"
		    " turn BIGINT NOT NULL, of_table TEXT, key1 TEXT,"
		    " key2 TEXT, n_rows BIGINT NOT NULL)");
	if (e == ERR_OK)
		e = side_ask(s, &m->mem,
		    arena_printf(&m->mem,
			"INSERT INTO ledger_copy (id, turn, of_table, n_rows)"
			" VALUES (%s1, 0, %s2, 0)",
			s->d->moving->value, s->d->moving->value),
		    KV(kv_int("id", m->id),
			kv_text("of_table", m->tables[0].name)),
		    NULL, NULL);
	return e == ERR_OK ?
	    s->d->set_version(s->conn, schema_newest() + SCHEMA_ARRIVES) :
	    e;
}

static void
take_spot(const struct row *row, void *ctx)
{
	struct move *m = ctx;
	const char *name = row_text(row, 1);
	const struct table *t = name == NULL ? NULL : round_find(m, name);

	m->turn = row_int(row, 0);
	m->n_rows = row_int(row, 4);
	m->is_copied = t == NULL;
	m->spot = (struct spot){ .at = t == NULL ? m->n_tables :
						   (size_t)(t - m->tables) };
	for (size_t i = 0; i < TABLE_MAX_KEYS; i++)
		m->spot.key[i] =
		    arena_dup_text(&m->keep, row_text(row, (int)i + 2));
	m->spot.is_inside = m->spot.key[0] != NULL;
}

/* Whoever began before us has lost its turn by this. */
static enum err
take_turn(struct move *m)
{
	int64_t id = 0;
	enum err e = side_number(
	    &m->to, &m->mem, "SELECT id FROM ledger_copy", KV_NONE, &id);

	if (e == ERR_OK && id != m->id)
		return round_conflict(m,
		    "the new database holds the beginning of another move: "
		    "empty it, or name another one");
	if (e == ERR_OK)
		e = m->to.d->script(
		    m->to.conn, "UPDATE ledger_copy SET turn = turn + 1");
	return e == ERR_OK ?
	    side_ask(&m->to, &m->mem,
		"SELECT turn, of_table, key1, key2, n_rows FROM ledger_copy",
		KV_NONE, take_spot, m) :
	    e;
}

/* After the old one has the number of this move: a place that has it belongs to
 * that, and one that was made and has none is empty still. */
static enum err
begin_target(struct move *m, bool is_new)
{
	enum err e = side_begin(&m->to);

	if (e != ERR_OK)
		return e;
	if (is_new)
		e = make_room(m);
	if (e == ERR_OK)
		e = take_turn(m);
	return side_end(&m->to, e);
}

static enum err
begin_watching(struct move *m, bool is_new)
{
	enum err e = side_begin(&m->from);

	if (e != ERR_OK)
		return e;
	e = begin_source(m, is_new);
	if (e == ERR_OK)
		e = count_rows(m);
	return side_end(&m->from, e);
}

/* ---- what is there ---- */

/* They are the same in both, unless somebody changed one by hand: then a row
 * could lose what has no place there. */
static enum err
read_tables(struct move *m)
{
	struct table *there;
	size_t n;
	enum err e = tables_read(
	    m->from.d, m->from.conn, &m->keep, &m->tables, &m->n_tables);

	if (e == ERR_OK)
		e = tables_read(m->to.d, m->to.conn, &m->keep, &there, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (!table_same(&m->tables[i], &there[i]))
			e = round_conflict(m,
			    arena_printf(&m->keep,
				"table %s is another one in the new database",
				there[i].name));
	return e;
}

/* As a program finds it; of one that is moving the version tells the rest. */
static enum err
open_side(struct db *db, struct side *s, int64_t *version)
{
	bool is_new = false; /* who moves knows that */
	enum err e = db_raw(db, &s->d, &s->conn);

	if (e == ERR_OK)
		e = s->d->get_version(s->conn, version);
	if (e == ERR_OK && *version <= schema_newest())
		e = schema_migrate(s->d, s->conn, &is_new);
	return e;
}

static enum err
look_at_target(struct move *m, bool *is_new)
{
	bool is_empty_now = false, is_source = false;
	enum err e = m->to.d->snapshot(m->to.conn);

	if (e != ERR_OK)
		return e;
	e = side_has(&m->to, &m->mem, "ledger_copy", is_new);
	*is_new = !*is_new;
	if (e == ERR_OK)
		e = side_has(&m->to, &m->mem, "ledger_changes", &is_source);
	if (e == ERR_OK)
		e = read_tables(m);
	if (e == ERR_OK && *is_new)
		e = is_empty(m, &is_empty_now);
	if (e == ERR_OK && *is_new && (!is_empty_now || is_source))
		e = round_conflict(m,
		    "the new database holds a ledger already: name an empty "
		    "one");
	return side_word(&m->to, SQL_ROLLBACK) == ERR_OK ? e : ERR_UNAVAILABLE;
}

struct ended {
	int64_t id;
	const char *name;
};

static void
take_ended(const struct row *row, void *ctx)
{
	struct ended *ended = ctx;

	*ended = (struct ended){ row_int(row, 0), row_text(row, 1) };
}

static enum err
read_ended(struct move *m, struct ended *ended)
{
	enum err e = m->from.d->snapshot(m->from.conn);

	if (e != ERR_OK)
		return e;
	e = side_ask(&m->from, &m->keep, "SELECT id, name FROM ledger_move",
	    KV_NONE, take_ended, ended);
	if (e == ERR_OK)
		e = tables_read(m->from.d, m->from.conn, &m->keep, &m->tables,
		    &m->n_tables);
	return side_word(&m->from, SQL_ROLLBACK) == ERR_OK ? e :
							     ERR_UNAVAILABLE;
}

/* The old one is sealed. The new one, which must be the same as then, may be
 * open already, and then there is nothing to do. */
static enum err
resume_moved(struct move *m)
{
	struct ended ended = { 0 };
	int64_t version = 0;
	enum err e = read_ended(m, &ended);

	m->id = ended.id;
	if (e == ERR_OK && !round_is_same(ended.name, m->name))
		return round_conflict(m,
		    arena_printf(&m->keep, "it has moved to %s already",
			ended.name == NULL ? "somewhere" : ended.name));
	if (e == ERR_OK)
		e = open_side(m->to_db, &m->to, &version);
	return e == ERR_OK && version > SCHEMA_ARRIVES ?
	    begin_target(m, false) :
	    e;
}

/* The new place is looked at first: where it will not do, nothing is left
 * behind in the old one. */
static enum err
begin_new(struct move *m)
{
	bool is_new = false;
	enum err e = m->from.d->snapshot(m->from.conn);

	if (e == ERR_OK)
		e = look_at_target(m, &is_new);
	if (side_word(&m->from, SQL_ROLLBACK) != ERR_OK && e == ERR_OK)
		e = ERR_UNAVAILABLE;
	if (e == ERR_OK)
		e = begin_watching(m, is_new);
	return e == ERR_OK ? begin_target(m, is_new) : e;
}

enum err
move_begin(struct move *m, bool *is_moved)
{
	int64_t from = 0, to = 0;
	enum err e = open_side(m->from_db, &m->from, &from);

	*is_moved = from == SCHEMA_MOVED + schema_newest();
	if (e == ERR_OK && *is_moved)
		return resume_moved(m);
	if (e == ERR_OK)
		e = open_side(m->to_db, &m->to, &to);
	if (e != ERR_OK)
		return e;
	if (from > schema_newest() ||
	    (to > schema_newest() && to != SCHEMA_ARRIVES + schema_newest()))
		return round_conflict(m,
		    "one of the two is a ledger that this version of Admit "
		    "does not know, or one that moves elsewhere itself");
	return begin_new(m);
}

/* ---- taking it back ---- */

/* Each part may be missing: this is for moves that broke off, too. */
static enum err
unwatch(struct move *m, bool *was_moved)
{
	const struct side *s = &m->from;
	int64_t version = 0;
	enum err e = s->d->get_version(s->conn, &version);

	*was_moved = version > SCHEMA_MOVED && version < SCHEMA_ARRIVES;
	if (e == ERR_OK)
		e = tables_read(
		    s->d, s->conn, &m->keep, &m->tables, &m->n_tables);
	if (e == ERR_OK)
		e = round_tables(m, s, s->d->moving->unwatch);
	if (e == ERR_OK)
		e = s->d->script(s->conn, s->d->moving->unlog);
	if (e == ERR_OK)
		e = s->d->script(s->conn, "DROP TABLE IF EXISTS ledger_move");
	if (e == ERR_OK && *was_moved)
		e = s->d->set_version(s->conn, version - SCHEMA_MOVED);
	return e;
}

enum err
move_cancel(struct db *from, bool *was_moved)
{
	struct move *m = move_new(from, NULL, NULL);
	bool was = false;
	enum err e = db_raw(from, &m->from.d, &m->from.conn);

	if (e == ERR_OK)
		e = side_begin(&m->from);
	if (e == ERR_OK)
		e = side_end(&m->from, unwatch(m, &was));
	if (was_moved != NULL)
		*was_moved = was;
	move_free(m);
	return e;
}
