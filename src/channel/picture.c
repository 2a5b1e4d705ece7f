/* SPDX-License-Identifier: MIT */
#include "src/channel/picture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC_BYTES 16

static bool
tell_type(struct str bytes, struct picture_file *picture)
{
	static const struct {
		struct str magic;
		const char *type, *extension;
	} kinds[] = {
		{ { "\x89PNG\r\n", 6 }, "image/png", "png" },
		{ { "\xFF\xD8\xFF", 3 }, "image/jpeg", "jpg" },
		{ { "GIF8", 4 }, "image/gif", "gif" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(bytes, kinds[i].magic)) {
			picture->type = kinds[i].type;
			picture->extension = kinds[i].extension;
			return true;
		}
	return false;
}

/* "10 MB", or "900 KB". */
static bool
too_large(const char *name, size_t max, struct err *err)
{
	size_t mb = (size_t)1 << 20;

	err_set(err, ERR_LIMIT, "picture %s is larger than the %zu %s that are taken", name,
		max >= mb ? max / mb : max >> 10, max >= mb ? "MB" : "KB");
	return err_hint(err, "make it smaller, or give a \"url\"");
}

static bool
open_picture(const char *name, size_t max, int *fd, struct err *err)
{
	struct stat st;

	*fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		return err_errno(err, "picture %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "picture %s is no file", name);
	return (size_t)st.st_size <= max || too_large(name, max, err);
}

static bool
read_bytes(int fd, const char *name, size_t most, struct buf *to, struct err *err)
{
	ssize_t n = 0;
	char *room;

	while (to->len < most && (room = buf_reserve(to, 65536)) && (n = read(fd, room, 65536)) > 0)
		buf_commit(to, (size_t)n);
	return n >= 0 || err_errno(err, "picture %s", name);
}

static bool
read_front(struct str path, size_t max, size_t most, struct picture_file *picture,
	struct err *err)
{
	char *name = str_dup(path);
	int fd = -1;
	bool ok;

	*picture = (struct picture_file)PICTURE_FILE_INIT;
	ok = open_picture(name, max, &fd, err) &&
	     read_bytes(fd, name, most, &picture->bytes, err) &&
	     (picture->bytes.len <= max || too_large(name, max, err)) &&
	     (tell_type(buf_str(&picture->bytes), picture) ||
		     err_set(err, ERR_INPUT, "picture %s is neither PNG, JPEG nor GIF", name));
	if (fd >= 0)
		close(fd);
	free(name);
	return ok;
}

bool
picture_read(struct str path, size_t max, struct picture_file *picture, struct err *err)
{
	return read_front(path, max, max + 1, picture, err);
}

bool
picture_check(struct str path, size_t max, struct err *err)
{
	struct picture_file picture;
	bool ok = read_front(path, max, MAGIC_BYTES, &picture, err);

	picture_fini(&picture);
	return ok;
}

void
picture_fini(struct picture_file *picture)
{
	buf_fini(&picture->bytes);
}
