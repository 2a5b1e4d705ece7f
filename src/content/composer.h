/* SPDX-License-Identifier: MIT */
/* Inside compose: what its three parts (values, text, tables) share. */
#ifndef DP_CONTENT_COMPOSER_H
#define DP_CONTENT_COMPOSER_H

#include "src/content/scope.h"

struct composer {
	const struct compose_input *in;
	struct document *doc;
	struct buf scratch;
	const char *place; /* "title", "content[0]": begins every message */
};

/* A fault of the definition: in a preview a warning (true, and the caller shows the
 * text as written), else ERR_INPUT with the place. `line` 0: none known. */
bool composer_fault(struct composer *c, const char *code, int line, int column, const char *hint,
	struct err *err, const char *fmt, ...) DP_PRINTF(7, 8);

/* --- compose_value.c --- */

/* The values that a reference stands for, before they are joined. */
struct shown_values {
	struct str *list; /* in the document's arena */
	size_t count;
	struct str separator; /* author's text */
};

/* Does it give a value per row, so that a list line repeats? */
bool ref_is_per_row(const struct template_item *item, const struct ref *ref);
size_t ref_rows(const struct ref *ref);
/* `row` SIZE_MAX: all rows. Filters applied. */
bool ref_values(struct composer *c, const struct template_item *item, const struct ref *ref,
	size_t row, struct shown_values *values, struct err *err);
/* The value as shown, in the document's arena; may share the value's bytes there. */
struct str composer_show(struct composer *c, const struct value *value);
/* Appends `text` by the filter's fmt; false when it is no number. */
bool fmt_number(struct buf *to, struct str fmt, struct str text);

/* --- compose_text.c --- */

enum text_mode {
	TEXT_SCALAR,   /* title, header, prefix: first row, one line */
	TEXT_MARKDOWN, /* list items and table rows repeat */
	TEXT_HTML,     /* lines that begin with <tr or <li repeat */
};

bool compose_text(struct composer *c, struct str source, enum text_mode mode, struct text *text,
	struct err *err);
/* The same as one plain string in the document's arena. */
bool compose_string(struct composer *c, const char *source, struct str *text, struct err *err);

/* --- compose_table.c --- */

bool compose_table(struct composer *c, const struct block *block, struct doc_table *table,
	struct err *err);

#endif
