/* SPDX-License-Identifier: MIT */
/* What the HTTP channels share: one attempt, and reading what the answer means by
 * tables (channels.md 14 and each channel's codes). A code's meaning, whether it may
 * be sent again and the advice for a person are data, one row each. */
#ifndef DP_CHANNEL_POST_H
#define DP_CHANNEL_POST_H

#include <limits.h>

#include "src/base/json.h"
#include "src/channel/channel.h"
#include "src/net/net.h"

#define RETRY_AFTER_CAP_S 900.0
#define NO_CODE LONG_MIN /* the answer has none */

struct code_row {
	long code;
	enum outcome_state state;
	enum outcome_class class;
	double retry_after_s; /* < 0: by the matrix for its class */
	int retry_max;
	const char *advice;
};

/* A code that needs a look at the words beside it: first row whose text occurs. */
struct words_row {
	long code;
	const char *words; /* ASCII, letter case ignored; or UTF-8 as it is */
	struct code_row meaning;
};

struct post {
	const struct send_request *send;
	const char *url;
	const char *method;		/* NULL: POST */
	const char *content_type;	/* NULL: the part's */
	const char *const *headers;	/* more of them, NULL-terminated; NULL none */
	struct str body;		/* what goes out */
	const char *ca_file;
};

/* True when an answer of 2xx is here for the channel to judge; false: *outcome is
 * final (no connection, unknown, or the meaning of the HTTP status). Either way
 * http_answer_fini(answer). With `all` also other answers that came whole are left
 * to the channel: post_judge_status says what the status alone means. */
bool post_perform(const struct post *post, bool all, struct outcome *outcome,
	struct http_answer *answer);
void post_judge_status(const struct http_answer *answer, struct outcome *outcome);

/* Fills the outcome from the row of a code; one that is in no table is rejected as
 * `otherwise`. The words table (NULL none) goes first. `message` is the server's. */
void post_judge_code(struct outcome *outcome, long code, struct str message,
	const struct code_row *rows, size_t count, const struct words_row *words,
	size_t words_count, enum outcome_class otherwise);
void post_accept(struct outcome *outcome);
/* Rejected before anything was sent, or by an answer that makes no sense. */
void post_reject(struct outcome *outcome, enum outcome_class class, const char *message,
	const char *advice);

/* Of a step before the message itself (a token, an upload): nobody has seen anything
 * yet, so what is unknown may be tried again. */
void post_before_message(struct outcome *outcome);

/* The answer's body as a JSON object; NULL and a rejected outcome (CLASS_SERVER) when
 * it is none. cJSON_Delete it. */
cJSON *post_answer_json(const struct http_answer *answer, struct outcome *outcome);
/* DingTalk and WeCom: {"errcode","errmsg"}, 0 is success. */
void post_judge_errcode(const struct http_answer *answer, struct outcome *outcome,
	const struct code_row *rows, size_t count, const struct words_row *words,
	size_t words_count);
/* An integer of an object, also when it came as text; `otherwise` when absent. */
long post_json_long(const cJSON *object, const char *key, long otherwise);
struct str post_json_text(const cJSON *object, const char *key);

/* Last step of every send: takes URLs' paths, tokens and secrets of the destination
 * out of what the server said. */
void outcome_mask(struct outcome *outcome, const struct settings *settings);
/* One more secret that is no setting: a token the channel gave us. */
void outcome_hide(struct outcome *outcome, const char *secret);
void outcome_set_message(struct outcome *outcome, struct str message);

/* url + ('?' or '&') + "name=value", value percent-encoded. */
void url_add_query(struct buf *url, const char *name, struct str value);

#endif
