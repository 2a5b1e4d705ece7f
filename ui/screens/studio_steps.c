/* SPDX-License-Identifier: MIT */
/* The line under everything: the steps from a data source to a published version, what
 * is done and what is missing. Enter goes to the step that is chosen. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/check/check_workspace.h"
#include "ui/dialog.h"
#include "ui/screens/studio_private.h"

#define DELAY_US (250 * INT64_C(1000))

static const char *const labels[STEP_COUNT] = {
	[STEP_SOURCE] = N_("Source"), [STEP_SQL] = N_("SQL"), [STEP_CONTENT] = N_("Content"),
	[STEP_DESTINATION] = N_("Destination"), [STEP_SCHEDULE] = N_("Schedule"),
	[STEP_CHECK] = N_("Check"), [STEP_TEST] = N_("Test"), [STEP_SUBMIT] = N_("Submit"),
	[STEP_PUBLISH] = N_("Publish"),
};

static const struct {
	const char *mark;
	enum role role;
} marks[] = {
	[STEP_MISSING] = { "✗", ROLE_ERROR },
	[STEP_OPTIONAL] = { "–", ROLE_DIM },
	[STEP_WAITS] = { "·", ROLE_DIM },
	[STEP_DONE] = { "✓", ROLE_OK },
};

/* --- checking --------------------------------------------------------------------------------- */

struct problem_sink {
	struct check_sink sink;
	struct desk_steps *steps;
};

static void
take_problem(struct check_sink *self, const struct check_problem *p)
{
	struct desk_steps *s = ((struct problem_sink *)self)->steps;

	s->problems = xreallocarray(s->problems, s->problem_count + 1, sizeof(*s->problems));
	s->problems[s->problem_count++] = (struct desk_problem){
		.message = *p->hint ? xasprintf("%s (%s)", p->message, p->hint)
				    : xstrdup(p->message),
		.path = xstrdup(p->path), .node = xstrdup(p->node), .line = p->line,
		.column = p->column, .error = p->level == CHECK_ERROR,
	};
}

static void
forget_problems(struct desk_steps *s)
{
	for (size_t i = 0; i < s->problem_count; i++) {
		free(s->problems[i].message);
		free(s->problems[i].path);
		free(s->problems[i].node);
	}
	s->problem_count = s->errors = 0;
}

static void
check(struct desk *d, const struct task *t)
{
	struct problem_sink sink = { { take_problem }, &d->steps };
	struct err err = ERR_INIT;
	struct check_workspace known;

	forget_problems(&d->steps);
	if (check_workspace_init(&known, d->studio->ws, &err)) {
		known.context.say = i18n_say;
		d->steps.errors = check_task(t, &known.context, &sink.sink);
		check_workspace_fini(&known);
	} else if (err.code == ERR_BUSY) {
		desk_steps_later(d);
	}
}

bool
desk_steps_check(struct desk *d, struct err *err)
{
	const struct task *t = model_task(d->model);
	struct check_workspace known;
	bool ok;

	if (!check_workspace_init(&known, d->studio->ws, err))
		return false;
	known.context.say = i18n_say;
	ok = !t || check_task_first(t, &known.context, err);
	check_workspace_fini(&known);
	return ok;
}

/* --- the steps --------------------------------------------------------------------------------- */

static bool
is_blank(const char *s)
{
	return s[strspn(s, " \t\n")] == '\0';
}

static void
judge_task(const struct task *t, enum desk_done *done)
{
	bool source = true, sql = true, any = false, content = true, sent = true, push = false, script;

	for (size_t i = 0; i < t->node_count; i++) {
		const struct node *n = &t->nodes[i];

		if (n->kind == NODE_PUSH) {
			push = true;
			content = content && n->block_count && *n->title;
			sent = sent && n->destinations.count;
		}
		if (n->kind != NODE_QUERY && n->kind != NODE_ASSIGN)
			continue;
		any = true;
		script = desk_query_is_script(n);
		source = source && (script || *n->source);
		sql = sql && !is_blank(script ? n->code : n->sql);
	}
	done[STEP_SOURCE] = any && source ? STEP_DONE : STEP_MISSING;
	done[STEP_SQL] = any && sql ? STEP_DONE : STEP_MISSING;
	done[STEP_CONTENT] = push && content ? STEP_DONE : STEP_MISSING;
	done[STEP_DESTINATION] = push && sent ? STEP_DONE : STEP_MISSING;
	done[STEP_SCHEDULE] = t->schedule_count ? STEP_DONE : STEP_OPTIONAL;
}

static void
judge_life(struct desk *d, enum desk_done *done)
{
	const struct task_row *row = model_row(d->model);
	bool saved = model_state(d->model) == MODEL_SAVED;
	bool tested = saved && row->draft != DRAFT_DIRTY;
	bool submitted = saved && row->draft == DRAFT_SUBMITTED;
	bool ready = !d->steps.errors;

	for (int i = STEP_SOURCE; i <= STEP_DESTINATION; i++)
		ready = ready && done[i] == STEP_DONE;
	done[STEP_CHECK] = d->steps.errors ? STEP_MISSING : STEP_DONE;
	done[STEP_TEST] = tested ? STEP_DONE : ready ? STEP_MISSING : STEP_WAITS;
	done[STEP_SUBMIT] = submitted ? STEP_DONE : tested ? STEP_MISSING : STEP_WAITS;
	done[STEP_PUBLISH] = submitted && row->version && row->version == row->latest_version
				     ? STEP_DONE
			     : submitted ? STEP_MISSING
					 : STEP_WAITS;
}

static void
judge(void *context)
{
	struct desk *d = context;
	struct desk_steps *s = &d->steps;
	const struct task *t = model_task(d->model);

	pane_dirty(&s->pane);
	ui_refresh_chrome(d->screen.ui);
	for (int i = 0; i < STEP_COUNT; i++)
		s->done[i] = STEP_WAITS;
	if (!t)
		return;
	check(d, t);
	judge_task(t, s->done);
	judge_life(d, s->done);
	if (!s->pane.focused) {
		s->current = 0;
		while (s->current + 1 < STEP_COUNT && s->done[s->current] != STEP_MISSING)
			s->current++;
	}
}

void
desk_steps_later(struct desk *d)
{
	if (!d->steps.timer.at_us)
		loop_timer(ui_loop(d->screen.ui), &d->steps.timer, DELAY_US);
}

/* --- going there -------------------------------------------------------------------------------- */

static void
go_to_problem(void *context, int button)
{
	struct desk *d = context;
	const struct desk_problem *p;
	struct err err = ERR_INIT;

	if (button < 0 || (size_t)button >= d->steps.problem_count)
		return;
	p = &d->steps.problems[button];
	if (strstr(p->path, ".sql") || strstr(p->path, ".code")) {
		desk_query_show_node(d, p->node);
		desk_go(d, &d->query.editor.pane);
		if (p->line > 0)
			editor_go_line(&d->query.editor, (size_t)p->line,
				p->column > 0 ? (size_t)p->column : 1);
	} else if (strstr(p->path, ".branches") || strstr(p->path, ".accept") ||
		   strstr(p->path, ".after") || strstr(p->path, ".inputs")) {
		if (!ui_open(d->screen.ui, "nodes", p->node, &err))
			ui_error(d->screen.ui, &err);
	} else {
		desk_go(d, &d->content.tree.pane);
	}
	ui_warn(d->screen.ui, "%s", p->message);
}

void
desk_steps_problems(struct desk *d)
{
	struct buf items = BUF_INIT;

	for (size_t i = 0; i < d->steps.problem_count; i++) {
		const struct desk_problem *p = &d->steps.problems[i];

		buf_addf(&items, "%s%s %s%s%s", i ? "\n" : "", p->error ? "✗" : "!", p->node,
			*p->node ? ": " : "", p->message);
	}
	if (d->steps.problem_count)
		dialog_pick(d->screen.ui, _("What the check found (Enter: go there)"),
			buf_text(&items), 0, go_to_problem, d);
	else
		ui_say(d->screen.ui, _("The check found nothing wrong"));
	buf_fini(&items);
}

static void
go(struct desk *d, enum desk_step step)
{
	struct err err = ERR_INIT;

	switch (step) {
	case STEP_SOURCE:
		desk_query_choose_source(d);
		break;
	case STEP_SQL:
		desk_go(d, &d->query.editor.pane);
		break;
	case STEP_CONTENT:
		desk_go(d, &d->content.tree.pane);
		break;
	case STEP_DESTINATION:
		desk_content_destinations(d);
		break;
	case STEP_SCHEDULE:
		if (!ui_open(d->screen.ui, "push", "", &err))
			ui_error(d->screen.ui, &err);
		break;
	case STEP_CHECK:
		desk_steps_problems(d);
		break;
	case STEP_TEST:
		desk_life_test(d);
		break;
	case STEP_SUBMIT:
		desk_life_submit(d);
		break;
	case STEP_PUBLISH:
		desk_life_publish(d);
		break;
	case STEP_COUNT:
		break;
	}
}

/* --- drawing -------------------------------------------------------------------------------------- */

/* From all that is said to the little that fits at any width. */
enum detail { ALL_NAMED, ALL_DENSE, MISSING_NAMED, CURRENT_NAMED };

static bool
is_named(const struct desk_steps *s, int i, enum detail detail)
{
	return detail <= ALL_DENSE || (size_t)i == s->current ||
	       (detail == MISSING_NAMED && s->done[i] != STEP_DONE);
}

static int
gap_of(enum detail detail)
{
	return detail == ALL_DENSE ? 0 : 1;
}

static int
step_width(const struct desk_steps *s, int i, enum detail detail)
{
	int name = gap_of(detail) + (int)utf8_width(str_from(_(labels[i])));

	return 1 + (is_named(s, i, detail) ? name : 0);
}

/* Columns from one step to the next. */
static int
step_pitch(const struct desk_steps *s, int i, enum detail detail)
{
	return step_width(s, i, detail) + 1 + gap_of(detail);
}

static enum detail
detail_for(const struct desk_steps *s, int cols)
{
	for (enum detail detail = ALL_NAMED; detail < CURRENT_NAMED; detail++) {
		int width = 1;

		for (int i = 0; i < STEP_COUNT; i++)
			width += step_pitch(s, i, detail);
		if (width <= cols)
			return detail;
	}
	return CURRENT_NAMED;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct desk *d = (struct desk *)pane->screen;
	const struct desk_steps *s = &d->steps;
	enum detail detail = detail_for(s, c->cols);
	int col = 1;

	canvas_fill(c, 0, 0, 1, c->cols, ROLE_TEXT);
	if (!model_is_open(d->model)) {
		canvas_puts(c, 0, 1, ROLE_INFO,
			d->sources.count ? _("n: a new task   Enter: open the one chosen")
					 : _("Begin with a data source: Alt-2, then a"));
		return;
	}
	for (int i = 0; i < STEP_COUNT; i++) {
		int width = step_width(s, i, detail);

		canvas_puts(c, 0, col, marks[s->done[i]].role, marks[s->done[i]].mark);
		if (width > 1)
			canvas_puts(c, 0, col + 1 + gap_of(detail),
				s->done[i] == STEP_MISSING ? ROLE_TEXT : ROLE_DIM, _(labels[i]));
		if ((size_t)i == s->current)
			canvas_over(c, 0, col, width,
				pane->focused ? ROLE_SELECTED : ROLE_SELECTED_QUIET);
		col += step_pitch(s, i, detail);
	}
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct desk *d = (struct desk *)pane->screen;
	struct desk_steps *s = &d->steps;

	if (k->mods)
		return false;
	if ((k->code == K_RIGHT || k->code == 'l') && s->current + 1 < STEP_COUNT)
		s->current++;
	else if ((k->code == K_LEFT || k->code == 'h') && s->current > 0)
		s->current--;
	else if (k->code == K_ENTER)
		go(d, (enum desk_step)s->current);
	else
		return false;
	pane_dirty(pane);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct desk *d = (struct desk *)pane->screen;
	struct desk_steps *s = &d->steps;
	enum detail detail = detail_for(s, pane->rect.cols);
	int col = 1;

	for (int i = 0; m->kind == MOUSE_PRESS && i < STEP_COUNT; i++) {
		int width = step_width(s, i, detail);

		if (m->col >= col && m->col < col + width + 1) {
			s->current = (size_t)i;
			pane_dirty(pane);
			go(d, (enum desk_step)i);
			break;
		}
		col += step_pitch(s, i, detail);
	}
	return true;
}

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.keys_help = N_("Left Right\tAnother step\nEnter\tGo to the step"),
};

void
desk_steps_init(struct desk *d)
{
	pane_init(&d->steps.pane, &pane_ops, "");
	d->steps.timer = (struct timer){ .fn = judge, .context = d };
}

void
desk_steps_fini(struct desk *d)
{
	loop_timer_cancel(ui_loop(d->screen.ui), &d->steps.timer);
	forget_problems(&d->steps);
	free(d->steps.problems);
}
