/* SPDX-License-Identifier: MIT */
#include "src/base/module.h"
#include "src/source/driver.h"

/* {name, label, kind, required, initial, choices, help, min, max} */
static const struct field sqlite_fields[] = {
	{ "path", "File", FIELD_PATH, true, NULL, NULL, "the database file; it is never created", 0, 0 },
};

static const struct {
	struct source_kind kind;
	const struct source_ops *built_in;
} kinds[] = {
	{ { "sqlite", "SQLite", SQL_SQLITE, NULL, sqlite_fields, ARRAY_LEN(sqlite_fields),
		  "A SQLite database file, opened read-only." },
		&sqlite_ops },
};

const struct source_kind *
source_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind.name, name) == 0)
			return &kinds[i].kind;
	return NULL;
}

size_t
source_kind_count(void)
{
	return ARRAY_LEN(kinds);
}

const struct source_kind *
source_kind_at(size_t i)
{
	return i < ARRAY_LEN(kinds) ? &kinds[i].kind : NULL;
}

bool
source_settings_check(const struct source_kind *kind, struct settings *settings, struct err *err)
{
	return settings_check(settings, kind->fields, kind->field_count, NULL, 0, err);
}

static const struct source_ops *
find_ops(const struct source_kind *kind, struct err *err)
{
	if (kind->module)
		return module_ops(kind->module, err);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (&kinds[i].kind == kind)
			return kinds[i].built_in;
	err_set(err, ERR_INTERNAL, "there is no driver for '%s'", kind->name);
	return NULL;
}

struct source *
source_open(const struct source_kind *kind, const struct settings *settings,
	const struct deadline *deadline, struct err *err)
{
	const struct source_ops *ops = find_ops(kind, err);
	struct source *source = ops ? ops->open(settings, deadline, err) : NULL;

	if (source)
		source->ops = ops;
	return source;
}

bool
source_cancel(const struct source_kind *kind, const struct settings *settings, const char *token,
	const struct deadline *deadline, struct err *err)
{
	const struct source_ops *ops;

	if (*token == '\0')
		return true;
	ops = find_ops(kind, err);
	if (!ops)
		return false;
	return !ops->cancel || ops->cancel(settings, token, deadline, err);
}

bool
source_kind_is_available(const struct source_kind *kind, struct err *err)
{
	return find_ops(kind, err) != NULL;
}
