/* SPDX-License-Identifier: MIT */
/* Secrets at rest: XChaCha20-Poly1305 under the workspace's key, bound to the place
 * where they stand, so that a sealed value moved to another row does not open. The
 * key is loaded by the first call that needs it: from
 * $CREDENTIALS_DIRECTORY/dpstudio-key, else the key command, else the key file (which
 * others may not read). */
#ifndef DP_WORKSPACE_VAULT_H
#define DP_WORKSPACE_VAULT_H

#include "src/base/buf.h"
#include "src/workspace/workspace.h"

#define VAULT_KEY_BYTES 32

/* Where a secret stands: part of what is authenticated. */
struct vault_place {
	const char *table, *uuid, *field;
};

bool vault_seal(struct workspace *ws, const struct vault_place *place, struct str value,
	struct buf *sealed, struct err *err);
/* ERR_CONFIG when the key is not the right one or the value was tampered with. */
bool vault_open(struct workspace *ws, const struct vault_place *place, struct str sealed,
	struct secret *value, struct err *err);

/* 64 hex digits, white space around them ignored. */
bool vault_key_parse(struct str text, struct secret *key, struct err *err);
/* A name for a key that does not tell it. */
void vault_key_id(const struct secret *key, char id[17]);
/* Reads a key file: regular, not readable by others, not writable by the group. */
bool vault_key_read(const char *path, struct secret *key, struct err *err);
/* A fresh key in a new file 0600 (folder 0700). */
bool vault_key_create(const char *path, struct secret *key, struct err *err);

#endif
