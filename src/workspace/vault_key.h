/* SPDX-License-Identifier: MIT */
/* Where the workspace's key comes from, and how it is written down: 64 hex digits in
 * a file that others may not read, or printed by a command. */
#ifndef DP_WORKSPACE_VAULT_KEY_H
#define DP_WORKSPACE_VAULT_KEY_H

#include "src/workspace/vault.h"

#define VAULT_KEY_ID_SIZE 17 /* hex and NUL */
#define VAULT_COMMAND_SECONDS 30

/* The key is in ws->key afterwards, and is the one that the workspace was sealed
 * under. Cheap when it is there already. */
bool vault_key_load(struct workspace *ws, struct err *err);
/* For a workspace that is being made: credentials, the command, the file, else a new
 * file. *created: a file was made. */
bool vault_key_first(const char *path, const char *command, struct secret *key, bool *created,
	struct err *err);
/* $CREDENTIALS_DIRECTORY/dpstudio-key when there is such a file, else NULL; heap. */
char *vault_credentials_path(void);
/* Runs it with /bin/sh and reads the key it prints. */
bool vault_key_from_command(const char *command, struct secret *key, struct err *err);
/* Puts the key into a file 0600, whole or not at all. */
bool vault_key_write(const char *path, const struct secret *key, struct err *err);
void vault_key_text(const struct secret *key, struct buf *to);

/* The two halves of the vault with an explicit key, for a change of key. */
void vault_seal_with(const struct secret *key, const struct vault_place *place,
	struct str value, struct buf *sealed);
bool vault_open_with(const struct secret *key, const struct vault_place *place,
	struct str sealed, struct secret *value, struct err *err);

#endif
