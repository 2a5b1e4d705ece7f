/* SPDX-License-Identifier: MIT */
#include "ui/rescue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/path.h"
#include "src/workspace/workspace.h"

#define TEXT_MAX ((size_t)64 << 20)

static char *
folder(void)
{
	struct err err = ERR_INIT;
	char *state = path_state_dir(&err), *path = NULL;

	if (state)
		path = path_join(state, "unsaved");
	free(state);
	return path;
}

/* "UUID-TASK-": the process follows. */
static char *
prefix(struct workspace *ws, int64_t task_id)
{
	return xasprintf("%s-%lld-", workspace_uuid(ws), (long long)task_id);
}

static char *
own_path(struct workspace *ws, int64_t task_id)
{
	char *dir = folder(), *begin = prefix(ws, task_id), *path = NULL;

	if (dir)
		path = xasprintf("%s/%s%ld", dir, begin, (long)getpid());
	free(begin);
	free(dir);
	return path;
}

bool
rescue_write(struct workspace *ws, int64_t task_id, struct str text)
{
	char *dir = folder(), *path = own_path(ws, task_id);
	struct err err = ERR_INIT;
	bool ok = path && path_make_dirs(dir, 0700, &err) &&
		  path_write_atomic(path, text, 0600, &err);

	free(path);
	free(dir);
	return ok;
}

void
rescue_drop(struct workspace *ws, int64_t task_id)
{
	char *path = own_path(ws, task_id);

	if (path)
		(void)unlink(path);
	free(path);
}

/* A process of this program's name that is not only waiting to be buried. */
static bool
is_studio(int64_t pid)
{
	char *path = xasprintf("/proc/%lld/stat", (long long)pid);
	char line[256] = "", own[64];
	FILE *f = fopen(path, "re");
	const char *end;

	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	free(path);
	/* "1234 (dpstudio) S …" */
	snprintf(own, sizeof(own), "(%.15s) ", program_invocation_short_name);
	end = strstr(line, own);
	return end && end[strlen(own)] != 'Z' && end[strlen(own)] != 'X';
}

/* Of a studio that has ended: another's work under way is its own. */
static bool
is_left(const char *name, const char *begin)
{
	size_t len = strlen(begin);
	int64_t pid;

	return strncmp(name, begin, len) == 0 && str_to_int64(str_from(name + len), &pid) &&
	       (pid == getpid() || !is_studio(pid));
}

bool
rescue_find(struct workspace *ws, int64_t task_id, struct rescued *r)
{
	char *path_dir_ = folder(), *begin = prefix(ws, task_id);
	DIR *dir = path_dir_ ? opendir(path_dir_) : NULL;
	struct err err = ERR_INIT;
	const struct dirent *e;

	*r = (struct rescued){ .at_us = 0 };
	while (dir && (e = readdir(dir)) != NULL) {
		char *path = is_left(e->d_name, begin) ? path_join(path_dir_, e->d_name) : NULL;
		struct stat st;

		if (path && stat(path, &st) == 0 &&
			st.st_mtim.tv_sec * CLOCK_SECOND >= r->at_us) {
			free(r->path);
			r->path = path;
			r->at_us = st.st_mtim.tv_sec * CLOCK_SECOND;
			path = NULL;
		}
		free(path);
	}
	if (dir)
		closedir(dir);
	free(path_dir_);
	free(begin);
	if (r->path && path_read(r->path, TEXT_MAX, &r->text, &err))
		return true;
	rescued_fini(r);
	return false;
}

void
rescued_fini(struct rescued *r)
{
	free(r->path);
	buf_fini(&r->text);
	*r = (struct rescued){ .at_us = 0 };
}

void
rescue_forget(const struct rescued *r)
{
	if (r->path)
		(void)unlink(r->path);
}
