/* Landlock by its system calls, which no C library of Debian 12 wraps. The
 * numbers are the same on every architecture; linux/landlock.h of an older
 * kernel lacks what a newer one understands, so the ABI stands here. */
#include "base/confine.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_CREATE_RULESET 444
#define NR_ADD_RULE 445
#define NR_RESTRICT_SELF 446
#define ASK_VERSION 1U
#define RULE_PATH_BENEATH 1

#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_REMOVE_AND_MAKE (UINT64_C(0x1ff) << 4) /* bits 4 to 12 */
#define FS_REFER (UINT64_C(1) << 13)              /* ABI 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)           /* ABI 3 */
#define NET_BIND_AND_CONNECT UINT64_C(3)          /* ABI 4 */

#define MAX_DATA_BYTES ((rlim_t)1024 * 1024 * 1024)

/* As the kernel reads them: landlock_ruleset_attr and
 * landlock_path_beneath_attr of linux/landlock.h. */
struct ruleset {
	uint64_t fs, net;
};

struct beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* The rights that are taken away. The kernel refuses a ruleset that names a
 * right it does not know, so newer rights are named to newer kernels alone. */
static uint64_t
writing(long abi)
{
	return FS_WRITE_FILE | FS_REMOVE_AND_MAKE | (abi >= 2 ? FS_REFER : 0) |
	    (abi >= 3 ? FS_TRUNCATE : 0);
}

static bool
allow(int ruleset, const char *path, uint64_t rights)
{
	struct beneath b = { rights, open(path, O_PATH | O_CLOEXEC) };
	bool done = b.parent_fd >= 0 &&
	    syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &b, 0) == 0;

	if (b.parent_fd >= 0)
		(void)close(b.parent_fd);
	return done;
}

static bool
restrict_self(const struct ruleset *r, long abi, const char *folder)
{
	uint64_t of_files = r->fs & (FS_WRITE_FILE | FS_TRUNCATE);
	/* Before ABI 4 the kernel's struct ended after its first field. */
	size_t size = abi >= 4 ? sizeof(*r) : sizeof(r->fs);
	int fd = (int)syscall(NR_CREATE_RULESET, r, size, 0);
	bool done;

	if (fd < 0)
		return false;
	/* Output that nobody is to read goes to /dev/null, here and in programs
	 * started from here; without this, writing there would fail. */
	done = r->fs == 0 ||
	    (allow(fd, folder, r->fs) && allow(fd, "/dev/null", of_files));
	done = done && syscall(NR_RESTRICT_SELF, fd, 0) == 0;
	(void)close(fd);
	return done;
}

/* The sanitizers reserve terabytes that they never touch. */
static bool
limit_memory(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return false;
#else
	/* Limits data, not addresses (RLIMIT_AS): the code of libraries and a
	 * database file mapped into memory must not use it up. */
	const struct rlimit limit = { MAX_DATA_BYTES, MAX_DATA_BYTES };

	return setrlimit(RLIMIT_DATA, &limit) == 0;
#endif
}

struct confinement
confine(const char *folder, enum confine_calls calls)
{
	long abi = syscall(NR_CREATE_RULESET, NULL, 0, ASK_VERSION);
	struct ruleset files = { .fs = writing(abi) };
	struct ruleset net = { .net = NET_BIND_AND_CONNECT };
	struct confinement c = { .memory_confined = limit_memory() };

	/* Landlock demands this of whoever is not root. */
	c.no_new_rights = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	if (!c.no_new_rights || abi < 1)
		return c;
	/* Two rulesets, so that a folder that cannot be opened costs only the
	 * confinement of files and not that of connections. */
	c.writes_confined = restrict_self(&files, abi, folder);
	c.calls_confined = calls == CONFINE_NO_CALLS && abi >= 4 &&
	    restrict_self(&net, abi, folder);
	return c;
}
