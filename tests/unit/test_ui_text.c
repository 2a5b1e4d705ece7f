/* SPDX-License-Identifier: MIT */
/* The text tree against a flat buffer that does the same. Chunks are 24 bytes in
 * test builds, so that splits happen all the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "ui/text.h"

static unsigned seed = 7;

static size_t
chance(size_t n)
{
	seed = seed * 1103515245u + 12345u;
	return n ? (seed >> 8 & 0xFFFFFF) % n : 0;
}

static void
model_replace(struct buf *model, size_t from, size_t to, struct str with)
{
	struct buf tail = BUF_INIT;

	buf_add_str(&tail, str_slice(buf_str(model), to, model->len));
	buf_truncate(model, from);
	buf_add_str(model, with);
	buf_add_str(model, buf_str(&tail));
	buf_fini(&tail);
}

static size_t
model_lines(const struct buf *model)
{
	size_t n = 1;

	for (size_t i = 0; i < model->len; i++)
		n += model->p[i] == '\n';
	return n;
}

static size_t
boundary(const struct buf *model, size_t pos)
{
	while (pos < model->len && ((unsigned char)model->p[pos] & 0xC0) == 0x80)
		pos++;
	return pos;
}

static void
assert_same(const struct text *t, const struct buf *model)
{
	struct buf got = BUF_INIT;
	size_t pos = chance(model->len + 1), line = 0, start = 0;

	assert_int_equal(text_len(t), model->len);
	text_get(t, 0, text_len(t), &got);
	assert_true(str_equal(buf_str(&got), buf_str(model)));
	assert_int_equal(text_lines(t), model_lines(model));
	for (size_t i = 0; i < pos; i++)
		if (model->p[i] == '\n') {
			line++;
			start = i + 1;
		}
	assert_int_equal(text_line_of(t, pos), line);
	assert_int_equal(text_line_start(t, line), start);
	while (start < model->len && model->p[start] != '\n')
		start++;
	assert_int_equal(text_line_end(t, line), start);
	assert_true(text_chunk(t, pos).len > 0 || pos == model->len);
	assert_true(text_chunk_before(t, pos).len > 0 || pos == 0);
	buf_fini(&got);
}

static const char *const pieces[] = { "", "a", "\n", "select ", "中文", "e\xCC\x81", "\n\n",
	"a line that is longer than one chunk of the tree\n", "\t", "👨‍👩‍👧", "-- comment\n" };

static void
test_random_edits(void **state)
{
	struct buf model = BUF_INIT, first = BUF_INIT, last = BUF_INIT;
	struct text *t = text_new();
	size_t pos, undone = 0, redone = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t from = boundary(&model, chance(model.len + 1));
		size_t to = boundary(&model, from + chance(3) * chance(40));
		struct str with = str_from(pieces[chance(ARRAY_LEN(pieces))]);

		if (to > model.len)
			to = model.len;
		if (chance(3))
			to = from;
		assert_true(text_replace(t, from, to, with, chance(2) ? TEXT_TYPED : TEXT_ALONE));
		model_replace(&model, from, to, with);
		if (i % 7 == 0)
			assert_same(t, &model);
	}
	assert_same(t, &model);
	buf_add_str(&last, buf_str(&model));
	while (text_undo(t, &pos)) {
		assert_true(pos <= text_len(t));
		undone++;
	}
	assert_int_equal(text_len(t), 0);
	assert_false(text_can_undo(t));
	while (text_redo(t, &pos))
		redone++;
	assert_int_equal(undone, redone);
	assert_true(undone > 500);
	assert_same(t, &last);
	buf_fini(&model);
	buf_fini(&first);
	buf_fini(&last);
	text_free(t);
}

/* Undo and redo at random places return what was there. */
static void
test_random_undo(void **state)
{
	struct text *t = text_new();
	struct buf history[200];
	size_t at = 0, count = 1, pos;

	(void)state;
	memset(history, 0, sizeof(history));
	for (int i = 0; i < 2000; i++) {
		struct buf now = BUF_INIT;

		if (chance(3) == 0 && at > 0) {
			assert_true(text_undo(t, &pos));
			at--;
		} else if (chance(3) == 0 && at + 1 < count) {
			assert_true(text_redo(t, &pos));
			at++;
		} else if (at + 1 < ARRAY_LEN(history)) {
			size_t from;

			text_get(t, 0, text_len(t), &now);
			from = boundary(&now, chance(now.len + 1));
			assert_true(text_replace(t, from, from, STR("xy\n"), TEXT_ALONE));
			model_replace(&now, from, from, STR("xy\n"));
			at++;
			for (size_t k = at; k < count; k++)
				buf_fini(&history[k]);
			count = at + 1;
			history[at] = now;
			now = (struct buf)BUF_INIT;
		}
		text_get(t, 0, text_len(t), &now);
		assert_true(str_equal(buf_str(&now), buf_str(&history[at])));
		buf_fini(&now);
	}
	for (size_t k = 0; k < count; k++)
		buf_fini(&history[k]);
	text_free(t);
}

static void
type(struct text *t, const char *s)
{
	for (; *s; s++)
		text_replace(t, text_len(t), text_len(t), (struct str){ s, 1 }, TEXT_TYPED);
}

static void
assert_text(const struct text *t, const char *wanted)
{
	struct buf got = BUF_INIT;

	text_get(t, 0, text_len(t), &got);
	assert_string_equal(buf_text(&got), wanted);
	buf_fini(&got);
}

static void
test_typing_is_undone_by_words(void **state)
{
	struct text *t = text_new();
	size_t pos;

	(void)state;
	type(t, "select one from two");
	assert_true(text_undo(t, &pos));
	assert_text(t, "select one from ");
	assert_true(text_undo(t, &pos));
	assert_text(t, "select one ");
	assert_true(text_redo(t, &pos));
	assert_text(t, "select one from ");
	type(t, "x");
	assert_false(text_can_redo(t));
	/* Backspaces go together as well. */
	for (int i = 0; i < 4; i++)
		text_replace(t, text_len(t) - 1, text_len(t), STR_NONE, TEXT_TYPED);
	assert_text(t, "select one fr");
	assert_true(text_undo(t, &pos));
	assert_text(t, "select one from x");
	text_free(t);
}

static void
test_groups_and_saved(void **state)
{
	struct text *t = text_new();
	size_t pos;

	(void)state;
	text_set(t, STR("one\ntwo\n"));
	assert_false(text_is_modified(t));
	text_group_begin(t);
	text_replace(t, 0, 0, STR("  "), TEXT_ALONE);
	text_group_begin(t);
	text_replace(t, 6, 6, STR("  "), TEXT_ALONE);
	text_group_end(t);
	text_group_end(t);
	assert_text(t, "  one\n  two\n");
	assert_true(text_is_modified(t));
	text_saved(t);
	assert_false(text_is_modified(t));
	assert_true(text_undo(t, &pos));
	assert_text(t, "one\ntwo\n");
	assert_true(text_is_modified(t));
	/* What was saved is gone for good once something else is written. */
	text_replace(t, 0, 0, STR("x"), TEXT_ALONE);
	assert_true(text_is_modified(t));
	assert_true(text_undo(t, &pos));
	assert_true(text_is_modified(t));
	text_free(t);
}

static void
test_graphemes(void **state)
{
	static const char s[] = "ae\xCC\x81" "中👨‍👩‍👧\nb";
	static const size_t places[] = { 0, 1, 4, 7, 25, 26, 27 };
	struct text *t = text_new();

	(void)state;
	text_set(t, STR(s));
	assert_int_equal(text_len(t), 27);
	for (size_t i = 0; i + 1 < ARRAY_LEN(places); i++) {
		assert_int_equal(text_next(t, places[i]), places[i + 1]);
		assert_int_equal(text_previous(t, places[i + 1]), places[i]);
	}
	assert_int_equal(text_next(t, 27), 27);
	assert_int_equal(text_previous(t, 0), 0);
	text_free(t);
}

static size_t
naive_find(const struct buf *b, struct str needle, size_t from, unsigned flags)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i + needle.len <= b->len; i++) {
		struct str here = str_slice(buf_str(b), i, i + needle.len);
		bool same = flags & FIND_CASE ? str_equal(here, needle)
					      : str_equal_nocase(here, needle);

		if (!same || ((flags & FIND_BACK) ? i >= from : i < from))
			continue;
		found = i;
		if (!(flags & FIND_BACK))
			break;
	}
	return found;
}

static void
test_find(void **state)
{
	struct text *t = text_new();
	struct buf model = BUF_INIT;
	static const char *const needles[] = { "Ab", "b", "aBab", "\n", "abc", "q", "中", "Z中a" };

	(void)state;
	for (int i = 0; i < 30000; i++)
		buf_adds(&model, chance(40) == 0 ? "中" : chance(20) == 0 ? "\n"
					: chance(2) ? "ab" : chance(9) == 0 ? "Z" : "A");
	text_set(t, buf_str(&model));
	for (int i = 0; i < 400; i++) {
		struct str needle = str_from(needles[chance(ARRAY_LEN(needles))]);
		size_t from = boundary(&model, chance(model.len + 1));
		unsigned flags = (chance(2) ? FIND_CASE : 0u) | (chance(2) ? FIND_BACK : 0u);

		assert_int_equal(text_find(t, needle, from, flags),
			naive_find(&model, needle, from, flags));
	}
	text_set(t, STR("selector select select_one"));
	assert_int_equal(text_find(t, STR("select"), 0, FIND_WORD), 9);
	assert_int_equal(text_find(t, STR(""), 0, 0), SIZE_MAX);
	buf_fini(&model);
	text_free(t);
}

static void
test_load(void **state)
{
	char path[] = "/tmp/dpstudio-text-XXXXXX";
	struct text *t = text_new();
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT, model = BUF_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	for (int i = 0; i < 40000; i++) {
		buf_addf(&file, "line %d 中文\r\n", i);
		buf_addf(&model, "line %d 中文\n", i);
	}
	buf_adds(&file, "broken \xFF end");
	buf_adds(&model, "broken \xEF\xBF\xBD end");
	assert_int_equal(write(fd, file.p, file.len), file.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(text_load(t, fd, &err));
	assert_same(t, &model);
	assert_false(text_is_modified(t));
	close(fd);
	buf_fini(&file);
	buf_fini(&model);
	text_free(t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_edits),
		cmocka_unit_test(test_random_undo),
		cmocka_unit_test(test_typing_is_undone_by_words),
		cmocka_unit_test(test_groups_and_saved),
		cmocka_unit_test(test_graphemes),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
