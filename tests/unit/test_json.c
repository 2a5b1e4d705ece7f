/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/json.h"

static cJSON *
parse(const char *text)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(str_from(text), &err);

	if (!json)
		fail_msg("%s: %s", text, err.msg);
	return json;
}

static void
faults_have_a_place(void **state)
{
	static const struct {
		const char *text, *word;
		int line, column;
	} rows[] = {
		{ "", "not JSON", 1, 1 },
		{ "{\n  \"a\": }", "not JSON", 2, 8 },
		{ "{\"ü\": x}", "not JSON", 1, 7 },
		{ "{} x", "not JSON", 1, 4 },
		{ "[1,]", "not JSON", 1, 4 },
		{ "{\"a\": \"x\ny\"}", "control character", 1, 9 },
		{ "[\"\\u0000\"]", "NUL", 1, 3 },
		{ "[\"a\\\\u0000\\u0000\"]", "NUL", 1, 11 },
		{ "{\"a\": 1, \"a\": 2}", "\"a\" stands twice", -1, -1 },
		{ "[{\"b\": {\"a\": 1, \"a\": 2}}]", "\"a\" stands twice", -1, -1 },
		{ "[\"\xFF\"]", "UTF-8", -1, -1 },
		{ "[\"\\ud800\"]", "not JSON", 1, 3 },
	};
	struct buf deep = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		assert_null(json_parse(str_from(rows[i].text), &err));
		assert_int_equal(err.code, ERR_INPUT);
		if (!strstr(err.msg, rows[i].word))
			fail_msg("%s gave %s", rows[i].text, err.msg);
		if (rows[i].line != err.line)
			fail_msg("%s gave line %d", rows[i].text, err.line);
	}
	for (int depth = 99; depth <= 101; depth++) {
		struct err err = ERR_INIT;
		cJSON *json;

		buf_clear(&deep);
		buf_add_repeat(&deep, "[", (size_t)depth);
		buf_add_repeat(&deep, "]", (size_t)depth);
		json = json_parse(buf_str(&deep), &err);
		assert_int_equal(json != NULL, depth <= 100);
		cJSON_Delete(json);
	}
	buf_fini(&deep);
}

static void
nul_bytes_and_masses_of_keys_are_refused(void **state)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	(void)state;
	assert_null(json_parse(STR("[1]\0"), &err));
	assert_null(json_parse(STR("[\0]"), &err));
	buf_addc(&b, '{');
	for (int i = 0; i <= 10000; i++)
		buf_addf(&b, "%s\"k%d\":1", i ? "," : "", i);
	buf_addc(&b, '}');
	assert_null(json_parse(buf_str(&b), &err));
	assert_non_null(strstr(err.msg, "10000 keys"));
	buf_fini(&b);
}

static void
printing(void **state)
{
	static const char *const rows[][3] = {
		{ "{}", "{}\n", "{}" },
		{ "[ ]", "[]\n", "[]" },
		{ "{\"b\":1,\"a\":[true,false,null]}",
			"{\n  \"b\": 1,\n  \"a\": [true, false, null]\n}\n",
			"{\"b\":1,\"a\":[true,false,null]}" },
		{ "{\"a\": \"\\u00e9\\n\\\"\\\\\\/\\u0001\"}",
			"{\"a\": \"é\\n\\\"\\\\/\\u0001\"}\n",
			"{\"a\":\"é\\n\\\"\\\\/\\u0001\"}" },
		{ "[1.5, -0.25, 1e3, 123456789012]", "[1.5, -0.25, 1000, 123456789012]\n",
			"[1.5,-0.25,1000,123456789012]" },
		{ "{\"a\": {\"b\": {}}}", "{\n  \"a\": {\"b\": {}}\n}\n", "{\"a\":{\"b\":{}}}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *json = parse(rows[i][0]);
		struct buf b = BUF_INIT;

		json_print(&b, json);
		assert_string_equal(buf_text(&b), rows[i][1]);
		cJSON_Delete(json);
		json = parse(buf_text(&b));
		buf_clear(&b);
		json_print(&b, json);
		assert_string_equal(buf_text(&b), rows[i][1]);
		buf_clear(&b);
		json_print_compact(&b, json);
		assert_string_equal(buf_text(&b), rows[i][2]);
		cJSON_Delete(json);
		buf_fini(&b);
	}
}

static void
long_lists_get_a_line_each(void **state)
{
	cJSON *json = parse("[\"aaaaaaaaaaaaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
			    "\"cccccccccccccccccccccccccc\"]");
	struct buf b = BUF_INIT;

	(void)state;
	json_print(&b, json);
	assert_true(str_starts(buf_str(&b), STR("[\n  \"aaa")));
	cJSON_Delete(json);
	buf_fini(&b);
}

static void
strings_are_escaped(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	json_add_string(&b, STR("a\"\\\n\r\t\x1F/é\0z"));
	assert_string_equal(buf_text(&b), "\"a\\\"\\\\\\n\\r\\t\\u001f/é\\u0000z\"");
	buf_clear(&b);
	json_add_escaped(&b, STR_NONE);
	assert_int_equal(b.len, 0);
	buf_fini(&b);
}

static void
values_by_key(void **state)
{
	cJSON *json = parse("{\"s\": \"x\", \"n\": 5, \"b\": true, \"f\": 1.5, \"huge\": 1e300}");
	struct json_path nodes = { NULL, "nodes", 0 }, item = { &nodes, NULL, 2 };
	struct err err = ERR_INIT;
	const char *s;
	int64_t n;
	bool b;

	(void)state;
	assert_true(json_get_string(json, &item, "s", "-", &s, &err));
	assert_string_equal(s, "x");
	assert_true(json_get_string(json, &item, "none", "-", &s, &err));
	assert_string_equal(s, "-");
	assert_false(json_get_string(json, &item, "n", "-", &s, &err));
	assert_string_equal(err.msg, "$.nodes[2].n: must be a text in quotes");
	assert_true(json_get_integer(json, &item, "n", 0, 1, 5, &n, &err));
	assert_int_equal(n, 5);
	assert_true(json_get_integer(json, &item, "none", 7, 1, 5, &n, &err));
	assert_int_equal(n, 7);
	assert_false(json_get_integer(json, &item, "n", 0, 1, 4, &n, &err));
	assert_non_null(strstr(err.msg, "from 1 to 4"));
	assert_false(json_get_integer(json, &item, "f", 0, 0, 9, &n, &err));
	assert_false(json_get_integer(json, &item, "huge", 0, INT64_MIN, INT64_MAX, &n, &err));
	assert_false(json_get_integer(json, &item, "s", 0, 0, 9, &n, &err));
	assert_true(json_get_bool(json, NULL, "b", false, &b, &err));
	assert_true(b);
	assert_true(json_get_bool(json, NULL, "none", true, &b, &err));
	assert_true(b);
	assert_false(json_get_bool(json, NULL, "n", true, &b, &err));
	assert_string_equal(err.msg, "$.n: must be true or false");
	cJSON_Delete(json);
}

static void
unknown_keys_are_refused(void **state)
{
	static const char *const keys[] = { "schedule", "nodes", NULL };
	cJSON *json = parse("{\"nodes\": 1, \"shedule\": 2}"), *far = parse("{\"zzzzzz\": 1}");
	struct err err = ERR_INIT;

	(void)state;
	assert_false(json_only_keys(json, NULL, keys, &err));
	assert_string_equal(err.msg, "$: there is no key \"shedule\" here");
	assert_string_equal(err.hint, "did you mean \"schedule\"?");
	assert_false(json_only_keys(far, NULL, keys, &err));
	assert_string_equal(err.hint, "");
	cJSON_DeleteItemFromObject(json, "shedule");
	assert_true(json_only_keys(json, NULL, keys, &err));
	cJSON_Delete(json);
	cJSON_Delete(far);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_have_a_place),
		cmocka_unit_test(nul_bytes_and_masses_of_keys_are_refused),
		cmocka_unit_test(printing),
		cmocka_unit_test(long_lists_get_a_line_each),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(values_by_key),
		cmocka_unit_test(unknown_keys_are_refused),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
