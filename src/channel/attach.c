/* SPDX-License-Identifier: MIT */
#include "src/channel/attach.h"

#include "src/content/csv.h"
#include "src/content/render_markdown.h"

struct str
attach_name(struct document *doc, size_t number, const char *extension)
{
	char date[11];

	date_format(doc->business_date, date);
	return str_from(arena_printf(&doc->arena, "%s_%.4s%.2s%.2s_%zu.%s",
		doc->task && *doc->task ? doc->task : "report", date, date + 5, date + 8, number,
		extension));
}

void
attach_add_csv(struct buf *to, const struct doc_table *table)
{
	static const struct csv_options csv = { .bom = true, .neutralise = true };

	csv_add_table(to, table, &csv);
}

void
attach_add_markdown(struct buf *to, struct document *doc, struct doc_block *blocks, size_t count)
{
	struct document some = *doc;

	some.blocks = blocks;
	some.block_count = count;
	render_markdown(to, &some, &md_dialect_gfm, false);
}
