/* SPDX-License-Identifier: MIT */
#include "ui/composed.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/channel/channel.h"
#include "src/content/compose.h"
#include "src/content/render_text.h"
#include "src/run/params.h"
#include "src/run/request.h"
#include "src/run/run.h"
#include "src/workspace/store_destination.h"

#define ROWS_MAX 200 /* of one table in the preview */

/* What a branch or merge passes on is what stands before it. */
static const struct node *
giver(const struct task *t, const char *name)
{
	const struct branch *branch;
	const struct node *node = task_find_after(t, name, &branch);

	for (size_t i = 0; node && i < t->node_count; i++) {
		if (node->kind == NODE_QUERY || node->kind == NODE_ASSIGN || !node->after.count)
			break;
		node = task_find_after(t, node->after.list[0], &branch);
	}
	return node;
}

static void
bind(const struct composed_input *in, struct bound_input *input, const char *name,
	const char *from, bool *waits)
{
	const struct node *node = giver(in->task, from);
	size_t count = 0;

	input->name = name;
	if (node)
		input->results = (const struct result *const *)in->results(in->context, node->name,
			&count);
	input->result_count = count;
	*waits = *waits || count == 0;
	for (size_t i = 0; i < count; i++)
		*waits = *waits || input->results[i]->column_count == 0;
}

/* As authored; else `inputs`, or inputs1, inputs2 … for several nodes before it. */
static size_t
bind_all(const struct composed_input *in, struct bound_input *inputs, char (*names)[32],
	bool *waits)
{
	const struct node *push = in->push;
	size_t n = 0;

	for (; n < push->input_count; n++)
		bind(in, &inputs[n], push->inputs[n].name, push->inputs[n].node, waits);
	for (size_t i = 0; push->input_count == 0 && i < push->after.count; i++, n++) {
		if (push->after.count == 1)
			snprintf(names[i], sizeof(names[i]), "inputs");
		else
			snprintf(names[i], sizeof(names[i]), "inputs%zu", i + 1);
		bind(in, &inputs[n], names[i], push->after.list[i], waits);
	}
	return n;
}

static bool
compose_for(struct composed *c, const struct composed_input *in, const struct slot *slot,
	const struct zone *zone, const struct param_set *params, struct document *doc,
	struct err *err)
{
	size_t room = in->push->input_count + in->push->after.count + 1;
	struct bound_input *inputs = xcalloc(room, sizeof(*inputs));
	char(*names)[32] = xcalloc(room, sizeof(*names));
	struct buf id = BUF_INIT;
	struct compose_input input = { .task = in->task, .push = in->push, .inputs = inputs,
		.parameters = params->list, .parameter_count = params->count,
		.scheduled_us = slot->at_us, .business_date = slot->business_date, .zone = zone,
		.is_preview = true };
	bool ok;

	input.input_count = bind_all(in, inputs, names, &c->waits);
	request_message_id(in->ws, in->task->name, slot->at_us, 0, &id);
	input.message_id = buf_text(&id);
	ok = compose_document(&input, doc, err);
	buf_fini(&id);
	free(names);
	free(inputs);
	return ok;
}

/* For now, as a test at this moment would have it. */
static bool
compose(struct composed *c, const struct composed_input *in, struct document *doc,
	struct err *err)
{
	struct param_set params = PARAM_SET_INIT;
	struct run_choice choice = { .task = in->task->name };
	struct timeexpr_base base = { .job_id = NULL };
	struct slot slot;
	const struct zone *zone;
	bool ok = run_choice_slot(in->ws, in->task, &choice, &slot, &zone, err);

	if (ok) {
		base.zone = zone;
		base.scheduled_us = slot.at_us;
		base.business_date = slot.business_date;
		ok = params_resolve(&params, in->task, &base, NULL, err) &&
		     compose_for(c, in, &slot, zone, &params, doc, err);
	}
	params_fini(&params);
	return ok;
}

/* --- parts ------------------------------------------------------------------------------ */

struct count_sink {
	struct part_sink sink;
	struct composed *c;
};

static bool
count_part(struct part_sink *self, const struct part *part, struct err *err)
{
	struct composed *c = ((struct count_sink *)self)->c;

	(void)err;
	c->parts = part->of > part->number ? part->of : part->number;
	if (part->measured > c->measured)
		c->measured = part->measured;
	return true;
}

/* Built with the destination's settings, but without its secrets: they change no part. */
static bool
build(struct composed *c, const struct composed_input *in, struct document *doc,
	struct render_text_options *options, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct err unseen = ERR_INIT;
	struct destination_row row;
	struct count_sink sink = { { count_part }, c };
	const struct channel *channel = NULL;
	bool ok = store_destination_show(in->ws, in->destination, &a, &row, &settings, err);

	if (ok) {
		channel = channel_find(row.channel);
		ok = channel || err_set(err, ERR_CONFIG, "this program has no channel '%s'",
					row.channel);
	}
	if (ok) {
		snprintf(c->channel, sizeof(c->channel), "%s", channel->label);
		snprintf(c->unit, sizeof(c->unit), "%s",
			channel->budget_unit ? channel->budget_unit : "bytes");
		c->budget = channel->budget;
		options->channel_hides_email = strcmp(channel->name, "email") != 0;
		ok = channel->build(doc, &settings, &sink.sink, err);
		if (!channel->preview ||
			!channel->preview(doc, &settings, options->columns, &c->text, &unseen)) {
			buf_clear(&c->text);
			render_text(&c->text, doc, options);
		}
	}
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

/* --- lines ------------------------------------------------------------------------------ */

static void
add_line(struct composed *c, size_t at, enum text_role role)
{
	c->lines = xreallocarray(c->lines, c->line_count + 1, sizeof(*c->lines));
	c->roles = xreallocarray(c->roles, c->line_count + 1, 1);
	c->lines[c->line_count] = at;
	c->roles[c->line_count++] = (unsigned char)role;
}

static void
index_lines(struct composed *c)
{
	struct str rest = buf_str(&c->text), run;
	enum text_role role = TEXT_PLAIN;

	c->line_count = 0;
	if (rest.len)
		add_line(c, 0, role);
	while (text_run_next(&rest, &role, &run))
		for (size_t i = 0; i < run.len; i++)
			if (run.p[i] == '\n' && run.p + i + 1 < c->text.p + c->text.len)
				add_line(c, (size_t)(run.p + i + 1 - c->text.p), role);
}

static const enum role roles[TEXT_ROLE_COUNT] = {
	[TEXT_PLAIN] = ROLE_TEXT, [TEXT_HEADING] = ROLE_MD_HEADING, [TEXT_STRONG] = ROLE_MD_STRONG,
	[TEXT_EMPH] = ROLE_MD_EMPHASIS, [TEXT_STRIKE] = ROLE_DIM, [TEXT_CODE] = ROLE_MD_CODE,
	[TEXT_LINK] = ROLE_LINK, [TEXT_QUOTE] = ROLE_MD_QUOTE, [TEXT_BOX] = ROLE_BORDER,
	[TEXT_HEADER] = ROLE_HEADER, [TEXT_MUTED] = ROLE_DIM, [TEXT_WARNING] = ROLE_WARNING,
	[TEXT_GREEN] = ROLE_DATA_GREEN, [TEXT_RED] = ROLE_DATA_RED,
	[TEXT_ORANGE] = ROLE_DATA_ORANGE, [TEXT_BLUE] = ROLE_DATA_BLUE,
	[TEXT_GREY] = ROLE_DATA_GREY,
};

bool
composed_next(const struct composed *c, size_t line, size_t *pos, enum role *role,
	struct str *run)
{
	size_t from = c->lines[line];
	size_t to = line + 1 < c->line_count ? c->lines[line + 1] - 1 : c->text.len;
	struct str all = str_slice(buf_str(&c->text), from, to), rest = all;
	enum text_role own = (enum text_role)c->roles[line];
	size_t at = 0;

	/* A line has few runs: those before *pos are read again to know its role. */
	while (text_run_next(&rest, &own, run)) {
		at = all.len - rest.len;
		if (at <= *pos)
			continue;
		*pos = at;
		*role = roles[own];
		return true;
	}
	return false;
}

void
composed_wrap(struct buf *to, struct str text, int columns)
{
	struct render_text_options options = { .columns = columns };

	render_text_wrap(to, text, &options);
}

void
composed_make(struct composed *c, const struct composed_input *in)
{
	struct render_text_options options = { .columns = in->columns, .styled = true,
		.max_rows = ROWS_MAX };
	struct document doc = DOCUMENT_INIT;
	struct err err = ERR_INIT;
	bool ok;

	buf_clear(&c->text);
	buf_clear(&c->warnings);
	c->channel[0] = '\0';
	c->measured = c->budget = 0;
	c->parts = 0;
	c->waits = false;
	ok = compose(c, in, &doc, &err);
	if (ok && in->destination)
		ok = build(c, in, &doc, &options, &err);
	else if (ok)
		render_text(&c->text, &doc, &options);
	for (size_t i = 0; !c->waits && i < doc.warning_count; i++)
		buf_addf(&c->warnings, "%s\n", doc.warnings[i].message);
	document_fini(&doc);
	c->failed = !ok;
	c->error = err;
	index_lines(c);
}

void
composed_fini(struct composed *c)
{
	buf_fini(&c->text);
	buf_fini(&c->warnings);
	free(c->lines);
	free(c->roles);
	*c = (struct composed){ .line_count = 0 };
}
