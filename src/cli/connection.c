/* SPDX-License-Identifier: MIT */
#include "src/cli/connection.h"

#include <stdlib.h>

#include "src/cli/input.h"
#include "src/cli/print.h"

void
connection_print_settings(const struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *s = &settings->list[i];

		if (*s->value)
			print_field(s->name, s->secret ? STYLE_DIM : STYLE_PLAIN, "%s", s->value);
	}
}

cJSON *
connection_json_settings(const struct settings *settings)
{
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < settings->count; i++)
		if (*settings->list[i].value)
			cJSON_AddStringToObject(object, settings->list[i].name,
				settings->list[i].value);
	return object;
}

void
connection_print_fields(const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *f = &fields[i];

		printf("  %-22s %s%s%s%s%s%s\n", f->name, f->help && *f->help ? f->help : f->label,
			f->choices ? " (" : "", f->choices ? f->choices : "",
			f->choices ? ")" : "", f->required ? "; required" : "",
			field_is_secret(f) ? "; secret" : "");
	}
}

bool
connection_change(const char *const *words, size_t count, const struct field *fields,
	size_t field_count, const struct field *common, size_t common_count,
	struct settings *settings, struct err *err)
{
	const char **rest = xcalloc(count + 1, sizeof(*rest));
	size_t kept = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		const char *value;
		struct str name;
		char *text;

		ok = input_pair(words[i], &name, &value, err);
		if (!ok)
			break;
		text = str_dup(name);
		if (value && !*value && settings_has(settings, text))
			settings_remove(settings, text);
		else
			rest[kept++] = words[i];
		free(text);
	}
	ok = ok && input_settings(rest, kept, fields, field_count, common, common_count, settings,
			   err);
	free(rest);
	return ok;
}
