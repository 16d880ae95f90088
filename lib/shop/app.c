/* Starting a program and what all programs share. */
#include "shop/app.h"

#include "base/clock.h"
#include "base/log.h"
#include "shop/catalog_file.h"
#include "shop/content.h"
#include "shop/texts_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long an editor or a copy over the network may take with a products
 * file. */
#define BEING_WRITTEN_MS 2000

void
app_start(struct app *app, unsigned programs, const char *name)
{
	const struct rlimit no_core = { 0, 0 };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	*app = (struct app){ .programs = programs, .name = name };
	/* Web servers leave files open that are none of ours, other sites'
	 * sockets and logs among them. The first three are the program's own;
	 * FastCGI's socket is number 0. */
	(void)close_range(3, ~0U, 0);
	/* The ledger and what lies beside it are for its account alone; a dump
	 * of the memory would hold the keys. */
	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	/* A file that may not grow is an error of write(), no end. */
	(void)sigaction(SIGXFSZ, &ignore, NULL);
	log_init(name, LOG_INFO);
}

/* Neither is a reason not to start: most shops live well with both, but whoever
 * meets the consequence would look for its cause for a long time. */
const char *
app_hindrance(size_t i, struct arena *a)
{
	struct rlimit size = { RLIM_INFINITY, RLIM_INFINITY };
	bool is_small = getrlimit(RLIMIT_FSIZE, &size) == 0 &&
	    size.rlim_cur != RLIM_INFINITY;
	bool no_proc = access("/proc/self/fd", X_OK) != 0;

	if (is_small && i-- == 0)
		return arena_printf(a,
		    "files may not grow over %lld bytes here (ulimit -f): the "
		    "ledger cannot be written once it has reached that",
		    (long long)size.rlim_cur);
	if (no_proc && i == 0)
		return "/proc is not there: the worker's program is looked "
		       "for in " ADMIT_BINDIR " alone, and the ledger's path "
		       "must be short";
	return NULL;
}

static void
log_hindrances(void)
{
	struct arena a = { 0 };
	const char *what;

	for (size_t i = 0; (what = app_hindrance(i, &a)) != NULL; i++)
		log_event(LOG_WARN, "host_odd", KV(kv_text("what", what)));
	arena_free(&a);
}

/* The oddities stand beside the faults: a name that was mistyped is often why
 * another is missing. */
static void
log_settings(const struct settings *s)
{
	for (size_t i = 0; i < s->n_faults; i++)
		log_event(LOG_ERROR, "setting_wrong",
		    KV(kv_text("what", s->faults[i])));
	for (size_t i = 0; i < s->n_notes; i++)
		log_event(
		    LOG_WARN, "setting_odd", KV(kv_text("what", s->notes[i])));
}

/* Half of a file that is being written is no fault of its author's. */
static bool
is_being_written(const struct catalog_mark *mark)
{
	int64_t age_ms = clock_now_ms() - mark->changed_ns / 1000000;

	/* A file may bear a time to come, from another host's clock. It must
	 * not be taken for unfinished until that time. */
	return age_ms >= 0 && age_ms < BEING_WRITTEN_MS;
}

/* Nobody holds a product of the old one, see app_ready(). */
static void
take_catalog(struct app *app, const struct catalog *c, struct arena shelf)
{
	arena_free(&app->shelf);
	app->shelf = shelf;
	app->catalog = *c;
	app->catalog_fault = NULL;
	app->is_noted = false;
	log_event(LOG_INFO, "products_read", KV(kv_int("n", (int64_t)c->n)));
}

/* What was sold goes on being sold: half a catalog would refuse buyers who have
 * done nothing wrong. */
static void
keep_fault(struct app *app, const struct conf *trial)
{
	for (size_t i = 0; i < trial->settings.n_faults; i++)
		log_event(LOG_ERROR, "products_not_read",
		    KV(kv_text("what", trial->settings.faults[i])));
	app->catalog_fault =
	    arena_dup_text(&app->arena, trial->settings.faults[0]);
}

static void
read_anew(struct app *app, const struct catalog_mark *mark)
{
	struct arena scratch = { 0 }, shelf = { 0 };
	struct conf *trial = arena_alloc(&scratch, sizeof(*trial));
	struct catalog *c = arena_alloc(&scratch, sizeof(*c));
	bool is_good, is_unfinished;

	*trial = app->conf;
	trial->settings.n_faults = 0;
	is_good = catalog_load(c, &shelf, trial) == ERR_OK;
	is_unfinished = !is_good && is_being_written(mark);
	/* A good file is noted at once, and so is a bad one that nobody is
	 * writing any more: it is read once, not with each request. An
	 * unfinished one is looked at again next time. */
	if (!is_unfinished) {
		app->catalog_mark = *mark;
		app->has_work = true; /* the worker takes note of it */
	}
	if (is_good)
		take_catalog(app, c, shelf);
	else if (!is_unfinished)
		keep_fault(app, trial);
	if (!is_good)
		arena_free(&shelf);
	arena_free(&scratch);
}

void
app_refresh(struct app *app)
{
	struct catalog_mark mark = catalog_mark(&app->conf);

	if (app->conf.products_file != NULL &&
	    !catalog_mark_same(&mark, &app->catalog_mark))
		read_anew(app, &mark);
}

/* A sentence of the shop's own that is wrong is told and left out: the one
 * that was built stands. */
static const struct texts *
own_texts(struct app *app)
{
	struct conf *trial = arena_alloc(&app->arena, sizeof(*trial));
	struct texts *own =
	    arena_alloc(&app->arena, LANGUAGE__COUNT * sizeof(*own));

	*trial = app->conf;
	trial->settings.n_faults = 0;
	if (!texts_load(own, &app->arena, trial) && !app->is_tool)
		for (size_t i = 0; i < trial->settings.n_faults; i++)
			log_event(LOG_ERROR, "text_wrong",
			    KV(kv_text("what", trial->settings.faults[i])));
	return own;
}

static void
take_texts(struct app *app)
{
	const struct conf *conf = &app->conf;
	bool has_own = conf->texts_file != NULL || conf->texts_dir != NULL;

	text_set(language_find(conf->shop_language, LANGUAGE_UK),
	    has_own ? own_texts(app) : NULL);
}

/* The same of a long text: it is told, and read in another language or not at
 * all. */
static void
check_content(struct app *app)
{
	struct arena scratch = { 0 };
	struct conf *trial = arena_alloc(&scratch, sizeof(*trial));

	*trial = app->conf;
	trial->settings.n_faults = 0;
	if (!content_check(&scratch, trial))
		for (size_t i = 0; i < trial->settings.n_faults; i++)
			log_event(LOG_ERROR, "content_wrong",
			    KV(kv_text("what", trial->settings.faults[i])));
	arena_free(&scratch);
}

static const char *
variable_of(const void *ctx, const char *name)
{
	return request_variable(ctx, name);
}

/* A command says itself what it did. Where its words and the log's come to one
 * screen, nothing that went as it should stands between them, unless that was
 * asked for. */
static enum log_level
level_of(const struct app *app)
{
	enum log_level level = (enum log_level)app->conf.log_level;

	return app->is_tool && isatty(STDERR_FILENO) == 1 &&
		settings_given(&app->conf.settings, "LOG_LEVEL") == NULL ?
	    LOG_WARN :
	    level;
}

enum err
app_ready(struct app *app, const struct request *req)
{
	const struct settings_params params = { variable_of, req };
	enum err e;

	if (app->is_ready) {
		app_refresh(app);
		return ERR_OK;
	}
	/* The try before may have failed half way: what it left is dropped, or
	 * each request to a shop that is not set up would cost memory. */
	arena_reset(&app->arena);
	arena_reset(&app->shelf);
	e = conf_load(&app->conf, &app->arena, app->programs,
	    req == NULL ? NULL : &params);
	app->catalog_mark = catalog_mark(&app->conf);
	if (e == ERR_OK)
		e = catalog_load(&app->catalog, &app->shelf, &app->conf);
	/* Not before: the level is one of the settings. A fault is told at any
	 * level. */
	log_init(app->name, level_of(app));
	if (!app->is_tool)
		log_settings(&app->conf.settings);
	if (e != ERR_OK)
		return e;
	/* Once, and not with each try that fails. */
	if (!app->is_tool) {
		log_hindrances();
		conf_make_folder(&app->conf);
		/* A program that answers one request and ends would read the
		 * whole folder for it. */
		if (app->is_fastcgi || app->programs == PROGRAM_WORKER)
			check_content(app);
	}
	take_texts(app);
	app->is_ready = true;
	return ERR_OK;
}

struct confinement
app_confine(struct app *app, enum confine_calls calls)
{
	struct str folder = str_folder(str_from(app->conf.database_path));
	struct confinement c;

	/* The folder and not the file alone: SQLite makes its journal there,
	 * the worker its lock and its socket. */
	c = confine(arena_dup(&app->arena, folder), calls);
	app->is_confined = true;
	log_event(LOG_DEBUG, "confined",
	    KV(kv_int("no_new_rights", c.no_new_rights),
		kv_int("writes", c.writes_confined),
		kv_int("calls", c.calls_confined),
		kv_int("memory", c.memory_confined)));
	return c;
}

void
app_end(struct app *app)
{
	/* The shop's own sentences lie in the arena that goes now. */
	text_set(LANGUAGE_UK, NULL);
	arena_free(&app->shelf);
	arena_free(&app->arena);
}

struct stripe_api
app_stripe(const struct app *app)
{
	return (struct stripe_api){ app->conf.stripe_api_base,
		app->conf.stripe_secret_key };
}

struct tg_api
app_telegram(const struct app *app)
{
	return (struct tg_api){ app->conf.telegram_api_base,
		app->conf.telegram_bot_token };
}

const char *
app_support_in(enum language in, const struct app *app, struct arena *a)
{
	if (app->conf.support_contact == NULL)
		return "";
	return text_fill_in(in, a, TEXT_SUPPORT,
	    KV(kv_text("contact", app->conf.support_contact)));
}
