/* SPDX-License-Identifier: MIT */
#include "src/run/chosen.h"

#include <stdlib.h>

#include "src/base/json.h"
#include "src/run/claim.h"
#include "src/run/request.h"
#include "src/task/task_json.h"

static bool
load_text(struct workspace *ws, const struct run_choice *choice, struct chosen *c, struct err *err)
{
	struct version_row version;
	struct draft draft;

	if (choice->version == 0) {
		if (!task_draft_get(ws, c->row.id, &c->arena, &draft, err))
			return false;
		c->text = draft.text;
		c->number = 0;
		return true;
	}
	if (!version_get(ws, c->row.id, choice->version < 0 ? 0 : choice->version, &c->arena,
		    &version, err))
		return false;
	c->text = version.text;
	c->number = version.number;
	return true;
}

bool
chosen_load(struct workspace *ws, const struct run_choice *choice, struct chosen *c,
	struct err *err)
{
	if (!task_store_find(ws, choice->task, &c->arena, &c->row, err) ||
		!load_text(ws, choice, c, err))
		return false;
	c->has_task = task_from_text(&c->task, c->text, err);
	return c->has_task ? true : err_wrap(err, "task %s", choice->task);
}

void
chosen_fini(struct chosen *c)
{
	if (c->has_task)
		task_fini(&c->task);
	arena_fini(&c->arena);
	*c = (struct chosen)CHOSEN_INIT;
}

bool
chosen_overrides(const struct run_choice *choice, struct buf *to, struct err *err)
{
	if (choice->set_count == 0 && choice->to_count == 0)
		return true;
	buf_adds(to, "{\"set\":{");
	for (size_t i = 0; i < choice->set_count; i++) {
		const char *equals = strchr(choice->set[i], '=');

		if (!equals || equals == choice->set[i]) {
			err_set(err, ERR_USAGE, "--set wants NAME=VALUE, not '%s'", choice->set[i]);
			return false;
		}
		if (i)
			buf_addc(to, ',');
		json_add_string(to, (struct str){ choice->set[i], (size_t)(equals - choice->set[i]) });
		buf_addc(to, ':');
		json_add_string(to, str_from(equals + 1));
	}
	buf_adds(to, "},\"to\":[");
	for (size_t i = 0; i < choice->to_count; i++) {
		if (i)
			buf_addc(to, ',');
		json_add_string(to, str_from(choice->to[i]));
	}
	buf_adds(to, "]}");
	return true;
}

/* The planned slot at exactly that instant, else one of that instant alone. */
static bool
slot_at(const struct task_plan *plan, const struct zone *zone, int64_t at_us, struct slot *slot,
	struct err *err)
{
	struct err why = ERR_INIT;

	if (plan->plan.count && schedule_next(&plan->plan, at_us, slot, &why) && slot->at_us == at_us)
		return true;
	if (why.code != ERR_NONE) {
		*err = why;
		return false;
	}
	*slot = (struct slot){ .at_us = at_us, .reason = SLOT_PLAIN, .zone = zone,
		.business_date = date_add_days(zone_civil(zone, at_us).date, -1) };
	return true;
}

/* The slot of a business date; without schedules, midnight of the day after it. */
static bool
slot_of_date(const struct task_plan *plan, const struct zone *zone, struct date business_date,
	struct slot *slot, struct err *err)
{
	struct err why = ERR_INIT;
	char text[11];
	int64_t at;

	if (plan->plan.count == 0) {
		zone_instant(zone, (struct civil){ .date = date_add_days(business_date, 1) }, &at,
			NULL);
		*slot = (struct slot){ at, business_date, SLOT_PLAIN, zone };
		return true;
	}
	if (schedule_for_date(&plan->plan, business_date, slot, &why))
		return true;
	date_format(business_date, text);
	if (why.code != ERR_NONE)
		*err = why;
	else
		err_set(err, ERR_NOT_FOUND, "the schedule has no run for business date %s", text);
	return false;
}

bool
run_choice_slot(struct workspace *ws, const struct task *task, const struct run_choice *choice,
	struct slot *slot, const struct zone **zone, struct err *err)
{
	struct task_plan plan;
	bool ok;

	*zone = claim_zone(ws, task, err);
	if (!*zone || !task_plan_init(ws, task, 0, &plan, err))
		return false;
	if (choice->has_at)
		ok = slot_at(&plan, *zone, choice->at_us, slot, err);
	else if (choice->has_date)
		ok = slot_of_date(&plan, *zone, choice->business_date, slot, err);
	else
		ok = slot_at(&plan, *zone, clock_now_us() / CLOCK_SECOND * CLOCK_SECOND, slot, err);
	task_plan_fini(&plan);
	if (ok)
		*zone = slot->zone;
	return ok;
}

bool
run_preview_request(struct workspace *ws, const struct run_choice *choice, int columns,
	struct buf *request, struct err *err)
{
	struct buf overrides = BUF_INIT, id = BUF_INIT;
	struct chosen c = CHOSEN_INIT;
	struct run_request run = { .env = ENV_DEV, .preview = true, .columns = columns };
	struct slot slot;
	bool ok = chosen_load(ws, choice, &c, err) && chosen_overrides(choice, &overrides, err) &&
		  run_choice_slot(ws, &c.task, choice, &slot, &run.zone, err);

	if (ok) {
		cJSON *json = overrides.len ? cJSON_Parse(buf_text(&overrides)) : NULL;

		request_message_id(ws, c.row.name, slot.at_us, 0, &id);
		run.task = &c.task;
		run.definition = c.text;
		run.task_id = c.row.id;
		run.version = c.number;
		run.slot_us = slot.at_us;
		run.business_date = slot.business_date;
		run.message_id = buf_text(&id);
		run.timeout_us = c.task.timeout_s * CLOCK_SECOND;
		run.overrides = json;
		ok = request_run(ws, &run, request, err);
		cJSON_Delete(json);
	}
	buf_fini(&overrides);
	buf_fini(&id);
	chosen_fini(&c);
	return ok;
}

bool
run_destination_test_request(struct workspace *ws, const char *destination, struct buf *request,
	struct err *err)
{
	char *key = xasprintf("<test.%lld@%s.dpstudio>", (long long)clock_now_us(),
		workspace_uuid(ws));
	char *text = xasprintf("This is a test message to the destination \"%s\".\n"
			       "It was sent by hand; no task was run.", destination);
	bool ok = request_note(ws, destination, "dpstudio test message", text, key, request, err);

	free(key);
	free(text);
	return ok;
}
