/* SPDX-License-Identifier: MIT */
#include "ui/config.h"

#include <stdlib.h>

#include "src/base/path.h"
#include "ui/key.h"

#define CONFIG_MAX_BYTES ((size_t)64 << 10)
#define KEY_PREFIX "key."

static char *
config_path(struct err *err)
{
	char *folder = path_config_dir(err), *path;

	if (!folder)
		return NULL;
	path = path_join(folder, "config");
	free(folder);
	return path;
}

static void
replace(char **text, struct str value)
{
	free(*text);
	*text = str_dup(value);
}

static bool
read_switch(struct str value, const char *on, const char *off, bool *is_off, struct err *err)
{
	*is_off = str_is(value, off);
	if (*is_off || str_is(value, on))
		return true;
	return err_set(err, ERR_CONFIG, "'%.*s' is neither %s nor %s", STR_ARG(value), on, off);
}

static bool
check_keys(struct str keys, struct err *err)
{
	while (keys.len) {
		size_t end = str_find(keys, STR(" "), 0);
		struct str word = str_slice(keys, 0, end);
		struct key key;

		if (word.len && !key_parse(word, &key)) {
			err_set(err, ERR_CONFIG, "'%.*s' is no key", STR_ARG(word));
			return err_hint(err, "for example Ctrl-S, Alt-x, Shift-F5");
		}
		keys = end == SIZE_MAX ? STR_NONE : str_slice(keys, end + 1, keys.len);
	}
	return true;
}

static bool
add_key(struct config *c, struct str command, struct str keys, struct err *err)
{
	if (!check_keys(keys, err))
		return false;
	c->keys = xreallocarray(c->keys, c->key_count + 1, sizeof(*c->keys));
	c->keys[c->key_count++] = (struct config_key){ str_dup(command), str_dup(keys) };
	return true;
}

static bool
read_setting(struct config *c, struct str name, struct str value, struct err *err)
{
	if (str_is(name, "theme"))
		replace(&c->theme, value);
	else if (str_is(name, "language"))
		replace(&c->language, value);
	else if (str_is(name, "editor"))
		replace(&c->editor, value);
	else if (str_is(name, "mouse"))
		return read_switch(value, "on", "off", &c->no_mouse, err);
	else if (str_is(name, "frames"))
		return read_switch(value, "unicode", "ascii", &c->ascii, err);
	else if (str_starts(name, STR(KEY_PREFIX)))
		return add_key(c, str_slice(name, sizeof(KEY_PREFIX) - 1, name.len), value, err);
	else {
		err_set(err, ERR_CONFIG, "'%.*s' is no setting", STR_ARG(name));
		return err_hint(err, "theme, language, mouse, frames, editor, key.COMMAND");
	}
	return true;
}

/* Takes the next line off `text`, trimmed. */
static struct str
next_line(struct str *text)
{
	size_t end = str_find(*text, STR("\n"), 0);
	struct str line = str_trim(str_slice(*text, 0, end));

	*text = end == SIZE_MAX ? STR_NONE : str_slice(*text, end + 1, text->len);
	return line;
}

static bool
split_setting(struct str line, struct str *name, struct str *value)
{
	size_t equal = str_find(line, STR("="), 0);

	if (line.len == 0 || line.p[0] == '#' || equal == SIZE_MAX)
		return false;
	*name = str_trim(str_slice(line, 0, equal));
	*value = str_trim(str_slice(line, equal + 1, line.len));
	return true;
}

static bool
read_lines(struct config *c, struct str text, const char *path, struct err *err)
{
	bool all = true;

	for (int number = 1; text.len; number++) {
		struct str line = next_line(&text), name, value;
		struct err one = ERR_INIT;

		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!split_setting(line, &name, &value))
			err_set(&one, ERR_CONFIG, "not 'name = value'");
		else if (read_setting(c, name, value, &one))
			continue;
		if (all) {
			*err = one;
			err_wrap(err, "%s:%d", path, number);
			err_at(err, number, -1);
		}
		all = false;
	}
	return all;
}

bool
config_read(struct config *c, struct err *err)
{
	char *path = config_path(err);
	struct buf text = BUF_INIT;
	bool ok = true;

	*c = (struct config){ 0 };
	if (!path)
		return true; /* without a home there is no config to be wrong */
	if (path_exists(path))
		ok = path_read(path, CONFIG_MAX_BYTES, &text, err) &&
		     read_lines(c, buf_str(&text), path, err);
	buf_fini(&text);
	free(path);
	return ok;
}

void
config_fini(struct config *c)
{
	free(c->theme);
	free(c->language);
	free(c->editor);
	for (size_t i = 0; i < c->key_count; i++) {
		free(c->keys[i].command);
		free(c->keys[i].keys);
	}
	free(c->keys);
	*c = (struct config){ 0 };
}

/* Every line as it is, but the last one that sets `name`. */
static void
put_setting(struct str text, const char *name, const char *setting, struct buf *to)
{
	struct str rest = text, line, own, value;
	size_t last = SIZE_MAX, number = 0;

	for (number = 0; rest.len; number++)
		if (split_setting(next_line(&rest), &own, &value) && str_is(own, name))
			last = number;
	for (number = 0; text.len; number++) {
		size_t end = str_find(text, STR("\n"), 0);

		line = str_slice(text, 0, end);
		text = end == SIZE_MAX ? STR_NONE : str_slice(text, end + 1, text.len);
		if (number == last)
			buf_addf(to, "%s = %s", name, setting);
		else
			buf_add_str(to, line);
		buf_addc(to, '\n');
	}
	if (last == SIZE_MAX)
		buf_addf(to, "%s = %s\n", name, setting);
}

bool
config_set(const char *name, const char *value, struct err *err)
{
	char *path = config_path(err), *folder = path ? path_dir(path) : NULL;
	struct buf text = BUF_INIT, fresh = BUF_INIT;
	bool ok = path && path_make_dirs(folder, 0700, err) &&
		  (!path_exists(path) || path_read(path, CONFIG_MAX_BYTES, &text, err));

	if (ok) {
		put_setting(buf_str(&text), name, value, &fresh);
		ok = path_write_atomic(path, buf_str(&fresh), 0600, err);
	}
	buf_fini(&text);
	buf_fini(&fresh);
	free(folder);
	free(path);
	return ok;
}
