/* SPDX-License-Identifier: MIT */
/* What is due comes into the loop bit by bit, so that the first run is with a worker
 * while the last one is still being claimed. */
#include "src/run/claim.h"
#include "src/run/supervise.h"

#define TAKE_LIMIT 20000
#define AT_ONCE 64

static bool
is_here(const struct supervisor *s, int64_t run_id)
{
	for (const struct active *a = s->actives; a; a = a->next)
		if (a->run.id == run_id)
			return true;
	return false;
}

bool
take_held(struct supervisor *s, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct run_list held;
	bool ok = ledger_held_runs(s->ws, s->pass.id, &a, &held, err);

	for (size_t i = 0; ok && i < held.count; i++)
		ok = is_here(s, held.rows[i].id) || supervisor_add(s, &held.rows[i], err);
	arena_fini(&a);
	return ok;
}

bool
take_open(struct supervisor *s, const char *group, struct err *err)
{
	struct arena a = ARENA_INIT;
	int64_t now = clock_now_us();
	struct run_list taken;
	bool ok = version_replan(s->ws, false, err) && (s->claim = claim_open(s->ws, group, now, err));

	ok = ok && ledger_take(s->ws, &s->pass, group, now, TAKE_LIMIT, &a, &taken, err) &&
	     notice_resume(s, err);
	arena_fini(&a);
	return ok;
}

bool
take_is_wanted(const struct supervisor *s)
{
	int waiting = 0;

	if (take_is_over(s))
		return false;
	for (const struct active *a = s->actives; a; a = a->next)
		waiting += a->phase == ACTIVE_WAITING;
	return waiting < AT_ONCE / 2;
}

bool
take_more(struct supervisor *s, struct err *err)
{
	return !take_is_wanted(s) ||
	       (claim_some(s->claim, s->ws, &s->pass, AT_ONCE, err) && take_held(s, err));
}

bool
take_is_over(const struct supervisor *s)
{
	return claim_is_over(s->claim) || s->quitting;
}
