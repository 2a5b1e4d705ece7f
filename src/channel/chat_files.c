/* SPDX-License-Identifier: MIT */
/* What goes behind the text of a chat message: pictures that lie in a file, and the
 * rows and text that oversize "attach" left out, as files. */
#include <stdlib.h>

#include "src/channel/attach.h"
#include "src/channel/chat.h"

void
chat_add_extra(struct chat *chat, const char *kind, const char *content_type, struct str title,
	struct str body)
{
	struct arena *arena = &chat->doc->arena;

	chat->extras = arena_grow(arena, chat->extras, chat->extra_count * sizeof(*chat->extras),
		(chat->extra_count + 1) * sizeof(*chat->extras));
	chat->extras[chat->extra_count++] = (struct chat_extra){ .kind = kind,
		.content_type = content_type, .title = arena_str(arena, title),
		.body = arena_str(arena, body) };
}

static bool
takes_pictures(const struct chat *chat)
{
	const struct channel *c = chat->channel;

	return c->picture_max &&
	       (!c->picture_needs || settings_has(chat->settings, c->picture_needs));
}

void
chat_take_picture(void *context, struct doc_block *block)
{
	struct chat *chat = context;

	if (!takes_pictures(chat)) {
		document_warn(chat->doc, "W_IMAGE", "content[%zu]: %s takes pictures only by %s%s; "
			"'%.*s' is left out", block->block_index, chat->channel->label,
			chat->channel->picture_max ? "a destination with " : "a URL",
			chat->channel->picture_max ? chat->channel->picture_needs : "",
			STR_ARG(block->path));
		return;
	}
	chat->pictures = arena_grow(&chat->doc->arena, chat->pictures,
		chat->picture_count * sizeof(*chat->pictures),
		(chat->picture_count + 1) * sizeof(*chat->pictures));
	chat->pictures[chat->picture_count++] = block;
}

/* A name for the file where there is no text for it. */
static struct str
picture_title(struct chat *chat, const struct doc_block *block, const struct picture_file *file)
{
	if (block->alt.len > 0)
		return block->alt;
	return str_from(arena_printf(&chat->doc->arena, "picture%zu.%s", block->block_index + 1,
		file->extension));
}

static bool
add_picture(struct chat *chat, const struct doc_block *block, struct err *err)
{
	struct picture_file file;
	struct buf body = BUF_INIT;
	bool ok = picture_read(block->path, chat->channel->picture_max, &file, err);

	if (ok && chat->picture)
		ok = chat->picture(chat, &file, &body, err);
	if (ok)
		chat_add_extra(chat, PART_PICTURE, chat->picture ? chat->content_type : file.type,
			picture_title(chat, block, &file),
			chat->picture ? buf_str(&body) : buf_str(&file.bytes));
	if (!ok && chat->doc->is_preview) {
		document_warn(chat->doc, "W_IMAGE", "%s", err->msg);
		err_clear(err);
		ok = true;
	}
	picture_fini(&file);
	buf_fini(&body);
	return ok;
}

static bool
attach(struct chat *chat, size_t number, const char *type, const char *extension,
	const struct buf *content, struct err *err)
{
	struct str name = attach_name(chat->doc, number, extension);

	if (content->len > chat->channel->attach_max) {
		err_set(err, ERR_LIMIT, "%.*s has %zu bytes; %s takes files up to %zu MB",
			STR_ARG(name), content->len, chat->channel->label,
			chat->channel->attach_max >> 20);
		return err_hint(err, "query fewer rows, or set oversize to split");
	}
	chat_add_extra(chat, PART_FILE, type, name, buf_str(content));
	return true;
}

/* All tables, each whole; and the text when more than rows was left out. */
static bool
attach_all(struct chat *chat, const struct parts *parts, struct err *err)
{
	struct document *doc = chat->doc;
	struct doc_block *texts = xcalloc(doc->block_count + 1, sizeof(*texts));
	struct buf content = BUF_INIT;
	size_t number = 0, text_count = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < doc->block_count; i++) {
		if (doc->blocks[i].kind == DOC_MARKDOWN)
			texts[text_count++] = doc->blocks[i];
		if (doc->blocks[i].kind != DOC_TABLE)
			continue;
		buf_clear(&content);
		attach_add_csv(&content, &doc->blocks[i].table);
		ok = attach(chat, ++number, ATTACH_CSV, "csv", &content, err);
	}
	if (ok && parts->text_left_out && text_count > 0) {
		buf_clear(&content);
		attach_add_markdown(&content, doc, texts, text_count);
		ok = attach(chat, ++number, ATTACH_MARKDOWN, "md", &content, err);
	}
	free(texts);
	buf_fini(&content);
	return ok;
}

bool
chat_add_files(struct chat *chat, const struct parts *parts, struct err *err)
{
	bool left_out = parts->rows_left_out > 0 || parts->text_left_out;

	for (size_t i = 0; i < chat->picture_count; i++)
		if (!add_picture(chat, chat->pictures[i], err))
			return false;
	if (chat->doc->oversize != OVERSIZE_ATTACH || !left_out)
		return true;
	if (chat->channel->attach_max)
		return attach_all(chat, parts, err);
	document_warn(chat->doc, "W_ATTACH", "%s takes no files: what does not fit into one message "
		"is left out (oversize split would send it all)", chat->channel->label);
	return true;
}
