/* SPDX-License-Identifier: MIT */
/* doctor: why does nothing arrive? Each check is one row of a table; it reports what it
 * found and what to do about it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "src/base/module.h"
#include "src/base/path.h"
#include "src/channel/channel.h"
#include "src/cli/child.h"
#include "src/cli/interrupt.h"
#include "src/cli/reach.h"
#include "src/cli/session.h"
#include "src/source/source.h"
#include "src/task/task_json.h"
#include "src/workspace/audit.h"
#include "src/workspace/ledger.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"

#define CONNECT_TIMEOUT_US (5 * CLOCK_SECOND)
#define DISK_LEAST_MB 100
#define EXPIRES_SOON_DAYS 14
#define LATE_US (300 * CLOCK_SECOND) /* a pass should have looked by then */

enum finding { FINDING_OK, FINDING_WARNING, FINDING_PROBLEM };

struct doctor {
	struct cli *cli;
	struct workspace *ws; /* NULL: could not be opened */
	struct arena arena;
	cJSON *array; /* --json */
	size_t problems, warnings;
};

static const struct {
	const char *word;
	enum style style;
} findings[] = {
	[FINDING_OK] = { "ok", STYLE_GOOD },
	[FINDING_WARNING] = { "warning", STYLE_WARN },
	[FINDING_PROBLEM] = { "problem", STYLE_BAD },
};

static void DP_PRINTF(5, 6)
report(struct doctor *d, const char *check, enum finding found, const char *hint, const char *fmt,
	...)
{
	struct buf text = BUF_INIT;
	cJSON *o;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	d->problems += found == FINDING_PROBLEM;
	d->warnings += found == FINDING_WARNING;
	if (d->array) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "check", check);
		cJSON_AddStringToObject(o, "state", findings[found].word);
		cJSON_AddStringToObject(o, "message", buf_text(&text));
		cJSON_AddStringToObject(o, "hint", hint ? hint : "");
		cJSON_AddItemToArray(d->array, o);
	} else {
		print_styled(stdout, findings[found].style, "%-8s", findings[found].word);
		printf(" %-12s ", check);
		print_text(stdout, buf_str(&text));
		putchar('\n');
		if (hint && *hint)
			printf("%22s%s\n", "", hint);
	}
	buf_fini(&text);
}

static void
report_err(struct doctor *d, const char *check, const struct err *err)
{
	report(d, check, FINDING_PROBLEM, err->hint, "%s", err->msg);
}

static void
check_workspace(struct doctor *d)
{
	struct err err = ERR_INIT;

	d->ws = session_workspace(d->cli, WORKSPACE_READ, &err);
	if (!d->ws)
		report_err(d, "workspace", &err);
	else if (!workspace_check(d->ws, &err))
		report_err(d, "workspace", &err);
	else
		report(d, "workspace", FINDING_OK, NULL, "%s", workspace_path(d->ws));
}

static void
check_key(struct doctor *d)
{
	struct buf origin = BUF_INIT;
	struct err err = ERR_INIT;

	if (workspace_key_check(d->ws, &err) && workspace_key_origin(d->ws, &origin, &err))
		report(d, "key", FINDING_OK, NULL, "%s", buf_text(&origin));
	else
		report_err(d, "key", &err);
	buf_fini(&origin);
}

static void
check_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	struct err err = ERR_INIT;
	const struct zone *zone = session_zone(d->cli, &err);
	char now[40];

	if (!zone) {
		report_err(d, "clock", &err);
		return;
	}
	session_time(zone, clock_now_us(), now);
	if (clock_now_us() < INT64_C(1704067200) * CLOCK_SECOND)
		report(d, "clock", FINDING_PROBLEM, "set the clock; every schedule depends on it",
			"it is %s here, which cannot be", now);
	else if (adjtimex(&t) >= 0 && (t.status & STA_UNSYNC))
		report(d, "clock", FINDING_WARNING, "timedatectl set-ntp true, or install chrony",
			"%s %s, but nothing keeps the clock right", now, zone_name(zone));
	else
		report(d, "clock", FINDING_OK, NULL, "%s %s", now, zone_name(zone));
}

static void
check_zones(struct doctor *d)
{
	struct err err = ERR_INIT;

	if (!zone_get("Europe/Berlin", &err) || !zone_get("Asia/Shanghai", &err))
		report(d, "zones", FINDING_PROBLEM, "install tzdata (or set TZDIR)",
			"the time zone data is missing: %s", err.msg);
	else
		report(d, "zones", FINDING_OK, NULL, "the host's zone is %s", zone_host_name());
}

static void
check_disk(struct doctor *d)
{
	struct statvfs fs;
	uint64_t mb;

	if (statvfs(workspace_path(d->ws), &fs) != 0)
		return; /* the workspace was just read there */
	mb = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	if (mb < DISK_LEAST_MB)
		report(d, "disk", FINDING_PROBLEM, "free some space: a pass that cannot record "
			"a message does not send it", "%llu MB free", (unsigned long long)mb);
	else
		report(d, "disk", FINDING_OK, NULL, "%llu MB free", (unsigned long long)mb);
}

/* Whether the crontab or a user timer names this workspace or program. */
static bool
is_scheduled(const char *workspace)
{
	static const char *const cron[] = { "crontab", "-l", NULL };
	static const char *const timer[] = { "systemctl", "--user", "is-active",
		"dpstudio.timer", NULL };
	struct buf output = BUF_INIT;
	struct err err = ERR_INIT;
	int status;
	bool found = child_run(cron, NULL, &output, &status, &err) && status == 0 &&
		     str_find(buf_str(&output), str_from(workspace), 0) != SIZE_MAX;

	buf_clear(&output);
	if (!found)
		found = child_run(timer, NULL, &output, &status, &err) && status == 0;
	buf_fini(&output);
	return found;
}

/* The time stamp that every pass leaves on the lock file. */
static int64_t
last_pass_us(const char *workspace)
{
	char *path = xasprintf("%s-passes", workspace);
	struct stat st;
	int64_t at = 0;

	if (stat(path, &st) == 0)
		at = st.st_mtim.tv_sec * CLOCK_SECOND + st.st_mtim.tv_nsec / 1000;
	free(path);
	return at;
}

static void
check_schedule(struct doctor *d)
{
	const char *path = workspace_path(d->ws);
	int64_t last = last_pass_us(path), age = clock_now_us() - last;
	bool scheduled = is_scheduled(path);

	if (last == 0)
		report(d, "schedule", scheduled ? FINDING_WARNING : FINDING_PROBLEM,
			scheduled ? "is cron at work? systemctl status cron"
				  : "dpstudio install-schedule cron (or systemd)",
			"no pass has ever run on this workspace");
	else if (age > LATE_US)
		report(d, "schedule", FINDING_PROBLEM,
			scheduled ? "is cron at work? systemctl status cron"
				  : "dpstudio install-schedule cron (or systemd)",
			"the last pass was %lld minutes ago", (long long)(age / CLOCK_SECOND / 60));
	else if (!scheduled)
		report(d, "schedule", FINDING_OK, NULL,
			"the last pass was %lld s ago, started from outside your crontab",
			(long long)(age / CLOCK_SECOND));
	else
		report(d, "schedule", FINDING_OK, NULL, "the last pass was %lld s ago",
			(long long)(age / CLOCK_SECOND));
}

static void
check_tasks(struct doctor *d)
{
	int64_t now = clock_now_us();
	struct err err = ERR_INIT;
	size_t published = 0, late = 0, frozen = 0;
	struct task_list list;

	if (!task_store_list(d->ws, true, &d->arena, &list, &err)) {
		report_err(d, "tasks", &err);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct task_row *t = &list.rows[i];

		published++;
		frozen += t->frozen;
		late += !t->frozen && t->next_us && now - t->next_us > LATE_US;
	}
	if (published == 0)
		report(d, "tasks", FINDING_WARNING, "dpstudio publish TASK",
			"no task is published, so nothing runs");
	else if (late)
		report(d, "tasks", FINDING_PROBLEM, "no pass has looked at them: see schedule above",
			"%zu of %zu published tasks are overdue", late, published);
	else
		report(d, "tasks", FINDING_OK, NULL, "%zu published, %zu frozen, none overdue",
			published, frozen);
}

/* Tasks whose last run failed. */
static void
check_failing(struct doctor *d)
{
	struct err err = ERR_INIT;
	struct failing worst;
	int64_t count;
	char hint[64];

	if (!ledger_failing(d->ws, &d->arena, &count, &worst, &err)) {
		report_err(d, "failing", &err);
	} else if (count == 0) {
		report(d, "failing", FINDING_OK, NULL, "no task");
	} else {
		snprintf(hint, sizeof(hint), "dpstudio show-run %lld", (long long)worst.since_run);
		report(d, "failing", FINDING_WARNING, hint,
			"%lld task%s, %s %lld time%s in a row: %s", (long long)count,
			count == 1 ? "" : "s", worst.task, (long long)worst.failures,
			worst.failures == 1 ? "" : "s", worst.error);
	}
}

static void
check_ledger(struct doctor *d)
{
	int64_t deferred, unknown;
	struct err err = ERR_INIT;

	if (!ledger_open_counts(d->ws, &deferred, &unknown, &err))
		report_err(d, "deliveries", &err);
	else if (unknown)
		report(d, "deliveries", FINDING_WARNING, "dpstudio runs; then resend or accept each",
			"%lld with unknown outcome, %lld put off", (long long)unknown,
			(long long)deferred);
	else
		report(d, "deliveries", FINDING_OK, NULL, "none unknown, %lld put off",
			(long long)deferred);
}

static void
check_notices(struct doctor *d)
{
	struct err err = ERR_INIT;
	const char *name;
	int64_t waiting;

	if (!workspace_notify(d->ws, &d->arena, &name, &err) ||
		!ledger_notice_count(d->ws, &waiting, &err))
		report_err(d, "notices", &err);
	else if (waiting)
		report(d, "notices", FINDING_WARNING, "the next pass tries them again",
			"%lld could not be sent yet", (long long)waiting);
	else if (!*name)
		report(d, "notices", FINDING_WARNING, "dpstudio workspace set notify=DEST",
			"failures of tasks without on_failure go to stderr only");
	else
		report(d, "notices", FINDING_OK, NULL, "go to %s", name);
}

static void
check_modules(struct doctor *d)
{
	static const char *const names[] = { "net", "render", "console", "studio" };
	struct buf there = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = ERR_INIT;

		if (!module_ops(names[i], &err))
			report_err(d, "program", &err);
	}
	if (d->problems == 0)
		report(d, "program", FINDING_OK, NULL, "dpstudio " DP_VERSION);
	for (size_t i = 0; i < source_kind_count(); i++) {
		const char *kind = source_kind_at(i)->name;
		struct err err = ERR_INIT;

		if (source_kind_is_available(source_kind_at(i), &err))
			buf_addf(&there, "%s%s", there.len ? ", " : "", kind);
		else
			report(d, "drivers", FINDING_WARNING, err.hint, "%s: %s", kind, err.msg);
	}
	if (there.len)
		report(d, "drivers", FINDING_OK, NULL, "%s", buf_text(&there));
	buf_fini(&there);
}

static void
try_source(struct doctor *d, const struct source_row *row, enum source_env env)
{
	const struct source_kind *kind = source_kind_find(row->kind);
	struct deadline deadline = deadline_in_us(CONNECT_TIMEOUT_US);
	struct settings settings = SETTINGS_INIT;
	struct source *source = NULL;
	struct err err = ERR_INIT;

	deadline.cancelled = &interrupt_flag;
	if (!kind)
		err_set(&err, ERR_CONFIG, "this program has no driver '%s'", row->kind);
	else if (store_source_get(d->ws, row->name, env, &d->arena, NULL, &settings, &err))
		source = source_open(kind, &settings, &deadline, &err);
	if (source)
		report(d, "source", FINDING_OK, NULL, "%s%s%s: %s", row->name,
			env == ENV_AUTO ? "" : " ", env == ENV_AUTO ? "" : source_env_name(env),
			source->ops->version(source));
	else
		report(d, "source", FINDING_PROBLEM, err.hint, "%s%s%s: %s", row->name,
			env == ENV_AUTO ? "" : " ", env == ENV_AUTO ? "" : source_env_name(env),
			err.msg);
	source_close(source);
	settings_fini(&settings);
}

static void
check_sources(struct doctor *d)
{
	struct err err = ERR_INIT;
	struct source_list list;

	if (!store_source_list(d->ws, &d->arena, &list, &err)) {
		report_err(d, "source", &err);
		return;
	}
	for (size_t i = 0; i < list.count && !interrupt_flag; i++) {
		if (list.rows[i].has_both)
			try_source(d, &list.rows[i], ENV_AUTO);
		if (list.rows[i].has_dev)
			try_source(d, &list.rows[i], ENV_DEV);
		if (list.rows[i].has_prod)
			try_source(d, &list.rows[i], ENV_PROD);
	}
}

static void
check_destinations(struct doctor *d)
{
	struct err err = ERR_INIT;
	struct destination_list list;

	if (!store_destination_list(d->ws, &d->arena, &list, &err)) {
		report_err(d, "destination", &err);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct destination_row *row = &list.rows[i];
		const struct channel *channel = channel_find(row->channel);
		struct settings settings = SETTINGS_INIT;
		bool ok;

		err_clear(&err);
		ok = channel || err_set(&err, ERR_CONFIG, "this program has no channel '%s'",
					row->channel);
		ok = ok && store_destination_get(d->ws, row->name, &d->arena, NULL, &settings, &err) &&
		     channel_settings_check(channel, &settings, &err) &&
		     reach_destination(&settings, CONNECT_TIMEOUT_US / 1000, &err);
		if (ok)
			report(d, "destination", FINDING_OK, NULL, "%s (%s)", row->name,
				row->channel);
		else
			report(d, "destination", FINDING_PROBLEM, err.hint, "%s: %s", row->name,
				err.msg);
		settings_fini(&settings);
	}
}

/* --- credentials that end ------------------------------------------------------------------- */

/* What is known of the ends of passwords, tokens and URLs. */
struct expiry {
	struct date today;
	size_t told, dated; /* findings reported; credentials with a date */
};

static void
look_at_expiry(struct doctor *d, struct expiry *e, const char *noun, const char *name,
	const struct settings *settings)
{
	const char *day = settings_get(settings, "expires");
	struct err err = ERR_INIT;
	struct date date;
	char hint[256];
	int64_t left;

	if (!*day || !date_parse(str_from(day), &date, &err))
		return;
	left = date_to_days(date) - date_to_days(e->today);
	e->dated++;
	if (left > EXPIRES_SOON_DAYS)
		return;
	e->told++;
	snprintf(hint, sizeof(hint), "renew it, then dpstudio %s edit %s expires=DATE", noun, name);
	if (left < 0)
		report(d, "expires", FINDING_PROBLEM, hint, "%s: its credential ended on %s", name, day);
	else
		report(d, "expires", FINDING_WARNING, hint,
			"%s: its credential ends on %s, in %lld day%s", name, day, (long long)left,
			left == 1 ? "" : "s");
}

static void
look_at_source_expiry(struct doctor *d, struct expiry *e, const struct source_row *row,
	enum source_env env)
{
	struct settings settings = SETTINGS_INIT;
	struct err ignored = ERR_INIT; /* `source` tells it */

	if (store_source_show(d->ws, row->name, env, &d->arena, NULL, &settings, &ignored))
		look_at_expiry(d, e, "source", row->name, &settings);
	settings_fini(&settings);
}

static void
check_expiry(struct doctor *d)
{
	struct err err = ERR_INIT;
	const struct zone *zone = workspace_zone(d->ws, &err);
	struct expiry e = { .told = 0 };
	struct destination_list destinations;
	struct source_list sources;

	if (!zone || !store_source_list(d->ws, &d->arena, &sources, &err) ||
		!store_destination_list(d->ws, &d->arena, &destinations, &err)) {
		report_err(d, "expires", &err);
		return;
	}
	e.today = zone_civil(zone, clock_now_us()).date;
	for (size_t i = 0; i < sources.count; i++)
		for (enum source_env env = ENV_AUTO; env <= ENV_PROD; env++)
			look_at_source_expiry(d, &e, &sources.rows[i], env);
	for (size_t i = 0; i < destinations.count; i++) {
		struct settings settings = SETTINGS_INIT;

		if (store_destination_show(d->ws, destinations.rows[i].name, &d->arena, NULL,
			    &settings, &err))
			look_at_expiry(d, &e, "destination", destinations.rows[i].name, &settings);
		settings_fini(&settings);
	}
	if (!e.told)
		report(d, "expires", FINDING_OK, NULL, "no credential within %d days (%zu with a "
			"date)", EXPIRES_SOON_DAYS, e.dated);
}

static void
check_audit(struct doctor *d)
{
	struct err err = ERR_INIT;
	int64_t count;

	if (audit_verify(d->ws, &count, &err))
		report(d, "audit", FINDING_OK, NULL, "%lld entries, unbroken", (long long)count);
	else
		report_err(d, "audit", &err);
}

static bool
run_doctor(struct cli *cli, struct err *err)
{
	static void (*const checks[])(struct doctor *) = { check_key, check_clock, check_zones,
		check_disk, check_schedule, check_tasks, check_failing, check_ledger, check_notices, check_sources,
		check_destinations, check_expiry, check_audit };
	struct doctor d = { .cli = cli };

	interrupt_catch();
	d.array = cli->json ? cJSON_CreateArray() : NULL;
	check_modules(&d);
	check_workspace(&d);
	for (size_t i = 0; d.ws && !interrupt_flag && i < ARRAY_LEN(checks); i++)
		checks[i](&d);
	arena_fini(&d.arena);
	if (d.array)
		print_json(d.array);
	else
		print_talk("%zu problem%s, %zu warning%s", d.problems, d.problems == 1 ? "" : "s",
			d.warnings, d.warnings == 1 ? "" : "s");
	if (interrupt_flag)
		return err_set(err, ERR_CANCELLED, "interrupted");
	cli->status = !d.ws ? 4 : d.problems ? 1 : 0;
	return true;
}

const struct command command_doctor = {
	.name = "doctor", .args = "", .help = "why does nothing arrive? check everything and say",
	.more = "Checks the program and its drivers, workspace, key, clock, zones, disk, schedule,\n"
		"tasks, which of them fail, deliveries with unknown outcome, notices, every data\n"
		"source (it connects) and every destination (its host is called, nothing is sent),\n"
		"and which credentials end soon by their field expires.",
	.group = GROUP_HOUSE, .json = true, .run = run_doctor,
};
