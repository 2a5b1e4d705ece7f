/* SPDX-License-Identifier: MIT */
/* fill WORKSPACE N [SOURCE CHANNEL FIELD VALUE]: a workspace with N published tasks,
 * written by the store's own calls. With a source (a SQLite file, or the fields of a
 * PostgreSQL source as "host=… port=…") and a destination, the tasks are due every
 * minute, read one row and write a small message; without them they are due in the
 * far future. */
#include <stdio.h>
#include <stdlib.h>

#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"

static void
stop(const struct err *err)
{
	fprintf(stderr, "fill: %s\n", err->msg);
	exit(1);
}

/* The kind of the source that `text` describes, and its settings. */
static const char *
read_source(const char *text, struct settings *settings)
{
	struct str rest = str_from(text);

	if (!strchr(text, '=')) {
		settings_set(settings, "path", rest, false);
		return "sqlite";
	}
	while (rest.len) {
		size_t end = str_find(rest, STR(" "), 0);
		struct str word = str_slice(rest, 0, end);
		size_t equal = str_find(word, STR("="), 0);
		char *name = str_dup(str_slice(word, 0, equal));

		settings_set(settings, name, str_slice(word, equal + 1, word.len), false);
		free(name);
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	return "postgres";
}

static void
add_ends(struct workspace *ws, const char *from, const char *channel, const char *field,
	const char *place)
{
	struct settings source = SETTINGS_INIT, destination = SETTINGS_INIT;
	struct err err = ERR_INIT;
	const char *kind = read_source(from, &source);

	settings_set(&destination, field, str_from(place), strcmp(field, "path") != 0);
	if (!store_source_add(ws, "data", kind, ENV_AUTO, &source, &err) ||
		!store_destination_add(ws, "out", channel, &destination, &err))
		stop(&err);
	settings_fini(&source);
	settings_fini(&destination);
}

static void
add_task(struct workspace *ws, long i, bool due)
{
	const char *schedule = due ? "{\"cron\":\"* * * * *\"}"
				   : "{\"every\":\"month\",\"days\":[1],\"at\":\"00:00\"}";
	const char *effective = due ? "" : ",\"effective\":{\"from\":\"2090-01-01\"}";
	struct test_ticket ticket;
	struct err err = ERR_INIT;
	int64_t id, number;
	char name[32], text[1024];

	snprintf(name, sizeof(name), "task-%06ld", i);
	snprintf(text, sizeof(text),
		"{\"format\":1,\"name\":\"%s\",\"nodes\":[{\"name\":\"q\",\"kind\":\"query\","
		"\"source\":\"data\",\"sql\":\"SELECT 1 AS one, 'two' AS two\"},{\"name\":\"push\","
		"\"kind\":\"push\",\"after\":[\"q\"],\"title\":\"Task %ld\",\"content\":[{\"kind\":"
		"\"table\"}],\"destinations\":[\"out\"]}],\"schedule\":%s%s}",
		name, i, schedule, effective);
	if (!task_store_create(ws, name, str_from(text), &id, &err) ||
		!version_test_begin(ws, id, str_from(text), &ticket, &err) ||
		!version_test_passed(ws, &ticket, 0, &err) ||
		!version_submit(ws, name, NULL, &number, &err) ||
		!version_publish(ws, name, number, &number, &err))
		stop(&err);
}

int
main(int argc, char **argv)
{
	struct workspace_options options = { .timezone = "UTC" };
	struct err err = ERR_INIT;
	bool due = argc >= 7;
	struct workspace *ws;
	long count;

	if (argc < 3) {
		fputs("usage: fill WORKSPACE N [SOURCE CHANNEL FIELD VALUE]\n", stderr);
		return 2;
	}
	count = strtol(argv[2], NULL, 10);
	if (!workspace_create(argv[1], &options, &err))
		stop(&err);
	ws = workspace_open(argv[1], WORKSPACE_WRITE, &err);
	if (!ws)
		stop(&err);
	add_ends(ws, argc > 3 ? argv[3] : "/nonexistent.db", argc > 4 ? argv[4] : "file",
		argc > 5 ? argv[5] : "path", argc > 6 ? argv[6] : "/nonexistent");
	for (long i = 0; i < count; i += 500) {
		if (!db_begin(workspace_db(ws), &err))
			stop(&err);
		for (long k = i; k < count && k < i + 500; k++)
			add_task(ws, k, due);
		if (!db_commit(workspace_db(ws), &err))
			stop(&err);
	}
	workspace_close(ws);
	return 0;
}
