/* SPDX-License-Identifier: MIT */
#include "src/workspace/facts.h"

static void
collect(struct facts *f)
{
	usage_of_task(&f->task, &f->arena, &f->uses);
	usage_sources(&f->uses, &f->sources, &f->env);
	f->mode = task_mode_name(f->task.mode);
	f->group = f->task.group;
	task_content_digest(&f->task, f->content_digest);
	task_digest(&f->task, f->digest);
}

bool
facts_read(struct facts *f, struct str text, struct err *err)
{
	*f = (struct facts){ 0 };
	if (!task_from_text(&f->task, text, err))
		return false;
	collect(f);
	return true;
}

bool
facts_read_as(struct facts *f, struct str text, const char *name, struct buf *canonical,
	struct err *err)
{
	*f = (struct facts){ 0 };
	if (!task_from_text(&f->task, text, err))
		return false;
	f->task.name = arena_strdup(&f->task.arena, name);
	collect(f);
	task_to_text(&f->task, canonical);
	return true;
}

void
facts_fini(struct facts *f)
{
	task_fini(&f->task);
	arena_fini(&f->arena);
	buf_fini(&f->sources);
}
