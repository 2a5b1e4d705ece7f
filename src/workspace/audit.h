/* SPDX-License-Identifier: MIT */
/* Who did what and when: rows that are only ever added, each sealed by a BLAKE2b
 * digest over itself and the row before, so that a later change shows. */
#ifndef DP_WORKSPACE_AUDIT_H
#define DP_WORKSPACE_AUDIT_H

#include "src/workspace/workspace.h"

#define AUDIT_WHO_MAX 128

struct audit_row { /* strings in the reader's arena */
	int64_t id, at_us;
	const char *who, *action, *object, *detail;
};
struct audit_list {
	struct audit_row *rows; /* newest first */
	size_t count;
};

/* The person behind this process: login uid, else SUDO_USER, else uid; a name where
 * there is one. With another effective user: "name (as root)". */
DP_API const char *audit_who(void);
/* `detail` may be NULL. Never a secret in it. */
DP_API bool audit_add(struct workspace *ws, const char *action, const char *object,
	const char *detail, struct err *err);
/* limit 0: all. object NULL: of everything. */
DP_API bool audit_list(struct workspace *ws, const char *object, int64_t limit,
	struct arena *a, struct audit_list *list, struct err *err);
/* ERR_WORKSPACE names the first row that is not as it was written. *count rows. */
DP_API bool audit_verify(struct workspace *ws, int64_t *count, struct err *err);

#endif
