/* Preloaded into a program: memory that runs out, a disk that is full, a clock
 * that jumps. What is to happen stands in a page of shared memory, the file
 * that FAULT_PAGE names, so that a test can change it while the program runs,
 * and read how it goes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* From where allocations count. */
enum { FROM_NOWHERE, FROM_MAIN, FROM_ACCEPT };

/* Known to page.mjs as well: the order of its names. */
struct page {
	int64_t alloc_from;    /* as above */
	int64_t alloc_at;      /* the allocation that fails; 0: none */
	int64_t alloc_on;      /* 1: and all after it */
	int64_t n_allocs;      /* since alloc_from */
	int64_t n_failed;      /* of them */
	int64_t n_live;        /* blocks not freed, since the start */
	int64_t disk_is_small; /* 1: disk_left counts */
	int64_t disk_left;     /* bytes by which files may still grow */
	int64_t clock_ahead_s;
	int64_t no_landlock; /* 1: as on a kernel without it */
};

static struct page calm;
static struct page *page = &calm;
static bool armed;

__attribute__((constructor)) static void
open_page(void)
{
	const char *path = getenv("FAULT_PAGE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return;
	p = mmap(
	    NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return;
	page = p;
}

static void *
next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* A function under its own name in the library behind this one. */
#define NEXT(type, name, args) \
	static type(*next_##name) args; \
	if (next_##name == NULL) \
	*(void **)&next_##name = next(#name)

/* ---- memory; the C library has its own names for its functions ---- */

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static bool
fails(void)
{
	int64_t n;

	if (!armed)
		return false;
	n = __atomic_add_fetch(&page->n_allocs, 1, __ATOMIC_RELAXED);
	if (page->alloc_at == 0 || n < page->alloc_at ||
	    (n > page->alloc_at && page->alloc_on == 0))
		return false;
	(void)__atomic_add_fetch(&page->n_failed, 1, __ATOMIC_RELAXED);
	errno = ENOMEM;
	return true;
}

static void *
counted(void *p)
{
	if (p != NULL)
		(void)__atomic_add_fetch(&page->n_live, 1, __ATOMIC_RELAXED);
	return p;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(n, size));
}

void *
realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	if (p == NULL)
		return counted(__libc_malloc(size));
	if (size == 0)
		(void)__atomic_sub_fetch(&page->n_live, 1, __ATOMIC_RELAXED);
	return __libc_realloc(p, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
	*p = aligned_alloc(alignment, size);
	return *p == NULL ? ENOMEM : 0;
}

void
free(void *p)
{
	if (p != NULL)
		(void)__atomic_sub_fetch(&page->n_live, 1, __ATOMIC_RELAXED);
	__libc_free(p);
}

int
accept4(int fd, __SOCKADDR_ARG addr, socklen_t *restrict len, int flags)
{
	int got;

	NEXT(int, accept4, (int, __SOCKADDR_ARG, socklen_t *restrict, int));
	got = next_accept4(fd, addr, len, flags);
	armed |= got >= 0 && page->alloc_from == FROM_ACCEPT;
	return got;
}

/* The first thing that main() does in every program. */
int
close_range(unsigned first, unsigned last, int flags)
{
	NEXT(int, close_range, (unsigned, unsigned, int));

	armed |= page->alloc_from == FROM_MAIN;
	return next_close_range(first, last, flags);
}

/* ---- the disk: files may only grow by what is left ---- */

static bool
is_full_for(int fd, off_t end)
{
	struct stat st;
	int64_t more;

	if (page->disk_is_small == 0 || fstat(fd, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_nlink == 0)
		return false;
	more = end - st.st_size;
	if (more > page->disk_left) {
		errno = ENOSPC;
		return true;
	}
	if (more > 0)
		page->disk_left -= more;
	return false;
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	NEXT(ssize_t, pwrite, (int, const void *, size_t, off_t));

	return is_full_for(fd, at + (off_t)n) ? -1 : next_pwrite(fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return pwrite(fd, p, n, at);
}

/* What is left is told as well. */
int
statvfs(const char *restrict path, struct statvfs *restrict out)
{
	NEXT(int, statvfs,
	    (const char *restrict path, struct statvfs *restrict out));
	int status = next_statvfs(path, out);

	if (status == 0 && page->disk_is_small == 1)
		out->f_bavail =
		    (fsblkcnt_t)page->disk_left / (fsblkcnt_t)out->f_frsize;
	return status;
}

int
ftruncate(int fd, off_t size)
{
	NEXT(int, ftruncate, (int, off_t));

	return is_full_for(fd, size) ? -1 : next_ftruncate(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

/* ---- the clock of the wall; the one that only counts goes on ---- */

int
clock_gettime(clockid_t which, struct timespec *t)
{
	int status;

	NEXT(int, clock_gettime, (clockid_t, struct timespec *));
	status = next_clock_gettime(which, t);
	if (status == 0 && which == CLOCK_REALTIME)
		t->tv_sec += page->clock_ahead_s;
	return status;
}

#include "wall.h"

/* ---- a kernel of before ---- */

#define LANDLOCK_FIRST 444
#define LANDLOCK_LAST 446

/* As many words as a system call takes, whatever it is. */
long
syscall(long number, ...)
{
	long word[6];
	va_list args;
	NEXT(long, syscall, (long, ...));

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		word[i] = va_arg(args, long);
	va_end(args);
	if (page->no_landlock == 1 && number >= LANDLOCK_FIRST &&
	    number <= LANDLOCK_LAST) {
		errno = ENOSYS;
		return -1;
	}
	return next_syscall(
	    number, word[0], word[1], word[2], word[3], word[4], word[5]);
}
