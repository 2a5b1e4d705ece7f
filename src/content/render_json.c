/* SPDX-License-Identifier: MIT */
#include "src/content/render_json.h"

#include "src/base/json.h"
#include "src/base/zone.h"
#include "src/content/compose.h"
#include "src/content/render_markdown.h"

/* Readers take JSON numbers as doubles: 15 digits survive that, more go as text. */
static bool
is_exact_number(struct str s)
{
	size_t digits = 0, i = s.len && s.p[0] == '-';
	bool point = false;

	if (i >= s.len || (s.p[i] == '0' && i + 1 < s.len && s.p[i + 1] != '.'))
		return false;
	for (; i < s.len; i++) {
		if (s.p[i] == '.' && !point && digits && i + 1 < s.len)
			point = true;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else
			return false;
	}
	return digits > 0 && digits <= 15;
}

static bool
is_bool(struct str s)
{
	return str_is(s, "true") || str_is(s, "false");
}

void
render_json_value(struct buf *to, const struct value *value)
{
	struct buf text = BUF_INIT;
	bool number = (value->kind == VALUE_INT || value->kind == VALUE_DECIMAL ||
			      value->kind == VALUE_FLOAT) &&
		      is_exact_number(value->text);

	if (value->kind == VALUE_NULL) {
		buf_adds(to, "null");
	} else if (number || (value->kind == VALUE_BOOL && is_bool(value->text))) {
		buf_add_str(to, value->text);
	} else if (value->kind == VALUE_BYTES) {
		compose_show_value(&text, value);
		json_add_string(to, buf_str(&text));
	} else {
		json_add_string(to, value->text);
	}
	buf_fini(&text);
}

void
render_json_rows(struct buf *to, const struct doc_table *table, size_t from, size_t end)
{
	buf_addc(to, '[');
	for (size_t row = from; row < end && row < table->row_count; row++) {
		buf_adds(to, row > from ? ",[" : "[");
		for (size_t i = 0; i < table->column_count; i++) {
			struct value value;

			if (i)
				buf_addc(to, ',');
			value = table_cell(table, row, i).value;
			render_json_value(to, &value);
		}
		buf_addc(to, ']');
	}
	buf_addc(to, ']');
}

void
render_json_table(struct buf *to, const struct doc_table *table)
{
	buf_adds(to, "{\"name\":");
	json_add_string(to, table->name);
	buf_adds(to, ",\"columns\":[");
	for (size_t i = 0; i < table->column_count; i++) {
		buf_adds(to, i ? ",{\"name\":" : "{\"name\":");
		json_add_string(to, table->columns[i].field);
		buf_adds(to, ",\"header\":");
		json_add_string(to, table->columns[i].header);
		buf_addf(to, ",\"type\":\"%s\"}",
			table->columns[i].kind == VALUE_NULL
				? "text"
				: value_kind_name(table->columns[i].kind));
	}
	buf_adds(to, "],\"rows\":");
	render_json_rows(to, table, 0, table->row_count);
	buf_addf(to, ",\"truncated\":%s,\"total_rows\":%zu}", table->truncated ? "true" : "false",
		table->total_rows);
}

static void
add_member(struct buf *to, const char *key, const char *value)
{
	buf_addf(to, ",\"%s\":", key);
	json_add_string(to, str_from(value));
}

/* The author's text; tables stand beside it as data. */
static void
add_markdown(struct buf *to, const struct document *doc)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < doc->block_count; i++) {
		const struct doc_block *b = &doc->blocks[i];

		if (b->kind != DOC_MARKDOWN)
			continue;
		if (text.len)
			buf_adds(&text, "\n\n");
		if (b->md)
			render_markdown_tree(&text, b->md, &md_dialect_gfm);
		else
			text_escaped(&text, &b->source, md_dialect_gfm.data);
	}
	buf_adds(to, ",\"markdown\":");
	json_add_string(to, buf_str(&text));
	buf_fini(&text);
}

bool
render_json_document(struct buf *to, const struct document *doc, struct err *err)
{
	const struct zone *zone = doc->zone ? doc->zone : zone_get("UTC", err);
	struct buf title = BUF_INIT;
	char when[40], date[11];
	bool any = false;

	if (!zone)
		return false;
	zone_format(zone, doc->scheduled_us, when);
	date_format(doc->business_date, date);
	text_plain(&title, &doc->title);
	buf_adds(to, "{\"report\":");
	json_add_string(to, str_from(doc->task));
	if (doc->run_id) {
		buf_addf(to, ",\"version\":%d", doc->version);
		add_member(to, "run", doc->run_id);
	}
	add_member(to, "title", buf_text(&title));
	add_member(to, "scheduled_at", when);
	add_member(to, "business_date", date);
	add_member(to, "generated_at", when);
	buf_adds(to, ",\"chunks\":[1,1]");
	add_markdown(to, doc);
	buf_adds(to, ",\"tables\":[");
	for (size_t i = 0; i < doc->block_count; i++) {
		if (doc->blocks[i].kind != DOC_TABLE)
			continue;
		if (any)
			buf_addc(to, ',');
		render_json_table(to, &doc->blocks[i].table);
		any = true;
	}
	buf_adds(to, "]}");
	buf_fini(&title);
	return true;
}
