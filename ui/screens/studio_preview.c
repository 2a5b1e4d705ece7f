/* SPDX-License-Identifier: MIT */
/* The message as one destination's channel will show it, composed soon after each
 * change from the results that were run last. */
#include <stdio.h>
#include <stdlib.h>

#include "ui/dialog.h"
#include "ui/screens/mentions.h"
#include "ui/screens/studio_private.h"

#define DELAY_US (150 * INT64_C(1000))

static struct result *const *
results(void *context, const char *node, size_t *count)
{
	const struct desk_results *r = desk_query_results(context, node);

	*count = r ? r->count : 0;
	return r ? r->list : NULL;
}

static const char *
shown_destination(struct desk *d, const struct node *push)
{
	const struct name_list *names = &push->destinations;

	for (size_t i = 0; d->preview.destination && i < names->count; i++)
		if (strcmp(names->list[i], d->preview.destination) == 0)
			return names->list[i];
	return names->count ? names->list[0] : NULL;
}

/* Where it is shown. */
static struct pane *
place_of(struct desk *d)
{
	return d->preview.lent ? &d->preview.lent->pane : &d->preview.view.pane;
}

static void
show_title(struct desk *d)
{
	const struct desk_preview *p = &d->preview;
	struct pane *pane = place_of(d);
	char date[16] = "";

	if (d->date.year)
		date_format(d->date, date);
	if (p->shown)
		pane_set_title(pane, "%s · %s · %s%s%s", _("Preview"), p->shown,
			_(p->message.channel), *date ? " · " : "", date);
	else
		pane_set_title(pane, "%s%s%s", _("Preview"), *date ? " · " : "", date);
}

static void
composed(void *context, const struct composed *fresh)
{
	struct desk *d = context;
	struct desk_preview *p = &d->preview;
	bool busy = fresh->failed && fresh->error.code == ERR_BUSY;

	composed_take(&p->message, fresh);
	composing_free(p->composing);
	p->composing = NULL;
	show_title(d);
	pane_dirty(place_of(d));
	if (busy || p->again)
		desk_preview_later(d);
}

static void
compose_now(void *context)
{
	struct desk *d = context;
	struct desk_preview *p = &d->preview;
	const struct task *t = model_task(d->model);
	const struct node *push = desk_content_push(d);
	struct composed_input in = { .ws = d->studio->ws, .task = t, .push = push,
		.columns = place_of(d)->rect.cols - 2, .results = results, .context = d, .date = d->date };
	const char *shown;

	/* One at a time: what was changed meanwhile is composed after it. */
	p->again = p->composing != NULL;
	if (!pane_is_shown(place_of(d)) || p->again)
		return;
	if (!t || !push) {
		composed_fini(&p->message);
		pane_set_title(place_of(d), "%s", _("Preview"));
		pane_dirty(place_of(d));
		return;
	}
	shown = shown_destination(d, push);
	free(p->shown);
	p->shown = shown ? xstrdup(shown) : NULL;
	in.destination = p->shown;
	p->mentions = (int)mentions_count(&push->mentions);
	p->composing = composed_start(ui_loop(d->screen.ui), &in, composed, d);
}

void
desk_preview_later(struct desk *d)
{
	struct desk_preview *p = &d->preview;

	/* Who types without a pause sees it follow as well. */
	if (!p->timer.at_us)
		loop_timer(ui_loop(d->screen.ui), &p->timer, DELAY_US);
}

void
desk_preview_next(struct desk *d, int by)
{
	const struct node *push = desk_content_push(d);
	size_t n = push ? push->destinations.count : 0, at = 0;
	const char *now = push ? shown_destination(d, push) : NULL;

	if (n == 0)
		return;
	while (at < n && strcmp(push->destinations.list[at], now) != 0)
		at++;
	at = (at + n + (size_t)((int)n + by)) % n;
	free(d->preview.destination);
	d->preview.destination = xstrdup(push->destinations.list[at]);
	desk_preview_later(d);
}

static void
date_given(void *context, const char *text)
{
	struct desk *d = context;
	struct err err = ERR_INIT;
	struct date date = { 0 };

	if (!text)
		return;
	if (*text && !date_parse(str_from(text), &date, &err)) {
		ui_error(d->screen.ui, &err);
		return;
	}
	d->date = date;
	show_title(d);
	desk_preview_later(d);
	if (date.year)
		ui_say(d->screen.ui, _("Previewed for %s. F5 runs the SQL for that date too"), text);
	else
		ui_say(d->screen.ui, _("Previewed as if it ran now"));
}

void
desk_preview_choose_date(struct desk *d)
{
	char date[16] = "";

	if (d->date.year)
		date_format(d->date, date);
	dialog_line(d->screen.ui, _("Preview for which business date?"),
		_("As 2026-01-31; empty: as if it ran now. Parameters take their values from it, in "
		  "the preview and in statements run by F5."),
		date, false, date_given, d);
}

/* --- drawing ------------------------------------------------------------------------------------- */

static void
draw_line(const struct composed *m, struct canvas *c, int y, size_t line)
{
	enum role role;
	struct str run;
	size_t pos = 0;
	int col = 1;

	while (composed_next(m, line, &pos, &role, &run))
		col += canvas_text(c, y, col, role, run);
}

static void
add_size(struct buf *to, size_t n, const char *unit)
{
	if (strcmp(unit, "bytes") == 0)
		buf_addf(to, "%.1f", (double)n / 1024);
	else
		buf_addf(to, "%zu", n);
}

static void
draw_gauge(const struct desk_preview *p, struct canvas *c, int y)
{
	bool bytes = strcmp(p->message.unit, "bytes") == 0;
	struct buf text = BUF_INIT;
	int full;

	add_size(&text, p->message.measured, p->message.unit);
	if (p->message.budget) {
		buf_adds(&text, _(" of "));
		add_size(&text, p->message.budget, p->message.unit);
	}
	buf_addf(&text, " %s · %d %s", bytes ? "KB" : p->message.unit, p->message.parts,
		NN_("part", "parts", p->message.parts));
	if (p->message.sending_s >= 1)
		buf_addf(&text, _(" · %.0f s to send"), p->message.sending_s);
	if (p->mentions)
		buf_addf(&text, " · %d %s", p->mentions, NN_("mention", "mentions", p->mentions));
	canvas_fill(c, y, 0, 1, c->cols, ROLE_GAUGE);
	canvas_text(c, y, 1, ROLE_GAUGE, buf_str(&text));
	full = p->message.budget ? (int)((double)p->message.measured / (double)p->message.budget * c->cols) : 0;
	if (full > 0)
		canvas_over(c, y, 0, full < c->cols ? full : c->cols, ROLE_GAUGE_FULL);
	buf_fini(&text);
}

/* Wrapped at blanks; the rows it took. */
static int
draw_wrapped(struct canvas *c, int y, int rows, enum role role, struct str text)
{
	struct buf wrapped = BUF_INIT;
	struct str rest;
	int n = 0;

	composed_wrap(&wrapped, text, c->cols - 2);
	for (rest = buf_str(&wrapped); rest.len && n < rows; n++) {
		size_t end = str_find(rest, STR("\n"), 0);

		canvas_text(c, y + n, 1, role, str_slice(rest, 0, end));
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	buf_fini(&wrapped);
	return n;
}

static int
draw_notes(const struct desk_preview *p, struct canvas *c)
{
	int rows = c->rows / 2, y = 0;
	struct str rest = buf_str(&p->message.warnings);

	if (p->message.failed) {
		y += draw_wrapped(c, y, rows, ROLE_ERROR, str_from(p->message.error.msg));
		y += draw_wrapped(c, y, rows - y, ROLE_WARNING, str_from(p->message.error.hint));
	}
	if (p->message.waits && !p->message.failed)
		y += draw_wrapped(c, y, rows - y, ROLE_INFO,
			str_from(_("Not all queries have been run yet: Alt-R runs them, then their "
				   "values stand here.")));
	while (rest.len && y < rows) {
		size_t end = str_find(rest, STR("\n"), 0);

		y += draw_wrapped(c, y, rows - y, ROLE_WARNING, str_slice(rest, 0, end));
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	return y;
}

static struct desk *
desk_of(struct pane *pane)
{
	return ((struct preview_view *)pane)->studio->desk;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct desk *d = desk_of(pane);
	struct desk_preview *p;
	int y, rows;

	canvas_clear(c, ROLE_TEXT);
	if (!d || !model_is_open(d->model)) {
		canvas_puts(c, 0, 1, ROLE_DIM, _("no task is open"));
		return;
	}
	p = &d->preview;
	rows = p->message.channel[0] ? c->rows - 1 : c->rows;
	if (p->top > 0 && p->top >= p->message.line_count)
		p->top = p->message.line_count ? p->message.line_count - 1 : 0;
	y = draw_notes(p, c);
	canvas_scrollbar(c, y, c->cols - 1, rows - y, p->top, (size_t)(rows > y ? rows - y : 0),
		p->message.line_count);
	for (size_t i = p->top; y < rows && i < p->message.line_count; i++, y++)
		draw_line(&p->message, c, y, i);
	if (p->message.channel[0])
		draw_gauge(p, c, c->rows - 1);
	else if (y < c->rows)
		canvas_puts(c, c->rows - 1, 1, ROLE_DIM, _("no destination yet"));
}

static void
scroll(struct desk *d, int by)
{
	struct desk_preview *p = &d->preview;

	if (by < 0)
		p->top -= p->top > (size_t)-by ? (size_t)-by : p->top;
	else if (p->top + (size_t)by < p->message.line_count)
		p->top += (size_t)by;
	pane_dirty(place_of(d));
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct desk *d = desk_of(pane);
	int page = pane->rect.rows > 2 ? pane->rect.rows - 2 : 1;

	if (!d || (k->mods & ~(unsigned)MOD_SHIFT))
		return false;
	if (k->code == K_DOWN || k->code == 'j')
		scroll(d, 1);
	else if (k->code == K_UP || k->code == 'k')
		scroll(d, -1);
	else if (k->code == K_PAGE_DOWN)
		scroll(d, page);
	else if (k->code == K_PAGE_UP)
		scroll(d, -page);
	else if (k->code == K_RIGHT || k->code == 'l')
		desk_preview_next(d, 1);
	else if (k->code == K_LEFT || k->code == 'h')
		desk_preview_next(d, -1);
	else
		return false;
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct desk *d = desk_of(pane);

	if (d && (m->kind == MOUSE_WHEEL_DOWN || m->kind == MOUSE_WHEEL_UP))
		scroll(d, m->kind == MOUSE_WHEEL_DOWN ? 3 : -3);
	return true;
}

static void
handle_layout(struct pane *pane)
{
	if (desk_of(pane))
		desk_preview_later(desk_of(pane));
}

static const struct pane_ops pane_ops = {
	.layout = handle_layout,
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.keys_help = N_("Left Right\tAnother destination\nUp Down PgUp PgDn\tScroll"),
};

void
desk_preview_init(struct desk *d)
{
	pane_init(&d->preview.view.pane, &pane_ops, _("Preview"));
	d->preview.view.studio = d->studio;
	d->preview.timer = (struct timer){ .fn = compose_now, .context = d };
}

void
desk_preview_fini(struct desk *d)
{
	struct desk_preview *p = &d->preview;

	loop_timer_cancel(ui_loop(d->screen.ui), &p->timer);
	composing_free(p->composing);
	composed_fini(&p->message);
	free(p->shown);
	free(p->destination);
}

/* --- beside another screen -------------------------------------------------------------------------- */

void
preview_view_init(struct preview_view *view, struct studio *s)
{
	*view = (struct preview_view){ .studio = s };
	pane_init(&view->pane, &pane_ops, _("Preview"));
	preview_view_shown(view);
}

void
preview_view_fini(struct preview_view *view)
{
	struct desk *d = view->studio->desk;

	if (d && d->preview.lent == view)
		d->preview.lent = NULL;
}

void
preview_view_shown(struct preview_view *view)
{
	struct desk *d = view->studio->desk;

	if (!d)
		return;
	d->preview.lent = view == &d->preview.view ? NULL : view;
	desk_preview_later(d);
}

void
preview_view_later(struct preview_view *view)
{
	if (view->studio->desk)
		desk_preview_later(view->studio->desk);
}

void
preview_view_next(struct preview_view *view, int by)
{
	if (view->studio->desk)
		desk_preview_next(view->studio->desk, by);
}
