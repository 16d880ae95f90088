/* The first question to each request, may it be answered at all; and the end. */
#include "front/serve.c" /* the code under test, statics and all */

#include "shop.h"

#include "outbox/jobs.h"

#include <dirent.h>
#include <sys/stat.h>

/* Settings that are there, files that are nowhere near; confined already. */
static const struct app up = { .is_ready = true,
	.is_confined = true,
	.conf = { .base_url = "https://h" } };

static struct request
asking(const char *const variables[4])
{
	char **list = arena_alloc(&mem, 5 * sizeof(*list));
	struct request r;

	memset(list, 0, 5 * sizeof(*list));
	for (size_t i = 0; i < 4 && variables[i] != NULL; i++)
		list[i] = arena_dup_text(&mem, variables[i]);
	request_read(&r, &mem, list);
	return r;
}

/* ---- over https ---- */

static const struct scheme {
	const char *why, *base_url, *trusted, *variables[4];
	enum admission want;
} schemes[] = {
	{ "the server heard it over https", "https://h", NULL,
	    { "HTTPS=on", "REMOTE_ADDR=9.9.9.9" }, ADMIT_YES },
	{ "nobody says", "https://h", NULL, { "REMOTE_ADDR=9.9.9.9" },
	    ADMIT_YES },
	{ "a trusted proxy heard it over https", "https://h", "10.0.0.1",
	    { "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_PROTO=https" },
	    ADMIT_YES },
	{ "a trusted proxy heard it without", "https://h", "10.0.0.1",
	    { "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_PROTO=http" },
	    ADMIT_PLAIN_HTTP },
	{ "anybody may say so", "https://h", "10.0.0.1",
	    { "REMOTE_ADDR=9.9.9.9", "HTTP_X_FORWARDED_PROTO=http" },
	    ADMIT_YES },
	{ "on this machine it is no matter", "http://127.0.0.1:8080",
	    "10.0.0.1",
	    { "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_PROTO=http" },
	    ADMIT_YES },
};

static void
scheme(void **state)
{
	const struct scheme *s = *state;
	const struct request req = asking(s->variables);

	app = up;
	app.conf.base_url = s->base_url;
	app.conf.trusted_proxies = s->trusted;
	check_int(serve_admits(&app, &req), s->want);
}

static const struct move {
	const char *why, *uri, *query, *want;
} moves[] = {
	{ "a page", "REQUEST_URI=/pay", "QUERY_STRING=", "https://h/pay" },
	{ "with its query", "REQUEST_URI=/pay?tg_id=5", "QUERY_STRING=tg_id=5",
	    "https://h/pay?tg_id=5" },
	{ "without the program's ending", "REQUEST_URI=/cgi-bin/pay.fcgi",
	    "QUERY_STRING=a=1", "https://h/pay?a=1" },
};

static void
moved(void **state)
{
	const struct move *m = *state;
	const struct request req =
	    asking((const char *const[4]){ m->uri, m->query });
	struct response res;

	app = up;
	res = serve_over_https(&app, &req);
	check_int(res.status, 303);
	check_text(res.location, m->want);
}

static const struct secured {
	const char *why, *base_url, *variables[4];
	bool want;
} secureds[] = {
	{ "https", "https://h", { "HTTPS=on" }, true },
	{ "nobody says how it came", "https://h", { NULL }, true },
	{ "a trusted proxy heard it without", "https://h",
	    { "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_PROTO=http" }, false },
	{ "this machine alone", "http://127.0.0.1:8080", { NULL }, false },
	{ "before there are settings", NULL, { "HTTPS=on" }, false },
};

static void
secured(void **state)
{
	const struct secured *s = *state;
	const struct request req = asking(s->variables);
	const struct response res = { .status = 404 };

	app = up;
	app.conf.base_url = s->base_url;
	app.conf.trusted_proxies = "10.0.0.1";
	check_int(serve_secured(&app, &req, res).https_only, s->want);
	check_int(serve_secured(&app, &req, res).status, 404);
}

/* ---- below the web root ---- */

static const struct exposed {
	const char *why;
	const char *root; /* behind the ledger's folder */
	bool is_settings; /* the file is the settings', else the ledger */
	enum admission want;
} exposeds[] = {
	{ "the ledger in the web root", "", false, ADMIT_NOT_SET_UP },
	{ "the settings in the web root", "", true, ADMIT_NOT_SET_UP },
	{ "below it", "/..", false, ADMIT_NOT_SET_UP },
	{ "with dots in the root's path", "/./../.", false, ADMIT_NOT_SET_UP },
	{ "a root that is not there", "/none", false, ADMIT_YES },
};

static void
exposed(void **state)
{
	const struct exposed *x = *state;
	const char *root =
	    arena_printf(&mem, "DOCUMENT_ROOT=%s%s", ledger.folder, x->root);
	const struct request req = asking((const char *const[4]){ root });
	const struct request other =
	    asking((const char *const[4]){ "DOCUMENT_ROOT=/" });

	app = up;
	app.conf.database_path = x->is_settings ? "/none" : ledger.place;
	app.conf.settings.path = x->is_settings ? ledger.place : NULL;
	check_int(serve_admits(&app, &req), x->want);
	/* Found once: the server does not move. */
	check_int(serve_admits(&app, &other), x->want);
}

/* Its name begins as the folder's does. */
static void
neighbour(void **state)
{
	char *root = arena_dup_text(&mem, ledger.folder);
	struct request req;

	(void)state;
	root[strlen(root) - 1] = '\0';
	check_int(mkdir(root, 0700), 0);
	req = asking((const char *const[4]){
	    arena_printf(&mem, "DOCUMENT_ROOT=%s", root) });
	app = up;
	app.conf.database_path = ledger.place;
	check_int(serve_admits(&app, &req), ADMIT_YES);
	check_int(rmdir(root), 0);
}

static void
no_root(void **state)
{
	const struct request req = asking((const char *const[4]){ NULL });

	(void)state;
	app = up;
	app.conf.database_path = ledger.place;
	check_int(serve_admits(&app, &req), ADMIT_YES);
}

/* ---- the end ---- */

/* How many descriptors this process has of the ledger's files. */
static int
n_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char link[300], target[300];
		ssize_t len;

		(void)snprintf(
		    link, sizeof(link), "/proc/self/fd/%s", entry->d_name);
		len = readlink(link, target, sizeof(target) - 1);
		target[len < 0 ? 0 : len] = '\0';
		n += strncmp(target, ledger.place, strlen(ledger.place)) == 0;
	}
	(void)closedir(dir);
	return n;
}

static void
the_end(void **state)
{
	struct app served = { .db = ledger.db };
	int64_t due_ms;

	(void)state;
	only_sqlite();
	check_err(jobs_next_due(served.db, &mem, 0, &due_ms), ERR_OK);
	assert_true(n_open() > 0);
	end_app(&served);
	ledger.db = NULL;
	check_int(n_open(), 0);
}

int
main(void)
{
	ROWS("https", scheme, schemes);
	ROWS("to https", moved, moves);
	ROWS("from now on", secured, secureds);
	ROWS("a file", exposed, exposeds);
	ONE("a file", "beside the web root", neighbour);
	ONE("a file", "a server that serves no files", no_root);
	ONE("end", "the ledger is closed", the_end);
	return testing_run("serve", ledger_make, ledger_remove);
}
