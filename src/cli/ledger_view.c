/* SPDX-License-Identifier: MIT */
#include "src/cli/ledger_view.h"

#include <stdlib.h>

static const enum style run_styles[RUN_STATE_COUNT] = {
	[RUN_WAITING] = STYLE_WARN,
	[RUN_RUNNING] = STYLE_WARN,
	[RUN_SUCCEEDED] = STYLE_GOOD,
	[RUN_FAILED] = STYLE_BAD,
	[RUN_SKIPPED] = STYLE_DIM,
	[RUN_CANCELLED] = STYLE_DIM,
};

static const enum style delivery_styles[DELIVERY_STATE_COUNT] = {
	[DELIVERY_PLANNED] = STYLE_WARN,
	[DELIVERY_SENDING] = STYLE_WARN,
	[DELIVERY_ACCEPTED] = STYLE_GOOD,
	[DELIVERY_QUEUED] = STYLE_GOOD,
	[DELIVERY_REJECTED] = STYLE_BAD,
	[DELIVERY_DEFERRED] = STYLE_WARN,
	[DELIVERY_UNKNOWN] = STYLE_BAD,
};

bool
ledger_view_id(const char *text, int64_t *id, bool *is_delivery, struct err *err)
{
	bool delivery = text[0] == 'd', run = text[0] == 'r';
	bool fits = !delivery || is_delivery;

	if (fits && str_to_int64(str_from(text + (delivery || run)), id) && *id > 0) {
		if (is_delivery)
			*is_delivery = delivery;
		return true;
	}
	err_set(err, ERR_USAGE, "'%s' is not the number of a run%s", text,
		is_delivery ? " or delivery" : "");
	return err_hint(err, is_delivery ? "runs have numbers like 15, deliveries like d42"
					 : "dpstudio runs lists them");
}

/* --- JSON ------------------------------------------------------------------------ */

static cJSON *
parsed(const char *text)
{
	struct err ignored = ERR_INIT;
	cJSON *json = text && *text ? json_parse(str_from(text), &ignored) : NULL;

	return json ? json : cJSON_CreateArray();
}

static cJSON *
json_attempts(const struct attempt_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		const struct attempt_row *a = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		session_json_integer(o, "number", a->number);
		session_json_time(o, "started_at", zone, a->started_us);
		session_json_time(o, "finished_at", zone, a->finished_us);
		cJSON_AddStringToObject(o, "state", a->state);
		session_json_integer(o, "code", a->code);
		cJSON_AddStringToObject(o, "message", a->message);
		cJSON_AddItemToArray(array, o);
	}
	return array;
}

static cJSON *
json_delivery(const struct delivery_row *d, const struct zone *zone)
{
	cJSON *o = cJSON_CreateObject();
	char id[32];

	snprintf(id, sizeof(id), "d%lld", (long long)d->id);
	cJSON_AddStringToObject(o, "id", id);
	cJSON_AddStringToObject(o, "destination", d->destination);
	cJSON_AddStringToObject(o, "channel", d->channel);
	session_json_integer(o, "part", d->part);
	session_json_integer(o, "parts", d->parts);
	cJSON_AddStringToObject(o, "state", delivery_state_name(d->state));
	session_json_integer(o, "code", d->code);
	cJSON_AddStringToObject(o, "message", d->message);
	cJSON_AddStringToObject(o, "advice", d->advice);
	session_json_integer(o, "bytes", d->bytes);
	session_json_integer(o, "attempts", d->attempts);
	session_json_time(o, "sent_at", zone, d->sent_us);
	cJSON_AddItemToObject(o, "recipients", parsed(d->recipients));
	return o;
}

static cJSON *
json_run(const struct run_row *r, const struct zone *zone)
{
	cJSON *o = cJSON_CreateObject();
	char date[11];

	date_format(r->business_date, date);
	session_json_integer(o, "id", r->id);
	cJSON_AddStringToObject(o, "task", r->task);
	if (r->version)
		session_json_integer(o, "version", r->version);
	else
		cJSON_AddNullToObject(o, "version");
	cJSON_AddStringToObject(o, "trigger", run_cause_name(r->cause));
	session_json_time(o, "scheduled_at", zone, r->slot_us);
	cJSON_AddStringToObject(o, "business_date", date);
	session_json_time(o, "started_at", zone, r->started_us);
	session_json_time(o, "finished_at", zone, r->finished_us);
	cJSON_AddStringToObject(o, "state", run_state_name(r->state));
	session_json_text(o, "error", r->error);
	return o;
}

/* --- one run ----------------------------------------------------------------------- */

struct viewed {
	struct cli *cli;
	const struct zone *zone;
	struct arena arena;
	struct run_row run;
	struct delivery_list deliveries;
	enum ledger_view view;
};

static bool
json_details(struct viewed *v, cJSON *run, cJSON *deliveries, struct err *err)
{
	struct workspace *ws = v->cli->workspace;
	struct event_list events;
	cJSON *array, *one;

	for (size_t i = 0; i < v->deliveries.count; i++) {
		const struct delivery_row *d = &v->deliveries.rows[i];
		struct attempt_list attempts;
		char *body;

		one = cJSON_GetArrayItem(deliveries, (int)i);
		if (!ledger_attempts(ws, d->id, &v->arena, &attempts, err))
			return false;
		cJSON_AddStringToObject(one, "node", d->node);
		cJSON_AddStringToObject(one, "title", d->title);
		cJSON_AddItemToObject(one, "attempt_list", json_attempts(&attempts, v->zone));
		if (v->view != LEDGER_VIEW_BODY)
			continue;
		body = str_dup(d->body);
		cJSON_AddStringToObject(one, "body", body);
		free(body);
	}
	if (!ledger_events(ws, v->run.id, &v->arena, &events, err))
		return false;
	cJSON_AddItemToObject(run, "parameters", *v->run.parameters ? parsed(v->run.parameters)
								    : cJSON_CreateObject());
	session_json_text(run, "reason", v->run.reason);
	session_json_text(run, "hint", v->run.hint);
	array = cJSON_AddArrayToObject(run, "events");
	for (size_t i = 0; i < events.count; i++) {
		one = cJSON_CreateObject();
		session_json_time(one, "at", v->zone, events.rows[i].at_us);
		cJSON_AddStringToObject(one, "kind", events.rows[i].kind);
		cJSON_AddStringToObject(one, "message", events.rows[i].message);
		cJSON_AddItemToArray(array, one);
	}
	return true;
}

static bool
print_run_json(struct viewed *v, struct err *err)
{
	cJSON *run = json_run(&v->run, v->zone), *array = cJSON_AddArrayToObject(run, "deliveries");
	bool ok = true;

	for (size_t i = 0; i < v->deliveries.count; i++)
		cJSON_AddItemToArray(array, json_delivery(&v->deliveries.rows[i], v->zone));
	if (v->view != LEDGER_VIEW_RESULT)
		ok = json_details(v, run, array, err);
	if (ok)
		print_json(run);
	else
		cJSON_Delete(run);
	return ok;
}

static void
print_recipients(const struct delivery_row *d)
{
	cJSON *list = parsed(d->recipients);
	const cJSON *one;

	cJSON_ArrayForEach(one, list)
		print_field("", STYLE_PLAIN, "  %s: %s (%.0f)", reply_text(one, "address"),
			reply_text(one, "state"), reply_number(one, "code"));
	cJSON_Delete(list);
}

static void
print_delivery(const struct delivery_row *d, const struct zone *zone)
{
	char name[32], when[40];

	snprintf(name, sizeof(name), "d%lld", (long long)d->id);
	session_time(zone, d->sent_us, when);
	print_field(name, delivery_styles[d->state], "%s: %s%s%s", d->destination,
		delivery_state_name(d->state), *when ? " " : "", when);
	print_field("", STYLE_PLAIN, "  %s, part %lld of %lld, %lld bytes, %lld attempt%s", d->channel,
		(long long)d->part, (long long)d->parts, (long long)d->bytes,
		(long long)d->attempts, d->attempts == 1 ? "" : "s");
	if (*d->message)
		print_field("", STYLE_PLAIN, "  %s", d->message);
	if (*d->advice)
		print_field("", STYLE_WARN, "  %s", d->advice);
	session_time(zone, d->retry_us, when);
	if (*when)
		print_field("", STYLE_PLAIN, "  tried again from %s on", when);
	if (*d->accepted_by)
		print_field("", STYLE_PLAIN, "  settled by %s", d->accepted_by);
	print_recipients(d);
}

static void
print_head(const struct run_row *r, const struct zone *zone)
{
	char when[40], date[11];

	date_format(r->business_date, date);
	print_field("run", STYLE_HEAD, "%lld", (long long)r->id);
	if (r->version)
		print_field("task", STYLE_PLAIN, "%s, version %lld", r->task,
			(long long)r->version);
	else
		print_field("task", STYLE_PLAIN, "%s, draft", r->task);
	print_field("trigger", STYLE_PLAIN, "%s", run_cause_name(r->cause));
	session_time(zone, r->slot_us, when);
	print_field("scheduled", STYLE_PLAIN, "%s (business date %s)%s%s", when, date,
		*r->reason ? ", " : "", r->reason);
	print_field("state", run_styles[r->state], "%s", run_state_name(r->state));
	if (*r->error)
		print_field(r->state == RUN_SKIPPED ? "because" : "error", STYLE_PLAIN, "%s",
			r->error);
	if (*r->hint)
		print_field("hint", STYLE_PLAIN, "%s", r->hint);
}

static bool
print_details(struct viewed *v, struct err *err)
{
	struct event_list events;
	char when[40];

	session_time(v->zone, v->run.started_us, when);
	print_field("started", STYLE_PLAIN, "%s", when);
	session_time(v->zone, v->run.finished_us, when);
	print_field("finished", STYLE_PLAIN, "%s", when);
	if (v->run.repeats)
		print_field("repeats run", STYLE_PLAIN, "%lld", (long long)v->run.repeats);
	if (*v->run.parameters)
		print_field("parameters", STYLE_PLAIN, "%s", v->run.parameters);
	if (!ledger_events(v->cli->workspace, v->run.id, &v->arena, &events, err))
		return false;
	for (size_t i = 0; i < events.count; i++) {
		session_time(v->zone, events.rows[i].at_us, when);
		print_field(i ? "" : "events", STYLE_PLAIN, "%s %s: %s", when, events.rows[i].kind,
			events.rows[i].message);
	}
	return true;
}

/* What a test has to say beside its outcome: a cut result, values that are not UTF-8. */
static bool
print_warnings(struct viewed *v, struct err *err)
{
	struct event_list events;

	if (!ledger_events(v->cli->workspace, v->run.id, &v->arena, &events, err))
		return false;
	for (size_t i = 0; i < events.count; i++)
		if (strcmp(events.rows[i].kind, "warning") == 0)
			print_field("warning", STYLE_WARN, "%s", events.rows[i].message);
	return true;
}

static bool
print_attempts(struct viewed *v, const struct delivery_row *d, struct err *err)
{
	struct attempt_list list;
	char when[40];

	if (!ledger_attempts(v->cli->workspace, d->id, &v->arena, &list, err))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		const struct attempt_row *a = &list.rows[i];

		session_time(v->zone, a->started_us, when);
		print_field("", STYLE_DIM, "  attempt %lld %s %s (%lld) %s", (long long)a->number,
			when, a->state, (long long)a->code, a->message);
	}
	return true;
}

static bool
print_run(struct viewed *v, struct err *err)
{
	print_head(&v->run, v->zone);
	if (!(v->view == LEDGER_VIEW_RESULT ? print_warnings(v, err) : print_details(v, err)))
		return false;
	for (size_t i = 0; i < v->deliveries.count; i++) {
		const struct delivery_row *d = &v->deliveries.rows[i];

		print_delivery(d, v->zone);
		if (v->view != LEDGER_VIEW_RESULT && !print_attempts(v, d, err))
			return false;
		if (v->view == LEDGER_VIEW_BODY) {
			putchar('\n');
			print_text(stdout, d->body);
			fputs("\n\n", stdout);
		}
	}
	return true;
}

bool
ledger_view_run(struct cli *cli, int64_t run_id, enum ledger_view view, struct err *err)
{
	struct viewed v = { .cli = cli, .view = view };
	struct workspace *ws = cli->workspace;
	bool ok;

	v.zone = session_zone(cli, err);
	ok = v.zone && ledger_run(ws, run_id, &v.arena, &v.run, err) &&
	     ledger_deliveries(ws, run_id, view == LEDGER_VIEW_BODY, &v.arena, &v.deliveries, err);
	if (ok)
		ok = cli->json ? print_run_json(&v, err) : print_run(&v, err);
	arena_fini(&v.arena);
	return ok;
}

/* --- many ----------------------------------------------------------------------------- */

/* "2 accepted, 1 unknown". */
static void
add_counts(struct list *l, const struct delivery_list *deliveries)
{
	size_t counts[DELIVERY_STATE_COUNT] = { 0 };
	enum style style = STYLE_PLAIN;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < deliveries->count; i++)
		counts[deliveries->rows[i].state]++;
	for (int s = 0; s < DELIVERY_STATE_COUNT; s++) {
		if (!counts[s])
			continue;
		buf_addf(&text, "%s%zu %s", text.len ? ", " : "", counts[s],
			delivery_state_name((enum delivery_state)s));
		style = delivery_styles[s];
	}
	list_add(l, style, buf_text(&text));
	buf_fini(&text);
}

static void
add_run(struct list *l, const struct run_row *r, const struct delivery_list *deliveries,
	const struct zone *zone)
{
	char when[40], date[11];

	list_addf(l, STYLE_PLAIN, "%lld", (long long)r->id);
	list_add(l, STYLE_PLAIN, r->task);
	if (r->version)
		list_addf(l, STYLE_PLAIN, "%lld", (long long)r->version);
	else
		list_add(l, STYLE_DIM, "draft");
	list_add(l, STYLE_PLAIN, run_cause_name(r->cause));
	session_time(zone, r->slot_us, when);
	list_add(l, STYLE_PLAIN, when);
	date_format(r->business_date, date);
	list_add(l, STYLE_PLAIN, date);
	list_add(l, run_styles[r->state], run_state_name(r->state));
	add_counts(l, deliveries);
	list_add(l, STYLE_PLAIN, r->error);
}

bool
ledger_view_runs(struct cli *cli, int64_t task_id, int64_t limit, struct err *err)
{
	static const struct list_column columns[] = {
		{ "RUN", 'r', false }, { "TASK", 'l', true }, { "VERSION", 'r', false },
		{ "TRIGGER", 'l', false }, { "SCHEDULED", 'l', false },
		{ "BUSINESS DATE", 'l', false }, { "STATE", 'l', false },
		{ "DELIVERIES", 'l', true }, { "ERROR", 'l', true },
	};
	const struct zone *zone = session_zone(cli, err);
	cJSON *array = cli->json ? cJSON_CreateArray() : NULL;
	struct arena a = ARENA_INIT;
	struct run_list runs = { 0 };
	struct list l;
	bool ok;

	list_init(&l, columns, ARRAY_LEN(columns));
	ok = zone && ledger_runs(cli->workspace, task_id, limit, &a, &runs, err);
	for (size_t i = 0; ok && i < runs.count; i++) {
		struct delivery_list deliveries;
		cJSON *run, *list;

		ok = ledger_deliveries(cli->workspace, runs.rows[i].id, false, &a, &deliveries,
			err);
		if (!ok)
			break;
		if (!array) {
			add_run(&l, &runs.rows[i], &deliveries, zone);
			continue;
		}
		run = json_run(&runs.rows[i], zone);
		list = cJSON_AddArrayToObject(run, "deliveries");
		for (size_t k = 0; k < deliveries.count; k++)
			cJSON_AddItemToArray(list, json_delivery(&deliveries.rows[k], zone));
		cJSON_AddItemToArray(array, run);
	}
	if (ok && array)
		print_json(array);
	else if (ok)
		list_print(&l, "there is no run yet");
	if (!ok)
		cJSON_Delete(array);
	list_fini(&l);
	arena_fini(&a);
	return ok;
}
