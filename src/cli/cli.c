/* SPDX-License-Identifier: MIT */
#include "src/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "src/cli/manual.h"
#include "src/cli/print.h"
#include "src/cli/session.h"

static int
fail(const struct err *err)
{
	print_failure(err);
	return err_exit_status(err->code);
}

/* -w before the command's name. False: argv[*at] is something else. */
static bool
take_workspace(struct cli *cli, int argc, char **argv, int *at)
{
	const char *word = argv[*at];

	if (strncmp(word, "--workspace=", 12) == 0) {
		cli->workspace_path = word + 12;
	} else if (strncmp(word, "-w", 2) == 0 && word[2]) {
		cli->workspace_path = word + 2;
	} else if (strcmp(word, "-w") == 0 || strcmp(word, "--workspace") == 0) {
		if (*at + 1 >= argc)
			return false;
		cli->workspace_path = argv[++*at];
	} else {
		return false;
	}
	++*at;
	return true;
}

static bool
refuse_word(const char *word, struct err *err)
{
	const char *near = command_nearest(word[0] == '-' ? word + strspn(word, "-") : word);

	if (strcmp(word, "-w") == 0 || strcmp(word, "--workspace") == 0)
		return err_set(err, ERR_USAGE, "the workspace's file is missing after %s", word);
	err_set(err, ERR_USAGE, "there is no %s '%s'", word[0] == '-' ? "option" : "command", word);
	if (near)
		return err_hint(err, "did you mean dpstudio %s?", near);
	return err_hint(err, "see: dpstudio help");
}

static bool
refuse_verb(const char *noun, const char *verb, struct err *err)
{
	struct buf verbs = BUF_INIT;
	size_t len;

	noun = command_resolve_alias(noun);
	len = strlen(noun);
	for (size_t i = 0; i < command_count(); i++) {
		const char *name = command_at(i)->name;

		if (strncmp(name, noun, len) == 0 && name[len] == ' ')
			buf_addf(&verbs, "%s%s", verbs.len ? ", " : "", name + len + 1);
	}
	if (verb)
		err_set(err, ERR_USAGE, "there is no command '%s %s'", noun, verb);
	else
		err_set(err, ERR_USAGE, "%s: what to do is missing", noun);
	err_hint(err, "%s takes %s", noun, buf_text(&verbs));
	buf_fini(&verbs);
	return false;
}

/* Names the command of argv[at…]; *at moves behind its words. */
static const struct command *
take_command(int argc, char **argv, int *at, struct err *err)
{
	const char *first = argv[*at], *second = *at + 1 < argc ? argv[*at + 1] : NULL;
	int words = 0;
	const struct command *c = command_find(first, second, &words);

	if (c) {
		*at += words;
		return c;
	}
	if (command_is_noun(command_resolve_alias(first)))
		refuse_verb(first, second, err);
	else
		refuse_word(first, err);
	return NULL;
}

static bool
wants_help(int argc, char **argv, int at)
{
	return at + 1 < argc && command_is_noun(command_resolve_alias(argv[at])) &&
	       (strcmp(argv[at + 1], "--help") == 0 || strcmp(argv[at + 1], "-h") == 0);
}

static bool
run_command(struct cli *cli, struct err *err)
{
	bool ok;

	if (cli_flag(cli, "help")) {
		manual_print_command(cli->command);
		return print_flush(err);
	}
	ok = cli->command->run(cli, err);
	if (!ok && err->code == ERR_INPUT && cli->command->words_only)
		err->code = ERR_USAGE;
	session_end(cli);
	return ok && print_flush(err);
}

int
cli_main(int argc, char **argv)
{
	const struct command *command;
	struct cli cli = { 0 };
	struct err err = ERR_INIT;
	int at = 1, status;
	bool ok;

	while (at < argc && take_workspace(&cli, argc, argv, &at))
		;
	if (at >= argc)
		return session_studio(&cli, NULL, NULL, &err) ? cli.status : fail(&err);
	if (wants_help(argc, argv, at))
		return manual_explain(argv[at], NULL, &err) && print_flush(&err) ? 0 : fail(&err);
	command = take_command(argc, argv, &at, &err);
	if (!command)
		return fail(&err);
	ok = cli_parse(&cli, command, argv + at, (size_t)(argc - at), &err) &&
	     run_command(&cli, &err);
	cli_parse_fini(&cli);
	status = ok ? cli.status : fail(&err);
	if (!ok && cli.failed_text)
		print_place(str_from(cli.failed_text), &err);
	free(cli.failed_text);
	return status;
}
