/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/embedded.h"

#define THEME_MAX_BYTES ((size_t)64 << 10)
#define SUFFIX ".theme"

static const char *const role_names[] = {
#define ROLE(id, name) name,
#include "ui/roles.def"
#undef ROLE
};

static const char *const colour_names[] = { "black", "red", "green", "yellow", "blue", "magenta",
	"cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white" };

static const struct {
	const char *name;
	unsigned bit;
} attr_names[] = {
	{ "bold", ATTR_BOLD },
	{ "dim", ATTR_DIM },
	{ "italic", ATTR_ITALIC },
	{ "underline", ATTR_UNDERLINE },
	{ "reverse", ATTR_REVERSE },
};

const char *
role_name(enum role role)
{
	return role_names[role];
}

static struct str
next_word(struct str *s)
{
	struct str word;
	size_t n = 0;

	*s = str_trim(*s);
	while (n < s->len && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	word = str_slice(*s, 0, n);
	*s = str_slice(*s, n, s->len);
	return word;
}

static bool
parse_rgb(struct str word, uint32_t *rgb)
{
	*rgb = 0;
	if (word.len != 7 || word.p[0] != '#')
		return false;
	for (size_t i = 1; i < 7; i++) {
		char ch = word.p[i];
		int digit = ch >= '0' && ch <= '9' ? ch - '0'
			: ch >= 'a' && ch <= 'f'   ? ch - 'a' + 10
			: ch >= 'A' && ch <= 'F'   ? ch - 'A' + 10
						   : -1;

		if (digit < 0)
			return false;
		*rgb = *rgb << 4 | (uint32_t)digit;
	}
	return true;
}

static bool
parse_colour(struct str word, struct colour *colour, struct err *err)
{
	int64_t number;

	*colour = (struct colour){ COLOUR_DEFAULT, 0 };
	if (str_is(word, "default"))
		return true;
	if (str_is(word, "-")) {
		colour->kind = COLOUR_BELOW;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(colour_names); i++)
		if (str_is(word, colour_names[i])) {
			*colour = (struct colour){ COLOUR_INDEX, (uint32_t)i };
			return true;
		}
	if (str_to_int64(word, &number) && number >= 0 && number <= 255) {
		*colour = (struct colour){ COLOUR_INDEX, (uint32_t)number };
		return true;
	}
	if (parse_rgb(word, &colour->value)) {
		colour->kind = COLOUR_RGB;
		return true;
	}
	err_set(err, ERR_CONFIG, "'%.*s' is no colour", STR_ARG(word));
	return err_hint(err, "default, -, red, bright-red, 0-255 or #rrggbb");
}

static bool
parse_attrs(struct str words, unsigned *attrs, struct err *err)
{
	struct str word;

	*attrs = 0;
	while ((word = next_word(&words)).len) {
		unsigned bit = 0;

		for (size_t i = 0; i < ARRAY_LEN(attr_names); i++)
			if (str_is(word, attr_names[i].name))
				bit = attr_names[i].bit;
		if (!bit) {
			err_set(err, ERR_CONFIG, "'%.*s' is no attribute", STR_ARG(word));
			return err_hint(err, "bold, dim, italic, underline, reverse");
		}
		*attrs |= bit;
	}
	return true;
}

static bool
parse_style(struct str value, struct style *style, struct err *err)
{
	size_t bar = str_find(value, STR("|"), 0);
	struct str mono = bar == SIZE_MAX ? STR_NONE : str_slice(value, bar + 1, value.len);
	struct str words = bar == SIZE_MAX ? value : str_slice(value, 0, bar);
	struct str fg = next_word(&words), bg = next_word(&words);

	if (fg.len == 0 || bg.len == 0) {
		err_set(err, ERR_CONFIG, "a role needs a foreground and a background");
		return err_hint(err, "for example: title = cyan default bold");
	}
	return parse_colour(fg, &style->fg, err) && parse_colour(bg, &style->bg, err) &&
	       parse_attrs(words, &style->attrs, err) && parse_attrs(mono, &style->mono_attrs, err);
}

static bool
unknown_role(struct str name, struct err *err)
{
	const char *nearest = NULL;
	int best = 4;

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		int distance = str_distance(name, str_from(role_names[i]), best);

		if (distance < best) {
			best = distance;
			nearest = role_names[i];
		}
	}
	err_set(err, ERR_CONFIG, "'%.*s' is no role", STR_ARG(name));
	return nearest ? err_hint(err, "did you mean '%s'?", nearest) : false;
}

static bool
parse_line(struct theme *theme, struct str line, struct err *err)
{
	size_t equal = str_find(line, STR("="), 0);
	struct str name;

	if (equal == SIZE_MAX)
		return err_set(err, ERR_CONFIG, "not 'role = foreground background attributes'");
	name = str_trim(str_slice(line, 0, equal));
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (str_is(name, role_names[i]))
			return parse_style(str_slice(line, equal + 1, line.len), &theme->styles[i],
				err);
	return unknown_role(name, err);
}

bool
theme_parse(struct theme *theme, struct str text, const char *where, struct err *err)
{
	int number = 0;

	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0);
		struct str line = str_trim(str_slice(text, 0, end));

		number++;
		text = end == SIZE_MAX ? STR_NONE : str_slice(text, end + 1, text.len);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!parse_line(theme, line, err)) {
			err_wrap(err, "%s:%d", where, number);
			return err_at(err, number, -1);
		}
	}
	return true;
}

static const struct embedded *
find_embedded(const char *name)
{
	char file[sizeof(((struct theme *)0)->name) + sizeof(SUFFIX)];

	snprintf(file, sizeof(file), "%s" SUFFIX, name);
	for (const struct embedded *e = embedded; e->name; e++)
		if (strcmp(e->name, file) == 0)
			return e;
	return NULL;
}

void
theme_default(struct theme *theme)
{
	const struct embedded *e = find_embedded("default");
	struct err err = ERR_INIT;

	memset(theme, 0, sizeof(*theme));
	snprintf(theme->name, sizeof(theme->name), "default");
	for (size_t i = 0; i < ROLE_COUNT; i++)
		theme->styles[i].fg.kind = theme->styles[i].bg.kind = COLOUR_DEFAULT;
	if (e)
		theme_parse(theme, (struct str){ e->text, e->len }, e->name, &err);
}

static void
user_folder(struct buf *to)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		buf_addf(to, "%s/dpstudio/themes", config);
	else
		buf_addf(to, "%s/.config/dpstudio/themes", home ? home : "");
}

static bool
read_file(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char chunk[4096];
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && !buf_is_over(to))
		buf_add(to, chunk, (size_t)n);
	close(fd);
	return n == 0;
}

static bool
load_text(struct theme *theme, struct str text, const char *name, const char *where,
	struct err *err)
{
	if (theme_parse(theme, text, where, err)) {
		snprintf(theme->name, sizeof(theme->name), "%s", name);
		return true;
	}
	theme_default(theme);
	return false;
}

bool
theme_load(struct theme *theme, const char *name, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_MAX(THEME_MAX_BYTES);
	const struct embedded *e = find_embedded(name);
	bool ok;

	theme_default(theme);
	if (name[0] == '.' || strchr(name, '/') || strlen(name) >= sizeof(theme->name)) {
		err_set(err, ERR_CONFIG, "'%s' is no name of a theme", name);
		return false;
	}
	user_folder(&path);
	buf_addf(&path, "/%s" SUFFIX, name);
	if (read_file(buf_text(&path), &text)) {
		ok = load_text(theme, buf_str(&text), name, buf_text(&path), err);
	} else if (e) {
		ok = load_text(theme, (struct str){ e->text, e->len }, name, e->name, err);
	} else {
		ok = err_set(err, ERR_CONFIG, "there is no theme '%s'", name);
		err_hint(err, "put it at %s", buf_text(&path));
	}
	buf_fini(&path);
	buf_fini(&text);
	return ok;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_name(char ***names, size_t *count, const char *file)
{
	size_t len = strlen(file), suffix = strlen(SUFFIX);

	if (len <= suffix || file[0] == '.' || strcmp(file + len - suffix, SUFFIX) != 0)
		return;
	*names = xreallocarray(*names, *count + 1, sizeof(char *));
	(*names)[(*count)++] = xstrndup(file, len - suffix);
}

void
theme_each(void (*fn)(void *context, const char *name), void *context)
{
	struct buf path = BUF_INIT;
	char **names = NULL;
	size_t count = 0;
	struct dirent *entry;
	DIR *dir;

	user_folder(&path);
	dir = opendir(buf_text(&path));
	while (dir && count < 1000 && (entry = readdir(dir)))
		add_name(&names, &count, entry->d_name);
	if (dir)
		closedir(dir);
	for (const struct embedded *e = embedded; e->name; e++)
		add_name(&names, &count, e->name);
	qsort(names, count, sizeof(char *), compare_names);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			fn(context, names[i]);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	buf_fini(&path);
}
