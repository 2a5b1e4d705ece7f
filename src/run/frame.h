/* SPDX-License-Identifier: MIT */
/* Reading and writing frames (job.h) over a socket that does not block. */
#ifndef DP_RUN_FRAME_H
#define DP_RUN_FRAME_H

#include "src/run/job.h"

/* One direction each; the owner keeps the descriptor. */
struct frame_io {
	int fd;
	struct buf in, out;
	size_t in_pos, out_pos; /* taken from the front already */
	size_t in_most, out_most; /* bytes ever there: what is wiped at the end */
	bool closed; /* the other side is gone */
};

DP_API void frame_io_init(struct frame_io *io, int fd);
DP_API void frame_io_fini(struct frame_io *io); /* wipes what is buffered; does not close */

DP_API void frame_put_u32(struct buf *to, uint32_t v);
/* Takes 4 bytes off the front; false when there are fewer. */
DP_API bool frame_take_u32(struct str *from, uint32_t *v);

/* Queues one frame: type, then head and body as the payload. */
DP_API void frame_queue(struct frame_io *io, enum frame_type type, struct str head,
	struct str body);
/* The same at once, after what is queued, waiting as long as it takes: for a body too
 * large to be copied. */
DP_API bool frame_send(struct frame_io *io, enum frame_type type, struct str head,
	struct str body);
/* Writes what is queued, as far as it goes. False when the other side is gone. */
DP_API bool frame_flush(struct frame_io *io);
/* Writes all that is queued, waiting as long as it takes. */
DP_API bool frame_flush_all(struct frame_io *io);
/* Reads what is there. False at the end of the stream. */
DP_API bool frame_fill(struct frame_io *io);
/* The next whole frame in the buffer; payload borrowed until frame_drop. False
 * when there is none yet. A frame that breaks the rules closes the stream. */
DP_API bool frame_next(struct frame_io *io, enum frame_type *type, struct str *payload);
DP_API void frame_drop(struct frame_io *io);
/* The buffer in which the payload lies, the caller's to free(), when no other frame has
 * begun in it; else NULL. frame_drop then has nothing left to do. */
DP_API char *frame_take(struct frame_io *io);

#endif
