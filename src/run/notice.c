/* SPDX-License-Identifier: MIT */
/* Notices: failed, recovered, unknown, expired. They go to the task's on_failure, else to
 * the workspace's notify, else they only stand on stderr. A destination never gets a
 * notice about its own failure. A succeeded run may ping its task's dead-man URL. Each
 * stands in the ledger until it is sent. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/run/request.h"
#include "src/run/supervise.h"
#include "src/workspace/task_store.h"

#define MAX_TRIES 10 /* passes that try to send one */

static bool
is_own_failure(const struct active *a, const char *destination)
{
	for (size_t i = 0; i < a->part_count; i++)
		if (strcmp(a->parts[i].destination, destination) == 0 &&
			(a->parts[i].state == DELIVERY_REJECTED ||
				a->parts[i].state == DELIVERY_UNKNOWN))
			return true;
	return false;
}

static struct note *
new_note(struct supervisor *s)
{
	struct note **link = &s->notes;

	while (*link)
		link = &(*link)->next;
	return *link = xcalloc(1, sizeof(**link));
}

static void
add_row(struct supervisor *s, const struct notice_row *row)
{
	struct note *n = new_note(s);

	n->id = row->id;
	n->run_id = row->run_id;
	n->task_id = row->task_id;
	n->tries = row->tries;
	n->destination = xstrdup(row->destination);
	n->title = xstrdup(row->title);
	n->text = xstrdup(row->text);
	n->key = xasprintf("<notice.run%lld@%s.dpstudio>", (long long)row->run_id,
		workspace_uuid(s->ws));
}

static void
owe(struct supervisor *s, const struct active *a, const char *destination, const char *title,
	const char *text)
{
	struct notice_row row = { .run_id = a->run.id, .task_id = a->run.task_id,
		.destination = destination, .title = title, .text = text };
	struct err ignored = ERR_INIT;

	ledger_notice_add(s->ws, &s->pass, &row, &ignored); /* else in this pass or never */
	add_row(s, &row);
}

static void
add_one(struct supervisor *s, const struct active *a, const char *destination, const char *title,
	const char *text)
{
	struct err ignored = ERR_INIT;
	char *event;

	if (is_own_failure(a, destination))
		return;
	owe(s, a, destination, title, text);
	event = xasprintf("%s: to %s", title, destination);
	ledger_event(s->ws, a->run.id, "notice", event, &ignored);
	free(event);
}

void
notice_add(struct supervisor *s, const struct active *a, const char *title, const char *text)
{
	struct err ignored = ERR_INIT;
	struct arena arena = ARENA_INIT;
	const char *notify = "";

	for (size_t i = 0; a->has_task && i < a->task.on_failure.count; i++)
		add_one(s, a, a->task.on_failure.list[i], title, text);
	if ((!a->has_task || a->task.on_failure.count == 0) &&
		workspace_notify(s->ws, &arena, &notify, &ignored) && *notify)
		add_one(s, a, notify, title, text);
	arena_fini(&arena);
}

bool
notice_resume(struct supervisor *s, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct notice_list list;
	bool ok = ledger_notice_take(s->ws, &s->pass, &arena, &list, err);

	for (size_t i = 0; ok && i < list.count; i++)
		add_row(s, &list.rows[i]);
	arena_fini(&arena);
	return ok;
}

void
notice_add_ping(struct supervisor *s, const struct active *a)
{
	char *title = xasprintf("ping of %s", a->run.task);

	owe(s, a, "", title, "");
	free(title);
}

/* {"kind":"dead_man","url":…} */
static bool
ping_request(struct supervisor *s, const struct note *n, struct buf *to, struct err *err)
{
	struct secret url = SECRET_INIT;
	bool ok = task_ping_get(s->ws, n->task_id, &url, err);

	if (ok && secret_is_empty(&url))
		ok = err_set(err, ERR_CONFIG, "its URL is not set in this workspace");
	if (ok) {
		buf_adds(to, "{\"kind\":\"dead_man\",\"url\":");
		json_add_string(to, secret_expose(&url));
		buf_addc(to, '}');
	}
	secret_fini(&url);
	return ok;
}

static void
remove_note(struct supervisor *s, struct note *n)
{
	struct note **link = &s->notes;

	while (*link != n)
		link = &(*link)->next;
	*link = n->next;
	free(n->destination);
	free(n->title);
	free(n->text);
	free(n->key);
	free(n);
}

/* It is sent, or has been told here instead; `again`: a later pass tries. */
static void
settle(struct supervisor *s, struct note *n, bool again)
{
	struct err err = ERR_INIT;

	if (n->id && !ledger_notice_end(s->ws, n->id, again, &err))
		fprintf(stderr, "dpstudio: the notice \"%s\" may come again: %s\n", n->title,
			err.msg);
	remove_note(s, n);
}

static void
not_sent(struct supervisor *s, struct note *n, bool may_come, const char *why)
{
	bool named = *n->destination, again = may_come && n->id && n->tries + 1 < MAX_TRIES;

	fprintf(stderr, "dpstudio: the notice \"%s\" could not be sent%s%s: %s%s\n", n->title,
		named ? " to " : "", n->destination, why,
		again ? " (a later pass tries again)" : "");
	settle(s, n, again);
}

static void
give(struct supervisor *s, struct note *n, struct crew *c)
{
	struct buf request = BUF_INIT, head = BUF_INIT;
	struct err err = ERR_INIT;

	if (!(*n->destination ? request_note(s->ws, n->destination, n->title, n->text, n->key,
				       &request, &err)
			     : ping_request(s, n, &request, &err))) {
		not_sent(s, n, false, err.msg);
		buf_fini(&request);
		return;
	}
	n->sent = true;
	n->job = ++s->next_job;
	c->send_job = n->job;
	c->heard_us = clock_mono_us();
	frame_put_u32(&head, n->job);
	frame_queue(&c->io, FRAME_REQUEST, buf_str(&head), buf_str(&request));
	frame_flush(&c->io);
	explicit_bzero(request.p, request.len);
	buf_fini(&request);
	buf_fini(&head);
}

bool
notice_turn(struct supervisor *s)
{
	struct note *next;

	for (struct note *n = s->notes; n; n = next) {
		struct err err = ERR_INIT;
		struct crew *c;

		next = n->next;
		if (n->sent)
			continue;
		c = crew_free(s, false, &err);
		if (!c)
			break;
		give(s, n, c);
	}
	return s->notes != NULL;
}

/* json NULL: the request ended (or its worker died) without an outcome. */
void
notice_outcome(struct supervisor *s, uint32_t job, const cJSON *json)
{
	const cJSON *state = cJSON_GetObjectItemCaseSensitive(json, "state");
	const cJSON *message = cJSON_GetObjectItemCaseSensitive(json, "message");

	for (struct note *n = s->notes; n; n = n->next) {
		if (!n->sent || n->job != job)
			continue;
		if (!cJSON_IsString(state))
			not_sent(s, n, true, "it did not get out");
		else if (strcmp(state->valuestring, "accepted") == 0 ||
			 strcmp(state->valuestring, "queued") == 0)
			settle(s, n, false);
		else
			not_sent(s, n, strcmp(state->valuestring, "deferred") == 0,
				cJSON_IsString(message) ? message->valuestring : "refused");
		return;
	}
}

void
notice_free(struct supervisor *s)
{
	while (s->notes)
		remove_note(s, s->notes);
}
