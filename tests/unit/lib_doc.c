/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_doc.h"

#include <assert.h>

static struct str
cut(struct str *s, char at)
{
	char needle[2] = { at, '\0' };
	size_t end = str_find(*s, str_from(needle), 0);
	struct str piece = str_slice(*s, 0, end);

	*s = end == SIZE_MAX ? STR_NONE : str_slice(*s, end + 1, s->len);
	return piece;
}

void
lib_result(struct result *r, const char *name, const char *columns, const char *const *rows,
	size_t count)
{
	struct column list[16];
	struct str rest = str_from(columns);
	size_t n = 0;
	struct err err = ERR_INIT;

	*r = (struct result)RESULT_INIT;
	r->name = str_from(name);
	while (rest.len) {
		struct str column = cut(&rest, ','), field = cut(&column, ':');

		assert(n < ARRAY_LEN(list));
		list[n++] = (struct column){ .name = field,
			.kind = value_kind_from_name(column) };
	}
	result_set_columns(r, list, n);
	for (size_t i = 0; i < count; i++) {
		struct value values[16];
		struct str line = str_from(rows[i]);

		for (size_t j = 0; j < n; j++) {
			struct str text = cut(&line, '|');

			values[j] = (struct value){ list[j].kind, text };
			if (str_is(text, "\\N"))
				values[j] = (struct value){ VALUE_NULL, STR_NONE };
		}
		if (!result_add_row(r, values, &err))
			assert(!"a test's rows fit");
	}
}

void
lib_plain(struct fixture *f)
{
	*f = (struct fixture){ .err = ERR_INIT, .doc = DOCUMENT_INIT };
	f->task.name = "daily-sales";
	f->push = (struct node){ .name = "push", .kind = NODE_PUSH, .title = "T" };
	f->inputs[0].name = "inputs";
	f->inputs[0].results = f->list;
	f->in = (struct compose_input){ .task = &f->task, .push = &f->push, .inputs = f->inputs,
		.input_count = 1, .parameters = f->parameters,
		.scheduled_us = INT64_C(1704240000) * 1000000, .business_date = { 2024, 1, 2 },
		.version = 3, .run_id = "run-1", .message_id = "<m@h>" };
}

void
lib_sales(struct fixture *f)
{
	static const char *const q1[] = { "1|Dept. 1|11000", "2|Dept. 2|20000",
		"3|Dept. 3|10000" };
	static const char *const q2[] = { "-1000", "-1000", "5000" };

	lib_plain(f);
	f->push.title = "Sales ${date}";
	lib_result(&f->results[0], "q1", "id:int,department:text,revenue:float", q1, 3);
	lib_result(&f->results[1], "q2", "diff:float", q2, 3);
	f->list[0] = &f->results[0];
	f->list[1] = &f->results[1];
	f->inputs[0].result_count = 2;
	f->parameters[0] = (struct parameter){ "date", "20240102" };
	f->parameters[1] = (struct parameter){ "previous_date", "20240101" };
	f->in.parameter_count = 2;
}

void
lib_blocks(struct fixture *f, struct block *blocks, size_t count)
{
	f->push.blocks = blocks;
	f->push.block_count = count;
}

bool
lib_compose(struct fixture *f)
{
	document_fini(&f->doc);
	err_clear(&f->err);
	return compose_document(&f->in, &f->doc, &f->err);
}

void
lib_fini(struct fixture *f)
{
	document_fini(&f->doc);
	for (size_t i = 0; i < ARRAY_LEN(f->results); i++)
		result_fini(&f->results[i]);
}

struct block
lib_sales_table(void)
{
	static struct cell_rule fell[] = {
		{ .op = OP_LT, .value = "0", .value2 = "", .color = COLOR_RED, .mark = "▼" },
	};
	static struct table_column columns[] = {
		{ .field = "id", .header = "", .prefix = "", .suffix = "" },
		{ .field = "department", .header = "Department", .prefix = "", .suffix = "" },
		{ .field = "revenue", .header = "Revenue", .prefix = "", .suffix = "" },
		{ .field = "diff", .header = "Change", .prefix = "", .suffix = " CNY",
			.when = fell, .when_count = 1 },
	};

	return (struct block){ .kind = BLOCK_TABLE, .text = "", .columns = columns,
		.column_count = ARRAY_LEN(columns) };
}
