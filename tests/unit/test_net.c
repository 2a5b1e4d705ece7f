/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/net/net.h"
#include "tests/unit/lib_peer.h"

static struct peer peer;

/* Each behaviour of the fake server has its own target; "stale" ones are used in
 * the order of the requests that name no other. */
static const char script[] =
	"[{\"match\":\"/ok\",\"headers\":{\"X-One\":\" two \"},\"body\":\"hello\"},"
	""
	"{\"match\":\"/seconds\",\"status\":429,\"headers\":{\"Retry-After\":\"2\"},"
		"\"body\":\"a\"},"
	"{\"match\":\"/date\",\"status\":503,\"headers\":"
	"{\"Retry-After\":\"Fri, 20 Nov 2026 09:36:22 GMT\"},\"body\":\"b\"},"
	"{\"match\":\"/moved\",\"status\":302,\"headers\":{\"Location\":\"/ok\"},\"body\":\"\"},"
	"{\"match\":\"/endless\",\"do\":\"endless\"},"
	"{\"match\":\"/half\",\"do\":\"half\",\"body\":\"0123456789\"},"
	"{\"match\":\"/close\",\"do\":\"close\"},"
	"{\"match\":\"/reset\",\"do\":\"reset\"},"
	"{\"match\":\"/early\",\"do\":\"early_reset\"},"
	"{\"match\":\"/hang\",\"do\":\"hang\"},"
	"{\"match\":\"/stale\",\"do\":\"stale\",\"body\":\"x\"},"
	"{\"match\":\"/refused\",\"status\":400,\"body\":\"no such thing\"}]";

static struct http_request
request_for(const char *path, struct str body, char url[128])
{
	snprintf(url, 128, "http://127.0.0.1:%d%s?token=SECRETtoken", peer.port, path);
	return (struct http_request){ .method = body.p ? "POST" : "GET", .url = url,
		.body = body, .deadline = deadline_in_us(8 * CLOCK_SECOND) };
}

static bool
perform(const char *path, struct str body, struct http_answer *answer, struct err *err)
{
	char url[128];
	struct http_request request = request_for(path, body, url);

	*err = (struct err)ERR_INIT;
	return http_perform(&request, answer, err);
}

static void
answers(void **state)
{
	struct http_answer a;
	struct err err;

	(void)state;
	assert_true(perform("/ok", STR("{}"), &a, &err));
	assert_int_equal(a.status, 200);
	assert_int_equal(a.phase, NET_ANSWERED);
	assert_string_equal(buf_text(&a.body), "hello");
	assert_true(str_is(http_answer_header(&a, "x-ONE"), "two"));
	assert_int_equal(http_answer_header(&a, "x-on").len, 0);
	assert_true(a.retry_after_s < 0);
	http_answer_fini(&a);
	assert_true(perform("/refused", STR("{}"), &a, &err));
	assert_int_equal(a.status, 400);
	assert_string_equal(buf_text(&a.body), "no such thing");
	http_answer_fini(&a);
}

static int64_t
fixed_now(void)
{
	return INT64_C(1795167382) * CLOCK_SECOND - 90 * CLOCK_SECOND; /* 09:34:52 */
}

static void
retry_after(void **state)
{
	struct http_answer a;
	struct err err;

	(void)state;
	assert_true(perform("/seconds", STR("{}"), &a, &err));
	assert_int_equal(a.status, 429);
	assert_true(a.retry_after_s == 2);
	http_answer_fini(&a);
	clock_set_hook(fixed_now);
	assert_true(perform("/date", STR("{}"), &a, &err));
	clock_set_hook(NULL);
	assert_int_equal(a.status, 503);
	assert_true(a.retry_after_s == 90);
	http_answer_fini(&a);
}

static void
redirect_is_not_followed(void **state)
{
	struct http_answer a;
	struct err err;

	(void)state;
	assert_true(perform("/moved", STR("{}"), &a, &err));
	assert_int_equal(a.status, 302);
	http_answer_fini(&a);
}

static void
endless_answer_is_capped(void **state)
{
	struct http_answer a;
	struct err err;

	(void)state;
	assert_true(perform("/endless", STR("{}"), &a, &err));
	assert_true(a.capped);
	assert_int_equal(a.body.len, HTTP_MAX_ANSWER);
	assert_int_equal(a.phase, NET_ANSWERED);
	http_answer_fini(&a);
}

/* Phase of each failure; the URL's secret never in the words. */
static void
phases(void **state)
{
	static const struct {
		const char *path;
		size_t body;
		enum net_phase phase;
		long status;
	} rows[] = {
		{ "/close", 2, NET_BODY_SENT, 0 },
		{ "/close", 300000, NET_BODY_SENT, 0 },
		{ "/reset", 2, NET_BODY_SENT, 0 },
		{ "/half", 2, NET_BODY_SENT, 200 },
		{ "/early", 60 << 20, NET_REFUSED_EARLY, 0 },
	};
	char *big = xcalloc(1, 60 << 20);

	(void)state;
	memset(big, 'x', 60 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_answer a;
		struct err err;

		assert_false(perform(rows[i].path, (struct str){ big, rows[i].body }, &a, &err));
		if (a.phase != rows[i].phase)
			fail_msg("%s: phase %d, wanted %d", rows[i].path, a.phase, rows[i].phase);
		assert_int_equal(a.status, rows[i].status);
		assert_int_equal(err.code, ERR_CONNECT);
		assert_non_null(strstr(err.msg, "127.0.0.1"));
		assert_null(strstr(err.msg, "SECRET"));
		assert_null(strstr(err.msg, rows[i].path));
		http_answer_fini(&a);
	}
	free(big);
}

static void
nothing_sent(void **state)
{
	struct http_answer a;
	struct err err = ERR_INIT;
	static const struct {
		const char *url;
		enum err_code code;
		const char *words;
	} rows[] = {
		{ "http://127.0.0.1:1/SECRET", ERR_CONNECT, "Connection refused" },
		{ "https://no-such-host.invalid/SECRET", ERR_CONNECT, "no-such-host.invalid" },
		{ "http://example.invalid/SECRET", ERR_INPUT, "plain http" },
		{ "http://127.0.0.1.example.invalid/SECRET", ERR_INPUT, "plain http" },
		{ "ftp://127.0.0.1/SECRET", ERR_INPUT, "neither https nor http" },
		{ "file:///etc/SECRET", ERR_INPUT, "" },
		{ "not a SECRET url", ERR_INPUT, "not valid" },
		{ "", ERR_INPUT, "not valid" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request r = { .method = "POST", .url = rows[i].url, .body = STR("{}"),
			.deadline = deadline_in_us(8 * CLOCK_SECOND) };

		assert_false(http_perform(&r, &a, &err));
		assert_int_equal(a.phase, NET_NOT_CONNECTED);
		assert_int_equal(err.code, rows[i].code);
		assert_null(strstr(err.msg, "SECRET"));
		if (!strstr(err.msg, rows[i].words))
			fail_msg("'%s' without '%s'", err.msg, rows[i].words);
		http_answer_fini(&a);
	}
}

static void
header_with_line_break_is_refused(void **state)
{
	static const char *const headers[] = { "X-A: 1\r\nX-B: 2", NULL };
	char url[128];
	struct http_request r = request_for("/ok", STR("{}"), url);
	struct http_answer a;
	struct err err = ERR_INIT;

	(void)state;
	r.headers = headers;
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(err.code, ERR_INPUT);
	http_answer_fini(&a);
}

static volatile int cancelled;

static void
cancel(int sig)
{
	cancelled = sig;
}

static void
deadline_and_cancel(void **state)
{
	char url[128];
	struct http_request r = request_for("/hang", STR("{}"), url);
	struct http_answer a;
	struct err err = ERR_INIT;
	int64_t start = clock_mono_us();

	(void)state;
	r.deadline = deadline_in_us(400000);
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(a.phase, NET_BODY_SENT);
	assert_in_range(clock_mono_us() - start, 400000, 1400000);
	http_answer_fini(&a);

	signal(SIGALRM, cancel);
	ualarm(300000, 0);
	r.deadline = deadline_in_us(8 * CLOCK_SECOND);
	r.deadline.cancelled = &cancelled;
	start = clock_mono_us();
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(a.phase, NET_BODY_SENT);
	assert_in_range(clock_mono_us() - start, 250000, 1300000);
	http_answer_fini(&a);
}

/* A kept connection that the server closed meanwhile is noticed and replaced; one
 * that dies under a POST is an outcome, never a second POST. */
static void
post_is_never_repeated(void **state)
{
	struct http_answer a;
	struct err err;
	cJSON *records;
	int seen = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(perform("/stale", STR("{}"), &a, &err));
		http_answer_fini(&a);
		usleep(20000);
	}
	assert_true(perform("/ok", STR("one"), &a, &err));
	http_answer_fini(&a);
	assert_false(perform("/close", STR("two"), &a, &err));
	assert_int_equal(a.phase, NET_BODY_SENT);
	http_answer_fini(&a);
	records = peer_records(&peer);
	for (cJSON *r = records->child; r; r = r->next)
		if (strcmp(cJSON_GetObjectItem(r, "body")->valuestring, "two") == 0)
			seen++;
	assert_int_equal(seen, 1);
	cJSON_Delete(records);
}

static void
connection_is_kept(void **state)
{
	struct http_answer a;
	struct err err;
	cJSON *records, *last, *before;
	int n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(perform("/ok", STR("{}"), &a, &err));
		http_answer_fini(&a);
	}
	records = peer_records(&peer);
	n = cJSON_GetArraySize(records);
	last = cJSON_GetObjectItem(cJSON_GetArrayItem(records, n - 1), "connection");
	before = cJSON_GetObjectItem(cJSON_GetArrayItem(records, n - 2), "connection");
	assert_int_equal(last->valueint, before->valueint);
	cJSON_Delete(records);
}

static bool
count_bytes(void *context, struct str bytes, struct err *err)
{
	size_t *seen = context;

	*seen += bytes.len;
	return *seen < 1000000 ? true : err_set(err, ERR_LIMIT, "enough");
}

static void
streaming(void **state)
{
	char url[128];
	struct http_request r = request_for("/endless", STR_NONE, url);
	struct http_answer a;
	struct err err = ERR_INIT;
	size_t seen = 0;

	(void)state;
	r.on_data = count_bytes;
	r.context = &seen;
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(seen >= 1000000);
	assert_int_equal(a.body.len, 0);
	http_answer_fini(&a);
}

static void
tls_is_verified(void **state)
{
	char folder[64], cert[80], key[80], url[64];
	const char *extra[] = { "--tls", cert, key, NULL };
	struct peer secure;
	struct http_request r = { .method = "POST", .url = url, .body = STR("{}"),
		.deadline = deadline_in_us(8 * CLOCK_SECOND) };
	struct http_answer a;
	struct err err = ERR_INIT;

	(void)state;
	peer_certificate(folder);
	snprintf(cert, sizeof(cert), "%s/cert.pem", folder);
	snprintf(key, sizeof(key), "%s/key.pem", folder);
	peer_start(&secure, "peer_http.py", "[]", extra);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/x", secure.port);
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(a.phase, NET_NOT_CONNECTED);
	assert_non_null(strstr(err.msg, "certificate"));
	http_answer_fini(&a);
	r.ca_file = cert;
	assert_true(http_perform(&r, &a, &err));
	assert_string_equal(buf_text(&a.body), "ok");
	http_answer_fini(&a);
	peer_stop(&secure);
	unlink(cert);
	unlink(key);
	rmdir(folder);
}

static void
digests_and_codecs(void **state)
{
	unsigned char out[32];
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	(void)state;
	/* channels.md 1.2, 2.2, 3.2 */
	assert_true(digest_hmac_sha256(STR("SECdemo0123456789abcdef"),
		STR("1700000000000\nSECdemo0123456789abcdef"), out, &err));
	base64_add(&b, (struct str){ (char *)out, 32 });
	assert_string_equal(buf_text(&b), "uqqEBgsZDZ7Tr5zHangyqJmCFGh6+zk54sU2uRKcDZQ=");
	buf_clear(&b);
	url_encode_add(&b, STR("uqqE+/=~ é"));
	assert_string_equal(buf_text(&b), "uqqE%2B%2F%3D~%20%C3%A9");
	buf_clear(&b);
	assert_true(digest_hmac_sha256(STR("1599360473\ndemo"), STR_NONE, out, &err));
	base64_add(&b, (struct str){ (char *)out, 32 });
	assert_string_equal(buf_text(&b), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
	buf_clear(&b);
	assert_true(digest_md5(STR("hello"), out, &err));
	hex_add(&b, (struct str){ (char *)out, 16 });
	assert_string_equal(buf_text(&b), "5d41402abc4b2a76b9719d911017c592");
	buf_clear(&b);
	assert_true(digest_sha256(STR("abc"), out, &err));
	hex_add(&b, (struct str){ (char *)out, 32 });
	assert_string_equal(buf_text(&b),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	buf_clear(&b);
	/* RFC 2202, test case 2 */
	assert_true(digest_hmac_sha1(STR("Jefe"), STR("what do ya want for nothing?"), out, &err));
	hex_add(&b, (struct str){ (char *)out, 20 });
	assert_string_equal(buf_text(&b), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	buf_clear(&b);
	base64_add(&b, STR("hello"));
	base64_add(&b, STR("h"));
	base64_add(&b, STR(""));
	assert_string_equal(buf_text(&b), "aGVsbG8=aA==");
	buf_fini(&b);
}

/* The environment's proxy counts, but never for loopback. */
static void
proxy_of_the_environment(void **state)
{
	struct http_request r = { .method = "POST", .url = "http://far.example.invalid/ok?token=x",
		.body = STR("{}"), .allow_http = true,
			.deadline = deadline_in_us(8 * CLOCK_SECOND) };
	struct http_answer a;
	struct err err = ERR_INIT;
	char proxy[64];
	cJSON *records;

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", peer.port);
	setenv("http_proxy", proxy, 1);
	assert_true(http_perform(&r, &a, &err));
	assert_string_equal(buf_text(&a.body), "hello");
	http_answer_fini(&a);
	records = peer_records(&peer);
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(records,
		cJSON_GetArraySize(records) - 1), "target")->valuestring,
		"http://far.example.invalid/ok?token=x");
	cJSON_Delete(records);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_true(perform("/ok", STR("{}"), &a, &err));
	http_answer_fini(&a);
	assert_false(http_perform(&r, &a, &err));
	assert_int_equal(a.phase, NET_NOT_CONNECTED);
	http_answer_fini(&a);
	unsetenv("http_proxy");
}

static int
start(void **state)
{
	(void)state;
	peer_start(&peer, "peer_http.py", script, NULL);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	peer_stop(&peer);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(retry_after),
		cmocka_unit_test(redirect_is_not_followed),
		cmocka_unit_test(endless_answer_is_capped),
		cmocka_unit_test(phases),
		cmocka_unit_test(nothing_sent),
		cmocka_unit_test(header_with_line_break_is_refused),
		cmocka_unit_test(deadline_and_cancel),
		cmocka_unit_test(post_is_never_repeated),
		cmocka_unit_test(connection_is_kept),
		cmocka_unit_test(streaming),
		cmocka_unit_test(tls_is_verified),
		cmocka_unit_test(proxy_of_the_environment),
		cmocka_unit_test(digests_and_codecs),
	};

	return cmocka_run_group_tests_name("net", tests, start, stop);
}
