/* SPDX-License-Identifier: MIT */
/* Bytes of many terminals to keys, mouse and pastes, in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ui/input.h"
#include "ui/term.h"

static const struct {
	const char *bytes, *name;
} keys[] = {
	{ "a", "a" },
	{ "\xE4\xB8\xAD", "中" },
	{ "\xF0\x9F\x98\x80", "😀" },
	{ "\r", "Enter" },
	{ "\n", "Enter" },
	{ "\t", "Tab" },
	{ " ", "Space" },
	{ "\x7F", "Backspace" },
	{ "\x08", "Backspace" },
	{ "\x01", "Ctrl-A" },
	{ "\x1A", "Ctrl-Z" },
	{ "\x1F", "Ctrl-_" },
	{ "\033x", "Alt-x" },
	{ "\033\x7F", "Alt-Backspace" },
	{ "\033\xE4\xB8\xAD", "Alt-中" },
	{ "\033[A", "Up" },
	{ "\033OA", "Up" },
	{ "\033[1;2A", "Shift-Up" },
	{ "\033[1;5C", "Ctrl-Right" },
	{ "\033[1;3D", "Alt-Left" },
	{ "\033[1;6D", "Ctrl-Shift-Left" },
	{ "\033\033[A", "Alt-Up" },
	{ "\033[H", "Home" },
	{ "\033[1~", "Home" },
	{ "\033[7~", "Home" },
	{ "\033[F", "End" },
	{ "\033[2~", "Ins" },
	{ "\033[3~", "Del" },
	{ "\033[3;5~", "Ctrl-Del" },
	{ "\033[5~", "PgUp" },
	{ "\033[6~", "PgDn" },
	{ "\033[Z", "Shift-Tab" },
	{ "\033OP", "F1" },
	{ "\033[11~", "F1" },
	{ "\033[[A", "F1" },
	{ "\033[[E", "F5" },
	{ "\033[15~", "F5" },
	{ "\033[15;2~", "Shift-F5" },
	{ "\033[21~", "F10" },
	{ "\033[24~", "F12" },
	{ "\033[1;2P", "Shift-F1" },
	{ "\033Oa", "Ctrl-Up" },
	{ "\033[a", "Shift-Up" },
	{ "\033[3^", "Ctrl-Del" },
	{ "\033[27;5;9~", "Ctrl-Tab" },
	{ "\033[105;5u", "Ctrl-I" },
	{ "\033[97;3u", "Alt-a" },
	{ "\033[13;2u", "Shift-Enter" },
	{ "\033OM", "Enter" },
};

static void
assert_key(const struct event *e, const char *name)
{
	char got[KEY_NAME_MAX];

	assert_int_equal(e->kind, EVENT_KEY);
	key_label(&e->key, got);
	assert_string_equal(got, name);
}

static void
test_keys(void **state)
{
	struct input *in = input_new();
	struct event e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str bytes = str_from(keys[i].bytes);

		input_feed(in, bytes);
		assert_true(input_next(in, false, &e));
		assert_key(&e, keys[i].name);
		assert_false(input_next(in, true, &e));
		/* One byte at a time, with another key behind it. */
		for (size_t k = 0; k + 1 < bytes.len; k++) {
			input_feed(in, str_slice(bytes, k, k + 1));
			assert_false(input_next(in, false, &e));
			assert_true(input_is_pending(in));
		}
		input_feed(in, str_slice(bytes, bytes.len - 1, bytes.len));
		input_feed(in, STR("q"));
		assert_true(input_next(in, false, &e));
		assert_key(&e, keys[i].name);
		assert_true(input_next(in, false, &e));
		assert_key(&e, "q");
	}
	input_free(in);
}

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char again[KEY_NAME_MAX];
		struct key key;

		assert_true(key_parse(str_from(keys[i].name), &key));
		key_label(&key, again);
		assert_string_equal(again, keys[i].name);
	}
	assert_false(key_parse(STR("F25"), &(struct key){ 0, 0 }));
	assert_false(key_parse(STR("Ctrl-"), &(struct key){ 0, 0 }));
	assert_false(key_parse(STR(""), &(struct key){ 0, 0 }));
	assert_false(key_parse(STR("Foo"), &(struct key){ 0, 0 }));
}

static void
test_escape_alone(void **state)
{
	struct input *in = input_new();
	struct event e;

	(void)state;
	input_feed(in, STR("\033"));
	assert_false(input_next(in, false, &e));
	assert_true(input_is_pending(in));
	assert_true(input_next(in, true, &e));
	assert_key(&e, "Esc");
	assert_false(input_is_pending(in));
	/* Unfinished sequences end as well, and noise is swallowed. */
	input_feed(in, STR("\033["));
	assert_false(input_next(in, false, &e));
	assert_true(input_next(in, true, &e));
	assert_key(&e, "Alt-[");
	input_feed(in, STR("\033[?1;2c\033[999;999z\033[<77Zx"));
	assert_true(input_next(in, true, &e));
	assert_key(&e, "x");
	input_feed(in, STR("\xFF\xFE\x80y"));
	assert_true(input_next(in, true, &e));
	assert_key(&e, "y");
	input_free(in);
}

static void
test_mouse(void **state)
{
	struct input *in = input_new();
	struct event e;

	(void)state;
	input_feed(in, STR("\033[<0;10;5M\033[<0;10;5m\033[<0;10;5M\033[<32;11;6M\033[<64;1;1M\033[<65;2;3M"
			   "\033[<18;3;4M\033[M !!z"));
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.kind, EVENT_MOUSE);
	assert_int_equal(e.mouse.kind, MOUSE_PRESS);
	assert_int_equal(e.mouse.row, 4);
	assert_int_equal(e.mouse.col, 9);
	assert_int_equal(e.mouse.button, 1);
	assert_int_equal(e.mouse.clicks, 1);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.kind, MOUSE_RELEASE);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.clicks, 2);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.kind, MOUSE_DRAG);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.kind, MOUSE_WHEEL_UP);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.kind, MOUSE_WHEEL_DOWN);
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.mouse.button, 3);
	assert_int_equal(e.mouse.mods, MOD_CTRL);
	/* The old form is swallowed, what follows is not. */
	assert_true(input_next(in, false, &e));
	assert_key(&e, "z");
	input_free(in);
}

static void
test_paste(void **state)
{
	static const char mark[] = "\033[201~";
	struct input *in = input_new();
	struct buf text = BUF_INIT;
	struct event e;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addf(&text, "row %d \033[2 \xE4\xB8\xAD\r\n", i);
	input_feed(in, STR("\033[200~"));
	for (size_t at = 0; at < text.len; at += 4093) {
		input_feed(in, str_slice(buf_str(&text), at, at + 4093));
		assert_false(input_next(in, true, &e));
	}
	/* Its end comes in pieces as well. */
	for (size_t i = 0; i + 2 < sizeof(mark); i++) {
		input_feed(in, (struct str){ mark + i, 1 });
		assert_false(input_next(in, true, &e));
	}
	input_feed(in, STR("~q"));
	assert_true(input_next(in, false, &e));
	assert_int_equal(e.kind, EVENT_PASTE);
	assert_true(str_equal(e.paste, buf_str(&text)));
	assert_true(input_next(in, false, &e));
	assert_key(&e, "q");
	buf_fini(&text);
	input_free(in);
}

/* Random bytes never hang or crash it, and everything is taken in the end. */
static void
test_noise(void **state)
{
	static const char alphabet[] = "\033\033[[O<?;;0123456789~uMmAZ\x80\xE4\xB8\xFF\x7F\r\001ax";
	struct input *in = input_new();
	struct event e;
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char byte;

		seed = seed * 1103515245u + 12345u;
		byte = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		input_feed(in, (struct str){ &byte, 1 });
		while (input_next(in, i % 50 == 0, &e))
			;
	}
	input_feed(in, STR("\033[201~"));
	for (int i = 0; i < 3; i++)
		while (input_next(in, true, &e))
			;
	assert_false(input_is_pending(in));
	input_free(in);
}

static void
test_learned(void **state)
{
	struct input *in = input_new();
	struct event e;

	(void)state;
	if (!term_describe("rxvt") && !term_describe("linux"))
		skip();
	input_learn(in);
	input_feed(in, STR("\033[11~"));
	assert_true(input_next(in, false, &e));
	assert_key(&e, "F1");
	term_forget();
	input_free(in);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_escape_alone),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
