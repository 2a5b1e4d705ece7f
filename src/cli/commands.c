/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "src/cli/cli.h"

#define C(name) extern const struct command command_##name;
#include "src/cli/commands.def"
#undef C

static const struct command *const commands[] = {
#define C(name) &command_##name,
#include "src/cli/commands.def"
#undef C
};

static const struct {
	const char *alias, *word;
} aliases[] = {
	{ "dest", "destination" },
	{ "--run", "run" },
	{ "--help", "help" },
	{ "-h", "help" },
	{ "--version", "version" },
	{ "-V", "version" },
};

static const char *const group_titles[GROUP_COUNT] = {
	[GROUP_START] = "Begin",
	[GROUP_TASK] = "Write a task",
	[GROUP_CONNECTION] = "Data sources and destinations",
	[GROUP_RELEASE] = "Check, test, publish",
	[GROUP_RUN] = "Run and follow up",
	[GROUP_HOUSE] = "Keep house",
	[GROUP_HIDDEN] = "",
};

const struct command_option cli_common_options[] = {
	{ "workspace", 'w', false, "FILE", "the workspace to use" },
	{ "help", 'h', false, NULL, "what this command does" },
	{ 0 },
};

size_t
command_count(void)
{
	return ARRAY_LEN(commands);
}

const struct command *
command_at(size_t i)
{
	return commands[i];
}

const char *
command_group_title(enum command_group group)
{
	return group_titles[group];
}

const char *
command_resolve_alias(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].alias, word) == 0)
			return aliases[i].word;
	return word;
}

const char *
command_alias_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].word, word) == 0)
			return aliases[i].alias;
	return NULL;
}

/* The first word of a command's name. */
static struct str
first_word(const struct command *c)
{
	return (struct str){ c->name, strcspn(c->name, " ") };
}

bool
command_is_noun(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strchr(commands[i]->name, ' ') && str_is(first_word(commands[i]), word))
			return true;
	return false;
}

const struct command *
command_find(const char *first, const char *second, int *words)
{
	const struct command *found = NULL;

	first = command_resolve_alias(first);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct command *c = commands[i];
		struct str word = first_word(c);

		if (!str_is(word, first))
			continue;
		if (c->name[word.len] == '\0') {
			found = c;
			*words = 1;
		} else if (second && strcmp(c->name + word.len + 1, second) == 0) {
			*words = 2;
			return c;
		}
	}
	return found;
}

const char *
command_nearest(const char *word)
{
	static char near[64];
	int best = 3;

	near[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct str first = first_word(commands[i]);
		int d = str_distance(str_from(word), first, 2);

		if (commands[i]->group == GROUP_HIDDEN || d >= best || first.len >= sizeof(near))
			continue;
		best = d;
		memcpy(near, first.p, first.len);
		near[first.len] = '\0';
	}
	return near[0] ? near : NULL;
}
