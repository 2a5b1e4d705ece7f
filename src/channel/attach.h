/* SPDX-License-Identifier: MIT */
/* Files that go with a message: tables as CSV, text as Markdown, named after task and
 * day. Mail attaches them always, chats what did not fit (oversize "attach"). */
#ifndef DP_CHANNEL_ATTACH_H
#define DP_CHANNEL_ATTACH_H

#include "src/content/document.h"

#define ATTACH_CSV "text/csv; charset=UTF-8"
#define ATTACH_MARKDOWN "text/markdown; charset=UTF-8"

/* TASK_YYYYMMDD_N.extension, in the document's arena. */
struct str attach_name(struct document *doc, size_t number, const char *extension);
/* For a spreadsheet: UTF-8 with BOM, formulas disarmed. */
void attach_add_csv(struct buf *to, const struct doc_table *table);
void attach_add_markdown(struct buf *to, struct document *doc, struct doc_block *blocks,
	size_t count);

#endif
