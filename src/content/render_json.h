/* SPDX-License-Identifier: MIT */
/* The document as JSON, for the generic webhook (channels.md 11) and the file channel.
 * Integers and decimals that a JSON number can carry exactly are numbers, the rest is
 * text; times are RFC 3339. The same document gives the same bytes. */
#ifndef DP_CONTENT_RENDER_JSON_H
#define DP_CONTENT_RENDER_JSON_H

#include "src/content/document.h"

/* {"name","columns":[{"name","type"}],"rows":[[…]],"truncated","total_rows"} */
DP_API void render_json_table(struct buf *to, const struct doc_table *table);
/* Only rows [from, to). */
DP_API void render_json_rows(struct buf *to, const struct doc_table *table, size_t from,
	size_t end);
/* One value: null, true, 12, "text". */
DP_API void render_json_value(struct buf *to, const struct value *value);
/* "version" and "run" are left out of a document whose run_id is NULL.
 * {"report","version","run","title","scheduled_at","business_date","generated_at",
 *  "chunks":[1,1],"markdown","tables":[…]} */
DP_API bool render_json_document(struct buf *to, const struct document *doc, struct err *err);

#endif
