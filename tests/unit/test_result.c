/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/result/result.h"

static void
kinds_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < VALUE_KIND_COUNT; i++) {
		const char *name = value_kind_name((enum value_kind)i);

		assert_true(*name != '\0');
		assert_int_equal(value_kind_from_name(str_from(name)), i);
	}
	assert_int_equal(value_kind_from_name(STR("nope")), VALUE_KIND_COUNT);
	assert_true(value_kind_is_number(VALUE_DECIMAL));
	assert_false(value_kind_is_number(VALUE_TEXT));
}

static int
sign(int c)
{
	return (c > 0) - (c < 0);
}

static void
decimals_compare_without_double(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
		bool numbers;
	} rows[] = {
		{ "1", "2", -1, true }, { "10", "9", 1, true }, { "-1", "1", -1, true },
		{ "-10", "-9", -1, true }, { "0", "-0", 0, true }, { "0", "0.00", 0, true },
		{ "0", "-0.1", 1, true }, { "0", "0.1", -1, true }, { "1.0", "1", 0, true },
		{ "1.10", "1.1", 0, true }, { "+5", "5", 0, true }, { ".5", "0.5", 0, true },
		{ "5.", "5", 0, true }, { "007", "7", 0, true }, { "1e3", "1000", 0, true },
		{ "1E+3", "999.999", 1, true }, { "1e-3", "0.001", 0, true },
		{ "12.5e1", "125", 0, true }, { "0.00125e5", "125", 0, true },
		{ "-1e3", "-1e2", -1, true }, { "1e99999999999999", "1e2", 1, true },
		{ "9007199254740993", "9007199254740992", 1, true },
		{ "123456789012345678901234567890.1", "123456789012345678901234567890.2", -1,
			true },
		{ "0.1000000000000000000000000001", "0.1", 1, true },
		{ "a", "b", -1, false }, { "1", "a", -1, false }, { "", "1", -1, false },
		{ "10", "9x", -1, false }, { "1e", "1", 1, false }, { "-", "1", -1, false },
		{ ".", "1", -1, false }, { "1.2.3", "1", 1, false }, { "0x10", "1", -1, false },
		{ "a", "a", 0, false }, { "NaN", "1", 1, false }, { " 1", "1", -1, false },
		{ NULL, "", -1, false }, { NULL, NULL, 0, false }, { "-5", NULL, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str a = str_from(rows[i].a), b = str_from(rows[i].b);
		bool numbers;

		assert_int_equal(sign(value_compare(a, b, &numbers)), rows[i].order);
		assert_int_equal(numbers, rows[i].numbers);
		assert_int_equal(sign(value_compare(b, a, NULL)), -rows[i].order);
	}
	assert_true(value_is_number(STR("-1.5e3")));
	assert_false(value_is_number(STR("")));
	assert_false(value_is_number(STR("1,5")));
}

static const struct column columns[] = {
	{ { "id", 2 }, VALUE_INT, { "integer", 7 } },
	{ { "Name", 4 }, VALUE_TEXT, { "text", 4 } },
	{ { "raw", 3 }, VALUE_BYTES, { NULL, 0 } },
};

static void
fill(struct result *r, size_t rows)
{
	struct result_sink s;
	struct err err = ERR_INIT;

	result_sink_init(&s, r);
	assert_true(s.sink.columns(&s.sink, columns, 3, &err));
	for (size_t i = 0; i < rows; i++) {
		char id[24];
		struct value row[3] = { { VALUE_INT, { id, 0 } },
			{ i % 2 ? VALUE_NULL : VALUE_TEXT, { "部门", 6 } },
			{ VALUE_BYTES, { "\0\xFF", 2 } } };
		struct buf b = BUF_INIT;

		buf_addf(&b, "%zu", i);
		memcpy(id, b.p, b.len);
		row[0].text.len = b.len;
		buf_fini(&b);
		assert_true(s.sink.row(&s.sink, row, 3, &err));
		memset(id, 'x', sizeof(id)); /* values are borrowed for the call only */
	}
}

static void
check_equal(const struct result *a, const struct result *b)
{
	assert_int_equal(a->column_count, b->column_count);
	assert_int_equal(a->row_count, b->row_count);
	assert_int_equal(a->truncated, b->truncated);
	assert_int_equal(a->elapsed_us, b->elapsed_us);
	assert_true(str_equal(a->name, b->name));
	for (size_t i = 0; i < a->column_count; i++) {
		assert_true(str_equal(a->columns[i].name, b->columns[i].name));
		assert_true(str_equal(a->columns[i].type_name, b->columns[i].type_name));
		assert_int_equal(a->columns[i].kind, b->columns[i].kind);
	}
	for (size_t i = 0; i < a->row_count * a->column_count; i++) {
		struct value of_a = kept_value_get(&a->values[i]);
		struct value of_b = kept_value_get(&b->values[i]);

		assert_int_equal(of_a.kind, of_b.kind);
		assert_true(str_equal(of_a.text, of_b.text));
	}
}

static void
rows_are_kept(void **state)
{
	struct result r = RESULT_INIT;
	struct result_sink s;
	struct err err = ERR_INIT;
	struct value one = { VALUE_INT, { "1", 1 } };

	(void)state;
	fill(&r, 1000);
	assert_int_equal(r.row_count, 1000);
	assert_true(str_is(result_at(&r, 999, 0).text, "999"));
	assert_int_equal(result_at(&r, 1, 1).kind, VALUE_NULL);
	assert_int_equal(result_at(&r, 1, 1).text.len, 0);
	assert_int_equal(result_at(&r, 0, 2).text.len, 2);
	assert_int_equal(result_find_column(&r, STR("id")), 0);
	assert_int_equal(result_find_column(&r, STR("NAME")), 1);
	assert_int_equal(result_find_column(&r, STR("x")), SIZE_MAX);
	result_sink_init(&s, &r);
	assert_false(s.sink.row(&s.sink, &one, 1, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	result_fini(&r);
}

/* Each byte in each place of texts shorter and longer than the word that is looked at. */
static void
plain_values_are_known(void **state)
{
	char text[20];
	struct value v = { VALUE_TEXT, { text, 0 } };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++) {
			struct result r = RESULT_INIT;

			result_set_columns(&r, columns, 1);
			memset(text, 'a', sizeof(text));
			v.text.len = len;
			for (int c = 0; c < 256; c++) {
				text[at] = (char)c;
				assert_true(result_add_row(&r, &v, &err));
				assert_int_equal(r.values[c].is_plain, c >= ' ' && c <= '~');
				assert_true(str_equal(result_at(&r, (size_t)c, 0).text, v.text));
			}
			assert_true(r.has_odd);
			result_fini(&r);
		}
}

static void
limits_hold(void **state)
{
	struct result r = RESULT_INIT;
	struct result_sink s;
	struct err err = ERR_INIT;
	struct value huge = { VALUE_TEXT, { "x", RESULT_MAX_CELL + 1 } };

	(void)state;
	result_sink_init(&s, &r);
	assert_false(s.sink.columns(&s.sink, columns, RESULT_MAX_COLUMNS + 1, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	result_set_columns(&r, columns, 1);
	assert_false(result_add_row(&r, &huge, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.msg, "id"));
	r.arena.used = RESULT_MAX_BYTES;
	huge.text.len = 1;
	assert_false(result_add_row(&r, &huge, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(r.row_count, 0);
	result_fini(&r);
}

static void
frames_round_trip(void **state)
{
	static const size_t counts[] = { 0, 1, 300 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct result r = RESULT_INIT, back = RESULT_INIT;
		struct buf bytes = BUF_INIT;
		struct err err = ERR_INIT;

		fill(&r, counts[i]);
		r.name = STR("daily");
		r.truncated = i == 2;
		r.elapsed_us = INT64_C(1) << 40;
		result_encode(&bytes, &r);
		assert_true(result_decode(&back, buf_str(&bytes), &err));
		check_equal(&r, &back);
		result_fini(&back);
		result_fini(&r);
		buf_fini(&bytes);
	}
}

static void
streaming_halves_round_trip(void **state)
{
	struct value row[2] = { { VALUE_NULL, STR_NONE }, { VALUE_DECIMAL, { "-1.50", 5 } } };
	struct arena a = ARENA_INIT;
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct column *got;
	struct value values[2];
	size_t count;

	(void)state;
	result_encode_columns(&bytes, columns, 3);
	assert_true(result_decode_columns(&a, buf_str(&bytes), &got, &count, &err));
	assert_int_equal(count, 3);
	assert_true(str_is(got[1].name, "Name"));
	buf_clear(&bytes);
	result_encode_row(&bytes, row, 2);
	assert_true(result_decode_row(buf_str(&bytes), values, 2, &err));
	assert_int_equal(values[0].kind, VALUE_NULL);
	assert_true(str_is(values[1].text, "-1.50"));
	assert_false(result_decode_row(buf_str(&bytes), values, 1, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	arena_fini(&a);
	buf_fini(&bytes);
}

/* Every cut and every changed byte is refused or decoded, never read past. */
static void
damaged_frames_are_refused(void **state)
{
	struct result r = RESULT_INIT;
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	fill(&r, 3);
	result_encode(&bytes, &r);
	for (size_t len = 0; len < bytes.len; len++) {
		struct result back = RESULT_INIT;
		char *exact = xmalloc(len);

		memcpy(exact, bytes.p, len);
		assert_false(result_decode(&back, (struct str){ exact, len }, &err));
		result_fini(&back);
		free(exact);
	}
	for (size_t i = 0; i < bytes.len * 8; i++) {
		struct result back = RESULT_INIT;

		bytes.p[i / 8] ^= (char)(1 << i % 8);
		result_decode(&back, buf_str(&bytes), &err);
		bytes.p[i / 8] ^= (char)(1 << i % 8);
		result_fini(&back);
	}
	result_fini(&r);
	buf_fini(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(decimals_compare_without_double),
		cmocka_unit_test(rows_are_kept),
		cmocka_unit_test(plain_values_are_known),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(frames_round_trip),
		cmocka_unit_test(streaming_halves_round_trip),
		cmocka_unit_test(damaged_frames_are_refused),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
