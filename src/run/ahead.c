/* SPDX-License-Identifier: MIT */
#include "src/channel/channel.h"
#include "src/run/supervise.h"
#include "src/source/source.h"
#include "src/workspace/needs.h"

static void
add_name(struct buf *names, const char *name)
{
	if (str_find(buf_str(names), str_from(name), 0) == SIZE_MAX)
		buf_addf(names, "%s%s", names->len ? "," : "", name);
}

static void
add_module(void *context, const char *use, const char *kind)
{
	const struct source_kind *source = source_kind_find(kind);
	const struct channel *channel = channel_find(kind);

	if (strcmp(use, "source") == 0 && source && source->module)
		add_name(context, source->module);
	else if (strcmp(use, "destination") == 0 && channel && !channel->is_local)
		add_name(context, "net");
}

static void
name_modules(struct buf *names, struct workspace *ws, const struct pass_options *options)
{
	struct err ignored = ERR_INIT; /* a guess: without one, modules are loaded when needed */

	for (size_t i = 0; i < options->task_count && i < 8; i++)
		needs_of_tasks(ws, options->tasks[i], 0, add_module, names, &ignored);
	if (options->task_count == 0)
		needs_of_tasks(ws, NULL, clock_now_us(), add_module, names, &ignored);
}

void
ahead_start(struct crew *c, struct workspace *ws, const struct pass_options *options)
{
	struct buf names = BUF_INIT, head = BUF_INIT;
	struct err ignored = ERR_INIT; /* who needs a worker tries again and tells */

	if (!crew_start(c, options->ahead, &ignored)) {
		*c = (struct crew){ .child = { 0, -1 } };
		return;
	}
	name_modules(&names, ws, options);
	frame_put_u32(&head, 0);
	frame_queue(&c->io, FRAME_WARM, buf_str(&head), buf_str(&names));
	frame_flush(&c->io);
	buf_fini(&names);
	buf_fini(&head);
}

void
ahead_end(struct crew *c)
{
	if (!c->alive)
		return;
	frame_io_fini(&c->io);
	child_end(&c->child, 3000);
}
