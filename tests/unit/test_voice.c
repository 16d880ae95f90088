/* From a voice to its words: which call follows which, and what is noted. */
#include "shop.h"

#include "coach/voice.h"

static struct app app = { .conf = { .telegram_api_base = "https://t.invalid",
			      .telegram_bot_token = "1:x",
			      .coach_speech_base = "https://s.invalid/v1",
			      .coach_speech_model = "w" } };

static const struct question spoken = {
	.id = 1, .tg_id = 5, .chat_id = 5, .voice = "F", .language = "uk-UA"
};

static struct http_response
answered(int status, const char *body)
{
	return (
	    struct http_response){ .status = status, .body = str_from(body) };
}

#define FILE_FOUND "{\"ok\":true,\"result\":{\"file_path\":\"voice/1.oga\"}}"

static void
followed(void **state)
{
	struct voice v = voice_find(&app, &mem, &spoken);
	struct http_response found = answered(200, FILE_FOUND),
			     sound = answered(200, "OggS"),
			     words = answered(200, "{\"text\":\"x\"}");

	(void)state;
	check_int(v.step, VOICE_FIND);
	check_has(v.call.url, "/getFile");
	assert_true(voice_follow(&app, &mem, &spoken, &v, &found));
	check_int(v.step, VOICE_GET);
	check_has(v.call.url, "voice/1.oga");
	assert_true(voice_follow(&app, &mem, &spoken, &v, &sound));
	check_int(v.step, VOICE_HEAR);
	check_has(v.call.url, "https://s.invalid/v1/");
	check_has(arena_dup(&mem, v.call.body), "OggS");
	assert_false(voice_follow(&app, &mem, &spoken, &v, &words));
}

static const struct row {
	const char *why;
	enum voice_step step;
	int status;
	const char *body;
} rows[] = {
	{ "Telegram does not find it", VOICE_FIND, 400,
	    "{\"ok\":false,\"error_code\":400,\"description\":\"x\"}" },
	{ "Telegram is away", VOICE_FIND, 502, "" },
	{ "a path out of its folder", VOICE_FIND, 200,
	    "{\"ok\":true,\"result\":{\"file_path\":\"../../x\"}}" },
	{ "no path at all", VOICE_FIND, 200, "{\"ok\":true,\"result\":{}}" },
	{ "the file is gone", VOICE_GET, 404, "x" },
	{ "an empty file", VOICE_GET, 200, "" },
};

static void
ended(void **state)
{
	const struct row *r = *state;
	struct voice v = { .step = r->step };
	struct http_response res = answered(r->status, r->body);

	assert_false(voice_follow(&app, &mem, &spoken, &v, &res));
	check_int(v.step, r->step);
}

/* ---- what is noted ---- */

static const struct ending {
	const char *why;
	enum voice_step step;
	enum err call_err;
	int status;
	const char *body;
	const char *text; /* noted; NULL: none */
	enum question_outcome outcome;
	int64_t n_tried;
} endings[] = {
	{ "words", VOICE_HEAR, ERR_OK, 200, "{\"text\":\" Чому? \"}", "Чому?",
	    QUESTION_OPEN, 0 },
	{ "words of crisis", VOICE_HEAR, ERR_OK, 200,
	    "{\"text\":\"Я не хочу жити\"}", "Я не хочу жити", QUESTION_CRISIS,
	    0 },
	{ "silence: no more", VOICE_HEAR, ERR_OK, 200, "{\"text\":\"\"}", NULL,
	    QUESTION_OPEN, QUESTION_MAX_TRIES },
	{ "refused: no more", VOICE_HEAR, ERR_OK, 401, "{}", NULL,
	    QUESTION_OPEN, QUESTION_MAX_TRIES },
	{ "the speech server is away: once more", VOICE_HEAR, ERR_OK, 503, "",
	    NULL, QUESTION_OPEN, 1 },
	{ "no answer: once more", VOICE_HEAR, ERR_UNAVAILABLE, 0, "", NULL,
	    QUESTION_OPEN, 1 },
	{ "Telegram has no file: once more", VOICE_FIND, ERR_OK, 400, "{}",
	    NULL, QUESTION_OPEN, 1 },
};

static enum err
settle(struct db *db, void *ctx)
{
	const struct ending *r = ctx;
	struct voice v = { .step = r->step };
	struct http_response res = answered(r->status, r->body);

	(void)db;
	return voice_settle(&app, &mem, &spoken, &v, r->call_err, &res);
}

static void
ending(void **state)
{
	const struct ending *r = *state;

	shop_open("INSERT INTO questions (id, tg_id, chat_id, message_id,"
		  " asked_ms, voice, outcome) VALUES (1, 5, 5, 9, 1, 'F', 0)");
	check_err(db_transaction(app.db, settle, (void *)r), ERR_OK);
	check_text(look_text("SELECT question FROM questions"), r->text);
	check_int(look_int("SELECT outcome FROM questions"), r->outcome);
	check_int(look_int("SELECT n_tried FROM questions"), r->n_tried);
}

int
main(void)
{
	ONE("voice", "found, got, heard", followed);
	ROWS("no further", ended, rows);
	ROWS("end", ending, endings);
	return testing_run("voice", ledger_make, ledger_remove);
}
