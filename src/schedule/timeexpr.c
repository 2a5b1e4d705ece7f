/* SPDX-License-Identifier: MIT */
#include "src/schedule/timeexpr.h"

#include <stdio.h>

#include "src/base/mark.h"
#include "src/schedule/timepiece.h"

#define NUMBER_MAX INT64_C(999999999)

static const char *const code_names[TIMEEXPR_CODE_COUNT] = {
	[TIMEEXPR_NONE] = "",
	[TIMEEXPR_CHAR] = "E_CHAR",
	[TIMEEXPR_PREC] = "E_PREC",
	[TIMEEXPR_FRAC] = "E_FRAC",
	[TIMEEXPR_FMT] = "E_FMT",
	[TIMEEXPR_DIV0] = "E_DIV0",
	[TIMEEXPR_BUILTIN] = "E_BUILTIN",
	[TIMEEXPR_UNCLOSED] = "E_UNCLOSED",
	[TIMEEXPR_RANGE] = "E_RANGE",
	[TIMEEXPR_LEADING_ZERO] = "W_LEADING_ZERO",
	[TIMEEXPR_DAYS_ON_COARSE] = "W_DAY_OFFSET_ON_COARSE_FORMAT",
};

static const char *const builtin_names[BUILTIN_COUNT] = {
	[BUILTIN_BIZDATE] = "bizdate",
	[BUILTIN_CYCTIME] = "cyctime",
	[BUILTIN_GMTDATE] = "gmtdate",
	[BUILTIN_BIZMONTH] = "bizmonth",
	[BUILTIN_JOBID] = "jobid",
	[BUILTIN_NODEID] = "nodeid",
	[BUILTIN_TASKID] = "taskid",
};

static const struct {
	const char *name;
	enum { NUMBER_NONE, NUMBER_OPTIONAL, NUMBER_REQUIRED } number;
} functions[FN_COUNT] = {
	[FN_ADD_MONTHS] = { "add_months", NUMBER_REQUIRED },
	[FN_THIS_DAY] = { "this_day", NUMBER_NONE },
	[FN_LAST_DAY] = { "last_day", NUMBER_NONE },
	[FN_MONTH_FIRST_DAY] = { "month_first_day", NUMBER_OPTIONAL },
	[FN_MONTH_LAST_DAY] = { "month_last_day", NUMBER_OPTIONAL },
	[FN_WEEK_FIRST_DAY] = { "week_first_day", NUMBER_OPTIONAL },
	[FN_WEEK_LAST_DAY] = { "week_last_day", NUMBER_OPTIONAL },
	[FN_YEAR_WEEK] = { "year_week", NUMBER_NONE },
};

/* One walk over a value. `base` and `to` are NULL when it is only checked; what is
 * wrong is found from left to right, so the first fault ends the walk. */
struct walk {
	struct str value;
	size_t pos, end; /* what is left to read */
	const struct timeexpr_base *base;
	struct buf *to;
	struct timeexpr_note fault;
	struct timeexpr_note *warnings;
	size_t warning_count, warning_max;
};

const char *
timeexpr_code_name(enum timeexpr_code code)
{
	return code < TIMEEXPR_CODE_COUNT ? code_names[code] : "";
}

/* What `fault` and `hint` are given goes into the catalogue (share/dev/locale). */
DP_PRINTF(5, 6)
static bool
fault(struct walk *w, enum timeexpr_code code, size_t pos, size_t len, const char *fmt, ...)
{
	va_list ap;

	w->fault = (struct timeexpr_note){ .code = code, .pos = pos, .len = len };
	va_start(ap, fmt);
	vsnprintf(w->fault.text, sizeof(w->fault.text), spoken(fmt), ap);
	va_end(ap);
	return false;
}

DP_PRINTF(2, 3)
static bool
hint(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->fault.hint, sizeof(w->fault.hint), spoken(fmt), ap);
	va_end(ap);
	return false;
}

static struct timeexpr_note *
warn(struct walk *w, enum timeexpr_code code, size_t pos, size_t end)
{
	struct timeexpr_note *note;

	if (w->warning_count >= w->warning_max)
		return NULL;
	note = &w->warnings[w->warning_count++];
	*note = (struct timeexpr_note){ .code = code, .pos = pos, .len = end - pos };
	return note;
}

static char
at(const struct walk *w, size_t pos)
{
	return pos < w->value.len ? w->value.p[pos] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- characters --------------------------------------------------------------- */

static bool
is_refused(char c)
{
	return (c >= 0 && c <= ' ') || c == '=' || c == 0x7f;
}

static bool
refused(struct walk *w, size_t pos)
{
	if (at(w, pos) == '=') {
		fault(w, TIMEEXPR_CHAR, pos, 1, "a value may not contain \"=\"");
		return hint(w, "write the value alone, without a name before it");
	}
	fault(w, TIMEEXPR_CHAR, pos, 1, "a value may not contain %s",
		at(w, pos) == ' ' ? spoken("a space") : spoken("control characters"));
	return hint(w, "use two parameters and join them in the text: ${d} ${t}");
}

static bool
is_separator(char c)
{
	return c > ' ' && c < 0x7f && !is_letter(c) && !is_digit(c) && !strchr("=${}[]()*,;", c);
}

static bool
wrong_in_format(struct walk *w, size_t pos)
{
	static const struct {
		char wrong;
		const char *right;
	} known[] = { { 'M', N_("mm for the month, mi for the minute") }, { 'Y', "yyyy" },
		{ 'D', "dd" }, { 'H', "hh24" }, { 'S', "ss" } };
	char c = at(w, pos);
	size_t len = 1;

	if (is_refused(c))
		return refused(w, pos);
	while ((c & 0x80) && pos + len < w->value.len && (at(w, pos + len) & 0xC0) == 0x80)
		len++;
	fault(w, TIMEEXPR_FMT, pos, len, "\"%.*s\" is not part of a date format", (int)len,
		w->value.p + pos);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (c == known[i].wrong)
			return hint(w, "write %s", spoken(known[i].right));
	return hint(w, "date parts are yyyy yy mm dd hh24 hh12 hh mi ss");
}

static bool
read_format(struct walk *w, struct piece *piece, size_t pos, size_t end)
{
	size_t start = pos;

	while (pos < end) {
		enum part part;
		size_t len = timepiece_token(str_slice(w->value, pos, end), &part);

		if (len && piece->kind == PIECE_CURLY && (PART_BIT(part) & PARTS_TIME)) {
			fault(w, TIMEEXPR_PREC, pos, len, "${} knows days, not \"%.*s\"", (int)len,
				w->value.p + pos);
			return hint(w, "write $[%.*s] for the scheduled time", (int)len,
				w->value.p + pos);
		}
		if (len)
			piece->parts |= PART_BIT(part);
		else if (!is_separator(at(w, pos)))
			return wrong_in_format(w, pos);
		pos += len ? len : 1;
	}
	piece->format = str_slice(w->value, start, end);
	if (piece->parts == 0) {
		fault(w, TIMEEXPR_FMT, start, end - start, "there is no date part");
		return hint(w, "date parts are yyyy yy mm dd hh24 hh12 hh mi ss");
	}
	return true;
}

/* --- numbers and offsets ------------------------------------------------------ */

/* Digits only; the caller knows that there is one. */
static bool
read_number(struct walk *w, size_t *pos, int64_t *value)
{
	size_t start = *pos;

	for (*value = 0; is_digit(at(w, *pos)); ++*pos) {
		*value = *value * 10 + (at(w, *pos) - '0');
		if (*value > NUMBER_MAX)
			return fault(w, TIMEEXPR_RANGE, start, *pos + 1 - start,
				"a number has more than 9 digits");
	}
	return true;
}

static bool
multiply(struct walk *w, int64_t *product, int64_t factor, size_t pos, size_t end)
{
	*product *= factor;
	if (*product > NUMBER_MAX)
		return fault(w, TIMEEXPR_RANGE, pos, end - pos, "a product has more than 9 digits");
	return true;
}

/* The longest suffix of the text that is one or more terms: sign, digits, and
 * digits after "*" or "/". Read backwards, so that "-" and "/" inside a format
 * stay separators. */
static size_t
find_offset(const struct walk *w, size_t start, size_t end)
{
	size_t found = end, pos = end;

	for (;;) {
		size_t digits = pos;

		while (digits > start && is_digit(at(w, digits - 1)))
			digits--;
		if (digits == pos || digits == start)
			return found;
		pos = digits - 1;
		switch (at(w, pos)) {
		case '+':
		case '-':
			found = pos;
			break;
		case '*':
		case '/':
			break;
		default:
			return found;
		}
	}
}

/* One term of an offset: at `*pos` is its sign. */
static bool
read_term(struct walk *w, struct piece *piece, size_t *pos)
{
	int sign = at(w, *pos) == '-' ? -1 : 1;
	int64_t num = 1, den = 1;
	bool slash = false;

	do {
		char op = at(w, (*pos)++);
		size_t start = *pos;
		int64_t n;

		if (op == '/' && piece->kind == PIECE_CURLY) {
			fault(w, TIMEEXPR_FRAC, start - 1, 1, "an offset in ${} is a whole number");
			return hint(w, "write $[…] for hours and minutes");
		}
		if (!read_number(w, pos, &n))
			return false;
		if (op == '/' && n == 0)
			return fault(w, TIMEEXPR_DIV0, start, *pos - start, "division by zero");
		slash = slash || op == '/';
		if (!multiply(w, op == '/' ? &den : &num, n, start, *pos))
			return false;
	} while (at(w, *pos) == '*' || at(w, *pos) == '/');
	if (!slash)
		piece->steps += sign * num;
	else if (!seconds_add(&piece->seconds, sign, num, den))
		return fault(w, TIMEEXPR_RANGE, *pos, 0, "the sum of the offsets is not exact");
	return true;
}

/* Warnings are about how a term reads, so they look at its text. */
static void
lint_term(struct walk *w, const struct piece *piece, size_t start, size_t end, size_t piece_at)
{
	struct str term = str_slice(w->value, start, end);
	bool slash = memchr(term.p, '/', term.len) != NULL;
	bool coarse = !(piece->parts & (PARTS_TIME | PART_BIT(PART_DAY)));
	bool curly = piece->kind == PIECE_CURLY;
	struct timeexpr_note *note;

	if (term.p[1] == '0' && term.len > 2 && is_digit(term.p[2]) &&
		(note = warn(w, TIMEEXPR_LEADING_ZERO, start, end))) {
		snprintf(note->text, sizeof(note->text),
			spoken("\"%.*s\" moves the date, it is not text"), STR_ARG(str_slice(term, 0, 40)));
		if (piece->function == FN_NONE && start - piece_at < 60)
			snprintf(note->hint, sizeof(note->hint), spoken("write %.*s%c%.*s for the text"),
				(int)(start - piece_at), w->value.p + piece_at, curly ? '}' : ']',
				STR_ARG(str_slice(term, 0, 20)));
	}
	if (!curly && coarse && !slash &&
		(note = warn(w, TIMEEXPR_DAYS_ON_COARSE, start, end))) {
		snprintf(note->text, sizeof(note->text),
			spoken("\"%.*s\" moves by days, though the format shows none"),
			STR_ARG(str_slice(term, 0, 40)));
		snprintf(note->hint, sizeof(note->hint),
			spoken("write add_months(…) for months, 12 of them for a year"));
	}
}

static bool
read_offset(struct walk *w, struct piece *piece, size_t pos, size_t end, size_t piece_at)
{
	piece->has_offset = pos < end;
	while (pos < end) {
		size_t start = pos;

		if (!read_term(w, piece, &pos))
			return false;
		lint_term(w, piece, start, pos, piece_at);
	}
	return true;
}

/* --- functions ---------------------------------------------------------------- */

/* name( at `pos`; FN_NONE when there is none that is known. */
static enum function
find_function(const struct walk *w, size_t pos, size_t end, size_t *after)
{
	struct str body = str_slice(w->value, pos, end);

	for (enum function f = FN_NONE + 1; f < FN_COUNT; f++) {
		struct str name = str_from(functions[f].name);

		if (str_starts(body, name) && at(w, pos + name.len) == '(' && body.len > name.len) {
			*after = pos + name.len + 1;
			return f;
		}
	}
	return FN_NONE;
}

/* int { "*" int }, each with an optional sign, that fills pos..end. */
static bool
read_argument(struct walk *w, struct piece *piece, size_t pos, size_t end)
{
	int64_t product = 1;
	int sign = 1;

	for (;;) {
		size_t start = pos;
		int64_t n;

		if (pos < end && (at(w, pos) == '-' || at(w, pos) == '+'))
			sign = at(w, pos++) == '-' ? -sign : sign;
		if (pos >= end || !is_digit(at(w, pos)))
			break;
		if (!read_number(w, &pos, &n) || !multiply(w, &product, n, start, pos))
			return false;
		if (pos == end) {
			piece->number = sign * product;
			return true;
		}
		if (at(w, pos) != '*')
			break;
		pos++;
	}
	if (pos < end && is_refused(at(w, pos)))
		return refused(w, pos);
	if (pos < end && at(w, pos) == '/')
		return fault(w, TIMEEXPR_FRAC, pos, 1, "the number of %s is a whole number",
			functions[piece->function].name);
	return fault(w, TIMEEXPR_FMT, pos, pos < end, "%s needs a whole number here",
		functions[piece->function].name);
}

static bool
read_call(struct walk *w, struct piece *piece, size_t pos, size_t end)
{
	const char *name = functions[piece->function].name;
	size_t close = pos, comma = pos;
	bool wants = functions[piece->function].number != NUMBER_NONE;

	while (close < end && at(w, close) != ')')
		close++;
	if (close == end)
		return fault(w, TIMEEXPR_UNCLOSED, pos - 1, 1, "there is no \")\" for this \"(\"");
	while (comma < close && at(w, comma) != ',')
		comma++;
	if (!read_format(w, piece, pos, comma))
		return false;
	if (comma < close && !wants)
		return fault(w, TIMEEXPR_FMT, comma, 1, "%s takes a format alone", name);
	if (comma == close && functions[piece->function].number == NUMBER_REQUIRED) {
		fault(w, TIMEEXPR_FMT, close, 1, "%s needs a number", name);
		return hint(w, "write $[%s(yyyymmdd,-1)]", name);
	}
	if (comma < close && !read_argument(w, piece, comma + 1, close))
		return false;
	if (close + 1 < end && find_offset(w, close + 1, end) != close + 1) {
		if (is_refused(at(w, close + 1)))
			return refused(w, close + 1);
		return fault(w, TIMEEXPR_FMT, close + 1, 1, "only an offset may follow %s(…)",
			name);
	}
	return true;
}

/* --- pieces ------------------------------------------------------------------- */

static bool
read_bracket(struct walk *w, struct piece *piece, size_t *next)
{
	bool curly = at(w, w->pos + 1) == '{';
	size_t start = w->pos + 2, end = start, offset, after = 0;

	*piece = (struct piece){ .kind = curly ? PIECE_CURLY : PIECE_SQUARE };
	seconds_init(&piece->seconds);
	while (end < w->end && at(w, end) != (curly ? '}' : ']'))
		end++;
	if (end == w->end)
		return fault(w, TIMEEXPR_UNCLOSED, w->pos, 2, "there is no \"%c\" for this \"$%c\"",
			curly ? '}' : ']', curly ? '{' : '[');
	*next = end + 1;
	if (!curly)
		piece->function = find_function(w, start, end, &after);
	if (piece->function != FN_NONE) {
		if (!read_call(w, piece, after, end))
			return false;
		offset = after;
		while (at(w, offset) != ')')
			offset++;
		offset++;
	} else {
		offset = find_offset(w, start, end);
		if (!read_format(w, piece, start, offset))
			return false;
	}
	return read_offset(w, piece, offset, end, w->pos);
}

static bool
read_builtin(struct walk *w, struct piece *piece, size_t *next)
{
	size_t end = w->pos + 1;
	struct str name;
	int best = 3;

	*piece = (struct piece){ .kind = PIECE_BUILTIN };
	while (end < w->end && is_letter(at(w, end)))
		end++;
	name = str_slice(w->value, w->pos + 1, end);
	*next = end;
	for (int i = 0; i < BUILTIN_COUNT; i++) {
		piece->builtin = (enum builtin)i;
		if (str_is(name, builtin_names[i]))
			return true;
	}
	fault(w, TIMEEXPR_BUILTIN, w->pos, end - w->pos, "there is no built-in \"$%.*s\"",
		STR_ARG(str_slice(name, 0, 60)));
	hint(w, "built-ins: $bizdate $cyctime $gmtdate $bizmonth $jobid $nodeid $taskid");
	for (int i = 0; i < BUILTIN_COUNT; i++) {
		int d = str_distance(name, str_from(builtin_names[i]), best);

		if (d < best) {
			best = d;
			hint(w, "did you mean $%s?", builtin_names[i]);
		}
	}
	return false;
}

static bool
walk_expression(struct walk *w)
{
	char second = w->pos + 1 < w->end ? at(w, w->pos + 1) : '\0';
	struct piece piece;
	size_t next = w->end;

	if (second == '{' || second == '[') {
		if (!read_bracket(w, &piece, &next))
			return false;
	} else if (!read_builtin(w, &piece, &next)) {
		return false;
	}
	if (w->base && !timepiece_eval(&piece, w->base, w->to))
		return fault(w, TIMEEXPR_RANGE, w->pos, next - w->pos,
			"the date is outside the years 0001 to 9999");
	w->pos = next;
	return true;
}

static struct str
strip_quotes(struct str value, size_t *pos)
{
	char q = value.len >= 2 ? value.p[0] : '\0';

	*pos = 0;
	if ((q != '\'' && q != '"') || value.p[value.len - 1] != q)
		return value;
	*pos = 1;
	return str_slice(value, 0, value.len - 1);
}

static bool
walk_value(struct walk *w)
{
	w->end = strip_quotes(w->value, &w->pos).len;
	if (w->value.len > TIMEEXPR_MAX)
		return fault(w, TIMEEXPR_RANGE, TIMEEXPR_MAX, 0,
			"the value is longer than %d bytes", TIMEEXPR_MAX);
	while (w->pos < w->end) {
		char c = at(w, w->pos);

		if (is_refused(c))
			return refused(w, w->pos);
		if (c == '$') {
			if (!walk_expression(w))
				return false;
			continue;
		}
		if (w->to)
			buf_addc(w->to, c);
		w->pos++;
	}
	return true;
}

static bool
walk_report(const struct walk *w, struct timeexpr_note *note, struct err *err)
{
	if (note)
		*note = w->fault;
	err_set(err, ERR_INPUT, "%s at byte %zu: %s", timeexpr_code_name(w->fault.code),
		w->fault.pos + 1, w->fault.text);
	if (w->fault.hint[0])
		err_hint(err, "%s", w->fault.hint);
	return err_at(err, 1, (int)(w->fault.pos < TIMEEXPR_MAX ? w->fault.pos + 1 : TIMEEXPR_MAX));
}

bool
timeexpr_eval(struct str value, const struct timeexpr_base *base, struct buf *to,
	struct timeexpr_note *note, struct err *err)
{
	struct walk w = { .value = value, .base = base, .to = to };
	size_t before = to->len;

	if (walk_value(&w))
		return true;
	buf_truncate(to, before);
	return walk_report(&w, note, err);
}

bool
timeexpr_check(struct str value, struct timeexpr_note *note, struct err *err)
{
	struct walk w = { .value = value };

	return walk_value(&w) || walk_report(&w, note, err);
}

size_t
timeexpr_lint(struct str value, struct timeexpr_note *notes, size_t max)
{
	struct walk w = { .value = value, .warnings = notes, .warning_max = max };

	walk_value(&w);
	return w.warning_count;
}

bool
timeexpr_is_constant(struct str value)
{
	return value.len == 0 || !memchr(value.p, '$', value.len);
}
