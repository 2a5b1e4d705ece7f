/* SPDX-License-Identifier: MIT */
/* What the chat channels share: planning a document's units into parts, numbering,
 * mentions of task and destination together, and handing out the bodies. A channel
 * brings its dialect, its budget and its envelope. */
#ifndef DP_CHANNEL_CHAT_H
#define DP_CHANNEL_CHAT_H

#include "src/base/json.h"
#include "src/channel/channel.h"
#include "src/channel/picture.h"
#include "src/content/render_markdown.h"

#define CHANNEL(name) extern const struct channel channel_##name;
#include "src/channel/channels.def"
#undef CHANNEL

/* Who is called, each once; lists in the document's arena. */
struct chat_mentions {
	bool all;
	struct name_list users, mobiles, emails;
};

/* One part about to get its envelope. */
struct chat_part {
	struct str text;  /* of the planner */
	struct str title; /* with " (2/3)", plain, one line */
	int number, of;
	bool is_last;
};

/* One more message after the text: a picture, a file, a text that mentions. */
struct chat_extra {
	const char *kind;	  /* PART_PICTURE, PART_FILE, "text" */
	const char *content_type; /* static */
	struct str title, body;	  /* in the document's arena */
};

struct chat {
	struct document *doc;
	const struct settings *settings;
	const struct channel *channel;
	struct chat_mentions mentions;
	struct unit_list units;
	struct parts_options plan; /* budget for the units alone */
	const char *content_type;
	const char *kind;
	size_t budget; /* of a whole message, where this form has one of its own; 0 */
	void *context;
	/* Appends the request body; the result is what it measures in the channel's
	 * unit, 0: the body's bytes. */
	size_t (*body)(struct chat *chat, const struct chat_part *part, struct buf *to);
	/* One more message after the last, of kind "text"; NULL: none. */
	void (*extra)(struct chat *chat, struct str title, struct buf *to);
	/* What goes out for a picture in place of its bytes, as content_type; NULL: they do. */
	bool (*picture)(struct chat *chat, const struct picture_file *picture, struct buf *to,
		struct err *err);
	struct doc_block **pictures; /* by a file, in the order of the document */
	size_t picture_count;
	struct chat_extra *extras; /* sent in order, behind the last text */
	size_t extra_count;
};

/* Units and plan prepared for a Markdown dialect, which must live as long. */
void chat_init(struct chat *chat, const struct channel *channel, struct document *doc,
	const struct settings *settings, const struct md_dialect *dialect);
/* The document's title, plain and on one line; in its arena. */
struct str chat_title(struct document *doc);
/* Takes what the envelope of a last part measures (by `measure` of the body, or as
 * the body callback says) off the budget. ERR_LIMIT when too little is left. */
bool chat_reserve_envelope(struct chat *chat, struct err *err);
/* on_image of md_units_options, context: the chat. A channel that takes pictures sends
 * them behind the text; another leaves them out with W_IMAGE. */
void chat_take_picture(void *context, struct doc_block *block);
/* Plans and hands out: the text's parts, pictures, what `oversize: attach` left out of
 * them as files, and `extra`. */
bool chat_emit(struct chat *chat, struct part_sink *sink, struct err *err);

/* Mentions of task and destination, each once. Fields: names of the destination's
 * lists, NULL none; `all` the name of its switch. What the channel cannot do (its
 * field is NULL and the task asks) is a warning W_MENTION. */
void chat_collect_mentions(struct chat *chat, const char *all, const char *users,
	const char *mobiles, const char *emails);
bool chat_has_mentions(const struct chat_mentions *m);
/* "<open>NAME<close> …" for each, blanks between. */
void chat_add_names(struct buf *to, const struct name_list *names, const char *open,
	const char *close);

/* Words of a FIELD_LIST, trimmed, empty ones dropped; in the arena. */
struct name_list settings_words(const struct settings *settings, const char *name,
	struct arena *arena);
/* One of the destination's keywords stands in what is read of the body, or it has none. */
bool chat_passes_keywords(const struct send_request *request);
/* W_KEYWORD, once a document. */
void chat_warn_keyword(struct chat *chat, const struct name_list *keywords, struct str body,
	const struct chat_part *part);

/* Copies title and body. */
void chat_add_extra(struct chat *chat, const char *kind, const char *content_type,
	struct str title, struct str body);
/* chat_files.c: pictures and left-out rows become extras. */
bool chat_add_files(struct chat *chat, const struct parts *parts, struct err *err);

/* A table as an element of a card: how its head, its rows and its end are written. */
struct card_table {
	void (*head)(struct buf *to, const struct doc_table *table);
	/* `columns` > 0 cuts what is shown of a cell. */
	void (*row)(const void *context, struct buf *to, const struct doc_table *table, size_t row,
		size_t columns);
	struct str between, tail;
};
void card_table_add(const struct card_table *form, const void *context,
	const struct doc_table *table, struct unit_list *units);

/* What a channel shows of a document, for its preview (chat_preview.c). */
struct chat_look {
	bool shows_colors;
	bool shows_pictures; /* those by a file too */
	enum md_table_style table;
	const char *table_note; /* said when there is a table; NULL: nothing */
};

/* The message as the channel shows it, and what it leaves out; never fails. */
bool chat_preview(const struct channel *channel, const struct chat_look *look,
	const struct document *doc, int columns, struct buf *to);

/* ["a","b"] */
void json_add_list(struct buf *to, const struct name_list *list);
/* "key":"value" with escapes, and a comma before it when wanted. */
void json_add_member(struct buf *to, const char *key, struct str value, bool comma);

#endif
