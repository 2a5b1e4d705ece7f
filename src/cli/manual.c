/* SPDX-License-Identifier: MIT */
#include "src/cli/manual.h"

#include <stdio.h>
#include <stdlib.h>

/* The parts of the page that no table knows. */
static const char head[] =
	".TH DPSTUDIO 1 \"\" \"dpstudio " DP_VERSION "\" \"User Commands\"\n"
	".SH NAME\n"
	"dpstudio \\- SQL results as messages, to people, on schedule\n"
	".SH SYNOPSIS\n"
	".B dpstudio\n"
	"[\\fB\\-w\\fR \\fIWORKSPACE\\fR]\n"
	"[\\fICOMMAND\\fR | \\fB\\-\\-run\\fR] ...\n"
	".SH DESCRIPTION\n"
	"A task is SQL, a message made of its results, and the destinations it goes to.\n"
	"It is written as a draft, tested, submitted as a version, published, and then run\n"
	"by\n"
	".B dpstudio \\-\\-run\n"
	"from cron or a systemd timer.\n"
	".PP\n"
	".B dpstudio\n"
	"alone opens the studio, a full-screen program for all of that.\n"
	".B dpstudio \\-\\-run\n"
	"is one scheduler pass: what is due is run, delivered and recorded, then it exits.\n"
	"It is silent when all went well. Every other word is a command, below.\n"
	".PP\n"
	"Data goes to standard output, talk to standard error.\n"
	".B \\-\\-json\n"
	"prints JSON whose shape stays the same over releases.\n"
	"Options may stand anywhere after the command;\n"
	".B \\-w\n"
	"also before it;\n"
	".B \\-\\-\n"
	"ends them.\n";

static const char tail[] =
	".SH THE STUDIO\n"
	"Everything is done by keys; the last line shows those of the moment, and the line above\n"
	"it the steps to a published task: Enter goes to the one that is chosen.\n"
	".TP\n"
	".B F1 or ?\n"
	"keys and commands, searched by word or by key; Enter runs what is chosen\n"
	".TP\n"
	".B F10, Alt and a letter\n"
	"the menu\n"
	".TP\n"
	".B Ctrl\\-P or :\n"
	"the palette: every command and screen by name\n"
	".TP\n"
	".B Alt\\-1 to Alt\\-6, F9\n"
	"tasks, sources, SQL, result, content, preview; the next of them\n"
	".TP\n"
	".B n, a\n"
	"a new task (in the task list); add a source or a content block\n"
	".TP\n"
	".B F5, F6, F7, F8\n"
	"run the statement, test, submit, publish; Esc or Ctrl\\-C cancels what runs, at the server too\n"
	".TP\n"
	".B u, U\n"
	"take back the last change of the task, do it again (Ctrl\\-Z and Ctrl\\-Y where text is typed)\n"
	".TP\n"
	".B Ctrl\\-O\n"
	"the SQL or the text in $VISUAL or $EDITOR; one that ends with an error changes nothing\n"
	".TP\n"
	".B Esc or q, Ctrl\\-Z, Ctrl\\-Q\n"
	"back, suspend, quit\n"
	".PP\n"
	"Every change is saved within a second. The letters work where no text is typed.\n"
	".SH TIMES\n"
	"\\fITIME\\fR is RFC 3339 (2026-01-02T08:00:00+08:00), or \"2026-01-02 08:00\" with or\n"
	"without seconds in the time zone of the task.\n"
	"\\fIBIZDATE\\fR is a business date, the day before the scheduled day, as 2026-01-01.\n"
	".SH SECRETS\n"
	"Passwords, secrets, tokens and webhook URLs are never written on the command line.\n"
	"Their field is given as \\fBenv:\\fINAME\\fR (a variable), \\fB@\\fIFILE\\fR (its content\n"
	"without the last line end), \\fB\\-\\fR (standard input, one field), or by its name\n"
	"alone, to be asked for. They are stored encrypted.\n"
	".SH EXIT STATUS\n"
	".TP 5\n0\ndone; of \\fB\\-\\-run\\fR: nothing due, or everything accepted or queued\n"
	".TP\n1\na run or check failed, or something stays deferred or waiting\n"
	".TP\n2\nthe command line was wrong\n"
	".TP\n3\nnot found, or in a state that refuses this\n"
	".TP\n4\nworkspace or configuration\n"
	".TP\n5\ncould not connect\n"
	".TP\n6\na delivery was refused\n"
	".TP\n7\nthe outcome of a delivery is unknown\n"
	".TP\n130, 143\ninterrupted, terminated\n"
	".PP\nIn a mixed pass 7 wins over 6 over 1.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B DPSTUDIO_WORKSPACE\nthe workspace when there is no \\fB\\-w\\fR\n"
	".TP\n.B XDG_DATA_HOME, XDG_CONFIG_HOME, XDG_STATE_HOME\nsee FILES\n"
	".TP\n.B CREDENTIALS_DIRECTORY\nwhere systemd puts the key, looked at first\n"
	".TP\n.B NO_COLOR\nno colour\n"
	".TP\n.B VISUAL, EDITOR\nfor \\fBedit\\fR and for Ctrl\\-O in the studio\n"
	".SH FILES\n"
	".TP\n.I $XDG_DATA_HOME/dpstudio/workspace.db\nthe workspace "
	"(~/.local/share when the variable is not set)\n"
	".TP\n.I $XDG_CONFIG_HOME/dpstudio/key\nthe key of its secrets (~/.config)\n"
	".TP\n.I $XDG_CONFIG_HOME/dpstudio/config\ntheme, language, mouse, keys, editor\n"
	".TP\n.I $XDG_STATE_HOME/dpstudio\nthe log (~/.local/state)\n"
	".SH EXAMPLES\n"
	".nf\n"
	"dpstudio init \\-\\-demo\n"
	"dpstudio preview daily\\-sales\n"
	"dpstudio source add shop \\-\\-kind postgres host=db user=report database=shop password\n"
	"dpstudio destination add ops \\-\\-channel dingtalk webhook=@ops.url\n"
	"dpstudio test daily\\-sales && dpstudio submit daily\\-sales \\-m \"first\"\n"
	"dpstudio publish daily\\-sales\n"
	"dpstudio install\\-schedule cron\n"
	".fi\n";

/* Roff text: backslash, hyphen-minus, and a dot or quote that would begin a request. */
static void
put_roff(const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		line_start = *text == '\n';
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (line_start && text[1] == '\n') {
			fputs("\n.PP", stdout);
		} else
			putchar(*text);
	}
}

static void
put_option(const struct command_option *o)
{
	fputs(".TP\n", stdout);
	if (o->letter)
		printf("\\fB\\-%c\\fR, ", o->letter);
	fputs("\\fB\\-\\-", stdout);
	put_roff(o->name);
	fputs("\\fR", stdout);
	if (o->value) {
		fputs(" \\fI", stdout);
		put_roff(o->value);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_roff(o->help);
	putchar('\n');
}

static void
put_command(const struct command *c)
{
	static const struct command_option json = { "json", 0, false, NULL,
		"print JSON instead of a table" };
	size_t first = strcspn(c->name, " ");
	char *noun = str_dup((struct str){ c->name, first });
	const char *alias = command_alias_of(noun);

	free(noun);
	fputs(".SS \"", stdout);
	put_roff(c->name);
	if (*c->args) {
		putchar(' ');
		put_roff(c->args);
	}
	fputs("\"\n", stdout);
	put_roff(c->help);
	fputs(".\n", stdout);
	if (alias) {
		fputs("Also spelled \\fB", stdout);
		put_roff(alias);
		put_roff(c->name + first);
		fputs("\\fR.\n", stdout);
	}
	if (c->more) {
		put_roff(c->more);
		putchar('\n');
	}
	for (const struct command_option *o = c->options; o && o->name; o++)
		put_option(o);
	if (c->json)
		put_option(&json);
}

void
manual_print_page(void)
{
	fputs(head, stdout);
	fputs(".SH OPTIONS OF EVERY COMMAND\n", stdout);
	for (const struct command_option *o = cli_common_options; o->name; o++)
		put_option(o);
	for (int group = GROUP_START; group < GROUP_HIDDEN; group++) {
		fputs(".SH \"COMMANDS: ", stdout);
		put_roff(command_group_title((enum command_group)group));
		fputs("\"\n", stdout);
		for (size_t i = 0; i < command_count(); i++)
			if ((int)command_at(i)->group == group)
				put_command(command_at(i));
	}
	fputs(tail, stdout);
}
