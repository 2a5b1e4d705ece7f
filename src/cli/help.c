/* SPDX-License-Identifier: MIT */
#include "src/cli/cli.h"
#include "src/cli/manual.h"
#include "src/cli/print.h"

static void
print_option(const struct command_option *o)
{
	char name[80], letter[8] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(name, sizeof(name), "%s--%s%s%s", letter, o->name, o->value ? " " : "",
		o->value ? o->value : "");
	printf("  %-32s %s\n", name, o->help);
}

void
manual_print_command(const struct command *c)
{
	printf("usage: dpstudio %s%s%s%s\n\n%s.\n", c->name, *c->args ? " " : "", c->args,
		c->options || c->json ? " [OPTION]…" : "", c->help);
	if (c->more)
		printf("\n%s\n", c->more);
	printf("\n");
	for (const struct command_option *o = c->options; o && o->name; o++)
		print_option(o);
	if (c->json)
		printf("  %-32s %s\n", "    --json", "print JSON instead of a table");
	for (const struct command_option *o = cli_common_options; o->name; o++)
		print_option(o);
}

static void
print_group(enum command_group group)
{
	print_styled(stdout, STYLE_HEAD, "\n%s\n", command_group_title(group));
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *c = command_at(i);
		char words[96];

		if (c->group != group)
			continue;
		snprintf(words, sizeof(words), "%s %s", c->name, c->args);
		printf("  %-36s %s\n", words, c->help);
	}
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

bool
manual_print_noun(const char *noun)
{
	bool found = false;

	noun = command_resolve_alias(noun);
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *c = command_at(i);
		size_t len = strlen(noun);
		char words[96];

		if (strncmp(c->name, noun, len) != 0 || c->name[len] != ' ')
			continue;
		snprintf(words, sizeof(words), "%s %s", c->name, c->args);
		printf("  %-36s %s\n", words, c->help);
		found = true;
	}
	return found;
}

static bool
help_of(const char *first, const char *second, struct err *err)
{
	int words = 0;
	const struct command *c = command_find(first, second, &words);
	const char *near = command_nearest(first);

	if (!second && manual_print_noun(first) && !c)
		return true;
	if (c && (!second || words == 2)) {
		manual_print_command(c);
		return true;
	}
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
	return help_of(cli->args[0], cli_arg(cli, 1), err);
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
