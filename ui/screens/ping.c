/* SPDX-License-Identifier: MIT */
#include "ui/screens/ping.h"

#include <stdlib.h>

#include "src/workspace/task_store.h"
#include "ui/dialog.h"
#include "ui/form.h"

enum { BUTTON_SET, BUTTON_REMOVE };

/* A URL on its way into the workspace. */
struct pinged {
	struct studio *studio;
	int64_t task_id;
	struct buf url; /* empty: none any more */
};

static const struct field url_field = { .name = "url", .label = N_("URL"), .kind = FIELD_SECRET,
	.initial = "", .help = N_("asked for after each succeeded run, so that somebody notices when "
				 "none comes; kept encrypted") };

static bool
work(void *context, struct err *err)
{
	struct pinged *p = context;

	return task_ping_set(p->studio->ws, p->task_id, buf_str(&p->url), err);
}

static void
mark_draft(struct pinged *p)
{
	struct model *m = p->studio->model;
	bool on = p->url.len > 0;
	struct task *t;

	if (model_task_id(m) != p->task_id)
		return;
	t = model_edit(m);
	t->has_ping = on;
	model_changed(m);
	ui_say(p->studio->ui, on ? _("The URL is pinged after each succeeded run of versions made "
				     "from now on")
				 : _("Versions made from now on ping no URL"));
}

static void
done(void *context, const struct err *err)
{
	struct pinged *p = context;

	if (!err)
		mark_draft(p);
	else if (err->code != ERR_CANCELLED)
		dialog_error(p->studio->ui, _("The URL was not stored"), err);
	if (p->url.p)
		explicit_bzero(p->url.p, p->url.len);
	buf_fini(&p->url);
	free(p);
}

static bool
answered(void *context, struct form *form, int button)
{
	struct studio *s = context;
	struct pinged *p;
	const char *url = form_get(form, "url");
	struct err err = ERR_INIT;

	if (button < 0 || button > BUTTON_REMOVE || !model_is_open(s->model))
		return true;
	if (button == BUTTON_SET && form_keeps_secret(form, "url"))
		return true;
	if (button == BUTTON_SET && !task_ping_check(str_from(url), &err)) {
		form_error(form, "url", &err);
		return false;
	}
	p = xcalloc(1, sizeof(*p));
	p->studio = s;
	p->task_id = model_task_id(s->model);
	if (button == BUTTON_SET)
		buf_adds(&p->url, url);
	studio_attempt(s, s, work, done, p);
	return true;
}

void
ping_ask(struct studio *s)
{
	const struct task *t = model_task(s->model);
	struct form *form;

	if (!t)
		return;
	form = form_dialog(s->ui, _("Dead-man switch"), N_("Set|Remove|Back"), answered, s);
	form_add(form, &url_field, t->has_ping ? "kept" : "");
}
