/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/cli.h"

static const struct command_option json_option = { "json", 0, false, NULL,
	"print JSON instead of a table" };

/* Where a parse stands. */
struct parser {
	struct cli *cli;
	char **words;
	size_t count, at;
	bool only_operands; /* after "--" */
};

static bool
usage(const struct parser *p, struct err *err, const char *what, const char *word)
{
	err_set(err, ERR_USAGE, "%s: %s%s%s%s", p->cli->command->name, what, word ? " '" : "",
		word ? word : "", word ? "'" : "");
	return err_hint(err, "see: dpstudio help %s", p->cli->command->name);
}

static const struct command_option *
find_in(const struct command_option *list, struct str name, char letter)
{
	for (; list && list->name; list++)
		if (letter ? list->letter == letter : str_is(name, list->name))
			return list;
	return NULL;
}

static const struct command_option *
find_option(const struct command *c, struct str name, char letter)
{
	const struct command_option *o = find_in(c->options, name, letter);

	if (!o)
		o = find_in(cli_common_options, name, letter);
	if (!o && c->json && !letter && str_is(name, "json"))
		o = &json_option;
	return o;
}

static const char *
nearest_option(const struct command *c, struct str name)
{
	const struct command_option *lists[] = { c->options, cli_common_options };
	const char *near = NULL;
	int best = name.len < 5 ? 2 : 4;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct command_option *o = lists[i]; o && o->name; o++) {
			int d = str_distance(name, str_from(o->name), 3);

			if (d < best) {
				best = d;
				near = o->name;
			}
		}
	return near;
}

static bool
refuse_option(const struct parser *p, const char *word, struct err *err)
{
	struct str name = str_from(word + 1 + (word[1] == '-'));
	const char *near;

	name.len = strcspn(name.p, "=");
	near = word[1] == '-' ? nearest_option(p->cli->command, name) : NULL;
	err_set(err, ERR_USAGE, "%s: there is no option '%.*s'", p->cli->command->name,
		(int)(name.p + name.len - word), word);
	if (near)
		return err_hint(err, "did you mean --%s?", near);
	return err_hint(err, "see: dpstudio help %s", p->cli->command->name);
}

/* "a|b|c" holds the word. A value spec in upper case is a name, not a choice. */
static bool
choice_holds(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = choices; at; at = strchr(at, '|')) {
		if (*at == '|')
			at++;
		if (strncmp(at, word, len) == 0 && (at[len] == '|' || at[len] == '\0'))
			return true;
	}
	return false;
}

static bool
value_is_choice(const char *value)
{
	return *value >= 'a' && *value <= 'z';
}

static bool
keep_option(struct parser *p, const struct command_option *o, const char *value, struct err *err)
{
	struct cli *cli = p->cli;

	if (strcmp(o->name, "workspace") == 0) {
		cli->workspace_path = value;
		return *value || usage(p, err, "the workspace's name is empty", NULL);
	}
	if (o->value && value_is_choice(o->value) && !choice_holds(o->value, value)) {
		err_set(err, ERR_USAGE, "%s: --%s cannot be '%s'", cli->command->name, o->name,
			value);
		return err_hint(err, "it is one of %s", o->value);
	}
	if (!o->many && o->value && cli_option(cli, o->name))
		return usage(p, err, "this option stands twice:", o->name);
	if (o == &json_option)
		cli->json = true;
	cli->given[cli->given_count++] = (struct option_given){ o, value };
	return true;
}

static bool
parse_long(struct parser *p, const char *word, struct err *err)
{
	struct str name = { word + 2, strcspn(word + 2, "=") };
	const char *value = name.p[name.len] == '=' ? name.p + name.len + 1 : NULL;
	const struct command_option *o = find_option(p->cli->command, name, 0);

	if (!o)
		return refuse_option(p, word, err);
	if (!o->value && value)
		return usage(p, err, "this option takes no value:", o->name);
	if (o->value && !value) {
		if (p->at >= p->count)
			return usage(p, err, "a value is missing after", word);
		value = p->words[p->at++];
	}
	return keep_option(p, o, value ? value : "", err);
}

/* -v -f FILE -fFILE, and flags together: -vh. */
static bool
parse_short(struct parser *p, const char *word, struct err *err)
{
	for (const char *at = word + 1; *at; at++) {
		const struct command_option *o = find_option(p->cli->command, STR_NONE, *at);
		const char *value = "";

		if (!o)
			return refuse_option(p, word, err);
		if (o->value) {
			if (at[1] == '\0' && p->at >= p->count)
				return usage(p, err, "a value is missing after", word);
			value = at[1] ? at + 1 : p->words[p->at++];
			at = value + strlen(value) - 1;
		}
		if (!keep_option(p, o, value, err))
			return false;
		if (o->value)
			return true;
	}
	return true;
}

bool
arg_spec_next(const char **cursor, struct arg_spec *spec)
{
	const char *at = *cursor + strspn(*cursor, " ");
	size_t len = strcspn(at, " ");
	struct str word = { at, len };

	if (len == 0)
		return false;
	*cursor = at + len;
	*spec = (struct arg_spec){ 0 };
	if (str_ends(word, STR("…"))) {
		spec->many = true;
		word.len -= sizeof("…") - 1;
	}
	if (word.p[0] == '[') {
		spec->optional = true;
		word = str_slice(word, 1, word.len - 1);
	}
	spec->word = word;
	return true;
}

/* "cron|systemd": the operand is one of these. */
static bool
check_choice(const struct parser *p, struct str choices, const char *word, struct err *err)
{
	char *text = str_dup(choices);
	bool fits = !value_is_choice(text) || choice_holds(text, word);

	free(text);
	if (fits)
		return true;
	err_set(err, ERR_USAGE, "%s: '%s' cannot stand here", p->cli->command->name, word);
	return err_hint(err, "it is one of %.*s", STR_ARG(choices));
}

static bool
check_operands(const struct parser *p, struct err *err)
{
	const char *cursor = p->cli->command->args;
	size_t have = p->cli->arg_count, most = 0;
	struct arg_spec spec;

	while (arg_spec_next(&cursor, &spec)) {
		const char *word = cli_arg(p->cli, most);

		if (word && !check_choice(p, spec.word, word, err))
			return false;
		most = spec.many ? SIZE_MAX : most + 1;
		if (have == 0 && !spec.optional) {
			err_set(err, ERR_USAGE, "%s: %.*s is missing", p->cli->command->name,
				STR_ARG(spec.word));
			return err_hint(err, "usage: dpstudio %s %s", p->cli->command->name,
				p->cli->command->args);
		}
		if (have > 0)
			have--;
	}
	if (p->cli->arg_count > most)
		return usage(p, err, "this is one word too many:", p->cli->args[most]);
	return true;
}

bool
cli_parse(struct cli *cli, const struct command *command, char **words, size_t count,
	struct err *err)
{
	struct parser p = { cli, words, count, 0, false };

	cli->command = command;
	cli->args = xcalloc(count + 1, sizeof(*cli->args));
	cli->given = xcalloc(count + 1, sizeof(*cli->given));
	while (p.at < count) {
		const char *word = words[p.at++];
		bool ok = true;

		if (p.only_operands || word[0] != '-' || word[1] == '\0')
			cli->args[cli->arg_count++] = word;
		else if (strcmp(word, "--") == 0)
			p.only_operands = true;
		else if (word[1] == '-')
			ok = parse_long(&p, word, err);
		else
			ok = parse_short(&p, word, err);
		if (!ok)
			return false;
	}
	if (cli_flag(cli, "help"))
		return true;
	return check_operands(&p, err);
}

void
cli_parse_fini(struct cli *cli)
{
	free(cli->args);
	free(cli->given);
	cli->args = NULL;
	cli->given = NULL;
}

const char *
cli_option(const struct cli *cli, const char *name)
{
	assert(find_option(cli->command, str_from(name), 0));
	for (size_t i = cli->given_count; i-- > 0;)
		if (strcmp(cli->given[i].option->name, name) == 0)
			return cli->given[i].value;
	return NULL;
}

bool
cli_flag(const struct cli *cli, const char *name)
{
	return cli_option(cli, name) != NULL;
}

const char *
cli_option_at(const struct cli *cli, const char *name, size_t i)
{
	assert(find_option(cli->command, str_from(name), 0));
	for (size_t k = 0; k < cli->given_count; k++)
		if (strcmp(cli->given[k].option->name, name) == 0 && i-- == 0)
			return cli->given[k].value;
	return NULL;
}

bool
cli_option_integer(const struct cli *cli, const char *name, int64_t otherwise, int64_t min,
	int64_t max, int64_t *value, struct err *err)
{
	const char *text = cli_option(cli, name);

	*value = otherwise;
	if (!text)
		return true;
	if (str_to_int64(str_from(text), value) && *value >= min && *value <= max)
		return true;
	return err_set(err, ERR_USAGE, "%s: --%s must be a whole number from %lld to %lld, not '%s'",
		cli->command->name, name, (long long)min, (long long)max, text);
}
