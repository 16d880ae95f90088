/* Which copies go once a ledger has been brought up to date. */
#include "store/kept.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_KEPT 2

struct copy {
	const char *name;
	struct timespec made;
};

struct copies {
	struct arena arena;
	int dir_fd;
	const char *begins;
	int64_t version; /* whose copy stays, whatever its date */
	size_t n_stay;   /* of the list */
	struct copy *list;
	size_t n, max;
};

static void
take_away(const struct copies *c, const char *name)
{
	if (unlinkat(c->dir_fd, name, 0) == 0)
		log_event(
		    LOG_INFO, "ledger_copy_removed", KV(kv_text("file", name)));
}

/* Behind the number stands that of a process whose copy was broken off, or is
 * of what is no older version's any more: it drops that, whatever its name. */
static void
consider(struct copies *c, const char *name)
{
	struct str rest = str_from(name), begins = str_from(c->begins);
	struct stat st;
	int64_t n;

	if (!str_starts(rest, c->begins))
		return;
	rest = (struct str){ rest.p + begins.len, rest.len - begins.len };
	if (memchr(rest.p, '.', rest.len) != NULL) {
		if (str_to_i64(str_cut(&rest, '.'), &n) && str_to_i64(rest, &n))
			take_away(c, name);
		return;
	}
	if (!str_to_i64(rest, &n) ||
	    fstatat(c->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return;
	if (n == c->version) {
		c->n_stay--;
		return;
	}
	c->list =
	    arena_grow(&c->arena, c->list, c->n, &c->max, sizeof(*c->list));
	c->list[c->n++] =
	    (struct copy){ arena_dup_text(&c->arena, name), st.st_mtim };
}

/* The last one first. By when they were made: after a way back the numbers
 * begin again lower down, and the highest is of what was left behind. */
static int
by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct copy *)a)->made;
	const struct timespec *y = &((const struct copy *)b)->made;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* A folder that cannot be read keeps them all, which costs room and harms
 * nothing else: the upgrade has been done. */
void
kept_prune(const char *where, int64_t version)
{
	struct copies c = {
		.dir_fd = -1, .version = version, .n_stay = N_KEPT
	};
	struct str name = str_after_last(str_from(where), '/');
	const struct dirent *entry;
	DIR *dir;

	c.begins = arena_printf(&c.arena, "%s" KEPT_ENDING, name.p);
	dir = opendir(file_folder(&c.arena, where));
	if (dir != NULL) {
		c.dir_fd = dirfd(dir);
		while ((entry = readdir(dir)) != NULL)
			consider(&c, entry->d_name);
		if (c.n > 0)
			qsort(c.list, c.n, sizeof(*c.list), by_age);
		for (size_t i = c.n_stay; i < c.n; i++)
			take_away(&c, c.list[i].name);
		(void)closedir(dir);
	}
	arena_free(&c.arena);
}
