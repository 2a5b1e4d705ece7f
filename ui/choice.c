/* SPDX-License-Identifier: MIT */
#include "ui/choice.h"

#include <string.h>

#include "src/base/api.h"
#include "ui/i18n.h"

/* Every word that a field offers or a list shows, once. Names of formats and protocols
 * (json, tls, cron, POST) are the same in every language and not here. */
static const char *const words[] = {
	/* yes, no and what is common */
	N_("true"), N_("false"), N_("auto"), N_("default"), N_("none"), N_("both"), N_("all"),
	N_("skip"), N_("fail"),
	/* environments */
	N_("dev"), N_("prod"), N_("dev and prod"),
	/* nodes and blocks */
	N_("query"), N_("assign"), N_("branch"), N_("merge"), N_("push"), N_("and"), N_("or"),
	N_("email_body"), N_("image"), N_("chart"),
	/* a cell's condition and look */
	N_("between"), N_("contains"), N_("null"), N_("left"), N_("center"), N_("right"),
	N_("green"), N_("red"), N_("orange"), N_("blue"), N_("grey"),
	/* push settings */
	N_("normal"), N_("dry-run"), N_("paused"), N_("send"), N_("split"), N_("truncate"),
	N_("attach"), N_("once"), N_("queue"), N_("replace"), N_("next"), N_("previous"),
	/* schedules */
	N_("month"), N_("week"), N_("day"), N_("hour"), N_("hours"), N_("sun"), N_("mon"),
	N_("tue"), N_("wed"), N_("thu"), N_("fri"), N_("sat"), N_("gap"), N_("repeated"),
	N_("calendar-next"), N_("calendar-previous"),
	/* data sources and destinations */
	N_("disable"), N_("prefer"), N_("require"), N_("verify-ca"), N_("verify-full"), N_("hold"),
	N_("resend"), N_("table"), N_("list"), N_("links"), N_("text"),
	N_("view"),
	/* versions */
	N_("can-be-published"), N_("published"), N_("off-line"), N_("deprecated"),
	/* runs and what they consist of */
	N_("schedule"), N_("manual"), N_("test"), N_("backfill"), N_("rerun"), N_("waiting"),
	N_("running"), N_("succeeded"), N_("failed"), N_("skipped"), N_("cancelled"),
	N_("planned"), N_("sending"), N_("accepted"), N_("queued"), N_("rejected"), N_("deferred"),
	N_("unknown"), N_("end"), N_("notice"), N_("worker"), N_("accept"), N_("cancel"),
};

bool
choice_is_known(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

const char *
choice_label(const char *word)
{
	/* The catalogue's "" is its head. */
	return *word ? _(word) : "";
}
