/* One at a time, room for it, a copy, and then the migrations. */
#include "store/upgrade.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/kept.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB ((int64_t)1024 * 1024)
/* What is smaller is upgraded within a second on the slowest of hosts. */
#define LONG_BYTES (32 * MIB)
#define STEP_US 10000

/* As long as a writer waits for another one's commit. */
static int64_t patience_ms = 5000;

/* ---- whose turn it is ---- */

/* What is locked is the folder: nothing of it is left behind, and to close a
 * file of the ledger's would drop SQLite's locks. -1: a server sees to it
 * itself, or the folder cannot be locked, and several copies are the worst that
 * comes of it. ERR_UNAVAILABLE: another program is at it all the while. */
static enum err
take_turn(const struct upgrade *u, int64_t wait_ms, int *fd)
{
	int64_t end_ms = clock_mono_ms() + wait_ms;
	struct arena a = { 0 };

	*fd = u->driver->copy == NULL ?
	    -1 :
	    open(file_folder(&a, u->where), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	arena_free(&a);
	while (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		bool is_held = errno == EWOULDBLOCK;

		if (is_held && clock_mono_ms() < end_ms) {
			(void)usleep(STEP_US);
			continue;
		}
		(void)close(*fd);
		*fd = -1;
		if (is_held)
			return ERR_UNAVAILABLE;
	}
	return ERR_OK;
}

static void
end_turn(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* ---- the copy ---- */

/* The copy takes what the ledger does, and the migrations up to half as much
 * until they are in place. Where nobody can tell how much room there is, the
 * disk will. */
static bool
has_room(const struct upgrade *u, struct arena *a, bool is_copied)
{
	struct statvfs fs;
	int64_t bytes = 0, needed, left;

	if (u->driver->size(u->conn, &bytes) != ERR_OK ||
	    statvfs(file_folder(a, u->where), &fs) != 0)
		return true;
	needed = bytes / 2 + (is_copied ? 0 : bytes);
	left = (int64_t)(fs.f_bavail * fs.f_frsize);
	if (left >= needed)
		return true;
	log_event(LOG_ERROR, "no_room_to_upgrade",
	    KV(kv_text("file", u->where), kv_int("left_mib", left / MIB),
		kv_int("needed_mib", needed / MIB + 1),
		kv_text("mend",
		    "make room there, or move the ledger to a larger disk; "
		    "until then it stays as it is")));
	return false;
}

/* What is about to be brought up to date stays beside it as it was: an older
 * program can go back to that alone. Where folders cannot be locked several
 * programs may be at this, each with a copy of its own; one whose copy may be
 * of what another has migrated already drops it. */
static enum err
keep_as(const struct upgrade *u, const char *partial, const char *kept,
    int64_t version)
{
	int64_t now = 0;
	enum err e = u->driver->copy(u->conn, partial);

	if (e == ERR_OK)
		e = u->driver->get_version(u->conn, &now);
	if (e == ERR_OK && now == version && rename(partial, kept) == 0) {
		log_event(LOG_WARN, "ledger_kept",
		    KV(kv_text("file", kept), kv_int("version", version)));
		return ERR_OK;
	}
	(void)unlink(partial);
	if (e == ERR_OK && now > version)
		return ERR_OK;
	log_event(LOG_ERROR, "ledger_not_kept",
	    KV(kv_text("file", kept),
		kv_text("mend",
		    "before the ledger is upgraded it is copied, which failed: "
		    "make room beside it for as much as it takes itself")));
	return e == ERR_OK ? ERR_UNAVAILABLE : e;
}

/* A server's database is copied by the server's tools. One that was half
 * upgraded when its program was killed has its copy. */
static enum err
keep_older(const struct upgrade *u, struct arena *a, int64_t version)
{
	bool is_begun = false;
	const char *kept;
	enum err e;

	if (u->driver->copy == NULL)
		return ERR_OK;
	e = schema_is_begun(u->driver, u->conn, version, &is_begun);
	if (e == ERR_OK && !has_room(u, a, is_begun))
		e = ERR_UNAVAILABLE;
	if (e != ERR_OK || is_begun)
		return e;
	kept = arena_printf(a, "%s" KEPT_ENDING "%" PRId64, u->where, version);
	return keep_as(
	    u, arena_printf(a, "%s.%ld", kept, (long)getpid()), kept, version);
}

/* ---- together ---- */

static bool
is_older(int64_t version)
{
	return version > 0 && version < schema_newest();
}

/* The version is looked at again: whoever had the turn before may have done
 * it. */
static enum err
in_turn(const struct upgrade *u, bool *is_new)
{
	struct arena a = { 0 };
	int64_t version = 0;
	enum err e = u->driver->get_version(u->conn, &version);

	if (e == ERR_OK && is_older(version))
		e = keep_older(u, &a, version);
	if (e == ERR_OK)
		e = schema_migrate(u->driver, u->conn, is_new);
	if (e == ERR_OK && is_older(version) && u->driver->copy != NULL)
		kept_prune(u->where, version);
	arena_free(&a);
	return e;
}

static bool
takes_long(const struct upgrade *u)
{
	int64_t bytes = 0;

	return u->driver->size(u->conn, &bytes) == ERR_OK && bytes > LONG_BYTES;
}

/* Whoever waits for an answer is told to come again. */
static enum err
leave_it(const struct upgrade *u, bool *waits)
{
	int fd;

	*waits = take_turn(u, 0, &fd) == ERR_OK;
	end_turn(fd);
	return ERR_UNAVAILABLE;
}

enum err
upgrade_run(const struct upgrade *u, bool *waits, bool *is_new)
{
	int64_t version = 0;
	enum err e = u->driver->get_version(u->conn, &version);
	int fd;

	*waits = false;
	if (e != ERR_OK)
		return e;
	if (!is_older(version))
		return schema_migrate(u->driver, u->conn, is_new);
	if (u->is_urgent && takes_long(u))
		return leave_it(u, waits);
	e = take_turn(u, patience_ms, &fd);
	if (e == ERR_OK)
		e = in_turn(u, is_new);
	else
		log_event(LOG_WARN, "ledger_is_being_upgraded",
		    KV(kv_text("mend",
			"another program is at it: try again in a while, its "
			"log tells how far it has come")));
	end_turn(fd);
	return e;
}
