/* SPDX-License-Identifier: MIT */
/* What the module `net` offers to its facade net.c; nobody else includes this. */
#ifndef DP_NET_OPS_H
#define DP_NET_OPS_H

#include "src/net/net.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

struct net_ops {
	void (*warm)(void);
	bool (*http)(const struct http_request *request, struct http_answer *answer,
		struct err *err);
	bool (*smtp)(const struct smtp_request *request, struct smtp_answer *answer,
		struct err *err);
	bool (*hmac)(enum digest_kind kind, struct str key, struct str data, unsigned char *out,
		struct err *err);
	bool (*digest)(enum digest_kind kind, struct str data, unsigned char *out,
		struct err *err);
	bool (*host_to_ascii)(const char *host, char ascii[256]);
	void (*close_idle)(void);
};

/* The module's own functions, one file each. */
bool net_http(const struct http_request *request, struct http_answer *answer, struct err *err);
bool net_smtp(const struct smtp_request *request, struct smtp_answer *answer, struct err *err);
void net_smtp_close_idle(void);
bool net_hmac(enum digest_kind kind, struct str key, struct str data, unsigned char *out,
	struct err *err);
bool net_digest(enum digest_kind kind, struct str data, unsigned char *out, struct err *err);

#endif
