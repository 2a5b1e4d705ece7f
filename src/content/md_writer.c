/* SPDX-License-Identifier: MIT */
#include "src/content/md_writer.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/content/html_text.h"
#include "src/content/markdown.h"
#include "src/content/md_marks.h"

void
md_writer_init(struct md_writer *w, const struct md_dialect *dialect)
{
	*w = (struct md_writer){ .d = dialect };
}

void
md_writer_fini(struct md_writer *w)
{
	buf_fini(&w->to);
}

/* --- pieces --- */

static size_t
close_cost(const struct md_writer *w)
{
	size_t cost = 0;

	for (size_t i = 0; i < w->open_count; i++)
		cost += w->measure(w->context, str_from(w->open[i]->close));
	return cost;
}

static void
cut_piece(struct md_writer *w)
{
	for (size_t i = w->open_count; i-- > 0;)
		buf_adds(&w->to, w->open[i]->close);
	w->piece(w->context, buf_str(&w->to));
	buf_clear(&w->to);
	for (size_t i = 0; i < w->open_count; i++)
		buf_adds(&w->to, w->open[i]->open);
	w->cost = w->measure(w->context, buf_str(&w->to));
}

/* Counts what was added since `start`; when the piece would become too large, takes it
 * back and returns false. */
static bool
keep(struct md_writer *w, size_t start)
{
	struct str added = { w->to.p + start, w->to.len - start };
	size_t cost;

	if (w->max == 0 || added.len == 0)
		return true;
	cost = w->measure(w->context, added);
	if (w->cost + cost + close_cost(w) > w->max) {
		buf_truncate(&w->to, start);
		return false;
	}
	w->cost += cost;
	return true;
}

/* For what cannot be made smaller. */
static void
keep_anyway(struct md_writer *w, size_t start)
{
	if (w->max)
		w->cost += w->measure(w->context, str_slice(buf_str(&w->to), start, w->to.len));
}

static void
add_raw(struct md_writer *w, const char *s)
{
	size_t start = w->to.len;

	buf_adds(&w->to, s);
	if (keep(w, start))
		return;
	cut_piece(w);
	start = w->to.len;
	buf_adds(&w->to, s);
	keep_anyway(w, start);
}

static void
escape_to(struct md_writer *w, struct str s, escape_fn escape)
{
	if (escape)
		escape(&w->to, s);
	else
		buf_add_str(&w->to, s);
}

/* The next bit of a text that may go alone into a piece: a word with the blank behind
 * it, at most `most` bytes but always a whole character. */
static size_t
bit_length(struct str s, size_t most)
{
	size_t len = 0;

	do {
		size_t n = utf8_grapheme(str_slice(s, len, s.len));

		if (len && len + n > most)
			break;
		len += n;
	} while (len < s.len && s.p[len - 1] != ' ');
	return len;
}

static void
add_text(struct md_writer *w, struct str s, escape_fn escape)
{
	size_t most = 400;
	bool fresh = false;

	if (w->max == 0) {
		escape_to(w, s, escape);
		return;
	}
	while (s.len) {
		size_t start = w->to.len, len = bit_length(s, most);

		escape_to(w, str_slice(s, 0, len), escape);
		if (keep(w, start)) {
			fresh = false;
		} else if (!fresh) {
			cut_piece(w);
			fresh = true;
			continue;
		} else if (most > 1) { /* too long for a piece of its own */
			most /= 2;
			continue;
		} else {
			escape_to(w, str_slice(s, 0, len), escape);
			keep_anyway(w, start);
		}
		most = 400;
		s = str_slice(s, len, s.len);
	}
}

static void
add_spans(struct md_writer *w, const struct text *t, escape_fn author, escape_fn data)
{
	for (size_t i = 0; i < t->count; i++)
		add_text(w, t->spans[i].text, t->spans[i].is_data ? data : author);
}

/* --- the author's literal text --- */

/* `live`: a byte each, as md_marks_find says. */
static void
add_literal(struct md_writer *w, struct str s, const bool *live)
{
	const struct md_dialect *d = w->d;
	size_t begun = 0;

	for (size_t i = 0; i < s.len; i++) {
		bool bar = s.p[i] == '|' && w->in_cell && d->table == MD_TABLE_GFM;

		if (!live[i] && !bar)
			continue;
		add_text(w, str_slice(s, begun, i), d->author);
		add_text(w, str_slice(s, i, i + 1), w->in_cell ? d->cell : d->data);
		begun = i + 1;
	}
	add_text(w, str_slice(s, begun, s.len), d->author);
}

/* What stands in the text, escaped or not, stays what it is: a client takes "*x*" for
 * marks again, and a bar for the end of a table's cell. */
static void
write_text(struct md_writer *w, const struct text *t)
{
	bool *live = md_marks_find(t, w->d->marks), *at = live;

	for (size_t i = 0; i < t->count; at += t->spans[i++].text.len)
		if (t->spans[i].is_data)
			add_text(w, t->spans[i].text, w->in_cell ? w->d->cell : w->d->data);
		else
			add_literal(w, t->spans[i].text, at);
	free(live);
}

static void
wide_bar(struct buf *to, struct str bar)
{
	(void)bar;
	buf_adds(to, "｜");
}

/* Also inside code a bar ends a table's cell. */
static void
add_code(struct md_writer *w, struct str s, escape_fn escape)
{
	bool in_row = w->in_cell && w->d->table == MD_TABLE_GFM;

	for (size_t bar; in_row && (bar = str_find(s, STR("|"), 0)) != SIZE_MAX;) {
		add_text(w, str_slice(s, 0, bar), escape);
		add_text(w, STR("|"), w->d->html_passes ? w->d->cell : wide_bar);
		s = str_slice(s, bar + 1, s.len);
	}
	add_text(w, s, escape);
}

/* --- inline --- */

static void
write_wrapped(struct md_writer *w, const struct md_node *node, const struct md_wrap *wrap)
{
	bool kept = wrap->open && w->open_count < MD_MAX_OPEN;

	if (wrap->open)
		add_raw(w, wrap->open);
	if (kept)
		w->open[w->open_count++] = wrap;
	md_write_inlines(w, node->first);
	if (kept)
		w->open_count--;
	if (wrap->open)
		add_raw(w, wrap->close);
}

static void
write_code(struct md_writer *w, const struct md_node *node)
{
	const struct md_wrap *wrap = &w->d->inline_code;
	escape_fn data = w->d->code;

	if (!wrap->open) {
		add_spans(w, &node->text, w->d->author, w->d->data);
		return;
	}
	add_raw(w, wrap->open);
	if (w->open_count < MD_MAX_OPEN)
		w->open[w->open_count++] = wrap;
	for (size_t i = 0; i < node->text.count; i++)
		add_code(w, node->text.spans[i].text,
			node->text.spans[i].is_data || w->d->author ? data : NULL);
	w->open_count--;
	add_raw(w, wrap->close);
}

static bool
same_text(const struct md_node *first, const struct text *url)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	bool same;

	if (!first || first->next || first->kind != MD_TEXT)
		return false;
	text_plain(&a, &first->text);
	text_plain(&b, url);
	same = str_equal(buf_str(&a), buf_str(&b)) ||
	       (b.len > a.len && str_ends(buf_str(&b), buf_str(&a)));
	buf_fini(&a);
	buf_fini(&b);
	return same;
}

static void
write_label(struct md_writer *w, const struct md_node *node, struct str url)
{
	if (node->first)
		md_write_inlines(w, node->first);
	else if (w->d->author)
		w->d->author(&w->to, url);
	else
		buf_add_str(&w->to, url);
}

/* Address and label go out together: a cut never falls into the address. */
static void
write_address(struct md_writer *w, const struct md_node *node, const char *url)
{
	switch (w->d->link) {
	case MD_LINK_INLINE:
		add_raw(w, "[");
		write_label(w, node, str_from(url));
		buf_addf(&w->to, "](%s)", url);
		break;
	case MD_LINK_ANGLE:
		buf_addf(&w->to, "<%s|", url);
		write_label(w, node, str_from(url));
		buf_adds(&w->to, ">");
		break;
	case MD_LINK_HTML:
		buf_adds(&w->to, "<a href=\"");
		w->d->data(&w->to, str_from(url));
		buf_adds(&w->to, "\">");
		write_label(w, node, str_from(url));
		buf_adds(&w->to, "</a>");
		break;
	case MD_LINK_PLAIN:
		if (node->first && !same_text(node->first, &node->url)) {
			md_write_inlines(w, node->first);
			buf_addf(&w->to, " (%s)", url);
		} else {
			buf_adds(&w->to, url);
		}
		break;
	}
}

static void
write_link(struct md_writer *w, const struct md_node *node)
{
	struct buf url = BUF_INIT;
	size_t start = w->to.len, max = w->max;

	if (!markdown_add_url(&url, &node->url, w->d->extra_scheme) || url.len == 0) {
		md_write_inlines(w, node->first);
	} else {
		w->max = 0;
		write_address(w, node, buf_text(&url));
		w->max = max;
		if (!keep(w, start)) {
			cut_piece(w);
			start = w->to.len;
			w->max = 0;
			write_address(w, node, buf_text(&url));
			w->max = max;
			keep_anyway(w, start);
		}
	}
	buf_fini(&url);
}

static void
write_image(struct md_writer *w, const struct md_node *node)
{
	struct buf url = BUF_INIT;

	if (w->d->image == MD_IMAGE_LINK) {
		write_link(w, node);
		return;
	}
	if (!markdown_add_url(&url, &node->url, w->d->extra_scheme)) {
		md_write_inlines(w, node->first);
	} else {
		add_raw(w, "![");
		md_write_inlines(w, node->first);
		add_raw(w, "](");
		add_raw(w, buf_text(&url));
		add_raw(w, ")");
	}
	buf_fini(&url);
}

static void
write_html(struct md_writer *w, const struct md_node *node)
{
	struct buf tag = BUF_INIT;

	text_plain(&tag, &node->text);
	if (w->d->html_passes)
		add_spans(w, &node->text, NULL, w->d->data);
	else if (html_is_break(buf_str(&tag)))
		add_raw(w, w->in_cell ? w->d->cell_break : w->d->hard_break);
	buf_fini(&tag);
}

static void
write_inline(struct md_writer *w, const struct md_node *node)
{
	static const struct md_wrap no_marks;
	const struct md_dialect *d = w->d;

	switch ((int)node->kind) {
	case MD_TEXT:
		write_text(w, &node->text);
		break;
	case MD_SOFT_BREAK:
		add_raw(w, w->in_cell ? " " : d->soft_break);
		break;
	case MD_HARD_BREAK:
		add_raw(w, w->in_cell ? d->cell_break : d->hard_break);
		break;
	case MD_CODE:
		write_code(w, node);
		break;
	case MD_EMPH:
		write_wrapped(w, node, &d->emph);
		break;
	case MD_STRONG:
		write_wrapped(w, node, w->in_bold ? &no_marks : &d->strong);
		break;
	case MD_STRIKE:
		write_wrapped(w, node, &d->strike);
		break;
	case MD_LINK:
		write_link(w, node);
		break;
	case MD_IMAGE:
		write_image(w, node);
		break;
	case MD_HTML_INLINE:
		write_html(w, node);
		break;
	default:
		md_write_inlines(w, node->first);
	}
}

void
md_write_inlines(struct md_writer *w, const struct md_node *node)
{
	for (; node; node = node->next)
		write_inline(w, node);
}

/* --- blocks --- */

void
md_add_prefixed(struct buf *to, struct str text, const char *prefix)
{
	for (bool more = true; more;) {
		size_t end = str_find(text, STR("\n"), 0);
		struct str line = end == SIZE_MAX ? text : str_slice(text, 0, end);

		more = end != SIZE_MAX;
		if (line.len)
			buf_adds(to, prefix);
		else
			buf_add_str(to, str_trim(str_from(prefix)));
		buf_add_str(to, line);
		if (more) {
			buf_addc(to, '\n');
			text = str_slice(text, end + 1, text.len);
		}
	}
}

static void
write_heading(struct md_writer *w, const struct md_node *node)
{
	int level = node->level < 1 ? 1 : node->level > 6 ? 6 : node->level;
	const struct md_wrap *wrap = &w->d->heading[level - 1];

	w->in_bold = wrap->close && *wrap->close;
	write_wrapped(w, node, wrap);
	w->in_bold = false;
}

static void
write_quote(struct md_writer *w, const struct md_node *node)
{
	const struct md_wrap *quote = &w->d->quote;
	struct md_writer inner;

	md_writer_init(&inner, w->d);
	md_write_blocks(&inner, node->first, false);
	if (quote->close) {
		buf_adds(&w->to, quote->open);
		buf_add_str(&w->to, buf_str(&inner.to));
		buf_adds(&w->to, quote->close);
	} else {
		md_add_prefixed(&w->to, buf_str(&inner.to), quote->open ? quote->open : "");
	}
	md_writer_fini(&inner);
}

/* Escapes are for one line: they take line ends for blanks. */
static void
add_code_lines(struct buf *to, struct str s, escape_fn escape)
{
	for (size_t end; escape && (end = str_find(s, STR("\n"), 0)) != SIZE_MAX;) {
		escape(to, str_slice(s, 0, end));
		buf_addc(to, '\n');
		s = str_slice(s, end + 1, s.len);
	}
	if (escape)
		escape(to, s);
	else
		buf_add_str(to, s);
}

static void
write_code_block(struct md_writer *w, const struct md_node *node)
{
	const struct md_wrap *wrap = &w->d->code_block;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < node->text.count; i++) {
		const struct span *s = &node->text.spans[i];

		add_code_lines(&text, s->text, s->is_data || w->d->author ? w->d->code : NULL);
	}
	if (text.len && text.p[text.len - 1] == '\n')
		buf_truncate(&text, text.len - 1);
	if (wrap->open)
		buf_adds(&w->to, wrap->open);
	buf_add_str(&w->to, buf_str(&text));
	if (wrap->open)
		buf_adds(&w->to, wrap->close);
	buf_fini(&text);
}

void
md_write_item(struct md_writer *w, const struct md_node *list, const struct md_node *item,
	int number)
{
	struct md_writer inner;
	struct buf bullet = BUF_INIT, indent = BUF_INIT, lines = BUF_INIT;

	if (list->ordered)
		buf_addf(&bullet, "%d. ", number);
	else
		buf_adds(&bullet, w->d->bullet);
	buf_add_repeat(&indent, " ", list->ordered ? bullet.len : 2);
	if (item->is_task)
		buf_adds(&bullet, item->checked ? w->d->task_done : w->d->task_open);
	md_writer_init(&inner, w->d);
	buf_adds(&inner.to, "- "); /* so that guards see the start of an item */
	md_write_blocks(&inner, item->first, list->tight || w->d->tight_lists);
	md_add_prefixed(&lines, str_slice(buf_str(&inner.to), 2, inner.to.len), buf_text(&indent));
	buf_add_str(&w->to, buf_str(&bullet));
	if (lines.len > indent.len)
		buf_add_str(&w->to, str_slice(buf_str(&lines), indent.len, lines.len));
	md_writer_fini(&inner);
	buf_fini(&bullet);
	buf_fini(&indent);
	buf_fini(&lines);
}

static void
write_list(struct md_writer *w, const struct md_node *list)
{
	int number = list->level;

	for (const struct md_node *item = list->first; item; item = item->next) {
		md_write_item(w, list, item, number++);
		if (item->next)
			buf_adds(&w->to, list->tight || w->d->tight_lists ? "\n" : "\n\n");
	}
}

static void
write_table(struct md_writer *w, const struct md_node *table)
{
	struct arena arena = ARENA_INIT;
	struct unit_list units;

	unit_list_init(&units, &arena);
	md_table_unit(&units, table, w->d);
	for (size_t i = 0; i < units.count; i++) {
		const struct unit *u = &units.list[i];

		buf_add_str(&w->to, u->head);
		for (size_t r = 0; r < u->row_count; r++) {
			if (r)
				buf_add_str(&w->to, u->between);
			buf_add_str(&w->to, u->rows[r]);
		}
		buf_add_str(&w->to, u->tail);
	}
	arena_fini(&arena);
}

static void
write_html_block(struct md_writer *w, const struct md_node *node)
{
	struct buf html = BUF_INIT, text = BUF_INIT;

	if (w->d->html_passes) {
		text_escaped(&html, &node->text, w->d->data);
		buf_add_str(&w->to, str_trim(buf_str(&html)));
	} else {
		text_plain(&html, &node->text);
		html_to_text(&text, buf_str(&html));
		w->d->data(&w->to, str_trim(buf_str(&text)));
	}
	buf_fini(&html);
	buf_fini(&text);
}

void
md_write_block(struct md_writer *w, const struct md_node *node)
{
	switch ((int)node->kind) {
	case MD_HEADING:
		write_heading(w, node);
		break;
	case MD_QUOTE:
		write_quote(w, node);
		break;
	case MD_LIST:
		write_list(w, node);
		break;
	case MD_CODE_BLOCK:
		write_code_block(w, node);
		break;
	case MD_TABLE:
		write_table(w, node);
		break;
	case MD_RULE:
		buf_adds(&w->to, w->d->rule);
		break;
	case MD_HTML_BLOCK:
		write_html_block(w, node);
		break;
	default:
		md_write_inlines(w, node->first);
	}
}

void
md_write_blocks(struct md_writer *w, const struct md_node *node, bool tight)
{
	for (; node; node = node->next) {
		md_write_block(w, node);
		if (node->next)
			buf_adds(&w->to, tight ? "\n" : w->d->paragraph);
	}
}
