/* SPDX-License-Identifier: MIT */
/* HTTP, SMTP and digests, by libcurl and libcrypto in the module `net`, which is
 * loaded by the first call. Used by channels and by sources that speak HTTP. One
 * multi handle a process, so that connections are kept between calls. Redirects
 * are never followed, answers are capped, TLS is verified, and no URL, header or
 * body of ours ever stands in an error text (host and port do). A request goes
 * out once: a kept connection that died under it is an outcome, never a silent
 * second sending. The environment's https_proxy, http_proxy, all_proxy and no_proxy
 * count for HTTP, but never for loopback and never for mail. */
#ifndef DP_NET_NET_H
#define DP_NET_NET_H

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"

#define HTTP_MAX_ANSWER ((size_t)64 << 10) /* unless asked otherwise */

/* How far a request came: decides between retry and unknown. */
enum net_phase {
	NET_NOT_CONNECTED, /* DNS, connect, TLS or proxy failed: nothing was sent */
	NET_REFUSED_EARLY, /* connected, but the body had not been sent whole */
	NET_BODY_SENT,	   /* the body was out; what happened after is not known */
	NET_ANSWERED	   /* a whole answer is here */
};

/* Loads what the first request would load, while there is time. */
DP_API void net_warm(void);

struct http_request {
	const char *method; /* "POST" */
	const char *url;    /* may hold secrets */
	const char *const *headers; /* "Name: value", NULL-terminated; NULL none */
	struct str body;
	const char *user, *password; /* basic auth; NULL none */
	const char *ca_file; /* NULL: the system's store */
	bool allow_http;     /* plain http beyond loopback */
	size_t max_answer;   /* 0: HTTP_MAX_ANSWER; a longer one is cut, see `capped` */
	struct deadline deadline;
	/* When set, answer bytes of a 2xx go here (uncapped) instead of answer->body;
	 * false with err stops. It may not make requests itself. */
	bool (*on_data)(void *context, struct str bytes, struct err *err);
	void *context;
};

struct http_answer {
	enum net_phase phase;
	long status;		/* 0 when none came */
	double retry_after_s;	/* < 0: none; both forms of the header */
	struct buf headers;	/* raw, for those who look for one */
	struct buf body;
	bool capped;		/* it was longer than max_answer */
};

/* Errors: ERR_CONNECT and ERR_TIMEOUT may pass by themselves; ERR_CONFIG (a
 * certificate, a missing login) and ERR_INPUT need a person.
 * True when a whole answer came, whatever its status. False: err says why (host
 * named, never the path), answer->phase how far it went. http_answer_fini always. */
DP_API bool http_perform(const struct http_request *request, struct http_answer *answer,
	struct err *err);
DP_API void http_answer_fini(struct http_answer *answer);
/* Value of a header of the answer, trimmed; empty when absent. */
DP_API struct str http_answer_header(const struct http_answer *answer, const char *name);

enum smtp_security { SMTP_TLS, SMTP_STARTTLS, SMTP_PLAIN };

struct smtp_recipient {
	const char *address;
	long code;	/* out: answer to RCPT; 0 not reached */
};

struct smtp_request {
	const char *host;
	int port;
	enum smtp_security security;
	const char *ca_file;
	const char *account, *password; /* NULL: no AUTH */
	const char *bearer;		/* OAuth token; NULL none */
	const char *sender;
	struct smtp_recipient *recipients;
	size_t recipient_count;
	struct str message; /* RFC 5322, CRLF line ends, not dot-stuffed */
	struct deadline deadline;
};

struct smtp_answer {
	enum net_phase phase; /* NET_BODY_SENT: the final dot was out */
	long code;	      /* of the step that decided */
	bool authenticated;
	char text[256];	      /* the server's last line, without our secrets */
	const char *step;     /* "connect", "tls", "auth", "mail", "rcpt", "data", "end" */
	size_t max_size;      /* SIZE of the server; 0 not said */
};

/* True when the server took the message for at least one recipient; those with a
 * code of 2xx are in. A password is sent only to a server that offers a login, and
 * over TLS or to loopback; a server that offers none is a failure ("auth"), not a
 * mail without login. The session is kept for the next mail of the same account. */
DP_API bool smtp_send(const struct smtp_request *request, struct smtp_answer *answer,
	struct err *err);

/* Says goodbye on kept connections: before a process ends. Nothing when the module
 * was never loaded. */
DP_API void net_close_idle(void);

/* Digests by libcrypto. `out` has room for the digest's bytes. */
DP_API bool digest_hmac_sha256(struct str key, struct str data, unsigned char out[32],
	struct err *err);
DP_API bool digest_hmac_sha1(struct str key, struct str data, unsigned char out[20],
	struct err *err);
DP_API bool digest_md5(struct str data, unsigned char out[16], struct err *err);
DP_API bool digest_sha256(struct str data, unsigned char out[32], struct err *err);

/* A host name in ASCII (punycode), whatever the locale. False: no such name. */
DP_API bool net_host_to_ascii(const char *host, char ascii[256]);

/* Text codecs, no module needed. */
DP_API void base64_add(struct buf *to, struct str bytes);
DP_API void hex_add(struct buf *to, struct str bytes);
/* Percent-encodes all but unreserved characters. */
DP_API void url_encode_add(struct buf *to, struct str text);

#endif
