/* SPDX-License-Identifier: MIT */
/* The test of a connection: a job with what the form says (or, without a form, with what
 * is stored), its time shown while it runs, and the answer in words. */
#include <stdlib.h>

#include "src/base/json.h"
#include "ui/choice.h"
#include "ui/screens/connection_private.h"

#define TICK_US (100 * INT64_C(1000))

static void
show_elapsed(struct connections *c)
{
	notes_clear(&c->answer);
	pane_set_title(&c->answer.pane, "%s", _(c->type->test_title));
	notes_add(&c->answer, ROLE_INFO, NULL, _("%s: under way for %.1f s. Esc cancels."),
		c->tested, (double)ui_job_elapsed_us(c->job) / 1e6);
}

static void
on_tick(void *context)
{
	struct connections *c = context;

	show_elapsed(c);
	loop_timer(ui_loop(c->screen.ui), &c->tick, TICK_US);
}

static const char *
text_of(const cJSON *json, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static double
number_of(const cJSON *json, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsNumber(v) ? v->valuedouble : 0;
}

static enum role
state_role(const char *state)
{
	if (strcmp(state, "accepted") == 0 || strcmp(state, "queued") == 0)
		return ROLE_OK;
	return strcmp(state, "rejected") == 0 ? ROLE_ERROR : ROLE_WARNING;
}

static void
show_outcome(struct connections *c, const cJSON *json)
{
	const char *state = text_of(json, "state");
	const cJSON *recipient;

	notes_clear(&c->answer);
	notes_add(&c->answer, state_role(state), NULL, _("%s: %s in %.0f ms"), c->tested, choice_label(state),
		number_of(json, "elapsed_us") / 1e3);
	if (*text_of(json, "message"))
		notes_add(&c->answer, ROLE_TEXT, _("Answer"), "%s", text_of(json, "message"));
	notes_add(&c->answer, ROLE_TEXT, _("Code"), "%.0f", number_of(json, "code"));
	if (*text_of(json, "advice"))
		notes_add(&c->answer, ROLE_INFO, _("What to do"), "%s", text_of(json, "advice"));
	cJSON_ArrayForEach(recipient, cJSON_GetObjectItemCaseSensitive(json, "recipients"))
		notes_add(&c->answer, state_role(text_of(recipient, "state")),
			text_of(recipient, "address"), "%s (%.0f)",
			choice_label(text_of(recipient, "state")), number_of(recipient, "code"));
}

static void
on_frame(void *context, enum frame_type type, struct str payload)
{
	struct connections *c = context;
	struct err err = ERR_INIT;
	cJSON *json;

	if (type != FRAME_OUTCOME)
		return;
	json = json_parse(payload, &err);
	c->outcome_came = true;
	if (json)
		show_outcome(c, json);
	else
		notes_add_error(&c->answer, &err);
	cJSON_Delete(json);
	loop_timer_cancel(ui_loop(c->screen.ui), &c->tick);
}

static void
show_end(struct connections *c, struct str end)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(end, &err);

	notes_clear(&c->answer);
	notes_add(&c->answer, ROLE_OK, NULL, _("%s: reached in %.1f ms"), c->tested,
		number_of(json, "elapsed_us") / 1e3);
	if (*text_of(json, "version"))
		notes_add(&c->answer, ROLE_TEXT, _("Server"), "%s", text_of(json, "version"));
	cJSON_Delete(json);
}

static void
done(void *context, struct str end, const struct err *err)
{
	struct connections *c = context;

	c->job = NULL;
	loop_timer_cancel(ui_loop(c->screen.ui), &c->tick);
	if (err && err->code == ERR_CANCELLED) {
		notes_clear(&c->answer);
		notes_add(&c->answer, ROLE_WARNING, NULL, _("%s: cancelled"), c->tested);
	} else if (err) {
		notes_clear(&c->answer);
		notes_add_error(&c->answer, err);
	} else if (!c->outcome_came) {
		show_end(c, end);
	}
	screen_relayout(&c->screen);
}

/* Settings to test: of the form, else the stored ones. */
static bool
test_settings(struct connections *c, const char **kind, struct settings *settings)
{
	const struct connection_row *r = connection_current(c);
	struct err err = ERR_INIT;

	if (c->editing) {
		*kind = c->kind.name;
		return connection_read_form(c, settings);
	}
	if (!r)
		return false;
	*kind = r->kind;
	if (c->type->get(c->studio->ws, r, true, settings, &err))
		return true;
	notes_clear(&c->answer);
	notes_add_error(&c->answer, &err);
	return false;
}

static void
name_tested(struct connections *c)
{
	const struct connection_row *r = connection_current(c);
	const char *name = c->editing ? form_get(&c->form, CONNECTION_NAME) : r->name;

	free(c->tested);
	c->tested = xstrdup(*name ? name : _(c->kind.label));
}

void
connection_test(struct connections *c)
{
	struct settings settings = SETTINGS_INIT;
	struct buf request = BUF_INIT;
	struct err err = ERR_INIT;
	const char *kind = NULL;

	connection_test_end(c);
	if (test_settings(c, &kind, &settings)) {
		name_tested(c);
		c->type->request(kind, &settings, &request);
		c->outcome_came = false;
		c->job = ui_job_start(c->screen.ui, &request, on_frame, done, c, &err);
		buf_fini(&request);
		if (c->job) {
			c->tick = (struct timer){ .fn = on_tick, .context = c, .quiet = true };
			on_tick(c);
		} else {
			notes_clear(&c->answer);
			notes_add_error(&c->answer, &err);
		}
	}
	settings_fini(&settings);
	screen_relayout(&c->screen);
}

void
connection_test_end(struct connections *c)
{
	loop_timer_cancel(ui_loop(c->screen.ui), &c->tick);
	ui_job_free(c->job);
	c->job = NULL;
}
