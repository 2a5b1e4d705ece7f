/* SPDX-License-Identifier: MIT */
/* The inside of the push settings: push.c (panes, destinations, commands),
 * push_schedule.c (one schedule's fields), push_settings.c (the task's own). */
#ifndef DP_UI_SCREENS_PUSH_PRIVATE_H
#define DP_UI_SCREENS_PUSH_PRIVATE_H

#include "ui/form.h"
#include "ui/screens/draft.h"
#include "ui/tabs.h"
#include "ui/tree.h"

struct push {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct tabs tabs;
	struct tree schedules;
	struct form schedule; /* the current one */
	struct notes next;
	struct form settings;
	struct tree destinations;
	struct arena arena; /* of the names below */
	const char **names, **channels; /* destinations; channel "" when there is none */
	size_t name_count;
	bool own_change;
};

/* A field and how the draft says it and takes it. */
struct push_field {
	struct field field;
	void (*get)(struct push *p, const struct task *t, struct buf *to);
	/* False with err: shown at the field, the draft stays as it was. */
	bool (*set)(struct push *p, struct task *t, const char *text, struct err *err);
	void (*go)(struct push *p); /* Enter, where set is NULL: it has a place of its own */
};

extern const struct push_field push_settings_fields[];
extern const size_t push_settings_count;
/* The form's activate. */
bool push_settings_go(void *context, const char *name);

bool push_set_choice(const char *const *words, int count, const char *text, int *value,
	struct err *err);

/* Rows of the form for the current schedule. */
void push_schedule_fill(struct push *p);
void push_schedule_changed(void *context, const char *name);
/* A new one, daily at 08:00. */
void push_schedule_default(struct schedule *s);
struct schedule *push_current_schedule(struct push *p, struct task *t);
/* The draft was changed by this screen. */
void push_tell(struct push *p);

#endif
