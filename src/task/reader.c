/* SPDX-License-Identifier: MIT */
#include "src/task/reader.h"

#include <math.h>

#include "src/task/task_json.h"

void
place_key(struct place *to, const struct place *at, const char *key)
{
	to->json = cJSON_GetObjectItemCaseSensitive(at->json, key);
	to->path = (struct json_path){ at->way, key, 0 };
	to->way = &to->path;
}

void
place_item(struct place *to, const struct place *at, const cJSON *json, size_t index)
{
	to->json = json;
	to->path = (struct json_path){ at->way, NULL, index };
	to->way = &to->path;
}

bool
place_fail(struct task_reader *r, const struct place *at, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	json_fail(r->err, at->way, "%s", buf_text(&text));
	buf_fini(&text);
	return false;
}

bool
place_fail_key(struct task_reader *r, const struct place *at, const char *key, const char *fmt,
	...)
{
	struct buf text = BUF_INIT;
	struct place inner;
	va_list ap;

	place_key(&inner, at, key);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	place_fail(r, &inner, "%s", buf_text(&text));
	buf_fini(&text);
	return false;
}

bool
read_object(struct task_reader *r, const struct place *at, const char *const *keys)
{
	if (!cJSON_IsObject(at->json))
		return place_fail(r, at, "must be an object in braces");
	return json_only_keys(at->json, at->way, keys, r->err);
}

bool
read_list(struct task_reader *r, const struct place *at, size_t max, size_t *count)
{
	*count = 0;
	if (!at->json)
		return true;
	if (!cJSON_IsArray(at->json))
		return place_fail(r, at, "must be a list in brackets");
	*count = (size_t)cJSON_GetArraySize(at->json);
	return *count <= max || place_fail(r, at, "has %zu items, at most %zu", *count, max);
}

bool
read_text(struct task_reader *r, const struct place *at, const char *key, const char **text)
{
	if (!json_get_string(at->json, at->way, key, "", text, r->err))
		return false;
	*text = arena_strdup(&r->task->arena, *text);
	return true;
}

bool
read_needed(struct task_reader *r, const struct place *at, const char *key, const char **text)
{
	if (!read_text(r, at, key, text))
		return false;
	return **text || place_fail_key(r, at, key, "is missing");
}

bool
place_check_name(struct task_reader *r, const struct place *at, const char *name,
	const char *what)
{
	struct buf where = BUF_INIT;

	if (task_name_check(name, what, r->err))
		return true;
	json_path_add(&where, at->way);
	err_wrap(r->err, "%s", buf_text(&where));
	buf_fini(&where);
	return false;
}

bool
read_name(struct task_reader *r, const struct place *at, const char *key, const char *what,
	const char **name)
{
	struct place inner;

	place_key(&inner, at, key);
	return read_needed(r, at, key, name) && place_check_name(r, &inner, *name, what);
}

bool
read_scalar(struct task_reader *r, const struct place *at, const char **text)
{
	double d;

	if (cJSON_IsString(at->json)) {
		*text = arena_strdup(&r->task->arena, at->json->valuestring);
		return true;
	}
	d = cJSON_IsNumber(at->json) ? at->json->valuedouble : 0.5;
	if (d != floor(d) || fabs(d) > 1e15)
		return place_fail(r, at, "must be a text in quotes");
	*text = arena_printf(&r->task->arena, "%.0f", d);
	return true;
}

static bool
fail_word(struct task_reader *r, const struct place *at, const struct words *words,
	const char *text)
{
	struct buf list = BUF_INIT;
	const char *near = words_nearest(words, str_from(text));

	for (int i = 0; i < words->count; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", words->list[i]);
	place_fail(r, at, "\"%s\" is not one of %s", text, buf_text(&list));
	buf_fini(&list);
	return near ? err_hint(r->err, "did you mean \"%s\"?", near) : false;
}

bool
read_word(struct task_reader *r, const struct place *at, const char *key,
	const struct words *words, int otherwise, int *value)
{
	const char *text;
	struct place inner;

	*value = otherwise;
	place_key(&inner, at, key);
	if (!inner.json)
		return true;
	if (!json_get_string(at->json, at->way, key, "", &text, r->err))
		return false;
	*value = words_find(words, str_from(text));
	return *value >= 0 || fail_word(r, &inner, words, text);
}

bool
read_duration(struct task_reader *r, const struct place *at, const char *key, int64_t otherwise,
	int64_t min, int64_t max, int64_t *seconds)
{
	const char *text;
	char from[24], to[24];

	if (!json_get_string(at->json, at->way, key, NULL, &text, r->err))
		return false;
	*seconds = otherwise;
	if (!text)
		return true;
	if (!duration_parse(str_from(text), seconds))
		return place_fail_key(r, at, key,
			"\"%s\" is not a duration like \"90m\", \"1h\", \"1d\"", text);
	if (*seconds >= min && *seconds <= max)
		return true;
	duration_format(min, from);
	duration_format(max, to);
	return place_fail_key(r, at, key, "\"%s\" is not from %s to %s", text, from, to);
}

bool
read_names(struct task_reader *r, const struct place *at, const char *key, size_t max,
	struct name_list *names)
{
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, key);
	if (!read_list(r, &list, max, &count))
		return false;
	*names = (struct name_list){ arena_array(&r->task->arena, const char *, count), 0 };
	cJSON_ArrayForEach(c, list.json) {
		place_item(&item, &list, c, names->count);
		if (!cJSON_IsString(c) || !*c->valuestring)
			return place_fail(r, &item, "must be a name in quotes");
		names->list[names->count++] = arena_strdup(&r->task->arena, c->valuestring);
	}
	return true;
}

bool
read_op(struct task_reader *r, const struct place *at, enum cond_op *op, const char **value,
	const char **value2)
{
	struct place inner, item;
	int word;

	*value = *value2 = "";
	if (!read_word(r, at, "op", &cond_op_words, -1, &word))
		return false;
	if (word < 0)
		return place_fail_key(r, at, "op", "is missing");
	*op = (enum cond_op)word;
	place_key(&inner, at, "value");
	if (*op == OP_NULL)
		return !inner.json || place_fail(r, &inner, "has no meaning for \"null\"");
	if (!inner.json)
		return place_fail(r, &inner, "is missing");
	if (*op != OP_BETWEEN)
		return read_scalar(r, &inner, value);
	if (!cJSON_IsArray(inner.json) || cJSON_GetArraySize(inner.json) != 2)
		return place_fail(r, &inner, "must be a list of two: [\"0\", \"10\"]");
	place_item(&item, &inner, inner.json->child, 0);
	if (!read_scalar(r, &item, value))
		return false;
	place_item(&item, &inner, inner.json->child->next, 1);
	return read_scalar(r, &item, value2);
}
