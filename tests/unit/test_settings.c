/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/settings.h"

static const struct field fields[] = {
	{ "host", "Host", FIELD_TEXT, true, NULL, NULL, "where it listens", 0, 0 },
	{ "port", "Port", FIELD_INTEGER, false, "5432", NULL, NULL, 1, 65535 },
	{ "tls", "TLS", FIELD_CHOICE, false, "on", "on|off|auto", NULL, 0, 0 },
	{ "strict", "Strict", FIELD_BOOL, false, NULL, NULL, NULL, 0, 0 },
	{ "password", "Password", FIELD_SECRET, false, NULL, NULL, NULL, 0, 0 },
	{ "headers", "Headers", FIELD_HEADERS, false, NULL, NULL, NULL, 0, 0 },
};
static const struct field common[] = {
	{ "pace", "Pace", FIELD_INTEGER, false, "20", NULL, NULL, 0, 0 },
};

static bool
check(struct settings *s, struct err *err)
{
	return settings_check(s, fields, ARRAY_LEN(fields), common, ARRAY_LEN(common), err);
}

static void
values_are_set_and_removed(void **state)
{
	struct settings s = SETTINGS_INIT, copy = SETTINGS_INIT;

	(void)state;
	assert_string_equal(settings_get(&s, "host"), "");
	settings_set(&s, "host", STR("a"), false);
	settings_set(&s, "password", STR("p"), true);
	settings_set(&s, "host", STR("b"), false);
	assert_int_equal(s.count, 2);
	assert_string_equal(settings_get(&s, "host"), "b");
	assert_true(settings_has(&s, "host"));
	settings_copy(&copy, &s);
	settings_remove(&s, "host");
	settings_remove(&s, "host");
	assert_false(settings_has(&s, "host"));
	assert_string_equal(settings_get(&s, "password"), "p");
	settings_fini(&s);
	assert_string_equal(settings_get(&copy, "host"), "b");
	assert_true(copy.list[1].secret);
	settings_fini(&copy);
	assert_int_equal(copy.count, 0);
}

static void
typed_values(void **state)
{
	struct settings s = SETTINGS_INIT;

	(void)state;
	settings_set(&s, "n", STR("12"), false);
	settings_set(&s, "x", STR("y"), false);
	settings_set(&s, "t", STR("true"), false);
	settings_set(&s, "f", STR("false"), false);
	assert_int_equal(settings_integer(&s, "n", 1), 12);
	assert_int_equal(settings_integer(&s, "x", 1), 1);
	assert_int_equal(settings_integer(&s, "none", 1), 1);
	assert_true(settings_bool(&s, "t", false));
	assert_false(settings_bool(&s, "f", true));
	assert_true(settings_bool(&s, "none", true));
	settings_fini(&s);
}

static void
secrets_are_masked(void **state)
{
	static const char *const rows[][2] = {
		{ "hunter2", "••••" },
		{ "", "" },
		{ "https://oapi.example.com/robot/send?access_token=abcdefgh1234",
			"https://oapi.example.com/…1234" },
		{ "https://user:pw@example.com/path/longer/than/that", "••••" },
		{ "https://a.example/x", "••••" },
	};
	struct settings s = SETTINGS_INIT;
	char scratch[96];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		settings_set(&s, "webhook", str_from(rows[i][0]), true);
		assert_string_equal(settings_shown(&s, "webhook", scratch), rows[i][1]);
	}
	settings_set(&s, "host", STR("plain"), false);
	assert_string_equal(settings_shown(&s, "host", scratch), "plain");
	assert_string_equal(settings_shown(&s, "none", scratch), "");
	settings_fini(&s);
}

static void
defaults_are_filled_and_faults_named(void **state)
{
	static const struct {
		const char *name, *value, *message, *hint;
	} rows[] = {
		{ "host", "h", NULL, "" },
		{ "host", "", "host is missing (Host)", "where it listens" },
		{ "hsot", "h", "there is no field 'hsot'", "host" },
		{ "pase", "1", "there is no field 'pase'", "pace" },
		{ "zzzzzzz", "1", "there is no field 'zzzzzzz'", "" },
		{ "port", "x", "port must be a whole number, not 'x'", "" },
		{ "port", "0", "port must be from 1 to 65535", "" },
		{ "tls", "maybe", "tls must be one of on|off|auto, not 'maybe'", "" },
		{ "tls", "on|off", "tls must be one of", "" },
		{ "strict", "yes", "strict must be true or false, not 'yes'", "" },
		{ "pace", "x", "pace must be a whole number", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings s = SETTINGS_INIT;
		struct err err = ERR_INIT;

		settings_set(&s, "host", STR("h"), false);
		settings_set(&s, rows[i].name, str_from(rows[i].value), false);
		assert_int_equal(check(&s, &err), rows[i].message == NULL);
		if (rows[i].message) {
			assert_int_equal(err.code, ERR_INPUT);
			if (!strstr(err.msg, rows[i].message) || !strstr(err.hint, rows[i].hint))
				fail_msg("%s (%s)", err.msg, err.hint);
		} else {
			assert_string_equal(settings_get(&s, "port"), "5432");
			assert_string_equal(settings_get(&s, "tls"), "on");
			assert_string_equal(settings_get(&s, "pace"), "20");
			assert_false(settings_has(&s, "strict"));
		}
		settings_fini(&s);
	}
	assert_true(field_is_secret(field_find(fields, ARRAY_LEN(fields), "headers")));
	assert_false(field_is_secret(field_find(fields, ARRAY_LEN(fields), "host")));
	assert_null(field_find(fields, ARRAY_LEN(fields), "none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_set_and_removed),
		cmocka_unit_test(typed_values),
		cmocka_unit_test(secrets_are_masked),
		cmocka_unit_test(defaults_are_filled_and_faults_named),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
