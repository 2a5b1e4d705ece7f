/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "src/task/task_json.h"

/* Nodes as "name:after,after name:after"; a name with * is a branch of big, small. */
static void
build(struct task *t, const char *text)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	const char *separator = "";

	buf_adds(&b, "{\"format\": 1, \"name\": \"t\", \"nodes\": [");
	while (*text) {
		size_t name = strcspn(text, ":"), after = strcspn(text + name + 1, " ");
		bool branch = text[name - 1] == '*';

		buf_addf(&b, "%s{\"name\": \"%.*s\", \"kind\": \"%s\"%s, \"after\": [", separator,
			(int)name - branch, text, branch ? "branch" : "query",
			branch ? ", \"branches\": [{\"name\": \"big\"}, {\"name\": \"small\"}]"
			       : "");
		for (size_t i = name + 1, end = i + after; i < end;) {
			size_t len = strcspn(text + i, ", ");

			buf_addf(&b, "%s\"%.*s\"", i > name + 1 ? "," : "", (int)len, text + i);
			i += len + (text[i + len] == ',');
		}
		buf_adds(&b, "]}");
		separator = ",";
		text += name + 1 + after;
		text += *text == ' ';
	}
	buf_adds(&b, "]}");
	if (!task_from_text(t, buf_str(&b), &err))
		fail_msg("%s", err.msg);
	buf_fini(&b);
}

static void
nodes_come_after_what_they_wait_for(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a: b:a c:b", "a b c" },
		{ "c:b b:a a:", "a b c" },
		{ "a: b: c: d:b", "a b c d" },
		{ "d:b,c b:a c:a a:", "a b c d" },
		{ "x*: p:x.big q:x.small m:p,q", "x p q m" },
		{ "p:x.big x*:", "x p" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct buf got = BUF_INIT;
		size_t order[16];
		struct task t;

		build(&t, rows[i][0]);
		assert_true(task_order(&t, order, &err));
		for (size_t k = 0; k < t.node_count; k++)
			buf_addf(&got, "%s%s", k ? " " : "", t.nodes[order[k]].name);
		assert_string_equal(buf_text(&got), rows[i][1]);
		buf_fini(&got);
		task_fini(&t);
	}
}

static void
cycles_and_unknown_nodes_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "a:a", "wait for each other: a" },
		{ "z: a:b b:a", "wait for each other: a, b" },
		{ "a:b", "\"b\", which does not exist" },
		{ "x*: p:x.huge", "\"x.huge\", which does not exist" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		size_t order[16];
		struct task t;

		build(&t, rows[i][0]);
		assert_false(task_order(&t, order, &err));
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.msg, rows[i][1]));
		task_fini(&t);
	}
}

static void
inputs_count_as_well(void **state)
{
	struct err err = ERR_INIT;
	size_t order[2];
	struct task t;

	(void)state;
	assert_true(task_from_text(&t, STR("{\"format\": 1, \"name\": \"t\", \"nodes\": ["
					   "{\"name\": \"p\", \"kind\": \"push\", \"inputs\": "
					   "{\"i\": \"q\"}}, {\"name\": \"q\", \"kind\": "
					   "\"query\"}]}"), &err));
	assert_true(task_order(&t, order, &err));
	assert_int_equal(order[0], 1);
	t.nodes[0].inputs[0].node = "nope";
	assert_false(task_order(&t, order, &err));
	assert_non_null(strstr(err.msg, "input \"i\""));
	task_fini(&t);
}

static void
words_after_are_nodes_or_branches(void **state)
{
	const struct branch *branch;
	struct task t;

	(void)state;
	build(&t, "a.b: x*: x.y*:");
	assert_string_equal(task_find_after(&t, "a.b", &branch)->name, "a.b");
	assert_null(branch);
	assert_string_equal(task_find_after(&t, "x.small", &branch)->name, "x");
	assert_string_equal(branch->name, "small");
	assert_string_equal(task_find_after(&t, "x.y.big", &branch)->name, "x.y");
	assert_null(task_find_after(&t, "x.none", &branch));
	assert_null(task_find_after(&t, "a.b.big", &branch));
	assert_null(task_find_after(&t, "", &branch));
	task_fini(&t);
}

static void
a_renamed_node_is_named_so_everywhere(void **state)
{
	static const char before[] =
		"{\"format\": 1, \"name\": \"t\", \"nodes\": ["
		"{\"name\": \"x\", \"kind\": \"branch\", \"branches\": [{\"name\": \"big\"}]},"
		"{\"name\": \"q\", \"kind\": \"query\", \"after\": [\"x.big\", \"x\"]},"
		"{\"name\": \"m\", \"kind\": \"merge\", \"after\": [\"q\"], "
		"\"accept\": {\"q\": [\"failed\"]}},"
		"{\"name\": \"p\", \"kind\": \"push\", \"inputs\": {\"q\": \"q\"}}], "
		"\"conditions\": [{\"node\": \"q\", \"column\": \"rows()\", \"op\": \">\", "
		"\"value\": \"0\"}]}";
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	assert_true(task_from_text(&t, str_from(before), &err));
	task_rename_node(&t, 1, "sales");
	task_rename_node(&t, 0, "size");
	assert_string_equal(t.nodes[1].name, "sales");
	assert_string_equal(t.nodes[1].after.list[0], "size.big");
	assert_string_equal(t.nodes[1].after.list[1], "size");
	assert_string_equal(t.nodes[2].after.list[0], "sales");
	assert_string_equal(t.nodes[2].accept[0].node, "sales");
	assert_string_equal(t.nodes[3].inputs[0].node, "sales");
	assert_string_equal(t.nodes[3].inputs[0].name, "sales"); /* it was called as its node */
	assert_string_equal(t.conditions[0].node, "sales");
	task_fini(&t);
}

/* One node's text before and after its upstream "q" is renamed to `name`. */
static void
texts_follow_a_renamed_node(void **state)
{
	static const struct {
		const char *text, *name, *want;
	} rows[] = {
		{ "${q[0][0]} ${q.total} ~${q.total|sum}", "s", "${s[0][0]} ${s.total} ~${s.total|sum}" },
		{ "${\"q\".total|first}", "s", "${s.total|first}" },
		{ "${q}", "a-b", "${\"a-b\"}" },
		{ "${q.total}", "a.b", "${\"a.b\".total}" },
		{ "$${q} ${qq} ${q2.x} ${x.q} q ${inputs[0]}", "s",
			"$${q} ${qq} ${q2.x} ${x.q} q ${inputs[0]}" },
		{ "${q.y[0]} ${q.z}", "s", "${q.y[0]} ${s.z}" }, /* q.y is a node */
		{ "${p} ${p[0]}", "s", "${p} ${p[0]}" },
		{ "${q.x ${q.x}", "s", "${q.x ${s.x}" },
	};
	static const char definition[] =
		"{\"format\": 1, \"name\": \"t\", \"parameters\": {\"p\": \"1\"}, \"nodes\": ["
		"{\"name\": \"q\", \"kind\": \"query\"}, {\"name\": \"q.y\", \"kind\": \"query\"},"
		"{\"name\": \"a\", \"kind\": \"query\", \"after\": [\"q\"]},"
		"{\"name\": \"b\", \"kind\": \"branch\", \"after\": [\"q\"], "
		"\"branches\": [{\"name\": \"x\"}]},"
		"{\"name\": \"m\", \"kind\": \"push\", \"inputs\": {\"q\": \"q\"}, "
		"\"content\": [{\"kind\": \"markdown\", \"text\": \"\"}, "
		"{\"kind\": \"table\", \"columns\": [{\"field\": \"q.total\"}, "
		"{\"field\": \"q\"}]}]},"
		"{\"name\": \"o\", \"kind\": \"push\", \"inputs\": {\"q\": \"q.y\"}, "
		"\"title\": \"${q.x}\"},"
		"{\"name\": \"z\", \"kind\": \"query\", \"sql\": \"${q[0]}\"}]}";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct task t;

		if (!task_from_text(&t, str_from(definition), &err))
			fail_msg("%s", err.msg);
		t.nodes[2].sql = t.nodes[3].branches[0].condition = rows[i].text;
		t.nodes[4].title = t.nodes[4].blocks[0].text = rows[i].text;
		task_rename_node(&t, 0, rows[i].name);
		assert_string_equal(t.nodes[2].sql, rows[i].want);
		assert_string_equal(t.nodes[3].branches[0].condition, rows[i].want);
		assert_string_equal(t.nodes[4].title, rows[i].want);
		assert_string_equal(t.nodes[4].blocks[0].text, rows[i].want);
		assert_string_equal(t.nodes[4].inputs[0].name, rows[i].name);
		assert_true(strncmp(t.nodes[4].blocks[1].columns[0].field, rows[i].name,
				    strlen(rows[i].name)) == 0);
		assert_string_equal(t.nodes[4].blocks[1].columns[1].field, "q");
		assert_string_equal(t.nodes[5].title, "${q.x}"); /* its q is another node */
		assert_string_equal(t.nodes[6].sql, "${q[0]}");	 /* and it does not come after */
		task_fini(&t);
	}
}

static void
a_parameter_of_the_name_stays_what_it_is(void **state)
{
	static const char definition[] =
		"{\"format\": 1, \"name\": \"t\", \"parameters\": {\"p\": \"1\"}, \"nodes\": ["
		"{\"name\": \"p\", \"kind\": \"query\"},"
		"{\"name\": \"a\", \"kind\": \"query\", \"after\": [\"p\"], "
		"\"sql\": \"${p} ${p[0]} ${p.x}\"}]}";
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	assert_true(task_from_text(&t, str_from(definition), &err));
	task_rename_node(&t, 0, "s");
	assert_string_equal(t.nodes[1].sql, "${p} ${s[0]} ${s.x}");
	task_fini(&t);
}

static void
what_named_a_branch_or_node_follows(void **state)
{
	static const char definition[] =
		"{\"format\": 1, \"name\": \"t\", \"nodes\": ["
		"{\"name\": \"x\", \"kind\": \"branch\", \"branches\": [{\"name\": \"big\", "
		"\"condition\": \"1 > 0\"}, {\"name\": \"small\", \"condition\": \"1 < 0\"}]},"
		"{\"name\": \"q\", \"kind\": \"query\", \"after\": [\"x.big\"]},"
		"{\"name\": \"m\", \"kind\": \"merge\", \"after\": [\"x.big\", \"x.small\", \"q\"],"
		"\"accept\": {\"x.big\": [\"skipped\"], \"q\": [\"failed\"]}},"
		"{\"name\": \"p\", \"kind\": \"push\", \"after\": [\"m\"], "
		"\"inputs\": {\"q\": \"q\"}}], "
		"\"conditions\": [{\"node\": \"q\", \"column\": \"rows()\", \"op\": \">\", "
		"\"value\": \"0\"}]}";
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	assert_true(task_from_text(&t, str_from(definition), &err));
	task_rename_branch(&t, 0, 0, "large");
	assert_string_equal(t.nodes[0].branches[0].name, "large");
	assert_string_equal(t.nodes[1].after.list[0], "x.large");
	assert_string_equal(t.nodes[2].after.list[0], "x.large");
	assert_string_equal(t.nodes[2].accept[0].node, "x.large");
	task_remove_node(&t, 1);
	assert_int_equal(t.node_count, 3);
	assert_int_equal(t.nodes[1].after.count, 2);
	assert_int_equal(t.nodes[1].accept_count, 1);
	assert_int_equal(t.nodes[2].input_count, 0);
	assert_int_equal(t.condition_count, 0);
	task_remove_branch(&t, 0, 0);
	assert_int_equal(t.nodes[0].branch_count, 1);
	assert_int_equal(t.nodes[1].accept_count, 0);
	assert_int_equal(t.nodes[1].after.count, 1);
	assert_string_equal(t.nodes[1].after.list[0], "x.small");
	task_remove_node(&t, 0);
	assert_int_equal(t.nodes[0].after.count, 0);
	task_fini(&t);
}

static void
names_are_words_and_file_names(void **state)
{
	static const char *const good[] = { "a", "daily-sales", "A_1.x", "日报", "é", "1" };
	static const char *const bad[] = { "", "a b", "a/b", ".hidden", "-x", "..", "a\n", "a\\b",
		"a*", "a\xE2\x80\xAE", "a\xFF", "“a”" };
	char longest[TASK_NAME_MAX + 2];
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(task_name_check(good[i], "the name", &err));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (task_name_check(bad[i], "the name", &err))
			fail_msg("%s", bad[i]);
	memset(longest, 'a', sizeof(longest));
	longest[TASK_NAME_MAX + 1] = '\0';
	assert_false(task_name_check(longest, "the name", &err));
	longest[TASK_NAME_MAX] = '\0';
	assert_true(task_name_check(longest, "the name", &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_come_after_what_they_wait_for),
		cmocka_unit_test(cycles_and_unknown_nodes_are_refused),
		cmocka_unit_test(inputs_count_as_well),
		cmocka_unit_test(words_after_are_nodes_or_branches),
		cmocka_unit_test(a_renamed_node_is_named_so_everywhere),
		cmocka_unit_test(texts_follow_a_renamed_node),
		cmocka_unit_test(a_parameter_of_the_name_stays_what_it_is),
		cmocka_unit_test(what_named_a_branch_or_node_follows),
		cmocka_unit_test(names_are_words_and_file_names),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
