/* SPDX-License-Identifier: MIT */
/* The words of the task's JSON, one table per enum: read by reader, writer, forms. */
#ifndef DP_TASK_WORDS_H
#define DP_TASK_WORDS_H

#include "src/base/str.h"

struct words {
	const char *const *list; /* index: the enum's value */
	int count;
};

extern const struct words node_kind_words, source_env_words, block_kind_words, align_words,
	color_words, cond_op_words, missed_words, overlap_words, when_empty_words,
	oversize_words, task_mode_words, calendar_rule_words, weekday_words, language_words,
	logic_words, merge_state_words, block_mode_words;

/* -1 when it is none of them. */
int words_find(const struct words *words, struct str word);
/* The nearest one, for "did you mean"; NULL when none is near. */
const char *words_nearest(const struct words *words, struct str word);

#endif
