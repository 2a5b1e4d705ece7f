/* SPDX-License-Identifier: MIT */
#include "src/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* --- names ------------------------------------------------------------------ */

static char *
home_dir(struct err *err)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;

	if (home && home[0] == '/')
		return xstrdup(home);
	pw = getpwuid(getuid());
	if (pw && pw->pw_dir && pw->pw_dir[0] == '/')
		return xstrdup(pw->pw_dir);
	err_set(err, ERR_CONFIG, "there is no home directory: HOME is not set");
	err_hint(err, "set HOME, or name the files with absolute paths");
	return NULL;
}

static char *
xdg_dir(const char *variable, const char *below_home, struct err *err)
{
	const char *value = getenv(variable);
	char *home, *dir;

	if (value && value[0] == '/')
		return path_join(value, "dpstudio");
	home = home_dir(err);
	if (!home)
		return NULL;
	dir = xasprintf("%s/%s/dpstudio", home, below_home);
	free(home);
	return dir;
}

char *
path_data_dir(struct err *err)
{
	return xdg_dir("XDG_DATA_HOME", ".local/share", err);
}

char *
path_config_dir(struct err *err)
{
	return xdg_dir("XDG_CONFIG_HOME", ".config", err);
}

char *
path_state_dir(struct err *err)
{
	return xdg_dir("XDG_STATE_HOME", ".local/state", err);
}

/* Takes "//", "." and ".." out of an absolute path, in place. */
static void
normalise(char *path)
{
	size_t to = 0;

	for (const char *p = path; *p;) {
		size_t n;

		while (*p == '/')
			p++;
		n = strcspn(p, "/");
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			while (to > 0 && path[--to] != '/')
				;
		} else if (n > 0 && !(n == 1 && p[0] == '.')) {
			path[to++] = '/';
			memmove(path + to, p, n);
			to += n;
		}
		p += n;
	}
	if (to == 0)
		path[to++] = '/';
	path[to] = '\0';
}

char *
path_absolute(const char *path, struct err *err)
{
	char *full, *base;

	if (path[0] == '\0') {
		err_set(err, ERR_INPUT, "an empty file name");
		return NULL;
	}
	if (path[0] == '/') {
		full = xstrdup(path);
	} else if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		base = home_dir(err);
		if (!base)
			return NULL;
		full = xasprintf("%s/%s", base, path[1] ? path + 2 : "");
		free(base);
	} else {
		base = getcwd(NULL, 0);
		if (!base) {
			err_errno(err, "the current folder cannot be named");
			return NULL;
		}
		full = xasprintf("%s/%s", base, path);
		free(base);
	}
	normalise(full);
	return full;
}

char *
path_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return xasprintf("%.*s/%s", (int)n, dir, name);
}

char *
path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	while (slash > path && slash[-1] == '/')
		slash--;
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *
path_temporary(const char *path)
{
	char *dir = path_dir(path), *made;
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint64_t)getpid();
	made = xasprintf("%s%s.%s.%016llx", dir, strcmp(dir, "/") == 0 ? "" : "/",
		path_base(path), (unsigned long long)random);
	free(dir);
	return made;
}

/* --- folders and files --------------------------------------------------------- */

bool
path_make_dirs(const char *path, mode_t mode, struct err *err)
{
	char *copy = xstrdup(path);
	size_t len = strlen(copy);
	struct stat st;
	bool ok = true;

	for (size_t i = 1; ok && i <= len; i++) {
		if (copy[i] != '/' && copy[i] != '\0')
			continue;
		copy[i] = '\0';
		if (mkdir(copy, mode) != 0 && errno != EEXIST)
			ok = err_errno(err, "the folder %s cannot be made", copy);
		copy[i] = path[i];
	}
	free(copy);
	if (ok && (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
		return err_set(err, ERR_IO, "%s is not a folder", path);
	return ok;
}

bool
path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool
read_fd(int fd, const char *path, size_t max, struct buf *to, struct err *err)
{
	size_t start = to->len;

	for (;;) {
		char chunk[8192];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "%s cannot be read", path);
		if (n == 0)
			return true;
		if (to->len - start + (size_t)n > max)
			return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", path, max);
		buf_add(to, chunk, (size_t)n);
		explicit_bzero(chunk, (size_t)n); /* it may be a key */
	}
}

bool
path_read(const char *path, size_t max, struct buf *to, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok;

	if (fd < 0) {
		int failed = errno;

		err_errno(err, "%s cannot be opened", path);
		if (failed == ENOENT)
			err->code = ERR_NOT_FOUND;
		return false;
	}
	if (fstat(fd, &st) != 0)
		ok = err_errno(err, "%s cannot be read", path);
	else if (!S_ISREG(st.st_mode))
		ok = err_set(err, ERR_IO, "%s is not a regular file", path);
	else
		ok = read_fd(fd, path, max, to, err);
	close(fd);
	return ok;
}

static bool
write_all(int fd, struct str content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.p, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		content = str_slice(content, (size_t)n, content.len);
	}
	return true;
}

/* The content in a temporary file beside `path`, on disk. Heap name or NULL. */
static char *
write_temporary(const char *path, struct str content, mode_t mode, struct err *err)
{
	char *name = path_temporary(path);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0) {
		err_errno(err, "%s cannot be written", path);
		free(name);
		return NULL;
	}
	if (fchmod(fd, mode) != 0 || !write_all(fd, content) || fsync(fd) != 0) {
		err_errno(err, "%s cannot be written", path);
		close(fd);
		unlink(name);
		free(name);
		return NULL;
	}
	close(fd);
	return name;
}

bool
path_sync_dir(const char *path_in_it, struct err *err)
{
	char *dir = path_dir(path_in_it);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (!ok)
		err_errno(err, "the folder %s cannot be brought to disk", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return ok;
}

static bool
write_file(const char *path, struct str content, mode_t mode, bool is_new, struct err *err)
{
	char *name = write_temporary(path, content, mode, err);
	bool ok;

	if (!name)
		return false;
	ok = is_new ? link(name, path) == 0 : rename(name, path) == 0;
	if (!ok && is_new && errno == EEXIST)
		err_set(err, ERR_STATE, "%s is there already", path);
	else if (!ok)
		err_errno(err, "%s cannot be written", path);
	if (is_new || !ok)
		unlink(name);
	free(name);
	return ok && path_sync_dir(path, err);
}

bool
path_write_atomic(const char *path, struct str content, mode_t mode, struct err *err)
{
	return write_file(path, content, mode, false, err);
}

bool
path_write_new(const char *path, struct str content, mode_t mode, struct err *err)
{
	return write_file(path, content, mode, true, err);
}

/* --- where it lies --------------------------------------------------------------- */

#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xFF534D42
#endif
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xFE534D42
#endif

/* From statfs(2) and linux/magic.h. FUSE is looked at more closely. 9P is not here: it
 * is the local disk of many a sandbox. */
static const struct {
	uint32_t magic;
	const char *name;
} network_systems[] = {
	{ NFS_SUPER_MAGIC, "NFS" },
	{ CIFS_SUPER_MAGIC, "SMB" },
	{ SMB2_SUPER_MAGIC, "SMB" },
	{ SMB_SUPER_MAGIC, "SMB" },
	{ CODA_SUPER_MAGIC, "Coda" },
	{ AFS_SUPER_MAGIC, "AFS" },
	{ 0x6B414653, "AFS" },	     /* kAFS */
	{ 0x00C36400, "Ceph" },	     /* CEPH_SUPER_MAGIC */
	{ 0x0BD00BD0, "Lustre" },
	{ 0x47504653, "GPFS" },
	{ 0x01161970, "GFS2" },
	{ 0x7461636F, "OCFS2" },
	{ 0x19830326, "BeeGFS" },
	{ 0x564C, "NCP" },
	{ 0x786F4256, "vboxsf" },    /* a virtual machine's shared folder */
};

/* The type that /proc/self/mountinfo gives for a device: "fuse.sshfs". */
static bool
mount_type(dev_t device, char type[64])
{
	struct buf text = BUF_MAX((size_t)4 << 20);
	struct err ignored = ERR_INIT;
	char wanted[40];
	bool found = false;
	size_t device_at, dash;

	snprintf(wanted, sizeof(wanted), " %u:%u ", (unsigned)major(device),
		(unsigned)minor(device));
	path_read("/proc/self/mountinfo", text.ceiling, &text, &ignored);
	device_at = str_find(buf_str(&text), str_from(wanted), 0);
	dash = device_at == SIZE_MAX ? SIZE_MAX :
				       str_find(buf_str(&text), STR(" - "), device_at);
	if (dash != SIZE_MAX)
		found = sscanf(text.p + dash, " - %63s", type) == 1;
	buf_fini(&text);
	return found;
}

/* FUSE file systems that reach over the network; others (ntfs-3g, encfs, a
 * container's overlay) lock as a local one does. */
static const char *
fuse_network_name(const char *path)
{
	static const char *const remote[] = { "sshfs", "s3fs", "rclone", "davfs", "glusterfs",
		"curlftpfs", "gcsfuse", "goofys", "ceph", "smbnetfs", "gvfsd-fuse", "mfs",
		"juicefs", "afpfs", "hdfs", "blobfuse" };
	static char type[64];
	struct stat st;

	if (stat(path, &st) != 0 || !mount_type(st.st_dev, type))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(remote); i++)
		if (strstr(type, remote[i]))
			return type;
	return NULL;
}

static const char *
network_name(const char *path, uint32_t magic)
{
	for (size_t i = 0; i < ARRAY_LEN(network_systems); i++)
		if (magic == network_systems[i].magic)
			return network_systems[i].name;
	return magic == FUSE_SUPER_MAGIC ? fuse_network_name(path) : NULL;
}

const char *
path_network_name(const char *path)
{
	char *at = xstrdup(path);
	const char *name = NULL;
	struct statfs fs;

	while (statfs(at, &fs) != 0 && strcmp(at, "/") != 0 && strcmp(at, ".") != 0) {
		char *up = path_dir(at);

		free(at);
		at = up;
	}
	if (statfs(at, &fs) == 0)
		name = network_name(at, (uint32_t)fs.f_type);
	free(at);
	return name;
}
