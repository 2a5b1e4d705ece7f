/* SPDX-License-Identifier: MIT */
#include "src/channel/lark_picture.h"

#include <sodium.h>
#include <stdio.h>

#include "src/channel/chat.h"
#include "src/channel/multipart.h"
#include "src/channel/post.h"

#define TOKEN_ROOM 512
#define KEY_ROOM 128
#define KEYS_KEPT 32
#define TOKEN_MARGIN_S 60

struct digest {
	unsigned char bytes[16];
};

static struct {
	struct digest app; /* host, id and secret */
	char token[TOKEN_ROOM];
	int64_t until_us; /* of clock_mono_us; 0: none */
} kept_token;

static struct {
	struct digest picture; /* app and bytes */
	char key[KEY_ROOM];
} kept_keys[KEYS_KEPT];
static size_t next_key;

#define TOKEN(code) { code, OUTCOME_DEFERRED, CLASS_AUTH, 1, 1, "the app's token ran out" }
#define APP(code) { code, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, \
	"app_id or app_secret is wrong: copy both from the app's page" }

static const struct code_row codes[] = {
	APP(10003),
	APP(10014),
	{ 10012, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, "the app is not released in this tenant" },
	TOKEN(99991661),
	TOKEN(99991663),
	TOKEN(99991664),
	{ 99991672, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the app may not upload: give it the scope im:resource" },
	{ 99991400, OUTCOME_DEFERRED, CLASS_RATE, 5, 3, "Lark limits the rate" },
	{ 99991403, OUTCOME_REJECTED, CLASS_RATE, -1, 0, "the tenant's monthly quota is used up" },
	{ 234001, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "Lark does not take this picture" },
	{ 234006, OUTCOME_REJECTED, CLASS_SIZE, -1, 0, "the picture is above 10 MB" },
	{ 234011, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "Lark cannot read this picture" },
};

static struct digest
digest_of(const struct digest *first, struct str a, struct str b, struct str c)
{
	crypto_generichash_state state;
	struct str all[] = { a, b, c };
	struct digest d;

	crypto_generichash_init(&state, NULL, 0, sizeof(d.bytes));
	if (first)
		crypto_generichash_update(&state, first->bytes, sizeof(first->bytes));
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		crypto_generichash_update(&state,
			(const unsigned char *)(all[i].p ? all[i].p : ""), all[i].len);
		crypto_generichash_update(&state, (const unsigned char *)"", 1);
	}
	crypto_generichash_final(&state, d.bytes, sizeof(d.bytes));
	return d;
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* "https://open.feishu.cn/open-apis" of the webhook. */
static struct str
api_base(struct str webhook)
{
	size_t at = str_find(webhook, STR("/open-apis/"), 0);

	return at == SIZE_MAX ? STR_NONE : str_slice(webhook, 0, at + strlen("/open-apis"));
}

/* Posts one step before the message; NULL: *outcome says why it failed. */
static cJSON *
call(const struct post *post, struct outcome *outcome)
{
	struct http_answer answer;
	cJSON *json = NULL;
	long code;

	*outcome = (struct outcome)OUTCOME_INIT;
	if (post_perform(post, true, outcome, &answer)) {
		struct outcome by_status = *outcome;

		json = post_answer_json(&answer, outcome);
		code = post_json_long(json, "code", NO_CODE);
		if (answer.status / 100 != 2 && code == NO_CODE)
			*outcome = by_status;
		else if (code == 0)
			post_accept(outcome);
		else if (json)
			post_judge_code(outcome, code, post_json_text(json, "msg"), codes,
				ARRAY_LEN(codes), NULL, 0, CLASS_CONTENT);
	}
	post_before_message(outcome);
	http_answer_fini(&answer);
	if (outcome->state == OUTCOME_ACCEPTED)
		return json;
	cJSON_Delete(json);
	return NULL;
}

static bool
fetch_token(const struct send_request *request, struct str base, const struct digest *app,
	struct outcome *outcome)
{
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct post post = { .send = request, .content_type = "application/json; charset=utf-8" };
	struct str token;
	cJSON *json;

	buf_add_str(&url, base);
	buf_adds(&url, "/auth/v3/tenant_access_token/internal");
	buf_addc(&body, '{');
	json_add_member(&body, "app_id", str_from(settings_get(request->settings, "app_id")),
		false);
	json_add_member(&body, "app_secret",
		str_from(settings_get(request->settings, "app_secret")), true);
	buf_addc(&body, '}');
	post.url = buf_text(&url);
	post.body = buf_str(&body);
	json = call(&post, outcome);
	token = post_json_text(json, "tenant_access_token");
	if (json && (token.len == 0 || token.len >= TOKEN_ROOM))
		post_reject(outcome, CLASS_SERVER, "the answer has no tenant_access_token", "");
	else if (json) {
		snprintf(kept_token.token, TOKEN_ROOM, "%.*s", STR_ARG(token));
		kept_token.app = *app;
		kept_token.until_us = clock_mono_us() + CLOCK_SECOND *
			(post_json_long(json, "expire", 7200) - TOKEN_MARGIN_S);
	}
	explicit_bzero(body.p, body.len);
	buf_fini(&body);
	buf_fini(&url);
	cJSON_Delete(json);
	return outcome->state == OUTCOME_ACCEPTED;
}

static bool
have_token(const struct send_request *request, struct str base, const struct digest *app,
	struct outcome *outcome)
{
	if (is_same(&kept_token.app, app) && clock_mono_us() < kept_token.until_us)
		return true;
	return fetch_token(request, base, app, outcome);
}

static bool
upload(const struct send_request *request, struct str base, struct buf *key,
	struct outcome *outcome)
{
	char authorization[TOKEN_ROOM + 32];
	const char *headers[] = { authorization, NULL };
	const struct part *part = request->part;
	struct buf url = BUF_INIT;
	struct multipart form;
	struct post post = { .send = request, .headers = headers };
	struct str found;
	cJSON *json;

	snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s",
		kept_token.token);
	buf_add_str(&url, base);
	buf_adds(&url, "/im/v1/images");
	multipart_init(&form, part->body);
	multipart_add_field(&form, "image_type", STR("message"));
	multipart_add_file(&form, "image", STR("picture"), part->content_type, part->body);
	multipart_end(&form);
	post.url = buf_text(&url);
	post.body = buf_str(&form.body);
	post.content_type = form.content_type;
	json = call(&post, outcome);
	outcome_hide(outcome, kept_token.token);
	found = post_json_text(cJSON_GetObjectItemCaseSensitive(json, "data"), "image_key");
	if (json && (found.len == 0 || found.len >= KEY_ROOM))
		post_reject(outcome, CLASS_SERVER, "the answer has no image_key", "");
	else
		buf_add_str(key, found);
	explicit_bzero(authorization, sizeof(authorization));
	cJSON_Delete(json);
	multipart_fini(&form);
	buf_fini(&url);
	return key->len > 0;
}

static const char *
find_key(const struct digest *picture)
{
	for (size_t i = 0; i < KEYS_KEPT; i++)
		if (kept_keys[i].key[0] && is_same(&kept_keys[i].picture, picture))
			return kept_keys[i].key;
	return NULL;
}

static void
keep_key(const struct digest *picture, struct str key)
{
	kept_keys[next_key].picture = *picture;
	snprintf(kept_keys[next_key].key, KEY_ROOM, "%.*s", STR_ARG(key));
	next_key = (next_key + 1) % KEYS_KEPT;
}

bool
lark_picture_upload(const struct send_request *request, struct buf *key, struct outcome *outcome)
{
	const struct settings *s = request->settings;
	struct str base = api_base(str_trim(str_from(settings_get(s, "webhook"))));
	struct digest app = digest_of(NULL, base, str_from(settings_get(s, "app_id")),
		str_from(settings_get(s, "app_secret")));
	struct digest picture = digest_of(&app, request->part->body, STR_NONE, STR_NONE);
	const char *known = find_key(&picture);

	if (known) {
		buf_adds(key, known);
		return true;
	}
	/* A token that ran out early is fetched once more. */
	for (int tries = 0; tries < 2; tries++) {
		if (!have_token(request, base, &app, outcome))
			return false;
		if (upload(request, base, key, outcome)) {
			keep_key(&picture, buf_str(key));
			return true;
		}
		if (outcome->class != CLASS_AUTH || outcome->state != OUTCOME_DEFERRED)
			return false;
		kept_token.until_us = 0;
	}
	return false;
}
