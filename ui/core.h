/* SPDX-License-Identifier: MIT */
/* The inside of struct ui, for the files that make it up: ui.c (turns, drawing),
 * stack.c (screens, overlays), dispatch.c (input), pane.c, command.c (commands and their
 * keys), chrome.c (menu, status and function-key lines), menu.c, palette.c, outside.c
 * (clipboard, programs), script.c. Nobody else includes this. */
#ifndef DP_UI_CORE_H
#define DP_UI_CORE_H

#include "ui/draw.h"
#include "ui/input.h"
#include "ui/script.h"
#include "ui/ui.h"

#define UI_STATES 4

struct overlay {
	struct pane *pane;
	bool modal;
};

struct ui {
	struct loop *loop;
	struct input *input;
	struct draw *draw; /* NULL: scripted, without a terminal */
	struct script *script;
	struct cells cells;
	struct buf out;
	struct theme theme;
	struct screen **screens;
	size_t screen_count;
	struct overlay *overlays;
	size_t overlay_count;
	void *app;
	struct buf clipboard;
	struct timer esc_timer;
	struct buf message;
	enum role message_role;
	size_t menus_from; /* the first in the bar; later ones than 0 to show one far to the right */
	int message_rows; /* it took when it was drawn last; a long one stands above the line too */
	struct {
		enum role role;
		char text[96];
	} states[UI_STATES];
	bool relayout, dirty_all, dirty_overlays;
	bool dirty_chrome; /* menu bar and keys */
	bool dirty_status;
	bool mouse, quit;
	bool continued; /* by ourselves: the SIGCONT that follows is known */
	int status;
	struct pane *grabbed; /* gets the mouse until the button is up */
	struct command_keys *keys;
	struct job *spare; /* a worker without work, its connections open; work_job.c */
	size_t job_count; /* with a worker, whether waited for or not */
	char *warm; /* modules that the spare one is to have loaded; NULL none */
	struct ui_job *leaving; /* jobs that nobody waits for (work_job.c) */
	struct timer spare_timer;
};

/* ui.c */
void ui_draw(struct ui *ui);
void ui_layout(struct ui *ui);
void ui_resize(struct ui *ui, int rows, int cols);
bool ui_overlay_has_cursor(const struct ui *ui);

/* stack.c */
void ui_place_overlay(struct ui *ui, struct pane *pane);

/* work_job.c */
void ui_jobs_fini(struct ui *ui);

/* outside.c */
void ui_suspend(struct ui *ui);
void ui_toggle_mouse(struct ui *ui);

/* dispatch.c */
void ui_read_input(void *context, short revents); /* of the terminal */
void ui_escape_alone(void *context);
void ui_focus_next(struct ui *ui, int by);
void ui_handle_key(struct ui *ui, const struct key *key);
void ui_handle_mouse(struct ui *ui, const struct mouse *mouse);
void ui_handle_paste(struct ui *ui, struct str text);

/* pane.c */
void pane_draw(struct pane *pane, struct cells *cells, bool cursor);

/* command.c */
extern const struct command common_commands[];
extern const size_t common_command_count;
/* What a key does now: a command that can be done, else one that cannot; NULL nothing. */
const struct command *command_of_key(struct ui *ui, const struct key *key);
bool command_by_key(struct ui *ui, const struct key *key);
bool command_can(const struct ui *ui, const struct command *c);
void command_perform(struct ui *ui, const struct command *c);
void command_keys_free(struct command_keys *keys);

/* chrome.c */
struct rect chrome_area(const struct ui *ui); /* what is left for the screen */
void chrome_draw(struct ui *ui);
void chrome_draw_status(struct ui *ui);
bool chrome_mouse(struct ui *ui, const struct mouse *mouse);
/* Menus that have commands now, in order; at most `most`. */
size_t chrome_menus(struct ui *ui, const char **names, size_t most);
/* Screen column of a menu's title in the menu line. */
int chrome_menu_col(struct ui *ui, size_t index);
/* Scrolls the bar, where it is narrow, so that this menu's name is whole in it. */
void chrome_reveal_menu(struct ui *ui, size_t index);

/* menu.c */
void menu_open(struct ui *ui, size_t index);
bool menu_open_by_letter(struct ui *ui, uint32_t letter);

#endif
