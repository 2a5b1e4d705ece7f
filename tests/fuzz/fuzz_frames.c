/* SPDX-License-Identifier: MIT */
/* Whatever a worker says: the supervisor of two runs that were given to it, and of a
 * third of which it is sending two parts, stays whole, and no more is recorded as sent
 * than was told to be. The last bit of the first byte: the worker ends after it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/run/supervise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEND_JOB 9

static char folder[] = "/tmp/dpt-fuzz.XXXXXX", path[64], key[64];
static struct workspace *ws;

static void
clean(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-passes", "-leases" };
	char file[96];

	workspace_close(ws);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		unlink(file);
	}
	unlink(key);
	rmdir(folder);
}

static void
prepare(void)
{
	struct workspace_options options = { .timezone = "UTC", .key_path = key };
	struct err err = ERR_INIT;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/ws.db", folder);
	snprintf(key, sizeof(key), "%s/key", folder);
	if (!workspace_create(path, &options, &err) ||
		!(ws = workspace_open(path, WORKSPACE_WRITE, &err)))
		abort();
	atexit(clean);
}

static struct active *
add_active(struct supervisor *s, int64_t id, enum active_phase phase)
{
	struct active *a = xcalloc(1, sizeof(*a));
	struct crew *c = &s->crew[0];

	a->run = (struct run_row){ .id = id, .fence = 1, .task = "t", .cause = CAUSE_SCHEDULE };
	a->phase = phase;
	a->worker = c;
	a->job = (uint32_t)id;
	if (phase == ACTIVE_GIVEN)
		c->jobs[c->given++] = a->job;
	a->next = s->actives;
	s->actives = a;
	return a;
}

static void
add_sent_parts(struct active *a)
{
	a->part_count = a->part_room = 2;
	a->parts = xcalloc(2, sizeof(*a->parts));
	for (int i = 0; i < 2; i++)
		a->parts[i] = (struct sending){ .id = i + 1, .index = (uint32_t)i, .kept = i == 0,
			.state = DELIVERY_SENDING, .part = 1, .parts = 1, .node = i ? "a" : "b",
			.destination = "d", .bucket = "", .channel = channel_find("webhook"),
			.in_flight = true, .job = i ? SEND_JOB : 0,
			.expires_us = clock_now_us() + CLOCK_SECOND };
	a->planned_in_ledger = true;
}

static void
free_actives(struct supervisor *s)
{
	while (s->actives) {
		struct active *a = s->actives;

		s->actives = a->next;
		for (size_t i = 0; i < a->part_count; i++)
			free((char *)a->parts[i].plan.body.p);
		free(a->parts);
		free(a->parameters);
		arena_fini(&a->arena);
		free(a);
	}
}

static void
check(const struct supervisor *s)
{
	const struct crew *c = &s->crew[0];
	bool known = !c->running;

	if (c->given < 0 || c->given > PREFETCH)
		abort();
	for (const struct active *a = s->actives; a; a = a->next) {
		known = known || c->running == a;
		if (!c->alive && (a->worker || a->phase == ACTIVE_GIVEN || a->phase == ACTIVE_RUNNING))
			abort();
		for (size_t i = 0; i < a->part_count; i++) {
			const struct sending *p = &a->parts[i];

			if (p->in_flight != (p->state == DELIVERY_SENDING))
				abort();
			if (p->in_flight && (!c->alive || (p->job && p->job != c->send_job)))
				abort(); /* nobody owes its outcome: the pass would not end */
			if (p->id == 0 && p->state != DELIVERY_PLANNED)
				abort();
		}
	}
	if (!known)
		abort();
}

static void
run_worker(struct supervisor *s, const uint8_t *data, size_t size)
{
	struct crew *c = &s->crew[0];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		abort();
	c->child = (struct child){ 0, pair[0] };
	c->alive = true;
	frame_io_init(&c->io, pair[0]);
	add_active(s, 1, ACTIVE_GIVEN);
	add_active(s, 2, ACTIVE_GIVEN);
	add_sent_parts(add_active(s, 3, ACTIVE_SENDING));
	c->send_job = SEND_JOB;
	if (size && send(pair[1], data + 1, size - 1, MSG_NOSIGNAL) < 0)
		abort();
	crew_turn(s, c);
	check(s);
	close(pair[1]);
	if (size && (data[0] & 1) && c->alive)
		crew_turn(s, c);
	check(s);
	if (c->alive) {
		frame_io_fini(&c->io);
		child_end(&c->child, 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supervisor *s = xcalloc(1, sizeof(*s));
	struct pass_summary summary = { 0 };
	struct err err = ERR_INIT;

	if (!ws)
		prepare();
	if (!db_begin(workspace_db(ws), &err))
		abort();
	s->ws = ws;
	s->jobs = 1;
	s->summary = &summary;
	run_worker(s, data, size);
	free_actives(s);
	free(s);
	db_rollback(workspace_db(ws));
	return 0;
}
