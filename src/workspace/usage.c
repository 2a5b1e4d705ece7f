/* SPDX-License-Identifier: MIT */
#include "src/workspace/usage.h"

#include <string.h>

#include "src/task/task_json.h"
#include "src/workspace/fields.h"
#include "src/workspace/handle.h"

DB_SQL(published_users, "SELECT DISTINCT t.name FROM version_use u"
	" JOIN task t ON t.id = u.task_id AND t.published = u.number"
	" WHERE u.kind = $1 AND u.name = $2 ORDER BY t.name");

bool
usage_tasks(struct workspace *ws, const char *kind, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &published_users, err, "tt", kind, name);
	bool failed = true;

	*tasks = (struct name_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		tasks->list = rows_room(a, tasks->list, tasks->count, sizeof(*tasks->list));
		tasks->list[tasks->count++] = db_text(s, 0, a);
	}
	return !failed;
}

bool
usage_check_free(struct workspace *ws, const char *kind, const char *what, const char *name,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	struct buf names = BUF_INIT;
	struct name_list tasks;
	bool ok = usage_tasks(ws, kind, name, &a, &tasks, err);

	if (ok && tasks.count > 0) {
		fields_list_names(tasks.list, tasks.count, &names);
		ok = err_set(err, ERR_STATE, "the %s '%s' is used by the published %s %s", what,
			name, tasks.count == 1 ? "task" : "tasks", buf_text(&names));
		err_hint(err, "unpublish them first, or publish versions without it");
	}
	buf_fini(&names);
	arena_fini(&a);
	return ok;
}

static void
add(struct usage_list *list, struct arena *a, const char *kind, const char *name,
	const char *env)
{
	if (*name == '\0')
		return;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->rows[i].kind, kind) == 0 &&
			strcmp(list->rows[i].name, name) == 0 &&
			strcmp(list->rows[i].env, env) == 0)
			return;
	list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
	list->rows[list->count++] = (struct usage){ kind, name, env };
}

void
usage_of_task(const struct task *t, struct arena *a, struct usage_list *list)
{
	*list = (struct usage_list){ 0 };
	for (size_t i = 0; i < t->node_count; i++) {
		const struct node *n = &t->nodes[i];

		if (n->kind == NODE_QUERY || n->kind == NODE_ASSIGN)
			add(list, a, "source", n->source, source_env_name(n->env));
		for (size_t k = 0; k < n->destinations.count; k++)
			add(list, a, "destination", n->destinations.list[k], "auto");
	}
	for (size_t k = 0; k < t->on_failure.count; k++)
		add(list, a, "destination", t->on_failure.list[k], "auto");
	add(list, a, "calendar", t->calendar, "auto");
}

void
usage_sources(const struct usage_list *list, struct buf *names, const char **env)
{
	*env = NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct usage *u = &list->rows[i];
		bool seen = false;

		if (strcmp(u->kind, "source") != 0)
			continue;
		*env = !*env || strcmp(*env, u->env) == 0 ? u->env : "auto";
		for (size_t k = 0; k < i; k++)
			seen = seen || (strcmp(list->rows[k].kind, "source") == 0 &&
				strcmp(list->rows[k].name, u->name) == 0);
		if (!seen) {
			buf_adds(names, names->len ? ", " : "");
			buf_adds(names, u->name);
		}
	}
	if (!*env)
		*env = "auto";
}
