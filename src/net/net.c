/* SPDX-License-Identifier: MIT */
#include "src/net/net.h"

#include "src/base/module.h"
#include "src/net/ops.h"

static const struct net_ops *
net_ops(struct err *err)
{
	return module_ops("net", err);
}

void
net_warm(void)
{
	struct err ignored = ERR_INIT; /* the request that needs it tells */
	const struct net_ops *ops = net_ops(&ignored);

	if (ops)
		ops->warm();
}

bool
http_perform(const struct http_request *request, struct http_answer *answer, struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	*answer = (struct http_answer){ .phase = NET_NOT_CONNECTED, .retry_after_s = -1 };
	return ops && ops->http(request, answer, err);
}

void
http_answer_fini(struct http_answer *answer)
{
	buf_fini(&answer->headers);
	buf_fini(&answer->body);
}

struct str
http_answer_header(const struct http_answer *answer, const char *name)
{
	struct str headers = buf_str(&answer->headers), wanted = str_from(name);
	size_t at = 0;

	while (at < headers.len) {
		size_t end = str_find(headers, STR("\n"), at);
		struct str line = str_slice(headers, at, end);

		if (line.len > wanted.len && line.p[wanted.len] == ':' &&
			str_equal_nocase(str_slice(line, 0, wanted.len), wanted))
			return str_trim(str_slice(line, wanted.len + 1, line.len));
		if (end == SIZE_MAX)
			break;
		at = end + 1;
	}
	return STR_NONE;
}

bool
smtp_send(const struct smtp_request *request, struct smtp_answer *answer, struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	*answer = (struct smtp_answer){ .phase = NET_NOT_CONNECTED, .step = "connect" };
	return ops && ops->smtp(request, answer, err);
}

void
net_close_idle(void)
{
	struct err err = ERR_INIT;

	if (module_is_loaded("net"))
		net_ops(&err)->close_idle();
}

bool
digest_hmac_sha256(struct str key, struct str data, unsigned char out[32], struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	return ops && ops->hmac(DIGEST_SHA256, key, data, out, err);
}

bool
digest_hmac_sha1(struct str key, struct str data, unsigned char out[20], struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	return ops && ops->hmac(DIGEST_SHA1, key, data, out, err);
}

bool
digest_md5(struct str data, unsigned char out[16], struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	return ops && ops->digest(DIGEST_MD5, data, out, err);
}

bool
digest_sha256(struct str data, unsigned char out[32], struct err *err)
{
	const struct net_ops *ops = net_ops(err);

	return ops && ops->digest(DIGEST_SHA256, data, out, err);
}

bool
net_host_to_ascii(const char *host, char ascii[256])
{
	struct err err = ERR_INIT;
	const struct net_ops *ops = net_ops(&err);

	return ops && ops->host_to_ascii(host, ascii);
}
