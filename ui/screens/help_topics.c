/* SPDX-License-Identifier: MIT */
#include "ui/screens/help_topics.h"

#include "src/base/api.h"
#include "ui/i18n.h"

static const char *const first_steps[] = {
	N_("From a query to a scheduled message:"),
	N_("1\tSources: add the database and test the connection."),
	N_("2\tDestinations: add the chat robot or mailbox and send a test message."),
	N_("3\tStudio: make a task, write its SQL, run it."),
	N_("4\tContent: compose the message; the preview shows it as each channel will."),
	N_("5\tPush settings: when it runs and where it goes."),
	N_("6\tTest it: this really sends, with the sources for dev."),
	N_("7\tSubmit makes a version, publish puts it on the schedule."),
	N_("8\tcron calls dpstudio --run every minute; dpstudio doctor says whether it does."),
	NULL,
};

static const char *const words[] = {
	N_("Task\twhat is authored: queries, content, schedule, destinations"),
	N_("Draft\tthe state being edited; saved by itself"),
	N_("Version\ta numbered copy of the draft that changes no more"),
	N_("Scheduled time\tthe planned instant of a run"),
	N_("Business date\tthe calendar day before it: what the data is about"),
	N_("Run\tone execution of a version for one scheduled time"),
	N_("Delivery\tone part of a message to one destination, with a state of its own"),
	NULL,
};

static const char *const values[] = {
	N_("Values of parameters, fixed once for each run:"),
	N_("${yyyymmdd}\tthe business date, 20260101"),
	N_("${yyyymmdd-1}\tthe day before it; -7 a week"),
	N_("${yyyymm-1}\tthe month before"),
	N_("${yyyy-mm-dd}\twritten 2026-01-01"),
	N_("$[yyyymmdd]\tthe day of the scheduled time"),
	N_("$[hh24mi]\tits hour and minute"),
	N_("$[yyyymmddhh24-1/24]\tan hour before it"),
	N_("$bizdate\tas ${yyyymmdd}"),
	N_("In SQL, title and content ${name} stands for the value. The screen of parameters "
	   "shows what each will be."),
	NULL,
};

static const char *const schedules[] = {
	N_("month\ton days of the month, L is the last: 1, 15, L"),
	N_("week\ton weekdays: mon-fri"),
	N_("day\tevery day at a time"),
	N_("hour\tfrom a time to a time, every so many hours"),
	N_("hours\tat the hours listed"),
	N_("cron\tminute hour day month weekday: */30 9-18 * * mon-fri"),
	N_("A task may have several. Two that fall on one minute make one run."),
	N_("A time that summer time skips runs at the first minute after it; one that comes "
	   "twice runs once."),
	NULL,
};

static const char *const states[] = {
	N_("accepted\tthe channel took it: its own code said so"),
	N_("queued\ttaken, but the channel does not confirm delivery"),
	N_("rejected\trefused; sending it again changes nothing"),
	N_("deferred\trefused for now; a later pass tries again"),
	N_("unknown\tit may or may not have arrived; nothing is sent twice unless the "
	   "destination says so"),
	NULL,
};

static const char *const keys[] = {
	N_("Tab F9\tthe next pane; a click does it too"),
	N_("Ctrl-P :\tany command by its name"),
	N_("F10\tthe menu"),
	N_("F1 ?\tthe keys of where you are"),
	N_("/\tsearch in lists"),
	N_("Ctrl-Space\tin a form: values to choose from"),
	N_("Esc q\tback"),
	N_("Ctrl-Q\tquit; drafts are saved"),
	NULL,
};

const struct help_topic help_topics[] = {
	{ N_("First steps"), first_steps },
	{ N_("Words"), words },
	{ N_("Keys everywhere"), keys },
	{ N_("Parameters and time expressions"), values },
	{ N_("Schedules"), schedules },
	{ N_("What became of a message"), states },
};
const size_t help_topic_count = ARRAY_LEN(help_topics);
