/* SPDX-License-Identifier: MIT */
/* Sources and destinations as a worker is told of them: kind and settings in JSON,
 * secrets opened. A pass reads each once and keeps the text until another process
 * changes the workspace; it is wiped then, and at the end. */
#ifndef DP_RUN_ENDS_H
#define DP_RUN_ENDS_H

#include "src/workspace/store_source.h"

struct ends;

DP_API struct ends *ends_new(void);
DP_API void ends_free(struct ends *ends);

/* Appends {"kind":…,"settings":…}. `ends` may be NULL: then nothing is kept. */
DP_API bool ends_add_source(struct ends *ends, struct workspace *ws, const char *name,
	enum source_env env, struct buf *to, struct err *err);
/* Appends "channel":…,"settings":[…]. */
DP_API bool ends_add_destination(struct ends *ends, struct workspace *ws, const char *name,
	struct buf *to, struct err *err);
/* Appends "settings":[[name,value,is secret],…]. */
DP_API void ends_add_settings(const struct settings *s, struct buf *to);

#endif
