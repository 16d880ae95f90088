/* A VFS that is the system's own with some of its methods replaced: the writes
 * of a commit into the log (sqlite.org/fileformat2.html#walformat) are put
 * together. */
#include "store/sqlite_log.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Each page comes behind a head, in which there are four bytes that are not
 * zero where the page is the last one of a commit. */
#define HEAD_BYTES 24
#define COMMIT_AT 4

/* Thirty pages and their heads. The system's way takes less than 128 KiB at
 * once. */
#define TOGETHER_BYTES ((size_t)124 * 1024)

/* The lock that whoever writes into the log has. */
#define WRITE_LOCK 0

/* The methods of an open file that are known here. */
#define METHODS_VERSION 3
#define VFS_VERSION 3

/* Lies behind the system's own file, in the memory that SQLite gives it. */
struct extra {
	const struct sqlite3_io_methods *system;
	struct sqlite3_io_methods methods; /* those, some replaced */
	/* of a log */
	sqlite3_file *database;
	sqlite3_int64 end;    /* of what was written last */
	bool is_last_of_some; /* the head written last says so of its page */
};

/* What waits to be written: of one log, one piece behind the other. It stays
 * when writing it fails, since SQLite has been told of no fault in it yet: all
 * that follows fails until it is written or the transaction given up. But where
 * it ends a commit, that has failed now. */
static struct {
	sqlite3_file *log; /* NULL: nothing waits */
	sqlite3_int64 at;
	size_t n;
	unsigned char *bytes; /* NULL: not needed so far */
} waiting;

static sqlite3_vfs *system_vfs;
static sqlite3_vfs own_vfs;

static struct extra *
extra_of(sqlite3_file *f)
{
	return (struct extra *)(void *)((char *)f + system_vfs->szOsFile);
}

static int
write_waiting(void)
{
	int code;

	if (waiting.log == NULL)
		return SQLITE_OK;
	code = extra_of(waiting.log)
		   ->system->xWrite(
		       waiting.log, waiting.bytes, (int)waiting.n, waiting.at);
	if (code == SQLITE_OK)
		waiting.log = NULL;
	return code;
}

/* Whether there is room for it behind what waits. */
static bool
put_behind(sqlite3_file *log, const void *p, size_t n, sqlite3_int64 at)
{
	if (waiting.bytes == NULL)
		waiting.bytes = malloc(TOGETHER_BYTES);
	if (waiting.log == NULL) {
		waiting.at = at;
		waiting.n = 0;
	} else if (waiting.log != log ||
	    waiting.at + (sqlite3_int64)waiting.n != at)
		return false;
	if (waiting.bytes == NULL || n > TOGETHER_BYTES - waiting.n)
		return false;
	waiting.log = log;
	memcpy(waiting.bytes + waiting.n, p, n);
	waiting.n += n;
	return true;
}

static bool
says_last(const unsigned char *p, int n)
{
	static const unsigned char no[4];

	return n == HEAD_BYTES && memcmp(p + COMMIT_AT, no, sizeof(no)) != 0;
}

/* What comes anywhere but behind the piece before it goes out at once: a head
 * or a page that is written anew, by a transaction that has outgrown the
 * memory. */
static int
log_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct extra *x = extra_of(f);
	bool follows = at == x->end, ends = x->is_last_of_some;
	int code = SQLITE_OK;

	if (!follows || !put_behind(f, p, (size_t)n, at)) {
		code = write_waiting();
		if (code == SQLITE_OK &&
		    (!follows || !put_behind(f, p, (size_t)n, at)))
			code = x->system->xWrite(f, p, n, at);
	}
	x->end = at + n;
	x->is_last_of_some = says_last(p, n);
	if (code == SQLITE_OK && ends)
		code = write_waiting();
	/* What was said to have failed must not be there after all, once the
	 * disk has room again: SQLite reads while it takes everything back. */
	if (code != SQLITE_OK && ends)
		waiting.log = NULL;
	return code;
}

static int
log_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	int code = write_waiting();

	return code == SQLITE_OK ? extra_of(f)->system->xRead(f, to, n, at) :
				   code;
}

static int
log_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int code = write_waiting();

	return code == SQLITE_OK ? extra_of(f)->system->xTruncate(f, size) :
				   code;
}

static int
log_sync(sqlite3_file *f, int flags)
{
	int code = write_waiting();

	return code == SQLITE_OK ? extra_of(f)->system->xSync(f, flags) : code;
}

static int
log_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int code = write_waiting();

	return code == SQLITE_OK ? extra_of(f)->system->xFileSize(f, size) :
				   code;
}

static int
log_close(sqlite3_file *f)
{
	if (waiting.log == f)
		waiting.log = NULL;
	return extra_of(f)->system->xClose(f);
}

/* Of a database. With that lock goes the right to write: what waits still is of
 * a transaction that was given up, and is not to come over what another
 * process writes in that place. */
static int
database_lock(sqlite3_file *f, int offset, int n, int flags)
{
	if ((flags & SQLITE_SHM_UNLOCK) != 0 && offset == WRITE_LOCK &&
	    waiting.log != NULL && extra_of(waiting.log)->database == f)
		waiting.log = NULL;
	return extra_of(f)->system->xShmLock(f, offset, n, flags);
}

static void
replace(struct sqlite3_io_methods *m, bool is_log)
{
	if (m->iVersion > METHODS_VERSION)
		m->iVersion = METHODS_VERSION;
	if (is_log) {
		m->xWrite = log_write;
		m->xRead = log_read;
		m->xTruncate = log_truncate;
		m->xSync = log_sync;
		m->xFileSize = log_size;
		m->xClose = log_close;
	} else if (m->iVersion >= 2)
		m->xShmLock = database_lock;
}

/* Where a write may spoil what lies beside it on the disk, SQLite fills the
 * sector behind a commit, in pieces that are no whole pages: then it writes as
 * it does by itself. */
static bool
fills_sectors(sqlite3_file *database)
{
	return (database->pMethods->xDeviceCharacteristics(database) &
		   SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0;
}

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out_flags)
{
	struct extra *x = extra_of(f);
	bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
	sqlite3_file *database =
	    is_log ? sqlite3_database_file_object(name) : NULL;
	int code = system_vfs->xOpen(system_vfs, name, f, flags, out_flags);

	(void)vfs;
	if (code != SQLITE_OK ||
	    (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) == 0 ||
	    (is_log && fills_sectors(database)))
		return code;
	*x = (struct extra){ .system = f->pMethods,
		.methods = *f->pMethods,
		.database = database,
		.end = -1 };
	replace(&x->methods, is_log);
	f->pMethods = &x->methods;
	return code;
}

/* All else is the system's, which finds what is its own at the beginning. */
const char *
sqlite_log_vfs(void)
{
	if (system_vfs != NULL)
		return own_vfs.zName;
	system_vfs = sqlite3_vfs_find(NULL);
	if (system_vfs == NULL)
		return NULL;
	own_vfs = *system_vfs;
	if (own_vfs.iVersion > VFS_VERSION)
		own_vfs.iVersion = VFS_VERSION;
	own_vfs.zName = "log-together";
	own_vfs.szOsFile += (int)sizeof(struct extra);
	own_vfs.xOpen = open_file;
	return sqlite3_vfs_register(&own_vfs, 0) == SQLITE_OK ? own_vfs.zName :
								NULL;
}

void
sqlite_log_shrink(void)
{
	if (waiting.log != NULL)
		return;
	free(waiting.bytes);
	waiting.bytes = NULL;
}
