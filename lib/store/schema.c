/* The tables, as numbered migrations. A migration that has shipped is never
 * changed; the next one changes what it made. {id}, {int} and {end} become the
 * engine's own words. Times are ms since 1970 (*_ms), money is minor units.
 *
 * No name and no e-mail address of a buyer has a column here: what is not
 * stored cannot leak. */
#include "store/schema.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define MAX_DDL_BYTES (16 * 1024)

static const char *const migrations[] = {
	/* 1: the payment flow */
	"CREATE TABLE users ("
	" tg_id {id},"
	" language TEXT,"
	" is_paid {int} NOT NULL DEFAULT 0," /* 1 while any access is in */
	" session_id TEXT,"                  /* the last paid one */
	" bot_blocked_ms {int},"             /* null: messages arrive */
	" created_ms {int} NOT NULL"
	") {end};"

	/* One purchase and the facts about it. A row without session_id is an
	 * attempt under way (see payment/checkout.h). */
	"CREATE TABLE orders ("
	" id {id},"
	" tg_id {int} NOT NULL REFERENCES users (tg_id),"
	" product TEXT NOT NULL,"
	" provider TEXT NOT NULL,"
	" attempt {int} NOT NULL DEFAULT 0,"
	" attempted_ms {int},"
	" session_id TEXT UNIQUE,"
	" payment_intent TEXT,"
	" url TEXT,"
	" url_ends_ms {int},"
	" amount_minor {int},"
	" currency TEXT,"
	" livemode {int} NOT NULL,"
	" processing_ms {int}," /* complete, the money under way */
	" paid_ms {int},"
	" failed_ms {int},"  /* the bank said no after all */
	" expired_ms {int}," /* nobody paid */
	" created_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX orders_of_buyer ON orders (tg_id, product);"
	"CREATE INDEX orders_by_intent ON orders (payment_intent);"

	/* What came back, by payment: a refund may be heard of before the
	 * payment itself. */
	"CREATE TABLE refunds ("
	" payment_intent TEXT PRIMARY KEY NOT NULL,"
	" amount_minor {int} NOT NULL,"   /* what was paid */
	" refunded_minor {int} NOT NULL," /* of it, only ever grows */
	" updated_ms {int} NOT NULL"
	") {end};"

	/* What was decided about a buyer and a product. */
	"CREATE TABLE access ("
	" tg_id {int} NOT NULL REFERENCES users (tg_id),"
	" product TEXT NOT NULL,"
	" is_in {int} NOT NULL,"
	" why TEXT NOT NULL,"
	" decided_ms {int} NOT NULL,"
	" invited_ms {int}," /* Telegram took the invite message */
	" PRIMARY KEY (tg_id, product)"
	") {end};"

	/* What is owed to the outside world; the key makes a promise once. */
	"CREATE TABLE jobs ("
	" id {id},"
	" kind {int} NOT NULL,"
	" promise TEXT NOT NULL UNIQUE,"
	" tg_id {int} NOT NULL,"
	" order_id {int},"
	" detail TEXT,"
	" attempts {int} NOT NULL DEFAULT 0,"
	" due_ms {int} NOT NULL,"
	" lease_ms {int} NOT NULL DEFAULT 0," /* nobody else's until then */
	" done_ms {int},"
	" parked_ms {int}," /* waits for a person */
	" error TEXT,"
	" created_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX jobs_due ON jobs (due_ms)"
	" WHERE done_ms IS NULL AND parked_ms IS NULL;"
	"CREATE INDEX jobs_of_user ON jobs (tg_id) WHERE done_ms IS NULL;"
	"CREATE INDEX jobs_done ON jobs (done_ms) WHERE done_ms IS NOT NULL;"

	/* Every event and update seen: duplicates end here. */
	"CREATE TABLE inbox ("
	" source TEXT NOT NULL,"
	" id TEXT NOT NULL,"
	" type TEXT NOT NULL,"
	" at_ms {int} NOT NULL,"
	" PRIMARY KEY (source, id)"
	") {end};"
	"CREATE INDEX inbox_by_age ON inbox (at_ms);",

	/* 2: how often somebody made us call Stripe, in the hour since */
	"CREATE TABLE limits ("
	" key TEXT PRIMARY KEY NOT NULL,"
	" n {int} NOT NULL,"
	" since_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX limits_by_age ON limits (since_ms);"
	/* what nobody paid is forgotten */
	"CREATE INDEX orders_unpaid ON orders (created_ms)"
	" WHERE paid_ms IS NULL;"
	"CREATE INDEX users_never_paid ON users (created_ms)"
	" WHERE session_id IS NULL;",

	/* 3: what takes money back, by its own id; it may be heard of before
	 * the payment */
	"CREATE TABLE reversals ("
	" id TEXT PRIMARY KEY NOT NULL," /* re_..., du_... */
	" payment_intent TEXT NOT NULL,"
	" kind TEXT NOT NULL," /* refund, dispute */
	" amount_minor {int} NOT NULL,"
	" stage {int} NOT NULL," /* only grows; of a refund 1: it failed */
	" due_ms {int},"         /* a dispute's evidence */
	" updated_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX reversals_of_payment ON reversals (payment_intent);",

	/* 4: how far reconciliation has come */
	"CREATE TABLE marks ("
	" key TEXT PRIMARY KEY NOT NULL,"
	" value {int} NOT NULL"
	") {end};",

	/* 5: taken away by hand */
	"ALTER TABLE orders ADD COLUMN revoked_ms {int};",

	/* 6: who is in which channel, as Telegram confirmed it, and the links
	 * that were made for them */
	"CREATE TABLE members ("
	" tg_id {int} NOT NULL,"
	" chat_id TEXT NOT NULL,"
	" ours {int} NOT NULL DEFAULT 0,"    /* sold to, or by a link of ours */
	" state {int} NOT NULL DEFAULT 0,"   /* enum member_state */
	" seen_ms {int} NOT NULL DEFAULT 0," /* when Telegram said so */
	" asked_ms {int},"                   /* the request that waits */
	" hinted_ms {int},"                  /* of it, told how to buy */
	" joined_ms {int},"
	" removed_ms {int},"
	" PRIMARY KEY (tg_id, chat_id)"
	") {end};"
	"CREATE TABLE links ("
	" link TEXT PRIMARY KEY NOT NULL,"
	" tg_id {int} NOT NULL,"
	" chat_id TEXT NOT NULL,"
	" made_ms {int} NOT NULL,"
	" revoked_ms {int}"
	") {end};"
	"CREATE INDEX links_of_member ON links (tg_id, chat_id);"
	"CREATE INDEX links_of_chat ON links (chat_id)"
	" WHERE revoked_ms IS NULL;"
	/* a group that became a supergroup has another number */
	"CREATE TABLE moved_chats ("
	" chat_id TEXT PRIMARY KEY NOT NULL,"
	" moved_to TEXT NOT NULL UNIQUE"
	") {end};",

	/* 7: the next job is found in one step, however many wait. While a job
	 * is leased, due_ms is the lease's end. */
	"ALTER TABLE jobs ADD COLUMN late {int} NOT NULL DEFAULT 0;"
	"UPDATE jobs SET late = 1 WHERE kind = 4;"
	"UPDATE jobs SET due_ms = lease_ms WHERE lease_ms > due_ms;"
	"DROP INDEX jobs_due;"
	"CREATE INDEX jobs_due ON jobs (late, due_ms)"
	" WHERE done_ms IS NULL AND parked_ms IS NULL;",

	/* 8: access that ends by itself */
	"ALTER TABLE orders ADD COLUMN until_ms {int};" /* null: for good */
	"ALTER TABLE orders ADD COLUMN renews {int} NOT NULL DEFAULT 0;"
	"ALTER TABLE access ADD COLUMN until_ms {int};"
	"ALTER TABLE access ADD COLUMN renews {int} NOT NULL DEFAULT 0;"
	"CREATE INDEX access_until ON access (until_ms)"
	" WHERE is_in = 1 AND until_ms IS NOT NULL;",

	/* 9: subscriptions at Stripe, each as it was read last; what is told
	 * of one meanwhile is counted, so that it is read again */
	"CREATE TABLE subscriptions ("
	" id TEXT PRIMARY KEY NOT NULL," /* sub_... */
	" n_heard {int} NOT NULL,"
	" n_read {int} NOT NULL DEFAULT 0," /* of n_heard, known when asked */
	" read_ms {int},"
	" look_ms {int}," /* when to read it unasked */
	" status TEXT,"
	" customer TEXT,"
	" period_start_ms {int},"
	" period_end_ms {int},"
	" ends_ms {int}," /* canceled for then; null: it renews */
	" ended_ms {int},"
	" invoice TEXT," /* the latest */
	" invoice_url TEXT,"
	" is_owed {int} NOT NULL DEFAULT 0," /* nobody paid it */
	" payment_intent TEXT,"
	" paid_minor {int}"
	") {end};"
	"CREATE INDEX subscriptions_to_read ON subscriptions (look_ms)"
	" WHERE look_ms IS NOT NULL;"
	"ALTER TABLE orders ADD COLUMN subscription TEXT;"
	"CREATE INDEX orders_by_subscription ON orders (subscription)"
	" WHERE subscription IS NOT NULL;"
	/* what its invoices were paid by: disputes name that */
	"CREATE TABLE invoice_payments ("
	" payment_intent TEXT PRIMARY KEY NOT NULL,"
	" subscription TEXT NOT NULL"
	") {end};"
	"CREATE INDEX invoice_payments_of ON invoice_payments (subscription);"
	/* when to say that access is going to end; null: not, or said */
	"ALTER TABLE access ADD COLUMN remind_ms {int};"
	"ALTER TABLE access ADD COLUMN paid_until_ms {int};" /* no grace */
	"CREATE INDEX access_remind ON access (remind_ms)"
	" WHERE remind_ms IS NOT NULL;",
	/* 10: lessons, and their pieces as the search reads them */
	"CREATE TABLE lessons ("
	" id {id},"
	" product TEXT NOT NULL,"
	" source TEXT NOT NULL,"
	" lesson_no {int} NOT NULL,"
	" title TEXT NOT NULL,"
	" hash TEXT NOT NULL,"
	" is_public {int} NOT NULL,"
	" imported_ms {int} NOT NULL,"
	" UNIQUE (product, source)"
	") {end};"
	"CREATE TABLE chunks ("
	" id {id},"
	" lesson_id {int} NOT NULL REFERENCES lessons (id),"
	" position {int} NOT NULL,"
	" heading TEXT NOT NULL,"
	" body TEXT NOT NULL,"
	" folded TEXT NOT NULL,"
	" UNIQUE (lesson_id, position)"
	") {end};"
	/* questions to the coach; their words go after an hour */
	"CREATE TABLE questions ("
	" id {id},"
	" tg_id {int} NOT NULL,"
	" chat_id {int} NOT NULL,"
	" message_id {int} NOT NULL,"
	" question TEXT,"
	" voice TEXT,"
	" language TEXT,"
	" answer TEXT,"
	" n_tried {int} NOT NULL DEFAULT 0,"
	" n_sent {int} NOT NULL DEFAULT 0,"
	" outcome {int} NOT NULL DEFAULT 0," /* enum question_outcome */
	" forwarded_id {int},"               /* in the support chat */
	" asked_ms {int} NOT NULL,"
	" ended_ms {int}"
	") {end};"
	"CREATE INDEX questions_of_asker ON questions (tg_id, asked_ms);"
	"CREATE INDEX questions_by_age ON questions (asked_ms);"
	"CREATE INDEX questions_with_words ON questions (asked_ms)"
	" WHERE question IS NOT NULL;"
	"CREATE INDEX questions_forwarded ON questions (forwarded_id)"
	" WHERE forwarded_id IS NOT NULL;"
	/* what the lessons did not answer, for their author; nobody's */
	"CREATE TABLE unanswered ("
	" id {id},"
	" question TEXT NOT NULL,"
	" asked_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX unanswered_by_age ON unanswered (asked_ms);",

	/* 11: numbers of messages are a chat's own: in which chat forwarded_id
	 * is; null: forwarded before that was noted */
	"ALTER TABLE questions ADD COLUMN forwarded_chat_id {int};"
	/* words go whatever became of the answer, and what was spoken too */
	"DROP INDEX questions_with_words;"
	"CREATE INDEX questions_with_words ON questions (asked_ms)"
	" WHERE question IS NOT NULL OR answer IS NOT NULL"
	" OR voice IS NOT NULL;"
	/* the bot's, whose value is its number */
	"ALTER TABLE marks ADD COLUMN word TEXT;",

	/* 12: where each product leads or ever led, so that one that is sold no
	 * more still keeps its buyers in; of one that leads to no channel of
	 * the bot's a row without a chat */
	"CREATE TABLE leads ("
	" product TEXT NOT NULL,"
	" chat_id TEXT NOT NULL,"
	" PRIMARY KEY (product, chat_id)"
	") {end};"
	/* what a product was called before, as invoices name it for years */
	"CREATE TABLE renamed ("
	" product TEXT PRIMARY KEY NOT NULL,"
	" is_now TEXT NOT NULL"
	") {end};"
	/* what Telegram does not say of somebody who is to be removed: since
	 * when, and since when its words agree that they are out */
	"ALTER TABLE members ADD COLUMN doubt_ms {int};"
	"ALTER TABLE members ADD COLUMN out_ms {int};"
	/* who cannot be let in as they are: when it was refused, and why */
	"ALTER TABLE members ADD COLUMN full_ms {int};"
	"ALTER TABLE members ADD COLUMN full_why TEXT;",

	/* 13: what of a subscription is paid; whether its money is asked for */
	"ALTER TABLE subscriptions ADD COLUMN paid_until_ms {int};"
	"ALTER TABLE subscriptions ADD COLUMN collects_not {int}"
	" NOT NULL DEFAULT 0;"
	/* what was told stays known when the message is long forgotten: which
	 * attempt to take money failed; how far a dispute had come; how much
	 * had gone back */
	"ALTER TABLE subscriptions ADD COLUMN dunned TEXT;"
	"ALTER TABLE reversals ADD COLUMN told_stage {int};"
	"UPDATE reversals SET told_stage = stage;"
	"ALTER TABLE refunds ADD COLUMN told_minor {int};"
	"UPDATE refunds SET told_minor = refunded_minor;"
	/* whether a sale without the shop's mark may be ours: in a ledger that
	 * was selling before there were marks */
	"INSERT INTO marks (key, value) SELECT 'accept_unmarked',"
	" CASE WHEN EXISTS (SELECT 1 FROM orders) THEN 1 ELSE 0 END;",

	/* 14: the queue has a line for each thing that is waited for apart
	 * (enum job_line, in late), and lanes in which each person has one job
	 * at a time. Attempts count calls that failed, no leases. */
	"ALTER TABLE jobs ADD COLUMN lane {int} NOT NULL DEFAULT 0;"
	"UPDATE jobs SET late = CASE WHEN kind IN (6, 12) THEN 0"
	" WHEN kind = 1 THEN 1 WHEN kind IN (3, 7, 8) THEN 2"
	" WHEN kind = 2 THEN 3 WHEN kind IN (9, 11) THEN 4"
	" WHEN kind = 10 THEN 5"
	" WHEN kind = 4 THEN 6 WHEN kind = 5 THEN 7 ELSE 3 END,"
	" lane = CASE WHEN kind IN (1, 6) THEN 1 WHEN kind IN (2, 4) THEN 2"
	" WHEN kind IN (3, 8) THEN 3"
	" WHEN kind IN (9, 10, 11) THEN 4 ELSE 0 END,"
	" attempts = CASE WHEN error IS NULL THEN 0 ELSE attempts END"
	" WHERE done_ms IS NULL;"
	"CREATE INDEX jobs_parked ON jobs (parked_ms)"
	" WHERE done_ms IS NULL AND parked_ms IS NOT NULL;",

	/* 15: since when Telegram is asked to revoke a link: until revoked_ms
	 * nobody knows whether it lives */
	"ALTER TABLE links ADD COLUMN revoking_ms {int};",

	/* 16: each payment that was taken, for the books. An order has one that
	 * began it; of a plan each later one is another. By time there is no
	 * index: reports are rare, and it would be written at each sale. */
	"CREATE TABLE payments ("
	" id {id},"
	" provider TEXT NOT NULL,"
	" payment TEXT NOT NULL," /* pi_..., in_..., a Stars charge */
	" intent TEXT,"           /* as what takes it back names it */
	" order_id {int} NOT NULL REFERENCES orders (id),"
	" kind {int} NOT NULL," /* enum payment_kind */
	" amount_minor {int} NOT NULL,"
	" currency TEXT NOT NULL,"
	" tax_minor {int}," /* in the amount; null: not known */
	" paid_ms {int} NOT NULL,"
	" starts_ms {int}," /* what it pays for; null: for good */
	" ends_ms {int},"
	" UNIQUE (provider, payment)"
	") {end};"
	"CREATE UNIQUE INDEX payments_first ON payments (order_id)"
	" WHERE kind = 1;"
	"CREATE INDEX payments_of_order ON payments (order_id);"
	"CREATE INDEX payments_by_intent ON payments (intent)"
	" WHERE intent IS NOT NULL;"
	/* what was known before there was such a table; the rest of the past
	 * is Stripe's to tell (admit reconcile) */
	"INSERT INTO payments (provider, payment, intent, order_id, kind,"
	" amount_minor, currency, paid_ms, starts_ms, ends_ms)"
	" SELECT o.provider, COALESCE(o.payment_intent, o.session_id),"
	" o.payment_intent, o.id,"
	" CASE WHEN o.provider = 'stars' AND o.renews = 1 AND EXISTS"
	" (SELECT 1 FROM orders AS e WHERE e.tg_id = o.tg_id AND e.tg_id <> 0"
	" AND e.product = o.product AND e.provider = 'stars'"
	" AND e.renews = 1 AND e.paid_ms IS NOT NULL AND e.id < o.id)"
	" THEN 2 ELSE 1 END,"
	" COALESCE(o.amount_minor, 0), o.currency, o.paid_ms,"
	" CASE WHEN o.until_ms IS NULL THEN NULL ELSE o.paid_ms END,"
	" o.until_ms FROM orders AS o WHERE o.paid_ms IS NOT NULL"
	" AND o.session_id IS NOT NULL AND o.currency IS NOT NULL"
	" AND o.provider <> 'grant'"
	" ORDER BY o.id ON CONFLICT DO NOTHING;"
	/* of a subscription the latest invoice, where it is not the first */
	"INSERT INTO payments (provider, payment, intent, order_id, kind,"
	" amount_minor, currency, paid_ms, starts_ms, ends_ms)"
	" SELECT o.provider, s.invoice, s.payment_intent, o.id, 2,"
	" s.paid_minor, o.currency, s.period_start_ms, s.period_start_ms,"
	" s.period_end_ms FROM subscriptions AS s"
	" JOIN orders AS o ON o.id = (SELECT MIN(id) FROM orders"
	" WHERE subscription = s.id)"
	" WHERE o.paid_ms IS NOT NULL AND o.currency IS NOT NULL"
	" AND s.invoice IS NOT NULL AND s.payment_intent IS NOT NULL"
	" AND s.paid_minor > 0 AND s.paid_until_ms = s.period_end_ms"
	" AND s.period_start_ms > o.paid_ms + 86400000"
	" AND s.is_owed = 0 ON CONFLICT DO NOTHING;"
	/* when money went back: what is told later changes other things */
	"ALTER TABLE reversals ADD COLUMN at_ms {int};"
	"UPDATE reversals SET at_ms = updated_ms;"
	"CREATE INDEX reversals_by_time ON reversals (at_ms);",

	/* 17: whether the next payment comes (enum renewal), where its provider
	 * tells that of its own accord */
	"ALTER TABLE orders ADD COLUMN renewal {int} NOT NULL DEFAULT 0;"
	/* a grant's name had the number of whom it was for, and kept it when
	 * they were forgotten */
	"UPDATE orders SET session_id = 'grant/0/' || id"
	" WHERE tg_id = 0 AND provider = 'grant';",

	/* 18: until when a subscription was tried: what was paid for that time
	 * does not come again */
	"ALTER TABLE subscriptions ADD COLUMN trial_end_ms {int};"
	/* a bank is at work on its latest invoice */
	"ALTER TABLE subscriptions ADD COLUMN is_processing {int} NOT NULL"
	" DEFAULT 0;"
	/* by when evidence for an appeal is due, and what of that the operators
	 * were told */
	"ALTER TABLE reversals ADD COLUMN appeal_due_ms {int};"
	"ALTER TABLE reversals ADD COLUMN appeal_told_ms {int};",
	/* 19: the language that somebody wants to read here, "de"; null: the
	 * one that Telegram says (language) */
	"ALTER TABLE users ADD COLUMN chosen_language TEXT;"
	/* the language of the click that began an attempt to open a page */
	"ALTER TABLE orders ADD COLUMN attempt_language TEXT;"
	/* what a period of it costs, and how long that is; null: not known, or
	 * less is paid by a coupon */
	"ALTER TABLE subscriptions ADD COLUMN price_minor {int};"
	"ALTER TABLE subscriptions ADD COLUMN price_currency TEXT;"
	"ALTER TABLE subscriptions ADD COLUMN price_period_ms {int};",

	/* 20: a question of a group is answered to its asker alone */
	"ALTER TABLE questions ADD COLUMN is_private {int} NOT NULL DEFAULT 0;"
	/* when they said that they want no reminders of what they did not buy,
	 * and when they had each of the two */
	"ALTER TABLE users ADD COLUMN unremind_ms {int};"
	"ALTER TABLE users ADD COLUMN cart_reminded_ms {int};"
	"ALTER TABLE users ADD COLUMN intro_reminded_ms {int};"
	/* when they were shown something for nothing, for the reminder of it */
	"ALTER TABLE users ADD COLUMN intro_ms {int};"
	/* when they asked to be forgotten */
	"ALTER TABLE users ADD COLUMN forget_ms {int};"
	"CREATE INDEX users_to_remind ON users (intro_ms)"
	" WHERE intro_ms IS NOT NULL;"
	"CREATE INDEX users_to_forget ON users (forget_ms)"
	" WHERE forget_ms IS NOT NULL;"
	/* by which link somebody came when they first started the bot, the
	 * word behind its "?start="; "": by none; null: they did not start it.
	 * Nobody knows that of those who are there already */
	"ALTER TABLE users ADD COLUMN source TEXT;"
	"UPDATE users SET source = '';"
	/* the same of the buyer, when the order began; null: by none */
	"ALTER TABLE orders ADD COLUMN source TEXT;"
	/* what buyers agreed to before they paid: the text by its SHA-256,
	 * and whether it was certainly them; tg_id 0: forgotten */
	"CREATE TABLE consents ("
	" id {id},"
	" tg_id {int} NOT NULL,"
	" product TEXT NOT NULL,"
	" hash TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" is_proven {int} NOT NULL,"
	" at_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX consents_of_person ON consents (tg_id, product);"
	/* who withdrew from a contract, as they named it; tg_id 0: nobody that
	 * we know, or forgotten */
	"CREATE TABLE withdrawals ("
	" id {id},"
	" contract TEXT NOT NULL,"
	" tg_id {int} NOT NULL,"
	" order_id {int},"
	" at_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX withdrawals_by_contract ON withdrawals (contract);",

	/* 21: who may use /admin beside the settings' ADMIN_TG_IDS, and as what
	 * (enum role) */
	"CREATE TABLE operators ("
	" tg_id {id},"
	" role {int} NOT NULL,"
	" added_ms {int} NOT NULL"
	") {end};"
	/* what operators changed: who (0: at the command line), what, about
	 * whom (0: nobody, or forgotten) and which product, order or job
	 * (number), how many days or how much of the money (amount), in which
	 * words; done_ms null: it was asked for and not confirmed */
	"CREATE TABLE audit ("
	" id {id},"
	" actor {int} NOT NULL,"
	" act TEXT NOT NULL,"
	" tg_id {int} NOT NULL,"
	" product TEXT,"
	" number {int} NOT NULL,"
	" amount {int} NOT NULL,"
	" words TEXT,"
	" asked_ms {int} NOT NULL,"
	" done_ms {int},"
	" result TEXT"
	") {end};"
	"CREATE INDEX audit_by_buyer ON audit (tg_id, id);",

	/* 22: what somebody has with the people in the support chat: since
	 * when, the last word in it (0: none that is to be followed by more),
	 * and the card in that chat; closed_ms null: it is open */
	"CREATE TABLE conversations ("
	" tg_id {id},"
	" chat_id {int},"
	" card_id {int},"
	" opened_ms {int} NOT NULL,"
	" said_ms {int} NOT NULL,"
	" closed_ms {int}"
	") {end};"
	"CREATE INDEX conversations_by_age ON conversations (said_ms);"
	/* messages in that chat (or one that it was before) and what they are
	 * in the person's own; is_ours 1: an answer, 0: theirs, or a card */
	"CREATE TABLE conversation_messages ("
	" chat_id {int} NOT NULL,"
	" message_id {int} NOT NULL,"
	" tg_id {int} NOT NULL,"
	" their_id {int} NOT NULL,"
	" is_ours {int} NOT NULL,"
	" at_ms {int} NOT NULL,"
	" PRIMARY KEY (chat_id, message_id)"
	") {end};"
	"CREATE INDEX conversation_messages_of_person"
	" ON conversation_messages (tg_id, their_id);"
	"CREATE INDEX conversation_messages_by_age"
	" ON conversation_messages (at_ms);",

	/* 23: what waits in a line is found by the line. Of an index of what
	 * waits alone a database may think that there is nothing in it, as it
	 * was a minute ago, and go through it for whatever is asked. */
	"DROP INDEX jobs_due;"
	"CREATE INDEX jobs_due ON jobs ((CASE WHEN done_ms IS NULL"
	" AND parked_ms IS NULL THEN late END), due_ms, id);",

	/* 24: messages to many: to whom (SEGMENT_..., and its product), up to
	 * whom they have been promised, and what came of it; the message itself
	 * stays in the chat of who wrote it */
	"CREATE TABLE broadcasts ("
	" id {id},"
	" actor {int} NOT NULL,"
	" segment TEXT NOT NULL,"
	" product TEXT,"
	" language TEXT,"        /* null: whichever */
	" state {int} NOT NULL," /* enum broadcast_state */
	" chat_id {int},"
	" message_id {int},"
	" n_people {int} NOT NULL DEFAULT 0,"
	" after_id {int} NOT NULL DEFAULT 0,"
	" n_sent {int} NOT NULL DEFAULT 0,"
	" n_gone {int} NOT NULL DEFAULT 0,"
	" n_failed {int} NOT NULL DEFAULT 0,"
	" asked_ms {int} NOT NULL"
	") {end};"
	"CREATE INDEX broadcasts_by_state ON broadcasts (state, actor);"
	/* the promises of one, in the order of its readers (JOB_BROADCAST) */
	"CREATE INDEX jobs_of_broadcast ON jobs (detail, tg_id)"
	" WHERE kind = 18;"
	/* they want no messages to many; null: they have not said so */
	"ALTER TABLE users ADD COLUMN no_letters_ms {int};",

	/* 25: the message's words, where they were written at the command line
	 * and stand in no chat */
	"ALTER TABLE broadcasts ADD COLUMN words TEXT;",
};
#define N_MIGRATIONS ((int64_t)LENGTH(migrations))

int64_t
schema_newest(void)
{
	return N_MIGRATIONS;
}

/* Read from the migrations themselves, so that no list of tables can lack one.
 * What stands before a parenthesis or a semicolon is the name. */
static void
note_tables(
    struct arena *a, const char *ddl, const char **names, size_t max, size_t *n)
{
	static const char made[] = "CREATE TABLE ";

	while ((ddl = strstr(ddl, made)) != NULL && *n < max) {
		ddl += sizeof(made) - 1;
		names[(*n)++] =
		    arena_dup(a, (struct str){ ddl, strcspn(ddl, " (;") });
	}
}

size_t
schema_tables(struct arena *a, const char **names, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(migrations); i++)
		note_tables(a, migrations[i], names, max, &n);
	return n;
}

static const char *
word_for(const struct db_driver *d, struct str name)
{
	if (str_eq(name, "id"))
		return d->word_id;
	return str_eq(name, "int") ? d->word_int : d->word_table_end;
}

/* Both engines share every line but a few words: what SQLite calls INTEGER is
 * 32 bits wide elsewhere, and STRICT, which makes it hold columns to their
 * types, is its own. */
static const char *
in_dialect(const struct db_driver *d, struct arena *a, const char *text)
{
	struct buf out = buf_new(a, MAX_DDL_BYTES);
	struct str rest = str_from(text);

	while (rest.len > 0) {
		bool has_word = memchr(rest.p, '{', rest.len) != NULL;

		buf_add(&out, str_cut(&rest, '{'));
		if (has_word)
			buf_text(&out, word_for(d, str_cut(&rest, '}')));
	}
	return buf_full(&out) ? NULL : buf_str(&out).p;
}

/* NULL: it did not fit, and a ledger without it must not be called migrated. */
static enum err
apply(const struct db_driver *d, void *conn, const char *ddl)
{
	return ddl == NULL ? ERR_INTERNAL : d->script(conn, ddl);
}

/* A transaction of migrations ends with the one in which so much time has gone.
 * A small ledger goes all or nothing; of a large one a program that is killed
 * loses one migration, and whoever comes next goes on. */
static int64_t commit_after_ms = 1000;

/* From which version on a ledger can note that it stands half way. */
#define FIRST_WITH_MARKS 4

/* A new ledger is not seen before it is whole. */
static bool
may_stop_at(int64_t version, int64_t from)
{
	return from > 0 && version >= FIRST_WITH_MARKS;
}

/* That it stands half way, or has come to the end. */
static enum err
note_way(const struct db_driver *d, void *conn, int64_t version)
{
	return d->script(conn,
	    version < N_MIGRATIONS ?
		"INSERT INTO marks (key, value) VALUES ('upgrade_begun', 1)"
		" ON CONFLICT (key) DO NOTHING" :
		"DELETE FROM marks WHERE key = 'upgrade_begun'");
}

/* Some migrations go in one transaction with the number that tells of them, so
 * a program that is killed here leaves the ledger as it was. */
static enum err
apply_some(const struct db_driver *d, void *conn, int64_t *version)
{
	const int64_t from = *version, began_ms = clock_mono_ms();
	struct arena a = { 0 };
	enum err e = ERR_OK;

	while (e == ERR_OK && *version < N_MIGRATIONS &&
	    (!may_stop_at(*version, from) || *version == from ||
		clock_mono_ms() - began_ms < commit_after_ms))
		e = apply(d, conn, in_dialect(d, &a, migrations[(*version)++]));
	if (e == ERR_OK)
		e = d->set_version(conn, *version);
	if (e == ERR_OK && from > 0)
		e = note_way(d, conn, *version);
	arena_free(&a);
	return e;
}

/* The version is read again under the write lock: two programs may start at
 * the same moment on an empty file, ten on an empty database. *from: what it
 * was when it was ours alone; *version: what it is then. */
static enum err
migrate_locked(
    const struct db_driver *d, void *conn, int64_t *from, int64_t *version)
{
	enum err e = d->run(conn, &(struct db_run){ .what = SQL_BEGIN });

	if (e != ERR_OK)
		return e;
	/* A new index on a large ledger takes its time. */
	if (d->patience != NULL)
		e = d->script(conn, d->patience);
	if (e == ERR_OK)
		e = d->get_version(conn, from);
	*version = *from;
	if (e == ERR_OK && *version < N_MIGRATIONS)
		e = apply_some(d, conn, version);
	if (e == ERR_OK)
		return d->script(conn, "COMMIT");
	return d->script(conn, "ROLLBACK") == ERR_OK ? e : ERR_UNAVAILABLE;
}

static void
count(const struct row *row, void *ctx)
{
	int64_t *n = ctx;

	*n = row->driver->column_int(row->statement, 0);
}

enum err
schema_is_begun(
    const struct db_driver *d, void *conn, int64_t version, bool *is_begun)
{
	int64_t n = 0;
	struct arena a = { 0 };
	enum err e = version < FIRST_WITH_MARKS ?
	    ERR_OK :
	    d->ask(conn,
		&(struct db_ask){ .sql = "SELECT COUNT(*) FROM marks"
					 " WHERE key = 'upgrade_begun'",
		    .arena = &a,
		    .map = count,
		    .ctx = &n });

	*is_begun = n > 0;
	arena_free(&a);
	return e;
}

/* Of one that moves the answer is the same as of one that is away: events come
 * again, and buyers are led to Stripe meanwhile. */
static enum err
refuse(int64_t version)
{
	if (version > SCHEMA_ARRIVES)
		log_event(LOG_ERROR, "ledger_is_arriving",
		    KV(kv_text("mend",
			"`admit move` has not ended: this ledger is in use "
			"once it has; the same command again goes on")));
	else if (version > SCHEMA_MOVED)
		log_event(LOG_ERROR, "ledger_has_moved",
		    KV(kv_text("mend",
			"`admit move` brought all that stood here to another "
			"database: name that one in DATABASE_URL")));
	else
		log_event(LOG_ERROR, "database_is_newer",
		    KV(kv_int("database_version", version),
			kv_int("known_version", N_MIGRATIONS),
			kv_text("mend",
			    "a newer version of Admit wrote this ledger: "
			    "install that one, or go back to the copy that "
			    "lies beside it (.before-upgrade-N) by `admit "
			    "restore`")));
	return version > SCHEMA_MOVED ? ERR_UNAVAILABLE : ERR_CONFIG;
}

/* How far it is, for whoever waits. */
static void
tell_way(int64_t from, int64_t version, int64_t began_ms, bool *is_new)
{
	if (from == 0)
		*is_new = true;
	else if (version < N_MIGRATIONS)
		log_event(LOG_INFO, "ledger_upgrading",
		    KV(kv_int("version", version), kv_int("of", N_MIGRATIONS)));
	else
		log_event(LOG_INFO, "ledger_upgraded",
		    KV(kv_int("version", version),
			kv_int("ms", clock_mono_ms() - began_ms)));
}

enum err
schema_migrate(const struct db_driver *d, void *conn, bool *is_new)
{
	const int64_t began_ms = clock_mono_ms();
	int64_t from = 0, version = 0;
	enum err e = d->get_version(conn, &version);

	while (e == ERR_OK && version < N_MIGRATIONS) {
		e = migrate_locked(d, conn, &from, &version);
		if (e == ERR_OK && from < version)
			tell_way(from, version, began_ms, is_new);
	}
	return e == ERR_OK && version > N_MIGRATIONS ? refuse(version) : e;
}
