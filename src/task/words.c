/* SPDX-License-Identifier: MIT */
#include "src/task/words.h"

#include <stdio.h>

#include "src/task/task_json.h"

#define WORDS(name, ...)                                                                    \
	static const char *const name##_list[] = { __VA_ARGS__ };                           \
	const struct words name##_words = { name##_list, ARRAY_LEN(name##_list) }

WORDS(node_kind, "query", "assign", "branch", "merge", "push");
WORDS(source_env, "auto", "dev", "prod");
WORDS(block_kind, "markdown", "table", "email_body", "image", "chart");
WORDS(align, "auto", "left", "center", "right");
WORDS(color, "default", "green", "red", "orange", "blue", "grey");
WORDS(cond_op, "=", "!=", ">", ">=", "<", "<=", "between", "contains", "null");
WORDS(missed, "once", "skip", "all");
WORDS(overlap, "skip", "queue", "replace");
WORDS(when_empty, "send", "skip", "fail");
WORDS(oversize, "split", "truncate", "fail", "attach");
WORDS(task_mode, "normal", "dry-run", "paused");
WORDS(calendar_rule, "skip", "next", "previous");
WORDS(weekday, "sun", "mon", "tue", "wed", "thu", "fri", "sat");
WORDS(language, "sql", "shell", "python");
WORDS(logic, "and", "or");
WORDS(merge_state, "succeeded", "failed", "skipped");
WORDS(block_mode, "rich", "source");

_Static_assert(ARRAY_LEN(node_kind_list) == NODE_KIND_COUNT, "node kinds");
_Static_assert(ARRAY_LEN(source_env_list) == ENV_COUNT, "environments");
_Static_assert(ARRAY_LEN(block_kind_list) == BLOCK_KIND_COUNT, "block kinds");
_Static_assert(ARRAY_LEN(align_list) == ALIGN_COUNT, "alignments");
_Static_assert(ARRAY_LEN(color_list) == COLOR_COUNT, "colours");
_Static_assert(ARRAY_LEN(cond_op_list) == OP_COUNT, "operators");
_Static_assert(ARRAY_LEN(missed_list) == MISSED_COUNT, "missed");
_Static_assert(ARRAY_LEN(overlap_list) == OVERLAP_COUNT, "overlap");
_Static_assert(ARRAY_LEN(when_empty_list) == EMPTY_COUNT, "when_empty");
_Static_assert(ARRAY_LEN(oversize_list) == OVERSIZE_COUNT, "oversize");
_Static_assert(ARRAY_LEN(task_mode_list) == MODE_COUNT, "modes");
_Static_assert(ARRAY_LEN(calendar_rule_list) == CALENDAR_RULE_COUNT, "calendar rules");

int
words_find(const struct words *words, struct str word)
{
	for (int i = 0; i < words->count; i++)
		if (str_is(word, words->list[i]))
			return i;
	return -1;
}

const char *
words_nearest(const struct words *words, struct str word)
{
	const char *near = NULL;
	int best = 3;

	for (int i = 0; i < words->count; i++) {
		int d = str_distance(word, str_from(words->list[i]), 3);

		if (d < best && (size_t)d < strlen(words->list[i])) {
			best = d;
			near = words->list[i];
		}
	}
	return near;
}

static const char *
word(const struct words *words, int i)
{
	return i >= 0 && i < words->count ? words->list[i] : "";
}

const char *
node_kind_name(enum node_kind kind)
{
	return word(&node_kind_words, (int)kind);
}

const char *
source_env_name(enum source_env env)
{
	return word(&source_env_words, (int)env);
}

const char *
block_kind_name(enum block_kind kind)
{
	return word(&block_kind_words, (int)kind);
}

const char *
align_name(enum align align)
{
	return word(&align_words, (int)align);
}

const char *
color_name(enum color color)
{
	return word(&color_words, (int)color);
}

const char *
cond_op_name(enum cond_op op)
{
	return word(&cond_op_words, (int)op);
}

const char *
missed_name(enum missed missed)
{
	return word(&missed_words, (int)missed);
}

const char *
overlap_name(enum overlap overlap)
{
	return word(&overlap_words, (int)overlap);
}

const char *
when_empty_name(enum when_empty when_empty)
{
	return word(&when_empty_words, (int)when_empty);
}

const char *
oversize_name(enum oversize oversize)
{
	return word(&oversize_words, (int)oversize);
}

const char *
task_mode_name(enum task_mode mode)
{
	return word(&task_mode_words, (int)mode);
}

const char *
calendar_rule_name(enum calendar_rule rule)
{
	return word(&calendar_rule_words, (int)rule);
}

const char *
weekday_name(int weekday)
{
	return word(&weekday_words, weekday);
}

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool
duration_parse(struct str text, int64_t *seconds)
{
	int64_t n;

	if (text.len < 2 || text.p[0] == '+' || text.p[0] == '-' ||
		!str_to_int64(str_slice(text, 0, text.len - 1), &n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (text.p[text.len - 1] == units[i].letter)
			return !__builtin_mul_overflow(n, units[i].seconds, seconds);
	return false;
}

void
duration_format(int64_t seconds, char text[24])
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(units) && (seconds == 0 || seconds % units[i].seconds != 0))
		i++;
	snprintf(text, 24, "%lld%c", (long long)(seconds / units[i].seconds), units[i].letter);
}

bool
clock_time_parse(struct str text, int *minute_of_day)
{
	int digits[4];

	if (text.len != 5 || text.p[2] != ':')
		return false;
	for (size_t i = 0; i < 4; i++) {
		digits[i] = text.p[i < 2 ? i : i + 1] - '0';
		if (digits[i] < 0 || digits[i] > 9)
			return false;
	}
	if (digits[0] * 10 + digits[1] > 23 || digits[2] > 5)
		return false;
	*minute_of_day = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
	return true;
}
