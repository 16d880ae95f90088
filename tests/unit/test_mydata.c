/* The file with all that is kept of somebody. */
#include "step.h"

#include "base/json.h"

#include <string.h>

static void
file(void **state)
{
	struct step s = { .job = { .id = 1, .kind = JOB_MYDATA, .tg_id = 5 } };
	const char *body, *from, *to;
	struct json *doc = NULL;
	int64_t n = 0;

	(void)state;
	shop_open(
	    "INSERT INTO users (tg_id, language, created_ms)"
	    " VALUES (5, 'en', 1), (6, 'de', 1);" HAS("course") BOUGHT(
		"session_id, paid_ms, amount_minor, currency",
		"'cs_5', 2, 999, 'eur'") "INSERT INTO payments (provider, payment, intent, order_id, kind,"
					 " amount_minor, currency, paid_ms)"
					 " VALUES ('stripe', 'in_5', 'pi_5', 1, 2, 999, 'eur', 2);"
					 "INSERT INTO reversals (id, payment_intent, kind,"
					 " amount_minor, stage, updated_ms) VALUES"
					 " ('re_5', 'pi_5', 'refund', 998, 0, 3),"
					 " ('re_of_another', 'pi_6', 'refund', 1, 0, 3);"
					 "INSERT INTO orders (tg_id, product, provider, livemode,"
					 " created_ms, session_id)"
					 " VALUES (6, 'club', 'stripe', 0, 1, 'cs_of_another');"
					 "INSERT INTO questions (tg_id, chat_id, message_id, question,"
					 " asked_ms) VALUES (5, 5, 1, 'why \"\r\n--x', 1);"
					 "INSERT INTO consents (tg_id, product, hash, language,"
					 " is_proven, at_ms) VALUES (5, 'course', 'h5', 'en', 1, 1),"
					 " (6, 'course', 'h_of_another', 'de', 1, 1);"
					 "INSERT INTO withdrawals (contract, tg_id, order_id, at_ms)"
					 " VALUES ('cs_5', 5, 1, 4), ('cs_6', 6, 2, 4);"
					 "INSERT INTO jobs (kind, promise, tg_id, detail, due_ms,"
					 " created_ms) VALUES (4, 'alert/x', 5, 'of buyer 77', 1, 1);");
	check_err(work_prepare(&app, &mem, &s), ERR_OK);
	assert_true(s.has_call);
	check_int(s.chat_id, 5);
	check_has(s.call.url, "/sendDocument");
	check_has(s.call.headers[0], "multipart/form-data; boundary=");
	body = arena_dup(&mem, s.call.body);
	check_has(body, "name=\"chat_id\"\r\n\r\n5\r\n");
	check_has(body, "filename=\"my-data.json\"");
	check_lacks(body, "cs_of_another");
	check_lacks(body, "of buyer 77");
	check_has(body, "\"as_operator\":[]");
	check_lacks(body, "re_of_another");
	check_lacks(body, "h_of_another");
	from = strchr(body, '{');
	to = strrchr(body, '}');
	assert_non_null(from);
	assert_non_null(to);
	check_err(json_parse(&mem,
		      (struct str){ from, (size_t)(to - from) + 1 }, &doc),
	    ERR_OK);
	assert_true(json_int(doc, "you.0.tg_id", &n));
	check_int(n, 5);
	check_text(json_text(doc, "orders.0.name"), "cs_5");
	assert_true(json_int(doc, "orders.0.amount_minor", &n));
	check_int(n, 999);
	check_text(json_text(doc, "payments.0.name"), "in_5");
	check_text(json_text(doc, "refunds_and_disputes.0.name"), "re_5");
	check_text(json_text(doc, "access.0.product"), "course");
	check_text(json_text(doc, "questions.0.question"), "why \"\r\n--x");
	check_text(json_text(doc, "consents.0.text_sha256"), "h5");
	check_text(json_text(doc, "withdrawals.0.contract"), "cs_5");
	check_int(json_count(doc, "withdrawals"), 1);
	check_int(json_count(doc, "orders"), 1);
}

int
main(void)
{
	ONE("mydata", "all of it, and nobody else's", file);
	return testing_run("mydata", ledger_make, ledger_remove);
}
