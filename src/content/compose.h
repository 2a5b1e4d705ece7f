/* SPDX-License-Identifier: MIT */
/* From task, results and parameters to the message document: the placeholder rules
 * of dataworks.md 2.3 and 3.2, tables, images and the mail body. Pure: the same
 * input gives the same document, in preview, test and scheduled run alike.
 *
 * ${x} is read as, in this order: ${input}, ${input[row]}, ${input[row][column]};
 * ${input.column}, ${q2.column}, ${input.q2.column}; ${column}, when only one
 * statement of one input has it; a parameter. Columns take [row] (from 0, negative
 * from the end) and filters: |join:" / " |sum |count |first |fmt:%.2f. */
#ifndef DP_CONTENT_COMPOSE_H
#define DP_CONTENT_COMPOSE_H

#include "src/content/document.h"

/* What a node gave to an input of the push node. Borrowed for the call, but for the
 * results themselves: see compose_document. */
struct bound_input {
	const char *name; /* "inputs" */
	const struct result *const *results; /* of its statements, in order */
	size_t result_count;
	bool is_list; /* of a shell or python node: one column, a row an item */
};

struct compose_input {
	const struct task *task;
	const struct node *push;
	const struct bound_input *inputs;
	size_t input_count;
	const struct parameter *parameters; /* values resolved, no longer expressions */
	size_t parameter_count;
	int64_t scheduled_us;
	struct date business_date;
	const struct zone *zone;
	const char *run_id;	/* NULL: "" */
	const char *message_id; /* NULL: "" */
	int version;		/* 0: draft */
	/* Results that are not there yet and names nobody knows stay as written, with a
	 * warning; otherwise they are errors with block, line and column. */
	bool is_preview;
};

/* Fills `doc` (DOCUMENT_INIT), which then depends on nothing in `in` but the zone and
 * the results: its tables show their values where they lie, so they must outlive it.
 * On failure the caller still calls document_fini. Loads the render module when a
 * Markdown block is there. */
DP_API bool compose_document(const struct compose_input *in, struct document *doc,
	struct err *err);

/* One value as it is shown: NULL is empty, bytes are \x… hex, one line, sanitised. */
DP_API void compose_show_value(struct buf *to, const struct value *value);

/* `value` against a rule's or condition's operands: as decimal numbers when both
 * are, else as bytes; NULL matches only OP_NULL. */
DP_API bool compose_matches(const struct value *value, enum cond_op op, struct str operand,
	struct str operand2);

#endif
