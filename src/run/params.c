/* SPDX-License-Identifier: MIT */
#include "src/run/params.h"

void
params_fini(struct param_set *set)
{
	arena_fini(&set->arena);
	*set = (struct param_set)PARAM_SET_INIT;
}

static const char *
override_of(const cJSON *overrides, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(overrides, name);

	return cJSON_IsString(value) ? value->valuestring : NULL;
}

static bool
resolve_one(struct param_set *set, const struct parameter *from, const struct timeexpr_base *base,
	const char *override, struct err *err)
{
	struct parameter *to = &set->list[set->count];
	struct buf value = BUF_INIT;
	bool ok = true;

	to->name = arena_strdup(&set->arena, from->name);
	if (override)
		buf_adds(&value, override);
	else
		ok = timeexpr_eval(str_from(from->value), base, &value, NULL, err);
	to->value = arena_strdup(&set->arena, buf_text(&value));
	buf_fini(&value);
	set->count += ok;
	return ok ? true : err_wrap(err, "parameter %s", from->name);
}

bool
params_resolve(struct param_set *set, const struct task *task, const struct timeexpr_base *base,
	const cJSON *overrides, struct err *err)
{
	size_t extra = overrides ? (size_t)cJSON_GetArraySize(overrides) : 0;
	const cJSON *o;

	set->list = arena_array(&set->arena, struct parameter, task->parameter_count + extra + 1);
	for (size_t i = 0; i < task->parameter_count; i++)
		if (!resolve_one(set, &task->parameters[i], base,
			    override_of(overrides, task->parameters[i].name), err))
			return false;
	cJSON_ArrayForEach(o, overrides)
	{
		struct parameter added = { o->string, "" };

		if (cJSON_IsString(o) && !params_get(set, str_from(o->string)) &&
			!resolve_one(set, &added, base, o->valuestring, err))
			return false;
	}
	return true;
}

const char *
params_get(const struct param_set *set, struct str name)
{
	for (size_t i = 0; i < set->count; i++)
		if (str_is(name, set->list[i].name))
			return set->list[i].value;
	return NULL;
}

void
params_to_json(const struct param_set *set, struct buf *to)
{
	buf_addc(to, '{');
	for (size_t i = 0; i < set->count; i++) {
		if (i)
			buf_addc(to, ',');
		json_add_string(to, str_from(set->list[i].name));
		buf_addc(to, ':');
		json_add_string(to, str_from(set->list[i].value));
	}
	buf_addc(to, '}');
}
