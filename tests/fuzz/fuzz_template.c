/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/sql/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

static void
check_item(struct str text, const struct template_item *item)
{
	struct str shown = str_slice(text, item->pos, item->pos + item->len);
	struct buf argument = BUF_INIT;
	int line, column;

	text_place(text, item->pos, &line, &column);
	require(line == item->line && column == item->column);
	require((item->kind == TEMPLATE_BAD) == (*item->message != '\0'));
	if (item->kind != TEMPLATE_REF)
		return;
	require(str_starts(shown, STR("${")) && str_ends(shown, STR("}")));
	require(item->field.len > 0 && item->name.len >= item->field.len);
	require(item->index_count <= 2 && item->filter_count <= TEMPLATE_MAX_FILTERS);
	for (int i = 0; i < item->filter_count; i++)
		filter_argument(&item->filters[i], &argument);
	require(argument.len <= item->len);
	buf_fini(&argument);
}

static enum lookup
put_back(void *context, const struct template_item *ref, struct buf *to, struct err *err)
{
	const struct str *text = context;

	(void)err;
	buf_add_str(to, str_slice(*text, ref->pos, ref->pos + ref->len));
	return LOOKUP_FOUND;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct template_scanner s;
	struct template_item item;
	struct substituted out;
	struct err err = ERR_INIT;
	size_t end = 0, escapes = 0;
	bool bad = false;

	template_init(&s, text);
	while (template_next(&s, &item)) {
		require(item.pos == end && item.len > 0);
		end += item.len;
		bad = bad || item.kind == TEMPLATE_BAD;
		escapes += item.kind == TEMPLATE_ESCAPE;
		check_item(text, &item);
	}
	require(end == size);
	require(text_substitute(&out, text, put_back, &text, &err) == !bad);
	if (bad)
		return 0;
	require(out.text.len == size - escapes);
	substituted_fini(&out);
	return 0;
}
