/* SPDX-License-Identifier: MIT */
/* libcrypto has a type of the name of one of our error codes. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE

#include "src/net/ops.h"

static const EVP_MD *
algorithm(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		break;
	}
	return EVP_sha256();
}

/* An empty slice may have no address; libcrypto wants one. */
static const unsigned char *
bytes(struct str s)
{
	return (const unsigned char *)(s.len ? s.p : "");
}

bool
net_hmac(enum digest_kind kind, struct str key, struct str data, unsigned char *out,
	struct err *err)
{
	unsigned len = 0;

	if (key.len > INT32_MAX || !HMAC(algorithm(kind), bytes(key), (int)key.len, bytes(data),
			data.len, out, &len))
		return err_set(err, ERR_INTERNAL, "libcrypto could not compute an HMAC");
	return true;
}

bool
net_digest(enum digest_kind kind, struct str data, unsigned char *out, struct err *err)
{
	unsigned len = 0;

	if (!EVP_Digest(bytes(data), data.len, out, &len, algorithm(kind), NULL))
		return err_set(err, ERR_INTERNAL, "libcrypto refused a digest (%s)",
			kind == DIGEST_MD5 ? "MD5" : "SHA");
	return true;
}
