/* SPDX-License-Identifier: MIT */
/* CSV by RFC 4180: CRLF, quotes only where needed. As a whole from a table block, or
 * row by row as a row_sink that never holds more than one row. NULL is an empty
 * field, an empty text is "". */
#ifndef DP_CONTENT_CSV_H
#define DP_CONTENT_CSV_H

#include "src/content/document.h"

struct csv_options {
	bool bom;	 /* for Excel */
	bool no_header;
	/* A text that begins with = + - @ TAB CR gets a ' in front, so that no
	 * spreadsheet runs it as a formula; numbers never. */
	bool neutralise;
};

DP_API void csv_add_value(struct buf *to, const struct value *value,
	const struct csv_options *options);
/* Values as they came, under the headers shown in the message. */
DP_API void csv_add_table(struct buf *to, const struct doc_table *table,
	const struct csv_options *options);

struct csv_sink {
	struct row_sink sink;
	struct csv_options options;
	struct buf line;
	/* Takes the bytes of whole rows; false stops the query. */
	bool (*write)(void *context, struct str bytes, struct err *err);
	void *context;
};

DP_API void csv_sink_init(struct csv_sink *s, const struct csv_options *options,
	bool (*write)(void *context, struct str bytes, struct err *err), void *context);
/* Writes what is still held. */
DP_API bool csv_sink_finish(struct csv_sink *s, struct err *err);
DP_API void csv_sink_fini(struct csv_sink *s);

#endif
