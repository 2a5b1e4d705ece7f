/* SPDX-License-Identifier: MIT */
#include "src/task/task_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/base/utf8.h"

/* --- which texts become files ----------------------------------------------------- */

/* The files of the folder form: names are chosen while the JSON's texts are
 * replaced, and point into `json` themselves. */
struct files {
	struct {
		char *name;
		char *text;
	} *list;
	size_t count;
};

static void
files_fini(struct files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->list[i].name);
		free(f->list[i].text);
	}
	free(f->list);
}

/* Names that differ in case only are one file on some systems. */
static bool
is_taken(const struct files *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal_nocase(str_from(f->list[i].name), str_from(name)))
			return true;
	return strcmp(name, TASK_FOLDER_FILE) == 0;
}

static char *
choose_name(const struct files *f, const char *node, const char *ending)
{
	char *name = xasprintf("%s.%s", node, ending);

	for (int i = 2; is_taken(f, name); i++) {
		free(name);
		name = xasprintf("%s.%d.%s", node, i, ending);
	}
	return name;
}

/* Puts {"file": NAME} in place of the text of `key`. */
static void
take_text(struct files *f, cJSON *object, const char *key, const char *node, const char *ending)
{
	cJSON *text = cJSON_GetObjectItemCaseSensitive(object, key), *file;
	char *name;

	if (!cJSON_IsString(text))
		return;
	name = choose_name(f, node, ending);
	f->list = xreallocarray(f->list, f->count + 1, sizeof(*f->list));
	f->list[f->count].name = name;
	f->list[f->count++].text = xstrdup(text->valuestring);
	file = cJSON_CreateObject();
	cJSON_AddStringToObject(file, "file", name);
	cJSON_ReplaceItemInObjectCaseSensitive(object, key, file);
}

static void
take_node(struct files *f, cJSON *json, const struct node *node)
{
	cJSON *block;

	take_text(f, json, "sql", node->name, "sql");
	take_text(f, json, "code", node->name, strcmp(node->language, "python") == 0 ? "py" : "sh");
	cJSON_ArrayForEach(block, cJSON_GetObjectItemCaseSensitive(json, "content")) {
		take_text(f, block, "text", node->name, "md");
		take_text(f, block, "html", node->name, "html");
	}
}

/* The task's JSON with its texts in `f`. */
static cJSON *
split_task(const struct task *t, struct files *f)
{
	cJSON *json = task_to_json(t), *node;
	size_t i = 0;

	*f = (struct files){ NULL, 0 };
	cJSON_ArrayForEach(node, cJSON_GetObjectItemCaseSensitive(json, "nodes"))
		take_node(f, node, &t->nodes[i++]);
	return json;
}

bool
task_each_file(const struct task *t, task_file_fn fn, void *context, struct err *err)
{
	struct buf definition = BUF_INIT;
	struct files f;
	cJSON *json = split_task(t, &f);
	bool ok = true;

	for (size_t i = 0; i < f.count && ok; i++)
		ok = fn(context, f.list[i].name, str_from(f.list[i].text), err);
	json_print(&definition, json);
	ok = ok && fn(context, TASK_FOLDER_FILE, buf_str(&definition), err);
	buf_fini(&definition);
	cJSON_Delete(json);
	files_fini(&f);
	return ok;
}

static void
add_section(struct buf *to, const char *name, struct str text)
{
	buf_addf(to, "# %s\n", name);
	buf_add_str(to, text);
	if (text.len && text.p[text.len - 1] != '\n')
		buf_addc(to, '\n');
}

void
task_to_readable(const struct task *t, struct buf *to)
{
	struct buf definition = BUF_INIT;
	struct files f;
	cJSON *json = split_task(t, &f);

	json_print(&definition, json);
	add_section(to, TASK_FOLDER_FILE, buf_str(&definition));
	for (size_t i = 0; i < f.count; i++)
		add_section(to, f.list[i].name, str_from(f.list[i].text));
	buf_fini(&definition);
	cJSON_Delete(json);
	files_fini(&f);
}

/* --- export ------------------------------------------------------------------------- */

struct name_set {
	char **list;
	size_t count;
};

static void
set_fini(struct name_set *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i]);
	free(s->list);
}

static void
set_add(struct name_set *s, const char *name)
{
	s->list = xreallocarray(s->list, s->count + 1, sizeof(*s->list));
	s->list[s->count++] = xstrdup(name);
}

static bool
set_has(const struct name_set *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->list[i], name) == 0)
			return true;
	return false;
}

/* The name in {"file": NAME}; NULL when it is something else. */
static const char *
file_of(const cJSON *json)
{
	const cJSON *file = cJSON_IsObject(json) ? json->child : NULL;

	if (!file || file->next || strcmp(file->string, "file") != 0 || !cJSON_IsString(file))
		return NULL;
	return file->valuestring;
}

static void
collect_files(const cJSON *json, struct name_set *names)
{
	const char *name = file_of(json);
	const cJSON *c;

	if (name)
		set_add(names, name);
	else if (cJSON_IsObject(json) || cJSON_IsArray(json))
		cJSON_ArrayForEach(c, json)
			collect_files(c, names);
}

/* The files beside it that an older task.json in the folder names; none when there
 * is no such file or it cannot be read. */
static void
read_old_names(const char *folder, struct name_set *names)
{
	char *path = path_join(folder, TASK_FOLDER_FILE);
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	cJSON *json = NULL;

	if (path_exists(path) && path_read(path, TASK_MAX_BYTES, &text, &err))
		json = json_parse(buf_str(&text), &err);
	if (json)
		collect_files(json, names);
	cJSON_Delete(json);
	buf_fini(&text);
	free(path);
}

/* What the user's umask allows: these files are for sharing. */
static mode_t
mode_of(mode_t most)
{
	mode_t mask = umask(077);

	umask(mask);
	return most & ~mask;
}

struct export {
	const char *folder;
	struct name_set written;
};

static bool
write_file(void *context, const char *name, struct str text, struct err *err)
{
	struct export *e = context;
	char *path = path_join(e->folder, name);
	bool ok = path_write_atomic(path, text, mode_of(0666), err);

	set_add(&e->written, name);
	free(path);
	return ok;
}

/* Removes what only the older task.json named: plain files beside it. */
static void
remove_old(const struct export *e, const struct name_set *old)
{
	for (size_t i = 0; i < old->count; i++) {
		struct stat st;
		char *path;

		if (strchr(old->list[i], '/') || old->list[i][0] == '.' ||
			set_has(&e->written, old->list[i]))
			continue;
		path = path_join(e->folder, old->list[i]);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
			unlink(path);
		free(path);
	}
}

bool
task_export_folder(const struct task *t, const char *folder, struct err *err)
{
	struct export e = { .folder = folder };
	struct name_set old = { NULL, 0 };
	bool ok;

	for (size_t i = 0; i < t->node_count; i++)
		if (!task_name_check(t->nodes[i].name, "the node's name", err))
			return false;
	if (!path_make_dirs(folder, mode_of(0777), err))
		return false;
	read_old_names(folder, &old);
	ok = task_each_file(t, write_file, &e, err);
	if (ok)
		remove_old(&e, &old);
	set_fini(&e.written);
	set_fini(&old);
	return ok;
}

/* --- import ------------------------------------------------------------------------- */

struct import {
	int folder; /* descriptor of the folder the JSON lies in */
	size_t left; /* bytes that may still be read */
	struct err *err;
};

static bool
fail_file(struct import *in, const struct json_path *way, const char *name, const char *why)
{
	return json_fail(in->err, way, "file \"%s\" %s", name, why);
}

/* Opens `name` below the folder, following no link and leaving it by no way. */
static int
open_below(int folder, const char *name)
{
	int at = dup(folder), flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

	while (at >= 0) {
		size_t len = strcspn(name, "/");
		char part[256];
		int next;

		if (len == 0 || len >= sizeof(part) || (len == 1 && name[0] == '.') ||
			(len == 2 && name[0] == '.' && name[1] == '.')) {
			close(at);
			errno = EPERM;
			return -1;
		}
		memcpy(part, name, len);
		part[len] = '\0';
		next = openat(at, part, flags | (name[len] ? O_DIRECTORY : 0));
		close(at);
		if (!name[len])
			return next;
		at = next;
		name += len + 1;
	}
	return -1;
}

/* The whole of a regular file; false with errno, 0 when it is too large. */
static bool
read_all(int fd, size_t max, struct buf *to)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (!S_ISREG(st.st_mode))
		return false;
	for (;;) {
		char *room = buf_reserve(to, 65536);
		ssize_t n = room ? read(fd, room, 65536) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (room)
			buf_commit(to, (size_t)n);
		if (n == 0)
			return true;
		if (to->len <= max)
			continue;
		errno = 0;
		return false;
	}
}

static bool
read_file(struct import *in, const struct json_path *way, const char *name, struct buf *to)
{
	int fd = open_below(in->folder, name);
	bool ok = fd >= 0 && read_all(fd, in->left, to);
	int why = errno;

	if (fd >= 0)
		close(fd);
	if (!ok && (why == EPERM || why == ELOOP || why == ENOTDIR))
		return fail_file(in, way, name, "is not below the task's folder (no .., no "
			"absolute path, no link)");
	if (!ok)
		return fail_file(in, way, name, why ? strerror(why) : "is too large");
	if (memchr(buf_text(to), '\0', to->len) || !utf8_is_valid(buf_str(to)))
		return fail_file(in, way, name, "is not UTF-8 text");
	in->left -= to->len;
	return true;
}

static bool
put_file(struct import *in, cJSON *object, const char *key, const struct json_path *up)
{
	const char *name = file_of(cJSON_GetObjectItemCaseSensitive(object, key));
	struct json_path way = { up, key, 0 };
	struct buf text = BUF_INIT;
	bool ok;

	if (!name)
		return true;
	ok = read_file(in, &way, name, &text);
	if (ok)
		cJSON_ReplaceItemInObjectCaseSensitive(object, key,
			cJSON_CreateString(buf_text(&text)));
	buf_fini(&text);
	return ok;
}

static bool
put_node(struct import *in, cJSON *node, const struct json_path *way)
{
	struct json_path content = { way, "content", 0 };
	cJSON *block;
	size_t i = 0;

	if (!put_file(in, node, "sql", way) || !put_file(in, node, "code", way))
		return false;
	cJSON_ArrayForEach(block, cJSON_GetObjectItemCaseSensitive(node, "content")) {
		struct json_path at = { &content, NULL, i++ };

		if (!put_file(in, block, "text", &at) || !put_file(in, block, "html", &at))
			return false;
	}
	return true;
}

static bool
put_files(struct import *in, cJSON *json)
{
	struct json_path nodes = { NULL, "nodes", 0 };
	cJSON *node;
	size_t i = 0;

	cJSON_ArrayForEach(node, cJSON_GetObjectItemCaseSensitive(json, "nodes")) {
		struct json_path at = { &nodes, NULL, i++ };

		if (!put_node(in, node, &at))
			return false;
	}
	return true;
}

static bool
import_file(struct task *t, const char *path, struct err *err)
{
	struct import in = { .left = TASK_MAX_BYTES, .err = err };
	struct buf text = BUF_INIT;
	char *folder = path_dir(path);
	cJSON *json = NULL;
	bool ok;

	in.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = in.folder >= 0 || err_errno(err, "%s", folder);
	ok = ok && path_read(path, TASK_MAX_BYTES, &text, err);
	ok = ok && (json = json_parse(buf_str(&text), err)) != NULL;
	ok = ok && put_files(&in, json) && task_from_json(t, json, err);
	if (!ok && err->code == ERR_INPUT)
		err_wrap(err, "%s", path);
	if (in.folder >= 0)
		close(in.folder);
	cJSON_Delete(json);
	buf_fini(&text);
	free(folder);
	return ok;
}

bool
task_import_path(struct task *t, const char *path, struct err *err)
{
	struct stat st;
	char *file;
	bool ok;

	if (stat(path, &st) != 0) {
		err_errno(err, "%s", path);
		if (errno == ENOENT)
			err->code = ERR_NOT_FOUND;
		return false;
	}
	if (!S_ISDIR(st.st_mode))
		return import_file(t, path, err);
	file = path_join(path, TASK_FOLDER_FILE);
	ok = path_exists(file) ? import_file(t, file, err)
			       : err_set(err, ERR_NOT_FOUND, "%s holds no %s", path,
					 TASK_FOLDER_FILE);
	free(file);
	return ok;
}
