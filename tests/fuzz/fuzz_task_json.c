/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/check/check.h"
#include "src/task/diff.h"
#include "src/task/task_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* A task's own text is canonical: reading it gives the same text again. */
static void
check_text(const struct task *t)
{
	struct buf first = BUF_INIT, second = BUF_INIT, readable = BUF_INIT;
	char digest[TASK_DIGEST_SIZE], digest2[TASK_DIGEST_SIZE];
	struct err err = ERR_INIT;
	struct task again, copy;
	struct diff d;

	task_to_text(t, &first);
	require(task_from_text(&again, buf_str(&first), &err));
	task_to_text(&again, &second);
	require(str_equal(buf_str(&first), buf_str(&second)));
	task_copy(&copy, &again);
	task_content_digest(t, digest);
	task_fini(&again);
	task_content_digest(&copy, digest2);
	require(strcmp(digest, digest2) == 0);
	task_to_readable(&copy, &readable);
	diff_make(&d, buf_str(&first), buf_str(&readable));
	diff_fini(&d);
	task_fini(&copy);
	buf_fini(&first);
	buf_fini(&second);
	buf_fini(&readable);
}

struct counting_sink {
	struct check_sink sink;
	size_t errors;
};

static void
count_problem(struct check_sink *self, const struct check_problem *p)
{
	require(*p->code && *p->path == '$' && *p->message);
	require((p->line > 0) == (p->column > 0));
	((struct counting_sink *)self)->errors += p->level == CHECK_ERROR;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counting_sink sink = { { count_problem }, 0 };
	struct check_context fixed = { .now_us = INT64_C(1780315200000000) };
	struct err err = ERR_INIT;
	struct task t;
	size_t *order, errors;

	if (!task_from_text(&t, (struct str){ (const char *)data, size }, &err)) {
		require(err.code == ERR_INPUT && err.msg[0]);
		return 0;
	}
	order = xcalloc(t.node_count, sizeof(*order));
	task_order(&t, order, &err);
	free(order);
	errors = check_task(&t, &fixed, &sink.sink);
	require(errors == sink.errors);
	check_text(&t);
	task_fini(&t);
	return 0;
}
