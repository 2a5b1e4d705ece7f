/* SPDX-License-Identifier: MIT */
/* The task definition of design section 5, in memory: what is authored, checked,
 * versioned and run. A `struct task` owns one arena that holds everything it
 * points to; strings are NUL-terminated, valid UTF-8 and never NULL unless said.
 * task_json.h reads and writes the canonical JSON. */
#ifndef DP_TASK_TASK_H
#define DP_TASK_TASK_H

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/schedule/schedule.h"

#define TASK_NAME_MAX 128
#define TASK_MAX_NODES 200
#define TASK_MAX_BRANCHES 50
#define TASK_TIMEOUT_DEFAULT_S (3 * 86400)

enum node_kind { NODE_QUERY, NODE_ASSIGN, NODE_BRANCH, NODE_MERGE, NODE_PUSH, NODE_KIND_COUNT };
enum source_env { ENV_AUTO, ENV_DEV, ENV_PROD, ENV_COUNT };
enum block_kind { BLOCK_MARKDOWN, BLOCK_TABLE, BLOCK_EMAIL_BODY, BLOCK_IMAGE, BLOCK_CHART,
	BLOCK_KIND_COUNT };
enum align { ALIGN_AUTO, ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT, ALIGN_COUNT };
enum color { COLOR_DEFAULT, COLOR_GREEN, COLOR_RED, COLOR_ORANGE, COLOR_BLUE, COLOR_GREY,
	COLOR_COUNT };
enum cond_op { OP_EQ, OP_NE, OP_GT, OP_GE, OP_LT, OP_LE, OP_BETWEEN, OP_CONTAINS, OP_NULL,
	OP_COUNT };
enum missed { MISSED_ONCE, MISSED_SKIP, MISSED_ALL, MISSED_COUNT };
enum overlap { OVERLAP_SKIP, OVERLAP_QUEUE, OVERLAP_REPLACE, OVERLAP_COUNT };
enum when_empty { EMPTY_SEND, EMPTY_SKIP, EMPTY_FAIL, EMPTY_COUNT };
enum oversize { OVERSIZE_SPLIT, OVERSIZE_TRUNCATE, OVERSIZE_FAIL, OVERSIZE_ATTACH,
	OVERSIZE_COUNT };
enum task_mode { MODE_NORMAL, MODE_DRY_RUN, MODE_PAUSED, MODE_COUNT };

struct name_list {
	const char **list;
	size_t count;
};

struct parameter {
	const char *name, *value; /* constant or time expression */
};

/* First match wins; `value2` only for between. */
struct cell_rule {
	enum cond_op op;
	const char *value, *value2;
	enum color color;
	const char *mark; /* "" none */
};

struct table_column {
	const char *field;  /* column, q2.column, input.column */
	const char *header; /* "" : the field's name */
	const char *prefix, *suffix;
	enum align align;
	struct cell_rule *when;
	size_t when_count;
	bool has_else;
	struct cell_rule otherwise; /* color and mark only */
};

struct block {
	enum block_kind kind;
	const char *text; /* markdown, email body; "" */
	bool source_mode; /* markdown: the channel's own tags pass */
	bool is_html;	  /* email body given as html */
	int query;	  /* table: statement number from 1; 0: all */
	struct table_column *columns; /* table; none: all columns */
	size_t column_count;
	const char *path, *url, *alt; /* image */
};

struct segment { /* Next Token */
	bool on;
	const char *key, *start;
	int64_t size, max;
};

struct output_column { /* "columns": [{query,name,type}] */
	int query; /* from 1 */
	const char *name, *type;
};

struct branch {
	const char *name, *condition;
};

enum { MERGE_SUCCEEDED = 1, MERGE_FAILED = 2, MERGE_SKIPPED = 4 };
struct merge_accept {
	const char *node;
	unsigned states; /* MERGE_… */
};

struct mentions {
	bool all;
	struct name_list users, mobiles, emails;
};

struct input {
	const char *name, *node;
};

struct node {
	const char *name;
	enum node_kind kind;
	struct name_list after; /* "node" or "branch.name" */
	/* query, assign */
	const char *source; /* "" none */
	enum source_env env;
	const char *sql;
	int64_t max_rows;
	bool columns_auto, script;
	struct output_column *outputs;
	size_t output_count;
	struct segment segment;
	const char *language, *code; /* assign: "sql", "shell", "python" */
	/* branch, merge */
	struct branch *branches;
	size_t branch_count;
	struct merge_accept *accept;
	size_t accept_count;
	bool merge_or;
	/* push */
	struct input *inputs;
	size_t input_count;
	const char *title;
	struct block *blocks;
	size_t block_count;
	struct name_list destinations;
	struct mentions mentions;
};

struct condition { /* of the whole run */
	const char *node, *column; /* column may be "rows()" */
	enum cond_op op;
	const char *value, *value2;
};

struct task {
	struct arena arena;
	const char *name, *description, *folder, *owner;
	struct parameter *parameters;
	size_t parameter_count;
	struct node *nodes; /* in the order authored */
	size_t node_count;
	struct schedule *schedules; /* 0: only by hand */
	size_t schedule_count;
	struct date from, to; /* effective; year 0: open */
	int64_t timeout_s;
	bool timeout_default;
	enum missed missed;
	int64_t missed_max, missed_age_s; /* MISSED_ALL */
	enum overlap overlap;
	int retry_times;
	int64_t retry_interval_s;
	enum when_empty when_empty;
	struct condition *conditions;
	size_t condition_count;
	enum oversize oversize;
	struct name_list on_failure;
	bool has_ping; /* the URL itself is a secret in the workspace */
	enum task_mode mode;
	const char *group;
	int64_t jitter_s;
	const char *calendar; /* "" none */
	enum calendar_rule calendar_rule;
};

#define TASK_INIT { .arena = ARENA_INIT }

/* All defaults of design section 5 filled in; name "" and no nodes. */
DP_API void task_init(struct task *t);
DP_API void task_fini(struct task *t);
/* The defaults of a node: name "", kind query. */
DP_API void node_init(struct node *node);
DP_API void task_copy(struct task *to, const struct task *from);
/* By the very word. */
DP_API bool name_list_has(const struct name_list *names, const char *name);
DP_API const struct node *task_find_node(const struct task *t, const char *name);
/* What a word of `after` means: a node, or a branch of one ("check.big"); *branch is
 * NULL for a node. NULL when there is none. */
DP_API const struct node *task_find_after(const struct task *t, const char *after,
	const struct branch **branch);
/* Gives a node another name, and it to all that names the node: after, inputs, merges,
 * conditions, and the ${name…} of texts. An input that is called as its node follows too;
 * others keep their own names. */
DP_API void task_rename_node(struct task *t, size_t at, const char *name);
DP_API void task_rename_branch(struct task *t, size_t at, size_t branch, const char *name);
/* With what names it but texts: the check says which of those have no value now. */
DP_API void task_remove_node(struct task *t, size_t at);
DP_API void task_remove_branch(struct task *t, size_t at, size_t branch);
/* Node indices in an order that respects `after` and `inputs`, else the authored one.
 * ERR_INPUT names a cycle or an unknown node. `order` has room for node_count. */
DP_API bool task_order(const struct task *t, size_t *order, struct err *err);
/* Letters, digits, - _ . and non-ASCII letters, up to TASK_NAME_MAX bytes; not
 * beginning with - or . (names become file names and words of a command line).
 * ERR_INPUT begins with `what` ("the task's name"). */
DP_API bool task_name_check(const char *name, const char *what, struct err *err);

#endif
