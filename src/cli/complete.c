/* SPDX-License-Identifier: MIT */
/* `complete WORD…`: what may stand in the place of the last word, one candidate a
 * line. The shell's completion calls it, so that it never knows less than the table.
 * Nothing printed means: the shell's own file names. */
#include <stdlib.h>

#include "src/base/embedded.h"
#include "src/channel/channel.h"
#include "src/cli/session.h"
#include "src/source/source.h"
#include "src/workspace/store_calendar.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"

struct completion {
	struct cli *cli;
	struct str prefix; /* what the last word begins with */
	const struct command *command;
	const char *first;  /* operand 0; NULL while it is the last word */
	const char *kind;   /* value of --kind or --channel */
	size_t operand;     /* which operand the last word is */
	const struct command_option *awaits; /* the option whose value it is */
};

static void
offer_part(const struct completion *c, struct str word)
{
	if (str_starts(word, c->prefix))
		printf("%.*s\n", STR_ARG(word));
}

static void
offer(const struct completion *c, const char *word)
{
	offer_part(c, str_from(word));
}

/* --- names of the workspace --------------------------------------------------------- */

static void
offer_name(void *completion, struct str name)
{
	offer_part(completion, name);
}

static void
offer_tasks(const struct completion *c, struct workspace *ws, struct arena *a)
{
	struct err ignored = ERR_INIT;

	(void)a;
	task_store_names(ws, c->prefix, offer_name, (void *)c, &ignored);
}

static void
offer_sources(const struct completion *c, struct workspace *ws, struct arena *a)
{
	struct err err = ERR_INIT;
	struct source_list list;

	if (store_source_list(ws, a, &list, &err))
		for (size_t i = 0; i < list.count; i++)
			offer(c, list.rows[i].name);
}

static void
offer_destinations(const struct completion *c, struct workspace *ws, struct arena *a)
{
	struct err err = ERR_INIT;
	struct destination_list list;

	if (store_destination_list(ws, a, &list, &err))
		for (size_t i = 0; i < list.count; i++)
			offer(c, list.rows[i].name);
}

static void
offer_calendars(const struct completion *c, struct workspace *ws, struct arena *a)
{
	struct err err = ERR_INIT;
	struct calendar_list list;

	if (store_calendar_list(ws, a, &list, &err))
		for (size_t i = 0; i < list.count; i++)
			offer(c, list.rows[i].name);
}

static void
offer_versions(const struct completion *c, struct workspace *ws, struct arena *a)
{
	struct err err = ERR_INIT;
	struct version_list list;
	struct task_row row;
	char number[24];

	if (!c->first || !task_store_find(ws, c->first, a, &row, &err) ||
		!version_list(ws, row.id, a, &list, &err))
		return;
	for (size_t i = 0; i < list.count; i++) {
		snprintf(number, sizeof(number), "%lld", (long long)list.rows[i].number);
		offer(c, number);
	}
}

/* --- names of the program ------------------------------------------------------------- */

static void
offer_choices(const struct completion *c, const char *choices)
{
	for (const char *at = choices; *at;) {
		size_t len = strcspn(at, "|");

		offer_part(c, (struct str){ at, len });
		at += len + (at[len] == '|');
	}
}

static bool
offer_zone(void *context, const char *name)
{
	offer(context, name);
	return true;
}

static void
offer_fields(const struct completion *c, const struct field *fields, size_t count)
{
	char text[96];

	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s=", fields[i].name);
		offer(c, text);
	}
}

static void
offer_settings(const struct completion *c)
{
	const struct source_kind *kind = c->kind ? source_kind_find(c->kind) : NULL;
	const struct channel *channel = c->kind ? channel_find(c->kind) : NULL;

	if (kind) {
		offer_fields(c, kind->fields, kind->field_count);
		offer_fields(c, source_common_fields, source_common_field_count);
	}
	if (channel) {
		offer_fields(c, channel->fields, channel->field_count);
		offer_fields(c, channel_common_fields, channel_common_field_count);
	}
}

static void
offer_commands(const struct completion *c, const char *noun);

static void
offer_workspace_settings(const struct completion *c)
{
	char text[96];

	for (const struct workspace_setting *s = workspace_settings; s->name; s++) {
		snprintf(text, sizeof(text), "%s=", s->name);
		offer(c, text);
	}
}

static void
offer_program_names(struct completion *c, const char *what)
{
	if (strcmp(what, "KIND") == 0)
		for (size_t i = 0; i < source_kind_count(); i++)
			offer(c, source_kind_at(i)->name);
	else if (strcmp(what, "CHANNEL") == 0)
		for (size_t i = 0; i < channel_count(); i++)
			offer(c, channel_at(i)->name);
	else if (strcmp(what, "ZONE") == 0)
		zone_each(offer_zone, c);
	else if (strcmp(what, "FIELD=VALUE") == 0 && strcmp(c->command->name, "ping") == 0)
		offer(c, "url=");
	else if (strcmp(what, "FIELD=VALUE") == 0)
		offer_settings(c);
	else if (strcmp(what, "NAME=VALUE") == 0 && strcmp(c->command->name, "workspace set") == 0)
		offer_workspace_settings(c);
	else if (strcmp(what, "COMMAND") == 0 && strcmp(c->command->name, "help") == 0)
		offer_commands(c, NULL);
	else if (strcmp(what, "VERB") == 0 && c->first)
		offer_commands(c, command_resolve_alias(c->first));
	else if (strcmp(what, "TEMPLATE") == 0)
		for (const struct embedded *e = embedded; e->name; e++)
			if (strstr(e->name, ".template."))
				offer_part(c, (struct str){ e->name, strcspn(e->name, ".") });
}

/* What an operand's or option's word stands for. */
static void
offer_kind(struct completion *c, const char *what)
{
	static const struct {
		const char *what;
		void (*offer)(const struct completion *, struct workspace *, struct arena *);
	} stored[] = {
		{ "TASK", offer_tasks },	 { "TASK|PATH", offer_tasks },
		{ "TASK|FILE", offer_tasks },
		{ "SOURCE", offer_sources },	 { "DEST", offer_destinations },
		{ "VERSION", offer_versions },	 { "CALENDAR", offer_calendars },
	};
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct workspace *ws;

	if (*what >= 'a' && *what <= 'z') {
		offer_choices(c, what);
		return;
	}
	offer_program_names(c, what);
	for (size_t i = 0; i < ARRAY_LEN(stored); i++) {
		if (strcmp(stored[i].what, what) != 0)
			continue;
		ws = session_workspace(c->cli, WORKSPACE_READ, &err);
		if (ws)
			stored[i].offer(c, ws, &a);
	}
	arena_fini(&a);
}

/* --- where the last word stands ---------------------------------------------------------- */

static void
offer_options(const struct completion *c)
{
	const struct command_option *lists[] = { c->command->options, cli_common_options };
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct command_option *o = lists[i]; o && o->name; o++) {
			snprintf(text, sizeof(text), "--%s", o->name);
			offer(c, text);
		}
	if (c->command->json)
		offer(c, "--json");
}

/* First words of all commands, or the verbs behind `noun`. */
static void
offer_commands(const struct completion *c, const char *noun)
{
	struct str last = STR_NONE;

	for (size_t i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);
		struct str first = { command->name, strcspn(command->name, " ") };

		if (command->group == GROUP_HIDDEN)
			continue;
		if (noun && str_is(first, noun) && command->name[first.len])
			offer(c, command->name + first.len + 1);
		else if (!noun && !str_equal(first, last))
			offer_part(c, first);
		last = first;
	}
	if (!noun) {
		offer(c, "--run");
		offer(c, "--version");
		offer(c, "--help");
	}
}

static const struct command_option *
find_option(const struct command *command, const char *word)
{
	const struct command_option *lists[] = { command->options, cli_common_options };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct command_option *o = lists[i]; o && o->name; o++)
			if ((word[1] == '-' && strcmp(word + 2, o->name) == 0) ||
				(o->letter && word[1] == o->letter && !word[2]))
				return o;
	return NULL;
}

/* Reads what stands between the command and the last word. */
static void
read_words(struct completion *c, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct command_option *o = NULL;

		if (words[i][0] == '-' && words[i][1])
			o = find_option(c->command, words[i]);
		else if (c->operand++ == 0)
			c->first = words[i];
		if (!o || !o->value)
			continue;
		if (++i >= count)
			c->awaits = o;
		else if (strcmp(o->name, "kind") == 0 || strcmp(o->name, "channel") == 0)
			c->kind = words[i];
		else if (strcmp(o->name, "workspace") == 0)
			c->cli->workspace_path = words[i];
	}
}

static void
offer_operand(struct completion *c)
{
	const char *cursor = c->command->args;
	struct arg_spec spec = { 0 };
	char *what;
	size_t at = 0;

	while (arg_spec_next(&cursor, &spec))
		if (at++ >= c->operand || spec.many)
			break;
	if (at == 0 || (at <= c->operand && !spec.many))
		return;
	what = str_dup(spec.word);
	offer_kind(c, what);
	free(what);
}

/* "--kind=po": the rest is a value. */
static bool
offer_after_equals(struct completion *c)
{
	size_t equals = str_find(c->prefix, STR("="), 0);
	const struct command_option *o;
	char *name;

	if (equals == SIZE_MAX)
		return false;
	name = str_dup(str_slice(c->prefix, 0, equals));
	o = find_option(c->command, name);
	free(name);
	c->prefix = str_slice(c->prefix, equals + 1, c->prefix.len);
	if (o && o->value)
		offer_kind(c, o->value);
	return true;
}

static bool
run_complete(struct cli *cli, struct err *err)
{
	const char *const *words = cli->args;
	size_t count = cli->arg_count, at = 0;
	struct completion c = { .cli = cli };
	int used = 0;

	(void)err;
	if (count == 0)
		return true;
	c.prefix = str_from(words[--count]);
	while (at + 1 < count && strcmp(words[at], "-w") == 0) {
		cli->workspace_path = words[at + 1];
		at += 2;
	}
	if (at >= count) {
		offer_commands(&c, NULL);
		return true;
	}
	c.command = command_find(words[at], at + 1 < count ? words[at + 1] : NULL, &used);
	if (at + 1 == count && command_is_noun(command_resolve_alias(words[at])))
		offer_commands(&c, command_resolve_alias(words[at]));
	if (!c.command)
		return true;
	read_words(&c, words + at + (size_t)used, count - at - (size_t)used);
	if (c.awaits)
		offer_kind(&c, c.awaits->value);
	else if (!str_starts(c.prefix, STR("-")))
		offer_operand(&c);
	else if (!offer_after_equals(&c))
		offer_options(&c);
	return true;
}

const struct command command_complete = {
	.name = "complete",
	.args = "[WORD]…",
	.help = "what the shell's completion asks",
	.group = GROUP_HIDDEN,
	.run = run_complete,
};
