/* SPDX-License-Identifier: MIT */
#include "src/cli/template.h"

#include <assert.h>

#include "src/task/task_json.h"

#define SUFFIX ".template.json"

struct str
template_file(const char *file)
{
	for (const struct embedded *e = embedded; e->name; e++)
		if (strcmp(e->name, file) == 0)
			return (struct str){ e->text, e->len };
	assert(!"this file is embedded by the Makefile");
	return STR_NONE;
}

static bool
refuse(const char *name, struct err *err)
{
	struct buf names = BUF_INIT;

	for (const struct embedded *e = embedded; e->name; e++)
		if (str_ends(str_from(e->name), STR(SUFFIX)))
			buf_addf(&names, "%s%.*s", names.len ? ", " : "",
				(int)(strlen(e->name) - strlen(SUFFIX)), e->name);
	err_set(err, ERR_NOT_FOUND, "there is no template '%s'", name);
	err_hint(err, "there are: %s", buf_text(&names));
	buf_fini(&names);
	return false;
}

bool
template_create_from(struct workspace *ws, struct str definition, const char *name,
	struct err *err)
{
	struct buf text = BUF_INIT;
	struct task task;
	int64_t id;
	bool ok;

	if (!task_from_text(&task, definition, err))
		return false;
	task.name = arena_strdup(&task.arena, name);
	task_to_text(&task, &text);
	ok = task_store_create(ws, name, buf_str(&text), &id, err);
	buf_fini(&text);
	task_fini(&task);
	return ok;
}

bool
template_create_task(struct workspace *ws, const char *template, const char *name,
	struct err *err)
{
	for (const struct embedded *e = embedded; e->name; e++) {
		size_t len = strlen(template);

		if (strncmp(e->name, template, len) == 0 && strcmp(e->name + len, SUFFIX) == 0)
			return template_create_from(ws, (struct str){ e->text, e->len }, name, err);
	}
	return refuse(template, err);
}
