/* SPDX-License-Identifier: MIT */
/* install-schedule: a line in the crontab or a user's systemd timer that runs a pass
 * every minute, with absolute paths, because cron has other variables than a login. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/cli/child.h"
#include "src/cli/session.h"

#define MARK "# dpstudio: "

struct schedule_place {
	char program[PATH_MAX];
	char *workspace;
};

static bool
find_place(struct cli *cli, struct schedule_place *p, struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", p->program, sizeof(p->program) - 1);

	if (n <= 0)
		return err_errno(err, "cannot find the program's own place");
	p->program[n] = '\0';
	p->workspace = workspace_resolve(cli->workspace_path, err);
	if (!p->workspace)
		return false;
	if (path_exists(p->workspace))
		return true;
	err_set(err, ERR_WORKSPACE, "there is no workspace %s", p->workspace);
	return err_hint(err, "dpstudio init makes one");
}

/* A word of a crontab line: quoted for the shell, and % is cron's line end. */
static void
add_cron_word(struct buf *line, const char *word)
{
	buf_addc(line, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_adds(line, "'\\''");
		else if (*word == '%')
			buf_adds(line, "\\%");
		else
			buf_addc(line, *word);
	}
	buf_addc(line, '\'');
}

static void
cron_lines(const struct schedule_place *p, struct buf *to)
{
	buf_addf(to, MARK "%s\n* * * * * ", p->workspace);
	add_cron_word(to, p->program);
	buf_adds(to, " -w ");
	add_cron_word(to, p->workspace);
	buf_adds(to, " --run\n");
}

/* The crontab without what an earlier install put there for this workspace. */
static void
without_ours(struct str crontab, const char *workspace, struct buf *to)
{
	struct buf mark = BUF_INIT;
	bool skip = false;

	buf_addf(&mark, MARK "%s", workspace);
	while (crontab.len > 0) {
		size_t end = str_find(crontab, STR("\n"), 0);
		struct str line = str_slice(crontab, 0, end);

		if (str_equal(line, buf_str(&mark))) {
			skip = true;
		} else if (skip) {
			skip = false;
		} else {
			buf_add_str(to, line);
			buf_addc(to, '\n');
		}
		crontab = str_slice(crontab, end == SIZE_MAX ? crontab.len : end + 1, crontab.len);
	}
	buf_fini(&mark);
}

static bool
write_crontab(const struct buf *text, struct err *err)
{
	static const char *const write[] = { "crontab", "-", NULL };
	struct str input = buf_str(text);
	int status;

	if (!child_run(write, &input, NULL, &status, err))
		return false;
	return status == 0 || err_set(err, ERR_FAILED, "crontab refused the new table (status %d)",
				      status);
}

static bool
install_cron(const struct schedule_place *p, bool remove, struct err *err)
{
	static const char *const read[] = { "crontab", "-l", NULL };
	struct buf old = BUF_INIT, new = BUF_INIT;
	int status = 0;
	bool ok = child_run(read, NULL, &old, &status, err);

	if (!ok)
		err_hint(err, "install cron, or use: dpstudio install-schedule systemd");
	if (ok) {
		without_ours(status == 0 ? buf_str(&old) : STR_NONE, p->workspace, &new);
		if (!remove)
			cron_lines(p, &new);
		ok = write_crontab(&new, err);
	}
	if (ok)
		print_talk(remove ? "the crontab no longer runs it"
				  : "your crontab now runs a pass every minute (crontab -l)");
	buf_fini(&old);
	buf_fini(&new);
	return ok;
}

/* A word of ExecStart: quoted, and % is a specifier. */
static void
add_unit_word(struct buf *to, const char *word)
{
	buf_addc(to, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			buf_addc(to, '\\');
		if (*word == '%' || *word == '$')
			buf_addc(to, *word);
		buf_addc(to, *word);
	}
	buf_addc(to, '"');
}

static void
service_text(const struct schedule_place *p, struct buf *to)
{
	buf_adds(to, "[Unit]\nDescription=dpstudio: run what is due\n\n"
		     "[Service]\nType=oneshot\nExecStart=");
	add_unit_word(to, p->program);
	buf_adds(to, " -w ");
	add_unit_word(to, p->workspace);
	buf_adds(to, " --run\n");
}

static const char timer_text[] = "[Unit]\nDescription=dpstudio: every minute\n\n"
				 "[Timer]\nOnCalendar=minutely\nAccuracySec=1s\nPersistent=false\n\n"
				 "[Install]\nWantedBy=timers.target\n";

static char *
unit_folder(struct err *err)
{
	char *ours = path_config_dir(err), *config, *units, *folder;

	if (!ours)
		return NULL;
	config = path_dir(ours);
	units = path_join(config, "systemd");
	folder = path_join(units, "user");
	free(ours);
	free(config);
	free(units);
	return folder;
}

static bool
systemctl(const char *verb, const char *option, struct err *err)
{
	const char *const argv[] = { "systemctl", "--user", verb, option ? option : "dpstudio.timer",
		option ? "dpstudio.timer" : NULL, NULL };
	struct buf output = BUF_INIT;
	int status;
	bool ok = child_run(argv, NULL, &output, &status, err);

	buf_fini(&output);
	if (ok && status != 0) {
		err_set(err, ERR_FAILED, "systemctl --user %s failed (status %d)", verb, status);
		return err_hint(err, "is there a user manager? loginctl enable-linger keeps one "
				     "running without a login");
	}
	return ok;
}

static bool
install_units(const struct schedule_place *p, struct err *err)
{
	char *folder = unit_folder(err), *service = NULL, *timer = NULL;
	struct buf text = BUF_INIT;
	bool ok = folder && path_make_dirs(folder, 0755, err);

	if (ok) {
		service = path_join(folder, "dpstudio.service");
		timer = path_join(folder, "dpstudio.timer");
		service_text(p, &text);
		ok = path_write_atomic(service, buf_str(&text), 0644, err) &&
		     path_write_atomic(timer, str_from(timer_text), 0644, err);
	}
	if (ok)
		print_talk("written: %s and dpstudio.timer beside it", service);
	buf_fini(&text);
	free(folder);
	free(service);
	free(timer);
	return ok;
}

static bool
install_systemd(const struct schedule_place *p, bool remove, struct err *err)
{
	if (remove)
		return systemctl("disable", "--now", err);
	if (!install_units(p, err) || !systemctl("enable", "--now", err))
		return false;
	print_talk("the timer runs a pass every minute (systemctl --user list-timers)");
	return true;
}

static void
print_text_of(const struct schedule_place *p, bool cron)
{
	struct buf text = BUF_INIT;

	if (cron) {
		cron_lines(p, &text);
	} else {
		buf_adds(&text, "# dpstudio.service\n");
		service_text(p, &text);
		buf_addf(&text, "\n# dpstudio.timer\n%s", timer_text);
	}
	fwrite(buf_text(&text), 1, text.len, stdout);
	buf_fini(&text);
}

static bool
run_install(struct cli *cli, struct err *err)
{
	bool cron = strcmp(cli->args[0], "cron") == 0, remove = cli_flag(cli, "remove");
	struct schedule_place place = { .workspace = NULL };
	bool ok = find_place(cli, &place, err);

	if (ok && cli_flag(cli, "print"))
		print_text_of(&place, cron);
	else if (ok)
		ok = cron ? install_cron(&place, remove, err) : install_systemd(&place, remove, err);
	free(place.workspace);
	return ok;
}

static const struct command_option install_options[] = {
	{ "print", 0, false, NULL, "only print what would be installed" },
	{ "remove", 0, false, NULL, "take it out again" },
	{ 0 },
};

const struct command command_install_schedule = {
	.name = "install-schedule", .args = "cron|systemd",
	.help = "have a pass run every minute, by your crontab or a systemd user timer",
	.options = install_options, .group = GROUP_HOUSE, .run = run_install,
};
