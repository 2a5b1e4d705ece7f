/* SPDX-License-Identifier: MIT */
#include "src/content/parts_planner.h"

#include <stdlib.h>

#include "src/base/utf8.h"

#define WIDEST_CUT 4096 /* columns the search for a shorter row begins with */

size_t
planner_measure(const struct planner *p, struct str s)
{
	if (s.len == 0)
		return 0;
	return p->o->measure ? p->o->measure(s) : s.len;
}

size_t
planner_add_costs(size_t a, size_t b)
{
	return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

bool
planner_counts_rows(const struct unit *u)
{
	return u->table || u->is_table;
}

/* --- parts --- */

static void
append_slice(struct buf *to, const struct slice *s)
{
	if (!s->unit) {
		buf_add_str(to, s->text);
		return;
	}
	buf_add_str(to, s->unit->head);
	for (size_t i = s->from; i < s->to; i++) {
		if (i > s->from)
			buf_add_str(to, s->unit->between);
		buf_add_str(to, s->unit->rows[i]);
	}
	buf_add_str(to, s->unit->tail);
}

void
planner_add_part(struct planner *p, size_t slices, size_t cost, size_t rows)
{
	struct buf text = BUF_INIT;
	struct arena *a = &p->doc->arena;

	for (size_t i = 0; i < slices; i++) {
		if (i)
			buf_adds(&text, p->o->separator ? p->o->separator : "");
		append_slice(&text, &p->slices[i]);
	}
	if (p->parts->count == p->room_parts) {
		size_t room = p->room_parts ? p->room_parts * 2 : 4;

		p->parts->list = arena_grow(a, p->parts->list,
			p->room_parts * sizeof(*p->parts->list), room * sizeof(*p->parts->list));
		p->room_parts = room;
	}
	p->parts->list[p->parts->count++] = (struct planned_part){
		.text = arena_str(a, buf_str(&text)), .cost = cost, .rows = rows };
	buf_fini(&text);
}

static size_t
slice_cost(const struct planner *p, const struct slice *s)
{
	return s->unit ? planner_measure(p, s->unit->head) : planner_measure(p, s->text);
}

/* Ends the part. Headings at its end go over to the next one. */
static void
close_part(struct planner *p)
{
	size_t keep = p->count, moved = 0, carried = 0;

	while (keep > 1 && p->slices[keep - 1].keep_with_next)
		keep--;
	for (size_t i = keep; i < p->count; i++) {
		moved += slice_cost(p, &p->slices[i]) + p->separator;
		carried += slice_cost(p, &p->slices[i]) + (i > keep ? p->separator : 0);
	}
	planner_add_part(p, keep, p->cost - moved, p->rows);
	memmove(p->slices, p->slices + keep, (p->count - keep) * sizeof(*p->slices));
	p->count -= keep;
	p->cost = carried;
	p->units = p->count;
	p->tables = p->rows = 0;
}

/* What may still go in, were it the next unit; the separator already paid. */
static size_t
room_left(const struct planner *p)
{
	size_t taken = planner_add_costs(p->cost, p->count ? p->separator : 0);

	if (p->o->max_units && p->units >= p->o->max_units)
		return 0;
	return p->budget > taken ? p->budget - taken : 0;
}

void
planner_push(struct planner *p, struct slice s, size_t cost, bool is_table)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 16;
		p->slices = xreallocarray(p->slices, p->room, sizeof(*p->slices));
	}
	p->cost += cost + (p->count ? p->separator : 0);
	p->slices[p->count++] = s;
	p->units++;
	p->tables += is_table;
	if (s.unit && planner_counts_rows(s.unit))
		p->rows += s.to - s.from;
}

/* --- cutting text --- */

/* Not inside what belongs together: \", \u0041, &amp;, <b>. */
static size_t
safe_end(struct str s, size_t end)
{
	size_t slashes = 0, back = end > 12 ? end - 12 : 0;

	while (slashes < end && s.p[end - 1 - slashes] == '\\')
		slashes++;
	if (slashes % 2)
		return end - 1;
	for (size_t i = end; i > back; i--) {
		char c = s.p[i - 1];

		if (c == ';' || c == '>' || c == ' ')
			break;
		if (c == '&' || c == '<')
			return i - 1;
		if (c == 'u' && end - i < 4 && i > 1 && s.p[i - 2] == '\\')
			return i - 2;
	}
	return end;
}

/* Bytes of the longest front that costs at most `room`: whole characters, rather whole
 * words, rather whole lines. */
static size_t
fit_text(const struct planner *p, struct str s, size_t room)
{
	size_t end = 0, cost = 0, line = 0, word = 0, safe;

	while (end < s.len) {
		size_t n = utf8_grapheme(str_slice(s, end, s.len));
		size_t c = planner_measure(p, str_slice(s, end, end + n));

		if (cost + c > room)
			break;
		cost += c;
		end += n;
		if (s.p[end - 1] == '\n')
			line = end;
		else if (s.p[end - 1] == ' ')
			word = end;
	}
	if (end == s.len)
		return end;
	if (line > end / 2)
		return line;
	if (word > end / 2)
		return word;
	safe = safe_end(s, end);
	return safe ? safe : end;
}

bool
planner_too_large(struct planner *p, const char *what, size_t cost, struct err *err)
{
	err_set(err, ERR_LIMIT, "%s of %zu %s does not fit into a message of %s (%zu)", what, cost,
		p->o->unit_name ? p->o->unit_name : "bytes",
		p->o->channel ? p->o->channel : "this channel", p->budget);
	return err_hint(err, "make it shorter");
}

/* A text too large for any part, over as many as it needs. */
static bool
add_cut_text(struct planner *p, struct str s, struct err *err)
{
	while (s.len) {
		size_t room = room_left(p), n = fit_text(p, s, room);
		struct str piece;

		if (n == 0 && p->count == 0)
			return planner_too_large(p, "a character", planner_measure(p, s), err);
		if (n == 0 || (n < s.len && p->count && room < p->budget / 4)) {
			close_part(p);
			continue;
		}
		piece = str_slice(s, 0, n);
		while (piece.len && memchr("\n ", piece.p[piece.len - 1], 2))
			piece.len--;
		if (piece.len)
			planner_push(p, (struct slice){ .text = piece }, planner_measure(p, piece),
				false);
		s = str_slice(s, n, s.len);
		if (s.len && p->count)
			close_part(p);
	}
	return true;
}

/* --- units --- */

static bool
tables_are_full(const struct planner *p, const struct unit *u)
{
	return u->is_table && p->o->max_tables && p->tables >= p->o->max_tables;
}

static bool
add_solid(struct planner *p, const struct unit *u, struct err *err)
{
	size_t cost = planner_add_costs(planner_measure(p, u->head), planner_measure(p, u->tail));

	while (p->count && (cost > room_left(p) || tables_are_full(p, u)) &&
		(u->kind != UNIT_TEXT || cost <= p->budget))
		close_part(p);
	if (cost <= room_left(p)) {
		planner_push(p,
			(struct slice){ .unit = u, .keep_with_next = u->keep_with_next }, cost,
			u->is_table);
		return true;
	}
	return u->kind == UNIT_TEXT ? add_cut_text(p, u->head, err)
				    : planner_too_large(p, "a piece", cost, err);
}

void
planner_measure_rows(struct planner *p, const struct unit *u)
{
	if (p->sums_room < u->row_count + 1) {
		p->sums_room = u->row_count + 1;
		p->sums = xreallocarray(p->sums, p->sums_room, sizeof(*p->sums));
	}
	p->head = planner_measure(p, u->head);
	p->tail = planner_measure(p, u->tail);
	p->between = planner_measure(p, u->between);
	p->most_rows = p->o->max_rows && planner_counts_rows(u) ? p->o->max_rows : SIZE_MAX;
	p->sums[0] = 0;
	for (size_t i = 0; i < u->row_count; i++)
		p->sums[i + 1] = p->sums[i] + planner_measure(p, u->rows[i]);
}

/* Cost of rows [from, to) without head and tail. */
size_t
planner_rows_cost(const struct planner *p, size_t from, size_t to)
{
	return to > from ? p->sums[to] - p->sums[from] + (to - from - 1) * p->between : 0;
}

/* The last row + 1 that still fits into `room`; by halving, sums are known. */
size_t
planner_rows_that_fit(const struct planner *p, size_t from, size_t count, size_t room)
{
	size_t low = from, high = count - from < p->most_rows ? count : from + p->most_rows;

	if (p->head + p->tail > room)
		return from;
	room -= p->head + p->tail;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (planner_rows_cost(p, from, middle) <= room)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

void
planner_push_rows(struct planner *p, const struct unit *u, size_t from, size_t to)
{
	planner_push(p, (struct slice){ .unit = u, .from = from, .to = to },
		p->head + planner_rows_cost(p, from, to) + p->tail, u->is_table);
}

struct str
planner_note(struct planner *p, const char *text)
{
	struct buf b = BUF_INIT;
	struct str s;

	if (p->o->note)
		p->o->note(p->o->context, &b, text);
	else
		buf_adds(&b, text);
	s = arena_str(&p->doc->arena, buf_str(&b));
	buf_fini(&b);
	return s;
}

/* The row with ever narrower cells until it fits into `room`; empty: it never does. */
static struct str
shorten(struct planner *p, const struct unit *u, size_t row, size_t room)
{
	size_t low = 1, high = WIDEST_CUT;
	struct str best = STR_NONE;

	while (p->o->shorten && u->table && low <= high) {
		size_t columns = low + (high - low) / 2;
		struct buf b = BUF_INIT;

		p->o->shorten(p->o->context, u, row, columns, &b);
		if (b.len && planner_measure(p, buf_str(&b)) <= room) {
			best = arena_str(&p->doc->arena, buf_str(&b));
			low = columns + 1;
		} else {
			high = columns - 1;
		}
		buf_fini(&b);
	}
	return best;
}

/* What one unit may measure. */
size_t
planner_element_room(const struct planner *p, const struct unit *u, size_t room)
{
	return p->o->max_element && !u->table && p->o->max_element < room ? p->o->max_element : room;
}

/* A line too large for one unit, over several, each with the head and tail. */
static bool
add_cut_row(struct planner *p, const struct unit *u, struct str row, struct err *err)
{
	size_t fixed = p->head + p->tail;
	struct buf piece = BUF_INIT;
	bool fits = true;

	while (row.len && fits) {
		size_t room = planner_element_room(p, u, room_left(p)), n;

		n = room > fixed ? fit_text(p, row, room - fixed) : 0;
		if (n == 0 && p->count == 0) {
			fits = planner_too_large(p, "a character",
				fixed + planner_measure(p, row), err);
			continue;
		}
		if (n == 0 || (n < row.len && p->count && room_left(p) < p->budget / 4 &&
				      tables_are_full(p, u))) {
			close_part(p);
			continue;
		}
		buf_clear(&piece);
		buf_add_str(&piece, u->head);
		buf_add_str(&piece, str_slice(row, 0, n));
		buf_add_str(&piece, u->tail);
		planner_push(p, (struct slice){ .text = arena_str(&p->doc->arena, buf_str(&piece)) },
			fixed + planner_measure(p, str_slice(row, 0, n)), u->is_table);
		row = str_slice(row, n, row.len);
		if (row.len == 0 && planner_counts_rows(u))
			p->rows++; /* where it ends */
	}
	buf_fini(&piece);
	return fits;
}

/* A row that fits into no part: of a table with shorter cells, of text in pieces. */
static bool
add_large_row(struct planner *p, const struct unit *u, size_t row, struct err *err)
{
	struct str said = planner_note(p, "Some cells are shortened with …"), cut;
	size_t fixed = p->head + p->tail + p->separator + planner_measure(p, said);
	struct unit *one = arena_new(&p->doc->arena, struct unit);

	if (!u->table && (u->head.len || u->tail.len))
		return add_cut_row(p, u, u->rows[row], err);
	if (p->count)
		close_part(p);
	if (!u->table && !u->is_table)
		return add_cut_text(p, u->rows[row], err);
	cut = p->budget > fixed ? shorten(p, u, row, p->budget - fixed) : STR_NONE;
	if (cut.len == 0)
		return planner_too_large(p, "a row",
			p->head + p->tail + planner_rows_cost(p, row, row + 1), err);
	*one = *u;
	one->rows = arena_new(&p->doc->arena, struct str);
	one->rows[0] = cut;
	one->row_count = 1;
	planner_push(p, (struct slice){ .unit = one, .to = 1 },
		p->head + p->tail + planner_measure(p, cut),
		u->is_table);
	planner_push(p, (struct slice){ .text = said }, planner_measure(p, said), false);
	p->shortened = true;
	return true;
}

static bool
add_rows(struct planner *p, const struct unit *u, struct err *err)
{
	size_t from = 0;

	planner_measure_rows(p, u);
	while (from < u->row_count) {
		size_t left = room_left(p), room = planner_element_room(p, u, left);
		size_t to = tables_are_full(p, u) ? from
						  : planner_rows_that_fit(p, from, u->row_count, room);

		if (to > from) {
			planner_push_rows(p, u, from, to);
			from = to;
			if (from < u->row_count && room == left)
				close_part(p);
		} else if (p->count && p->head + p->tail + planner_rows_cost(p, from, from + 1) <=
					       planner_element_room(p, u, p->budget)) {
			close_part(p);
		} else {
			if (!add_large_row(p, u, from, err))
				return false;
			planner_measure_rows(p, u);
			from++;
		}
	}
	return true;
}

bool
planner_is_empty(const struct unit *u)
{
	return u->head.len == 0 && u->tail.len == 0 && u->row_count == 0;
}

static bool
add_unit(struct planner *p, const struct unit *u, struct err *err)
{
	if (planner_is_empty(u))
		return true;
	if (u->kind == UNIT_ROWS && u->row_count)
		return add_rows(p, u, err);
	return add_solid(p, u, err);
}

static bool
plan_split(struct planner *p, const struct unit_list *units, struct err *err)
{
	for (size_t i = 0; i < units->count; i++)
		if (!add_unit(p, &units->list[i], err))
			return false;
	if (p->count || p->parts->count == 0)
		planner_add_part(p, p->count, p->cost, p->rows);
	return true;
}

static void
begin_again(struct planner *p)
{
	p->parts->count = p->count = 0;
	p->cost = p->units = p->tables = p->rows = 0;
	p->shortened = false;
}

static bool
refuse(struct planner *p, struct err *err)
{
	err_set(err, ERR_LIMIT,
		"the message needs %zu parts in %s, which takes %zu %s at once, and oversize is "
		"\"fail\"",
		p->parts->count, p->o->channel ? p->o->channel : "this channel", p->budget,
		p->o->unit_name ? p->o->unit_name : "bytes");
	return err_hint(err, "set oversize to split or truncate, or query fewer rows");
}

bool
parts_plan(const struct parts_options *options, const struct unit_list *units,
	struct document *doc, struct parts *parts, struct err *err)
{
	struct planner p = { .o = options, .doc = doc, .parts = parts, .budget = SIZE_MAX };
	bool ok, truncate = options->oversize == OVERSIZE_TRUNCATE ||
			    options->oversize == OVERSIZE_ATTACH;

	*parts = (struct parts){ 0 };
	if (options->budget)
		p.budget = options->budget > options->last_reserve
				   ? options->budget - options->last_reserve
				   : 1;
	p.separator = planner_measure(&p, str_from(options->separator ? options->separator : ""));
	ok = plan_split(&p, units, err);
	if (ok && parts->count > 1 && options->oversize == OVERSIZE_FAIL)
		ok = refuse(&p, err);
	if (truncate && (!ok || parts->count > 1)) {
		begin_again(&p);
		ok = planner_truncate(&p, units, err);
	}
	if (ok && p.shortened)
		document_warn(doc, "W_CUT_ROW",
			"%s: a row is larger than a whole message; its longest cells are "
			"shortened with …", options->channel ? options->channel : "message");
	free(p.slices);
	free(p.sums);
	return ok;
}
