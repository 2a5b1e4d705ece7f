/* SPDX-License-Identifier: MIT */
/* Computing aside: what takes our own time (composing a message of 10,000 rows) is done
 * in a copy of this process that has everything at hand, while the loop goes on. The
 * copy may compute and allocate and nothing else: no workspace, no terminal, no file.
 * What it made comes back as bytes. */
#ifndef DP_UI_ASIDE_H
#define DP_UI_ASIDE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "ui/loop.h"

#define ASIDE_MAX ((size_t)64 << 20) /* bytes that come back */

struct aside;

/* In the copy. */
typedef void (*aside_work_fn)(void *work_context, struct buf *out);
/* Here, once, from the loop. ok false: it died or made too much. Frees nothing. */
typedef void (*aside_done_fn)(void *context, struct str out, bool ok);

struct aside *aside_start(struct loop *loop, aside_work_fn work, void *work_context,
	aside_done_fn done, void *context, struct err *err);
/* Ends it when it still goes on; done does not come. NULL is fine. */
void aside_free(struct aside *a);

#endif
