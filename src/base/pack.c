/* SPDX-License-Identifier: MIT */
#include "src/base/pack.h"

#include <lz4.h>

bool
pack(struct str raw, struct buf *to)
{
	size_t most = raw.len - raw.len / 8;
	char *room;
	int len;

	if (raw.len < PACK_FROM || raw.len > LZ4_MAX_INPUT_SIZE || !(room = buf_reserve(to, most)))
		return false;
	len = LZ4_compress_default(raw.p, room, (int)raw.len, (int)most);
	buf_commit(to, (size_t)len);
	return len > 0;
}

bool
unpack(struct str packed, char *to, size_t size)
{
	return packed.len <= LZ4_MAX_INPUT_SIZE && size <= LZ4_MAX_INPUT_SIZE &&
	       LZ4_decompress_safe(packed.p, to, (int)packed.len, (int)size) == (int)size;
}
