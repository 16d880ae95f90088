/* Runs a program and spoils one of its system calls: the one with a given
 * number kills it or fails. Or writes down what it does to its files. Uses
 * ptrace, so that every call counts, whoever makes it: the program, the C
 * library or any other.
 *
 * usage: tracer [OPTION...] PROGRAM [ARGUMENT...]
 *   --listen PATH     descriptor 0 is a socket that listens there
 *   --env NAME=VALUE  for the program alone; may come again
 *   --from start|main|accept   from where calls count: from the program's
 *                     first, from the one with which its main() begins
 *                     (close_range), from the first connection it accepts
 *   --kill N          the N-th call is SIGKILL instead
 *   --fail N ERRNO    the N-th call fails with this number
 *   --watch           spoils nothing, but tells where a crash happened
 *   --record FILE     writes, syncs and the like below --under FOLDER
 *   --report FILE     how it went: "calls=N hit=CALL exit=N" or "signal=N",
 *                     and after SIGSEGV "crash=FILE address=N", the caller
 *                     of the C library's function if it was one
 * Prints the program's pid once it runs. SIGTERM is passed on. Without any of
 * --kill, --fail and --record there is no tracing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* After <sys/ptrace.h>, which it collides with otherwise. */
#include <linux/ptrace.h>

#define NT_PRSTATUS 1
#define MAX_ENV 16

enum what { NOTHING, WATCH, KILL, FAIL, RECORD };
enum from { FROM_ACCEPT, FROM_MAIN, FROM_START };

static struct {
	enum what what;
	const char *listen, *report, *under;
	const char *env[MAX_ENV];
	int n_env;
	enum from from;
	long point;
	int error;
	FILE *record;
} opt;

static pid_t child;

/* Of the traced process; its threads share it, since they stop one by one. */
static struct {
	bool armed;
	long n;              /* calls since then */
	const char *hit;     /* the call that was spoilt */
	pid_t spoilt_thread; /* the call's result is still to be replaced */
	bool spoilt_brk;
	unsigned long long first; /* argument of a spoilt brk */
	char crash[PATH_MAX];     /* the program's file in which it crashed */
	unsigned long long crash_address;
} run;

/* ---- names, for reports ---- */

static const struct {
	long nr;
	const char *name;
} names[] = {
#define CALL(x) { SYS_##x, #x },
	CALL(openat) CALL(close) CALL(read) CALL(write) CALL(pread64) CALL(
	    pwrite64) CALL(fstat) CALL(newfstatat) CALL(lseek) CALL(mmap)
	    CALL(munmap) CALL(mremap) CALL(mprotect) CALL(brk) CALL(fcntl) CALL(
		flock) CALL(fsync) CALL(fdatasync) CALL(ftruncate)
		CALL(unlinkat) CALL(accept4) CALL(recvfrom) CALL(sendto) CALL(
		    recvmsg) CALL(sendmsg) CALL(socket) CALL(bind) CALL(connect)
		    CALL(setsockopt) CALL(getsockopt) CALL(getsockname) CALL(
			getpeername) CALL(shutdown) CALL(ppoll) CALL(ioctl)
			CALL(rt_sigaction) CALL(rt_sigprocmask) CALL(
			    rt_sigpending) CALL(clone) CALL(wait4)
			    CALL(getrandom) CALL(readlinkat) CALL(
				faccessat) CALL(memfd_create) CALL(dup3)
				CALL(pipe2) CALL(eventfd2) CALL(signalfd4) CALL(
				    clock_nanosleep) CALL(exit_group)
				    CALL(fchmod) CALL(fchown) CALL(
					close_range) CALL(prlimit64) CALL(futex)
					CALL(socketpair) CALL(madvise) CALL(
					    sysinfo) CALL(getcwd) CALL(statx)
					    CALL(umask)
#ifdef SYS_poll
						CALL(poll) CALL(access) CALL(
						    readlink) CALL(unlink)
						    CALL(stat) CALL(lstat)
							CALL(pipe) CALL(mkdir)
							    CALL(arch_prctl)
								CALL(dup2)
								    CALL(open)
#endif
#undef CALL
};

static const char *
name_of(long nr)
{
	static char number[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == nr)
			return names[i].name;
	(void)snprintf(number, sizeof(number), "call_%ld", nr);
	return number;
}

/* Calls that Linux never lets fail, or whose failure the C library takes for
 * its own end: futex. */
static bool
never_fails(long nr)
{
	static const long calm[] = { SYS_exit, SYS_exit_group, SYS_rt_sigreturn,
		SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid,
		SYS_getgid, SYS_getegid, SYS_umask, SYS_sched_yield, SYS_futex,
		SYS_set_tid_address, SYS_set_robust_list, SYS_rseq };

	for (size_t i = 0; i < sizeof(calm) / sizeof(calm[0]); i++)
		if (calm[i] == nr)
			return true;
#ifdef SYS_arch_prctl
	return nr == SYS_arch_prctl;
#else
	return false;
#endif
}

/* Giving up a lock does not fail on a disk of this machine either. */
static bool
is_unlock(pid_t pid, long nr, const uint64_t *args)
{
	struct flock lock = { 0 };
	struct iovec here = { &lock, sizeof(lock) },
		     there = { (void *)(uintptr_t)args[2], sizeof(lock) };

	return nr == SYS_fcntl && args[1] == F_SETLK &&
	    process_vm_readv(pid, &here, 1, &there, 1, 0) ==
	    (ssize_t)sizeof(lock) &&
	    lock.l_type == F_UNLCK;
}

/* ---- registers ---- */

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
#define CALL_NUMBER(r) (r).orig_rax
#define RESULT(r) (r).rax
#define FIRST(r) (r).rdi
#define PLACE(r) (r).rip
#define STACK(r) (r).rsp
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;
#define CALL_NUMBER(r) (r).regs[8]
#define RESULT(r) (r).regs[0]
#define FIRST(r) (r).regs[0]
#define PLACE(r) (r).pc
#define STACK(r) (r).sp
#define NT_ARM_SYSTEM_CALL 0x404
#else
#error "the registers of this machine are not known here"
#endif

static void
registers_of(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof(*r) };

	(void)ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v);
}

static void
set_registers(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof(*r) };

	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}

static void
skip_call(pid_t pid)
{
#if defined(__aarch64__)
	int none = -1;
	struct iovec v = { &none, sizeof(none) };

	(void)ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &v);
#else
	registers r;

	registers_of(pid, &r);
	CALL_NUMBER(r) = (unsigned long long)-1;
	set_registers(pid, &r);
#endif
}

/* ---- spoiling ---- */

/* A close that fails has closed all the same; a brk that fails answers with
 * the old end, as it does when asked for 0. */
static void
fail_call(pid_t pid, long nr)
{
	registers r;

	run.spoilt_thread = pid;
	run.spoilt_brk = nr == SYS_brk;
	if (run.spoilt_brk) {
		registers_of(pid, &r);
		run.first = FIRST(r);
		FIRST(r) = 0;
		set_registers(pid, &r);
	} else if (nr != SYS_close) {
		skip_call(pid);
	}
}

/* Where the result is in the first argument's place, it stays. */
static void
finish_failing(pid_t pid)
{
	registers r;

	run.spoilt_thread = 0;
	registers_of(pid, &r);
	if (!run.spoilt_brk)
		RESULT(r) = (unsigned long long)-(long long)opt.error;
	else if (&FIRST(r) != &RESULT(r))
		FIRST(r) = run.first;
	set_registers(pid, &r);
}

static void
on_entry(pid_t pid, long nr, const uint64_t *args)
{
	run.armed |= opt.from == FROM_MAIN && nr == SYS_close_range;
	if (!run.armed)
		return;
	run.n++;
	if (opt.what == RECORD || run.n < opt.point || run.hit != NULL)
		return;
	if (opt.what == FAIL && (never_fails(nr) || is_unlock(pid, nr, args)))
		return; /* the next one then */
	run.hit = name_of(nr);
	if (opt.what == KILL)
		(void)kill(child, SIGKILL);
	else
		fail_call(pid, nr);
}

/* ---- recording ---- */

struct call {
	long nr;
	uint64_t args[6];
	int64_t result;
};

static bool
path_of(pid_t pid, uint64_t fd, char *path, size_t size)
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)fd);
	n = readlink(link, path, size - 1);
	path[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static void
text_at(pid_t pid, uint64_t at, char *text, size_t size)
{
	struct iovec here = { text, size - 1 },
		     there = { (void *)(uintptr_t)at, size - 1 };
	ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);

	text[n > 0 ? n : 0] = '\0';
}

static void
copy_bytes(pid_t pid, uint64_t at, uint64_t n)
{
	while (n > 0) {
		char chunk[65536];
		size_t step = n < sizeof(chunk) ? n : sizeof(chunk);
		struct iovec here = { chunk, step },
			     there = { (void *)(uintptr_t)at, step };

		if (process_vm_readv(pid, &here, 1, &there, 1, 0) !=
		    (ssize_t)step)
			memset(chunk, 0, step);
		(void)fwrite(chunk, 1, step, opt.record);
		at += step;
		n -= step;
	}
}

/* One line a deed, "OP OFFSET LENGTH PATH"; a write's bytes follow it. */
static void
note(const char *op, int64_t offset, int64_t length, const char *path)
{
	fprintf(opt.record, "%s %lld %lld %s\n", op, (long long)offset,
	    (long long)length, path);
}

static bool
is_below(const char *path)
{
	return strncmp(path, opt.under, strlen(opt.under)) == 0;
}

static void
record_fd(pid_t pid, const struct call *c)
{
	char path[PATH_MAX];

	if (!path_of(pid, c->args[0], path, sizeof(path)))
		return;
	if (c->nr == SYS_write && c->args[0] > STDERR_FILENO &&
	    strncmp(path, "socket:", 7) == 0)
		note("answer", 0, 0, path);
	if (!is_below(path))
		return;
	switch (c->nr) {
	case SYS_write:
	case SYS_pwrite64:
		note("write", c->nr == SYS_write ? -1 : (int64_t)c->args[3],
		    c->result, path);
		copy_bytes(pid, c->args[1], (uint64_t)c->result);
		break;
	case SYS_ftruncate:
		note("size", 0, (int64_t)c->args[1], path);
		break;
	default:
		note("sync", 0, 0, path);
	}
}

static void
record_call(pid_t pid, const struct call *c)
{
	char path[PATH_MAX];

	switch (c->nr) {
	case SYS_write:
	case SYS_pwrite64:
	case SYS_ftruncate:
	case SYS_fsync:
	case SYS_fdatasync:
		record_fd(pid, c);
		break;
	case SYS_openat:
		if ((c->args[2] & O_CREAT) != 0 &&
		    path_of(pid, (uint64_t)c->result, path, sizeof(path)) &&
		    is_below(path))
			note("open", 0, 0, path);
		break;
#ifdef SYS_unlink
	case SYS_unlink:
		text_at(pid, c->args[0], path, sizeof(path));
		if (is_below(path))
			note("unlink", 0, 0, path);
		break;
#endif
	case SYS_unlinkat:
		text_at(pid, c->args[1], path, sizeof(path));
		if (is_below(path))
			note("unlink", 0, 0, path);
		break;
	default:
		break;
	}
}

static void
on_exit_of(pid_t pid, const struct call *c)
{
	if (run.spoilt_thread == pid) {
		finish_failing(pid);
		return;
	}
	if (c->nr == SYS_accept4 && c->result >= 0)
		run.armed = true;
	if (opt.what == RECORD && c->result >= 0)
		record_call(pid, c);
}

/* ---- crashes ---- */

/* The file that is mapped there, or "". */
static void
file_at(pid_t pid, unsigned long long address, char *file)
{
	char maps[64], line[PATH_MAX + 128];
	unsigned long long from, to;
	FILE *f;
	int name = 0;

	*file = '\0';
	(void)snprintf(maps, sizeof(maps), "/proc/%d/maps", (int)pid);
	f = fopen(maps, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &from, &to,
			&name) >= 2 &&
		    address >= from && address < to) {
			line[strcspn(line, "\n")] = '\0';
			(void)snprintf(file, PATH_MAX, "%s", line + name);
		}
	if (f != NULL)
		(void)fclose(f);
}

/* A function of the C library that was called with a bad pointer is not to
 * blame: its caller is, to whom the top of the stack leads back. */
static void
note_crash(pid_t pid)
{
	siginfo_t info = { 0 };
	uint64_t caller = 0;
	struct iovec here = { &caller, sizeof(caller) }, there;
	registers r;

	registers_of(pid, &r);
	(void)ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
	run.crash_address = (unsigned long long)(uintptr_t)info.si_addr;
	file_at(pid, PLACE(r), run.crash);
	there = (struct iovec){ (void *)(uintptr_t)STACK(r), sizeof(caller) };
	if (strstr(run.crash, "/libc.so") != NULL &&
	    process_vm_readv(pid, &here, 1, &there, 1, 0) ==
		(ssize_t)sizeof(caller))
		file_at(pid, caller, run.crash);
}

/* ---- the loop ---- */

static void
on_call_stop(pid_t pid)
{
	static struct call under_way;
	struct ptrace_syscall_info i;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i) <= 0)
		return;
	if (i.op == PTRACE_SYSCALL_INFO_ENTRY) {
		under_way.nr = (long)i.entry.nr;
		memcpy(under_way.args, i.entry.args, sizeof(under_way.args));
		on_entry(pid, under_way.nr, under_way.args);
	} else if (i.op == PTRACE_SYSCALL_INFO_EXIT) {
		under_way.result = i.exit.rval;
		on_exit_of(pid, &under_way);
	}
}

static int
signal_to_pass(pid_t pid, int status)
{
	int signo = WSTOPSIG(status);

	if (signo == (SIGTRAP | 0x80)) {
		on_call_stop(pid);
		return 0;
	}
	/* A stop of ours: of a new program, of a new thread. */
	if (status >> 16 != 0 || signo == SIGTRAP || signo == SIGSTOP) {
		run.armed |=
		    opt.from == FROM_START && status >> 16 == PTRACE_EVENT_EXEC;
		return 0;
	}
	if (signo == SIGSEGV || signo == SIGBUS)
		note_crash(pid);
	return signo;
}

static int
follow(void)
{
	const enum __ptrace_request go_on =
	    opt.what == WATCH ? PTRACE_CONT : PTRACE_SYSCALL;
	int status = 0;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return status;
		if (WIFSTOPPED(status))
			(void)ptrace(
			    go_on, pid, 0, (long)signal_to_pass(pid, status));
		else if (pid == child)
			return status;
	}
}

static void
report(int status)
{
	FILE *f = opt.report == NULL ? NULL : fopen(opt.report, "w");

	if (f == NULL)
		return;
	fprintf(f, "calls=%ld hit=%s ", run.n, run.hit == NULL ? "" : run.hit);
	if (run.crash[0] != '\0')
		fprintf(
		    f, "crash=%s address=%llu ", run.crash, run.crash_address);
	if (WIFSIGNALED(status))
		fprintf(f, "signal=%d\n", WTERMSIG(status));
	else
		fprintf(f, "exit=%d\n", WEXITSTATUS(status));
	(void)fclose(f);
}

static void
pass_on(int signo)
{
	(void)kill(child, signo);
}

/* ---- starting ---- */

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

/* A socket's name is short, so the folder is entered for it. */
static void
listen_at(char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char *slash = strrchr(path, '/');
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int here = open(".", O_RDONLY | O_CLOEXEC);

	*slash = '\0';
	if (chdir(path) != 0)
		die(path);
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", slash + 1);
	(void)unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    listen(fd, 1024) != 0 || dup2(fd, STDIN_FILENO) < 0 ||
	    fchdir(here) != 0)
		die(slash + 1);
	(void)close(fd);
	(void)close(here);
}

static void
become(char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)dup2(null, STDOUT_FILENO);
	for (int i = 0; i < opt.n_env; i++)
		(void)putenv((char *)opt.env[i]);
	(void)execvp(argv[0], argv);
	die(argv[0]);
}

static void
be_traced(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
		die("ptrace");
	(void)raise(SIGSTOP);
	become(argv);
}

static void
start_tracing(char **argv)
{
	const struct sigaction pass = { .sa_handler = pass_on };
	int status;

	child = fork();
	if (child == 0)
		be_traced(argv);
	(void)waitpid(child, &status, 0);
	if (!WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, child, 0,
		(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
		    PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE)) != 0)
		die("ptrace");
	(void)sigaction(SIGTERM, &pass, NULL);
	(void)ptrace(
	    opt.what == WATCH ? PTRACE_CONT : PTRACE_SYSCALL, child, 0, 0);
}

static enum from
from_where(const char *word)
{
	if (strcmp(word, "start") == 0)
		return FROM_START;
	return strcmp(word, "main") == 0 ? FROM_MAIN : FROM_ACCEPT;
}

static char **
read_options(char **argv)
{
	char *folder = NULL;

	for (argv++; *argv != NULL && strncmp(*argv, "--", 2) == 0; argv++) {
		const char *name = *argv + 2;

		if (strcmp(name, "from") == 0)
			opt.from = from_where(*++argv);
		else if (strcmp(name, "listen") == 0)
			opt.listen = folder = *++argv;
		else if (strcmp(name, "env") == 0 && opt.n_env < MAX_ENV)
			opt.env[opt.n_env++] = *++argv;
		else if (strcmp(name, "report") == 0)
			opt.report = *++argv;
		else if (strcmp(name, "under") == 0)
			opt.under = *++argv;
		else if (strcmp(name, "record") == 0) {
			opt.what = RECORD;
			opt.record = fopen(*++argv, "we");
		} else if (strcmp(name, "watch") == 0) {
			opt.what = WATCH;
		} else {
			opt.what = strcmp(name, "kill") == 0 ? KILL : FAIL;
			opt.point = strtol(*++argv, NULL, 10);
			if (opt.what == FAIL)
				opt.error = (int)strtol(*++argv, NULL, 10);
		}
	}
	if (folder != NULL)
		listen_at(folder);
	return argv;
}

int
main(int argc, char **argv)
{
	int status;

	(void)argc;
	argv = read_options(argv);
	if (*argv == NULL || (opt.what == RECORD && opt.record == NULL)) {
		fputs("usage: see the top of tracer.c\n", stderr);
		return 2;
	}
	if (opt.what == NOTHING)
		child = getpid();
	else
		start_tracing(argv);
	printf("%d\n", (int)child);
	(void)fflush(stdout);
	if (opt.what == NOTHING)
		become(argv);
	status = follow();
	if (opt.record != NULL && fclose(opt.record) != 0)
		die("--record");
	report(status);
	return 0;
}
