/* SPDX-License-Identifier: MIT */
/* Data sources and destinations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "tests/unit/lib_workspace.h"

static void
set(struct settings *s, const char *host, const char *password)
{
	settings_fini(s);
	settings_set(s, "host", str_from(host), false);
	settings_set(s, "port", STR("5432"), false);
	settings_set(s, "password", str_from(password), true);
}

static void
check_host(struct workspace *ws, const char *name, enum source_env env, const char *host,
	const char *password)
{
	struct settings s = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct source_row row;

	if (!store_source_get(ws, name, env, &a, &row, &s, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(settings_get(&s, "host"), host);
	assert_string_equal(settings_get(&s, "password"), password);
	assert_true(s.list[2].secret);
	assert_string_equal(s.list[1].name, "port"); /* in the order given */
	assert_string_equal(row.kind, "postgres");
	settings_fini(&s);
	arena_fini(&a);
}

static void
variants(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct source_list list;

	set(&s, "both.example", "p1");
	assert_true(store_source_add(ws, "dw", "postgres", ENV_AUTO, &s, &err));
	check_refused(store_source_add(ws, "dw", "postgres", ENV_AUTO, &s, &err), &err, ERR_STATE,
		"'dw' already", "source edit dw");
	check_host(ws, "dw", ENV_DEV, "both.example", "p1");
	check_host(ws, "dw", ENV_PROD, "both.example", "p1");
	set(&s, "dev.example", "p2");
	assert_true(store_source_add(ws, "dw", "postgres", ENV_DEV, &s, &err));
	check_refused(store_source_add(ws, "dw", "postgres", ENV_DEV, &s, &err), &err, ERR_STATE,
		"dev variant already", NULL);
	check_refused(store_source_add(ws, "dw", "mysql", ENV_PROD, &s, &err), &err, ERR_STATE,
		"of kind postgres, not mysql", NULL);
	check_host(ws, "dw", ENV_DEV, "dev.example", "p2");
	check_host(ws, "dw", ENV_PROD, "both.example", "p1");
	check_host(ws, "dw", ENV_AUTO, "both.example", "p1");
	assert_true(store_source_list(ws, &a, &list, &err));
	assert_int_equal(list.count, 1);
	assert_true(list.rows[0].has_both && list.rows[0].has_dev && !list.rows[0].has_prod);
	assert_true(list.rows[0].created_us == TEST_EPOCH_US);

	/* Without the dev variant the common one serves again. */
	check_refused(store_source_remove(ws, "dw", ENV_PROD, &err), &err, ERR_STATE,
		"no prod variant", NULL);
	assert_true(store_source_remove(ws, "dw", ENV_DEV, &err));
	check_host(ws, "dw", ENV_DEV, "both.example", "p1");
	assert_true(store_source_remove(ws, "dw", ENV_AUTO, &err));
	check_refused(store_source_get(ws, "dw", ENV_AUTO, &a, NULL, &s, &err), &err,
		ERR_NOT_FOUND, "'dw'", NULL);

	/* Only dev: nothing for production. */
	set(&s, "dev.example", "p2");
	assert_true(store_source_add(ws, "dw", "postgres", ENV_DEV, &s, &err));
	settings_fini(&s);
	check_refused(store_source_get(ws, "dw", ENV_PROD, &a, NULL, &s, &err), &err, ERR_STATE,
		"no prod variant", "--env prod");
	check_host(ws, "dw", ENV_AUTO, "dev.example", "p2");
	check_refused(store_source_get(ws, "dv", ENV_PROD, &a, NULL, &s, &err), &err,
		ERR_NOT_FOUND, "'dv'", "dw");
	assert_true(store_source_remove(ws, "dw", ENV_DEV, &err)); /* the last takes it along */
	assert_true(store_source_list(ws, &a, &list, &err));
	assert_int_equal(list.count, 0);
	check_refused(store_source_add(ws, "a b", "postgres", ENV_DEV, &s, &err), &err, ERR_INPUT,
		"", NULL);
	settings_fini(&s);
	arena_fini(&a);
}

static int64_t
revision_of(struct workspace *ws, const char *name)
{
	struct settings s = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct source_row row;

	assert_true(store_source_get(ws, name, ENV_AUTO, &a, &row, &s, &err));
	settings_fini(&s);
	arena_fini(&a);
	return row.revision;
}

static void
revisions_tell_changes(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	int64_t first, second;

	set(&s, "h", "p");
	assert_true(store_source_add(ws, "a", "postgres", ENV_AUTO, &s, &err));
	assert_true(store_source_add(ws, "b", "postgres", ENV_AUTO, &s, &err));
	first = revision_of(ws, "a");
	assert_true(store_source_update(ws, "a", ENV_AUTO, &s, &err));
	assert_true(revision_of(ws, "a") == first); /* nothing changed */
	set(&s, "h", "another password");
	assert_true(store_source_update(ws, "a", ENV_AUTO, &s, &err));
	second = revision_of(ws, "a");
	assert_true(second > first && second > revision_of(ws, "b"));
	check_host(ws, "a", ENV_AUTO, "h", "another password");
	settings_remove(&s, "port");
	assert_true(store_source_update(ws, "a", ENV_AUTO, &s, &err));
	assert_true(revision_of(ws, "a") > second);
	check_refused(store_source_update(ws, "a", ENV_DEV, &s, &err), &err, ERR_STATE,
		"no dev variant", NULL);
	/* Taken away and made anew: a higher one. */
	second = revision_of(ws, "a");
	assert_true(store_source_remove(ws, "a", ENV_AUTO, &err));
	assert_true(store_source_add(ws, "a", "postgres", ENV_AUTO, &s, &err));
	assert_true(revision_of(ws, "a") > second);
	settings_fini(&s);
}

static void
shown_without_secrets(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct destination_row row;

	set(&s, "h", "hunter2");
	assert_true(store_source_add(ws, "dw", "postgres", ENV_AUTO, &s, &err));
	settings_fini(&s);
	assert_true(store_source_show(ws, "dw", ENV_AUTO, &a, NULL, &s, &err));
	assert_string_equal(settings_get(&s, "host"), "h");
	assert_string_equal(settings_get(&s, "password"), "••••");
	settings_fini(&s);
	check_refused(store_source_show(ws, "dw", ENV_DEV, &a, NULL, &s, &err), &err, ERR_STATE,
		"no dev variant", NULL);
	add_connections(ws);
	assert_true(store_destination_show(ws, "ops", &a, &row, &s, &err));
	assert_string_equal(row.channel, "dingtalk");
	assert_string_equal(settings_get(&s, "webhook"), "https://oapi.example.com/…cdef");
	settings_fini(&s);
	arena_fini(&a);
}

static void
destinations(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct destination_list list;
	struct destination_row row;
	struct name_list users;

	add_connections(ws);
	settings_set(&s, "path", STR("/tmp/out"), false);
	check_refused(store_destination_add(ws, "ops", "file", &s, &err), &err, ERR_STATE,
		"'ops' already", "destination edit ops");
	assert_true(store_destination_add(ws, "folder", "file", &s, &err));
	assert_true(store_destination_update(ws, "folder", &s, &err));
	assert_true(store_destination_get(ws, "folder", &a, &row, &s, &err));
	assert_int_equal(row.revision, 1);
	settings_set(&s, "path", STR("/tmp/elsewhere"), false);
	assert_true(store_destination_update(ws, "folder", &s, &err));
	settings_fini(&s);
	assert_true(store_destination_get(ws, "folder", &a, &row, &s, &err));
	assert_int_equal(row.revision, 2);
	assert_string_equal(settings_get(&s, "path"), "/tmp/elsewhere");
	assert_true(store_destination_list(ws, &a, &list, &err));
	assert_int_equal(list.count, 2);
	assert_string_equal(list.rows[0].name, "folder");
	assert_true(store_destination_users(ws, "ops", &a, &users, &err));
	assert_int_equal(users.count, 0);
	assert_true(store_destination_remove(ws, "folder", &err));
	check_refused(store_destination_remove(ws, "opps", &err), &err, ERR_NOT_FOUND, "'opps'",
		"ops");
	check_refused(store_destination_update(ws, "folder", &s, &err), &err, ERR_NOT_FOUND,
		"'folder'", NULL);
	settings_fini(&s);
	arena_fini(&a);
}

/* A secret that was damaged or moved can be given again. */
static void
damaged_secret_is_replaced(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;

	add_connections(ws);
	assert_true(db_script(workspace_db(ws), "UPDATE destination_field SET sealed = x'0102'",
		&err));
	check_refused(store_destination_get(ws, "ops", &a, NULL, &s, &err), &err, ERR_CONFIG,
		"webhook", "destination edit");
	assert_int_equal(s.count, 0);
	settings_set(&s, "webhook", STR("https://h/x"), true);
	assert_true(store_destination_update(ws, "ops", &s, &err));
	settings_fini(&s);
	assert_true(store_destination_get(ws, "ops", &a, NULL, &s, &err));
	assert_string_equal(settings_get(&s, "webhook"), "https://h/x");
	settings_fini(&s);
	arena_fini(&a);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(variants),
		TEST(revisions_tell_changes),
		TEST(shown_without_secrets),
		TEST(destinations),
		TEST(damaged_secret_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
