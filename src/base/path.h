/* SPDX-License-Identifier: MIT */
/* Files and folders: where a user's data, configuration and state live (XDG base
 * directories), folders that only their owner can enter, and files that are
 * replaced as a whole or not at all. Returned strings are the caller's to free(). */
#ifndef DP_BASE_PATH_H
#define DP_BASE_PATH_H

#include <sys/types.h>

#include "src/base/buf.h"
#include "src/base/err.h"

/* "dpstudio" under the XDG directory: $XDG_DATA_HOME or ~/.local/share, and so on. A
 * relative value of the variable is ignored, as the specification says. NULL with
 * ERR_CONFIG when there is no home directory. */
DP_API char *path_data_dir(struct err *err);
DP_API char *path_config_dir(struct err *err);
DP_API char *path_state_dir(struct err *err);

/* Absolute, without "." and "..", "~/" expanded; links are not resolved and nothing
 * needs to exist. */
DP_API char *path_absolute(const char *path, struct err *err);
DP_API char *path_join(const char *dir, const char *name);
/* The folder part: "." when there is none, "/" for the root. */
DP_API char *path_dir(const char *path);
/* What follows the last slash; borrowed. */
DP_API const char *path_base(const char *path);

/* Makes the folder and those above it that are missing, each with `mode`. */
DP_API bool path_make_dirs(const char *path, mode_t mode, struct err *err);
DP_API bool path_exists(const char *path);
/* Whole file, at most `max` bytes (ERR_LIMIT beyond). Regular files only. */
DP_API bool path_read(const char *path, size_t max, struct buf *to, struct err *err);
/* Temporary file beside it, fsync, rename, fsync of the folder: readers and a power
 * cut see the old content or the new one. */
DP_API bool path_write_atomic(const char *path, struct str content, mode_t mode,
	struct err *err);
/* Like it, but fails with ERR_STATE when the file is there already. */
DP_API bool path_write_new(const char *path, struct str content, mode_t mode, struct err *err);
DP_API bool path_sync_dir(const char *path_in_it, struct err *err);
/* Heap "DIR/.NAME.RANDOM" beside `path`, for a file to be renamed to it. */
DP_API char *path_temporary(const char *path);

/* "NFS", "SMB", … when the file (or, if it is not there yet, its nearest existing
 * folder) is on a file system of another machine; NULL when local. */
DP_API const char *path_network_name(const char *path);

#endif
