/* SPDX-License-Identifier: MIT */
/* Every word that a form offers or a list shows has a label to translate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/channel/channel.h"
#include "src/source/source.h"
#include "src/task/words.h"
#include "src/workspace/ledger.h"
#include "src/workspace/version.h"
#include "ui/choice.h"

/* The same in every language. */
static bool
is_name(struct str word)
{
	static const char *const names[] = { "json", "csv", "xlsx", "html", "markdown",
		"markdown_v2", "tls", "starttls", "POST", "PUT", "sql", "shell", "python" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(word, names[i]))
			return true;
	return word.len && strchr("=!<>", word.p[0]);
}

static void
need(struct str word, const char *of)
{
	char *text = str_dup(word);

	if (!is_name(word) && !choice_is_known(text))
		fail_msg("'%s' of %s is not in ui/choice.c", text, of);
	free(text);
}

static void
need_fields(const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str rest = str_from(fields[i].choices ? fields[i].choices : "");

		while (rest.len) {
			size_t bar = str_find(rest, STR("|"), 0);

			need(str_slice(rest, 0, bar), fields[i].name);
			rest = bar == SIZE_MAX ? STR_NONE : str_slice(rest, bar + 1, rest.len);
		}
	}
}

static void
test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < source_kind_count(); i++)
		need_fields(source_kind_at(i)->fields, source_kind_at(i)->field_count);
	for (size_t i = 0; i < channel_count(); i++)
		need_fields(channel_at(i)->fields, channel_at(i)->field_count);
	need_fields(channel_common_fields, channel_common_field_count);
}

static void
test_words(void **state)
{
	static const struct words *const all[] = { &node_kind_words, &source_env_words,
		&block_kind_words, &align_words, &color_words, &cond_op_words, &missed_words,
		&overlap_words, &when_empty_words, &oversize_words, &task_mode_words,
		&calendar_rule_words, &weekday_words, &language_words, &logic_words,
		&merge_state_words };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (int k = 0; k < all[i]->count; k++)
			need(str_from(all[i]->list[k]), "the definition");
}

static void
test_states(void **state)
{
	(void)state;
	for (int i = 0; i < RUN_STATE_COUNT; i++)
		need(str_from(run_state_name((enum run_state)i)), "runs");
	for (int i = 0; i < CAUSE_COUNT; i++)
		need(str_from(run_cause_name((enum run_cause)i)), "causes");
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++)
		need(str_from(delivery_state_name((enum delivery_state)i)), "deliveries");
	for (int i = 0; i < VERSION_STATE_COUNT; i++)
		need(str_from(version_state_name((enum version_state)i)), "versions");
	for (int i = SLOT_PLAIN + 1; i < SLOT_REASON_COUNT; i++)
		need(str_from(slot_reason_name((enum slot_reason)i)), "times");
	assert_string_equal(choice_label(""), "");
	assert_string_equal(choice_label("day"), "day");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
