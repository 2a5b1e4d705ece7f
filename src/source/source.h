/* SPDX-License-Identifier: MIT */
/* The data source contract: seven verbs over any database (design section 8,
 * sources.md 0.1). A driver is one file; its row in kinds.c says what it is
 * called, which fields it takes and which module holds its code. All calls are
 * made in a worker child and may block until the deadline. Read-only by default,
 * by each server's own means; the user's SQL is never rewritten. */
#ifndef DP_SOURCE_SOURCE_H
#define DP_SOURCE_SOURCE_H

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/result/result.h"
#include "src/sql/dialect.h"

struct source; /* an open connection; the driver's own struct begins with `base` */

struct query_limits {
	int64_t max_rows; /* INT64_MAX: all (exports); the sink sees at most this many */
	struct deadline deadline;
};

/* One thing of the source tree. Strings borrowed for the call. */
struct schema_item {
	const char *schema; /* "" when the engine has none */
	const char *table;
	const char *column; /* NULL: this is the table itself */
	const char *type;   /* the server's word, or "table" / "view" */
};
typedef bool (*schema_fn)(void *context, const struct schema_item *item, struct err *err);

/* What a driver exports. Functions that fail write err with the server's words
 * (secrets never), ERR_CONNECT for not reaching or logging in, ERR_SQL with line
 * and column of `sql` where the server tells, ERR_READ_ONLY, ERR_TIMEOUT,
 * ERR_CANCELLED. */
struct source_ops {
	/* Connects and makes the session read-only. NULL on failure. */
	struct source *(*open)(const struct settings *settings, const struct deadline *deadline,
		struct err *err);
	void (*close)(struct source *source); /* NULL is fine */
	/* Round trip that proves the session still lives. */
	bool (*ping)(struct source *source, const struct deadline *deadline, struct err *err);
	/* Calls sink->columns without running `sql` (one statement). */
	bool (*describe)(struct source *source, struct str sql, const struct deadline *deadline,
		struct row_sink *sink, struct err *err);
	/* Runs one statement. On return the session is ready for the next one, or
	 * closed for good (then ping fails). */
	bool (*query)(struct source *source, struct str sql, const struct query_limits *limits,
		struct row_sink *sink, struct query_end *end, struct err *err);
	/* Tables, then for table != NULL its columns. */
	bool (*schema)(struct source *source, const char *schema, const char *table,
		const struct deadline *deadline, schema_fn fn, void *context, struct err *err);
	/* Text by which another connection can cancel what this one runs; "" when
	 * deadline->cancelled suffices. */
	void (*cancel_token)(struct source *source, char token[128]);
	/* NULL when never needed. Opens a second connection. */
	bool (*cancel)(const struct settings *settings, const char *token,
		const struct deadline *deadline, struct err *err);
	/* "PostgreSQL 15.8", borrowed. */
	const char *(*version)(struct source *source);
};

struct source {
	const struct source_ops *ops;
};

/* One row of the table of kinds. Several rows may share a module's ops and differ
 * in label, defaults and dialect (hologres is postgres with other words). */
struct source_kind {
	const char *name;   /* "postgres" */
	const char *label;  /* "PostgreSQL" */
	enum sql_dialect dialect;
	const char *module; /* NULL: built in */
	const struct field *fields;
	size_t field_count;
	const char *about; /* one sentence for help and the studio */
};

DP_API const struct source_kind *source_kind_find(const char *name);
DP_API size_t source_kind_count(void);
DP_API const struct source_kind *source_kind_at(size_t i);
/* Defaults filled, unknown and impossible fields refused. */
/* expires: of every data source. */
DP_API extern const struct field source_common_fields[];
DP_API extern const size_t source_common_field_count;
DP_API bool source_settings_check(const struct source_kind *kind, struct settings *settings,
	struct err *err);
/* Loads the kind's module when needed (ERR_CONFIG with the package's name when
 * its client library is missing) and opens. */
DP_API struct source *source_open(const struct source_kind *kind, const struct settings *settings,
	const struct deadline *deadline, struct err *err);
DP_API bool source_cancel(const struct source_kind *kind, const struct settings *settings,
	const char *token, const struct deadline *deadline, struct err *err);
/* How many values this process had to repair so far because they were not UTF-8. */
DP_API size_t source_repaired(void);
/* Whether the driver can be loaded here: for doctor. */
DP_API bool source_kind_is_available(const struct source_kind *kind, struct err *err);

static inline void
source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}

#endif
