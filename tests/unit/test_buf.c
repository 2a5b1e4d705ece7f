/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/pack.h"

static void
bytes_are_added_and_ended(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_str(&b).len, 0);
	buf_add(&b, "", 0);
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_add_str(&b, STR("de"));
	buf_add_str(&b, STR_NONE);
	buf_add_repeat(&b, "xy", 2);
	buf_addf(&b, "%d|%s", 7, "");
	assert_string_equal(buf_text(&b), "abcdexyxy7|");
	assert_int_equal(b.len, 11);
	buf_truncate(&b, 99);
	assert_int_equal(b.len, 11);
	buf_truncate(&b, 3);
	assert_string_equal(buf_text(&b), "abc");
	buf_consume(&b, 1);
	assert_string_equal(buf_text(&b), "bc");
	buf_consume(&b, 99);
	assert_string_equal(buf_text(&b), "");
	buf_fini(&b);
	assert_null(b.p);
	buf_truncate(&b, 0);
	buf_consume(&b, 1);
}

static void
long_formats_are_whole(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (int n = 250; n < 260; n++) {
		buf_clear(&b);
		buf_addf(&b, "<%*s>", n, "x");
		assert_int_equal(b.len, (size_t)n + 2);
		assert_int_equal(b.p[n + 1], '>');
	}
	buf_fini(&b);
}

static void
a_ceiling_is_never_passed(void **state)
{
	struct buf b = BUF_MAX(5);

	(void)state;
	buf_adds(&b, "abc");
	buf_adds(&b, "de");
	assert_false(buf_is_over(&b));
	buf_addc(&b, 'f');
	assert_true(buf_is_over(&b));
	buf_addc(&b, 'g');
	buf_addf(&b, "%s", "h");
	assert_string_equal(buf_text(&b), "abcde");
	assert_null(buf_reserve(&b, 1));
	buf_clear(&b);
	assert_false(buf_is_over(&b));
	assert_null(buf_reserve(&b, SIZE_MAX));
	buf_clear(&b);
	buf_adds(&b, "ok");
	assert_string_equal(buf_text(&b), "ok");
	buf_fini(&b);
	assert_int_equal(b.ceiling, 5);
}

static void
reserved_room_is_committed(void **state)
{
	struct buf b = BUF_INIT;
	char *room = buf_reserve(&b, 100);

	(void)state;
	memset(room, 'x', 100);
	buf_commit(&b, 60);
	assert_int_equal(b.len, 60);
	assert_int_equal(b.p[60], '\0');
	buf_fini(&b);
}

static void
taking_gives_ownership(void **state)
{
	struct buf b = BUF_INIT;
	char *text;

	(void)state;
	buf_adds(&b, "abc");
	text = buf_take(&b);
	assert_string_equal(text, "abc");
	assert_null(b.p);
	free(text);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
}

static void
arena_memory_is_aligned_and_stays(void **state)
{
	struct arena a = ARENA_INIT;
	char *texts[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		texts[i] = arena_printf(&a, "text %zu", i);
		assert_int_equal((uintptr_t)arena_alloc(&a, i % 70) % 16, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(strtoul(texts[i] + 5, NULL, 10), i);
	memset(arena_alloc(&a, 3 << 20), 1, 3 << 20); /* larger than any block */
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(((char *)arena_zalloc(&a, 100))[i], 0);
	arena_fini(&a);
	assert_null(a.head);
	assert_int_equal(a.used, 0);
	arena_clear(&a);
}

static void
arena_copies_have_a_nul(void **state)
{
	struct arena a = ARENA_INIT;
	struct str s = arena_str(&a, STR("a\0b"));

	(void)state;
	assert_int_equal(s.len, 3);
	assert_int_equal(s.p[3], '\0');
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_int_equal(*arena_str(&a, STR_NONE).p, '\0');
	arena_fini(&a);
}

static void
arena_arrays_grow(void **state)
{
	struct arena a = ARENA_INIT;
	char *p = NULL, *q;

	(void)state;
	for (size_t n = 1; n < 20000; n += 7) {
		p = arena_grow(&a, p, n > 7 ? n - 7 : 0, n);
		p[n - 1] = (char)n;
		if (n > 7)
			assert_int_equal(p[n - 8], (char)(n - 7));
	}
	p = arena_grow(&a, NULL, 0, 32);
	q = arena_grow(&a, p, 32, 64); /* the last thing allocated grows where it is */
	assert_ptr_equal(p, q);
	arena_alloc(&a, 1);
	q = arena_grow(&a, p, 64, 128);
	assert_ptr_not_equal(p, q);
	assert_ptr_equal(arena_grow(&a, q, 128, 100), q);
	arena_clear(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(arena_alloc(&a, 10));
	arena_fini(&a);
}

static void
texts_are_packed_when_it_pays(void **state)
{
	struct buf text = BUF_INIT, packed = BUF_INIT;
	char back[PACK_FROM + 1];
	uint32_t noise = 1;

	(void)state;
	buf_add_repeat(&text, "row ", PACK_FROM / 4);
	assert_false(pack((struct str){ text.p, PACK_FROM - 1 }, &packed));
	assert_true(pack(buf_str(&text), &packed));
	assert_true(packed.len < PACK_FROM / 8);
	assert_true(unpack(buf_str(&packed), back, PACK_FROM));
	assert_memory_equal(back, text.p, PACK_FROM);
	/* Cut, changed or of another size: never beyond the room that was given. */
	assert_false(unpack(buf_str(&packed), back, PACK_FROM - 1));
	assert_false(unpack(buf_str(&packed), back, PACK_FROM + 1));
	for (size_t i = 0; i < packed.len; i++) {
		unpack((struct str){ packed.p, i }, back, PACK_FROM);
		packed.p[i] ^= 0x55;
		unpack(buf_str(&packed), back, PACK_FROM);
		packed.p[i] ^= 0x55;
	}
	for (size_t i = 0; i < text.len; i++, noise = noise * 1664525 + 1013904223)
		text.p[i] = (char)(noise >> 24);
	buf_clear(&packed);
	assert_false(pack(buf_str(&text), &packed));
	assert_int_equal(packed.len, 0);
	buf_fini(&text);
	buf_fini(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_added_and_ended),
		cmocka_unit_test(long_formats_are_whole),
		cmocka_unit_test(a_ceiling_is_never_passed),
		cmocka_unit_test(reserved_room_is_committed),
		cmocka_unit_test(taking_gives_ownership),
		cmocka_unit_test(arena_memory_is_aligned_and_stays),
		cmocka_unit_test(arena_copies_have_a_nul),
		cmocka_unit_test(arena_arrays_grow),
		cmocka_unit_test(texts_are_packed_when_it_pays),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
