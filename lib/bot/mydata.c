/* All that is kept of somebody, sent to them as a file. */
#include "bot/mydata.h"

#include "base/array.h"
#include "base/json.h"
#include "ledger/ledger.h"
#include "outbox/message.h"
#include "shop/text.h"

#define MAX_COLUMNS 12

/* A part of the file: a list, and its columns as the statement has them; those
 * that begin with a # are numbers. A time is in milliseconds since 1970. */
static const struct part {
	const char *name;
	enum sql what;
	const char *columns[MAX_COLUMNS];
} parts[] = {
	{ "you", SQL_MINE_USER,
	    { "#tg_id", "language", "chosen_language", "source", "#created_ms",
		"#bot_blocked_ms", "#no_letters_ms" } },
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
	{ "conversation", SQL_MINE_CONVERSATION,
	    { "#opened_ms", "#said_ms", "#closed_ms" } },
	{ "conversation_messages", SQL_MINE_CONVERSATION_MESSAGES,
	    { "#there", "#here", "#is_answer", "#at_ms" } },
	{ "messages_to_many", SQL_MINE_BROADCASTS,
	    { "#number", "to", "product", "language", "#state", "#people",
		"#sent", "#asked_ms" } },
	{ "consents", SQL_MINE_CONSENTS,
	    { "product", "text_sha256", "language", "#at_ms" } },
	{ "withdrawals", SQL_MINE_WITHDRAWALS,
	    { "#number", "contract", "#order", "#at_ms" } },
	{ "operators", SQL_MINE_AUDIT,
	    { "what", "product", "#number", "#amount", "words", "#done_ms",
		"result" } },
	{ "role", SQL_MINE_ROLE, { "#role", "#added_ms" } },
	{ "as_operator", SQL_MINE_ACTS,
	    { "what", "product", "#number", "#amount", "#done_ms", "result" } },
	{ "counted", SQL_MINE_LIMITS, { "name", "#n", "#since_ms" } },
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
enum err
mydata_write(struct db *db, struct arena *a, int64_t tg_id, struct str *text)
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

/* Read when it is sent: what came since it was asked for is in it as well. */
static enum err
prepare(struct app *app, struct arena *a, struct step *s)
{
	struct tg_file file = { .field = "document", .name = "my-data.json" };
	struct json *params = json_new(a);
	enum language in = text_language();
	enum err e = ledger_language(app->db, a, s->job.tg_id, &in);

	if (e == ERR_OK)
		e = mydata_write(app->db, a, s->job.tg_id, &file.bytes);
	if (e != ERR_OK)
		return e;
	json_put_int(params, "chat_id", s->job.tg_id);
	json_put_text(params, "caption", text_plain_in(in, TEXT_MYDATA_FILE));
	message_upload(app, a, s, s->job.tg_id, "sendDocument", params, &file);
	return ERR_OK;
}

const struct job_kind mydata_kind = { .prepare = prepare,
	.settle = message_settle };
