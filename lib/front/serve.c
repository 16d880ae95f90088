/* What main() of every front program does. */
#include "front/serve.h"

#include "base/array.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/url.h"
#include "front/legal.h"
#include "outbox/place.h"
#include "outbox/wake.h"
#include "store/db.h"
#include "web/client.h"
#include "web/prefork.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* This process goes on as what lies at its path now. The listening socket
 * stays open over it, so that whoever connects meanwhile only waits. Returns
 * where that cannot be started. */
static void
renew(const char *path)
{
	char *const argv[] = { (char *)path, NULL };

	log_event(LOG_INFO, "program_renewed", KV(kv_text("path", path)));
	(void)execv(path, argv);
	log_event(LOG_ERROR, "program_not_renewed",
	    KV(kv_text("path", path), kv_int("errno", errno)));
}

/* The parent of the workers; true in one of them. */
static bool
lead_workers(struct app *app, const char *path)
{
	for (;;)
		switch (prefork(app->conf.n_workers, wake_start_worker, app)) {
		case PREFORK_SERVE:
			return true;
		case PREFORK_STOPPED:
			return false;
		case PREFORK_RENEW:
			renew(path);
			break;
		}
}

/* To Stripe and Telegram, or to the server that has the ledger: by TLS. */
static bool
calls_out(const struct app *app)
{
	return app->conf.database_is_server ||
	    (app->programs & PROGRAM_PAY) != 0;
}

/* Who needs no outbound connection, not even to the ledger, has none, if its
 * parent can start the worker: that one calls Stripe and Telegram, and what a
 * confined process starts is confined as well. */
static void
confine_once(struct app *app)
{
	bool no_calls = app->has_parent && !calls_out(app);

	if (!app->is_confined)
		(void)app_confine(
		    app, no_calls ? CONFINE_NO_CALLS : CONFINE_MAY_CALL);
}

/* Where that is asked for, the server's end is ours from now on; false where
 * it has ended already: while we started, or before, which left us to init,
 * who is of another session. */
static bool
tie_to_server(const struct app *app, pid_t server)
{
	if (!app->conf.end_with_server)
		return true;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	return getppid() == server && (server != 1 || getsid(0) == getsid(1));
}

/* The settings, and with them the way to the ledger that they name. Nothing is
 * opened yet, so workers may still be forked. */
static enum err
ready(struct app *app, const struct request *req)
{
	bool was_ready = app->is_ready;
	enum err e = app_ready(app, req);

	if (e != ERR_OK || was_ready)
		return e;
	if (!calls_out(app))
		crypto_only_digests();
	app->db = place_db(app);
	db_be_quick(app->db);
	return e;
}

static void
end_app(struct app *app)
{
	db_free(app->db);
	app_end(app);
}

int
serve_run(struct app *app, const struct web_service *service)
{
	/* The server's number is asked before anything slow, since the server
	 * may end while we start. */
	const pid_t server = getppid();
	enum gateway_end end;
	bool is_ready;
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	app->is_fastcgi = gateway_is_fastcgi();
	is_ready = app->is_fastcgi && ready(app, NULL) == ERR_OK;
	if (app->is_fastcgi && !crypto_start())
		return 1;
	if (!tie_to_server(app, server))
		return 0;
	if (is_ready) {
		app->has_parent = app->conf.n_workers > 0;
		if (app->has_parent && !lead_workers(app, path))
			return 0;
		confine_once(app);
	}
	while (
	    (end = gateway_run(service)) == GATEWAY_RENEW && !app->has_parent)
		renew(path);
	end_app(app);
	return end == GATEWAY_FAILED ? 1 : 0;
}

/* Below, as the file system sees it: both paths without links and dots. The
 * file itself may not be there yet, its folder is. */
static bool
lies_below(struct arena *a, const char *file, const char *root)
{
	char real_root[PATH_MAX], real[PATH_MAX];
	size_t n;

	if (file == NULL || root == NULL || root[0] != '/')
		return false;
	if (realpath(root, real_root) == NULL ||
	    realpath(arena_dup(a, str_folder(str_from(file))), real) == NULL)
		return false;
	n = strlen(real_root);
	/* "/" is what servers say that serve no files. */
	return n > 1 && strncmp(real, real_root, n) == 0 &&
	    (real[n] == '/' || real[n] == '\0');
}

static bool
is_exposed(struct app *app, const struct request *req)
{
	const char *files[] = { app->conf.database_path,
		app->conf.settings.path };
	const char *root = request_variable(req, "DOCUMENT_ROOT");

	if (app->root_seen)
		return app->is_exposed;
	app->root_seen = true;
	for (size_t i = 0; i < LENGTH(files); i++)
		if (lies_below(req->arena, files[i], root)) {
			app->is_exposed = true;
			log_event(LOG_ERROR, "file_below_web_root",
			    KV(kv_text("file", files[i]),
				kv_text("web_root", root),
				kv_text("mend",
				    "move it to a folder that the web server "
				    "does not serve, and name it there")));
		}
	return app->is_exposed;
}

enum admission
serve_admits(struct app *app, const struct request *req)
{
	const struct conf *c = &app->conf;

	if (ready(app, req) != ERR_OK || is_exposed(app, req))
		return ADMIT_NOT_SET_UP;
	confine_once(app);
	if (client_scheme(req, c->trusted_proxies) == CLIENT_HTTP &&
	    (c->base_url == NULL || !url_is_loopback(c->base_url)))
		return ADMIT_PLAIN_HTTP;
	return ADMIT_YES;
}

const char *
serve_address(const struct app *app, const struct request *req)
{
	return client_address(req, app->conf.trusted_proxies);
}

struct response
serve_over_https(const struct app *app, const struct request *req)
{
	const char *query = req->query[0] == '\0' ? "" : "?";
	struct str page = str_from(req->page);
	/* The one folder that is a part of an address here, wherever the
	 * programs lie. */
	const char *folder = legal_is_asked(req) ? "legal/" : "";

	if (str_ends(page, ".fcgi"))
		page.len -= strlen(".fcgi");
	return response_see_other(
	    arena_printf(req->arena, "%s/%s%.*s%s%s", app->conf.base_url,
		folder, (int)page.len, page.p, query, req->query));
}

struct response
serve_secured(
    const struct app *app, const struct request *req, struct response res)
{
	const struct conf *c = &app->conf;

	res.https_only = str_starts(str_from(c->base_url), "https://") &&
	    client_scheme(req, c->trusted_proxies) != CLIENT_HTTP;
	return res;
}
