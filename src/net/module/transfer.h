/* SPDX-License-Identifier: MIT */
/* The one multi handle of this process and what HTTP and SMTP share of it: trust,
 * time limits, waiting with cancellation, and words for what went wrong. The multi
 * handle owns the kept connections; easy handles belong to the callers. */
#ifndef DP_NET_MODULE_TRANSFER_H
#define DP_NET_MODULE_TRANSFER_H

#include <curl/curl.h>
#include <signal.h>

#include "src/net/ops.h"

#define TRANSFER_CONNECT_MS 15000L /* to connect and shake hands, at most */
#define TRANSFER_IDLE_S 20L	   /* an older idle connection is not used again */

/* "host:port", for errors. */
struct endpoint {
	char host[256];
	int port;
	bool is_loopback;
};

/* While libcurl works SIGPIPE is ignored: OpenSSL writes without MSG_NOSIGNAL. */
struct sigpipe_guard {
	struct sigaction before;
};
void sigpipe_ignore(struct sigpipe_guard *guard);
void sigpipe_restore(const struct sigpipe_guard *guard);

bool host_is_loopback(const char *host);
bool text_is_ascii(struct str text);
/* A host name in ASCII (punycode), whatever the locale: libcurl itself converts by
 * the locale's character set, which in cron is none. False: no such name. */
bool host_to_ascii(const char *host, char ascii[256]);
/* A new handle, or NULL with err. */
CURL *transfer_new(struct err *err);
/* Trust, limits and quiet behaviour, on a fresh or reset handle. `detail` gets
 * libcurl's words and must live as long as the transfer. */
void transfer_setup(CURL *easy, const char *ca_file, const struct endpoint *to,
	char detail[CURL_ERROR_SIZE]);
/* Adds the handle to the multi and works until it is done (true, its result in
 * *rc), or until the deadline or a cancel (false, ERR_TIMEOUT or ERR_CANCELLED).
 * Either way transfer_remove must follow. */
bool transfer_run(CURL *easy, const struct deadline *deadline, CURLcode *rc, struct err *err);
void transfer_remove(CURL *easy);
/* Words for a result; the host is named, the URL never. Returns false. */
bool transfer_explain(CURLcode rc, CURL *easy, const struct endpoint *to, const char *detail,
	struct err *err);

#endif
