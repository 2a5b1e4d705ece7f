/* SPDX-License-Identifier: MIT */
#include "src/base/utf8.h"
#include "src/cli/cli.h"
#include "src/cli/manual.h"
#include "src/cli/print.h"

#define WORDS_COLUMNS 34

/* Words on the left, what they mean on the right, wrapped at the terminal's edge. */
static void
print_entry(const char *words, const char *meaning)
{
	int columns = print_terminal_columns(stdout);
	size_t room = columns > WORDS_COLUMNS + 24 ? (size_t)columns - WORDS_COLUMNS - 3 : 4096;
	struct str rest = str_from(meaning);
	struct buf line = BUF_INIT;

	buf_adds(&line, "  ");
	if (utf8_width(str_from(words)) < WORDS_COLUMNS)
		utf8_add_padded(&line, str_from(words), WORDS_COLUMNS, 'l');
	else
		buf_adds(&line, words);
	buf_addc(&line, ' ');
	while (rest.len > room) {
		size_t end = room;

		while (end > 0 && rest.p[end] != ' ')
			end--;
		if (end == 0)
			break;
		buf_add(&line, rest.p, end);
		buf_addc(&line, '\n');
		buf_add_repeat(&line, " ", WORDS_COLUMNS + 3);
		rest = str_slice(rest, end + 1, rest.len);
	}
	buf_add_str(&line, rest);
	puts(buf_text(&line));
	buf_fini(&line);
}

static void
print_option(const struct command_option *o)
{
	char words[80], letter[8] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(words, sizeof(words), "%s--%s%s%s", letter, o->name, o->value ? " " : "",
		o->value ? o->value : "");
	print_entry(words, o->help);
}

static void
print_command_entry(const struct command *c)
{
	char words[96];

	snprintf(words, sizeof(words), "%s %s", c->name, c->args);
	print_entry(words, c->help);
}

void
manual_print_command(const struct command *c)
{
	printf("usage: dpstudio %s%s%s%s\n\n%c%s.\n", c->name, *c->args ? " " : "", c->args,
		c->options || c->json ? " [OPTION]…" : "", c->help[0] - 'a' + 'A', c->help + 1);
	if (c->more)
		printf("%s\n", c->more);
	printf("\n");
	for (const struct command_option *o = c->options; o && o->name; o++)
		print_option(o);
	if (c->json)
		print_entry("    --json", "print JSON instead of a table");
	for (const struct command_option *o = cli_common_options; o->name; o++)
		print_option(o);
	if (c->explain)
		c->explain();
}

static void
print_group(enum command_group group)
{
	print_styled(stdout, STYLE_HEAD, "\n%s", command_group_title(group));
	putchar('\n');
	for (size_t i = 0; i < command_count(); i++)
		if (command_at(i)->group == group)
			print_command_entry(command_at(i));
}

static void
print_overview(void)
{
	printf("usage: dpstudio [-w WORKSPACE] [COMMAND | --run] …\n\n"
	       "dpstudio alone opens the studio. dpstudio --run does what is due, for cron.\n");
	for (int group = GROUP_START; group < GROUP_HIDDEN; group++)
		print_group((enum command_group)group);
	printf("\nMore about one of them: dpstudio help COMMAND. All of it: man dpstudio.\n");
}

static void
print_verbs(const char *noun, bool after_command)
{
	size_t len = strlen(noun);

	for (size_t i = 0; i < command_count(); i++) {
		const struct command *c = command_at(i);

		if (strncmp(c->name, noun, len) != 0 || c->name[len] != ' ')
			continue;
		if (after_command)
			putchar('\n');
		after_command = false;
		print_command_entry(c);
	}
}

bool
manual_explain(const char *first, const char *second, struct err *err)
{
	int words = 0;
	const struct command *c = command_find(first, second, &words);
	const char *noun = command_resolve_alias(first), *near = command_nearest(first);
	bool has_verbs = !second && command_is_noun(noun);

	if (c && (!second || words == 2))
		manual_print_command(c);
	else if (!has_verbs)
		c = NULL;
	if (has_verbs)
		print_verbs(noun, c != NULL);
	if (c || has_verbs)
		return true;
	err_set(err, ERR_USAGE, "there is no command '%s%s%s'", first, second ? " " : "",
		second ? second : "");
	if (near)
		return err_hint(err, "did you mean %s?", near);
	return err_hint(err, "see: dpstudio help");
}

static bool
run_help(struct cli *cli, struct err *err)
{
	if (cli_flag(cli, "manual")) {
		manual_print_page();
		return true;
	}
	if (cli->arg_count == 0) {
		print_overview();
		return true;
	}
	return manual_explain(cli->args[0], cli_arg(cli, 1), err);
}

static bool
run_version(struct cli *cli, struct err *err)
{
	(void)cli;
	(void)err;
	puts("dpstudio " DP_VERSION);
	return true;
}

static const struct command_option help_options[] = {
	{ "manual", 0, false, NULL, "print the manual page's source (roff)" },
	{ 0 },
};

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND] [VERB]",
	.help = "list the commands, or explain one",
	.options = help_options,
	.group = GROUP_START,
	.run = run_help,
};

const struct command command_version = {
	.name = "version",
	.args = "",
	.help = "print the version",
	.group = GROUP_START,
	.run = run_version,
};
