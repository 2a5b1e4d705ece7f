/* SPDX-License-Identifier: MIT */
#include "src/content/note.h"

#include "src/base/utf8.h"

static struct text
data_text(struct arena *a, struct str s)
{
	struct buf clean = BUF_INIT;
	struct text t = { arena_new(a, struct span), 1 };

	utf8_sanitize(&clean, s, true);
	t.spans[0].text = arena_str(a, buf_str(&clean));
	t.spans[0].is_data = true;
	buf_fini(&clean);
	return t;
}

static struct md_node *
paragraph(struct arena *a, struct str line)
{
	struct md_node *p = arena_new(a, struct md_node);

	p->kind = MD_PARAGRAPH;
	p->first = arena_new(a, struct md_node);
	p->first->kind = MD_TEXT;
	p->first->text = data_text(a, line);
	return p;
}

void
document_init_note(struct document *doc, const char *title, const char *text,
	const char *message_id, int64_t at_us)
{
	struct err ignored = ERR_INIT;
	struct md_node *root, **link;
	struct arena *a;

	*doc = (struct document)DOCUMENT_INIT;
	a = &doc->arena;
	doc->task = "dpstudio";
	doc->run_id = "";
	doc->title = data_text(a, str_from(title));
	doc->message_id = arena_strdup(a, message_id);
	doc->scheduled_us = at_us;
	doc->zone = zone_get("UTC", &ignored);
	doc->business_date = date_add_days(zone_civil(doc->zone, at_us).date, -1);
	doc->blocks = arena_new(a, struct doc_block);
	doc->block_count = 1;
	doc->blocks[0].kind = DOC_MARKDOWN;
	doc->blocks[0].source = data_text(a, str_from(text));
	root = arena_new(a, struct md_node);
	root->kind = MD_DOCUMENT;
	link = &root->first;
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len) {
			*link = paragraph(a, (struct str){ text, len });
			link = &(*link)->next;
		}
		text += len + (text[len] == '\n');
	}
	doc->blocks[0].md = root;
}
