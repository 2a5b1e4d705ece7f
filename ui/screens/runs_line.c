/* SPDX-License-Identifier: MIT */
/* Of one run: its time line, deliveries with every answer, and the exact message that was
 * sent. */
#include <stdlib.h>

#include "src/base/json.h"
#include "ui/dialog.h"
#include "ui/screens/runs_private.h"

static const struct runs_look delivery_looks[DELIVERY_STATE_COUNT] = {
	[DELIVERY_PLANNED] = { ROLE_DIM, "·" }, [DELIVERY_SENDING] = { ROLE_INFO, "▸" },
	[DELIVERY_ACCEPTED] = { ROLE_OK, "✓" }, [DELIVERY_QUEUED] = { ROLE_OK, "✓" },
	[DELIVERY_REJECTED] = { ROLE_ERROR, "✗" }, [DELIVERY_DEFERRED] = { ROLE_WARNING, "…" },
	[DELIVERY_UNKNOWN] = { ROLE_ERROR, "?" },
};

/* --- the time line --------------------------------------------------------------------------- */

static void
forget_details(struct runs *r)
{
	for (size_t i = 0; i < r->detail_count; i++)
		free(r->details[i].text);
	r->detail_count = 0;
	r->deliveries = (struct delivery_list){ 0 };
	arena_fini(&r->run_arena);
	r->run_arena = (struct arena)ARENA_INIT;
}

static struct detail *
add_detail(struct runs *r, int64_t at_us, enum role role, int depth, size_t delivery, char *text)
{
	r->details = xreallocarray(r->details, r->detail_count + 1, sizeof(*r->details));
	r->details[r->detail_count] = (struct detail){ at_us, text, role, depth, delivery };
	return &r->details[r->detail_count++];
}

static void
add_head(struct runs *r, const struct run_row *run)
{
	if (*run->error)
		add_detail(r, run->finished_us, ROLE_ERROR, 0, SIZE_MAX, xstrdup(run->error));
	if (*run->hint)
		add_detail(r, 0, ROLE_WARNING, 1, SIZE_MAX, xstrdup(run->hint));
	if (*run->parameters)
		add_detail(r, 0, ROLE_DIM, 0, SIZE_MAX,
			xasprintf(_("parameters %s"), run->parameters));
	if (run->created_us)
		add_detail(r, run->created_us, ROLE_TEXT, 0, SIZE_MAX,
			xasprintf(_("planned (%s)%s%s"), choice_label(run_cause_name(run->cause)),
				*run->reason ? ": " : "", run->reason));
	if (run->started_us)
		add_detail(r, run->started_us, ROLE_TEXT, 0, SIZE_MAX, xstrdup(_("started")));
}

static void
add_delivery(struct runs *r, size_t i)
{
	const struct delivery_row *d = &r->deliveries.rows[i];
	struct attempt_list attempts = { 0 };
	struct err err = ERR_INIT;

	add_detail(r, d->sent_us ? d->sent_us : d->created_us, delivery_looks[d->state].role, 0, i,
		xasprintf("%s d%lld %s (%s) %lld/%lld %s%s%s", delivery_looks[d->state].mark,
			(long long)d->id, d->destination, d->channel, (long long)d->part,
			(long long)d->parts, choice_label(delivery_state_name(d->state)), *d->message ? ": " : "",
			d->message));
	if (*d->advice)
		add_detail(r, 0, ROLE_WARNING, 1, i, xstrdup(d->advice));
	if (!ledger_attempts(r->studio->ws, d->id, &r->run_arena, &attempts, &err))
		return;
	for (size_t k = 0; k < attempts.count; k++) {
		const struct attempt_row *a = &attempts.rows[k];

		add_detail(r, a->started_us, ROLE_DIM, 1, i,
			xasprintf(_("attempt %lld: %s %lld %s"), (long long)a->number,
				choice_label(a->state),
				(long long)a->code, a->message));
	}
}

void
runs_line_read(struct runs *r)
{
	const struct run_row *run = runs_current(r);
	struct event_list events = { 0 };
	struct err err = ERR_INIT;
	bool ok;

	forget_details(r);
	if (!run) {
		tree_set_count(&r->tree, 0);
		return;
	}
	ok = ledger_deliveries(r->studio->ws, run->id, true, &r->run_arena, &r->deliveries, &err) &&
	     ledger_events(r->studio->ws, run->id, &r->run_arena, &events, &err);
	if (!ok && err.code != ERR_BUSY)
		ui_error(r->screen.ui, &err);
	add_head(r, run);
	for (size_t i = 0; i < events.count; i++) {
		const struct event_row *e = &events.rows[i];
		bool ended = strcmp(e->kind, "end") == 0; /* with the state */

		add_detail(r, e->at_us, ROLE_TEXT, 0, SIZE_MAX,
			xasprintf("%s: %s", choice_label(e->kind),
				ended ? choice_label(e->message) : e->message));
	}
	for (size_t i = 0; i < r->deliveries.count; i++)
		add_delivery(r, i);
	if (run->finished_us)
		add_detail(r, run->finished_us, runs_looks[run->state].role, 0, SIZE_MAX,
			xstrdup(choice_label(run_state_name(run->state))));
	tree_set_count(&r->tree, r->detail_count);
	pane_set_title(&r->tree.pane, _("Run %lld"), (long long)run->id);
	pane_dirty(&r->tree.pane);
}

static void
detail_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct runs *r = tree->context;
	const struct detail *d = &r->details[i];
	char when[24];

	studio_time_seconds(r->studio, d->at_us, when);
	buf_addf(text, "%-8s %s", *when ? when + 11 : "", d->text);
	info->depth = d->depth;
	info->role = d->role;
}

static void
detail_moved(struct tree *tree, size_t i)
{
	struct runs *r = tree->context;

	if (r->details[i].delivery == SIZE_MAX || r->details[i].delivery == r->shown)
		return;
	r->shown = r->details[i].delivery;
	runs_message_show(r);
}

static void
detail_activate(struct tree *tree, size_t i)
{
	struct runs *r = tree->context;

	dialog_tell(r->screen.ui, _("Time line"), r->details[i].text);
}

static const struct tree_ops tree_ops = { .row = detail_row, .moved = detail_moved,
	.activate = detail_activate };

const struct delivery_row *
runs_delivery(struct runs *r)
{
	size_t i = tree_current(&r->tree);

	if (screen_focused(&r->screen) != &r->tree.pane || i == SIZE_MAX ||
		r->details[i].delivery == SIZE_MAX)
		return NULL;
	return &r->deliveries.rows[r->details[i].delivery];
}

/* --- the message ----------------------------------------------------------------------------- */

void
runs_message_show(struct runs *r)
{
	const struct delivery_row *d;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	cJSON *json = NULL;

	if (r->shown >= r->deliveries.count) {
		editor_set_text(&r->message, STR_NONE);
		pane_set_title(&r->message.pane, "%s", _("Message"));
		return;
	}
	d = &r->deliveries.rows[r->shown];
	if (!r->exact && strstr(d->content_type, "json"))
		json = json_parse(d->body, &err);
	if (json)
		json_print(&text, json);
	editor_set_text(&r->message, json ? buf_str(&text) : d->body);
	pane_set_title(&r->message.pane, _("Message d%lld · %s · %lld bytes%s"), (long long)d->id,
		d->content_type, (long long)d->bytes, json ? _(" · laid out (b: as sent)") : "");
	cJSON_Delete(json);
	buf_fini(&text);
}

/* --- both ---------------------------------------------------------------------------------------- */

void
runs_line_show(struct runs *r)
{
	runs_line_read(r);
	r->shown = 0;
	runs_message_show(r);
}

void
runs_line_init(struct runs *r)
{
	tree_init(&r->tree, &tree_ops, _("Time line"), r);
	editor_init(&r->message, _("Message"), LANGUAGE_PLAIN);
	editor_set_read_only(&r->message, true);
}

void
runs_line_fini(struct runs *r)
{
	forget_details(r);
	free(r->details);
	tree_fini(&r->tree);
	editor_fini(&r->message);
}
