/* A voice message to its words. */
#include "testing.h"

#include "coach/speech.h"

#include <string.h>

static const struct model old = { "https://h.example/v1", "sk-key", "m-1",
	false };

static void
speech(void **state)
{
	const struct str audio = { "Ogg\0--\r\n", 8 };
	struct http_request req = speech_request(&mem, &old, audio, "uk");
	const char *limit = strstr(req.headers[0], "boundary=") + 9;

	(void)state;
	check_text(req.url, "https://h.example/v1/audio/transcriptions");
	check_text(req.headers[1], "Authorization: Bearer sk-key");
	assert_non_null(memmem(req.body.p, req.body.len, audio.p, audio.len));
	assert_non_null(memmem(
	    req.body.p, req.body.len, "name=\"language\"\r\n\r\nuk\r\n", 23));
	assert_true(
	    str_ends(req.body, arena_printf(&mem, "\r\n--%s--\r\n", limit)));
	assert_string_not_equal(limit,
	    strstr(speech_request(&mem, &old, audio, NULL).headers[0],
		"boundary=") +
		9);
}

/* Longer than all that the form adds to it. */
static void
long_speech(void **state)
{
	const size_t n = 100000;
	char *talk = arena_alloc(&mem, n);
	struct http_request req;

	(void)state;
	memset(talk, 'O', n);
	req = speech_request(&mem, &old, (struct str){ talk, n }, NULL);
	assert_non_null(memmem(req.body.p, req.body.len, talk, n));
	assert_true(str_ends(req.body, "--\r\n"));
}

static const struct heard {
	const char *why;
	int status;
	const char *body;
	enum err want;
} heards[] = {
	{ "words", 200, "{\"text\":\" Привіт. \"}", ERR_OK },
	{ "silence", 200, "{\"text\":\" \"}", ERR_NOT_FOUND },
	{ "no text", 200, "{}", ERR_NOT_FOUND },
	{ "rubbish", 200, "Привіт", ERR_UNAVAILABLE },
	{ "too many", 429, "{}", ERR_UNAVAILABLE },
	{ "broken", 502, "{}", ERR_UNAVAILABLE },
	{ "a wrong key", 401, "{\"text\":\"x\"}", ERR_REFUSED },
};

static void
heard(void **state)
{
	const struct heard *h = *state;
	const struct http_response res = { .status = h->status,
		.body = str_from(h->body) };
	const char *text = NULL;

	check_err(speech_read(&mem, &res, &text), h->want);
	check_text(text, h->want == ERR_OK ? "Привіт." : NULL);
}

int
main(void)
{
	ONE("speech", "the audio as it is", speech);
	ONE("speech", "the audio whole, however long", long_speech);
	ROWS("heard", heard, heards);
	return testing_run("speech", NULL, NULL);
}
