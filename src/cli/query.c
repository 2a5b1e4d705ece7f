/* SPDX-License-Identifier: MIT */
#include "src/cli/query.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/cli/interrupt.h"
#include "src/cli/print.h"
#include "src/sql/split.h"

#define CONNECT_TIMEOUT_US (15 * CLOCK_SECOND)
#define CANCEL_TIMEOUT_US (5 * CLOCK_SECOND)

static struct deadline
until_interrupted(int64_t us)
{
	struct deadline d = us ? deadline_in_us(us) : DEADLINE_NONE;

	d.cancelled = &interrupt_flag;
	return d;
}

bool
query_connect(struct query *q, struct err *err)
{
	struct deadline d = until_interrupted(CONNECT_TIMEOUT_US);

	q->source = source_open(q->kind, &q->settings, &d, err);
	return q->source || err_wrap(err, "data source '%s'", q->name);
}

bool
query_revive(struct query *q, struct err *err)
{
	struct deadline d = until_interrupted(CONNECT_TIMEOUT_US);

	if (q->source && q->source->ops->ping(q->source, &d, err))
		return true;
	source_close(q->source);
	q->source = NULL;
	return query_connect(q, err);
}

void
query_fini(struct query *q)
{
	source_close(q->source);
	q->source = NULL;
	settings_fini(&q->settings);
	free(q->name);
	q->name = NULL;
}

/* Some clients cannot be interrupted while they wait. For those a child stands by:
 * Ctrl-C reaches it too (same terminal), and it cancels through a connection of its
 * own. It ends when the pipe closes. */
struct watcher {
	pid_t pid;
	int pipe[2];
};

static void
watch(struct query *q, const char *token, int fd)
{
	struct deadline d = deadline_in_us(CANCEL_TIMEOUT_US);
	struct err err = ERR_INIT;
	char c;

	interrupt_clear();
	interrupt_catch();
	while (read(fd, &c, 1) < 0 && !interrupt_flag)
		;
	if (interrupt_flag)
		source_cancel(q->kind, &q->settings, token, &d, &err);
	_exit(0);
}

static void
watcher_start(struct watcher *w, struct query *q)
{
	char token[128] = "";

	w->pid = -1;
	if (q->source->ops->cancel && q->source->ops->cancel_token)
		q->source->ops->cancel_token(q->source, token);
	if (!token[0] || pipe(w->pipe) != 0)
		return;
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0) {
		close(w->pipe[1]);
		watch(q, token, w->pipe[0]);
	}
	close(w->pipe[0]);
	if (w->pid < 0)
		close(w->pipe[1]);
}

static void
watcher_stop(struct watcher *w)
{
	if (w->pid < 0)
		return;
	close(w->pipe[1]);
	while (waitpid(w->pid, NULL, 0) < 0 && interrupt_flag)
		;
}

static void
say_end(const struct query *q, const struct query_end *end)
{
	if (end->truncated)
		print_warning("cut at %lld row%s: there are more (--max-rows all)",
			(long long)end->rows, end->rows == 1 ? "" : "s");
	else if (q->timing)
		print_talk("%lld row%s, %.*f ms", (long long)end->rows, end->rows == 1 ? "" : "s",
			end->elapsed_us < 10000 ? 1 : 0, (double)end->elapsed_us / 1000.0);
}

static bool
run_statement(struct query *q, struct str sql, struct err *err)
{
	struct query_limits limits = { q->max_rows, until_interrupted(0) };
	struct query_end end = { 0 };
	struct row_writer rows;
	struct watcher watcher;
	bool ok;

	row_writer_init(&rows, q->format, q->expanded, q->to);
	watcher_start(&watcher, q);
	ok = q->source->ops->query(q->source, sql, &limits, row_writer_sink(&rows), &end, err);
	watcher_stop(&watcher);
	ok = ok && row_writer_finish(&rows, err);
	row_writer_fini(&rows);
	if (ok)
		say_end(q, &end);
	return ok;
}

bool
query_run(struct query *q, struct str text, struct err *err)
{
	struct sql_split split;
	bool ok = true;

	sql_split(&split, q->kind->dialect, text, false);
	if (split.count == 0) {
		sql_split_fini(&split);
		return err_set(err, ERR_INPUT, "there is no statement");
	}
	for (size_t i = 0; ok && i < split.count; i++) {
		const struct sql_statement *s = &split.list[i];

		if (i > 0 && q->format != ROWS_JSON)
			fputc('\n', q->to);
		ok = run_statement(q, sql_statement_text(s, text), err);
		if (!ok && err->line > 0) {
			if (err->line == 1 && err->column > 0)
				err->column += s->column - 1;
			err->line += s->line - 1;
		}
	}
	sql_split_fini(&split);
	return ok;
}
