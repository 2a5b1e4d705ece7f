/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* By hand: what is under test must not write its own expectations. */
static const char *const kind_names[VALUE_KIND_COUNT] = { "null", "bool", "int", "decimal",
	"float", "text", "bytes", "date", "time", "timestamp", "timestamptz", "json" };

static bool
on_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	struct rows *r = (struct rows *)self;

	(void)err;
	r->columns_seen++;
	for (size_t i = 0; i < count; i++)
		buf_addf(&r->head, "%s%.*s:%s(%.*s)", i ? "|" : "", STR_ARG(columns[i].name),
			kind_names[columns[i].kind], STR_ARG(columns[i].type_name));
	return true;
}

static bool
on_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct rows *r = (struct rows *)self;

	assert_int_equal(r->columns_seen, 1);
	if (r->row_count++ == r->fail_at)
		return err_set(err, ERR_IO, "the sink is full");
	for (size_t i = 0; !r->quiet && i < count; i++) {
		buf_addf(&r->text, "%s%s", i ? "|" : "", kind_names[values[i].kind]);
		if (values[i].kind == VALUE_NULL)
			continue;
		buf_addc(&r->text, ':');
		if (values[i].kind != VALUE_BYTES)
			buf_add_str(&r->text, values[i].text);
		for (size_t b = 0; values[i].kind == VALUE_BYTES && b < values[i].text.len; b++)
			buf_addf(&r->text, "%02x", (unsigned char)values[i].text.p[b]);
	}
	if (!r->quiet)
		buf_addc(&r->text, '\n');
	return true;
}

void
rows_init(struct rows *r)
{
	*r = (struct rows){ .sink = { on_columns, on_row }, .fail_at = -1 };
}

void
rows_fini(struct rows *r)
{
	buf_fini(&r->head);
	buf_fini(&r->text);
}

static void
clear(struct rows *r)
{
	buf_clear(&r->head);
	buf_clear(&r->text);
	r->columns_seen = 0;
	r->row_count = 0;
	err_clear(&r->err);
}

bool
rows_query(struct rows *r, struct source *source, const char *sql, int64_t max_rows)
{
	struct query_limits limits = { max_rows, deadline_in_us(20 * CLOCK_SECOND) };

	clear(r);
	return source->ops->query(source, str_from(sql), &limits, &r->sink, &r->end, &r->err);
}

bool
rows_describe(struct rows *r, struct source *source, const char *sql)
{
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);

	clear(r);
	return source->ops->describe(source, str_from(sql), &deadline, &r->sink, &r->err);
}

void
rows_settings(struct settings *settings, const char *kind, const char *words)
{
	const struct source_kind *k = source_kind_find(kind);
	struct err err = ERR_INIT;

	assert_non_null(k);
	for (const char *p = words; *p;) {
		size_t len = strcspn(p, " "), name_len = strcspn(p, "=");
		char *name = xstrndup(p, name_len);
		const struct field *field = field_find(k->fields, k->field_count, name);

		assert_true(name_len < len);
		settings_set(settings, name, (struct str){ p + name_len + 1, len - name_len - 1 },
			field && field_is_secret(field));
		free(name);
		p += len + (p[len] == ' ');
	}
	if (!source_settings_check(k, settings, &err))
		fail_msg("%s: %s", words, err.msg);
}

struct source *
rows_open(const char *kind, const char *words)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	struct err err = ERR_INIT;
	struct source *source;

	rows_settings(&settings, kind, words);
	source = source_open(source_kind_find(kind), &settings, &deadline, &err);
	settings_fini(&settings);
	if (!source)
		fail_msg("%s: %s", words, err.msg);
	return source;
}

static bool
on_item(void *context, const struct schema_item *item, struct err *err)
{
	(void)err;
	buf_addf(context, "%s.%s%s%s %s\n", item->schema, item->table, item->column ? "." : "",
		item->column ? item->column : "", item->type);
	return true;
}

bool
rows_schema(struct buf *to, struct source *source, const char *schema, const char *table,
	struct err *err)
{
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);

	buf_clear(to);
	return source->ops->schema(source, schema, table, &deadline, on_item, to, err);
}
