/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "ui/config.h"
#include "ui/core.h"
#include "ui/external.h"
#include "ui/screens/screens.h"
#include "ui/tabs.h"
#include "ui/term.h"

#define READ_CHUNK ((size_t)64 << 10)

static void on_input(void *context, short revents);

static void
esc_is_alone(void *context)
{
	struct ui *ui = context;
	struct event e;

	while (input_next(ui->input, true, &e))
		if (e.kind == EVENT_KEY)
			ui_handle_key(ui, &e.key);
}

static bool
open_terminal(struct ui *ui, const struct ui_options *options, struct err *err)
{
	const struct term_options term = { .mouse = ui->mouse };
	int rows, cols;

	if (options->script_fd >= 0) {
		ui->script = script_new(options->script_fd, err);
		ui_resize(ui, options->rows ? options->rows : 24, options->cols ? options->cols : 80);
		return ui->script != NULL;
	}
	if (!term_start(&term, err))
		return false;
	ui->draw = draw_new();
	draw_use_theme(ui->draw, &ui->theme);
	input_learn(ui->input);
	loop_watch(ui->loop, term_input_fd(), POLLIN, on_input, ui);
	term_size(&rows, &cols);
	ui_resize(ui, rows, cols);
	return true;
}

/* What is wrong in the config is said once, in the status line. */
static void
use_config(struct ui *ui, const struct ui_options *options)
{
	struct err err = ERR_INIT;
	struct config config;
	const char *theme;

	if (!config_read(&config, &err))
		ui_error(ui, &err);
	i18n_start(options->language ? options->language : config.language);
	canvas_set_ascii(options->ascii || config.ascii);
	ui->mouse = !options->no_mouse && !config.no_mouse;
	external_set_editor(config.editor);
	theme = options->theme ? options->theme : config.theme;
	if (!theme_load(&ui->theme, theme ? theme : "default", &err))
		ui_error(ui, &err);
	for (size_t i = 0; i < config.key_count; i++)
		if (!ui_bind_key(ui, config.keys[i].command, config.keys[i].keys, &err))
			ui_error(ui, &err);
	config_fini(&config);
}

struct ui *
ui_new(const struct ui_options *options, struct err *err)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	term_use_utf8();
	cells_init(&ui->cells);
	ui->loop = loop_new();
	ui->input = input_new();
	ui->esc_timer = (struct timer){ .fn = esc_is_alone, .context = ui };
	use_config(ui, options);
	if (!open_terminal(ui, options, err)) {
		ui_free(ui);
		return NULL;
	}
	return ui;
}

void
ui_free(struct ui *ui)
{
	if (!ui)
		return;
	while (ui->overlay_count)
		ui_close_overlay(ui, ui->overlays[ui->overlay_count - 1].pane);
	while (ui->screen_count)
		ui_close_screen(ui, ui->screens[ui->screen_count - 1]);
	loop_timer_cancel(ui->loop, &ui->esc_timer);
	term_stop();
	draw_free(ui->draw);
	script_free(ui->script);
	input_free(ui->input);
	loop_free(ui->loop);
	cells_fini(&ui->cells);
	buf_fini(&ui->out);
	buf_fini(&ui->clipboard);
	buf_fini(&ui->message);
	command_keys_free(ui->keys);
	external_set_editor(NULL);
	free(ui->screens);
	free(ui->overlays);
	free(ui);
}

struct loop *
ui_loop(const struct ui *ui)
{
	return ui->loop;
}

void
ui_set_app(struct ui *ui, void *app)
{
	ui->app = app;
}

void *
ui_app(const struct ui *ui)
{
	return ui->app;
}

void
ui_quit(struct ui *ui, int status)
{
	ui->quit = true;
	ui->status = status;
}

/* --- screens and overlays ---------------------------------------------------------- */

struct screen *
ui_screen(const struct ui *ui)
{
	return ui->screen_count ? ui->screens[ui->screen_count - 1] : NULL;
}

void
ui_push_screen(struct ui *ui, struct screen *screen)
{
	ui->screens = xreallocarray(ui->screens, ui->screen_count + 1, sizeof(*ui->screens));
	ui->screens[ui->screen_count++] = screen;
	ui->relayout = true;
	ui->grabbed = NULL;
}

void
ui_close_screen(struct ui *ui, struct screen *screen)
{
	size_t i = 0;

	while (i < ui->screen_count && ui->screens[i] != screen)
		i++;
	if (i == ui->screen_count)
		return;
	memmove(&ui->screens[i], &ui->screens[i + 1],
		sizeof(*ui->screens) * (ui->screen_count - i - 1));
	ui->screen_count--;
	ui->grabbed = NULL;
	screen->ops->close(screen);
	ui->relayout = true;
	screen = ui_screen(ui);
	if (!screen)
		ui_quit(ui, 0);
	else if (screen->ops->shown)
		screen->ops->shown(screen);
}

static bool
raise_screen(struct ui *ui, const struct screen_ops *ops)
{
	for (size_t i = 0; i < ui->screen_count; i++) {
		struct screen *found = ui->screens[i];

		if (found->ops != ops)
			continue;
		memmove(&ui->screens[i], &ui->screens[i + 1],
			sizeof(*ui->screens) * (ui->screen_count - i - 1));
		ui->screens[ui->screen_count - 1] = found;
		ui->relayout = true;
		if (ops->shown)
			ops->shown(found);
		return true;
	}
	return false;
}

bool
ui_open(struct ui *ui, const char *name, const char *argument, struct err *err)
{
	const struct screen_ops *ops = screens_find(name);
	struct screen *screen;

	if (!ops)
		return err_set(err, ERR_NOT_FOUND, "there is no screen '%s'", name);
	if (!*argument && raise_screen(ui, ops))
		return true;
	screen = ops->open(ui, argument, err);
	if (!screen)
		return false;
	ui_push_screen(ui, screen);
	return true;
}

static void
place_overlay(struct ui *ui, struct pane *pane)
{
	if (pane->ops->place)
		pane->ops->place(pane, ui_area(ui));
}

void
ui_push_overlay(struct ui *ui, struct pane *pane, bool modal)
{
	ui->overlays = xreallocarray(ui->overlays, ui->overlay_count + 1, sizeof(*ui->overlays));
	ui->overlays[ui->overlay_count++] = (struct overlay){ pane, modal };
	pane->ui = ui;
	pane->focused = true;
	place_overlay(ui, pane);
	ui->dirty_overlays = true;
}

void
ui_close_overlay(struct ui *ui, struct pane *pane)
{
	for (size_t i = 0; i < ui->overlay_count; i++) {
		if (ui->overlays[i].pane != pane)
			continue;
		memmove(&ui->overlays[i], &ui->overlays[i + 1],
			sizeof(*ui->overlays) * (ui->overlay_count - i - 1));
		ui->overlay_count--;
		ui->dirty_all = true;
		if (ui->grabbed == pane)
			ui->grabbed = NULL;
		if (pane->ops->free)
			pane->ops->free(pane);
		return;
	}
}

bool
ui_has_overlay(const struct ui *ui, const struct pane *pane)
{
	for (size_t i = 0; i < ui->overlay_count; i++)
		if (ui->overlays[i].pane == pane)
			return true;
	return false;
}

struct rect
ui_area(const struct ui *ui)
{
	return (struct rect){ 0, 0, ui->cells.rows, ui->cells.cols };
}

struct rect
ui_centre(struct rect screen, int rows, int cols)
{
	if (rows > screen.rows)
		rows = screen.rows;
	if (cols > screen.cols)
		cols = screen.cols;
	return (struct rect){ screen.row + (screen.rows - rows) / 2,
		screen.col + (screen.cols - cols) / 2, rows, cols };
}

/* --- words ------------------------------------------------------------------------- */

static void DP_PRINTF(3, 0) say(struct ui *ui, enum role role, const char *fmt, va_list ap);

static void
say(struct ui *ui, enum role role, const char *fmt, va_list ap)
{
	struct buf raw = BUF_INIT;

	buf_vaddf(&raw, fmt, ap);
	buf_clear(&ui->message);
	utf8_sanitize(&ui->message, buf_str(&raw), true);
	buf_fini(&raw);
	ui->message_role = role;
	ui->dirty_status = true;
}

void
ui_say(struct ui *ui, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ui, ROLE_STATUS, fmt, ap);
	va_end(ap);
}

void
ui_warn(struct ui *ui, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ui, ROLE_WARNING, fmt, ap);
	va_end(ap);
}

static void DP_PRINTF(2, 3) say_error(struct ui *ui, const char *fmt, ...);

static void
say_error(struct ui *ui, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(ui, ROLE_ERROR, fmt, ap);
	va_end(ap);
}

void
ui_error(struct ui *ui, const struct err *err)
{
	say_error(ui, err->hint[0] ? "%s: %s" : "%s", err->msg, err->hint);
}

void
ui_state(struct ui *ui, int part, enum role role, const char *text)
{
	if (part < 0 || part >= UI_STATES ||
		(ui->states[part].role == role && strcmp(ui->states[part].text, text) == 0))
		return;
	ui->states[part].role = role;
	snprintf(ui->states[part].text, sizeof(ui->states[part].text), "%s", text);
	ui->dirty_status = true;
}

/* --- drawing ----------------------------------------------------------------------- */

void
ui_redraw(struct ui *ui)
{
	if (ui->draw)
		draw_forget(ui->draw);
	ui->relayout = true;
}

void
ui_refresh_chrome(struct ui *ui)
{
	ui->dirty_chrome = true;
}

void
ui_set_theme(struct ui *ui, const struct theme *theme)
{
	ui->theme = *theme;
	if (ui->draw)
		draw_use_theme(ui->draw, &ui->theme);
	ui->dirty_all = true;
}

const struct theme *
ui_theme(const struct ui *ui)
{
	return &ui->theme;
}

void
ui_resize(struct ui *ui, int rows, int cols)
{
	cells_resize(&ui->cells, rows, cols);
	ui->relayout = true;
	ui->grabbed = NULL;
}

static void
layout(struct ui *ui)
{
	struct screen *screen = ui_screen(ui);

	ui->relayout = false;
	ui->dirty_all = true;
	if (screen) {
		struct pane *focused;

		screen->area = chrome_area(ui);
		screen->ops->layout(screen, screen->area);
		focused = screen_focused(screen);
		for (size_t i = 0; focused && !pane_is_shown(focused) && i < screen->pane_count; i++)
			if (pane_is_shown(screen->panes[i]) && !screen->panes[i]->no_focus) {
				screen_focus(screen, screen->panes[i]);
				focused = screen->panes[i];
			}
	}
	for (size_t i = 0; i < ui->overlay_count; i++)
		place_overlay(ui, ui->overlays[i].pane);
}

static bool
overlay_has_cursor(const struct ui *ui)
{
	return ui->overlay_count && ui->overlays[ui->overlay_count - 1].modal;
}

static bool
draw_panes(struct ui *ui)
{
	struct screen *screen = ui_screen(ui);
	bool drawn = false, cursor = !overlay_has_cursor(ui);

	for (size_t i = 0; screen && i < screen->pane_count; i++) {
		struct pane *p = screen->panes[i];

		if (!ui->dirty_all && !p->dirty)
			continue;
		/* The focused one last: its frame's colour wins on shared lines. */
		if (p->focused)
			continue;
		pane_draw(p, &ui->cells, false);
		drawn = true;
	}
	for (size_t i = 0; screen && i < screen->pane_count; i++) {
		struct pane *p = screen->panes[i];

		if (!p->focused || (!drawn && !ui->dirty_all && !p->dirty))
			continue;
		pane_draw(p, &ui->cells, cursor);
		drawn = true;
	}
	return drawn;
}

static void
draw_overlays(struct ui *ui)
{
	for (size_t i = 0; i < ui->overlay_count; i++) {
		struct overlay *o = &ui->overlays[i];

		pane_draw(o->pane, &ui->cells, o->modal && i + 1 == ui->overlay_count);
	}
}

void
ui_draw(struct ui *ui)
{
	bool drawn;

	if (ui->relayout)
		layout(ui);
	if (ui->dirty_all) {
		struct canvas c = canvas_whole(&ui->cells);

		canvas_clear(&c, ROLE_TEXT);
		ui->cells.cursor_row = ui->cells.cursor_col = -1;
	}
	drawn = draw_panes(ui);
	if (ui->dirty_all || ui->dirty_chrome) {
		chrome_draw(ui);
		drawn = true;
	} else if (ui->dirty_status) {
		chrome_draw_status(ui);
		drawn = true;
	}
	if (drawn || ui->dirty_overlays)
		draw_overlays(ui);
	drawn |= ui->dirty_overlays;
	ui->dirty_all = ui->dirty_chrome = ui->dirty_status = ui->dirty_overlays = false;
	if (!drawn || !ui->draw)
		return;
	buf_clear(&ui->out);
	draw_update(ui->draw, &ui->cells, &ui->out);
	if (ui->out.len && !term_write(buf_str(&ui->out)))
		ui_quit(ui, 128 + SIGHUP);
}

/* --- input -------------------------------------------------------------------------- */

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

static void
focus_next(struct ui *ui, int by)
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
		focus_next(ui, key->mods ? -1 : 1);
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

	if (overlay_has_cursor(ui))
		pane = ui->overlays[ui->overlay_count - 1].pane;
	if (!pane || !pane->ops->paste)
		return;
	utf8_sanitize(&clean, text, false);
	pane->ops->paste(pane, buf_str(&clean));
	buf_fini(&clean);
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
			layout(ui);
	}
	if (input_is_pending(ui->input))
		loop_timer(ui->loop, &ui->esc_timer, INPUT_ESC_WAIT_US);
	else
		loop_timer_cancel(ui->loop, &ui->esc_timer);
}

static void
on_input(void *context, short revents)
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

/* --- running ------------------------------------------------------------------------ */

void
ui_suspend(struct ui *ui)
{
	if (!ui->draw)
		return;
	term_leave();
	kill(getpid(), SIGSTOP);
	ui->continued = true;
	term_enter();
	ui_redraw(ui);
}

static void
handle_signals(struct ui *ui, unsigned came)
{
	if ((came & SIGNAL_CONTINUE) && ui->draw && !ui->continued) {
		/* Stopped from outside: the shell has had the terminal. */
		term_leave();
		term_enter();
		ui_redraw(ui);
	}
	if (came & SIGNAL_CONTINUE)
		ui->continued = false;
	if (came & SIGNAL_STOP)
		ui_suspend(ui);
	if ((came & (SIGNAL_RESIZE | SIGNAL_CONTINUE)) && ui->draw) {
		int rows, cols;

		term_size(&rows, &cols);
		if (rows != ui->cells.rows || cols != ui->cells.cols)
			ui_resize(ui, rows, cols);
		ui_redraw(ui);
	}
	if (came & SIGNAL_HANGUP)
		ui_quit(ui, 128 + SIGHUP);
	if (came & SIGNAL_TERMINATE)
		ui_quit(ui, 128 + SIGTERM);
	if (came & SIGNAL_INTERRUPT)
		ui_quit(ui, 128 + SIGINT);
}

int
ui_run(struct ui *ui)
{
	while (!ui->quit) {
		bool scripted = false;

		ui_draw(ui);
		if (ui->script && loop_is_idle(ui->loop, -1)) {
			scripted = true;
			if (!script_step(ui->script, ui))
				break;
		}
		handle_signals(ui, loop_turn(ui->loop, scripted));
	}
	/* What is still asked is answered by no, while its screen is there. */
	while (ui->overlay_count)
		ui_close_overlay(ui, ui->overlays[ui->overlay_count - 1].pane);
	return ui->status;
}

void
ui_toggle_mouse(struct ui *ui)
{
	ui->mouse = !ui->mouse;
	term_set_mouse(ui->mouse);
	ui_say(ui, ui->mouse ? _("Mouse on (Shift and drag selects text in the terminal)")
			     : _("Mouse off: the terminal selects text"));
}

void
ui_focus_next(struct ui *ui, int by)
{
	focus_next(ui, by);
}

/* --- clipboard and programs ------------------------------------------------------------ */

void
ui_copy(struct ui *ui, struct str text)
{
	buf_clear(&ui->clipboard);
	buf_add_str(&ui->clipboard, text);
	if (!term_copy(text))
		ui_warn(ui, _("Too large for the terminal's clipboard; Ctrl-V pastes it here"));
}

struct str
ui_clipboard(const struct ui *ui)
{
	return buf_str(&ui->clipboard);
}

bool
ui_run_program(struct ui *ui, const char *const *argv, int *status, struct err *err)
{
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid;
	int failed;

	if (!ui->draw)
		return err_set(err, ERR_STATE, "there is no terminal for %s", argv[0]);
	/* The program gets the signals as a shell would give them. */
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	term_leave();
	failed = posix_spawnp(&pid, argv[0], NULL, &attr, (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attr);
	if (!failed)
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	term_enter();
	ui_redraw(ui);
	if (failed) {
		errno = failed;
		return err_errno(err, "cannot run %s", argv[0]);
	}
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return true;
}
