/* Sending cards. */
#include "payment/card_step.h"

#include "base/file.h"
#include "base/log.h"
#include "ledger/marks.h"
#include "outbox/message.h"

#include <sys/stat.h>

#define MAX_PHOTO_BYTES ((size_t)10 * 1024 * 1024) /* Telegram's */

struct card_step {
	const char *product;
	struct tg_message m;
	struct card_at at;
	const char *photo; /* Telegram's name, or an address; NULL: none */
	struct str bytes;  /* of one that Telegram does not have yet */
	const char *key;   /* the mark that keeps the name */
	int64_t mark;      /* what the file is known by; 0: it is no file */
	bool is_plain;     /* sent anew, without a picture */
};

/* FNV-1a. A file that changes is another picture, and each bot has names of its
 * own for what it sent. */
static int64_t
fingerprint(const struct app *app, struct arena *a, const char *path,
    const struct stat *st)
{
	const char *text = arena_printf(a, "%s/%lld.%09ld/%lld/%lld", path,
	    (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (long long)st->st_size, (long long)app->conf.bot_id);
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return (int64_t)(h >> 1);
}

static enum err
find_photo(
    struct app *app, struct arena *a, const char *path, struct card_step *c)
{
	struct mark_word known = { 0 };
	struct stat st;
	enum err e;

	/* Telegram fetches from an address by itself. */
	if (path == NULL || path[0] != '/') {
		c->photo = path;
		return ERR_OK;
	}
	if (stat(path, &st) == 0)
		c->mark = fingerprint(app, a, path, &st);
	c->key = arena_printf(a, "photo/%s", c->product);
	e = mark_word_get(app->db, a, c->key, &known);
	if (e != ERR_OK)
		return e;
	if (c->mark != 0 && known.value == c->mark)
		c->photo = known.word;
	if (c->photo == NULL && !file_read(a, path, MAX_PHOTO_BYTES, &c->bytes))
		log_event(LOG_WARN, "photo_not_read",
		    KV(kv_text("product", c->product)));
	return ERR_OK;
}

static void
call_photo(
    struct app *app, struct arena *a, struct step *s, const struct card_step *c)
{
	const struct tg_file file = { TG_PHOTO, TG_PHOTO, c->bytes };
	bool edits = c->at.message_id != 0;
	const char *method = edits ? "editMessageMedia" : "sendPhoto";
	struct json *params = edits ?
	    tg_edit_photo(a, &c->m, c->photo, c->at.message_id) :
	    tg_send_photo(a, &c->m, c->photo);

	if (c->photo == NULL)
		message_upload(app, a, s, c->m.chat_id, method, params, &file);
	else
		message_call(app, a, s, c->m.chat_id, method, params);
}

/* A text may become a picture, but no picture becomes a text. */
static void
call(struct app *app, struct arena *a, struct step *s, struct card_step *c)
{
	if (c->photo != NULL || c->bytes.len > 0) {
		call_photo(app, a, s, c);
	} else if (c->at.message_id != 0 && !c->at.is_photo) {
		message_call(app, a, s, c->m.chat_id, "editMessageText",
		    tg_edit_text(a, &c->m, c->at.message_id));
	} else {
		c->is_plain = true;
		message_send(app, a, s, &c->m);
	}
}

enum err
card_step_prepare(struct app *app, struct arena *a, struct step *s,
    const struct product *p, const struct tg_message *m, struct card_at at,
    struct card_step **own)
{
	struct card_step *c = arena_alloc(a, sizeof(*c));
	enum err e;

	*c = (struct card_step){ .product = p->id, .m = *m, .at = at };
	e = find_photo(app, a, p->photo, c);
	if (e != ERR_OK)
		return e;
	call(app, a, s, c);
	*own = c;
	return ERR_OK;
}

/* Of a picture that was sent the name is kept, and of one that was refused
 * forgotten: what Telegram no longer knows is sent again next time. */
static enum err
note_photo(struct app *app, const struct card_step *c, const char *name)
{
	if (c->mark == 0)
		return ERR_OK;
	return mark_word_set(app->db, c->key,
	    (struct mark_word){ name == NULL ? 0 : c->mark, name });
}

static enum err
send_plain(struct app *app, struct arena *a, struct step *s,
    struct card_step *c, const char *why, struct outcome *o)
{
	log_event(LOG_WARN, "card_refused",
	    KV(kv_text("product", c->product), kv_text("why", why)));
	c->is_plain = true;
	message_send(app, a, s, &c->m);
	*o = (struct outcome){ .after = AFTER_HELD_CALL };
	return note_photo(app, c, NULL);
}

enum err
card_step_settle(struct app *app, struct arena *a, struct step *s,
    struct card_step *c, enum err call_err, const struct http_response *res,
    struct outcome *o)
{
	const struct tg_answer answer = message_answer(a, s, call_err, res, o);

	if (answer.outcome == TG_DONE)
		return !c->is_plain && c->bytes.len > 0 ?
		    note_photo(app, c, tg_photo_of(a, answer.result)) :
		    ERR_OK;
	/* Pressed twice, or the answer to the first try was lost: the card
	 * stands there as it should. */
	if (answer.outcome == TG_REFUSED &&
	    tg_is_not_modified(answer.description)) {
		*o = (struct outcome){ .after = AFTER_DONE };
		return ERR_OK;
	}
	if (answer.outcome == TG_REFUSED && !c->is_plain)
		return send_plain(app, a, s, c, answer.description, o);
	message_refused(s, &answer, o);
	return ERR_OK;
}
