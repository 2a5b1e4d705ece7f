/* SPDX-License-Identifier: MIT */
/* Where zone files are on this host: $TZDIR, else the usual folders. Internal to
 * the zone files of this tier. */
#ifndef DP_BASE_ZONEFILE_H
#define DP_BASE_ZONEFILE_H

#include "src/base/buf.h"
#include "src/base/err.h"

/* The file of a zone by name, appended to `data`. ERR_INPUT with the nearest name
 * as hint when there is none; a name that leaves the folder is refused. */
bool zonefile_read(const char *name, struct buf *data, struct err *err);
/* Letters, digits, + - _ in parts joined by single slashes. */
bool zonefile_name_is_valid(const char *name);

#endif
