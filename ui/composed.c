/* SPDX-License-Identifier: MIT */
#include "ui/composed.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/module.h"
#include "src/channel/channel.h"
#include "src/content/compose.h"
#include "src/content/render_text.h"
#include "src/run/params.h"
#include "src/run/request.h"
#include "src/run/run.h"
#include "src/workspace/store_destination.h"
#include "ui/i18n.h"
#include "ui/aside.h"

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

/* What the workspace has to say, read before the work goes aside. */
struct prepared {
	const struct composed_input *in;
	struct slot slot;
	const struct zone *zone;
	struct param_set params;
	struct buf message_id;
	const struct channel *channel; /* NULL: no destination */
	struct settings settings;
};

static bool
compose(struct composed *c, const struct prepared *p, struct document *doc, struct err *err)
{
	const struct composed_input *in = p->in;
	size_t room = in->push->input_count + in->push->after.count + 1;
	struct bound_input *inputs = xcalloc(room, sizeof(*inputs));
	char(*names)[32] = xcalloc(room, sizeof(*names));
	struct compose_input input = { .task = in->task, .push = in->push, .inputs = inputs,
		.parameters = p->params.list, .parameter_count = p->params.count,
		.scheduled_us = p->slot.at_us, .business_date = p->slot.business_date,
		.zone = p->zone, .message_id = buf_text(&p->message_id), .is_preview = true };
	bool ok;

	input.input_count = bind_all(in, inputs, names, &c->waits);
	ok = compose_document(&input, doc, err);
	free(names);
	free(inputs);
	return ok;
}

/* The destination's settings, but without its secrets: they change no part. */
static bool
prepare_channel(struct prepared *p, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct destination_row row;
	bool ok = store_destination_show(p->in->ws, p->in->destination, &a, &row, &p->settings,
		err);

	if (ok) {
		p->channel = channel_find(row.channel);
		ok = p->channel || err_set(err, ERR_CONFIG, _("this program has no channel '%s'"),
					   row.channel);
	}
	arena_fini(&a);
	return ok;
}

/* For the date that was chosen, else as a test at this moment would have it. */
static bool
prepare(struct prepared *p, struct err *err)
{
	const struct composed_input *in = p->in;
	struct run_choice choice = { .task = in->task->name, .has_date = in->date.year != 0,
		.business_date = in->date };
	struct timeexpr_base base = { .job_id = NULL };

	if (!run_choice_slot(in->ws, in->task, &choice, &p->slot, &p->zone, err))
		return false;
	base.zone = p->zone;
	base.scheduled_us = p->slot.at_us;
	base.business_date = p->slot.business_date;
	request_message_id(in->ws, in->task->name, p->slot.at_us, 0, &p->message_id);
	return params_resolve(&p->params, in->task, &base, NULL, err) &&
	       (!in->destination || prepare_channel(p, err));
}

static void
prepared_fini(struct prepared *p)
{
	params_fini(&p->params);
	buf_fini(&p->message_id);
	settings_fini(&p->settings);
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
	if (part->budget)
		c->budget = part->budget;
	c->parts = part->of > part->number ? part->of : part->number;
	if (part->measured > c->measured && !part_is_file(part->kind))
		c->measured = part->measured;
	return true;
}

static bool
build(struct composed *c, const struct prepared *p, struct document *doc,
	struct render_text_options *options, struct err *err)
{
	struct count_sink sink = { { count_part }, c };
	const struct channel *channel = p->channel;
	struct err unseen = ERR_INIT;
	double refill_s;
	int burst;
	bool ok;

	snprintf(c->channel, sizeof(c->channel), "%s", channel->label);
	snprintf(c->unit, sizeof(c->unit), "%s",
		channel->budget_unit ? channel->budget_unit : "bytes");
	c->budget = channel->budget;
	options->channel_hides_email = strcmp(channel->name, "email") != 0;
	ok = channel->build(doc, &p->settings, &sink.sink, err);
	if (channel_pace(channel, &p->settings, &burst, &refill_s, &unseen))
		c->sending_s = channel_sending_s(c->parts, burst, refill_s);
	if (!channel->preview ||
		!channel->preview(doc, &p->settings, options->columns, &c->text, &unseen)) {
		buf_clear(&c->text);
		render_text(&c->text, doc, options);
	}
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

static void
make(struct composed *c, const struct prepared *p)
{
	struct render_text_options options = { .columns = p->in->columns, .styled = true,
		.max_rows = ROWS_MAX };
	struct document doc = DOCUMENT_INIT;
	struct err err = ERR_INIT;
	bool ok = compose(c, p, &doc, &err);

	if (ok && p->channel)
		ok = build(c, p, &doc, &options, &err);
	else if (ok)
		render_text(&c->text, &doc, &options);
	for (size_t i = 0; !c->waits && i < doc.warning_count; i++)
		buf_addf(&c->warnings, "%s\n", doc.warnings[i].message);
	document_fini(&doc);
	c->failed = !ok;
	c->error = err;
}

/* --- aside ------------------------------------------------------------------------------ */

struct composing {
	struct aside *aside;
	composed_done_fn done;
	void *context;
};

/* In the copy. Its struct goes back as it is, pointers replaced by what they held. */
static void
work(void *context, struct buf *out)
{
	struct composed c = { .parts = 0 };

	make(&c, context);
	buf_add(out, &c, sizeof(c));
	buf_add(out, &c.text.len, sizeof(c.text.len));
	buf_add_str(out, buf_str(&c.text));
	buf_add_str(out, buf_str(&c.warnings));
}

static void
fail(composed_done_fn done, void *context, const struct err *err)
{
	struct composed c = { .failed = true, .error = *err };

	done(context, &c);
	composed_fini(&c);
}

static void
came_back(void *context, struct str out, bool ok)
{
	struct composing *composing = context;
	struct err err = ERR_INIT;
	struct composed c;
	size_t len;

	if (!ok || out.len < sizeof(c) + sizeof(len)) {
		err_set(&err, ERR_LIMIT, _("the message is too large to be shown"));
		fail(composing->done, composing->context, &err);
		return;
	}
	memcpy(&c, out.p, sizeof(c));
	memcpy(&len, out.p + sizeof(c), sizeof(len));
	out = str_slice(out, sizeof(c) + sizeof(len), out.len);
	c.text = c.warnings = (struct buf)BUF_INIT;
	buf_add_str(&c.text, str_slice(out, 0, len));
	buf_add_str(&c.warnings, str_slice(out, len, out.len));
	composing->done(composing->context, &c);
	composed_fini(&c);
}

struct composing *
composed_start(struct loop *loop, const struct composed_input *in, composed_done_fn done,
	void *context)
{
	struct prepared p = { .in = in, .params = PARAM_SET_INIT, .settings = SETTINGS_INIT };
	struct composing *composing = xcalloc(1, sizeof(*composing));
	struct err err = ERR_INIT;

	*composing = (struct composing){ NULL, done, context };
	/* Loaded here, once, and not anew in each copy. */
	if (prepare(&p, &err) && module_ops("render", &err))
		composing->aside = aside_start(loop, work, &p, came_back, composing, &err);
	prepared_fini(&p);
	if (composing->aside)
		return composing;
	free(composing);
	fail(done, context, &err);
	return NULL;
}

void
composing_free(struct composing *composing)
{
	if (!composing)
		return;
	aside_free(composing->aside);
	free(composing);
}

void
composed_take(struct composed *c, const struct composed *fresh)
{
	struct composed *from = (struct composed *)(uintptr_t)fresh;

	composed_fini(c);
	*c = *from;
	*from = (struct composed){ .line_count = 0 };
	c->lines = NULL;
	c->roles = NULL;
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
