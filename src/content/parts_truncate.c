/* SPDX-License-Identifier: MIT */
#include "src/content/parts_planner.h"

/* --- truncation: all text, then as many rows as there is room for --- */

static void
rows_note(const struct planner *p, struct buf *to, const struct unit *u, size_t shown)
{
	thousands_add(to, shown);
	buf_adds(to, " of ");
	thousands_add(to, u->total_rows > u->row_count ? u->total_rows : u->row_count);
	buf_adds(to, planner_counts_rows(u) ? " rows" : " lines");
	buf_adds(to, p->o->left_out_note ? p->o->left_out_note : "");
}

static size_t
least_cost(struct planner *p, const struct unit *u)
{
	size_t cost = planner_add_costs(planner_measure(p, u->head), planner_measure(p, u->tail));
	struct buf longest = BUF_INIT;

	if (u->kind == UNIT_ROWS && u->row_count) {
		rows_note(p, &longest, u, u->row_count);
		cost += p->separator + planner_measure(p, planner_note(p, buf_text(&longest)));
		buf_fini(&longest);
	}
	return cost + p->separator;
}

/* Rows of one unit within `room`; a note when some are left out. */
static void
truncate_rows(struct planner *p, const struct unit *u, size_t room)
{
	struct buf text = BUF_INIT;
	struct str said;
	size_t to = 0;

	do {
		size_t from = to, start = p->cost, cost;

		to = planner_rows_that_fit(p, from, u->row_count, planner_element_room(p, u, room));
		if (to == from && from > 0)
			break;
		planner_push_rows(p, u, from, to);
		cost = p->cost - start;
		room = room > cost ? room - cost : 0;
		if (to == from)
			break;
	} while (to < u->row_count && p->o->max_element && !u->table);
	if (to == u->row_count)
		return;
	rows_note(p, &text, u, to);
	said = planner_note(p, buf_text(&text));
	planner_push(p, (struct slice){ .text = said }, planner_measure(p, said), false);
	if (planner_counts_rows(u))
		p->parts->rows_left_out += u->row_count - to;
	else
		p->parts->text_left_out = true;
	buf_fini(&text);
}

/* How many units from the first on go into the one part, in their least form. */
static size_t
count_kept(struct planner *p, const struct unit_list *units, size_t *need)
{
	size_t kept = 0, places = 0, tables = 0;

	for (; kept < units->count; kept++) {
		const struct unit *u = &units->list[kept];

		places += u->kind == UNIT_ROWS ? 2 : 1;
		tables += u->is_table;
		if ((p->o->max_units && places >= p->o->max_units) ||
			(p->o->max_tables && tables > p->o->max_tables) ||
			*need + least_cost(p, u) > p->budget)
			break;
		*need += least_cost(p, u);
	}
	return kept;
}

static struct str
rest_note(struct planner *p)
{
	struct buf text = BUF_INIT;
	struct str said;

	buf_adds(&text, "… the rest does not fit");
	buf_adds(&text, p->o->left_out_note ? p->o->left_out_note : "");
	said = planner_note(p, buf_text(&text));
	buf_fini(&text);
	return said;
}

bool
planner_truncate(struct planner *p, const struct unit_list *units, struct err *err)
{
	struct str said = rest_note(p);
	size_t need = planner_measure(p, said) + p->separator, kept = count_kept(p, units, &need);

	for (size_t i = 0; i < kept; i++) {
		const struct unit *u = &units->list[i];
		size_t least = least_cost(p, u), room;

		need -= least;
		room = p->budget > need + p->cost ? p->budget - need - p->cost : 0;
		if (planner_is_empty(u))
			continue;
		if (u->kind != UNIT_ROWS || u->row_count == 0) {
			planner_push(p, (struct slice){ .unit = u }, least - p->separator, u->is_table);
			continue;
		}
		planner_measure_rows(p, u);
		if (u->row_count <= p->most_rows &&
			p->separator + p->head + p->tail + planner_rows_cost(p, 0, u->row_count) <=
				planner_element_room(p, u, room))
			planner_push_rows(p, u, 0, u->row_count);
		else
			truncate_rows(p, u, room - (least - p->head - p->tail));
	}
	if (kept < units->count) {
		p->parts->text_left_out = true;
		for (size_t i = kept; i < units->count; i++)
			if (planner_counts_rows(&units->list[i]))
				p->parts->rows_left_out += units->list[i].row_count;
		if (kept == 0 && planner_measure(p, said) > p->budget)
			return planner_too_large(p, "the message", need, err);
		planner_push(p, (struct slice){ .text = said }, planner_measure(p, said), false);
	}
	planner_add_part(p, p->count, p->cost, p->rows);
	document_warn(p->doc, "W_TRUNCATED",
		"%s: the message is cut to one part; %zu rows left out",
		p->o->channel ? p->o->channel : "message", p->parts->rows_left_out);
	return true;
}
