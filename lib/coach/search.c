/* Candidates from the indexes, judged by what they hold of the question. */
#include "coach/search.h"

#include "base/buf.h"
#include "coach/terms.h"

#include <string.h>

#define OPERATOR ((int64_t)-1) /* in the statements: reads everything */
#define NOBODY ((int64_t)0)    /* there: has bought nothing */
#define CANDIDATES 30          /* of each index */
#define QUERY_BYTES ((size_t)8192)
#define ENOUGH 45      /* of 100: below, the lessons say nothing of it */
#define NEAR_BEST 60   /* of 100, of the best one's score */
#define UNKNOWN 70     /* the weight of a word that is in no lesson */
#define IN_TITLE 12    /* more, for words in the title or heading */
#define WEIGHT_MAX 500 /* a long message is about no more than five words */

struct search {
	struct db *db;
	struct arena *arena;
	int64_t tg_id;
	const char *product; /* whose lessons may be read, besides; or NULL */
	struct term terms[TERMS_MAX];
	int weights[TERMS_MAX];
	size_t n_terms,
	    n_asked; /* those of the sentences that ask come first */
	struct passage best[PASSAGES_MAX]; /* the best first */
	size_t n_best;
};

/* ---- candidates ---- */

/* Folded words hold letters and digits alone: no query's syntax is in them. */
static const char *
query_of(struct search *s, const char *sign, size_t min_bytes)
{
	struct buf q = buf_new(s->arena, QUERY_BYTES);

	for (size_t i = 0; i < s->n_terms; i++) {
		struct str prefix = s->terms[i].prefix;

		/* The index of three letters can find nothing shorter than
		 * three letters, which in Cyrillic are six bytes. */
		if (prefix.len < min_bytes)
			continue;
		buf_text(&q, buf_str(&q).len == 0 ? "\"" : " OR \"");
		buf_add(&q, prefix);
		buf_text(&q, "\"");
		buf_text(&q, sign);
	}
	return arena_dup(s->arena, buf_str(&q));
}

/* ---- judging ---- */

/* In hundredths: 100 for a word in one place, 0 for one in all of them. */
static enum err
weigh(struct search *s)
{
	int64_t n_chunks = 0, n = 0;
	enum err e = db_one(
	    s->db, s->arena, SQL_CHUNKS_COUNT, KV_NONE, row_to_int, &n_chunks);

	for (size_t i = 0; e == ERR_OK && i < s->n_terms; i++) {
		const char *stem = arena_dup(s->arena, s->terms[i].stem);
		int64_t rare;

		e = db_one(s->db, s->arena, SQL_SEARCH_COUNT,
		    KV(kv_text(
			   "query", arena_printf(s->arena, "\"%s\"*", stem)),
			kv_text(
			    "like", arena_printf(s->arena, "%% %s%%", stem))),
		    row_to_int, &n);
		/* The square makes common words count still less: one that
		 * stands in half of all places gets a quarter. */
		rare = 100 - 100 * n / (n_chunks + 1);
		s->weights[i] = n == 0 ? UNKNOWN : (int)(rare * rare / 100);
	}
	return e;
}

/* How well a place holds the first n words of the question. In a long question
 * not all need be found: its weight counts only up to WEIGHT_MAX. */
static int
score_by(const struct search *s, size_t n, struct str folded, struct str title)
{
	int held = 0, all = 0, titled = 0, score;

	for (size_t i = 0; i < n; i++) {
		int w = s->weights[i];

		all += w;
		held += w * terms_match(folded, &s->terms[i]) / 100;
		titled += w * terms_match(title, &s->terms[i]) / 100;
	}
	if (all == 0)
		return 0;
	if (all > WEIGHT_MAX)
		all = WEIGHT_MAX;
	score = 100 * held / all;
	return (score < 100 ? score : 100) +
	    (titled < all ? IN_TITLE * titled / all : IN_TITLE);
}

/* People say hello and tell of themselves before they ask: it is enough if
 * what they ask is answered. */
static int
score_of(const struct search *s, struct str folded, struct str title)
{
	int by_all = score_by(s, s->n_terms, folded, title);
	int by_asked = score_by(s, s->n_asked, folded, title);

	return by_all > by_asked ? by_all : by_asked;
}

static bool
is_known(const struct search *s, int64_t chunk_id)
{
	for (size_t i = 0; i < s->n_best; i++)
		if (s->best[i].chunk_id == chunk_id)
			return true;
	return false;
}

/* Puts a passage into its place among the best, if it belongs there. Of two
 * that score alike the one found first stays before the other. */
static void
rank(struct search *s, const struct passage *p)
{
	size_t at = s->n_best;

	while (at > 0 && s->best[at - 1].score < p->score)
		at--;
	if (at == PASSAGES_MAX)
		return;
	if (s->n_best < PASSAGES_MAX)
		s->n_best++;
	for (size_t i = s->n_best - 1; i > at; i--)
		s->best[i] = s->best[i - 1];
	s->best[at] = *p;
}

static void
judge_row(const struct row *row, void *ctx)
{
	struct search *s = ctx;
	struct passage p = { .chunk_id = row_int(row, 0),
		.product = row_text(row, 1),
		.lesson_no = row_int(row, 2),
		.lesson = row_text(row, 3),
		.heading = row_text(row, 4),
		.text = row_text(row, 5) };
	const char *title =
	    arena_printf(s->arena, "%s %s", p.lesson, p.heading);

	/* The other index has named it as well. */
	if (is_known(s, p.chunk_id))
		return;
	p.score = score_of(s, str_from(row_text(row, 6)),
	    terms_fold(s->arena, str_from(title)));
	/* With too little in common the lessons count as silent: a passage that
	 * only seems to fit would be quoted as an answer. */
	if (p.score >= ENOUGH)
		rank(s, &p);
}

static enum err
look(struct search *s, enum sql what, const char *query)
{
	if (query[0] == '\0')
		return ERR_OK;
	return db_each(s->db, s->arena, what,
	    KV(kv_text("query", query), kv_int("tg_id", s->tg_id),
		kv_text("product", s->product), kv_int("n", CANDIDATES)),
	    judge_row, s);
}

/* Those that come near the best one. */
static size_t
pick(const struct search *s, struct passage out[static PASSAGES_MAX])
{
	size_t n = 0;

	while (n < s->n_best &&
	    s->best[n].score >= s->best[0].score * NEAR_BEST / 100) {
		out[n] = s->best[n];
		n++;
	}
	return n;
}

/* The asked words stand twice in the joined text but only once in the list, and
 * first, so that n_asked counts off its beginning. */
static void
read_terms(struct search *s, struct str question)
{
	struct str asked = terms_asked(s->arena, question);
	struct buf all = buf_new(s->arena, asked.len + question.len + 2);

	buf_add(&all, asked);
	buf_char(&all, '\n');
	buf_add(&all, question);
	s->n_asked = terms_of(s->arena, asked, s->terms);
	s->n_terms = terms_of(s->arena, buf_str(&all), s->terms);
}

static enum err
search(struct db *db, struct arena *a, int64_t tg_id, const char *product,
    struct str question, struct passage out[static PASSAGES_MAX], size_t *n)
{
	struct search *s = arena_alloc(a, sizeof(*s));
	enum err e;

	*n = 0;
	*s = (struct search){
		.db = db, .arena = a, .tg_id = tg_id, .product = product
	};
	read_terms(s, question);
	if (s->n_terms == 0)
		return ERR_OK;
	e = weigh(s);
	if (e == ERR_OK)
		e = look(s, SQL_SEARCH_WORDS, query_of(s, "*", 1));
	if (e == ERR_OK)
		e = look(s, SQL_SEARCH_GRAMS, query_of(s, "", 6));
	if (e == ERR_OK)
		*n = pick(s, out);
	return e;
}

enum err
search_passages(struct db *db, struct arena *a, int64_t tg_id,
    struct str question, struct passage out[static PASSAGES_MAX], size_t *n)
{
	return search(
	    /* A group's number is below zero, and -1 would be the operator. */
	    db, a, tg_id < 0 ? NOBODY : tg_id, NULL, question, out, n);
}

enum err
search_shared(struct db *db, struct arena *a, const char *product,
    struct str question, struct passage out[static PASSAGES_MAX], size_t *n)
{
	return search(db, a, NOBODY, product, question, out, n);
}

enum err
search_all(struct db *db, struct arena *a, struct str question,
    struct passage out[static PASSAGES_MAX], size_t *n)
{
	return search(db, a, OPERATOR, NULL, question, out, n);
}
