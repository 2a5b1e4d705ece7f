/* SPDX-License-Identifier: MIT */
/* The studio's main screen in parts: one file and one struct each (tasks, sources, SQL
 * and results, content, preview, steps), and the desk that they stand on. */
#ifndef DP_UI_SCREENS_STUDIO_PRIVATE_H
#define DP_UI_SCREENS_STUDIO_PRIVATE_H

#include "src/base/embedded.h"
#include "src/run/params.h"
#include "src/sql/split.h"
#include "src/sql/substitute.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "ui/composed.h"
#include "ui/editor.h"
#include "ui/grid.h"
#include "ui/screens/preview.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/tree.h"
#include "ui/work.h"

struct desk_task_row { /* a folder (task SIZE_MAX) or a task of the list */
	const char *folder;
	size_t task;
	bool open;
};

struct desk_tasks {
	struct tree tree;
	struct arena arena;
	struct task_list list; /* an outline; uuid stands in those that were shown since */
	int64_t foreign, own;  /* changes of the database before it was read */
	struct desk_task_row *rows;
	size_t count;
	int64_t open; /* the task that was when the list was read last */
	char **closed; /* folders that are shut */
	size_t closed_count;
};

struct desk_source;

struct desk_sources {
	struct tree tree;
	struct desk_source *list; /* what is known of each source's tables */
	size_t count;
	struct desk_source_row *rows;
	size_t row_count;
};

/* What the statements of a node gave when they were run last. */
struct desk_results {
	char *node;
	struct result **list; /* one a statement; without columns: not run yet */
	size_t count;
};

/* Statements under way, one after the other. */
struct desk_run {
	struct ui_job *job; /* NULL: nothing runs */
	struct result *result; /* of the statement that runs */
	char *node, *source;
	struct buf text;     /* of the node, as it was */
	struct sql_split split;
	struct substituted sql;
	struct param_set params;
	enum source_env env;
	enum sql_dialect dialect;
	int64_t max_rows, began_us;
	size_t at, end; /* statement that runs, and where to stop */
	bool shown;
	struct timer tick;
};

struct desk_query {
	struct editor editor;
	struct pane_ops editor_ops; /* the editor's, but for keys that cancel */
	bool (*own_key)(struct pane *pane, const struct key *key);
	struct grid grid;
	struct pane_ops grid_ops; /* the grid's, but for what a failure shows */
	void (*own_draw)(struct pane *pane, struct canvas *canvas);
	char *node; /* NULL: the task has no SQL */
	struct desk_results *results;
	size_t results_count, shown; /* statement whose result is shown */
	struct desk_run run;
	struct err error; /* of the last run */
	bool failed, loading;
	struct timer warm;
};

struct desk_content {
	struct tree tree;
	size_t push; /* index of the push node among the task's nodes; SIZE_MAX none */
};

struct desk_preview {
	struct preview_view view;
	struct preview_view *lent; /* shown there instead; NULL: in its own place */
	struct timer timer;
	struct composed message;
	struct composing *composing; /* under way; NULL: none */
	bool again;	   /* something changed while it was */
	char *shown;	   /* destination of `message`; NULL: none */
	size_t top;
	char *destination; /* the one chosen; NULL: the first */
	int mentions;
};

enum desk_step { STEP_SOURCE, STEP_SQL, STEP_CONTENT, STEP_DESTINATION, STEP_SCHEDULE, STEP_CHECK,
	STEP_TEST, STEP_SUBMIT, STEP_PUBLISH, STEP_COUNT };
enum desk_done { STEP_MISSING, STEP_OPTIONAL, STEP_WAITS, STEP_DONE };

struct desk_problem {
	char *message, *path, *node;
	int line, column;
	bool error;
};

struct desk_steps {
	struct pane pane;
	enum desk_done done[STEP_COUNT];
	size_t current; /* the step chosen */
	struct desk_problem *problems;
	size_t problem_count, errors;
	struct timer timer;
};

struct desk {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct pane tabs;
	struct desk_tasks tasks;
	struct desk_sources sources;
	struct desk_query query;
	struct desk_content content;
	struct desk_preview preview;
	struct desk_steps steps;
	size_t front; /* of the panes, on a small screen */
	struct date date; /* business date that F5 and the preview take; year 0: none chosen */
	struct timer unsaved;
	const struct embedded *template; /* of the new task that is being named */
	struct ui_child *test; /* a test under way */
	struct timer test_tick;
};

/* studio.c */
void desk_open_task(struct desk *d, const char *name);
/* Brings a pane to the front, also where it is a tab. */
void desk_go(struct desk *d, struct pane *pane);
void desk_go_number(struct desk *d, size_t number); /* from 0 */
void desk_next_pane(struct desk *d, int by);

/* studio_tasks.c */
void desk_tasks_init(struct desk *d);
void desk_tasks_fini(struct desk *d);
void desk_tasks_read(struct desk *d);
/* Only the draft of the open task was stored. */
void desk_tasks_stored(struct desk *d);
/* NULL: on a folder, or there is none. */
const struct task_row *desk_tasks_current(struct desk *d);

/* studio_sources.c */
void desk_sources_init(struct desk *d);
void desk_sources_fini(struct desk *d);
void desk_sources_read(struct desk *d);
void desk_sources_insert(struct desk *d);
void desk_sources_refresh(struct desk *d);
void desk_sources_next_variant(struct desk *d); /* dev, prod */
/* Tables and columns of the node's source for completion; `before` is what stands
 * before a point ("schema", "table" or another name), else empty. */
void desk_sources_offer(struct desk *d, struct editor *editor, struct str before,
	struct str prefix, completion_add_fn add, void *sink);
/* Kind of a source; NULL when there is none of that name. */
const char *desk_sources_kind(const struct desk *d, const char *name);

/* studio_complete.c: a completion_fn of the SQL editor, the context is the desk */
bool desk_complete(void *context, struct editor *editor, struct str prefix,
	completion_add_fn add, void *sink);

/* studio_query.c */
void desk_query_init(struct desk *d);
void desk_query_fini(struct desk *d);
void desk_query_load(struct desk *d);
void desk_query_reload(struct desk *d); /* when the node or its text is another */
void desk_query_collect(struct desk *d);
/* By steps of 1 or -1 through the nodes that hold SQL. */
void desk_query_next_node(struct desk *d, int by);
void desk_query_show_node(struct desk *d, const char *node);
/* An assignment by a script; NULL is none. */
bool desk_query_is_script(const struct node *node);
void desk_query_show_result(struct desk *d, int by);
/* Its results, and what is shown, go on under the new name. */
void desk_query_renamed(struct desk *d, const char *node, const char *name);
void desk_query_choose_source(struct desk *d);
void desk_query_next_env(struct desk *d); /* auto, dev, prod */
void desk_query_edit_outside(struct desk *d); /* in the person's own editor */
const struct desk_results *desk_query_results(const struct desk *d, const char *node);
/* The node whose SQL is edited, within the open task; NULL none. */
struct node *desk_query_node(struct desk *d);
void desk_query_title(struct desk *d);
void desk_query_place(struct desk *d); /* line and column into the status line */
void desk_query_show(struct desk *d);
void desk_query_forget_results(struct desk *d);

/* studio_run.c */
/* Soon, a worker stands ready for the node's source: its driver loaded, nothing connected,
 * for nobody has asked for that yet. */
void desk_run_warm_later(struct desk *d);
void desk_run_start(struct desk *d, bool all);
bool desk_run_cancel(struct desk *d); /* false: nothing runs */
void desk_run_forget(struct desk *d);

/* studio_content.c */
void desk_content_init(struct desk *d);
void desk_content_fini(struct desk *d);
void desk_content_read(struct desk *d);
void desk_content_add(struct desk *d);
void desk_content_remove(struct desk *d);
void desk_content_move(struct desk *d, int by);
void desk_content_destinations(struct desk *d);
void desk_content_next_push(struct desk *d);
const struct node *desk_content_push(struct desk *d);

/* studio_preview.c */
void desk_preview_init(struct desk *d);
void desk_preview_fini(struct desk *d);
void desk_preview_later(struct desk *d); /* composes again, soon */
void desk_preview_next(struct desk *d, int by);
void desk_preview_choose_date(struct desk *d);

/* studio_steps.c */
void desk_steps_init(struct desk *d);
void desk_steps_fini(struct desk *d);
void desk_steps_later(struct desk *d);
void desk_steps_problems(struct desk *d);
/* False with the first error that the check finds. */
bool desk_steps_check(struct desk *d, struct err *err);

/* studio_life.c */
#define DESK_COMMANDS 49
extern const struct command desk_commands[DESK_COMMANDS];
/* Asks for the name of a new task that begins as the template is. */
void desk_life_new(struct desk *d, const struct embedded *template);
void desk_life_submit(struct desk *d);
void desk_life_publish(struct desk *d);

/* studio_unsaved.c */
void desk_unsaved_offer(struct desk *d);
bool desk_unsaved_may_close(struct screen *screen);

/* studio_nodes.c */
void desk_nodes_add(struct desk *d);
void desk_nodes_rename(struct desk *d); /* the push node from the content, else the query */
void desk_nodes_remove(struct desk *d);
void desk_nodes_settings(struct desk *d);

/* studio_templates.c */
const struct embedded *desk_template(const char *name);
void desk_templates_new(struct desk *d);
void desk_templates_insert(struct desk *d); /* the SQL of one at the cursor */

/* studio_test.c */
void desk_life_test(struct desk *d);
bool desk_test_cancel(struct desk *d); /* false: none runs */
void desk_test_forget(struct desk *d);

#endif
