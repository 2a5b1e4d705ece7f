/* SPDX-License-Identifier: MIT */
/* A preloaded library that makes one call fail, or writes down what reaches the disk and
 * the wire. DPSTUDIO_TEST_FAULT says what, as key=value joined by commas:
 *
 *   call=pwrite   write pwrite pread fsync fdatasync open connect spawn, and openw: the
 *                 opening for writing of the file `under` itself
 *   n=5           the fifth call of a process fails; 0: none
 *   more=1        and every one after it
 *   who=worker    only in workers; main: only in the program itself; else in both
 *   errno=28
 *   call=io       any of write pwrite pread fsync fdatasync open send: the n-th is not
 *                 made, the process is killed instead, and appends to `died` the line
 *                 "main|worker CALL PATH"; a send is "send-net", "send-parent", or "send-parent
 *                 sent" once something has gone to the net
 *   call=render   the same at the n-th time that the Markdown library asks for memory
 *   died=FILE
 *   call=malloc   malloc, calloc, realloc: calls are told apart by the chain of calls that
 *                 leads to them, and the n-th of one chain fails
 *   site=NUMBER   that chain, as `count` names it; what happens is appended to `died`:
 *                 "main|worker failed", "… below CALLER<ITS CALLER<…" and, when it
 *                 ends by _exit, "… ended STATUS"
 *   slow=30       the name server answers after so many seconds, that there is no such name
 *   jump=FILE     as soon as the file is there, CLOCK_MONOTONIC is JUMP_S ahead (who counts)
 *   garble=noise  the n-th send of a worker to its parent is noise as long as it; twice:
 *                 goes out two times; cut: only the first half of it; mixed: with some
 *                 bytes changed
 *   count=FILE    at exit, the number of calls, one line "worker N" or "main N"; of
 *                 malloc one line for each chain, "main NUMBER N"
 *   record=FILE   appends a record for every change of a file under `under` and for
 *                 every send to a TCP socket
 *   under=PATH    a prefix of paths
 *
 * A record is a line "OP OFFSET LENGTH PATH" and then LENGTH bytes, one append each. A
 * finished sync is written after it returned, a send before it begins: the order of the
 * records is an order in which things can have happened. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/shim_sites.h"

#define PATH_SIZE 512
#define JUMP_S 1000000

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static char wanted[16], count_file[PATH_SIZE], record_file[PATH_SIZE], under[PATH_SIZE];
static char jump_file[PATH_SIZE], garble[8], died_file[PATH_SIZE];
static long fail_at, calls, slow_names;
static uint64_t fail_site;
static int fail_errno = EIO, record_fd = -1;
static bool fail_more, is_worker, ready, sent, failed_here;

static void
take_text(char *to, size_t size, const char *value, size_t len)
{
	if (len < size) {
		memcpy(to, value, len);
		to[len] = '\0';
	}
}

static bool
am_worker(void)
{
	char line[PATH_SIZE];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : syscall(SYS_read, fd, line, sizeof(line));

	if (fd >= 0)
		syscall(SYS_close, fd);
	return n > 0 && memmem(line, (size_t)n, "--worker", sizeof("--worker"));
}

static void __attribute__((constructor))
begin(void)
{
	const char *p = getenv("DPSTUDIO_TEST_FAULT");
	bool other = false;

	is_worker = am_worker();
	while (p && *p) {
		size_t key = strcspn(p, "="), len = strcspn(p, ",");
		const char *value = p + key + 1;
		size_t value_len = len > key ? len - key - 1 : 0;

		if (strncmp(p, "call=", 5) == 0)
			take_text(wanted, sizeof(wanted), value, value_len);
		else if (strncmp(p, "count=", 6) == 0)
			take_text(count_file, sizeof(count_file), value, value_len);
		else if (strncmp(p, "record=", 7) == 0)
			take_text(record_file, sizeof(record_file), value, value_len);
		else if (strncmp(p, "under=", 6) == 0)
			take_text(under, sizeof(under), value, value_len);
		else if (strncmp(p, "jump=", 5) == 0)
			take_text(jump_file, sizeof(jump_file), value, value_len);
		else if (strncmp(p, "died=", 5) == 0)
			take_text(died_file, sizeof(died_file), value, value_len);
		else if (strncmp(p, "garble=", 7) == 0)
			take_text(garble, sizeof(garble), value, value_len);
		else if (strncmp(p, "site=", 5) == 0)
			fail_site = strtoull(value, NULL, 16);
		else if (strncmp(p, "n=", 2) == 0)
			fail_at = atol(value);
		else if (strncmp(p, "more=", 5) == 0)
			fail_more = *value == '1';
		else if (strncmp(p, "slow=", 5) == 0)
			slow_names = atol(value);
		else if (strncmp(p, "errno=", 6) == 0)
			fail_errno = atoi(value);
		else if (strncmp(p, "who=", 4) == 0)
			other = *value != (is_worker ? 'w' : 'm');
		p += len;
		p += *p == ',';
	}
	if (other) {
		fail_at = 0;
		jump_file[0] = '\0';
	}
	if (record_file[0])
		record_fd = (int)syscall(SYS_openat, AT_FDCWD, record_file,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	ready = true;
}

static const char *
who(void)
{
	return is_worker ? "worker" : "main";
}

static void
tell_count(void)
{
	char line[48];
	int fd, n;

	if (!count_file[0])
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_APPEND | O_CREAT, 0600);
	n = snprintf(line, sizeof(line), "%s %ld\n", who(), calls);
	if (strcmp(wanted, "malloc") == 0)
		site_tell(fd, who());
	else
		syscall(SYS_write, fd, line, (size_t)n);
	syscall(SYS_close, fd);
	count_file[0] = '\0';
}

static void
tell_died(const char *what)
{
	char line[PATH_SIZE + 64];
	int n = snprintf(line, sizeof(line), "%s %s\n", who(), what);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, died_file, O_WRONLY | O_APPEND | O_CREAT, 0600);

	syscall(SYS_write, fd, line, (size_t)n);
	syscall(SYS_close, fd);
}

static void __attribute__((destructor))
end(void)
{
	tell_count();
}

/* Where every process of the program ends, exit(3) included. */
void
_exit(int status)
{
	char what[32];

	tell_count();
	snprintf(what, sizeof(what), "ended %d", status);
	if (failed_here)
		tell_died(what);
	for (;;)
		syscall(SYS_exit_group, status);
}

static bool
fails(const char *call)
{
	if (!ready || strcmp(wanted, call) != 0)
		return false;
	calls++;
	if (fail_at == 0 || calls < fail_at || (calls > fail_at && !fail_more))
		return false;
	errno = fail_errno;
	return true;
}

static void
path_at(int fd, const char *path, char text[PATH_SIZE])
{
	char link[40];
	ssize_t n;

	snprintf(text, PATH_SIZE, "%s", path ? path : "");
	if (path || fd < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, text, PATH_SIZE - 1);
	text[n > 0 ? n : 0] = '\0';
}

/* This is where the process ends, or not. */
static void
die_here(const char *call, int fd, const char *path)
{
	char at[PATH_SIZE], what[PATH_SIZE + 32];
	int saved = errno;

	if (++calls != fail_at)
		return;
	path_at(fd, path, at);
	snprintf(what, sizeof(what), "%s %s", call, at);
	tell_died(what);
	syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
	errno = saved;
}

static void
pass_by(const char *call, int fd, const char *path)
{
	if (ready && strcmp(wanted, "io") == 0)
		die_here(call, fd, path);
}

/* The Markdown library asks for memory: a message is being rendered. */
static void
pass_by_render(void)
{
	if (ready && strcmp(wanted, "render") == 0 && site_is_of("cmark"))
		die_here("malloc", -1, "render");
}

/* --- the record ------------------------------------------------------------------------- */

static void
record(char op, const char *path, long long offset, const void *bytes, size_t len)
{
	char head[PATH_SIZE + 64];
	struct iovec v[2] = { { head, 0 }, { (void *)bytes, len } };
	int saved = errno;

	v[0].iov_len = (size_t)snprintf(head, sizeof(head), "%c %lld %zu %s\n", op, offset, len,
		path);
	syscall(SYS_writev, record_fd, v, len ? 2 : 1);
	errno = saved;
}

static bool
is_ours(const char *path)
{
	size_t len = strlen(under), whole = strlen(path);

	return strncmp(path, under, len) == 0 &&
	       (whole < 4 || strcmp(path + whole - 4, "-shm") != 0);
}

static bool
path_of(int fd, char path[PATH_SIZE])
{
	char link[40];
	ssize_t n;

	if (record_fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_SIZE - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return is_ours(path);
}

/* --- calls ------------------------------------------------------------------------------ */

ssize_t
write(int fd, const void *bytes, size_t len)
{
	char path[PATH_SIZE];

	pass_by("write", fd, NULL);
	if (fails("write"))
		return -1;
	if (path_of(fd, path))
		record('W', path, syscall(SYS_lseek, fd, 0, SEEK_CUR), bytes, len);
	return syscall(SYS_write, fd, bytes, len);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
	char path[PATH_SIZE];

	pass_by("pwrite", fd, NULL);
	if (fails("pwrite"))
		return -1;
	if (path_of(fd, path))
		record('W', path, offset, bytes, len);
	return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	return pwrite64(fd, bytes, len, offset);
}

ssize_t
pread64(int fd, void *bytes, size_t len, off_t offset)
{
	pass_by("pread", fd, NULL);
	if (fails("pread"))
		return -1;
	return syscall(SYS_pread64, fd, bytes, len, offset);
}

ssize_t
pread(int fd, void *bytes, size_t len, off_t offset)
{
	return pread64(fd, bytes, len, offset);
}

static int
sync_with(long number, int fd)
{
	char path[PATH_SIZE];
	int rc = (int)syscall(number, fd);

	if (rc == 0 && path_of(fd, path))
		record('S', path, 0, NULL, 0);
	return rc;
}

int
fsync(int fd)
{
	pass_by("fsync", fd, NULL);
	return fails("fsync") ? -1 : sync_with(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	pass_by("fdatasync", fd, NULL);
	return fails("fdatasync") ? -1 : sync_with(SYS_fdatasync, fd);
}

int
ftruncate64(int fd, off_t size)
{
	char path[PATH_SIZE];

	if (path_of(fd, path))
		record('T', path, size, NULL, 0);
	return (int)syscall(SYS_ftruncate, fd, size);
}

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

int
unlink(const char *path)
{
	if (record_fd >= 0 && is_ours(path))
		record('U', path, 0, NULL, 0);
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static int
open_with(int folder, const char *path, int flags, mode_t mode)
{
	pass_by("open", -1, path);
	if (fails("open") || ((flags & O_ACCMODE) != O_RDONLY && strcmp(path, under) == 0 &&
				     fails("openw")))
		return -1;
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE_OF(flags, mode)                                    \
	if ((flags) & (O_CREAT | O_TMPFILE)) {                  \
		va_list ap;                                     \
		va_start(ap, flags);                            \
		mode = (mode_t)va_arg(ap, unsigned int);        \
		va_end(ap);                                     \
	}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE_OF(flags, mode)
	return open_with(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE_OF(flags, mode)
	return open_with(AT_FDCWD, path, flags, mode);
}

int
openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE_OF(flags, mode)
	return open_with(folder, path, flags, mode);
}

int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
	static int (*next)(pid_t *, const char *, const posix_spawn_file_actions_t *,
		const posix_spawnattr_t *, char *const[], char *const[]);

	if (!next)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "posix_spawn");
	return fails("spawn") ? fail_errno : next(pid, path, actions, attributes, argv, env);
}

int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
	if (address->sa_family != AF_UNIX && fails("connect"))
		return -1;
	return (int)syscall(SYS_connect, fd, address, len);
}

/* As after a stop that long. */
int
clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	if (jump_file[0] && id == CLOCK_MONOTONIC &&
		syscall(SYS_faccessat, AT_FDCWD, jump_file, F_OK) == 0)
		t->tv_sec += JUMP_S;
	return rc;
}

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **list)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	if (slow_names && name && strstr(name, ".invalid")) {
		sleep((unsigned int)slow_names);
		return EAI_NONAME;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(name, service, hints, list);
}

/* What a worker says to its parent is spoilt; false: it is not its turn. */
static bool
send_garbled(int fd, const unsigned char *bytes, size_t len, int flags)
{
	size_t half = len / 2 ? len / 2 : 1;
	unsigned char *other;

	if (++calls != fail_at)
		return false;
	if (strcmp(garble, "twice") == 0) {
		syscall(SYS_sendto, fd, bytes, len, 0, NULL, 0);
		syscall(SYS_sendto, fd, bytes, len, 0, NULL, 0);
	} else if (strcmp(garble, "cut") == 0) {
		syscall(SYS_sendto, fd, bytes, half, 0, NULL, 0);
	} else if ((other = __libc_malloc(len))) {
		bool all = strcmp(garble, "noise") == 0;
		unsigned long seed = 88172645463325252UL + (unsigned long)fail_at;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 6364136223846793005UL + 1442695040888963407UL;
			other[i] = all || seed >> 58 == 0 ? (unsigned char)(seed >> 40) : bytes[i];
		}
		syscall(SYS_sendto, fd, other, len, flags, NULL, 0);
	}
	return true;
}

ssize_t
send(int fd, const void *bytes, size_t len, int flags)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof(a);

	if (strcmp(wanted, "io") == 0) {
		bool net = getpeername(fd, (struct sockaddr *)&a, &size) == 0 &&
			a.ss_family == AF_INET;

		pass_by(net ? "send-net" : sent ? "send-parent sent" : "send-parent", -1, NULL);
		sent = sent || net;
		size = sizeof(a);
	}
	if (garble[0] && is_worker && fd == 3 && send_garbled(fd, bytes, len, flags))
		return (ssize_t)len;
	if (record_fd >= 0 && getpeername(fd, (struct sockaddr *)&a, &size) == 0 &&
		a.ss_family == AF_INET)
		record('N', "-", 0, bytes, len);
	return syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
}

/* Inlined: sites count frames from here. */
static inline __attribute__((always_inline)) bool
memory_fails(const void *caller)
{
	char below[PATH_SIZE];
	uint64_t site;

	if (!ready || strcmp(wanted, "malloc") != 0)
		return false;
	if (failed_here) {
		errno = ENOMEM;
		return fail_more;
	}
	if (fail_at == 0 && !count_file[0])
		return false;
	site = site_here(caller, fail_site);
	if (!site || (fail_site && site != fail_site) || site_count(site) != fail_at)
		return false;
	failed_here = true;
	tell_died("failed");
	site_names(below, sizeof(below));
	tell_died(below);
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	pass_by_render();
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	pass_by_render();
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return memory_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, size);
}
