/* SPDX-License-Identifier: MIT */
/* What changed between two texts, line by line (Myers, shortest script). Slices
 * point into the two texts, which must outlive the diff. */
#ifndef DP_TASK_DIFF_H
#define DP_TASK_DIFF_H

#include "src/base/buf.h"

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
	enum diff_kind kind;
	struct str text;	/* without its line break */
	int old_line, new_line; /* from 1; 0 where it does not exist */
};

/* One row side by side: an index into lines, or SIZE_MAX for a blank half. A removed
 * and an added line share a row, in order. */
struct diff_row {
	size_t left, right;
	bool changed;
};

struct diff {
	struct diff_line *lines;
	size_t count;
	size_t added, removed;
	struct diff_row *rows;
	size_t row_count;
};

DP_API void diff_make(struct diff *d, struct str before, struct str after);
DP_API void diff_fini(struct diff *d);
/* "@@ -3,7 +3,8 @@" and lines that begin with ' ', '-' or '+', with `context` equal
 * lines around each change. Nothing when there is no change. */
DP_API void diff_print(const struct diff *d, size_t context, struct buf *to);

#endif
