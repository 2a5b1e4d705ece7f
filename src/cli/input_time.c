/* SPDX-License-Identifier: MIT */
#include "src/cli/input.h"

bool
input_time(const char *text, const struct zone *zone, int64_t *at_us, struct err *err)
{
	if (zone_parse(str_from(text), zone, at_us, err))
		return true;
	err_set(err, ERR_USAGE, "'%s' is not a time", text);
	return err_hint(err, "write 2026-01-02T08:00:00+08:00, or \"2026-01-02 08:00\" in %s",
		zone_name(zone));
}

bool
input_date(const char *text, struct date *date, struct err *err)
{
	if (date_parse(str_from(text), date, err))
		return true;
	err_set(err, ERR_USAGE, "'%s' is not a day", text);
	return err_hint(err, "write it as 2026-01-02");
}
