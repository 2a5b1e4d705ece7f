/* SPDX-License-Identifier: MIT */
/* The studio's frame: one terminal, one loop, a stack of screens made of panes,
 * overlays above them, and dirty bits. It owns the terminal and all screens.
 *
 * A turn: the loop runs what is ready (keys, worker frames, timers); those change
 * state and call pane_dirty; then what is dirty is drawn once and the difference
 * goes to the terminal in one write. Nothing that can block is called here.
 *
 * Widgets: tree.h (lists too), grid.h, editor.h, form.h, viewer.h (styled text to read),
 * diffview.h, tabs.h (small terminals), dialog.h (questions), line.h (one line typed).
 *
 * How to add a screen (models: ui/screens/themes.c for a small one):
 *   1. ui/screens/NAME.c with a struct that begins with `struct screen screen;`
 *      and holds its widgets (tree, grid, editor, form: each begins with `struct
 *      pane pane;` and is set up by its _init).
 *   2. `static const struct screen_ops` with open, close, layout and a table of
 *      `struct command`; open calls screen_add_pane for each widget, layout gives
 *      each its place with pane_place (pane_hide those that have none now).
 *   3. One line in ui/screens/screens.def. Menu, palette, function-key line, help
 *      and `:NAME` read the tables; nothing else is to be told.
 * What takes time is a job (ui_job_start) or, when it is our own computing, idle
 * steps (loop_idle). A late answer names the generation it was asked in; drop it
 * when that is over. Words are N_("…") in tables, _("…") elsewhere. */
#ifndef DP_UI_UI_H
#define DP_UI_UI_H

#include "src/base/err.h"
#include "ui/canvas.h"
#include "ui/i18n.h"
#include "ui/key.h"
#include "ui/loop.h"

struct ui;
struct pane;
struct screen;

struct pane_ops {
	/* Its place changed (pane->rect). May be NULL, as all but draw. */
	void (*layout)(struct pane *pane);
	void (*draw)(struct pane *pane, struct canvas *canvas);
	/* True when it took the key; else the screen's and the common commands get it. */
	bool (*key)(struct pane *pane, const struct key *key);
	/* Row and column are the pane's own; a press gave it the focus already. */
	bool (*mouse)(struct pane *pane, const struct mouse *mouse);
	void (*paste)(struct pane *pane, struct str text);
	void (*focus)(struct pane *pane, bool on);
	/* Overlays: choose pane->rect within `screen` (ui_centre helps). */
	void (*place)(struct pane *pane, struct rect screen);
	void (*free)(struct pane *pane); /* of an overlay that is closed */
	/* For `?`: "key\twhat it does" lines, N_(). */
	const char *keys_help;
};

enum { FRAME_NONE = 0, FRAME_BOX = 1, FRAME_JOIN = 2, FRAME_OPEN = 4 };

struct pane {
	const struct pane_ops *ops;
	struct ui *ui;
	struct screen *screen; /* NULL: an overlay */
	struct rect outer;     /* with frame */
	struct rect rect;      /* inside it; rows 0: not shown */
	unsigned frame;	       /* FRAME_BOX, | FRAME_JOIN: top line joins the pane above,
				* | FRAME_OPEN: no bottom line, the pane below joins */
	char title[128];
	bool dirty, focused;
	bool typing;	 /* letters are text here: ? / : hjkl are not commands */
	bool no_focus;	 /* Tab passes it by */
};

void pane_init(struct pane *pane, const struct pane_ops *ops, const char *title);
void pane_set_title(struct pane *pane, const char *fmt, ...) DP_PRINTF(2, 3);
/* Draw it this turn. */
void pane_dirty(struct pane *pane);
void pane_place(struct pane *pane, struct rect outer, unsigned frame);
void pane_hide(struct pane *pane);
static inline bool
pane_is_shown(const struct pane *p)
{
	return p->rect.rows > 0 && p->rect.cols > 0;
}

/* Something a person can do: one row, read by keys, menus, palette, help, the
 * function-key line, `:name` and scripted screens. */
struct command {
	const char *name;  /* "run-statement" */
	const char *label; /* N_("Run statement") */
	const char *menu;  /* N_("Query"); NULL: palette only */
	const char *key;   /* "F5"; NULL none; several: "F5 Ctrl-R" */
	const char *fkey;  /* N_("Run"): shown in the function-key line; NULL not */
	void (*run)(struct screen *screen);
	bool (*can)(const struct screen *screen); /* NULL: always; else greyed out */
};

struct screen_ops {
	const char *name;  /* "runs": `:runs` */
	const char *title; /* N_("Runs") */
	/* `argument` is what followed the name, "" none. NULL with err. */
	struct screen *(*open)(struct ui *ui, const char *argument, struct err *err);
	void (*close)(struct screen *screen); /* frees it */
	/* Gives each pane its place in `area` (menu, status and key lines are outside). */
	void (*layout)(struct screen *screen, struct rect area);
	/* What panes and commands did not take; NULL none. */
	bool (*key)(struct screen *screen, const struct key *key);
	/* Shown again after another screen closed over it; NULL none. */
	void (*shown)(struct screen *screen);
	/* Right end of the menu line, e.g. "shop ▸ prod"; NULL none. */
	void (*place)(struct screen *screen, struct buf *to);
	/* May it be closed now? False: it asks first and closes itself. NULL: yes. */
	bool (*may_close)(struct screen *screen);
	const struct command *commands;
	size_t command_count;
	bool without_workspace; /* also when only a file is edited */
};

#define SCREEN_PANES_MAX 16

struct screen {
	const struct screen_ops *ops;
	struct ui *ui;
	struct rect area;
	struct pane *panes[SCREEN_PANES_MAX];
	size_t pane_count, focus;
	bool as_tabs; /* only the focused pane is shown (tabs.h): focus lays out anew */
};

void screen_init(struct screen *screen, const struct screen_ops *ops, struct ui *ui);
void screen_add_pane(struct screen *screen, struct pane *pane);
void screen_focus(struct screen *screen, struct pane *pane);
struct pane *screen_focused(const struct screen *screen);
/* Layout again and draw all. */
void screen_relayout(struct screen *screen);

/* --- the whole ---------------------------------------------------------------- */

struct ui_options {
	const char *theme;    /* NULL: default */
	const char *language; /* NULL: auto */
	bool no_mouse, ascii;
	int script_fd;	      /* -1 none; else keys come from there, no terminal (script.h) */
	int rows, cols;	      /* of a scripted screen */
};

struct ui *ui_new(const struct ui_options *options, struct err *err);
void ui_free(struct ui *ui);
/* Runs until the last screen is closed or a signal ends it. Returns the exit status
 * of design section 6 (0, 130, 143). */
int ui_run(struct ui *ui);
void ui_quit(struct ui *ui, int status);

struct loop *ui_loop(const struct ui *ui);
/* What screens share: the studio's own state (ui/studio.h). */
void ui_set_app(struct ui *ui, void *app);
void *ui_app(const struct ui *ui);

struct screen *ui_screen(const struct ui *ui); /* the top one; NULL none */
void ui_push_screen(struct ui *ui, struct screen *screen);
void ui_close_screen(struct ui *ui, struct screen *screen);
/* By the name in screens.def; an open one comes to the front. */
bool ui_open(struct ui *ui, const char *name, const char *argument, struct err *err);

/* Overlays. A modal one takes all keys; others only those they want. */
void ui_push_overlay(struct ui *ui, struct pane *pane, bool modal);
void ui_close_overlay(struct ui *ui, struct pane *pane); /* calls ops->free */
bool ui_has_overlay(const struct ui *ui, const struct pane *pane);
struct rect ui_centre(struct rect screen, int rows, int cols);
struct rect ui_area(const struct ui *ui); /* the whole terminal */

/* The status line, until the next key after `seconds` … or replaced. */
void ui_say(struct ui *ui, const char *fmt, ...) DP_PRINTF(2, 3);
void ui_warn(struct ui *ui, const char *fmt, ...) DP_PRINTF(2, 3);
void ui_error(struct ui *ui, const struct err *err); /* with its hint */
/* Right end of the status line: "saved", "Ln 3 Col 7". Part 0 is rightmost. */
void ui_state(struct ui *ui, int part, enum role role, const char *text);

/* Draw everything again (theme, size, language changed). */
void ui_redraw(struct ui *ui);
/* The menu line is drawn again: the screen's place, or what can be done, is another. */
void ui_refresh_chrome(struct ui *ui);
void ui_set_theme(struct ui *ui, const struct theme *theme);
const struct theme *ui_theme(const struct ui *ui);
/* To the clipboard of the person's own terminal (OSC 52), and kept for ui_clipboard. */
void ui_copy(struct ui *ui, struct str text);
struct str ui_clipboard(const struct ui *ui);
/* Leaves the terminal to a program ($EDITOR), waits, comes back. argv NULL-ended. */
bool ui_run_program(struct ui *ui, const char *const *argv, int *status, struct err *err);
/* Runs a command by name: the screen's, then the common ones. False: none or cannot. */
bool ui_command(struct ui *ui, const char *name);
/* All commands that apply now, the screen's first. */
void ui_each_command(struct ui *ui, void (*fn)(void *context, const struct command *c,
	bool enabled), void *context);
/* Other keys for a command, as the config says: "Ctrl-S F2". */
bool ui_bind_key(struct ui *ui, const char *name, const char *keys, struct err *err);
/* Key names as the config changed them; "" none. */
const char *ui_command_key(const struct ui *ui, const struct command *c);

#endif
