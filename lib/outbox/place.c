/* Finding the ledger, and the worker by the path of that. */
#include "outbox/place.h"

#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct db *
place_db(const struct app *app)
{
	const struct conf *c = &app->conf;
	struct db *db = db_new(c->database);

	if (c->database_is_server)
		db_choose(db, c->db_schema, c->db_prepare == 0);
	return db;
}

/* A socket's name may have 107 bytes, a path more: so the folder is opened and
 * the name given relative to it, by /proc where that is there. */
bool
place_open(const struct app *app, struct place *p)
{
	struct arena a = { 0 };
	const char *path = app->conf.database_path;
	struct str name = str_after_last(str_from(path), '/');
	char *folder =
	    arena_dup(&a, (struct str){ path, str_from(path).len - name.len });
	int n;

	*p = (struct place){ .addr = { .sun_family = AF_UNIX } };
	p->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	arena_free(&a);
	if (p->dir_fd < 0)
		return false;
	n = access("/proc/self/fd", X_OK) == 0 ?
	    snprintf(p->addr.sun_path, sizeof(p->addr.sun_path),
		"/proc/self/fd/%d/%s.wake", p->dir_fd, name.p) :
	    snprintf(
		p->addr.sun_path, sizeof(p->addr.sun_path), "%s.wake", path);
	(void)snprintf(p->lock, sizeof(p->lock), "%s.worker", name.p);
	if (n < 0 || (size_t)n >= sizeof(p->addr.sun_path)) {
		(void)close(p->dir_fd);
		errno = ENAMETOOLONG;
		return false;
	}
	return true;
}

bool
place_wake(const struct place *p)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool heard;

	if (fd < 0)
		return false;
	/* A full queue means that the worker has been told often enough. */
	heard = sendto(fd, "!", 1, 0, (const struct sockaddr *)&p->addr,
		    sizeof(p->addr)) == 1 ||
	    errno == EAGAIN || errno == ENOBUFS;
	(void)close(fd);
	return heard;
}

void
place_close(struct place *p)
{
	(void)close(p->dir_fd);
}
