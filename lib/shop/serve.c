/* What main() of every front program does. */
#include "shop/serve.h"

#include "web/prefork.h"

#include <signal.h>
#include <sys/prctl.h>

int
serve_run(struct app *app, const struct web_service *service)
{
	int status;

	app->is_fastcgi = gateway_is_fastcgi();
	if (app->is_fastcgi && app_ready(app, NULL) == ERR_OK) {
		if (app->conf.end_with_server)
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (prefork(app->conf.n_workers))
			return 0;
	}
	status = gateway_run(service);
	app_end(app);
	return status;
}
