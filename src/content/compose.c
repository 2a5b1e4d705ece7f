/* SPDX-License-Identifier: MIT */
#include "src/content/compose.h"

#include "src/base/utf8.h"
#include "src/content/composer.h"
#include "src/content/markdown.h"

bool
composer_fault(struct composer *c, const char *code, int line, int column, const char *hint,
	struct err *err, const char *fmt, ...)
{
	struct buf message = BUF_MAX(400);
	va_list ap;

	buf_adds(&message, c->place);
	if (line > 0)
		buf_addf(&message, ", line %d, column %d", line, column);
	buf_adds(&message, ": ");
	va_start(ap, fmt);
	buf_vaddf(&message, fmt, ap);
	va_end(ap);
	if (c->in->is_preview) {
		document_warn(c->doc, code, "%s", buf_text(&message));
	} else {
		err_set(err, ERR_INPUT, "%s: %s", code, buf_text(&message));
		if (hint && *hint)
			err_hint(err, "%s", hint);
		if (line > 0)
			err_at(err, line, column);
	}
	buf_fini(&message);
	return c->in->is_preview;
}

static struct name_list
copy_names(struct arena *a, const struct name_list *from)
{
	struct name_list to = { 0 };

	if (from->count == 0)
		return to;
	to.list = arena_array(a, const char *, from->count);
	to.count = from->count;
	for (size_t i = 0; i < from->count; i++)
		to.list[i] = arena_strdup(a, from->list[i]);
	return to;
}

static void
fill_head(struct document *doc, const struct compose_input *in)
{
	struct arena *a = &doc->arena;
	const struct mentions *m = &in->push->mentions;

	doc->task = arena_strdup(a, in->task->name);
	doc->version = in->version;
	doc->mentions = (struct mentions){
		.all = m->all,
		.users = copy_names(a, &m->users),
		.mobiles = copy_names(a, &m->mobiles),
		.emails = copy_names(a, &m->emails),
	};
	doc->oversize = in->task->oversize;
	doc->scheduled_us = in->scheduled_us;
	doc->business_date = in->business_date;
	doc->zone = in->zone;
	doc->message_id = arena_strdup(a, in->message_id ? in->message_id : "");
	doc->run_id = arena_strdup(a, in->run_id ? in->run_id : "");
	doc->is_preview = in->is_preview;
}

static bool
all_empty(const struct compose_input *in)
{
	size_t results = 0;

	for (size_t i = 0; i < in->input_count; i++)
		for (size_t j = 0; j < in->inputs[i].result_count; j++, results++)
			if (in->inputs[i].results[j]->row_count)
				return false;
	return results > 0;
}

static bool
fill_text_block(struct composer *c, const struct block *block, struct doc_block *to,
	struct err *err)
{
	to->source_mode = block->source_mode;
	to->is_html = block->is_html;
	if (!compose_text(c, str_from(block->text), block->is_html ? TEXT_HTML : TEXT_MARKDOWN,
		    &to->source, err))
		return false;
	if (block->source_mode || block->is_html)
		return true;
	to->md = markdown_parse(&c->doc->arena, &to->source, err);
	return to->md || err_wrap(err, "%s", c->place);
}

static bool
fill_image(struct composer *c, const struct block *block, struct doc_block *to, struct err *err)
{
	return compose_string(c, block->path ? block->path : "", &to->path, err) &&
	       compose_string(c, block->url ? block->url : "", &to->url, err) &&
	       compose_string(c, block->alt ? block->alt : "", &to->alt, err);
}

/* False with err untouched is never returned; a block that gives nothing adds none. */
static bool
add_block(struct composer *c, size_t index, struct err *err)
{
	const struct block *block = &c->in->push->blocks[index];
	struct doc_block *to = &c->doc->blocks[c->doc->block_count];

	*to = (struct doc_block){ .block_index = index };
	switch (block->kind) {
	case BLOCK_MARKDOWN:
	case BLOCK_EMAIL_BODY:
		to->kind = block->kind == BLOCK_MARKDOWN ? DOC_MARKDOWN : DOC_EMAIL_BODY;
		if (!fill_text_block(c, block, to, err))
			return false;
		break;
	case BLOCK_TABLE:
		to->kind = DOC_TABLE;
		if (!compose_table(c, block, &to->table, err))
			return false;
		break;
	case BLOCK_IMAGE:
		to->kind = DOC_IMAGE;
		if (!fill_image(c, block, to, err))
			return false;
		break;
	case BLOCK_CHART:
	case BLOCK_KIND_COUNT:
		document_warn(c->doc, "W_CHART", "%s: charts are not drawn", c->place);
		return true;
	}
	c->doc->block_count++;
	return true;
}

bool
compose_document(const struct compose_input *in, struct document *doc, struct err *err)
{
	struct composer c = { .in = in, .doc = doc, .place = "title" };
	bool ok;

	fill_head(doc, in);
	doc->is_empty = all_empty(in);
	doc->blocks = arena_array(&doc->arena, struct doc_block, in->push->block_count + 1);
	ok = compose_text(&c, str_from(in->push->title), TEXT_SCALAR, &doc->title, err);
	for (size_t i = 0; ok && i < in->push->block_count; i++) {
		c.place = arena_printf(&doc->arena, "content[%zu]", i);
		ok = add_block(&c, i, err);
	}
	buf_fini(&c.scratch);
	return ok;
}
