/* SPDX-License-Identifier: MIT */
/* A run in the worker: definition, parameters, nodes, documents, parts. The parts
 * are told to the parent (FRAME_PART) and kept until their GO or the release. */
#include "src/run/work.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/pack.h"
#include "src/content/compose.h"
#include "src/content/render_html.h"
#include "src/content/render_text.h"
#include "src/run/execute.h"
#include "src/task/task_json.h"

/* What a request of kind "run" says, read once. */
struct run_job {
	struct worker *w;
	struct request *r;
	struct work *work;
	struct task task;
	struct timeexpr_base base;
	struct param_set params;
	struct execution execution;
	bool preview;
	int columns;	 /* of the preview's text */
	size_t skipped;	 /* pushes left out, and why the last one was */
	const char *skip_reason;
	size_t warnings;
};

static const cJSON *
item(const struct run_job *j, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(j->r->json, key);
}

static const char *
text_item(const struct run_job *j, const char *key)
{
	const cJSON *c = item(j, key);

	return cJSON_IsString(c) ? c->valuestring : "";
}

static int64_t
number_item(const struct run_job *j, const char *key)
{
	const cJSON *c = item(j, key);

	return cJSON_IsNumber(c) ? (int64_t)c->valuedouble : 0;
}

void
work_free(struct work *work)
{
	if (!work)
		return;
	for (size_t i = 0; i < work->part_count; i++)
		free(work->parts[i].body);
	for (size_t i = 0; i < work->target_count; i++) {
		settings_fini(&work->targets[i].settings);
		free(work->targets[i].name);
	}
	free(work->targets);
	arena_fini(&work->arena);
	free(work);
}

/* --- reading the request ------------------------------------------------------------- */

static bool
read_target(struct run_job *j, const cJSON *json, struct err *err)
{
	const cJSON *channel = cJSON_GetObjectItemCaseSensitive(json, "channel");
	struct target *t = &j->work->targets[j->work->target_count++];

	t->name = xstrdup(json->string);
	t->channel = cJSON_IsString(channel) ? channel_find(channel->valuestring) : NULL;
	if (!t->channel)
		return err_set(err, ERR_CONFIG, "this dpstudio has no channel '%s'",
			cJSON_IsString(channel) ? channel->valuestring : "?");
	return worker_settings(cJSON_GetObjectItemCaseSensitive(json, "settings"), &t->settings,
		err);
}

static bool
read_targets(struct run_job *j, struct err *err)
{
	const cJSON *list = item(j, "destinations"), *one;

	j->work = xcalloc(1, sizeof(*j->work));
	j->work->targets = xcalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(struct target));
	cJSON_ArrayForEach(one, list)
	{
		if (!read_target(j, one, err))
			return err_wrap(err, "destination %s", one->string);
	}
	return true;
}

static bool
read_base(struct run_job *j, struct err *err)
{
	const char *date = text_item(j, "business_date");

	j->base.zone = zone_get(text_item(j, "zone"), err);
	j->base.scheduled_us = number_item(j, "scheduled_us");
	j->base.job_id = text_item(j, "task_id");
	j->base.node_id = "0";
	j->base.task_id = text_item(j, "run_id");
	return j->base.zone && (!*date || date_parse(str_from(date), &j->base.business_date, err));
}

static bool
read_request(struct run_job *j, struct err *err)
{
	const cJSON *definition = item(j, "definition");

	j->preview = cJSON_IsTrue(item(j, "preview"));
	j->columns = (int)number_item(j, "columns");
	if (!definition)
		return err_set(err, ERR_INTERNAL, "the request has no definition");
	return task_from_json(&j->task, definition, err) && read_base(j, err) &&
	       read_targets(j, err) &&
	       params_resolve(&j->params, &j->task, &j->base, item(j, "set"), err);
}

static void
tell_parameters(struct run_job *j)
{
	struct buf json = BUF_INIT;

	buf_adds(&json, "{\"parameters\":");
	params_to_json(&j->params, &json);
	buf_addc(&json, '}');
	worker_tell(j->w, j->r, FRAME_ITEM, buf_str(&json), STR_NONE);
	buf_fini(&json);
}

/* --- documents ---------------------------------------------------------------------- */

/* The node whose results stand before `after`: branches and merges are looked through. */
static const struct node *
giver(const struct run_job *j, const char *after)
{
	const char *dot = strrchr(after, '.');
	const struct node *node = task_find_node(&j->task, after);

	for (size_t depth = 0; depth < j->task.node_count + 1; depth++) {
		if (!node && dot) {
			char *name = xstrndup(after, (size_t)(dot - after));

			node = task_find_node(&j->task, name);
			free(name);
		}
		if (!node || node->kind == NODE_QUERY || node->kind == NODE_ASSIGN ||
			node->after.count == 0)
			return node;
		after = node->after.list[0];
		dot = strrchr(after, '.');
		node = task_find_node(&j->task, after);
	}
	return node;
}

struct bindings {
	struct bound_input *list;
	const struct result **results;
	char (*names)[32];
	size_t count, result_count;
};

static void
bind(struct run_job *j, struct bindings *b, const char *name, const struct node *node)
{
	struct node_run *run = &j->execution.nodes[node - j->task.nodes];
	struct bound_input *input = &b->list[b->count++];

	input->name = name;
	input->results = b->results + b->result_count;
	input->result_count = run->result_count;
	input->is_list = run->is_list;
	for (size_t i = 0; i < run->result_count; i++)
		b->results[b->result_count++] = &run->results[i];
}

static size_t
results_of_all(const struct run_job *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->task.node_count; i++)
		n += j->execution.nodes[i].result_count;
	return n;
}

/* As authored; else `inputs`, or inputs1, inputs2 … for several nodes before it. */
static void
bind_inputs(struct run_job *j, const struct node *push, struct bindings *b)
{
	size_t room = push->input_count + push->after.count + 1;

	b->list = xcalloc(room, sizeof(*b->list));
	b->names = xcalloc(room, sizeof(*b->names));
	b->results = xcalloc(room * (results_of_all(j) + 1), sizeof(*b->results));
	for (size_t i = 0; i < push->input_count; i++) {
		const struct node *node = giver(j, push->inputs[i].node);

		if (node)
			bind(j, b, push->inputs[i].name, node);
	}
	for (size_t i = 0; push->input_count == 0 && i < push->after.count; i++) {
		const struct node *node = giver(j, push->after.list[i]);

		if (push->after.count == 1)
			snprintf(b->names[i], sizeof(b->names[i]), "inputs");
		else
			snprintf(b->names[i], sizeof(b->names[i]), "inputs%zu", i + 1);
		if (node)
			bind(j, b, b->names[i], node);
	}
}

static void
bindings_fini(struct bindings *b)
{
	free(b->list);
	free(b->names);
	free(b->results);
}

static bool
compose(struct run_job *j, const struct node *push, struct document *doc, struct err *err)
{
	struct bindings b = { .count = 0 };
	struct compose_input in = { .task = &j->task, .push = push,
		.parameters = j->params.list, .parameter_count = j->params.count,
		.scheduled_us = j->base.scheduled_us, .business_date = j->base.business_date,
		.zone = j->base.zone, .run_id = text_item(j, "run_id"),
		.message_id = text_item(j, "message_id"),
		.version = (int)number_item(j, "version"), .is_preview = j->preview };
	bool ok;

	bind_inputs(j, push, &b);
	in.inputs = b.list;
	in.input_count = b.count;
	ok = compose_document(&in, doc, err);
	bindings_fini(&b);
	return ok;
}

/* --- parts --------------------------------------------------------------------------- */

struct tell_sink {
	struct part_sink sink;
	struct run_job *j;
	const struct node *push;
	const struct target *target;
	struct document *doc;
	char bucket[65];
	int burst;
	double refill_s;
};

static void
add_text(struct buf *json, const char *key, struct str value)
{
	buf_addf(json, ",\"%s\":", key);
	json_add_string(json, value);
}

/* A preview also shows the whole message, once a destination. */
static void
add_preview(struct tell_sink *s, struct buf *json)
{
	struct render_text_options options = { .columns = s->j->columns };
	struct render_html_options html_options = { .fragment = false };
	struct buf text = BUF_INIT, html = BUF_INIT;
	struct err err = ERR_INIT;

	if (!s->target->channel->preview ||
		!s->target->channel->preview(s->doc, &s->target->settings, s->j->columns, &text,
			&err))
		render_text(&text, s->doc, &options);
	add_text(json, "text", buf_str(&text));
	render_html(&html, s->doc, &html_options);
	add_text(json, "html", buf_str(&html));
	buf_fini(&text);
	buf_fini(&html);
}

static struct kept_part *
keep(struct tell_sink *s, const struct part *part)
{
	struct work *work = s->j->work;
	struct kept_part *kept;

	work->parts = arena_grow(&work->arena, work->parts, work->part_count * sizeof(*kept),
		(work->part_count + 1) * sizeof(*kept));
	kept = &work->parts[work->part_count++];
	*kept = (struct kept_part){ .target = s->target, .part = *part };
	kept->part.holder = NULL;
	if (part->holder)
		kept->body = buf_take(part->holder);
	else
		kept->part.body = arena_str(&work->arena, part->body);
	kept->part.title = arena_str(&work->arena, part->title);
	idempotency_key(kept->key, s->doc->message_id, s->push->name, s->target->name,
		part->number);
	return kept;
}

static bool
tell_part(struct part_sink *self, const struct part *part, struct err *err)
{
	struct tell_sink *s = (struct tell_sink *)self;
	const struct kept_part *kept = keep(s, part);
	struct buf json = BUF_INIT, head = BUF_INIT, packed = BUF_INIT;
	bool is_packed = !s->j->preview && pack(part->body, &packed);

	(void)err;
	buf_addf(&json, "{\"part\":%d,\"of\":%d,\"rows\":%zu,\"measured\":%zu,\"budget\":%zu",
		part->number, part->of, part->rows, part->measured,
		part->budget ? part->budget : s->target->channel->budget);
	buf_addf(&json, ",\"burst\":%d,\"refill_s\":%.6f", s->burst, s->refill_s);
	add_text(&json, "node", str_from(s->push->name));
	add_text(&json, "destination", str_from(s->target->name));
	add_text(&json, "channel", str_from(s->target->channel->name));
	add_text(&json, "kind", str_from(part->kind ? part->kind : ""));
	add_text(&json, "content_type", str_from(part->content_type ? part->content_type : ""));
	add_text(&json, "title", part->title);
	add_text(&json, "key", str_from(kept->key));
	add_text(&json, "bucket", str_from(s->bucket));
	add_text(&json, "unit", str_from(s->target->channel->budget_unit
			? s->target->channel->budget_unit : "bytes"));
	if (is_packed)
		buf_addf(&json, ",\"packed_from\":%zu", part->body.len);
	if (s->j->preview && part->number == 1)
		add_preview(s, &json);
	buf_addc(&json, '}');
	frame_put_u32(&head, (uint32_t)json.len);
	buf_add_str(&head, buf_str(&json));
	worker_tell(s->j->w, s->j->r, FRAME_PART, buf_str(&head),
		is_packed ? buf_str(&packed) : part->body);
	buf_fini(&packed);
	buf_fini(&json);
	buf_fini(&head);
	return true;
}

static bool
build(struct run_job *j, const struct node *push, const struct target *target,
	struct document *doc, struct err *err)
{
	struct tell_sink sink = { { tell_part }, j, push, target, doc, "", 0, 0 };

	channel_bucket_key(target->channel, &target->settings, sink.bucket);
	if (!channel_pace(target->channel, &target->settings, &sink.burst, &sink.refill_s, err))
		return err_wrap(err, "destination %s", target->name);
	if (!target->channel->build(doc, &target->settings, &sink.sink, err))
		return err_wrap(err, "destination %s", target->name);
	return true;
}

static bool
is_wanted(const struct run_job *j, const struct node *push, const char *target)
{
	const cJSON *to = item(j, "to");

	if (cJSON_GetArraySize(to) > 0) /* instead of the task's own: all of them get it */
		return true;
	return name_list_has(&push->destinations, target);
}

static bool
check_targets(const struct run_job *j, const struct node *push, struct err *err)
{
	if (cJSON_GetArraySize(item(j, "to")) > 0)
		return true;
	for (size_t i = 0; i < push->destinations.count; i++) {
		const char *name = push->destinations.list[i];
		bool known = false;

		for (size_t k = 0; k < j->work->target_count; k++)
			known = known || strcmp(j->work->targets[k].name, name) == 0;
		if (!known) {
			err_set(err, ERR_NOT_FOUND, "there is no destination '%s'", name);
			return err_hint(err, "add it: dpstudio destination add %s --channel …", name);
		}
	}
	return true;
}

static void
tell_warnings(struct run_job *j, const struct document *doc)
{
	for (size_t i = 0; i < doc->warning_count; i++)
		worker_log(j->w, j->r, "warning", "%s: %s", doc->warnings[i].code,
			doc->warnings[i].message);
	j->warnings += doc->warning_count;
}

/* False with an error, or true with *skip said. */
static bool
judge_empty(struct run_job *j, const struct document *doc, bool *skip, struct err *err)
{
	*skip = false;
	if (!doc->is_empty || j->preview)
		return true;
	if (j->task.when_empty == EMPTY_FAIL)
		return err_set(err, ERR_FAILED, "the result is empty (when_empty is fail)");
	*skip = j->task.when_empty == EMPTY_SKIP;
	if (*skip) {
		j->skipped++;
		j->skip_reason = "the result is empty (when_empty is skip)";
	}
	return true;
}

static bool
push(struct run_job *j, const struct node *node, struct err *err)
{
	struct document doc = DOCUMENT_INIT;
	bool skip = false;
	bool ok = check_targets(j, node, err) && compose(j, node, &doc, err) &&
		  judge_empty(j, &doc, &skip, err);

	for (size_t i = 0; ok && !skip && i < j->work->target_count; i++)
		if (is_wanted(j, node, j->work->targets[i].name))
			ok = build(j, node, &j->work->targets[i], &doc, err);
	tell_warnings(j, &doc);
	document_fini(&doc);
	return ok ? true : err_wrap(err, "node %s", node->name);
}

static bool
push_all(struct run_job *j, struct err *err)
{
	size_t pushes = 0;

	for (size_t i = 0; i < j->task.node_count; i++) {
		if (j->task.nodes[i].kind != NODE_PUSH ||
			j->execution.nodes[i].end != NODE_SUCCEEDED)
			continue;
		pushes++;
		if (!push(j, &j->task.nodes[i], err))
			return false;
	}
	if (pushes == 0)
		j->skip_reason = "no branch that leads to a push was taken";
	return true;
}

/* --- the whole ------------------------------------------------------------------------ */

static bool
run_all(struct run_job *j, struct buf *skipped, struct err *err)
{
	struct buf why = BUF_INIT;
	bool hold = true, ok;

	ok = execution_run(&j->execution, err) &&
	     (j->preview || execution_conditions(&j->execution, &hold, &why, err));
	if (ok && !hold)
		buf_addf(skipped, "a condition does not hold: %s", buf_text(&why));
	else if (ok)
		ok = push_all(j, err);
	if (ok && hold && j->work->part_count == 0)
		buf_adds(skipped, j->skip_reason ? j->skip_reason : "there is no destination");
	buf_fini(&why);
	return ok;
}

static void
end_ok(struct run_job *j, const struct buf *skipped)
{
	struct buf more = BUF_INIT;

	buf_addf(&more, ",\"parts\":%zu,\"warnings\":%zu,\"skipped\":", j->work->part_count,
		j->warnings);
	json_add_string(&more, buf_str(skipped));
	worker_end_ok(j->w, j->r, buf_text(&more));
	buf_fini(&more);
}

bool
worker_run(struct worker *w, struct request *r, struct err *err)
{
	struct run_job j = { .w = w, .r = r, .params = PARAM_SET_INIT };
	struct buf skipped = BUF_INIT;
	bool ok = read_request(&j, err);

	if (ok) {
		j.execution = (struct execution){ .w = w, .r = r, .task = &j.task,
			.params = &j.params, .base = &j.base,
			.env = strcmp(text_item(&j, "env"), "dev") == 0 ? ENV_DEV : ENV_PROD,
			.deadline = worker_deadline(r) };
		execution_init(&j.execution);
		tell_parameters(&j);
		ok = run_all(&j, &skipped, err);
		execution_fini(&j.execution);
	}
	if (ok)
		end_ok(&j, &skipped);
	buf_fini(&skipped);
	params_fini(&j.params);
	if (j.task.name)
		task_fini(&j.task);
	if (ok && !j.preview && j.work->part_count)
		r->work = j.work;
	else
		work_free(j.work);
	return ok;
}
