/* admit poll: asks Telegram for updates, for a machine that the world cannot
 * reach. Each is recorded by the code that tgupdate.fcgi has, so a bot behaves
 * alike by both ways. */
#include "cmd.h"
#include "lines.h"

#include "base/log.h"
#include "bot/chat.h"
#include "net/http.h"
#include "outbox/place.h"
#include "outbox/wake.h"
#include "telegram/update.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HOLD_S 25 /* that Telegram waits for an update before it answers */
#define PAUSE_MS 2000
#define CONFLICT 409

struct polling {
	struct app *app;
	const struct args *args;
	struct http *http;
	struct arena arena; /* one round's */
	int64_t offset;     /* of the first update that is not recorded yet */
	int lock_fd;
};

/* Ctrl-C while Telegram is waited for ends the program there and then: nothing
 * is under way. While an update is being recorded that is done first. */
static volatile sig_atomic_t is_waiting, is_over;

static void
end(int signal_number)
{
	(void)signal_number;
	is_over = 1;
	if (is_waiting)
		_exit(0);
}

static void
pause_a_little(void)
{
	is_waiting = 1;
	if (!is_over)
		(void)poll(NULL, 0, PAUSE_MS);
	is_waiting = 0;
}

/* ---- calls ---- */

struct said {
	struct tg_answer answer;
	int status; /* 0: nobody answered */
};

static struct said
call(struct polling *p, const char *method, struct json *params, int hold_s)
{
	const struct tg_api api = app_telegram(p->app);
	struct http_request req = tg_request(&p->arena, &api, method, params);
	struct http_response res = { 0 };
	struct said s = { .answer = { .outcome = TG_LATER } };

	req.total_ms += hold_s * 1000;
	if (http_send(p->http, &p->arena, &req, &res) == ERR_OK) {
		tg_answer_read(&p->arena, &res, &s.answer);
		s.status = res.status;
	}
	if (s.answer.description == NULL)
		s.answer.description = "no answer";
	return s;
}

static bool
fail(const struct said *s, const char *mend)
{
	lines_say("FAIL", "Telegram", s->answer.description, mend);
	return false;
}

/* ---- what goes before ---- */

/* Telegram gives updates by one way alone. To take them from programs that are
 * at work is for the operator to say. */
static bool
may_ask(struct polling *p)
{
	struct said s = call(p, "getWebhookInfo", NULL, 0);
	const char *url = s.answer.outcome == TG_DONE ?
	    json_text(s.answer.result, "url") :
	    NULL;

	if (s.answer.outcome != TG_DONE)
		return fail(
		    &s, "is the bot's token right, and the network there?");
	if (url == NULL || url[0] == '\0')
		return true;
	if (!args_has(p->args, OPTION_REMOVE_WEBHOOK)) {
		lines_say("FAIL", "webhook",
		    arena_printf(
			&p->arena, "Telegram posts updates to %s", url),
		    "`admit poll --remove-webhook` ends that and takes them "
		    "here; `admit setup telegram` brings it back");
		return false;
	}
	s = call(p, "deleteWebhook", NULL, 0);
	if (s.answer.outcome != TG_DONE)
		return fail(&s, "run this again");
	lines_say("ok", "webhook",
	    "removed; `admit setup telegram` brings it back", NULL);
	return true;
}

/* Two that ask take updates from each other. Telegram says so as well, but to
 * the one that was there first. */
static bool
is_alone(struct polling *p)
{
	struct place place;
	struct str name;

	if (!place_open(p->app, &place))
		return false;
	name = str_from(place.lock);
	name.len -= str_after_last(name, '.').len;
	p->lock_fd = openat(place.dir_fd,
	    arena_printf(&p->arena, "%.*spoll", (int)name.len, name.p),
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	place_close(&place);
	if (p->lock_fd >= 0 && flock(p->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	lines_say("FAIL", "lock",
	    p->lock_fd >= 0 ? "another `admit poll` asks already" :
			      strerror(errno),
	    NULL);
	return false;
}

/* ---- one update ---- */

struct recording {
	struct polling *p;
	struct tg_update update;
	struct tg_reply reply;
};

static enum err
record(struct db *db, void *ctx)
{
	struct recording *r = ctx;

	r->reply = (struct tg_reply){ 0 };
	return chat_answer(r->p->app, db, &r->p->arena, &r->update, &r->reply);
}

/* What tgupdate.fcgi has in the body of its answer is a call of its own here;
 * that it may be lost is true of both. */
static void
reply(struct polling *p, const struct tg_reply *r)
{
	struct said s;

	if (r->method == NULL)
		return;
	s = call(p, r->method, r->params, 0);
	if (s.answer.outcome != TG_DONE)
		log_event(LOG_WARN, "reply_lost",
		    KV(kv_text("method", r->method),
			kv_text("why", s.answer.description)));
}

/* Until it is on the disk: Telegram forgets it with the next question. What is
 * not understood is passed over, as for a webhook. */
static void
take(struct polling *p, struct json *one)
{
	struct recording r = { .p = p };
	enum err e;

	if (tg_update_parse(
		&p->arena, json_render(&p->arena, one), &r.update) != ERR_OK) {
		log_event(LOG_WARN, "update_unreadable", KV_NONE);
		return;
	}
	while ((e = db_transaction(p->app->db, record, &r)) != ERR_OK) {
		log_event(LOG_ERROR, "update_not_recorded",
		    KV(kv_text("err", err_name(e))));
		pause_a_little();
	}
	wake_if_promised(p->app);
	reply(p, &r.reply);
}

/* ---- all of them ---- */

/* The offset is not kept in the ledger: Telegram gives again what was not
 * confirmed, and the ledger knows each that it has by its number. */
static struct json *
question(struct polling *p)
{
	struct json *params = json_new(&p->arena), *allowed;

	json_put_int(params, "timeout", HOLD_S);
	if (p->offset != 0)
		json_put_int(params, "offset", p->offset);
	allowed = json_put_array(params, "allowed_updates");
	for (size_t i = 0; tg_allowed_update(i) != NULL; i++)
		json_push_text(allowed, tg_allowed_update(i));
	return params;
}

static void
take_all(struct polling *p, struct json *updates)
{
	size_t n = json_count(updates, "");

	for (size_t i = 0; i < n && !is_over; i++) {
		struct json *one =
		    json_at(updates, arena_printf(&p->arena, "%zu", i));
		int64_t id = 0;

		take(p, one);
		if (json_int(one, "update_id", &id))
			p->offset = id + 1;
	}
}

/* False: it makes no sense to go on. */
static bool
round_of(struct polling *p)
{
	struct json *params = question(p);
	struct said s;

	is_waiting = 1;
	if (is_over)
		return true;
	s = call(p, "getUpdates", params, HOLD_S);
	is_waiting = 0;
	if (s.answer.outcome == TG_DONE)
		take_all(p, s.answer.result);
	else if (s.status == CONFLICT)
		return fail(&s, "another program asks, or a webhook was set");
	else if (s.answer.outcome == TG_REFUSED)
		return fail(&s, "is the bot's token right?");
	else
		pause_a_little();
	arena_reset(&p->arena);
	return true;
}

static int
go_on(struct polling *p)
{
	const struct sigaction act = { .sa_handler = end };

	if (!is_alone(p) || !may_ask(p))
		return 1;
	if (sigaction(SIGINT, &act, NULL) != 0 ||
	    sigaction(SIGTERM, &act, NULL) != 0)
		return 1;
	lines_say(
	    "ok", "Telegram", "is asked for updates; Ctrl-C ends it", NULL);
	while (!is_over)
		if (!round_of(p))
			return 1;
	return 0;
}

int
cmd_poll(struct app *app, const struct args *args)
{
	struct polling p = { .app = app, .args = args, .lock_fd = -1 };
	int status = 1;

	app->programs = PROGRAM_WORKER;
	if (!cmd_ledger_made(app))
		return 1;
	/* What was promised before goes out as well. */
	wake(app);
	p.http = http_new();
	if (p.http != NULL)
		status = go_on(&p);
	http_free(p.http);
	if (p.lock_fd >= 0)
		(void)close(p.lock_fd);
	arena_free(&p.arena);
	return status;
}
