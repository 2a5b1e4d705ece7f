/* SPDX-License-Identifier: MIT */
/* Starts the fake peers of tests/integration (peer_http.py, peer_smtp.py) for unit
 * tests. They bind to a free loopback port and end with peer_stop, or with us. */
#ifndef DP_TESTS_LIB_PEER_H
#define DP_TESTS_LIB_PEER_H

#include <sys/types.h>

#include "src/base/json.h"

struct peer {
	pid_t pid;
	int alive; /* its stdin: closing it ends it */
	int port;
	char record[64];
};

/* `program` is "peer_http.py" or "peer_smtp.py"; `script` as documented there;
 * `extra` more arguments, NULL-terminated, or NULL. Fails the test when it cannot. */
void peer_start(struct peer *peer, const char *program, const char *script,
	const char *const *extra);
/* Everything it wrote down so far, as an array; cJSON_Delete it. */
cJSON *peer_records(const struct peer *peer);
void peer_stop(struct peer *peer);

/* Where a script of tests/integration is. */
void peer_script(char *path, size_t size, const char *name);
/* A certificate for localhost and 127.0.0.1 in a fresh folder: "cert.pem", "key.pem". */
void peer_certificate(char folder[64]);

#endif
