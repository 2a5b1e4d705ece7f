/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/config.h"
#include "ui/core.h"
#include "ui/external.h"
#include "ui/term.h"

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
	loop_watch(ui->loop, term_input_fd(), POLLIN, ui_read_input, ui);
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
	ui->esc_timer = (struct timer){ .fn = ui_escape_alone, .context = ui };
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
	ui_jobs_fini(ui);
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
	if (ui->message_rows > 1)
		ui->dirty_all = true;
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

void
ui_layout(struct ui *ui)
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
		ui_place_overlay(ui, ui->overlays[i].pane);
}

bool
ui_overlay_has_cursor(const struct ui *ui)
{
	return ui->overlay_count && ui->overlays[ui->overlay_count - 1].modal;
}

static bool
draw_panes(struct ui *ui)
{
	struct screen *screen = ui_screen(ui);
	bool drawn = false, cursor = !ui_overlay_has_cursor(ui);

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
		ui_layout(ui);
	if (ui->dirty_all) {
		struct canvas c = canvas_whole(&ui->cells);

		canvas_clear(&c, ROLE_TEXT);
		ui->cells.cursor_row = ui->cells.cursor_col = -1;
	}
	drawn = draw_panes(ui);
	if (ui->dirty_all || ui->dirty_chrome) {
		chrome_draw(ui);
		drawn = true;
	} else if (ui->dirty_status || (drawn && ui->message_rows > 1)) {
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

/* --- running ------------------------------------------------------------------------ */

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
