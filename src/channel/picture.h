/* SPDX-License-Identifier: MIT */
/* Pictures of a message that lie in a file: read whole, their kind told by their first
 * bytes, never by the name. */
#ifndef DP_CHANNEL_PICTURE_H
#define DP_CHANNEL_PICTURE_H

#include "src/base/buf.h"
#include "src/base/err.h"

struct picture_file {
	struct buf bytes;
	const char *type;      /* "image/png"; static */
	const char *extension; /* "png"; static */
};

#define PICTURE_FILE_INIT { .bytes = BUF_INIT }

/* ERR_LIMIT above `max` bytes, ERR_INPUT when it is neither PNG, JPEG nor GIF.
 * picture_fini also after a failure. */
DP_API bool picture_read(struct str path, size_t max, struct picture_file *picture,
	struct err *err);
/* The same judged by size and first bytes, nothing kept. */
DP_API bool picture_check(struct str path, size_t max, struct err *err);
DP_API void picture_fini(struct picture_file *picture);

#endif
