/* SPDX-License-Identifier: MIT */
#include "ui/screens/mentions.h"

#include <stdlib.h>

#include "ui/form.h"
#include "ui/screens/draft.h"

struct asked { /* lives as long as its dialog */
	struct model *model;
	char *push;
};

static const struct field fields[] = {
	{ .name = "all", .label = N_("Everybody"), .kind = FIELD_BOOL, .initial = "false",
		.help = N_("everybody in the group, where the channel can do that") },
	{ .name = "users", .label = N_("Users"), .kind = FIELD_LIST, .initial = "",
		.help = N_("ids as the channel knows them, with commas: anna, ou_1234") },
	{ .name = "mobiles", .label = N_("Mobiles"), .kind = FIELD_LIST, .initial = "",
		.help = N_("mobile numbers, for DingTalk and WeCom") },
	{ .name = "emails", .label = N_("Emails"), .kind = FIELD_LIST, .initial = "",
		.help = N_("sign-in names, for Teams") },
};

size_t
mentions_count(const struct mentions *m)
{
	return m->users.count + m->mobiles.count + m->emails.count + m->all;
}

static void
add_names(struct buf *to, const struct name_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		buf_addf(to, "%s%s", to->len ? ", " : "", names->list[i]);
}

void
mentions_say(const struct mentions *m, struct buf *to)
{
	struct buf text = BUF_INIT;

	if (m->all)
		buf_adds(&text, _("everybody"));
	add_names(&text, &m->users);
	add_names(&text, &m->mobiles);
	add_names(&text, &m->emails);
	buf_add_str(to, buf_str(&text));
	buf_fini(&text);
}

static struct node *
find_push(struct task *t, const char *name)
{
	for (size_t i = 0; t && i < t->node_count; i++)
		if (t->nodes[i].kind == NODE_PUSH && strcmp(t->nodes[i].name, name) == 0)
			return &t->nodes[i];
	return NULL;
}

static bool
answered(void *context, struct form *form, int button)
{
	struct asked *a = context;
	struct node *push = NULL;

	if (button == 0)
		push = find_push(model_step(a->model, N_("the mentions"), NULL), a->push);
	if (push) {
		push->mentions.all = form_get_bool(form, "all");
		push->mentions.users = draft_words(a->model, form_get(form, "users"));
		push->mentions.mobiles = draft_words(a->model, form_get(form, "mobiles"));
		push->mentions.emails = draft_words(a->model, form_get(form, "emails"));
		model_changed(a->model);
	}
	free(a->push);
	free(a);
	return true;
}

static void
add_list(struct form *form, const struct field *field, const struct name_list *names)
{
	struct buf text = BUF_INIT;

	add_names(&text, names);
	form_add(form, field, buf_text(&text));
	buf_fini(&text);
}

void
mentions_ask(struct studio *s, const char *name)
{
	const struct node *push = find_push(model_edit(s->model), name);
	struct asked *a;
	struct form *form;

	if (!push)
		return;
	a = xcalloc(1, sizeof(*a));
	a->model = s->model;
	a->push = xstrdup(name);
	form = form_dialog(s->ui, _("Mention in the message"), N_("OK|Back"), answered, a);
	form_add(form, &fields[0], push->mentions.all ? "true" : "false");
	add_list(form, &fields[1], &push->mentions.users);
	add_list(form, &fields[2], &push->mentions.mobiles);
	add_list(form, &fields[3], &push->mentions.emails);
}
