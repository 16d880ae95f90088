/* Audio transcriptions. */
#include "coach/speech.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/json.h"

#define FORM_BYTES ((size_t)4096)
#define CHANCE_BYTES 16

/* Hard to guess, so that the audio cannot hold it; without chance its sender
 * could spoil what they said themselves, no more. */
static const char *
boundary(struct arena *a)
{
	unsigned char chance[CHANCE_BYTES] = { 0 };
	char hex[2 * CHANCE_BYTES + 1];

	if (random_bytes(chance, sizeof(chance)) != ERR_OK)
		chance[0] = 1;
	hex_encode(chance, sizeof(chance), hex);
	return arena_printf(a, "admit-%s", hex);
}

static void
add_field(struct buf *b, const char *limit, const char *name, const char *value)
{
	buf_text(b, "--");
	buf_text(b, limit);
	buf_text(b, "\r\nContent-Disposition: form-data; name=\"");
	buf_text(b, name);
	buf_text(b, "\"\r\n\r\n");
	buf_text(b, value);
	buf_text(b, "\r\n");
}

static struct str
form(struct arena *a, const struct model *m, struct str audio,
    const char *language, const char *limit)
{
	struct buf b = buf_new(a, audio.len + FORM_BYTES);

	add_field(&b, limit, "model", m->name);
	/* Named rather than left to the server's default, since speech_read()
	 * reads JSON. */
	add_field(&b, limit, "response_format", "json");
	if (language != NULL)
		add_field(&b, limit, "language", language);
	buf_text(&b, "--");
	buf_text(&b, limit);
	buf_text(&b,
	    /* Servers tell the format by the file's name. What Telegram's apps
	     * record is Opus in an Ogg file. */
	    "\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"voice.ogg\"\r\nContent-Type: audio/ogg\r\n\r\n");
	buf_add(&b, audio);
	buf_text(&b, "\r\n--");
	buf_text(&b, limit);
	buf_text(&b, "--\r\n");
	return buf_str(&b);
}

struct http_request
speech_request(struct arena *a, const struct model *m, struct str audio,
    const char *language)
{
	const char *limit = boundary(a);
	struct http_request req = {
		.method = "POST",
		.url = arena_printf(a, "%s/audio/transcriptions", m->base),
		.headers = { arena_printf(a,
		    "Content-Type: multipart/form-data; boundary=%s", limit) },
		.body = form(a, m, audio, language, limit),
		.connect_ms = COMPLETION_CONNECT_MS,
		.total_ms = SPEECH_TOTAL_MS,
	};

	if (m->key != NULL)
		req.headers[1] =
		    arena_printf(a, "Authorization: Bearer %s", m->key);
	return req;
}

/* Silence, or a noise, is ERR_NOT_FOUND: nobody is to be told that the server
 * failed, but asked to say it again. */
enum err
speech_read(struct arena *a, const struct http_response *res, const char **text)
{
	struct json *doc = NULL;
	struct str words;

	if (res->status == 429 || res->status >= 500)
		return ERR_UNAVAILABLE;
	if (res->status != 200)
		return ERR_REFUSED;
	if (json_parse(a, res->body, &doc) != ERR_OK)
		return ERR_UNAVAILABLE;
	words = str_trim(str_from(json_text(doc, "text")));
	if (words.len == 0)
		return ERR_NOT_FOUND;
	*text = arena_dup(a, words);
	return ERR_OK;
}
