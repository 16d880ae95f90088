/* Saying and promising, in answer to an update. */
#include "bot/reply.h"

#include "payment/limit.h"

struct kv
reply_title(const struct reply *r, const struct product *p)
{
	return kv_text("product", product_title(p, language_code(r->in)));
}

enum err
reply_message(struct reply *r, const struct tg_message *m)
{
	r->out->method = "sendMessage";
	r->out->params = tg_send_message(r->arena, m);
	return ERR_OK;
}

enum err
reply_picture(struct reply *r, const struct tg_message *m, struct str png)
{
	struct tg_file *file = arena_alloc(r->arena, sizeof(*file));

	*file = (struct tg_file){ TG_PHOTO, "shop.png", png };
	r->out->method = "sendPhoto";
	r->out->params = tg_send_photo(r->arena, m, NULL);
	r->out->file = file;
	return ERR_OK;
}

enum err
reply_text(struct reply *r, const char *text)
{
	const struct tg_message m = { .chat_id = r->u->from_id, .text = text };

	return reply_message(r, &m);
}

enum err
reply_fill(struct reply *r, enum text which, struct kvs values)
{
	return reply_text(r, text_fill_in(r->in, r->arena, which, values));
}

/* The update's number makes the key: Telegram sends an update again until it is
 * answered, and the promise is still made once. */
enum err
reply_promise(
    struct reply *r, enum kind_id kind, int64_t order_id, const char *detail)
{
	const char *key =
	    arena_printf(r->arena, "update/%lld", (long long)r->u->update_id);

	return jobs_promise_one(
	    r->db, kind, key, r->u->from_id, order_id, detail);
}

/* The key has the product in it: one update may promise several. */
enum err
reply_invite(struct reply *r, const char *product)
{
	bool pending = false;
	enum err e = ledger_invite_pending(
	    r->db, r->arena, r->u->from_id, product, &pending);

	if (e != ERR_OK || pending)
		return e;
	return jobs_promise(r->db, JOB_INVITE,
	    arena_printf(r->arena, "update/%lld/%s", (long long)r->u->update_id,
		product),
	    r->u->from_id, 0, product);
}

/* Too much is no failure of ours: the update is answered all the same, or
 * Telegram would send it again. */
enum err
reply_may(struct reply *r, const char *what, int64_t n, bool *allowed)
{
	enum err e = limit_person(r->app, r->arena, what, r->u->from_id, n);

	*allowed = e == ERR_OK;
	return e == ERR_THROTTLED ? ERR_OK : e;
}

enum err
reply_album(struct reply *r, bool *is_told)
{
	bool is_new = true;
	enum err e = ERR_OK;

	if (r->u->album != NULL)
		e = ledger_inbox(r->db, "album",
		    arena_printf(r->arena, "%lld/%s", (long long)r->u->chat_id,
			r->u->album),
		    "message", &is_new);
	*is_told = !is_new;
	return e;
}

enum err
reply_access(struct reply *r, const struct product *p, enum access *access)
{
	return ledger_access(r->db, r->arena, r->u->from_id, p->id, access);
}
