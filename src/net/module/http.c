/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/net/module/transfer.h"

#define MAX_HEADERS ((size_t)32 << 10)
#define USER_AGENT "dpstudio/" DP_VERSION

/* One request under way. */
struct exchange {
	const struct http_request *request;
	struct http_answer *answer;
	struct err *err;
	CURL *easy;
	struct endpoint to;
	struct curl_slist *headers;
	char detail[CURL_ERROR_SIZE];
	size_t max_answer;
	bool is_started; /* libcurl was about to write the request */
	bool is_lost;	 /* a kept connection died under it */
	bool is_stopped; /* by on_data */
};

/* Kept between calls with its TLS sessions; used by one call at a time. */
static CURL *spare;

static bool
is_repeatable(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* Called before each writing of the request. libcurl writes it a second time when a
 * kept connection turns out to be dead. When something of it had gone out, that could
 * double a message. */
static int
before_request(void *context, char *remote, char *local, int remote_port, int local_port)
{
	struct exchange *x = context;
	long written = 0;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	x->is_started = true;
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &written);
	x->is_lost = written > 0 && !is_repeatable(x->request->method);
	return x->is_lost ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t
take_header(char *p, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	struct str line = { p, size * count };
	size_t room = MAX_HEADERS - x->answer->headers.len;

	if (str_starts(line, STR("HTTP/"))) {
		buf_clear(&x->answer->headers);
		room = MAX_HEADERS;
	}
	if (line.len <= room)
		buf_add_str(&x->answer->headers, line);
	return line.len;
}

static size_t
take_body(char *p, size_t size, size_t count, void *context)
{
	struct exchange *x = context;
	size_t len = size * count, room = x->max_answer - x->answer->body.len;
	long status = 0;

	if (x->request->on_data) {
		curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
		if (status / 100 == 2) {
			x->is_stopped = !x->request->on_data(x->request->context,
				(struct str){ p, len }, x->err);
			return x->is_stopped ? CURL_WRITEFUNC_ERROR : len;
		}
	}
	buf_add(&x->answer->body, p, len < room ? len : room);
	x->answer->capped = len > room;
	return x->answer->capped ? CURL_WRITEFUNC_ERROR : len;
}

/* Seconds of Retry-After, which is a number or a date; < 0 when there is none. */
static double
retry_after(const struct http_answer *answer)
{
	struct str value = http_answer_header(answer, "Retry-After");
	char text[64];
	double seconds;
	time_t date;
	char *end;

	if (value.len == 0 || value.len >= sizeof(text))
		return -1;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	if (text[0] >= '0' && text[0] <= '9') {
		seconds = strtod(text, &end);
		if (*end == '\0')
			return seconds;
	}
	date = curl_getdate(text, NULL);
	if (date == (time_t)-1)
		return -1;
	seconds = (double)date - (double)clock_now_us() / (double)CLOCK_SECOND;
	return seconds > 0 ? seconds : 0;
}

static bool
read_endpoint(CURLU *url, const struct http_request *request, struct endpoint *to,
	struct err *err)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	char ascii[256];
	bool ok = false;

	if (curl_url_set(url, CURLUPART_URL, request->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
		strlen(host) >= sizeof(to->host)) {
		err_set(err, ERR_INPUT, "the URL is not valid");
		err_hint(err, "it reads https://host/path");
		goto out;
	}
	memcpy(to->host, host, strlen(host) + 1);
	if (host_to_ascii(host, ascii) && strcmp(ascii, host) != 0)
		curl_url_set(url, CURLUPART_HOST, ascii, 0);
	to->port = (int)strtol(port, NULL, 10);
	to->is_loopback = host_is_loopback(host);
	if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0) {
		err_set(err, ERR_INPUT, "the URL of %s is neither https nor http", host);
	} else if (strcmp(scheme, "http") == 0 && !to->is_loopback && !request->allow_http) {
		err_set(err, ERR_INPUT, "the URL of %s is plain http", host);
		err_hint(err, "use https; plain http needs allow_http=true");
	} else {
		ok = true;
	}
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return ok;
}

static bool
add_header(struct exchange *x, const char *line)
{
	struct curl_slist *list = curl_slist_append(x->headers, line);

	if (list)
		x->headers = list;
	return list != NULL;
}

static bool
collect_headers(struct exchange *x)
{
	bool has_type = false;

	for (const char *const *h = x->request->headers; h && *h; h++) {
		if (strpbrk(*h, "\r\n"))
			return err_set(x->err, ERR_INPUT, "a header of the request holds a line "
				"break");
		has_type |= str_equal_nocase(str_slice(str_from(*h), 0, 13), STR("Content-Type:"));
		if (!add_header(x, *h))
			return err_set(x->err, ERR_INTERNAL, "libcurl refused a header");
	}
	add_header(x, "Expect:");
	if (!has_type)
		add_header(x, "Content-Type:");
	return true;
}

static void
set_method(CURL *easy, const char *method, struct str body)
{
	bool is_post = strcmp(method, "POST") == 0;

	if (strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (is_post || body.len > 0) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.len ? body.p : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	}
	if (!is_post && (body.len > 0 || strcmp(method, "GET") != 0))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void
set_options(struct exchange *x, CURLU *url)
{
	const struct http_request *request = x->request;
	CURL *easy = x->easy;

	transfer_setup(easy, request->ca_file, &x->to, x->detail);
	curl_easy_setopt(easy, CURLOPT_CURLU, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	/* One request a connection at a time: phases stay exact. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
	if (request->user) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD,
			request->password ? request->password : "");
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	}
	set_method(easy, request->method, request->body);
}

/* How far a request came that has no whole answer. */
static enum net_phase
phase_reached(const struct exchange *x)
{
	curl_off_t sent = 0;
	long request_bytes = 0;

	if (!x->is_started)
		return NET_NOT_CONNECTED;
	if (x->is_lost) /* how much of it had arrived, libcurl no longer knows */
		return NET_BODY_SENT;
	curl_easy_getinfo(x->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	if (request_bytes == 0 || (size_t)sent < x->request->body.len)
		return NET_REFUSED_EARLY;
	return NET_BODY_SENT;
}

static bool
run(struct exchange *x)
{
	struct http_answer *answer = x->answer;
	struct err failure = ERR_INIT;
	CURLcode rc = CURLE_OK;
	bool done = transfer_run(x->easy, &x->request->deadline, &rc, &failure);

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &answer->status);
	answer->retry_after_s = retry_after(answer);
	if (done && (rc == CURLE_OK || answer->capped)) {
		answer->phase = NET_ANSWERED;
		return true;
	}
	answer->phase = phase_reached(x);
	if (x->is_stopped)
		return false;
	if (!done) {
		*x->err = failure;
		return err_wrap(x->err, "%s:%d", x->to.host, x->to.port);
	}
	if (x->is_lost)
		return err_set(x->err, ERR_CONNECT, "%s:%d closed the connection without an answer",
			x->to.host, x->to.port);
	return transfer_explain(rc, x->easy, &x->to, x->detail, x->err);
}

bool
net_http(const struct http_request *request, struct http_answer *answer, struct err *err)
{
	struct exchange x = { .request = request, .answer = answer, .err = err };
	struct sigpipe_guard guard;
	CURLU *url = NULL;
	bool ok = false;

	x.max_answer = request->max_answer ? request->max_answer : HTTP_MAX_ANSWER;
	answer->body.ceiling = x.max_answer;
	sigpipe_ignore(&guard);
	x.easy = spare ? spare : transfer_new(err);
	spare = NULL;
	if (!x.easy)
		goto out;
	url = curl_url();
	if (!url || !read_endpoint(url, request, &x.to, err) || !collect_headers(&x))
		goto out;
	set_options(&x, url);
	ok = run(&x);
	transfer_remove(x.easy);
out:
	curl_slist_free_all(x.headers);
	if (x.easy) {
		curl_easy_reset(x.easy);
		spare = x.easy;
	}
	curl_url_cleanup(url);
	sigpipe_restore(&guard);
	return ok;
}
