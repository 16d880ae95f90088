/* Lessons kept. */
#include "coach/library.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "coach/terms.h"

/* Says whether a lesson is as it was; not a secret. */
static enum err
hash_of(struct arena *a, const struct source *s, const struct lesson *l,
    const char **out)
{
	size_t n = 0;
	struct str *parts = arena_alloc(a, (3 * l->n + 6) * sizeof(*parts));
	unsigned char mac[HMAC_SHA256_BYTES];
	char *hex = arena_alloc(a, 2 * sizeof(mac) + 1);
	enum err e;

	parts[n++] = str_from(s->is_public ? "public" : "bought");
	parts[n++] = str_from(arena_printf(a, " %lld ", (long long)l->number));
	parts[n++] = str_from(l->title);
	for (size_t i = 0; i < l->n; i++) {
		/* One NUL, which no text holds: without something between, "ab"
		 * and "c" would have the hash of "a" and "bc". */
		parts[n++] = (struct str){ "", 1 };
		parts[n++] = str_from(l->chunks[i].heading);
		parts[n++] = str_from(l->chunks[i].text);
	}
	e = hmac_sha256(str_from("lesson"), parts, n, mac);
	hex_encode(mac, sizeof(mac), hex);
	*out = hex;
	return e;
}

struct known {
	int64_t id;
	const char *hash;
};

static void
known_from_row(const struct row *row, void *ctx)
{
	*(struct known *)ctx =
	    (struct known){ row_int(row, 0), row_text(row, 1) };
}

/* Title and heading are searched with each chunk: the text below a heading
 * seldom repeats what it is about. The engine's two indexes hold the same words
 * as the row, and go with it. */
static enum err
add_chunk(struct db *db, struct arena *a, int64_t lesson_id,
    const struct lesson *l, size_t i)
{
	const struct chunk *c = &l->chunks[i];
	struct str folded = terms_fold(a,
	    str_from(
		arena_printf(a, "%s\n%s\n%s", l->title, c->heading, c->text)));
	const char *words = arena_dup(a, folded);
	int64_t id = 0;
	enum err e = db_one(db, a, SQL_CHUNK_ADD,
	    KV(kv_int("lesson_id", lesson_id), kv_int("position", (int64_t)i),
		kv_text("heading", c->heading), kv_text("body", c->text),
		kv_text("folded", words)),
	    row_to_int, &id);

	if (e == ERR_OK)
		e = db_exec(db, SQL_SEARCH_ADD_WORDS,
		    KV(kv_int("id", id), kv_text("folded", words)), NULL);
	if (e == ERR_OK)
		e = db_exec(db, SQL_SEARCH_ADD_GRAMS,
		    KV(kv_int("id", id), kv_text("folded", words)), NULL);
	return e;
}

static enum err
add(struct db *db, struct arena *a, const struct source *s,
    const struct lesson *l, const char *hash)
{
	int64_t id = 0;
	enum err e = db_one(db, a, SQL_LESSON_ADD,
	    KV(kv_text("product", s->product), kv_text("source", s->name),
		kv_int("lesson_no", l->number), kv_text("title", l->title),
		kv_text("hash", hash), kv_int("is_public", s->is_public),
		kv_int("now_ms", clock_now_ms())),
	    row_to_int, &id);

	for (size_t i = 0; e == ERR_OK && i < l->n; i++)
		e = add_chunk(db, a, id, l, i);
	return e;
}

/* The indexes are cleared first, because their statements find the entries by
 * the chunks. */
enum err
library_remove(struct db *db, struct arena *a, int64_t id)
{
	static const enum sql steps[] = { SQL_SEARCH_REMOVE_WORDS,
		SQL_SEARCH_REMOVE_GRAMS, SQL_CHUNKS_REMOVE };
	int64_t n = 0;
	enum err e = ERR_OK;

	(void)a;
	for (size_t i = 0; e == ERR_OK && i < LENGTH(steps); i++)
		e = db_exec(db, steps[i], KV(kv_int("lesson_id", id)), NULL);
	if (e == ERR_OK)
		e = db_exec(
		    db, SQL_LESSON_REMOVE, KV(kv_int("lesson_id", id)), &n);
	return e == ERR_OK && n == 0 ? ERR_NOT_FOUND : e;
}

enum err
library_put(struct db *db, struct arena *a, const struct source *s,
    const struct lesson *l, bool *is_new)
{
	struct known known = { 0 };
	const char *hash;
	enum err e = hash_of(a, s, l, &hash);

	*is_new = true;
	/* The ledger may have been made where SQLite had no full-text search,
	 * and moved since. */
	if (e == ERR_OK)
		e = db_search_make(db);
	if (e == ERR_OK)
		e = db_one(db, a, SQL_LESSON_KNOWN,
		    KV(kv_text("product", s->product),
			kv_text("source", s->name)),
		    known_from_row, &known);
	if (e == ERR_NOT_FOUND)
		return add(db, a, s, l, hash);
	/* An unchanged lesson is not written again: the import of a whole
	 * course is repeated after each correction. */
	if (e == ERR_OK && str_eq(str_from(known.hash), hash)) {
		*is_new = false;
		return ERR_OK;
	}
	/* The lesson is replaced as a whole: its parts have no life of their
	 * own, and old chunks must not answer beside new ones. */
	if (e == ERR_OK)
		e = library_remove(db, a, known.id);
	return e == ERR_OK ? add(db, a, s, l, hash) : e;
}

struct listing {
	void (*show)(const struct library_entry *entry, void *ctx);
	void *ctx;
};

static void
entry_from_row(const struct row *row, void *ctx)
{
	const struct listing *l = ctx;
	const struct library_entry entry = { .id = row_int(row, 0),
		.number = row_int(row, 1),
		.title = row_text(row, 2),
		.name = row_text(row, 3),
		.product = row_text(row, 4),
		.is_public = row_int(row, 5) != 0,
		.n_chunks = row_int(row, 6) };

	l->show(&entry, l->ctx);
}

enum err
library_has(struct db *db, struct arena *a, const char *product, bool *has)
{
	int64_t n = 0;
	enum err e = product == NULL ?
	    db_one(db, a, SQL_HAS_LESSONS, KV_NONE, row_to_int, &n) :
	    db_one(db, a, SQL_HAS_LESSONS_FOR, KV(kv_text("product", product)),
		row_to_int, &n);

	*has = n > 0;
	return e;
}

enum err
library_list(struct db *db, struct arena *a,
    void (*show)(const struct library_entry *entry, void *ctx), void *ctx)
{
	struct listing l = { show, ctx };

	return db_each(db, a, SQL_LESSONS_LIST, KV_NONE, entry_from_row, &l);
}

/* Lessons that would stand twice under one name: as many as there are. */
struct twins {
	struct arena *arena;
	int64_t *ids;
	size_t n, max;
};

/* The lessons are collected first and removed afterwards: rows must not vanish
 * below a statement that is still reading them. */
static void
twin_from_row(const struct row *row, void *ctx)
{
	struct twins *t = ctx;

	t->ids = arena_grow(t->arena, t->ids, t->n, &t->max, sizeof(*t->ids));
	t->ids[t->n++] = row_int(row, 0);
}

enum err
library_rename(struct db *db, struct arena *a, const char *from, const char *to,
    int64_t *n)
{
	const struct kvs names =
	    KV(kv_text("product", from), kv_text("is_now", to));
	struct twins twins = { .arena = a };
	enum err e =
	    db_each(db, a, SQL_RENAME_TWINS, names, twin_from_row, &twins);

	for (size_t i = 0; e == ERR_OK && i < twins.n; i++)
		e = library_remove(db, a, twins.ids[i]);
	return e == ERR_OK ? db_exec(db, SQL_RENAME_LESSONS, names, n) : e;
}
