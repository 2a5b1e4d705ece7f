/* SPDX-License-Identifier: MIT */
#include "src/net/module/transfer.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdio.h>
#include <string.h>

#include "src/base/module.h"

#define CA_FOLDER "/etc/ssl/certs"
#define POLL_MS 200 /* how soon a cancel is seen */

static CURLM *multi;

void
sigpipe_ignore(struct sigpipe_guard *guard)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, &guard->before);
}

void
sigpipe_restore(const struct sigpipe_guard *guard)
{
	sigaction(SIGPIPE, &guard->before, NULL);
}

bool
host_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char bare[64];
	size_t len = strlen(host);

	if (str_equal_nocase(str_from(host), STR("localhost")))
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (len > 2 && len < sizeof(bare) && host[0] == '[' && host[len - 1] == ']') {
		memcpy(bare, host + 1, len - 2);
		bare[len - 2] = '\0';
		host = bare;
	}
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool
text_is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

bool
host_to_ascii(const char *host, char ascii[256])
{
	char *converted = NULL;
	bool fits;

	if (text_is_ascii(str_from(host)))
		return snprintf(ascii, 256, "%s", host) < 256;
	if (idn2_lookup_u8((const uint8_t *)host, (uint8_t **)&converted,
			IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	fits = strlen(converted) < 256;
	if (fits)
		snprintf(ascii, 256, "%s", converted);
	idn2_free(converted);
	return fits;
}

static bool
multi_open(struct err *err)
{
	if (multi)
		return true;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(multi = curl_multi_init()))
		return err_set(err, ERR_INTERNAL, "libcurl could not start");
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 16L);
	return true;
}

/* What the first transfer would do: libcurl and TLS set themselves up. */
static void
warm(void)
{
	struct err ignored = ERR_INIT;

	multi_open(&ignored);
}

CURL *
transfer_new(struct err *err)
{
	CURL *easy = multi_open(err) ? curl_easy_init() : NULL;

	if (!easy && multi)
		err_set(err, ERR_INTERNAL, "libcurl could not start");
	return easy;
}

void
transfer_setup(CURL *easy, const char *ca_file, const struct endpoint *to,
	char detail[CURL_ERROR_SIZE])
{
	detail[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, TRANSFER_CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, 30L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, TRANSFER_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* The hashed folder is read only where needed; a bundle costs 24 ms to load. */
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, ca_file ? NULL : CA_FOLDER);
	if (to->is_loopback)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

static bool
finished(CURL *easy, CURLcode *rc)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)))
		if (message->msg == CURLMSG_DONE && message->easy_handle == easy) {
			*rc = message->data.result;
			return true;
		}
	return false;
}

bool
transfer_run(CURL *easy, const struct deadline *deadline, CURLcode *rc, struct err *err)
{
	int running = 0;

	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		return err_set(err, ERR_INTERNAL, "libcurl refused a transfer");
	for (;;) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return err_set(err, ERR_INTERNAL, "libcurl failed in a transfer");
		if (finished(easy, rc))
			return true;
		if (deadline_is_cancelled(deadline))
			return err_set(err, ERR_CANCELLED, "cancelled");
		if (deadline_left_us(deadline) == 0)
			return err_set(err, ERR_TIMEOUT, "no answer in time");
		curl_multi_poll(multi, NULL, 0, deadline_poll_ms(deadline, POLL_MS), NULL);
	}
}

void
transfer_remove(CURL *easy)
{
	curl_multi_remove_handle(multi, easy);
}

static bool
explain_tls(CURLcode rc, const struct endpoint *to, const char *detail, struct err *err)
{
	if (rc == CURLE_SSL_CACERT_BADFILE) {
		err_set(err, ERR_CONFIG, "the CA file for %s cannot be read", to->host);
		return err_hint(err, "ca_file must name a readable PEM file");
	}
	err_set(err, ERR_CONNECT, "no secure connection to %s:%d: %s", to->host, to->port,
		*detail ? detail : curl_easy_strerror(rc));
	if (rc == CURLE_PEER_FAILED_VERIFICATION) {
		err->code = ERR_CONFIG;
		return err_hint(err, "its certificate is not trusted here: install its CA "
			"(update-ca-certificates) or give ca_file where there is one");
	}
	return err_hint(err, "is this the port for TLS?");
}

bool
transfer_explain(CURLcode rc, CURL *easy, const struct endpoint *to, const char *detail,
	struct err *err)
{
	long os_errno = 0;

	switch ((int)rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		err_set(err, ERR_CONNECT, "%s", *detail ? detail : curl_easy_strerror(rc));
		return err_hint(err, "check the name, and DNS on this host");
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
		return err_set(err, ERR_CONNECT, "cannot connect to %s:%d%s%s", to->host, to->port,
			os_errno ? ": " : "", os_errno ? strerror((int)os_errno) : "");
	case CURLE_PROXY:
		return err_set(err, ERR_CONNECT, "the proxy did not connect to %s:%d", to->host,
			to->port);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED:
		return explain_tls(rc, to, detail, err);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(err, ERR_TIMEOUT, "%s:%d did not answer in time", to->host,
			to->port);
	default:
		return err_set(err, ERR_CONNECT, "%s:%d: %s", to->host, to->port,
			curl_easy_strerror(rc));
	}
}

static const struct net_ops net_module_ops = {
	.warm = warm,
	.http = net_http,
	.smtp = net_smtp,
	.hmac = net_hmac,
	.digest = net_digest,
	.host_to_ascii = host_to_ascii,
	.close_idle = net_smtp_close_idle,
};

DP_MODULE(net, &net_module_ops);
