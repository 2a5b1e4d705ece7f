/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/result/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* What was decoded is encoded to bytes that decode to the same again. */
static void
check_whole(struct str bytes)
{
	struct result r = RESULT_INIT, again = RESULT_INIT;
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct err err = ERR_INIT;

	if (result_decode(&r, bytes, &err)) {
		result_encode(&first, &r);
		require(result_decode(&again, buf_str(&first), &err));
		result_encode(&second, &again);
		require(str_equal(buf_str(&first), buf_str(&second)));
	} else {
		require(err.code == ERR_INTERNAL || err.code == ERR_LIMIT);
	}
	result_fini(&r);
	result_fini(&again);
	buf_fini(&first);
	buf_fini(&second);
}

static void
check_halves(struct str bytes)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct value values[4];
	struct column *columns;
	size_t count;

	if (result_decode_columns(&a, bytes, &columns, &count, &err))
		require(count <= RESULT_MAX_COLUMNS);
	for (size_t n = 0; n <= ARRAY_LEN(values); n++)
		result_decode_row(bytes, values, n, &err);
	arena_fini(&a);
}

/* Order is antisymmetric, whatever the two texts are. */
static void
check_compare(struct str bytes)
{
	size_t half = bytes.len / 2;
	struct str a = str_slice(bytes, 0, half), b = str_slice(bytes, half, bytes.len);
	int one = value_compare(a, b, NULL), other = value_compare(b, a, NULL);

	require((one > 0) == (other < 0) && (one == 0) == (other == 0));
	require(value_compare(a, a, NULL) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };

	check_whole(bytes);
	check_halves(bytes);
	if (size >= 2)
		check_compare(bytes);
	return 0;
}
