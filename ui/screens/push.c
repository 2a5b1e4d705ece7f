/* SPDX-License-Identifier: MIT */
/* Push settings of the open task: its schedules with the next runs as they are typed, its
 * policies, and the destinations it goes to. What is right goes into the draft at once;
 * what is not stays in its field with the reason. */
#include <stdio.h>
#include <stdlib.h>

#include "src/workspace/store_calendar.h"
#include "src/workspace/store_destination.h"
#include "ui/choice.h"
#include "ui/screens/push_private.h"
#include "ui/screens/screens.h"

#define SCHEDULES_MAX 32

/* --- next runs -------------------- */

static void
show_next(struct push *p)
{
	const struct task *t = model_task(p->model);
	struct slot slots[DRAFT_SLOTS];
	struct err err = ERR_INIT;
	size_t count = 0;

	notes_clear(&p->next);
	if (!t)
		return;
	if (t->mode == MODE_PAUSED)
		notes_add(&p->next, ROLE_WARNING, NULL, "%s", _("paused: none of these runs"));
	if (t->schedule_count == 0)
		notes_add(&p->next, ROLE_DIM, NULL, "%s",
			_("no schedule: it runs by hand only; Ins adds one"));
	else if (!draft_slots(p->studio, t, slots, DRAFT_SLOTS, &count, &err))
		notes_add_error(&p->next, &err);
	else if (count == 0)
		notes_add(&p->next, ROLE_WARNING, NULL, "%s", _("no further run is planned"));
	for (size_t i = 0; i < count; i++) {
		char when[32], date[11];

		draft_slot_text(&slots[i], when);
		date_format(slots[i].business_date, date);
		notes_add(&p->next, ROLE_TEXT, when, _("for %s%s%s"), date,
			slots[i].reason == SLOT_PLAIN ? "" : " · ",
			slots[i].reason == SLOT_PLAIN ? "" : choice_label(slot_reason_name(slots[i].reason)));
	}
	if (count)
		pane_set_title(&p->next.pane, _("Next runs · %s"), zone_name(slots[0].zone));
	else
		pane_set_title(&p->next.pane, "%s", _("Next runs"));
}

void
push_tell(struct push *p)
{
	p->own_change = true;
	model_changed(p->model);
	p->own_change = false;
	show_next(p);
	pane_dirty(&p->schedules.pane);
	pane_dirty(&p->destinations.pane);
}

/* --- schedules -------------------- */

static void
schedule_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct push *p = tree->context;

	(void)info;
	schedule_describe(&model_task(p->model)->schedules[i], i18n_say, text);
}

static void
schedule_moved(struct tree *tree, size_t i)
{
	(void)i;
	push_schedule_fill(tree->context);
}

static void
schedule_activate(struct tree *tree, size_t i)
{
	struct push *p = tree->context;

	(void)i;
	screen_focus(&p->screen, &p->schedule.pane);
	screen_relayout(&p->screen);
}

static const struct tree_ops schedule_ops = {
	.row = schedule_row, .moved = schedule_moved, .activate = schedule_activate,
};

static void
run_add(struct screen *screen)
{
	struct push *p = (struct push *)screen;
	struct task *t = model_step(p->model, N_("a schedule was added"), NULL);
	struct schedule *list;

	if (!t || t->schedule_count >= SCHEDULES_MAX)
		return;
	list = model_array(p->model, t->schedule_count + 1, sizeof(*list));
	if (t->schedule_count)
		memcpy(list, t->schedules, t->schedule_count * sizeof(*list));
	push_schedule_default(&list[t->schedule_count++]);
	t->schedules = list;
	push_tell(p);
	tree_set_count(&p->schedules, t->schedule_count);
	tree_select(&p->schedules, t->schedule_count - 1);
	p->schedule.current = 0;
	push_schedule_fill(p);
	screen_focus(screen, &p->schedule.pane);
	screen_relayout(screen);
}

static void
run_remove(struct screen *screen)
{
	struct push *p = (struct push *)screen;
	struct task *t = model_step(p->model, N_("a schedule was removed"), NULL);
	size_t i = tree_current(&p->schedules);

	if (!t || i >= t->schedule_count)
		return;
	t->schedule_count--;
	memmove(&t->schedules[i], &t->schedules[i + 1],
		(t->schedule_count - i) * sizeof(t->schedules[0]));
	push_tell(p);
	tree_set_count(&p->schedules, t->schedule_count);
	push_schedule_fill(p);
	ui_say(screen->ui, _("The schedule was removed. u takes that back"));
}

static bool
can_remove(const struct screen *screen)
{
	const struct push *p = (const struct push *)screen;

	return screen_focused(screen) == &p->schedules.pane && p->schedules.count > 0;
}

/* --- settings -------------------- */

static void
fill_settings(struct push *p)
{
	const struct task *t = model_task(p->model);
	size_t at = p->settings.current;

	form_clear(&p->settings);
	for (size_t i = 0; t && i < push_settings_count; i++) {
		struct buf text = BUF_INIT;

		push_settings_fields[i].get(p, t, &text);
		form_add(&p->settings, &push_settings_fields[i].field, buf_text(&text));
		if (!push_settings_fields[i].set)
			form_set_read_only(&p->settings, push_settings_fields[i].field.name);
		buf_fini(&text);
	}
	p->settings.current = at < p->settings.count ? at : 0;
}

static void
settings_changed(void *context, const char *name)
{
	struct push *p = context;
	struct task *t = model_edit(p->model);
	struct err err = ERR_INIT;

	for (size_t i = 0; t && i < push_settings_count; i++) {
		const struct push_field *f = &push_settings_fields[i];

		if (strcmp(f->field.name, name) != 0 || !f->set)
			continue;
		(void)model_step(p->model, f->field.label, f);
		if (f->set(p, t, form_get(&p->settings, name), &err))
			push_tell(p);
		else
			form_error(&p->settings, name, &err);
	}
}

static void
add_calendars(struct push *p, struct buf *items)
{
	struct calendar_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	if (!store_calendar_list(p->studio->ws, &a, &list, &err))
		ui_error(p->screen.ui, &err);
	for (size_t i = 0; i < list.count; i++)
		buf_addf(items, "%s\n", list.rows[i].name);
	arena_fini(&a);
}

static bool
suggest(void *context, const char *name, struct buf *items)
{
	struct push *p = context;

	if (strcmp(name, "timezone") == 0)
		draft_add_zones(items);
	else if (strcmp(name, "on_failure") == 0)
		draft_add_destinations(p->studio, items);
	else if (strcmp(name, "calendar") == 0)
		add_calendars(p, items);
	return items->len > 0;
}

/* --- destinations -------------------- */

static bool
is_chosen(struct push *p, const char *name)
{
	struct task *t = model_edit(p->model);
	const struct node *push = draft_find_push(p->studio, t, NULL, NULL);

	return push && name_list_has(&push->destinations, name);
}

static void
destination_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct push *p = tree->context;

	buf_addf(text, "%s %s", is_chosen(p, p->names[i]) ? "[x]" : "[ ]", p->names[i]);
	info->right_role = *p->channels[i] ? ROLE_DIM : ROLE_ERROR;
	snprintf(info->right, sizeof(info->right), "%s",
		*p->channels[i] ? p->channels[i] : _("not there"));
}

static void
toggle(struct tree *tree, size_t i)
{
	struct push *p = tree->context;
	struct node *push;
	struct name_list list = { 0 };

	(void)model_step(p->model, N_("the destinations"), NULL);
	push = draft_push(p->studio);
	if (!push)
		return;
	list.list = model_array(p->model, push->destinations.count + 1, sizeof(*list.list));
	for (size_t k = 0; k < push->destinations.count; k++)
		if (strcmp(push->destinations.list[k], p->names[i]) != 0)
			list.list[list.count++] = push->destinations.list[k];
	if (list.count == push->destinations.count)
		list.list[list.count++] = model_text(p->model, str_from(p->names[i]));
	push->destinations = list;
	push_tell(p);
}

static const struct tree_ops destination_ops = { .row = destination_row, .activate = toggle };

static void
run_toggle(struct screen *screen)
{
	struct push *p = (struct push *)screen;
	size_t i = tree_current(&p->destinations);

	if (i < p->name_count)
		toggle(&p->destinations, i);
}

static bool
can_toggle(const struct screen *screen)
{
	return screen_focused(screen) == &((const struct push *)screen)->destinations.pane;
}

static void
add_name(struct push *p, const char *name, const char *channel)
{
	for (size_t i = 0; i < p->name_count; i++)
		if (strcmp(p->names[i], name) == 0)
			return;
	p->names[p->name_count] = arena_strdup(&p->arena, name);
	p->channels[p->name_count++] = arena_strdup(&p->arena, channel);
}

/* Those of the workspace, and what the draft names beyond them. */
static void
read_destinations(struct push *p)
{
	struct task *t = model_edit(p->model);
	const struct node *push = draft_find_push(p->studio, t, NULL, NULL);
	struct destination_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	size_t most;

	if (!store_destination_list(p->studio->ws, &a, &list, &err))
		ui_error(p->screen.ui, &err);
	arena_fini(&p->arena);
	p->arena = (struct arena)ARENA_INIT;
	most = list.count + (push ? push->destinations.count : 0);
	p->names = arena_array(&p->arena, const char *, most);
	p->channels = arena_array(&p->arena, const char *, most);
	p->name_count = 0;
	for (size_t i = 0; i < list.count; i++)
		add_name(p, list.rows[i].name, list.rows[i].channel);
	for (size_t i = 0; push && i < push->destinations.count; i++)
		add_name(p, push->destinations.list[i], "");
	arena_fini(&a);
	tree_set_count(&p->destinations, p->name_count);
}

/* --- the screen -------------------- */

/* Title, mentions and destinations are those of one push node: which, when it matters. */
static void
show_push(struct push *p, const struct task *t)
{
	size_t number, count;
	const struct node *push = draft_find_push(p->studio, t, &number, &count);

	if (count < 2) {
		pane_set_title(&p->settings.pane, "%s", _("Settings"));
		pane_set_title(&p->destinations.pane, "%s", _("Send to"));
		return;
	}
	pane_set_title(&p->settings.pane, _("Settings · %s (%zu of %zu)"), push->name, number, count);
	pane_set_title(&p->destinations.pane, _("Send to · %s (Alt-O: next)"), push->name);
}

static void
reload(struct push *p)
{
	const struct task *t = model_task(p->model);

	pane_set_title(&p->schedules.pane, _("Schedules · %s"), t ? t->name : "");
	show_push(p, t);
	tree_set_count(&p->schedules, t ? t->schedule_count : 0);
	push_schedule_fill(p);
	fill_settings(p);
	read_destinations(p);
	show_next(p);
}

static void
run_next_push(struct screen *screen)
{
	struct push *p = (struct push *)screen;

	if (draft_next_push(p->studio))
		reload(p);
}

static bool
can_next_push(const struct screen *screen)
{
	const struct push *p = (const struct push *)screen;
	size_t count;

	(void)draft_find_push(p->studio, model_task(p->model), NULL, &count);
	return count > 1;
}

static void
told(void *context, enum model_event event)
{
	struct push *p = context;

	if (event == MODEL_OPENED || event == MODEL_REPLACED ||
		(event == MODEL_CHANGED && !p->own_change))
		reload(p);
}

static struct screen *
open_push(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *s = draft_open(ui, argument, err);
	struct push *p;

	if (!s)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	screen_init(&p->screen, &screen_push_ops, ui);
	p->studio = s;
	p->model = s->model;
	tabs_init(&p->tabs);
	tree_init(&p->schedules, &schedule_ops, "", p);
	p->schedules.empty = N_("runs by hand only: Ins adds a schedule");
	form_init(&p->schedule, _("Schedule"), p);
	p->schedule.changed = push_schedule_changed;
	p->schedule.suggest = suggest;
	notes_init(&p->next, _("Next runs"));
	form_init(&p->settings, _("Settings"), p);
	p->settings.changed = settings_changed;
	p->settings.suggest = suggest;
	p->settings.activate = push_settings_go;
	tree_init(&p->destinations, &destination_ops, _("Send to"), p);
	p->destinations.empty = N_("no destination in the workspace yet: :destinations");
	screen_add_pane(&p->screen, &p->schedules.pane);
	screen_add_pane(&p->screen, &p->schedule.pane);
	screen_add_pane(&p->screen, &p->next.pane);
	screen_add_pane(&p->screen, &p->settings.pane);
	screen_add_pane(&p->screen, &p->destinations.pane);
	screen_add_pane(&p->screen, &p->tabs.pane);
	model_listen(p->model, told, p);
	reload(p);
	return &p->screen;
}

static void
close_push(struct screen *screen)
{
	struct push *p = (struct push *)screen;

	model_unlisten(p->model, p);
	tree_fini(&p->schedules);
	form_fini(&p->schedule);
	notes_fini(&p->next);
	form_fini(&p->settings);
	tree_fini(&p->destinations);
	arena_fini(&p->arena);
	free(p);
}

static void
shown(struct screen *screen)
{
	reload((struct push *)screen);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct push *p = (struct push *)screen;
	int left = a.cols / 2, right = a.cols - left, next = DRAFT_SLOTS + 2, form = 8;
	int list = a.rows - next - form, lower = a.rows / 3;

	if (a.cols < 70 || a.rows < 19) {
		tabs_layout(&p->tabs, a);
		return;
	}
	tabs_hide(&p->tabs);
	pane_place(&p->schedules.pane, (struct rect){ a.row, a.col, list, left }, FRAME_BOX);
	pane_place(&p->schedule.pane, (struct rect){ a.row + list, a.col, form, left }, FRAME_BOX);
	pane_place(&p->next.pane, (struct rect){ a.row + list + form, a.col, next, left },
		FRAME_BOX);
	pane_place(&p->settings.pane, (struct rect){ a.row, a.col + left, a.rows - lower, right },
		FRAME_BOX);
	pane_place(&p->destinations.pane,
		(struct rect){ a.row + a.rows - lower, a.col + left, lower, right }, FRAME_BOX);
}

static const struct command commands[] = {
	{ "add-schedule", N_("Add a schedule"), N_("Edit"), "Ins F4", N_("Add"), run_add, NULL },
	{ "remove-schedule", N_("Remove the schedule"), N_("Edit"), "Del F8", N_("Remove"),
		run_remove, can_remove },
	{ "next-push", N_("Next push node"), N_("Content"), "Alt-o", NULL, run_next_push,
		can_next_push },
	{ "toggle-destination", N_("Send there or not"), N_("Edit"), "Space", NULL, run_toggle,
		can_toggle },
};

const struct screen_ops screen_push_ops = {
	.name = "push",
	.title = N_("Push settings"),
	.open = open_push,
	.close = close_push,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
