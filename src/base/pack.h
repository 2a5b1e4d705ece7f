/* SPDX-License-Identifier: MIT */
/* Texts made small for the ledger (LZ4): tables repeat themselves. */
#ifndef DPSTUDIO_BASE_PACK_H
#define DPSTUDIO_BASE_PACK_H

#include "src/base/buf.h"

#define PACK_FROM ((size_t)16 << 10) /* shorter ones stay as they are */

/* Appends what `raw` is packed as. False, with nothing appended, when it is short or
 * would not become smaller by an eighth. */
DP_API bool pack(struct str raw, struct buf *to);

/* Unpacks what was `size` bytes long into `to`, which has room for as many. False when it
 * is damaged. */
DP_API bool unpack(struct str packed, char *to, size_t size);

#endif
