/* admit import: who is in already, from the first version's database (a file,
 * or a schema at a server) or from a list. They are let in as if they had come
 * by this ledger, but they get no invite: the way in they had before. */
#include "cmd.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/tg_id.h"
#include "base/units.h"
#include "ledger/marks.h"
#include "ledger/record.h"
#include "shop/conf_check.h"
#include "store/driver.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_LIST_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_FAULTS 20 /* that are told */
#define BATCH 500     /* in one transaction, so that no buyer waits long */
#define SQLITE_MAGIC "SQLite format 3"

/* A row of the file. */
struct member_row {
	int64_t tg_id;
	const char *product; /* of the catalog */
	const char *session; /* at Stripe; NULL: by the operator's word */
	int64_t until_ms;    /* 0: for good */
	bool is_known;       /* by the ledger, before */
};

struct import {
	struct app *app;
	const struct args *args;
	struct arena arena, scratch; /* for good, of one row */
	struct member_row *rows;
	size_t n, max;
	size_t n_unpaid, n_over, n_test, n_known, n_faults;
	bool is_first;               /* the first version's */
	const char *default_product; /* of rows that name none */
	size_t at;                   /* of the transaction */
};

static void
fault(struct import *im, size_t line, const char *what)
{
	if (im->n_faults++ < MAX_FAULTS)
		printf("  - row %zu: %s\n", line, what);
}

static void
add(struct import *im, const struct member_row *m)
{
	im->rows = arena_grow(
	    &im->arena, im->rows, im->n, &im->max, sizeof(*im->rows));
	im->rows[im->n++] = *m;
}

/* ---- the first version's database ---- */

static const char *
text_in(const struct row *row, const char *name)
{
	int column = row_column(row, name);

	return column < 0 ? NULL : row_text(row, column);
}

static bool
is_yes(const char *text)
{
	return text != NULL && strcmp(text, "0") != 0 && text[0] != '\0' &&
	    !str_eq_nocase(str_from(text), "false") &&
	    strcmp(text, "f") != 0; /* PostgreSQL's */
}

/* The session by which they paid, if it is noted: by it Stripe's word on the
 * payment, such as a refund, finds them. */
static const char *
session_in(const struct row *row)
{
	const char *session = text_in(row, "stripe_session_id");

	if (session == NULL)
		session = text_in(row, "session_id");
	return session != NULL && str_starts(str_from(session), "cs_") &&
		!str_has_blank(str_from(session)) ?
	    session :
	    NULL;
}

/* Somebody who paid with the test card has not paid, where this shop takes
 * real money. */
static void
take_first(const struct row *row, void *ctx)
{
	struct import *im = ctx;
	struct member_row m = { .product = im->default_product };
	bool is_test;

	im->at++;
	if (!is_yes(text_in(row, "is_paid"))) {
		im->n_unpaid++;
		return;
	}
	if (!tg_id_parse(str_from(text_in(row, "tg_id")), &m.tg_id)) {
		fault(im, im->at, "tg_id is no number of a person at Telegram");
		return;
	}
	m.session = session_in(row);
	is_test =
	    m.session != NULL && str_starts(str_from(m.session), "cs_test_");
	if (is_test && im->app->conf.livemode)
		im->n_test++;
	else
		add(im, &m);
}

/* What is wrong with what is named so; NULL: nothing. Of a file all is read. */
static const char *
judge_first(struct import *im, struct db *db, bool is_file, const char *schema)
{
	struct db_look look;
	const char *fault = NULL;
	enum err e = db_look(db, &look);

	if (e == ERR_OK && look.is_first && is_file)
		e = db_check(db, &im->arena, &fault);
	if (e != ERR_OK)
		return "cannot be read; the log above says why";
	if (fault != NULL)
		return arena_printf(&im->arena, "is broken: %s", fault);
	if (look.is_ledger || look.is_moved)
		return is_file ? "is a ledger of this version: `admit restore` "
				 "goes back to a copy" :
				 "is a ledger of this version: `admit move` "
				 "brings one elsewhere";
	if (look.is_first)
		return NULL;
	return is_file || schema != NULL ?
	    "is no database of the first version: it has no table users with "
	    "tg_id and is_paid" :
	    "has no table users with tg_id and is_paid where it opens: "
	    "--schema names what was DB_SCHEMA of the first version";
}

static bool
read_first(struct import *im, struct db *db, const char *name, bool is_file,
    const char *schema)
{
	const char *why = judge_first(im, db, is_file, schema);

	if (why == NULL &&
	    db_each(db, &im->arena, SQL_FIRST_USERS, KV_NONE, take_first, im) !=
		ERR_OK)
		why = "cannot be read; the log above says why";
	if (why != NULL)
		printf("%s %s.\n", name, why);
	db_free(db);
	return why == NULL;
}

/* In the database of a server, where it had a schema, which is not to be that
 * of this ledger. */
static bool
read_server(struct import *im, const char *address, const char *schema)
{
	const char *fault = conf_check_database(address);
	struct db *db;

	if (fault == NULL && schema != NULL)
		fault = conf_check_schema(schema);
	if (fault != NULL) {
		printf("The address or the schema %s.\n", fault);
		return false;
	}
	db = db_new(address);
	db_only_read(db);
	db_choose(db, schema, im->app->conf.db_prepare == 0);
	im->is_first = true;
	return read_first(
	    im, db, conf_database_name(address, &im->arena), false, schema);
}

/* ---- a list ---- */

/* Blanks and quotes around a cell are the spreadsheet's. */
static struct str
cell(struct str *line)
{
	struct str s = str_trim(str_cut(line, ','));

	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		s = (struct str){ s.p + 1, s.len - 2 };
	return s;
}

/* The whole of the day that is named belongs to it. */
static bool
read_until(struct arena *a, struct str s, int64_t *until_ms)
{
	if (s.len == 0)
		return true;
	if (!clock_parse_local_date(arena_dup(a, s), until_ms))
		return false;
	*until_ms += DAY_MS - 1;
	return true;
}

static void
take_line(struct import *im, struct str line, size_t n)
{
	struct member_row m = { 0 };
	struct str id = cell(&line), product = cell(&line);
	struct str until = cell(&line);
	const struct product *p = catalog_find(&im->app->catalog,
	    product.len == 0 ? im->default_product :
			       arena_dup(&im->arena, product));

	if (!tg_id_parse(id, &m.tg_id))
		fault(im, n, "begins with no number of a person at Telegram");
	else if (p == NULL)
		fault(im, n, "names a product that is not sold here");
	else if (!read_until(&im->arena, until, &m.until_ms))
		fault(im, n, "the end must be a day such as 2026-12-31");
	else if (line.len != 0)
		fault(im, n, "has more than tg_id,product,until");
	else if (m.until_ms != 0 && m.until_ms <= clock_now_ms())
		im->n_over++;
	else {
		m.product = p->id;
		add(im, &m);
	}
}

/* Spreadsheets of some countries write semicolons for commas. */
static bool
read_list(struct import *im, struct str text)
{
	struct str rest = text;

	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] == ';')
			((char *)(uintptr_t)text.p)[i] = ',';
	if (str_starts(rest, "\xEF\xBB\xBF"))
		rest = (struct str){ rest.p + 3, rest.len - 3 };
	for (size_t n = 1; rest.len > 0; n++) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		struct str names = line;

		if (line.len == 0 || line.p[0] == '#' ||
		    (n == 1 && str_eq_nocase(cell(&names), "tg_id")))
			continue;
		take_line(im, line, n);
	}
	return true;
}

/* ---- what is going to be ---- */

/* Under a name of their own, so that what was taken over once is known the next
 * time. */
static struct fact
fact_of(struct import *im, struct arena *a, const struct member_row *m)
{
	struct fact f = { .kind = FACT_GRANTED,
		.provider = "grant",
		.order = m->session,
		.tg_id = m->tg_id,
		.product = m->product,
		.until_ms = m->until_ms,
		.livemode = im->app->conf.livemode,
		.is_past = true };

	if (m->session != NULL) {
		f.kind = FACT_PAID;
		f.provider = "stripe";
	} else {
		f.order = arena_printf(
		    a, "import/%lld/%s", (long long)m->tg_id, m->product);
	}
	return f;
}

static bool
look_up(struct import *im)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < im->n; i++) {
		struct member_row *m = &im->rows[i];
		struct fact f = fact_of(im, &im->scratch, m);
		struct order o;

		e = ledger_order_by_session(
		    im->app->db, &im->scratch, f.order, &o);
		m->is_known = e == ERR_OK && o.paid_ms != 0;
		im->n_known += m->is_known;
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
		arena_reset(&im->scratch);
	}
	if (e != ERR_OK)
		(void)cmd_unread();
	return e == ERR_OK;
}

static void
count(size_t n, const char *what)
{
	if (n > 0)
		printf("%6zu %s\n", n, what);
}

/* What has no end is said: where a subscription is sold, nobody may mean it. */
static void
show(const struct import *im)
{
	size_t n_for_good = 0;

	for (size_t i = 0; i < im->n; i++)
		n_for_good +=
		    !im->rows[i].is_known && im->rows[i].until_ms == 0;
	printf("%6zu people to let in\n", im->n - im->n_known);
	count(n_for_good, "of them for good");
	count(im->n_known, "are in this ledger already");
	count(im->n_unpaid, "have not paid, and are left out");
	count(im->n_over,
	    "had access until a day that is over, and are left "
	    "out");
	count(im->n_test,
	    "paid with the test card, and are left out: this "
	    "shop takes real money");
}

/* ---- doing it ---- */

/* A row that is known is recorded again all the same: it may have another end,
 * and what is as it was changes nothing. */
static enum err
record_batch(struct db *db, void *ctx)
{
	struct import *im = ctx;
	size_t end = im->n - im->at < BATCH ? im->n : im->at + BATCH;
	enum err e = ERR_OK;

	for (size_t i = im->at; e == ERR_OK && i < end; i++) {
		struct fact f = fact_of(im, &im->scratch, &im->rows[i]);

		e = ledger_record(im->app, &im->scratch, &f, NULL);
		arena_reset(&im->scratch);
	}
	/* Pages that the first version opened have no mark of this shop, and
	 * may still be paid. */
	if (e == ERR_OK && im->is_first)
		e = mark_set(db, "accept_unmarked", 1);
	return e;
}

static int
take_over(struct import *im)
{
	enum err e = ERR_OK;

	for (im->at = 0; e == ERR_OK && im->at < im->n; im->at += BATCH)
		e = db_transaction(im->app->db, record_batch, im);
	if (e == ERR_OK)
		printf("Done. Nobody is sent an invite; who is not in the "
		       "channel gets a link by /help.\n");
	else if (im->at > BATCH)
		printf("%zu rows were taken over before that; run it again.\n",
		    im->at - BATCH);
	return cmd_recorded(im->app, e);
}

/* By the first bytes: a database may be of any size, and is read by its engine
 * alone. */
static bool
read_file(struct import *im, const char *file)
{
	char head[sizeof(SQLITE_MAGIC)] = "";
	struct str text = { 0 };
	FILE *f = fopen(file, "re");

	if (f != NULL) {
		im->is_first =
		    fread(head, 1, sizeof(head) - 1, f) == sizeof(head) - 1 &&
		    strcmp(head, SQLITE_MAGIC) == 0;
		(void)fclose(f);
	}
	if (im->is_first)
		return read_first(im, db_new_to_read(file), file, true, NULL);
	if (file_read(&im->arena, file, MAX_LIST_BYTES, &text))
		return read_list(im, text);
	printf("%s cannot be read: %s.\n", file, strerror(errno));
	return false;
}

struct wish {
	const char *file; /* or an address */
	bool is_server;
	const char *schema;  /* NULL: the one that it opens with */
	const char *product; /* NULL: the first */
};

static int
import(struct import *im, const struct wish *w)
{
	if (w->is_server ? !read_server(im, w->file, w->schema) :
			   !read_file(im, w->file))
		return 1;
	if (im->n_faults > 0) {
		printf("%zu rows of %s are wrong. Nothing was taken over.\n",
		    im->n_faults,
		    w->is_server ? conf_database_name(w->file, &im->arena) :
				   w->file);
		return 1;
	}
	if (!cmd_ledger_made(im->app) || !look_up(im))
		return 1;
	show(im);
	if (im->n == 0)
		return 0;
	if (!cmd_is_meant(
		im->args, "Take them over?", "Nothing was taken over"))
		return STATUS_NOT_MEANT;
	return take_over(im);
}

/* The address is not left among the arguments: it may have a password. */
static struct wish
read_wish(struct import *im)
{
	const struct args *args = im->args;
	struct wish w = { .file =
			      cmd_take_address(&im->arena, args_word(args, 0)),
		.schema = args->option[OPTION_SCHEMA],
		.product = args->option[OPTION_PRODUCT] };

	w.is_server = str_starts(str_from(w.file), "postgres") &&
	    strstr(w.file, "://") != NULL;
	return w;
}

static bool
find_product(struct import *im, const char *id)
{
	const struct product *p = catalog_find(&im->app->catalog, id);

	if (p == NULL)
		printf("There is no product \"%s\".\n", id);
	else
		im->default_product = p->id;
	return p != NULL;
}

int
cmd_import(struct app *app, const struct args *args)
{
	struct import im = { .app = app, .args = args };
	struct wish w = read_wish(&im);
	int status = 1;

	app->programs = PROGRAM_LEDGER;
	if (w.schema != NULL && !w.is_server)
		status =
		    args_wrong(args, "--schema goes with postgresql://...");
	else if (cmd_account_ok(app) && find_product(&im, w.product))
		status = import(&im, &w);
	arena_free(&im.scratch);
	arena_free(&im.arena);
	return status;
}
