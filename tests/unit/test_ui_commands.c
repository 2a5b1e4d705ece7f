/* SPDX-License-Identifier: MIT */
/* Every table of the studio: commands, their keys, roles, themes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "src/base/embedded.h"
#include "ui/core.h"
#include "ui/screens/screens.h"

static const struct screen_ops *const screens[] = {
#define SCREEN(id, name, title, menu, key) &screen_##id##_ops,
#include "ui/screens/screens.def"
#undef SCREEN
	&screen_edit_ops,
};

struct seen {
	struct key keys[400];
	const char *names[400];
	const char *owners[400];
	size_t key_count, name_count;
};

static void
add_key(struct seen *seen, const char *screen, const struct command *c, struct str word)
{
	struct key key;

	if (!key_parse(word, &key))
		fail_msg("%s: '%.*s' of %s is no key", screen, STR_ARG(word), c->name);
	for (size_t i = 0; i < seen->key_count; i++)
		if (seen->keys[i].code == key.code && seen->keys[i].mods == key.mods)
			fail_msg("%s: %.*s runs %s and %s", screen, STR_ARG(word),
				seen->owners[i], c->name);
	seen->owners[seen->key_count] = c->name;
	seen->keys[seen->key_count++] = key;
}

static void
check_command(struct seen *seen, const char *screen, const struct command *c)
{
	struct str words = str_from(c->key ? c->key : "");

	assert_non_null(c->name);
	assert_non_null(c->label);
	assert_non_null(c->run);
	assert_true(c->label[0] >= 'A' && c->label[0] <= 'Z');
	for (size_t i = 0; i < seen->name_count; i++)
		if (strcmp(seen->names[i], c->name) == 0)
			fail_msg("%s: '%s' stands twice", screen, c->name);
	seen->names[seen->name_count++] = c->name;
	while (words.len) {
		size_t end = str_find(words, STR(" "), 0);

		add_key(seen, screen, c, str_slice(words, 0, end));
		words = end == SIZE_MAX ? STR_NONE : str_slice(words, end + 1, words.len);
	}
}

/* Within one screen no key has two meanings; common ones may be taken over. */
static void
test_commands(void **state)
{
	static struct seen seen;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		memset(&seen, 0, sizeof(seen));
		for (size_t k = 0; k < screens[i]->command_count; k++)
			check_command(&seen, screens[i]->name, &screens[i]->commands[k]);
	}
	memset(&seen, 0, sizeof(seen));
	for (size_t k = 0; k < common_command_count; k++)
		check_command(&seen, "common", &common_commands[k]);
}

static void
test_screens(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		assert_ptr_equal(screens_find(screens[i]->name), screens[i]);
		assert_non_null(screens[i]->open);
		assert_non_null(screens[i]->close);
		assert_non_null(screens[i]->layout);
		assert_non_null(screens[i]->title);
	}
	assert_null(screens_find("no-such-screen"));
}

static bool
has_role(struct str text, const char *name)
{
	while (text.len) {
		size_t end = str_find(text, STR("\n"), 0), equal;
		struct str line = str_slice(text, 0, end);

		text = end == SIZE_MAX ? STR_NONE : str_slice(text, end + 1, text.len);
		equal = str_find(line, STR("="), 0);
		if (equal != SIZE_MAX && str_is(str_trim(str_slice(line, 0, equal)), name))
			return true;
	}
	return false;
}

/* Each theme that is shipped names every role, and can be read. */
static void
test_themes(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct embedded *e = embedded; e->name; e++) {
		struct str text = { e->text, e->len };
		struct err err = ERR_INIT;
		struct theme theme;

		if (!str_ends(str_from(e->name), STR(".theme")))
			continue;
		count++;
		theme_default(&theme);
		if (!theme_parse(&theme, text, e->name, &err))
			fail_msg("%s", err.msg);
		for (int role = 0; role < ROLE_COUNT; role++)
			if (!has_role(text, role_name((enum role)role)))
				fail_msg("%s has no line for %s", e->name, role_name((enum role)role));
	}
	assert_true(count >= 6);
}

static void
test_theme_errors(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "titel = red default", "t:1: 'titel' is no role" },
		{ "# note\n\ntitle = redd default", "t:3: 'redd' is no colour" },
		{ "title = red default boldly", "t:1: 'boldly' is no attribute" },
		{ "title = red", "t:1: a role needs a foreground and a background" },
		{ "title red default", "t:1: not 'role = foreground background attributes'" },
		{ "title = 256 default", "t:1: '256' is no colour" },
		{ "title = #12345 default", "t:1: '#12345' is no colour" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct theme theme;

		theme_default(&theme);
		assert_false(theme_parse(&theme, str_from(rows[i].text), "t", &err));
		assert_string_equal(err.msg, rows[i].message);
	}
}

/* Colours never fall together when there are few of them. */
static void
test_few_colours(void **state)
{
	static const enum depth depths[] = { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256 };

	(void)state;
	for (const struct embedded *e = embedded; e->name; e++) {
		struct err err = ERR_INIT;
		struct theme theme;

		if (!str_ends(str_from(e->name), STR(".theme")))
			continue;
		theme_default(&theme);
		assert_true(theme_parse(&theme, (struct str){ e->text, e->len }, e->name, &err));
		for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
			struct colours c = { .depth = depths[i], .attrs = 31, .ansi = true };

			colours_use(&c, &theme);
			for (int role = 0; role < ROLE_COUNT; role++) {
				struct look look = colours_look(&c, (uint8_t)role, 0);

				if (look.fg.kind == COLOUR_INDEX && look.bg.kind == COLOUR_INDEX &&
					look.fg.value == look.bg.value)
					fail_msg("%s: %s cannot be read at depth %d", e->name,
						role_name((enum role)role), depths[i]);
			}
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_themes),
		cmocka_unit_test(test_theme_errors),
		cmocka_unit_test(test_few_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
