/* SPDX-License-Identifier: MIT */
/* `complete WORD…`: what may stand in the place of the last word, one candidate a
 * line. The shell's completion calls it, so that it never knows less than the table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

struct completion {
	struct str prefix;	    /* what the last word begins with */
	const struct command *command;
	size_t operand;		    /* which operand the last word is */
	const struct command_option *awaits; /* the option whose value it is */
};

static void
offer(const struct completion *c, const char *word, size_t len)
{
	if (str_starts((struct str){ word, len }, c->prefix))
		printf("%.*s\n", (int)len, word);
}

static void
offer_choices(const struct completion *c, const char *choices)
{
	for (const char *at = choices; *at;) {
		size_t len = strcspn(at, "|");

		offer(c, at, len);
		at += len + (at[len] == '|');
	}
}

static void
offer_options(const struct completion *c)
{
	const struct command_option *lists[] = { c->command->options, cli_common_options };
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct command_option *o = lists[i]; o && o->name; o++) {
			snprintf(text, sizeof(text), "--%s", o->name);
			offer(c, text, strlen(text));
		}
	if (c->command->json)
		offer(c, "--json", 6);
}

/* First words of all commands, or the verbs behind `noun`. */
static void
offer_commands(const struct completion *c, const char *noun)
{
	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		size_t first = strcspn(command->name, " ");
		const char *before = i ? command_at(i - 1)->name : "";
		bool same = strncmp(before, command->name, first) == 0 &&
			    (before[first] == ' ' || !before[first]);

		if (command->group == GROUP_HIDDEN)
			continue;
		if (noun && str_is((struct str){ command->name, first }, noun))
			offer(c, command->name + first + 1, strlen(command->name + first + 1));
		else if (!noun && !same)
			offer(c, command->name, first);
	}
	if (!noun) {
		offer(c, "--run", 5);
		offer(c, "--version", 9);
		offer(c, "--help", 6);
	}
}

static const struct command_option *
find_long(const struct command *command, const char *word)
{
	const struct command_option *lists[] = { command->options, cli_common_options };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct command_option *o = lists[i]; o && o->name; o++)
			if ((word[1] == '-' && strcmp(word + 2, o->name) == 0) ||
				(o->letter && word[1] == o->letter && !word[2]))
				return o;
	return NULL;
}

/* Reads what stands before the last word. */
static void
read_words(struct completion *c, char **words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct command_option *o = NULL;

		if (words[i][0] == '-' && words[i][1])
			o = find_long(c->command, words[i]);
		else
			c->operand++;
		if (o && o->value && ++i >= count)
			c->awaits = o;
	}
}

static void
offer_operand(struct cli *cli, const struct completion *c)
{
	const char *cursor = c->command->args;
	struct arg_spec spec = { 0 };
	size_t at = 0;

	(void)cli;
	while (arg_spec_next(&cursor, &spec))
		if (at++ >= c->operand || spec.many)
			break;
	if (memchr(spec.word.p ? spec.word.p : "", '|', spec.word.len)) {
		char *choices = str_dup(spec.word);

		offer_choices(c, choices);
		free(choices);
	}
}

static bool
run_complete(struct cli *cli, struct err *err)
{
	char **words = (char **)cli->args;
	size_t count = cli->arg_count, at = 0;
	struct completion c = { 0 };
	int used = 0;

	(void)err;
	if (count == 0)
		return true;
	c.prefix = str_from(words[--count]);
	while (at + 1 < count && strcmp(words[at], "-w") == 0)
		at += 2;
	if (at >= count) {
		offer_commands(&c, NULL);
		return true;
	}
	c.command = command_find(words[at], at + 1 < count ? words[at + 1] : NULL, &used);
	if (!c.command) {
		if (at + 1 == count)
			offer_commands(&c, command_resolve_alias(words[at]));
		return true;
	}
	read_words(&c, words + at + used, count - at - (size_t)used);
	if (c.awaits)
		offer_choices(&c, strchr(c.awaits->value, '|') ? c.awaits->value : "");
	else if (c.prefix.len && c.prefix.p[0] == '-')
		offer_options(&c);
	else
		offer_operand(cli, &c);
	return true;
}

const struct command command_complete = {
	.name = "complete",
	.args = "[WORD]…",
	.help = "what the shell's completion asks",
	.group = GROUP_HIDDEN,
	.run = run_complete,
};
