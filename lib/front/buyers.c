/* The loop over buyers: look together, call at once, note together. */
#include "front/buyers.h"

#include "base/clock.h"
#include "base/pace_flow.h"
#include "base/units.h"
#include "front/pages.h"
#include "outbox/wake.h"
#include "store/db.h"

#define MAX_BODY_BYTES ((size_t)64 * 1024)
_Static_assert(BUYERS_MAX + WEB_MAX_BATCH <= WEB_MAX_OPEN,
    "whoever comes can be answered");
_Static_assert(
    WEB_MAX_WAIT <= HTTP_MAX_EXTRA, "both are waited for at one place");

#define PER_S 25.0
#define CALM_MS MINUTE_MS
#define REFUSED_MS 1000 /* the silence after a 429 that asks for none */

/* This program, while it runs. */
struct process {
	const struct buyers *in;
	struct app app;
	struct http *http;
	struct buyer *first; /* all whose answer is still open */
	struct buyer **end;
	size_t n;
	struct pace_flow flow; /* once there was a 429 */
	int64_t refused_ms;    /* the last of them; 0: none in a while */
};

/* The buyers that came together, while they look. */
struct company {
	struct app *app;
	struct buyer *all[WEB_MAX_BATCH];
	size_t n;
};

/* ---- who has come ---- */

static bool
reach_out(struct process *p)
{
	if (p->http == NULL)
		p->http = http_new();
	return p->http != NULL;
}

/* One alone needs no savepoint: what failed is undone with the transaction. */
static enum err
look_all(struct db *db, void *ctx)
{
	struct company *c = ctx;

	if (c->n == 1)
		return c->all[0]->visit.look(db, c->all[0]->visit.ctx);
	for (size_t i = 0; i < c->n; i++) {
		const struct visit *v = &c->all[i]->visit;
		enum err e = db_savepoint(db, v->look, v->ctx);

		/* The database is the trouble of all: each further look would
		 * wait for it. */
		if (e == ERR_UNAVAILABLE)
			return e;
		if (e != ERR_OK)
			v->blind(v->ctx);
	}
	return ERR_OK;
}

static void
look(struct company *c)
{
	if (c->n == 0 ||
	    db_transaction_light(c->app->db, look_all, c) == ERR_OK)
		return;
	for (size_t i = 0; i < c->n; i++)
		c->all[i]->visit.blind(c->all[i]->visit.ctx);
}

/* The only way out: what each answer has, whoever made it. */
static void
answer_with(struct process *p, struct exchange *x, struct response res)
{
	x->res = serve_secured(&p->app, &x->req, res);
}

/* All is known of them. */
static void
show(struct process *p, struct buyer *b)
{
	struct checkout c = { .state = CHECKOUT_NONE };
	enum err e = b->visit.end(b->visit.ctx, b->asked, b->noted, &c);

	answer_with(p, b->x, b->show(&p->app, &b->x->req, b->ctx, e, &c));
	b->x->is_open = false;
}

/* To the end of the line, unless nobody needs to be asked. */
static void
take(struct process *p, struct buyer *b)
{
	struct http_request req = { 0 };

	b->asked = b->visit.ask(b->visit.ctx, &req);
	if (b->asked == ERR_OK && req.method == NULL) {
		show(p, b);
		return;
	}
	b->stage = b->asked == ERR_OK ? BUYER_WAITS : BUYER_HEARD;
	b->call = call_new(&req, b->visit.is_patient, clock_mono_ms());
	b->x->is_open = true;
	*p->end = b;
	p->end = &b->next;
	p->n++;
}

/* NULL: x has its answer. */
static struct buyer *
meet(struct process *p, struct exchange *x, enum admission verdict)
{
	const struct checkout nothing = { .state = CHECKOUT_NONE };
	struct buyer *b;

	if (verdict != ADMIT_YES) {
		x->res = verdict == ADMIT_PLAIN_HTTP ?
		    serve_over_https(&p->app, &x->req) :
		    pages_show(&p->app, &x->req, PAGES_BROKEN);
		return NULL;
	}
	b = p->in->meet(&p->app, x);
	if (b == NULL)
		return NULL;
	b->x = x;
	if (p->n >= BUYERS_MAX)
		x->res =
		    b->show(&p->app, &x->req, b->ctx, ERR_THROTTLED, &nothing);
	else if (!reach_out(p))
		x->res = pages_show(&p->app, &x->req, PAGES_BROKEN);
	else
		return b;
	return NULL;
}

/* Whether they may come in is asked of all before any of them holds a product:
 * the catalog may be read anew by that. */
static void
serve(void *ctx, struct exchange *const *x, size_t n)
{
	struct process *p = ctx;
	enum admission verdicts[WEB_MAX_BATCH];
	struct company c = { .app = &p->app };

	for (size_t i = 0; i < n; i++)
		verdicts[i] = serve_admits(&p->app, &x[i]->req);
	for (size_t i = 0; i < n; i++) {
		struct buyer *b = meet(p, x[i], verdicts[i]);

		if (b != NULL)
			c.all[c.n++] = b;
		else
			answer_with(p, x[i], x[i]->res);
	}
	look(&c);
	for (size_t i = 0; i < c.n; i++)
		take(p, c.all[i]);
}

/* ---- the calls ---- */

/* What all processes may call together is shared evenly. */
static void
be_refused(struct process *p, const struct http_response *res, int64_t now_ms)
{
	int64_t wait_ms =
	    res->retry_after_s > 0 ? res->retry_after_s * 1000 : REFUSED_MS;
	double n =
	    p->app.conf.n_workers > 1 ? (double)p->app.conf.n_workers : 1;

	if (p->refused_ms == 0)
		p->flow = pace_flow_new(PER_S / n, now_ms);
	p->refused_ms = now_ms;
	/* One who is told to wait for an hour does not make all of them wait
	 * as long: they try before that. */
	pace_flow_refused(
	    &p->flow, wait_ms < CALL_LINE_MS ? wait_ms : CALL_LINE_MS, now_ms);
}

/* When the next call may go. */
static int64_t
turn_ms(struct process *p, int64_t now_ms)
{
	if (p->refused_ms != 0 && now_ms - p->refused_ms > CALM_MS)
		p->refused_ms = 0;
	return p->refused_ms == 0 ? now_ms : pace_flow_when(&p->flow, now_ms);
}

static void
call(struct process *p, struct buyer *b, int64_t now_ms)
{
	b->sent = call_send(&b->call, now_ms);
	b->stage = BUYER_CALLS;
	b->asked = http_start(p->http, b->x->req.arena, &b->sent, b);
	if (p->refused_ms != 0)
		pace_flow_sent(&p->flow, now_ms);
	if (b->asked != ERR_OK)
		b->stage = BUYER_HEARD;
}

/* *next_ms: when the next turn of anybody comes. */
static void
take_turn(struct process *p, struct buyer *b, int64_t now_ms, int64_t *next_ms)
{
	int64_t when_ms = turn_ms(p, now_ms);

	if (when_ms < b->call.again_ms)
		when_ms = b->call.again_ms;
	if (call_is_late(&b->call, now_ms)) {
		b->asked = ERR_THROTTLED;
		b->stage = BUYER_HEARD;
	} else if (when_ms <= now_ms) {
		call(p, b, now_ms);
	} else if (when_ms < *next_ms) {
		*next_ms = when_ms;
	}
}

/* Those whose turn it is, in the order of the line; the time when there is
 * something to do again. */
static int64_t
call_next(struct process *p)
{
	int64_t now_ms = clock_mono_ms(), next_ms = INT64_MAX;

	for (struct buyer *b = p->first; b != NULL; b = b->next) {
		if (b->stage == BUYER_WAITS)
			take_turn(p, b, now_ms, &next_ms);
		if (b->stage == BUYER_HEARD)
			next_ms = now_ms;
	}
	return next_ms;
}

static void
hear(struct process *p, struct buyer *b, enum err e,
    const struct http_response *res)
{
	int64_t now_ms = clock_mono_ms();

	if (e == ERR_OK)
		e = b->visit.read(b->visit.ctx, res);
	if (e == ERR_THROTTLED)
		be_refused(p, res, now_ms);
	b->asked = e;
	b->stage = call_goes_again(&b->call, e, res, now_ms) ? BUYER_WAITS :
							       BUYER_HEARD;
}

static void
hear_all(struct process *p)
{
	struct http_response res;
	void *b;
	enum err e;

	while (http_next_done(p->http, &b, &res, &e))
		hear(p, b, e, &res);
}

/* Breaks off what is under way. */
static void
end_all(struct process *p)
{
	for (struct buyer *b = p->first; b != NULL; b = b->next) {
		if (b->stage != BUYER_HEARD)
			b->asked = ERR_UNAVAILABLE;
		b->stage = BUYER_HEARD;
	}
	http_free(p->http);
	p->http = NULL;
}

/* ---- what came of them ---- */

/* Those who have something to be written in this way. */
struct notes {
	struct process *p;
	enum visit_note how;
	size_t n;
};

static enum err
note_all(struct db *db, void *ctx)
{
	const struct notes *n = ctx;

	for (struct buyer *b = n->p->first; b != NULL; b = b->next) {
		if (b->stage != BUYER_HEARD || b->notes != n->how)
			continue;
		/* As in look_all(). */
		b->noted = n->n == 1 ?
		    b->visit.note(db, b->visit.ctx) :
		    db_savepoint(db, b->visit.note, b->visit.ctx);
		if (b->noted == ERR_UNAVAILABLE || n->n == 1)
			return b->noted;
	}
	return ERR_OK;
}

static void
note(struct process *p, enum visit_note how, size_t n_noted)
{
	struct notes n = { p, how, n_noted };
	enum err e = how == VISIT_NOTES_LIGHTLY ?
	    db_transaction_light(p->app.db, note_all, &n) :
	    db_transaction(p->app.db, note_all, &n);

	/* Nothing of it was committed, whatever was said of one. */
	for (struct buyer *b = p->first; e != ERR_OK && b != NULL; b = b->next)
		if (b->stage == BUYER_HEARD && b->notes == how)
			b->noted = e;
}

/* Takes those who have been heard of out of the line, each with a page. */
static void
show_all(struct process *p)
{
	struct buyer **at = &p->first, *b;

	while ((b = *at) != NULL) {
		if (b->stage != BUYER_HEARD) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		p->n--;
		show(p, b);
	}
	p->end = at;
}

static void
go_on(struct process *p)
{
	size_t n[VISIT_NOTES_FOR_GOOD + 1] = { 0 };

	for (struct buyer *b = p->first; b != NULL; b = b->next)
		if (b->stage == BUYER_HEARD) {
			b->notes = b->visit.heard(b->visit.ctx, b->asked);
			n[b->notes]++;
		}
	if (n[VISIT_NOTES_LIGHTLY] > 0)
		note(p, VISIT_NOTES_LIGHTLY, n[VISIT_NOTES_LIGHTLY]);
	if (n[VISIT_NOTES_FOR_GOOD] > 0)
		note(p, VISIT_NOTES_FOR_GOOD, n[VISIT_NOTES_FOR_GOOD]);
	show_all(p);
}

static void
wait_for_all(void *ctx, const struct web_wait *w)
{
	struct process *p = ctx;
	int64_t left_ms;

	if (w->is_last) {
		end_all(p);
	} else {
		left_ms = call_next(p);
		if (left_ms != INT64_MAX)
			left_ms -= clock_mono_ms();
		if (left_ms < 0)
			left_ms = 0;
		http_wait(p->http, w->fds, w->n,
		    left_ms < w->timeout_ms ? (int)left_ms : w->timeout_ms);
		hear_all(p);
	}
	go_on(p);
}

static void
after(void *ctx)
{
	struct process *p = ctx;

	wake_if_promised(&p->app);
}

static void
shrink(void *ctx)
{
	struct process *p = ctx;

	db_shrink(p->app.db);
}

int
buyers_main(const struct buyers *in)
{
	static struct process p;
	const struct web_service service = { serve, after, &p, WEB_MAX_BATCH,
		MAX_BODY_BYTES, wait_for_all, shrink };
	int status;

	p.in = in;
	p.end = &p.first;
	app_start(&p.app, in->program, in->name);
	status = serve_run(&p.app, &service);
	http_free(p.http);
	return status;
}
