/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "src/base/json.h"
#include "src/source/maxcompute.h"

#define AGENT "dpstudio/" DP_VERSION
#define MAX_ERROR_TEXT ((size_t)64 << 10)
#define TRIES 5
#define FIRST_PAUSE_US (CLOCK_SECOND / 10)
#define MAX_ARGS 12

static int
compare_args(const void *a, const void *b)
{
	return strcmp(((const struct mc_arg *)a)->name, ((const struct mc_arg *)b)->name);
}

void
mc_text_to_sign(struct buf *to, const struct mc_request *request, const char *date,
	const char *const *x_headers, size_t x_count)
{
	struct mc_arg args[MAX_ARGS];
	size_t n = request->arg_count < MAX_ARGS ? request->arg_count : MAX_ARGS;

	if (n)
		memcpy(args, request->args, n * sizeof(*args));
	qsort(args, n, sizeof(*args), compare_args);
	buf_addf(to, "%s\n\n%s\n%s\n", request->method,
		request->content_type ? request->content_type : "", date);
	for (size_t i = 0; i < x_count; i++) {
		const char *colon = strchr(x_headers[i], ':');

		buf_add(to, x_headers[i], (size_t)(colon - x_headers[i]) + 1);
		buf_add_str(to, str_trim(str_from(colon + 1)));
		buf_addc(to, '\n');
	}
	buf_adds(to, request->path);
	for (size_t i = 0; i < n; i++)
		buf_addf(to, "%c%s%s%s", i ? '&' : '?', args[i].name, *args[i].value ? "=" : "",
			args[i].value);
}

bool
mc_authorization(struct buf *to, struct str text, const char *id, const char *key,
	const char *region, const char *day, struct err *err)
{
	char *first = xasprintf("aliyun_v4%s", key);
	struct str parts[] = { str_from(day), str_from(region), STR("odps"),
		STR("aliyun_v4_request") };
	struct str secret = str_from(key);
	unsigned char chain[32], next[32], signature[20];
	bool good = true;

	if (*region) {
		secret = str_from(first);
		for (size_t i = 0; good && i < ARRAY_LEN(parts); i++) {
			good = digest_hmac_sha256(secret, parts[i], next, err);
			memcpy(chain, next, sizeof(chain));
			secret = (struct str){ (const char *)chain, sizeof(chain) };
		}
	}
	good = good && digest_hmac_sha1(secret, text, signature, err);
	if (good) {
		buf_addf(to, "ODPS %s", id);
		if (*region)
			buf_addf(to, "/%s/%s/odps/aliyun_v4_request", day, region);
		buf_addc(to, ':');
		base64_add(to, (struct str){ (const char *)signature, sizeof(signature) });
	}
	explicit_bzero(first, strlen(first));
	explicit_bzero(chain, sizeof(chain));
	free(first);
	return good;
}

/* RFC 1123 in English whatever the locale, and YYYYMMDD. */
static void
write_date(const struct mc *mc, char date[40], char day[12])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = (time_t)((clock_now_us() + mc->skew_us) / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&now, &tm);
	snprintf(date, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday % 7],
		tm.tm_mday % 100, months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000,
		tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
	snprintf(day, 12, "%04d%02d%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
		tm.tm_mday % 100);
}

/* The Date header of an answer, microseconds since 1970; 0 when it is none. */
static int64_t
read_date(struct str text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char copy[40], name[4] = "";
	const char *at;
	int day, year, hour, minute, second;
	struct date date;

	if (text.len < 20 || text.len >= sizeof(copy))
		return 0;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	at = strchr(copy, ',');
	if (!at || sscanf(at + 1, " %2d %3s %4d %2d:%2d:%2d", &day, name, &year, &hour, &minute,
			   &second) != 6 || strlen(name) != 3 || !strstr(months, name))
		return 0;
	date = (struct date){ year, (int)(strstr(months, name) - months) / 3 + 1, day };
	if (!date_is_valid(date))
		return 0;
	return ((date_to_days(date) * 24 + hour) * 60 + minute) * 60 * CLOCK_SECOND +
	       second * CLOCK_SECOND;
}

static void
make_url(struct buf *url, const struct mc_request *request)
{
	buf_adds(url, request->base);
	for (struct str rest = str_from(request->path); rest.len;) {
		size_t slash = str_find(rest, STR("/"), 1);
		size_t end = slash == SIZE_MAX ? rest.len : slash;

		buf_addc(url, '/');
		url_encode_add(url, str_slice(rest, 1, end));
		rest = str_slice(rest, end, rest.len);
	}
	for (size_t i = 0; i < request->arg_count; i++) {
		buf_addf(url, "%c%s", i ? '&' : '?', request->args[i].name);
		if (*request->args[i].value) {
			buf_addc(url, '=');
			url_encode_add(url, str_from(request->args[i].value));
		}
	}
}

/* One signed request as it is now. */
static bool
send_once(struct mc *mc, const struct mc_request *r, const struct deadline *deadline,
	struct http_answer *answer, struct err *err)
{
	const struct settings *s = &mc->settings;
	const char *x_headers[2] = { NULL, NULL }, *headers[8] = { NULL };
	struct buf text = BUF_INIT, auth = BUF_INIT, url = BUF_INIT;
	char date[40], day[12], date_line[60], type_line[80], *sts = NULL;
	size_t n = 0, x_count = 0;
	bool done = false;

	write_date(mc, date, day);
	snprintf(date_line, sizeof(date_line), "Date: %s", date);
	snprintf(type_line, sizeof(type_line), "Content-Type: %s",
		r->content_type ? r->content_type : "");
	if (r->x_header) /* "x-odps-tunnel-version" sorts before "x-odps-user-agent" */
		x_headers[x_count++] = r->x_header;
	x_headers[x_count++] = "x-odps-user-agent: " AGENT;
	mc_text_to_sign(&text, r, date, x_headers, x_count);
	buf_adds(&auth, "Authorization: ");
	if (!mc_authorization(&auth, buf_str(&text), settings_get(s, "access_id"),
		    settings_get(s, "access_key"), mc->no_v4 ? "" : settings_get(s, "region"), day,
		    err))
		goto out;
	make_url(&url, r);
	headers[n++] = date_line;
	if (r->content_type)
		headers[n++] = type_line;
	for (size_t i = 0; i < x_count; i++)
		headers[n++] = x_headers[i];
	headers[n++] = buf_text(&auth);
	if (settings_has(s, "sts_token")) {
		sts = xasprintf("authorization-sts-token: %s", settings_get(s, "sts_token"));
		headers[n++] = sts;
	}
	done = http_perform(&(struct http_request){ .method = r->method,
				    .url = buf_text(&url),
				    .headers = headers,
				    .body = r->body,
				    .ca_file = settings_has(s, "sslrootcert") ?
					    settings_get(s, "sslrootcert") : NULL,
				    .allow_http = settings_bool(s, "allow_http", false),
				    .max_answer = r->max_answer ? r->max_answer : MAX_ERROR_TEXT,
				    .deadline = *deadline,
				    .on_data = r->on_data,
				    .context = r->context },
		answer, err);
out:
	if (sts)
		explicit_bzero(sts, strlen(sts));
	free(sts);
	buf_fini(&text);
	buf_fini(&auth);
	buf_fini(&url);
	return done;
}

void
mc_sleep(const struct deadline *deadline, int64_t us)
{
	struct deadline until = deadline_in_us(us);

	if (deadline->at_us < until.at_us)
		until.at_us = deadline->at_us;
	while (!deadline_is_cancelled(deadline) && deadline_left_us(&until) > 0)
		poll(NULL, 0, deadline_poll_ms(&until, 100));
}

/* Code and message of an error body, XML or JSON; false when it is neither. */
static bool
read_error(struct arena *arena, struct str body, struct str *code, struct str *message)
{
	struct err ignored = ERR_INIT;
	const struct xml_item *found;
	struct xml_item *items;
	const char *text;
	size_t count;
	cJSON *json;

	*code = *message = STR_NONE;
	body = str_trim(body);
	if (body.len && body.p[0] == '{' && (json = json_parse(body, &ignored))) {
		text = cJSON_GetStringValue(cJSON_GetObjectItem(json, "Code"));
		*code = arena_str(arena, str_from(text));
		text = cJSON_GetStringValue(cJSON_GetObjectItem(json, "Message"));
		*message = arena_str(arena, str_from(text));
		cJSON_Delete(json);
	} else if (body.len && body.p[0] == '<' && xml_read(arena, body, &items, &count, &ignored)) {
		found = xml_find(items, count, "Error/Code");
		*code = found ? found->text : STR_NONE;
		found = xml_find(items, count, "Error/Message");
		*message = found ? found->text : STR_NONE;
	}
	return code->len > 0 || message->len > 0;
}

static enum err_code
code_of(struct str code, long status)
{
	static const struct {
		const char *word;
		enum err_code is;
	} codes[] = {
		{ "NoSuchProject", ERR_CONNECT },
		{ "Unauthorized", ERR_CONNECT },
		{ "AuthorizationRequired", ERR_CONNECT },
		{ "AuthenticationRequestExpired", ERR_CONNECT },
		{ "SignatureNotMatch", ERR_CONNECT },
		{ "RequestTimeTooSkew", ERR_CONNECT },
		{ "InternalServerError", ERR_CONNECT },
		{ "QPSExceeded", ERR_CONNECT },
		{ "FlowExceeded", ERR_CONNECT },
		{ "SlotExceeded", ERR_CONNECT },
		{ "ODPS-0410", ERR_CONNECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_find(code, str_from(codes[i].word), 0) != SIZE_MAX)
			return codes[i].is;
	return status == 401 || status >= 500 ? ERR_CONNECT : ERR_SQL;
}

static bool
fail_answer(const struct http_answer *answer, struct str code, struct str message, struct err *err)
{
	message = str_slice(message, 0, 300);
	if (code.len == 0 && message.len == 0) {
		err_set(err, ERR_CONNECT, "HTTP status %ld without MaxCompute's own words",
			answer->status);
		return err_hint(err, "check endpoint: https://service.REGION.maxcompute.aliyun.com/api");
	}
	return err_set(err, code_of(code, answer->status), "%.*s%s%.*s", STR_ARG(code),
		code.len && message.len ? ": " : "", STR_ARG(message));
}

/* Changes what can be changed after a refusal; false when that is nothing. */
static bool
adapt(struct mc *mc, const struct http_answer *answer, struct str code, struct str message)
{
	static const char *const old[] = { "need ak v3 support", "accesskey acl denied",
		"invalid or missing" };
	bool wants_v2 = str_find(code, STR("ODPS-0410051"), 0) != SIZE_MAX;
	int64_t theirs;

	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		wants_v2 = wants_v2 || str_find(message, str_from(old[i]), 0) != SIZE_MAX;
	if (wants_v2 && !mc->no_v4 && settings_has(&mc->settings, "region")) {
		mc->no_v4 = true;
		return true;
	}
	theirs = read_date(http_answer_header(answer, "Date"));
	if (str_find(code, STR("RequestTimeTooSkew"), 0) != SIZE_MAX && theirs && !mc->skew_us) {
		mc->skew_us = theirs - clock_now_us();
		return true;
	}
	return false;
}

static bool
may_repeat(const struct mc_request *r, const struct http_answer *answer)
{
	return strcmp(r->method, "POST") != 0 && answer->status >= 502 && answer->status <= 504;
}

bool
mc_send(struct mc *mc, const struct mc_request *request, const struct deadline *deadline,
	struct http_answer *answer, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	int64_t pause = FIRST_PAUSE_US;
	struct err failure = ERR_INIT;
	struct str code, message;
	bool done = false, again = true;

	for (int i = 0; again && i < TRIES; i++, pause *= 2) {
		if (i > 0)
			http_answer_fini(answer);
		*answer = (struct http_answer){ .status = 0 };
		again = false;
		if (!source_check_deadline(deadline, &failure) ||
			!send_once(mc, request, deadline, answer, &failure))
			break;
		done = answer->status / 100 == 2;
		if (done)
			break;
		read_error(&scratch, buf_str(&answer->body), &code, &message);
		fail_answer(answer, code, message, &failure);
		again = adapt(mc, answer, code, message);
		if (!again && may_repeat(request, answer)) {
			again = true;
			mc_sleep(deadline, pause);
		}
	}
	arena_fini(&scratch);
	if (!done)
		*err = failure;
	return done;
}

/* "[line,column]" behind the code. */
static bool
read_place(struct str text, int *line, int *column)
{
	size_t at = str_find(text, STR(":["), 0), end;
	char place[32];

	end = at == SIZE_MAX ? SIZE_MAX : str_find(text, STR("]"), at);
	if (end == SIZE_MAX || end - at >= sizeof(place))
		return false;
	memcpy(place, text.p + at + 2, end - at - 2);
	place[end - at - 2] = '\0';
	return sscanf(place, "%9d,%9d", line, column) == 2;
}

bool
mc_fail_task(struct err *err, struct str text, struct str sql)
{
	struct arena scratch = ARENA_INIT;
	struct str code, message;
	int line, column;
	size_t eol;

	if (read_error(&scratch, text, &code, &message))
		text = message;
	text = str_trim(source_clean(&scratch, text));
	eol = str_find(text, STR("\n"), 0);
	err_set(err, ERR_SQL, "%.*s", STR_ARG(str_slice(text, 0, eol == SIZE_MAX ? 400 : eol)));
	if (sql.len && read_place(text, &line, &column))
		err_at(err, line, column);
	arena_fini(&scratch);
	return false;
}
