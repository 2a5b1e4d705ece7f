/* SPDX-License-Identifier: MIT */
/* What a pass keeps of sources and destinations, and when it forgets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/run/ends.h"
#include "src/workspace/db.h"
#include "src/workspace/store_destination.h"
#include "tests/unit/lib_workspace.h"

static void
change(struct workspace *ws, const char *keywords)
{
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;

	settings_set(&settings, "keywords", str_from(keywords), false);
	assert_true(store_destination_update(ws, "ops", &settings, &err));
	settings_fini(&settings);
}

static bool
tells(struct ends *ends, struct workspace *ws, const char *word)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool found;

	assert_true(ends_add_destination(ends, ws, "ops", &text, &err));
	assert_non_null(strstr(buf_text(&text), "\"channel\":\"dingtalk\""));
	found = strstr(buf_text(&text), word) != NULL;
	buf_fini(&text);
	return found;
}

static void
kept_until_another_writes(void **state)
{
	struct workspace *ws = *state, *other;
	struct ends *ends = ends_new();
	struct err err = ERR_INIT;

	add_connections(ws);
	change(ws, "first");
	assert_true(tells(ends, ws, "first"));
	assert_true(tells(ends, ws, "first"));
	other = workspace_open(db_path(workspace_db(ws)), WORKSPACE_WRITE, &err);
	assert_non_null(other);
	change(other, "second");
	assert_true(tells(ends, ws, "second"));
	assert_false(tells(ends, ws, "first"));
	workspace_close(other);
	ends_free(ends);
}

/* A name that is not there is no entry, and text before it is left alone. */
static void
what_is_missing(void **state)
{
	struct ends *ends = ends_new();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	add_connections(*state);
	buf_adds(&text, "before:");
	assert_false(ends_add_source(ends, *state, "nowhere", ENV_PROD, &text, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	for (int i = 0; i < 2; i++) {
		buf_clear(&text);
		buf_adds(&text, "before:");
		assert_true(ends_add_source(ends, *state, "shop", ENV_PROD, &text, &err));
		assert_memory_equal(text.p, "before:{\"kind\":\"sqlite\"", 22);
	}
	buf_fini(&text);
	ends_free(ends);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(kept_until_another_writes),
		TEST(what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
