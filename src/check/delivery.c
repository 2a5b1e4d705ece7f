/* SPDX-License-Identifier: MIT */
/* What the channels of a push node's destinations make of its content: what they will
 * not show, take or call. Files of pictures are looked at, nothing is sent. */
#include <stdlib.h>

#include "src/channel/channel.h"
#include "src/channel/picture.h"
#include "src/check/checker.h"
#include "src/content/markdown.h"

struct delivery {
	struct checker *c;
	const struct names *names;
	const struct node *node;
	const struct json_path *way; /* of the node */
	struct json_path place;	     /* of the destination's name */
	const char *destination;
	const struct channel *channel;
	const struct settings *settings; /* NULL: not known */
};

static bool
takes_pictures(const struct delivery *d)
{
	const struct channel *ch = d->channel;

	if (ch->picture_max && ch->picture_needs)
		return !d->settings || settings_has(d->settings, ch->picture_needs);
	return ch->picture_max > 0;
}

static void
check_picture(const struct delivery *d, const struct block *block, const struct json_path *item)
{
	struct json_path path = { item, "path", 0 };
	struct err err = ERR_INIT;

	if (!*block->path)
		return;
	if (!takes_pictures(d)) {
		if (d->channel->budget > 0)
			check_say(d->c, RULE_NO_PICTURE, SPOT(&path), d->channel->picture_max ?
				N_("give the destination app_id and app_secret, or the picture a \"url\"") :
				N_("give a \"url\" that the readers' clients can reach"),
				"%s (%s) takes no pictures by a file: it is left out",
				d->destination, check_said(d->c, d->channel->label));
		return;
	}
	if (!strstr(block->path, "${") &&
		!picture_check(str_from(block->path), d->channel->picture_max, &err))
		check_say(d->c, RULE_PICTURE, SPOT(&path), err.hint, "%s: %s", d->destination,
			err.msg);
}

/* Columns a table certainly has: as authored, or those its one statement yields. */
static size_t
count_columns(const struct delivery *d, const struct block *block)
{
	size_t most = 0;

	if (block->column_count > 0)
		return block->column_count;
	for (size_t i = 0; i < d->names->count; i++) {
		const struct node_facts *f = &d->c->facts[d->names->list[i].node];

		for (size_t k = f->first; k < f->list_count; k++)
			if ((block->query == 0 || (size_t)block->query == k - f->first + 1) &&
				f->lists[k].is_known)
				most += f->lists[k].count;
	}
	return most;
}

static void
check_columns(const struct delivery *d, const struct block *block, const struct json_path *item)
{
	size_t count = count_columns(d, block);

	if (d->channel->most_columns > 0 && count > d->channel->most_columns)
		check_say(d->c, RULE_COLUMNS, SPOT(item), "choose the columns to show",
			"%s (%s) shows %zu of the table's %zu columns", d->destination,
			check_said(d->c, d->channel->label), d->channel->most_columns, count);
}

/* Only texts that may hold a tag are worth the parser. */
static void
check_html(const struct delivery *d, const struct block *block, const struct json_path *item)
{
	struct json_path text = { item, "text", 0 };
	struct span span = { str_from(block->text), false };
	struct text source = { &span, 1 };
	struct arena arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct buf tag = BUF_INIT;
	const struct md_node *root;

	if (d->channel->budget == 0 || block->source_mode || !strchr(block->text, '<'))
		return;
	root = markdown_parse(&arena, &source, &ignored);
	if (root && markdown_find_html(root, &tag))
		check_say(d->c, RULE_HTML, SPOT(&text),
			"set the block's mode to source to send a channel's own tags",
			"%s (%s) leaves %s and other tags out in rich mode", d->destination,
			check_said(d->c, d->channel->label), buf_text(&tag));
	buf_fini(&tag);
	arena_fini(&arena);
}

/* Whether one of the words stands in what the author wrote. */
static bool
has_word(const struct delivery *d, struct str keyword)
{
	const struct node *n = d->node;
	char *word = str_dup(keyword);
	bool has = strstr(n->title, word) != NULL;

	for (size_t i = 0; !has && i < n->block_count; i++) {
		const struct block *b = &n->blocks[i];

		if (b->kind == BLOCK_MARKDOWN)
			has = strstr(b->text, word) != NULL;
		for (size_t k = 0; b->kind == BLOCK_TABLE && k < b->column_count; k++)
			has = has || strstr(b->columns[k].header, word);
	}
	free(word);
	return has;
}

static void
check_keywords(const struct delivery *d)
{
	struct str list = d->settings ? str_from(settings_get(d->settings, "keywords")) : STR_NONE;
	bool any = false, has = false;

	for (size_t at = 0, end; at < list.len; at = end + 1) {
		struct str word;

		for (end = at; end < list.len && !strchr(",;\n", list.p[end]); end++)
			;
		word = str_trim(str_slice(list, at, end));
		any = any || word.len > 0;
		has = has || (word.len > 0 && has_word(d, word));
	}
	if (any && !has)
		check_say(d->c, RULE_KEYWORD, SPOT(&d->place), "put one into the title",
			"none of %s's keywords is in title or text: %s would refuse the message "
			"unless data brings one", d->destination, check_said(d->c, d->channel->label));
}

static void
check_mentions(const struct delivery *d)
{
	const struct mentions *m = &d->node->mentions;
	struct json_path mentions = { d->way, "mentions", 0 };
	const struct {
		bool asked;
		unsigned can;
		const char *what;
	} all[] = {
		{ m->all, MENTION_ALL, N_("mention all") },
		{ m->users.count > 0, MENTION_USERS, N_("mention by user id") },
		{ m->mobiles.count > 0, MENTION_MOBILES, N_("mention by mobile number") },
		{ m->emails.count > 0, MENTION_EMAILS, N_("mention by mail address") },
	};

	for (size_t i = 0; i < ARRAY_LEN(all) && d->channel->budget > 0; i++)
		if (all[i].asked && !(d->channel->mentions & all[i].can))
			check_say(d->c, RULE_MENTION, SPOT(&mentions), NULL,
				"%s (%s) cannot %s", d->destination, check_said(d->c, d->channel->label),
				check_said(d->c, all[i].what));
}

static void
check_one(const struct delivery *d)
{
	struct json_path list = { d->way, "content", 0 }, oversize = { NULL, "oversize", 0 };

	for (size_t i = 0; i < d->node->block_count; i++) {
		const struct block *block = &d->node->blocks[i];
		struct json_path item = { &list, NULL, i };

		if (block->kind == BLOCK_IMAGE)
			check_picture(d, block, &item);
		else if (block->kind == BLOCK_TABLE)
			check_columns(d, block, &item);
		else if (block->kind == BLOCK_MARKDOWN)
			check_html(d, block, &item);
	}
	if (d->c->task->oversize == OVERSIZE_ATTACH && d->channel->budget > 0 &&
		d->channel->attach_max == 0)
		check_say(d->c, RULE_ATTACH, SPOT(&oversize), "set oversize to split",
			"%s (%s) takes no files: what does not fit is left out", d->destination,
			check_said(d->c, d->channel->label));
	check_keywords(d);
	check_mentions(d);
}

void
check_delivery(struct checker *c, const struct names *names, const struct node *node,
	const struct json_path *way)
{
	const struct check_context *x = c->context;
	struct json_path list = { way, "destinations", 0 };
	const char *channel;

	for (size_t i = 0; x->destination && i < node->destinations.count; i++) {
		const char *name = node->destinations.list[i];
		struct delivery d = { .c = c, .names = names, .node = node, .way = way,
			.place = { &list, NULL, i }, .destination = name };

		if (!x->destination(x->data, name, &channel))
			continue;
		d.channel = channel_find(channel);
		d.settings = x->settings ? x->settings(x->data, name) : NULL;
		if (d.channel)
			check_one(&d);
	}
}
