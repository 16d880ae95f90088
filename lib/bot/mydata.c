/* All that is kept of somebody, sent to them as a file. */
#include "base/array.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"
#include "ledger/ledger.h"
#include "outbox/message.h"
#include "shop/text.h"

#include <string.h>

#define MAX_COLUMNS 12
#define FORM_BYTES ((size_t)4096)
#define CHANCE_BYTES 16

/* A part of the file: a list, and its columns as the statement has them; those
 * that begin with a # are numbers. A time is in milliseconds since 1970. */
static const struct part {
	const char *name;
	enum sql what;
	const char *columns[MAX_COLUMNS];
} parts[] = {
	{ "you", SQL_MINE_USER,
	    { "#tg_id", "language", "chosen_language", "source", "#created_ms",
		"#bot_blocked_ms" } },
	{ "orders", SQL_MINE_ORDERS,
	    { "#id", "product", "provider", "name", "payment", "#amount_minor",
		"currency", "subscription", "#created_ms", "#paid_ms",
		"#until_ms", "#revoked_ms" } },
	{ "payments", SQL_MINE_PAYMENTS,
	    { "provider", "name", "#amount_minor", "currency", "#paid_ms",
		"#starts_ms", "#ends_ms" } },
	{ "refunds_and_disputes", SQL_MINE_REVERSALS,
	    { "name", "kind", "#amount_minor", "#updated_ms" } },
	{ "subscriptions", SQL_MINE_SUBSCRIPTIONS,
	    { "name", "status", "customer", "#period_start_ms",
		"#period_end_ms" } },
	{ "access", SQL_MINE_ACCESS,
	    { "product", "#is_in", "why", "#decided_ms", "#until_ms",
		"#invited_ms" } },
	{ "channels", SQL_MINE_CHANNELS,
	    { "chat", "#state", "#seen_ms", "#asked_ms", "#joined_ms",
		"#removed_ms" } },
	{ "links", SQL_MINE_LINKS,
	    { "link", "chat", "#made_ms", "#revoked_ms" } },
	{ "questions", SQL_MINE_QUESTIONS,
	    { "question", "answer", "language", "#asked_ms", "#ended_ms" } },
	{ "messages", SQL_MINE_MESSAGES,
	    { "name", "detail", "#created_ms", "#done_ms" } },
};

struct writing {
	const struct part *part;
	struct json *list;
};

/* What was never set is left out. */
static void
put_row(const struct row *row, void *ctx)
{
	const struct writing *w = ctx;
	struct json *one = json_push_object(w->list);

	for (int i = 0; i < MAX_COLUMNS && w->part->columns[i] != NULL; i++) {
		const char *name = w->part->columns[i];
		const char *text;

		if (name[0] == '#') {
			if (row_int(row, i) != 0)
				json_put_int(one, name + 1, row_int(row, i));
			continue;
		}
		text = row_text(row, i);
		if (text != NULL)
			json_put_text(one, name, text);
	}
}

/* A list that is empty stands there empty: that nothing is kept is worth
 * knowing, too. */
static enum err
write_all(struct db *db, struct arena *a, int64_t tg_id, struct str *text)
{
	struct json *doc = json_new(a);
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < LENGTH(parts); i++) {
		struct writing w = { &parts[i],
			json_put_array(doc, parts[i].name) };

		e = db_each(db, a, parts[i].what, KV(kv_int("tg_id", tg_id)),
		    put_row, &w);
	}
	*text = json_render(a, doc);
	return e;
}

/* ---- the file as a form (core.telegram.org/bots/api#sending-files) ---- */

static const char *
boundary(struct arena *a)
{
	/* Hard to guess, so that no question of theirs can end the file. */
	unsigned char chance[CHANCE_BYTES] = { 0 };
	char hex[2 * CHANCE_BYTES + 1];

	if (random_bytes(chance, sizeof(chance)) != ERR_OK)
		chance[0] = 1;
	hex_encode(chance, sizeof(chance), hex);
	return arena_printf(a, "admit-%s", hex);
}

static struct str
form(struct arena *a, int64_t chat_id, const char *caption, struct str file,
    const char *limit)
{
	struct buf b = buf_new(a, file.len + strlen(caption) + FORM_BYTES);

	buf_text(&b,
	    arena_printf(a,
		"--%s\r\nContent-Disposition: form-data; name=\"chat_id\""
		"\r\n\r\n%lld\r\n"
		"--%s\r\nContent-Disposition: form-data; name=\"caption\""
		"\r\n\r\n%s\r\n"
		"--%s\r\nContent-Disposition: form-data; name=\"document\"; "
		"filename=\"my-data.json\"\r\n"
		"Content-Type: application/json\r\n\r\n",
		limit, (long long)chat_id, limit, caption, limit));
	buf_add(&b, file);
	buf_text(&b, arena_printf(a, "\r\n--%s--\r\n", limit));
	return buf_str(&b);
}

/* Read when it is sent: what came since it was asked for is in it as well. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	const char *limit = boundary(a);
	enum language in = text_language();
	struct str text;
	enum err e = ledger_language(app->db, a, s->job.tg_id, &in);

	if (e == ERR_OK)
		e = write_all(app->db, a, s->job.tg_id, &text);
	if (e != ERR_OK)
		return e;
	message_call(app, a, s, s->job.tg_id, "sendDocument", NULL);
	s->call.headers[0] = arena_printf(
	    a, "Content-Type: multipart/form-data; boundary=%s", limit);
	s->call.body = form(
	    a, s->job.tg_id, text_plain_in(in, TEXT_MYDATA_FILE), text, limit);
	return ERR_OK;
}

const struct job_kind mydata_kind = { .prepare = prepare,
	.settle = message_settle };
