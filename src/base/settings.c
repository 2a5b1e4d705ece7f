/* SPDX-License-Identifier: MIT */
#include "src/base/settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/mark.h"
#include "src/base/zone.h"

static void
setting_fini(struct setting *s)
{
	if (s->secret)
		explicit_bzero(s->value, strlen(s->value));
	free(s->name);
	free(s->value);
}

void
settings_fini(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		setting_fini(&s->list[i]);
	free(s->list);
	*s = (struct settings)SETTINGS_INIT;
}

static struct setting *
find(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->list[i].name, name) == 0)
			return &s->list[i];
	return NULL;
}

void
settings_set(struct settings *s, const char *name, struct str value, bool secret)
{
	struct setting *one = find(s, name);

	if (one) {
		char *fresh = str_dup(value);

		if (one->secret)
			explicit_bzero(one->value, strlen(one->value));
		free(one->value);
		one->value = fresh;
		one->secret = secret;
		return;
	}
	s->list = xreallocarray(s->list, s->count + 1, sizeof(*s->list));
	s->list[s->count++] = (struct setting){ xstrdup(name), str_dup(value), secret };
}

void
settings_remove(struct settings *s, const char *name)
{
	struct setting *one = find(s, name);
	size_t at;

	if (!one)
		return;
	at = (size_t)(one - s->list);
	setting_fini(one);
	memmove(one, one + 1, (s->count - at - 1) * sizeof(*one));
	s->count--;
}

void
settings_copy(struct settings *to, const struct settings *from)
{
	for (size_t i = 0; i < from->count; i++)
		settings_set(to, from->list[i].name, str_from(from->list[i].value),
			from->list[i].secret);
}

const char *
settings_get(const struct settings *s, const char *name)
{
	const struct setting *one = find(s, name);

	return one ? one->value : "";
}

bool
settings_has(const struct settings *s, const char *name)
{
	return settings_get(s, name)[0] != '\0';
}

/* "https://host/…" up to the path; 0 when it is no URL. */
static int
url_host_len(const char *value)
{
	const char *host = strstr(value, "://");
	size_t len;

	if (!host)
		return 0;
	len = (size_t)(host + 3 - value) + strcspn(host + 3, "/?#");
	return len < 64 && !memchr(value, '@', len) ? (int)len : 0;
}

const char *
settings_shown(const struct settings *s, const char *name, char scratch[96])
{
	const struct setting *one = find(s, name);
	size_t len;
	int host;

	if (!one)
		return "";
	if (!one->secret)
		return one->value;
	len = strlen(one->value);
	host = url_host_len(one->value);
	if (len == 0)
		return "";
	if (host && len > (size_t)host + 12)
		snprintf(scratch, 96, "%.*s/…%s", host, one->value, one->value + len - 4);
	else
		snprintf(scratch, 96, "••••");
	return scratch;
}

int64_t
settings_integer(const struct settings *s, const char *name, int64_t otherwise)
{
	int64_t v;

	return str_to_int64(str_from(settings_get(s, name)), &v) ? v : otherwise;
}

bool
settings_bool(const struct settings *s, const char *name, bool otherwise)
{
	const char *v = settings_get(s, name);

	return *v ? strcmp(v, "true") == 0 : otherwise;
}

bool
field_is_secret(const struct field *f)
{
	return f->kind == FIELD_SECRET || f->kind == FIELD_HEADERS;
}

const struct field *
field_find(const struct field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static bool
choice_fits(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *p = choices; p && *p;) {
		size_t n = strcspn(p, "|");

		if (n == len && strncmp(p, value, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static bool
check_value(struct settings *s, const struct field *f, struct err *err)
{
	const char *value = settings_get(s, f->name);
	struct date date;
	int64_t number;

	if (*value == '\0') {
		if (f->initial)
			settings_set(s, f->name, str_from(f->initial), field_is_secret(f));
		else if (f->required) {
			err_set(err, ERR_INPUT, spoken("%s is missing (%s)"), f->name, spoken(f->label));
			return err_hint(err, spoken("give %s=%s: %s"), f->name,
				field_is_secret(f) ? "env:NAME" : "…", f->help ? spoken(f->help) : "");
		}
		return true;
	}
	if (f->kind == FIELD_INTEGER) {
		if (!str_to_int64(str_from(value), &number))
			return err_set(err, ERR_INPUT, spoken("%s must be a whole number, not '%s'"),
				f->name, value);
		if ((f->min || f->max) && (number < f->min || number > f->max))
			return err_set(err, ERR_INPUT, spoken("%s must be from %lld to %lld"), f->name,
				(long long)f->min, (long long)f->max);
	}
	if (f->kind == FIELD_DATE && !date_parse(str_from(value), &date, err))
		return err_wrap(err, "%s", f->name);
	if (f->kind == FIELD_BOOL && !choice_fits("true|false", value))
		return err_set(err, ERR_INPUT, spoken("%s must be true or false, not '%s'"), f->name, value);
	if (f->kind == FIELD_CHOICE && !choice_fits(f->choices, value))
		return err_set(err, ERR_INPUT, spoken("%s must be one of %s, not '%s'"), f->name,
			f->choices, value);
	return true;
}

static const char *
nearest(const char *name, const struct field *fields, size_t count, int *best)
{
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		int d = str_distance(str_from(name), str_from(fields[i].name), 3);

		if (d < *best) {
			*best = d;
			found = fields[i].name;
		}
	}
	return found;
}

static bool
refuse_unknown(const char *name, const struct field *fields, size_t count,
	const struct field *common, size_t common_count, struct err *err)
{
	int best = 4;
	const char *near = nearest(name, fields, count, &best);
	const char *other = nearest(name, common, common_count, &best);

	err_set(err, ERR_INPUT, "there is no field '%s'", name);
	if (other || near)
		return err_hint(err, "did you mean %s?", other ? other : near);
	return false;
}

bool
settings_check(struct settings *s, const struct field *fields, size_t count,
	const struct field *common, size_t common_count, struct err *err)
{
	for (size_t i = 0; i < s->count; i++)
		if (!field_find(fields, count, s->list[i].name) &&
			!field_find(common, common_count, s->list[i].name))
			return refuse_unknown(s->list[i].name, fields, count, common,
				common_count, err);
	for (size_t i = 0; i < count; i++)
		if (!check_value(s, &fields[i], err))
			return false;
	for (size_t i = 0; i < common_count; i++)
		if (!check_value(s, &common[i], err))
			return false;
	return true;
}
