/* SPDX-License-Identifier: MIT */
/* What sources and destinations have in common on the command line: fields shown
 * (secrets masked by the store already), fields explained, fields changed. */
#ifndef DP_CLI_CONNECTION_H
#define DP_CLI_CONNECTION_H

#include "src/base/json.h"
#include "src/base/settings.h"

void connection_print_settings(const struct settings *settings);
cJSON *connection_json_settings(const struct settings *settings);
/* One line a field: name, what it is, whether it must be there. */
void connection_print_fields(const struct field *fields, size_t count);
/* Changes `settings` by FIELD=VALUE words; "FIELD=" takes the field out. */
bool connection_change(const char *const *words, size_t count, const struct field *fields,
	size_t field_count, const struct field *common, size_t common_count,
	struct settings *settings, struct err *err);

#endif
