/* SPDX-License-Identifier: MIT */
#include "src/base/json.h"

#include <math.h>
#include <stdlib.h>
#include <stdio.h>

#include "src/base/utf8.h"

#define MAX_DEPTH 100
#define MAX_KEYS 10000 /* of one object: the search for doubles costs their square */
#define MAX_INTEGER 9007199254740992.0 /* as far as a double counts by ones */

/* Line and column (from 1) of a byte. */
static void
place_of(struct str text, size_t pos, int *line, int *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < pos && i < text.len; i++) {
		if (text.p[i] == '\n') {
			(*line)++;
			*column = 1;
		} else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
			(*column)++;
		}
	}
}

static bool
fail_at(struct err *err, struct str text, size_t pos, const char *what)
{
	int line, column;

	place_of(text, pos, &line, &column);
	err_set(err, ERR_INPUT, "line %d, column %d: %s", line, column, what);
	return err_at(err, line, column);
}

/* What cJSON lets pass: depth beyond ours, NUL and invalid UTF-8 in the text. */
static bool
check_text(struct str text, struct err *err)
{
	size_t depth = 0;
	bool in_string = false;

	if (!utf8_is_valid(text))
		return err_set(err, ERR_INPUT, "the text is not valid UTF-8");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == '\0')
			return fail_at(err, text, i, "there is a NUL byte");
		if (in_string) {
			if (str_starts(str_slice(text, i, text.len), STR("\\u0000")))
				return fail_at(err, text, i, "there is a NUL character");
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
			else if ((unsigned char)c < 0x20)
				return fail_at(err, text, i,
					"a control character stands inside a string (write \\n, \\t)");
		} else if (c == '"') {
			in_string = true;
		} else if ((c == '{' || c == '[') && ++depth > MAX_DEPTH) {
			return fail_at(err, text, i, "nested too deeply");
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

static bool
check_duplicates(const cJSON *value, struct err *err)
{
	if (cJSON_IsObject(value) && cJSON_GetArraySize(value) > MAX_KEYS)
		return err_set(err, ERR_INPUT, "an object has more than %d keys", MAX_KEYS);
	for (const cJSON *a = value->child; a; a = a->next) {
		if (cJSON_IsObject(value))
			for (const cJSON *b = value->child; b != a; b = b->next)
				if (strcmp(a->string, b->string) == 0)
					return err_set(err, ERR_INPUT,
						"the key \"%s\" stands twice in one object",
						a->string);
		if (!check_duplicates(a, err))
			return false;
	}
	return true;
}

void
json_use_checked_memory(void)
{
	static cJSON_Hooks hooks = { xmalloc, free };

	cJSON_InitHooks(&hooks);
}

cJSON *
json_parse(struct str text, struct err *err)
{
	const char *end = NULL;
	cJSON *value;
	char *copy;

	if (!check_text(text, err))
		return NULL;
	copy = str_dup(text);
	value = cJSON_ParseWithLengthOpts(copy, text.len + 1, &end, true);
	if (!value) {
		size_t pos = end ? (size_t)(end - copy) : 0;

		fail_at(err, text, pos < text.len ? pos : text.len, "this is not JSON");
	}
	free(copy);
	if (value && !check_duplicates(value, err)) {
		cJSON_Delete(value);
		value = NULL;
	}
	return value;
}

void
json_add_escaped(struct buf *to, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *escape = NULL;
		char code[8];

		if (c == '"')
			escape = "\\\"";
		else if (c == '\\')
			escape = "\\\\";
		else if (c == '\n')
			escape = "\\n";
		else if (c == '\r')
			escape = "\\r";
		else if (c == '\t')
			escape = "\\t";
		else if (c < 0x20) {
			snprintf(code, sizeof(code), "\\u%04x", c);
			escape = code;
		}
		if (!escape)
			continue;
		buf_add(to, s.p + from, i - from);
		buf_adds(to, escape);
		from = i + 1;
	}
	buf_add_str(to, str_slice(s, from, s.len));
}

void
json_add_string(struct buf *to, struct str s)
{
	buf_addc(to, '"');
	json_add_escaped(to, s);
	buf_addc(to, '"');
}

static void
add_number(struct buf *to, double d)
{
	if (d == floor(d) && fabs(d) < 1e15)
		buf_addf(to, "%.0f", d);
	else
		buf_addf(to, "%.17g", d);
}

static void
add_scalar(struct buf *to, const cJSON *value)
{
	if (cJSON_IsString(value))
		json_add_string(to, str_from(value->valuestring));
	else if (cJSON_IsNumber(value))
		add_number(to, value->valuedouble);
	else if (cJSON_IsTrue(value))
		buf_adds(to, "true");
	else if (cJSON_IsFalse(value))
		buf_adds(to, "false");
	else
		buf_adds(to, "null");
}

static bool
is_container(const cJSON *value)
{
	return cJSON_IsObject(value) || cJSON_IsArray(value);
}

static void
add_flat(struct buf *to, const cJSON *value, const char *comma, const char *colon)
{
	bool object = cJSON_IsObject(value);

	if (!is_container(value)) {
		add_scalar(to, value);
		return;
	}
	buf_addc(to, object ? '{' : '[');
	for (const cJSON *c = value->child; c; c = c->next) {
		if (object) {
			json_add_string(to, str_from(c->string));
			buf_adds(to, colon);
		}
		add_flat(to, c, comma, colon);
		if (c->next)
			buf_adds(to, comma);
	}
	buf_addc(to, object ? '}' : ']');
}

/* Scalars only, and short: stays on one line. */
static bool
is_short(const cJSON *value)
{
	size_t len = 0;

	for (const cJSON *c = value->child; c; c = c->next) {
		if (is_container(c) && c->child)
			return false;
		len += 4 + (c->string ? strlen(c->string) : 0) +
		       (cJSON_IsString(c) ? strlen(c->valuestring) : 4);
	}
	return len <= 72;
}

static void
add_pretty(struct buf *to, const cJSON *value, size_t depth)
{
	bool object = cJSON_IsObject(value);

	if (!is_container(value) || is_short(value)) {
		add_flat(to, value, ", ", ": ");
		return;
	}
	buf_addc(to, object ? '{' : '[');
	for (const cJSON *c = value->child; c; c = c->next) {
		buf_addc(to, '\n');
		buf_add_repeat(to, "  ", depth + 1);
		if (object) {
			json_add_string(to, str_from(c->string));
			buf_adds(to, ": ");
		}
		add_pretty(to, c, depth + 1);
		if (c->next)
			buf_addc(to, ',');
	}
	buf_addc(to, '\n');
	buf_add_repeat(to, "  ", depth);
	buf_addc(to, object ? '}' : ']');
}

void
json_print_inside(struct buf *to, const cJSON *value, size_t depth)
{
	add_pretty(to, value, depth);
}

void
json_print(struct buf *to, const cJSON *value)
{
	add_pretty(to, value, 0);
	buf_addc(to, '\n');
}

void
json_print_compact(struct buf *to, const cJSON *value)
{
	add_flat(to, value, ",", ":");
}

void
json_path_add(struct buf *to, const struct json_path *path)
{
	if (!path) {
		buf_addc(to, '$');
		return;
	}
	json_path_add(to, path->up);
	if (path->key)
		buf_addf(to, ".%s", path->key);
	else
		buf_addf(to, "[%zu]", path->index);
}

bool
json_fail(struct err *err, const struct json_path *path, const char *fmt, ...)
{
	struct buf where = BUF_INIT, what = BUF_INIT;
	va_list ap;

	json_path_add(&where, path);
	va_start(ap, fmt);
	buf_vaddf(&what, fmt, ap);
	va_end(ap);
	err_set(err, ERR_INPUT, "%s: %s", buf_text(&where), buf_text(&what));
	buf_fini(&where);
	buf_fini(&what);
	return false;
}

static const char *
nearest_key(const char *key, const char *const *keys)
{
	const char *near = NULL;
	int best = 4;

	for (size_t i = 0; keys[i]; i++) {
		int d = str_distance(str_from(key), str_from(keys[i]), 3);

		if (d < best) {
			best = d;
			near = keys[i];
		}
	}
	return near;
}

bool
json_only_keys(const cJSON *object, const struct json_path *path, const char *const *keys,
	struct err *err)
{
	for (const cJSON *c = object->child; c; c = c->next) {
		const char *near;
		bool known = false;

		for (size_t i = 0; keys[i] && !known; i++)
			known = strcmp(keys[i], c->string) == 0;
		if (known)
			continue;
		near = nearest_key(c->string, keys);
		json_fail(err, path, "there is no key \"%s\" here", c->string);
		if (near)
			err_hint(err, "did you mean \"%s\"?", near);
		return false;
	}
	return true;
}

bool
json_get_string(const cJSON *object, const struct json_path *path, const char *key,
	const char *otherwise, const char **value, struct err *err)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);
	struct json_path here = { path, key, 0 };

	*value = otherwise;
	if (!c)
		return true;
	if (!cJSON_IsString(c))
		return json_fail(err, &here, "must be a text in quotes");
	*value = c->valuestring;
	return true;
}

bool
json_get_integer(const cJSON *object, const struct json_path *path, const char *key,
	int64_t otherwise, int64_t min, int64_t max, int64_t *value, struct err *err)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);
	struct json_path here = { path, key, 0 };
	double d;

	*value = otherwise;
	if (!c)
		return true;
	d = cJSON_IsNumber(c) ? c->valuedouble : 0.5;
	if (d != floor(d) || fabs(d) > MAX_INTEGER || d < (double)min || d > (double)max)
		return json_fail(err, &here, "must be a whole number from %lld to %lld",
			(long long)min, (long long)max);
	*value = (int64_t)d;
	return true;
}

bool
json_get_bool(const cJSON *object, const struct json_path *path, const char *key,
	bool otherwise, bool *value, struct err *err)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);
	struct json_path here = { path, key, 0 };

	*value = otherwise;
	if (!c)
		return true;
	if (!cJSON_IsBool(c))
		return json_fail(err, &here, "must be true or false");
	*value = cJSON_IsTrue(c);
	return true;
}
