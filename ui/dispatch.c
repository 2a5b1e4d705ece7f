/* SPDX-License-Identifier: MIT */
/* Keys, mouse and pastes to whom they concern: overlays from the top, the focused pane,
 * the commands, the menus, the screen. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "ui/core.h"
#include "ui/tabs.h"
#include "ui/term.h"

#define READ_CHUNK ((size_t)64 << 10)

static bool
overlay_key(struct ui *ui, const struct key *key)
{
	for (size_t i = ui->overlay_count; i-- > 0 && i < ui->overlay_count;) {
		struct overlay o = ui->overlays[i];

		if (o.pane->ops->key && o.pane->ops->key(o.pane, key))
			return true;
		if (o.modal)
			return true;
	}
	return false;
}

void
ui_focus_next(struct ui *ui, int by)
{
	struct screen *s = ui_screen(ui);
	size_t n = s->pane_count, at = s->focus;

	for (size_t i = 0; i < n; i++) {
		at = (at + n + (size_t)(by + (int)n)) % n;
		if ((pane_is_shown(s->panes[at]) || s->as_tabs) && !s->panes[at]->no_focus) {
			screen_focus(s, s->panes[at]);
			return;
		}
	}
}

void
ui_handle_key(struct ui *ui, const struct key *key)
{
	struct screen *screen = ui_screen(ui);
	struct pane *pane = screen ? screen_focused(screen) : NULL;

	if (ui->message.len) {
		buf_clear(&ui->message);
		ui->dirty_status = true;
		if (ui->message_rows > 1)
			ui_redraw(ui);
	}
	if (overlay_key(ui, key) || !screen)
		return;
	if (pane && pane_is_shown(pane) && pane->ops->key && pane->ops->key(pane, key))
		return;
	if (command_by_key(ui, key))
		return;
	if (key->mods == MOD_ALT && key->code >= '1' && key->code <= '9') {
		tabs_go(screen, key->code - '1');
		return;
	}
	if (key->mods == MOD_ALT && key->code < K_ENTER && menu_open_by_letter(ui, key->code))
		return;
	if (screen->ops->key && screen->ops->key(screen, key))
		return;
	if (key->code == K_TAB && (key->mods & ~(unsigned)MOD_SHIFT) == 0)
		ui_focus_next(ui, key->mods ? -1 : 1);
}

static bool
pane_mouse(struct pane *pane, const struct mouse *mouse)
{
	struct mouse own = *mouse;

	own.row -= pane->rect.row;
	own.col -= pane->rect.col;
	return pane->ops->mouse && pane->ops->mouse(pane, &own);
}

static bool
overlay_mouse(struct ui *ui, const struct mouse *mouse)
{
	for (size_t i = ui->overlay_count; i-- > 0 && i < ui->overlay_count;) {
		struct overlay o = ui->overlays[i];

		if (rect_has(o.pane->outer, mouse->row, mouse->col)) {
			if (mouse->kind == MOUSE_PRESS)
				ui->grabbed = o.pane;
			pane_mouse(o.pane, mouse);
			return true;
		}
		if (o.modal) {
			/* Outside: only what closes on it wants to know. */
			pane_mouse(o.pane, mouse);
			return true;
		}
	}
	return false;
}

void
ui_handle_mouse(struct ui *ui, const struct mouse *mouse)
{
	struct screen *screen = ui_screen(ui);

	if (mouse->kind == MOUSE_DRAG || mouse->kind == MOUSE_RELEASE) {
		if (ui->grabbed)
			pane_mouse(ui->grabbed, mouse);
		if (mouse->kind == MOUSE_RELEASE)
			ui->grabbed = NULL;
		return;
	}
	if (overlay_mouse(ui, mouse) || chrome_mouse(ui, mouse) || !screen)
		return;
	for (size_t i = 0; i < screen->pane_count; i++) {
		struct pane *p = screen->panes[i];

		if (!pane_is_shown(p) || !rect_has(p->outer, mouse->row, mouse->col))
			continue;
		if (mouse->kind == MOUSE_PRESS) {
			if (!p->no_focus)
				screen_focus(screen, p);
			ui->grabbed = p;
		}
		pane_mouse(p, mouse);
		return;
	}
}

void
ui_handle_paste(struct ui *ui, struct str text)
{
	struct screen *screen = ui_screen(ui);
	struct pane *pane = screen ? screen_focused(screen) : NULL;
	struct buf clean = BUF_INIT;

	if (ui_overlay_has_cursor(ui))
		pane = ui->overlays[ui->overlay_count - 1].pane;
	if (!pane || !pane->ops->paste)
		return;
	utf8_sanitize(&clean, text, false);
	pane->ops->paste(pane, buf_str(&clean));
	buf_fini(&clean);
}

/* --- from the terminal ---------------------------------------------------------------- */

void
ui_escape_alone(void *context)
{
	struct ui *ui = context;
	struct event e;

	while (input_next(ui->input, true, &e))
		if (e.kind == EVENT_KEY)
			ui_handle_key(ui, &e.key);
}

static void
handle_events(struct ui *ui)
{
	struct event e;

	while (!ui->quit && input_next(ui->input, false, &e)) {
		if (e.kind == EVENT_KEY)
			ui_handle_key(ui, &e.key);
		else if (e.kind == EVENT_MOUSE)
			ui_handle_mouse(ui, &e.mouse);
		else
			ui_handle_paste(ui, e.paste);
		/* The next key must see the panes where this one put them. */
		if (ui->relayout)
			ui_layout(ui);
	}
	if (input_is_pending(ui->input))
		loop_timer(ui->loop, &ui->esc_timer, INPUT_ESC_WAIT_US);
	else
		loop_timer_cancel(ui->loop, &ui->esc_timer);
}

void
ui_read_input(void *context, short revents)
{
	static char chunk[READ_CHUNK];
	struct ui *ui = context;
	ssize_t n;

	if (!(revents & POLLIN) && (revents & (POLLHUP | POLLERR | POLLNVAL))) {
		ui_quit(ui, 128 + SIGHUP);
		return;
	}
	/* One read a turn: what came meanwhile comes next, before anything is drawn late. */
	n = read(term_input_fd(), chunk, sizeof(chunk));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		ui_quit(ui, 128 + SIGHUP);
	if (n > 0)
		input_feed(ui->input, (struct str){ chunk, (size_t)n });
	handle_events(ui);
}
