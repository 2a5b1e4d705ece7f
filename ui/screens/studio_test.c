/* SPDX-License-Identifier: MIT */
/* F6: values and target are asked for, then this program runs the test as a child,
 * which really sends; what came of it is shown in place. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/zone.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/form.h"
#include "ui/screens/studio_private.h"

#define TICK_US (200 * INT64_C(1000))
#define TARGET "to"
#define DATE "business date"

struct asked { /* what the form shows; lives as long as its dialog */
	struct desk *desk;
	struct arena arena;
	size_t parameters;
};

/* --- the end ------------------------------------------------------------------------------------ */

static const char *
word_of(const cJSON *json, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(c) ? c->valuestring : "";
}

static void
add_delivery(struct buf *text, const cJSON *one)
{
	const char *message = word_of(one, "message"), *advice = word_of(one, "advice");

	buf_addf(text, "\n%s %s (%s): %s", strcmp(word_of(one, "state"), "accepted") == 0 ? "✓" : "•",
		word_of(one, "destination"), word_of(one, "channel"),
		choice_label(word_of(one, "state")));
	if (*message)
		buf_addf(text, "\n  %s", message);
	if (*advice)
		buf_addf(text, "\n  %s", advice);
}

static void
after_answer(void *context, int button)
{
	struct desk *d = context;

	if (button == 1)
		desk_life_submit(d);
}

static void
show_end(struct desk *d, const struct ui_child_end *end)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(end->out, &err);
	const cJSON *one;
	struct buf text = BUF_INIT;
	const struct task_row *row = model_row(d->model);
	bool passed = end->status == 0, is_open = false;

	if (!json) {
		buf_add_str(&text, str_trim(end->errors));
	} else {
		buf_addf(&text, "%s: %s", word_of(json, "task"),
			choice_label(word_of(json, "state")));
		is_open = row && strcmp(row->name, word_of(json, "task")) == 0;
		if (*word_of(json, "error"))
			buf_addf(&text, "\n%s", word_of(json, "error"));
		cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(json, "deliveries"))
		{
			add_delivery(&text, one);
		}
	}
	cJSON_Delete(json);
	if (passed && is_open)
		dialog_ask(d->screen.ui, _("The test passed"), buf_text(&text), N_("Close|Submit…"),
			after_answer, d);
	else
		dialog_tell(d->screen.ui,
			passed		     ? _("The test passed")
			: end->status == 130 ? _("The test was cancelled")
					     : _("The test did not pass"),
			text.len ? buf_text(&text) : _("It ended without a word."));
	buf_fini(&text);
}

static void
test_done(void *context, const struct ui_child_end *end)
{
	struct desk *d = context;

	d->test = NULL;
	loop_timer_cancel(ui_loop(d->screen.ui), &d->test_tick);
	ui_state(d->screen.ui, 2, ROLE_INFO, "");
	model_refresh_row(d->model);
	desk_tasks_read(d);
	desk_steps_later(d);
	show_end(d, end);
}

static void
tick(void *context)
{
	struct desk *d = context;
	char text[64];

	if (!d->test)
		return;
	snprintf(text, sizeof(text), _("testing %.0f s (Esc cancels)"),
		(double)ui_child_elapsed_us(d->test) / 1e6);
	ui_state(d->screen.ui, 2, ROLE_INFO, text);
	loop_timer(ui_loop(d->screen.ui), &d->test_tick, TICK_US);
}

bool
desk_test_cancel(struct desk *d)
{
	if (!d->test)
		return false;
	ui_child_cancel(d->test);
	ui_say(d->screen.ui, _("Cancelling the test…"));
	return true;
}

void
desk_test_forget(struct desk *d)
{
	loop_timer_cancel(ui_loop(d->screen.ui), &d->test_tick);
	ui_child_free(d->test);
	d->test = NULL;
}

/* --- the beginning --------------------------------------------------------------------------------- */

static void
start(struct desk *d, struct form *form, const struct asked *a)
{
	const char *argv[FORM_FIELDS_MAX * 2 + 8];
	const char *target = form_get(form, TARGET), *date = form_get(form, DATE);
	char *sets[FORM_FIELDS_MAX];
	size_t n = 0, set_count = 0;
	struct err err = ERR_INIT;

	argv[n++] = "test";
	argv[n++] = model_row(d->model)->name;
	argv[n++] = "--json";
	studio_remember_test_target(d->studio, *target != '(' ? target : "");
	if (*target && *target != '(') {
		argv[n++] = "--to";
		argv[n++] = target;
	}
	if (*date) {
		argv[n++] = "--date";
		argv[n++] = date;
	}
	for (size_t i = 0; i < a->parameters; i++) {
		const struct form_field *f = &form->fields[i + 2];
		struct str value = line_text(&f->line);

		if (value.len == 0)
			continue;
		sets[set_count] = xasprintf("%s=%.*s", f->field->name, STR_ARG(value));
		argv[n++] = "--set";
		argv[n++] = sets[set_count++];
	}
	argv[n] = NULL;
	d->test_tick = (struct timer){ .fn = tick, .context = d, .quiet = true };
	d->test = ui_child_start(d->screen.ui, workspace_path(d->studio->ws), argv, test_done, d,
		&err);
	if (d->test)
		tick(d);
	else
		ui_error(d->screen.ui, &err);
	while (set_count)
		free(sets[--set_count]);
}

static bool
answered(void *context, struct form *form, int button)
{
	struct asked *a = context;

	if (button == 0)
		start(a->desk, form, a);
	arena_fini(&a->arena);
	free(a);
	return true;
}

/* The choices, and in *initial the one that was taken last. */
static const char *
targets(struct asked *a, const char **initial)
{
	const char *last = studio_test_target(a->desk->studio, &a->arena), *kept;
	struct destination_list list = { 0 };
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	*initial = N_("(those of the task)"); /* a choice: shown in the language, kept as it is */
	buf_adds(&text, *initial);
	if (store_destination_list(a->desk->studio->ws, &a->arena, &list, &err))
		for (size_t i = 0; i < list.count; i++) {
			buf_addf(&text, "|%s", list.rows[i].name);
			if (strcmp(list.rows[i].name, last) == 0)
				*initial = list.rows[i].name;
		}
	kept = arena_strdup(&a->arena, buf_text(&text));
	buf_fini(&text);
	return kept;
}

/* Target, date, and one field a parameter; empty means what its expression says. */
static void
add_fields(struct asked *a, struct form *form, const struct task *t)
{
	struct field *f = arena_array(&a->arena, struct field, t->parameter_count + 2);
	const char *initial, *choices = targets(a, &initial);
	char date[16] = "";

	f[0] = (struct field){ .name = TARGET, .label = _("Send to"), .kind = FIELD_CHOICE,
		.choices = choices, .initial = initial,
		.help = _("To yourself first: a destination of your own. It is remembered") };
	f[1] = (struct field){ .name = DATE, .label = _("Business date"), .kind = FIELD_TEXT,
		.help = _("As 2026-01-31; empty: yesterday") };
	if (a->desk->date.year)
		date_format(a->desk->date, date);
	form_add(form, &f[0], NULL);
	form_add(form, &f[1], *date ? date : NULL);
	for (size_t i = 0; i < t->parameter_count && i + 2 < FORM_FIELDS_MAX; i++) {
		const struct parameter *p = &t->parameters[i];

		f[i + 2] = (struct field){ .name = arena_strdup(&a->arena, p->name),
			.label = arena_printf(&a->arena, "${%s}", p->name), .kind = FIELD_TEXT,
			.help = arena_printf(&a->arena, _("Empty: %s"), p->value) };
		form_add(form, &f[i + 2], NULL);
		a->parameters++;
	}
}

void
desk_life_test(struct desk *d)
{
	const struct task *t = model_task(d->model);
	struct err err = ERR_INIT;
	struct asked *a;
	struct form *form;

	if (!t)
		return;
	if (d->test) {
		ui_warn(d->screen.ui, _("A test is running: Esc cancels it"));
		return;
	}
	if (!model_save(d->model, &err)) {
		ui_error(d->screen.ui, &err);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	a->desk = d;
	t = model_task(d->model);
	form = form_dialog(d->screen.ui, _("Test: it really sends · on development sources"),
		N_("Test|Back"), answered, a);
	add_fields(a, form, t);
	ui_redraw(d->screen.ui);
}
