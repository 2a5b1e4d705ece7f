/* SPDX-License-Identifier: MIT */
#include "src/task/diff.h"

#include <stdlib.h>

/* Beyond this many changed lines the middle is shown as removed and added whole:
 * the search costs the square of it. */
#define MAX_EDITS 1000

struct lines {
	struct str *list;
	size_t count;
};

static struct lines
cut_lines(struct str text)
{
	struct lines lines = { NULL, 0 };
	size_t pos = 0, room = 0;

	while (pos < text.len) {
		size_t end = str_find(text, STR("\n"), pos);

		if (end == SIZE_MAX)
			end = text.len;
		if (lines.count == room) {
			room = room ? room * 2 : 64;
			lines.list = xreallocarray(lines.list, room, sizeof(*lines.list));
		}
		lines.list[lines.count++] = str_slice(text, pos, end);
		pos = end + 1;
	}
	return lines;
}

static void
add_line(struct diff *d, enum diff_kind kind, struct str text, size_t old_line, size_t new_line)
{
	d->lines[d->count++] = (struct diff_line){ kind, text, (int)old_line, (int)new_line };
	d->added += kind == DIFF_ADDED;
	d->removed += kind == DIFF_REMOVED;
}

/* The two texts between their common beginning and end. */
struct middle {
	const struct str *a, *b;
	long n, m;
	size_t a_from, b_from; /* lines before them */
};

static bool
same(const struct middle *p, long x, long y)
{
	return str_equal(p->a[x], p->b[y]);
}

/* Myers' greedy search. trace[d] holds, for each diagonal -d..d, how far in `a` d
 * edits reach. Returns the number of edits, -1 beyond MAX_EDITS. */
static long
search(const struct middle *p, int **trace)
{
	long most = p->n + p->m < MAX_EDITS ? p->n + p->m : MAX_EDITS;

	for (long d = 0; d <= most; d++) {
		const int *before = d ? trace[d - 1] + (d - 1) : NULL;

		trace[d] = xcalloc((size_t)(2 * d + 1), sizeof(int));
		for (long k = -d; k <= d; k += 2) {
			long x = 0;

			if (d > 0)
				x = k == -d || (k != d && before[k - 1] < before[k + 1])
					    ? before[k + 1]
					    : before[k - 1] + 1;
			while (x < p->n && x - k < p->m && same(p, x, x - k))
				x++;
			trace[d][k + d] = (int)x;
			if (x >= p->n && x - k >= p->m)
				return d;
		}
	}
	return -1;
}

/* Walks the trace back from the end; the kinds come out in reverse. */
static size_t
walk_back(const struct middle *p, int **trace, long d, enum diff_kind *kinds)
{
	long x = p->n, y = p->m;
	size_t count = 0;

	for (; d > 0; d--) {
		const int *before = trace[d - 1] + (d - 1);
		long k = x - y;
		bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);
		long from_k = down ? k + 1 : k - 1, from_x = before[from_k];

		while (x > (down ? from_x : from_x + 1)) {
			kinds[count++] = DIFF_SAME;
			x--;
			y--;
		}
		kinds[count++] = down ? DIFF_ADDED : DIFF_REMOVED;
		x = from_x;
		y = from_x - from_k;
	}
	for (; x > 0; x--)
		kinds[count++] = DIFF_SAME;
	return count;
}

static void
add_kinds(struct diff *d, const struct middle *p, const enum diff_kind *kinds, size_t count)
{
	size_t x = 0, y = 0;

	while (count-- > 0) {
		size_t old_line = kinds[count] == DIFF_ADDED ? 0 : p->a_from + x + 1;
		size_t new_line = kinds[count] == DIFF_REMOVED ? 0 : p->b_from + y + 1;

		add_line(d, kinds[count], kinds[count] == DIFF_ADDED ? p->b[y] : p->a[x], old_line,
			new_line);
		x += kinds[count] != DIFF_ADDED;
		y += kinds[count] != DIFF_REMOVED;
	}
}

static void
add_middle(struct diff *d, const struct middle *p)
{
	int **trace = xcalloc(MAX_EDITS + 1, sizeof(*trace));
	enum diff_kind *kinds = xcalloc((size_t)(p->n + p->m), sizeof(*kinds));
	long edits = search(p, trace);
	size_t count = 0;

	if (edits >= 0) {
		count = walk_back(p, trace, edits, kinds);
	} else {
		for (long i = 0; i < p->m; i++)
			kinds[count++] = DIFF_ADDED;
		for (long i = 0; i < p->n; i++)
			kinds[count++] = DIFF_REMOVED;
	}
	add_kinds(d, p, kinds, count);
	for (long i = 0; i <= MAX_EDITS; i++)
		free(trace[i]);
	free(trace);
	free(kinds);
}

static void
add_row(struct diff *d, size_t left, size_t right, bool changed)
{
	d->rows[d->row_count++] = (struct diff_row){ left, right, changed };
}

/* Puts each run of changes side by side: its removed lines left, its added right. */
static void
make_rows(struct diff *d)
{
	size_t i = 0;

	d->rows = xcalloc(d->count, sizeof(*d->rows));
	while (i < d->count) {
		size_t end = i, left, right;

		if (d->lines[i].kind == DIFF_SAME) {
			add_row(d, i, i, false);
			i++;
			continue;
		}
		while (end < d->count && d->lines[end].kind != DIFF_SAME)
			end++;
		for (left = right = i; left < end || right < end; left++, right++) {
			while (left < end && d->lines[left].kind != DIFF_REMOVED)
				left++;
			while (right < end && d->lines[right].kind != DIFF_ADDED)
				right++;
			if (left < end || right < end)
				add_row(d, left < end ? left : SIZE_MAX,
					right < end ? right : SIZE_MAX, true);
		}
		i = end;
	}
}

void
diff_make(struct diff *d, struct str before, struct str after)
{
	struct lines a = cut_lines(before), b = cut_lines(after);
	size_t head = 0, tail = 0;
	struct middle p;

	*d = (struct diff){ .lines = xcalloc(a.count + b.count, sizeof(*d->lines)) };
	while (head < a.count && head < b.count && str_equal(a.list[head], b.list[head]))
		head++;
	while (tail < a.count - head && tail < b.count - head &&
		str_equal(a.list[a.count - 1 - tail], b.list[b.count - 1 - tail]))
		tail++;
	for (size_t i = 0; i < head; i++)
		add_line(d, DIFF_SAME, a.list[i], i + 1, i + 1);
	p = (struct middle){ a.list ? a.list + head : NULL, b.list ? b.list + head : NULL,
		(long)(a.count - head - tail), (long)(b.count - head - tail), head, head };
	add_middle(d, &p);
	for (size_t i = 0; i < tail; i++)
		add_line(d, DIFF_SAME, a.list[a.count - tail + i], a.count - tail + i + 1,
			b.count - tail + i + 1);
	make_rows(d);
	free(a.list);
	free(b.list);
}

void
diff_fini(struct diff *d)
{
	free(d->lines);
	free(d->rows);
	*d = (struct diff){ 0 };
}

/* The hunk that begins at or behind `from`: changes no more than 2 * context equal
 * lines apart. */
static bool
next_hunk(const struct diff *d, size_t from, size_t context, size_t *first, size_t *end)
{
	size_t i = from, last;

	while (i < d->count && d->lines[i].kind == DIFF_SAME)
		i++;
	if (i == d->count)
		return false;
	*first = i > from + context ? i - context : from;
	for (last = i; i < d->count && i - last <= 2 * context + 1; i++)
		if (d->lines[i].kind != DIFF_SAME)
			last = i;
	*end = d->count - last - 1 < context ? d->count : last + 1 + context;
	return true;
}

static void
print_hunk(const struct diff *d, size_t first, size_t end, struct buf *to)
{
	size_t old_count = 0, new_count = 0;
	int old_line = 0, new_line = 0;

	for (size_t i = 0; i < end; i++) { /* the line before counts when a side is empty */
		const struct diff_line *line = &d->lines[i];

		if (line->old_line && (i < first || old_count++ == 0))
			old_line = line->old_line;
		if (line->new_line && (i < first || new_count++ == 0))
			new_line = line->new_line;
	}
	buf_addf(to, "@@ -%d,%zu +%d,%zu @@\n", old_line, old_count, new_line, new_count);
	for (size_t i = first; i < end; i++) {
		buf_addc(to, " -+"[d->lines[i].kind]);
		buf_add_str(to, d->lines[i].text);
		buf_addc(to, '\n');
	}
}

void
diff_print(const struct diff *d, size_t context, struct buf *to)
{
	size_t first, end = 0;

	while (next_hunk(d, end, context, &first, &end))
		print_hunk(d, first, end, to);
}
