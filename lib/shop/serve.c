/* What main() of every front program does. */
#include "shop/serve.h"

#include "base/log.h"
#include "web/prefork.h"

#include <errno.h>
#include <signal.h>
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
lead_workers(const struct app *app, const char *path)
{
	for (;;)
		switch (prefork(app->conf.n_workers)) {
		case PREFORK_SERVE:
			return true;
		case PREFORK_STOPPED:
			return false;
		case PREFORK_RENEW:
			renew(path);
			break;
		}
}

int
serve_run(struct app *app, const struct web_service *service)
{
	enum gateway_end end;
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	bool has_parent = false;

	path[n > 0 ? n : 0] = '\0';
	app->is_fastcgi = gateway_is_fastcgi();
	if (app->is_fastcgi && app_ready(app, NULL) == ERR_OK) {
		if (app->conf.end_with_server)
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		has_parent = app->conf.n_workers > 0;
		if (has_parent && !lead_workers(app, path))
			return 0;
	}
	while ((end = gateway_run(service)) == GATEWAY_RENEW && !has_parent)
		renew(path);
	app_end(app);
	return end == GATEWAY_FAILED ? 1 : 0;
}
