/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/schedule/timeexpr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

static void
check_note(const struct timeexpr_note *note, size_t size)
{
	require(note->code != TIMEEXPR_NONE && note->text[0]);
	require(note->pos <= size && note->len <= size - note->pos);
	require(timeexpr_code_name(note->code)[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = { (const char *)data, size };
	struct timeexpr_base base = { .job_id = "1", .task_id = "2" };
	struct timeexpr_note note, notes[3];
	struct err err = ERR_INIT;
	struct buf to = BUF_INIT;
	bool fine = timeexpr_check(value, &note, &err), done;
	size_t warnings;

	if (!fine)
		check_note(&note, size);
	warnings = timeexpr_lint(value, notes, ARRAY_LEN(notes));
	require(warnings <= ARRAY_LEN(notes));
	for (size_t i = 0; i < warnings; i++)
		check_note(&notes[i], size);
	base.zone = zone_get("UTC", &err);
	base.scheduled_us = (int64_t)(size % 97) * INT64_C(26352001000000);
	err_clear(&err);
	buf_adds(&to, "x");
	done = timeexpr_eval(value, &base, &to, &note, &err);
	if (!done) {
		check_note(&note, size);
		require(err.code == ERR_INPUT && to.len == 1);
		require(!fine || note.code == TIMEEXPR_RANGE);
	} else {
		require(fine);
	}
	if (done && timeexpr_is_constant(value))
		require(to.len == size + 1 || to.len + 1 == size);
	buf_fini(&to);
	return 0;
}
