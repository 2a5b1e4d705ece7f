/* SPDX-License-Identifier: MIT */
/* The option parser against a small table of its own, and the command table's own
 * promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "src/cli/cli.h"

static const struct command_option options[] = {
	{ "format", 'f', false, "csv|json", "form of the rows" },
	{ "to", 0, true, "DEST", "destination" },
	{ "count", 'n', false, "N", "how many" },
	{ "force", 0, false, NULL, "anyway" },
	{ "quiet", 'q', false, NULL, "less talk" },
	{ 0 },
};

static const struct command sample = {
	.name = "sample", .args = "TASK [VERSION]", .help = "sample", .options = options,
	.group = GROUP_HIDDEN, .json = true,
};

struct refusal {
	char *words[6];
	const char *message, *hint;
};

static size_t
count_words(char **words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static bool
parse(struct cli *cli, char **words, struct err *err)
{
	*cli = (struct cli){ 0 };
	return cli_parse(cli, &sample, words, count_words(words), err);
}

static void
test_forms(void **state)
{
	char *words[] = { "daily", "--format=csv", "--to", "a", "-w", "x.db", "--to=b", "3",
		"-qn5", "--json", NULL };
	struct err err = ERR_INIT;
	struct cli cli;
	int64_t n;

	(void)state;
	assert_true(parse(&cli, words, &err));
	assert_int_equal(cli.arg_count, 2);
	assert_string_equal(cli_arg(&cli, 1), "3");
	assert_null(cli_arg(&cli, 2));
	assert_string_equal(cli.workspace_path, "x.db");
	assert_string_equal(cli_option(&cli, "format"), "csv");
	assert_string_equal(cli_option_at(&cli, "to", 0), "a");
	assert_string_equal(cli_option_at(&cli, "to", 1), "b");
	assert_null(cli_option_at(&cli, "to", 2));
	assert_true(cli_flag(&cli, "quiet"));
	assert_false(cli_flag(&cli, "force"));
	assert_true(cli.json);
	assert_true(cli_option_integer(&cli, "count", 1, 1, 10, &n, &err));
	assert_int_equal(n, 5);
	assert_false(cli_option_integer(&cli, "count", 1, 1, 4, &n, &err));
	assert_int_equal(err.code, ERR_USAGE);
	cli_parse_fini(&cli);
}

static void
test_end_of_options(void **state)
{
	char *words[] = { "--", "--force", "-", NULL };
	struct err err = ERR_INIT;
	struct cli cli;

	(void)state;
	assert_true(parse(&cli, words, &err));
	assert_string_equal(cli_arg(&cli, 0), "--force");
	assert_string_equal(cli_arg(&cli, 1), "-");
	assert_false(cli_flag(&cli, "force"));
	cli_parse_fini(&cli);
}

static void
test_refusals(void **state)
{
	static struct refusal refusals[] = {
		{ { "t", "--formt=csv" }, "sample: there is no option '--formt'",
			"did you mean --format?" },
		{ { "t", "-x" }, "sample: there is no option '-x'", "see: dpstudio help sample" },
		{ { "t", "--format=xml" }, "sample: --format cannot be 'xml'",
			"it is one of csv|json" },
		{ { "t", "--format=cs" }, "sample: --format cannot be 'cs'",
			"it is one of csv|json" },
		{ { "t", "--format" }, "sample: a value is missing after '--format'",
			"see: dpstudio help sample" },
		{ { "t", "-n" }, "sample: a value is missing after '-n'",
			"see: dpstudio help sample" },
		{ { "t", "--force=1" }, "sample: this option takes no value: 'force'",
			"see: dpstudio help sample" },
		{ { "t", "-n1", "-n2" }, "sample: this option stands twice: 'count'",
			"see: dpstudio help sample" },
		{ { "t", "1", "2" }, "sample: this is one word too many: '2'",
			"see: dpstudio help sample" },
		{ { NULL }, "sample: TASK is missing", "usage: dpstudio sample TASK [VERSION]" },
		{ { "t", "--workspace=" }, "sample: the workspace's name is empty",
			"see: dpstudio help sample" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = ERR_INIT;
		struct cli cli;

		assert_false(parse(&cli, refusals[i].words, &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err.msg, refusals[i].message);
		assert_string_equal(err.hint, refusals[i].hint);
		cli_parse_fini(&cli);
	}
}

static void
test_nearest(void **state)
{
	(void)state;
	assert_string_equal(command_nearest("hepl"), "help");
	assert_null(command_nearest("complete"));
	assert_null(command_nearest("zzzzzz"));
}

static void
test_operand_specs(void **state)
{
	const char *cursor = "TASK [VERSION] [FIELD=VALUE]… PATH…";
	struct arg_spec s;

	(void)state;
	assert_true(arg_spec_next(&cursor, &s));
	assert_true(str_is(s.word, "TASK") && !s.optional && !s.many);
	assert_true(arg_spec_next(&cursor, &s));
	assert_true(str_is(s.word, "VERSION") && s.optional && !s.many);
	assert_true(arg_spec_next(&cursor, &s));
	assert_true(str_is(s.word, "FIELD=VALUE") && s.optional && s.many);
	assert_true(arg_spec_next(&cursor, &s));
	assert_true(str_is(s.word, "PATH") && !s.optional && s.many);
	assert_false(arg_spec_next(&cursor, &s));
}

static void
check_options(const struct command_option *list)
{
	for (const struct command_option *o = list; o && o->name; o++) {
		assert_true(o->help && o->help[0]);
		assert_string_not_equal(o->name, "json");
		assert_true(o->letter != 'w' && o->letter != 'h');
		for (const struct command_option *p = o + 1; p->name; p++) {
			assert_string_not_equal(o->name, p->name);
			assert_true(!o->letter || o->letter != p->letter);
		}
	}
}

/* What the parser and the manual rely on, for every command there is. */
static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *c = command_at(i);

		assert_true(c->run != NULL);
		assert_non_null(c->args);
		assert_true(c->help && c->help[0] && c->help[strlen(c->help) - 1] != '.');
		check_options(c->options);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(c->name, command_at(k)->name);
	}
}

static void
test_find(void **state)
{
	int words = 0;

	(void)state;
	assert_string_equal(command_find("--help", NULL, &words)->name, "help");
	assert_int_equal(words, 1);
	assert_null(command_find("nothing", NULL, &words));
	assert_string_equal(command_resolve_alias("dest"), "destination");
	assert_string_equal(command_resolve_alias("--run"), "run");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_operand_specs), cmocka_unit_test(test_table),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
