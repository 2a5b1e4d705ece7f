/* SPDX-License-Identifier: MIT */
/* A workspace: the file that holds tasks, versions, sources, destinations and the
 * ledger, with the key its secrets are sealed under. Files are 0600, folders 0700.
 * One handle a process and file; nothing here is shared between processes but the
 * file. Errors about the file are ERR_WORKSPACE, about the key ERR_CONFIG, a lock of
 * another process beyond our patience ERR_BUSY. */
#ifndef DP_WORKSPACE_WORKSPACE_H
#define DP_WORKSPACE_WORKSPACE_H

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/secret.h"
#include "src/base/zone.h"
#include "src/workspace/db.h"

struct workspace;

enum workspace_mode {
	WORKSPACE_READ,	 /* lists and shows: the file may be read-only */
	WORKSPACE_WRITE, /* commands and passes: wait up to WORKSPACE_BUSY_MS for a lock */
	WORKSPACE_UI,	 /* the studio: never waits, ERR_BUSY at once */
};

#define WORKSPACE_BUSY_MS 20000

/* The path that counts: `given` (-w), else $DPSTUDIO_WORKSPACE, else
 * $XDG_DATA_HOME/dpstudio/workspace.db. Absolute; the caller's to free(). */
DP_API char *workspace_resolve(const char *given, struct err *err);

struct workspace_options { /* of init */
	const char *timezone;	 /* NULL: the host's */
	const char *key_path;	 /* NULL: $XDG_CONFIG_HOME/dpstudio/key; made when absent */
	const char *key_command; /* NULL none: prints the key; no key file is made then */
};

/* Makes a new workspace, whole or not at all. ERR_STATE when the file exists. */
DP_API bool workspace_create(const char *path, const struct workspace_options *options,
	struct err *err);
/* Opens; an older schema is migrated first (the file before it is kept beside as
 * PATH.before-N), a newer one refused. NULL on failure; ERR_WORKSPACE with the hint
 * to run init when there is no file. */
DP_API struct workspace *workspace_open(const char *path, enum workspace_mode mode,
	struct err *err);
DP_API void workspace_close(struct workspace *ws);

DP_API struct db *workspace_db(struct workspace *ws);
DP_API const char *workspace_path(const struct workspace *ws);
DP_API const char *workspace_uuid(const struct workspace *ws);
/* The schema number this program was built with. */
DP_API int64_t workspace_schema_number(void);

/* --- settings ---------------------------------------------------------------- */

/* One row a setting: what `workspace show` and `workspace set` read. */
struct workspace_setting {
	const char *name;
	const char *initial; /* "" none */
	const char *help;    /* one sentence */
};
/* Ends with a row without a name. */
DP_API extern const struct workspace_setting workspace_settings[];

/* The value or its default, in the arena. ERR_NOT_FOUND names the nearest. */
DP_API bool workspace_get(struct workspace *ws, const char *name, struct arena *a,
	const char **value, struct err *err);
/* Checked by kind (notify must be a destination, timezone a zone, …); "" is the
 * default again. A new time zone plans the published tasks anew. Audited. */
DP_API bool workspace_set(struct workspace *ws, const char *name, const char *value,
	struct err *err);

/* The zone of schedules that name none. NULL with err. Owned by base/zone. */
DP_API const struct zone *workspace_zone(struct workspace *ws, struct err *err);
DP_API bool workspace_jobs(struct workspace *ws, int *jobs, struct err *err);
/* Runs at once on one data source; 0: no limit of its own. */
DP_API bool workspace_source_jobs(struct workspace *ws, int *jobs, struct err *err);
/* How long ended runs are kept; 0: for ever. */
DP_API bool workspace_retention_us(struct workspace *ws, int64_t *us, struct err *err);
/* Name of the destination for notices, "" none; in the arena. */
DP_API bool workspace_notify(struct workspace *ws, struct arena *a, const char **name,
	struct err *err);

/* What the program notes for itself (zone stamp, …): "" when absent. */
DP_API bool workspace_meta_get(struct workspace *ws, const char *key, struct arena *a,
	const char **value, struct err *err);
DP_API bool workspace_meta_set(struct workspace *ws, const char *key, const char *value,
	struct err *err);

/* --- key, copies, health -------------------------------------------------------- */

/* Where the key comes from, in words: "file /home/x/.config/dpstudio/key". */
DP_API bool workspace_key_origin(struct workspace *ws, struct buf *to, struct err *err);
/* Loads the key and checks that it is this workspace's. */
DP_API bool workspace_key_check(struct workspace *ws, struct err *err);
/* Seals every secret anew under a fresh key, written to `key_path` (NULL: the
 * recorded one). A crash in between leaves a workspace that opens. Audited. */
DP_API bool workspace_rekey(struct workspace *ws, const char *key_path, struct err *err);
/* A consistent copy without the key, mode 0600, in place as a whole. */
DP_API bool workspace_backup(struct workspace *ws, const char *to, struct err *err);
/* Every page, references, the audit chain. */
DP_API bool workspace_check(struct workspace *ws, struct err *err);
DP_API bool workspace_compact(struct workspace *ws, struct err *err);

#endif
