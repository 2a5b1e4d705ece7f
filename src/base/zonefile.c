/* SPDX-License-Identifier: MIT */
#include "src/base/zonefile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mark.h"
#include "src/base/zone.h"

#define NAME_MAX_BYTES 100
#define MAX_NAMES 4096
#define MAX_DEPTH 4

static const char *
folder(void)
{
	static const char *const usual[] = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
		"/usr/share/lib/zoneinfo", "/etc/zoneinfo" };
	const char *own = getenv("TZDIR");
	struct stat st;

	if (own && own[0] == '/')
		return own;
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (stat(usual[i], &st) == 0 && S_ISDIR(st.st_mode))
			return usual[i];
	return usual[0];
}

bool
zonefile_name_is_valid(const char *name)
{
	size_t part = 0, len = 0;

	for (; name[len]; len++) {
		char c = name[len];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool digit = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '_';

		if (c == '/' && part > 0)
			part = 0;
		else if ((letter || digit) && len < NAME_MAX_BYTES)
			part++;
		else
			return false;
	}
	return part > 0;
}

/* --- names ------------------------------------------------------------------- */

struct names {
	char *list[MAX_NAMES];
	size_t count;
};

/* Zone names begin with a capital; "posix", "right" and the tables beside the
 * zones do not, or have a dot. */
static bool
is_zone_entry(const char *name)
{
	return name[0] >= 'A' && name[0] <= 'Z' && zonefile_name_is_valid(name);
}

static void
collect(struct names *names, const char *root, const char *below, int depth)
{
	char *path = xasprintf("%s/%s", root, below);
	DIR *dir = opendir(path);
	struct dirent *entry;

	free(path);
	while (dir && (entry = readdir(dir))) {
		char *name = xasprintf("%s%s%s", below, below[0] ? "/" : "", entry->d_name);
		struct stat st;

		if (names->count < MAX_NAMES && is_zone_entry(entry->d_name) &&
			fstatat(dirfd(dir), entry->d_name, &st, 0) == 0) {
			if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
				collect(names, root, name, depth + 1);
			} else if (S_ISREG(st.st_mode) && names->count < MAX_NAMES) {
				names->list[names->count++] = name;
				name = NULL;
			}
		}
		free(name);
	}
	if (dir)
		closedir(dir);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
zone_each(bool (*fn)(void *context, const char *name), void *context)
{
	struct names *names = xcalloc(1, sizeof(*names));
	bool seen_utc = false, more = true;

	collect(names, folder(), "", 0);
	for (size_t i = 0; i < names->count; i++)
		seen_utc = seen_utc || strcmp(names->list[i], "UTC") == 0;
	if (!seen_utc && names->count < MAX_NAMES)
		names->list[names->count++] = xstrdup("UTC");
	qsort(names->list, names->count, sizeof(names->list[0]), by_name);
	for (size_t i = 0; i < names->count; i++) {
		more = more && fn(context, names->list[i]);
		free(names->list[i]);
	}
	free(names);
}

struct nearest {
	struct str wanted;
	int distance;
	char name[NAME_MAX_BYTES + 1];
};

/* A city alone counts as its zone. */
static bool
nearest_consider(void *context, const char *name)
{
	struct nearest *n = context;
	struct str whole = str_from(name);
	const char *city = strrchr(name, '/');
	int d = str_distance(n->wanted, whole, n->distance);

	if (city && str_equal_nocase(n->wanted, str_from(city + 1)))
		d = 0;
	if (d < n->distance) {
		n->distance = d;
		snprintf(n->name, sizeof(n->name), "%s", name);
	}
	return true;
}

static bool
unknown(const char *name, struct err *err)
{
	struct nearest n = { .wanted = str_slice(str_from(name), 0, 64), .distance = 4 };

	err_set(err, ERR_INPUT, spoken("there is no time zone \"%.60s\""), name);
	zone_each(nearest_consider, &n);
	if (n.name[0])
		return err_hint(err, spoken("did you mean \"%s\"?"), n.name);
	return err_hint(err, spoken("write a tz database name such as \"Europe/Berlin\" or \"UTC\""));
}

/* --- files ------------------------------------------------------------------- */

static bool
read_all(int fd, struct buf *data)
{
	char *room;

	while ((room = buf_reserve(data, 8192))) {
		ssize_t n = read(fd, room, 8192);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		buf_commit(data, (size_t)n);
	}
	return false;
}

bool
zonefile_read(const char *name, struct buf *data, struct err *err)
{
	struct stat st;
	char *path;
	bool ok;
	int fd;

	if (!zonefile_name_is_valid(name))
		return unknown(name, err);
	path = xasprintf("%s/%s", folder(), name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	free(path);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_errno(err, "time zone \"%s\"", name);
	if (fd < 0)
		return unknown(name, err);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return unknown(name, err);
	}
	ok = read_all(fd, data);
	if (!ok)
		err_set(err, ERR_INPUT, spoken("time zone \"%s\": its file cannot be read"), name);
	close(fd);
	return ok;
}

/* --- the host ---------------------------------------------------------------- */

static uint64_t
stamp_add(uint64_t stamp, const void *p, size_t len)
{
	const unsigned char *byte = p;

	for (size_t i = 0; i < len; i++)
		stamp = (stamp ^ byte[i]) * UINT64_C(1099511628211);
	return stamp;
}

uint64_t
zone_data_stamp(void)
{
	static const char *const files[] = { "", "tzdata.zi", "+VERSION", "Etc", "Europe" };
	const char *root = folder();
	uint64_t stamp = stamp_add(UINT64_C(14695981039346656037), root, strlen(root));

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[512], version[48];
		struct stat st;
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "%s/%s", root, files[i]);
		if (stat(path, &st) != 0)
			continue;
		stamp = stamp_add(stamp, &st.st_mtim, sizeof(st.st_mtim));
		stamp = stamp_add(stamp, &st.st_size, sizeof(st.st_size));
		if (!S_ISREG(st.st_mode) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
			continue;
		n = read(fd, version, sizeof(version));
		if (n > 0)
			stamp = stamp_add(stamp, version, (size_t)n);
		close(fd);
	}
	return stamp;
}

/* Cuts ":", the folder before a zone's name and white space. */
static bool
host_try(char *text, char name[NAME_MAX_BYTES + 1])
{
	static const char *const marks[] = { "/zoneinfo/", "posix/" };
	struct err ignored = ERR_INIT;
	struct str s = str_trim(str_from(text));

	if (s.len && s.p[0] == ':')
		s = str_slice(s, 1, s.len);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_find(s, str_from(marks[i]), 0);

		if (at != SIZE_MAX && (i == 0 || at == 0))
			s = str_slice(s, at + strlen(marks[i]), s.len);
	}
	if (s.len == 0 || s.len > NAME_MAX_BYTES)
		return false;
	snprintf(name, NAME_MAX_BYTES + 1, "%.*s", STR_ARG(s));
	return zonefile_name_is_valid(name) && zone_get(name, &ignored);
}

static ssize_t
read_first_line(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(text, (int)size, f);

	if (f)
		fclose(f);
	return ok ? (ssize_t)strlen(text) : -1;
}

const char *
zone_host_name(void)
{
	static char name[NAME_MAX_BYTES + 1];
	const char *variable = getenv("TZ");
	char text[512];
	ssize_t n;

	if (variable && variable[0]) {
		snprintf(text, sizeof(text), "%s", variable);
		if (host_try(text, name))
			return name;
	}
	if (read_first_line("/etc/timezone", text, sizeof(text)) > 0 && host_try(text, name))
		return name;
	n = readlink("/etc/localtime", text, sizeof(text) - 1);
	if (n > 0) {
		text[n] = '\0';
		if (host_try(text, name))
			return name;
	}
	return "UTC";
}
