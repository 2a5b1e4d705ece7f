/* SPDX-License-Identifier: MIT */
/* What sources and destinations are to their screen (connection.h): a table of how to
 * list, read, check, store and test them. No screen types here: the tables include the
 * engine's headers, whose cells and texts are others. */
#ifndef DP_UI_SCREENS_CONNECTION_TYPE_H
#define DP_UI_SCREENS_CONNECTION_TYPE_H

#include "src/base/settings.h"
#include "src/task/task.h"
#include "src/workspace/workspace.h"
#include "ui/i18n.h"

struct connection_row { /* strings in the reader's arena */
	const char *name, *kind, *created_by;
	enum source_env env; /* sources: one row a variant */
	int64_t updated_us;
};

struct connection_list {
	struct connection_row *rows;
	size_t count;
};

struct connection_kind {
	const char *name, *label, *about;
	const struct field *fields, *common;
	size_t field_count, common_count;
};

struct connection_type {
	const char *list_title, *empty, *add_title, *remove_title, *test_title; /* N_() */
	const char *added, *changed, *removed; /* N_("added"): said after the name */
	bool has_env;
	/* False past the end. */
	bool (*kind)(size_t i, struct connection_kind *kind);
	bool (*list)(struct workspace *ws, struct arena *a, struct connection_list *list,
		struct err *err);
	/* Secrets opened, or masked for people. */
	bool (*get)(struct workspace *ws, const struct connection_row *row, bool open,
		struct settings *settings, struct err *err);
	bool (*users)(struct workspace *ws, const char *name, struct arena *a,
		struct name_list *tasks, struct err *err);
	bool (*check)(const char *kind, struct settings *settings, struct err *err);
	bool (*add)(struct workspace *ws, const struct connection_row *row,
		const struct settings *settings, struct err *err);
	bool (*update)(struct workspace *ws, const struct connection_row *row,
		const struct settings *settings, struct err *err);
	bool (*remove)(struct workspace *ws, const struct connection_row *row, struct err *err);
	/* The job that tests these settings. */
	void (*request)(const char *kind, const struct settings *settings, struct buf *to);
};

extern const struct connection_type source_connections, destination_connections;

#endif
