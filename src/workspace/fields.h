/* SPDX-License-Identifier: MIT */
/* Settings of a source variant or a destination as rows: plain values as they are,
 * secret ones sealed with what people may see of them beside. */
#ifndef DP_WORKSPACE_FIELDS_H
#define DP_WORKSPACE_FIELDS_H

#include "src/base/settings.h"
#include "src/workspace/workspace.h"

/* A table of fields: owner_id, position, name, shown, sealed. */
struct fields_table {
	const char *name;
	const struct db_sql *insert, *remove, *select;
};

/* Replaces what the owner had. `uuid` is what its secrets are bound to. */
bool fields_write(struct workspace *ws, const struct fields_table *table, int64_t owner_id,
	const char *uuid, const struct settings *settings, struct err *err);
/* Adds to `settings`. Without `open` secrets are given as people may see them, and no
 * key is needed. */
bool fields_read(struct workspace *ws, const struct fields_table *table, int64_t owner_id,
	const char *uuid, bool open, struct settings *settings, struct err *err);
/* Same names and values, in any order. */
bool fields_equal(const struct settings *a, const struct settings *b);
/* "a, b and 2 more": for refusals. */
void fields_list_names(const char *const *names, size_t count, struct buf *to);

#endif
