/* SPDX-License-Identifier: MIT */
/* The channel contract (design section 9, channels.md 0.2, 13, 14). A channel is
 * one file and one line in channels.def. `build` is pure: the same document and
 * destination give the same bytes, in preview, test and scheduled run alike.
 * `send` adds only what must be fresh (time stamp, signature) and says what the
 * other side answered. */
#ifndef DP_CHANNEL_CHANNEL_H
#define DP_CHANNEL_CHANNEL_H

#include "src/base/clock.h"
#include "src/base/settings.h"
#include "src/content/document.h"

enum outcome_state {
	OUTCOME_ACCEPTED, /* the channel took it */
	OUTCOME_QUEUED,	  /* taken, delivery not confirmed (Teams 202) */
	OUTCOME_REJECTED, /* refused; sending again changes nothing */
	OUTCOME_DEFERRED, /* refused for now: may be sent again without doubling */
	OUTCOME_UNKNOWN,  /* may or may not have arrived */
	OUTCOME_STATE_COUNT
};

enum outcome_class {
	CLASS_NONE, CLASS_TRANSPORT, CLASS_AUTH, CLASS_SECURITY_GATE, CLASS_RATE, CLASS_SIZE,
	CLASS_CONTENT, CLASS_TARGET_GONE, CLASS_SERVER, CLASS_AMBIGUOUS, CLASS_COUNT
};

struct recipient_outcome {
	char address[256];
	enum outcome_state state;
	long code;
};

struct outcome {
	enum outcome_state state;
	enum outcome_class class;
	long http_code;	 /* or SMTP code; 0 none */
	long api_code;	 /* errcode, code; 0 none */
	/* OUTCOME_DEFERRED: wait at least this long before the next attempt; < 0: by
	 * the matrix of channels.md 14 for its class. */
	double retry_after_s;
	int retry_max;	 /* attempts within a pass, 0: no quick retry, defer at once */
	double pace_after_s; /* the channel wants nothing more of this bot for so long; 0 */
	char message[256]; /* the server's words without URL, token or secret */
	char advice[256];  /* one sentence for a person, "" none */
	struct recipient_outcome *recipients; /* mail; owned, outcome_fini */
	size_t recipient_count;
};

#define OUTCOME_INIT { .state = OUTCOME_REJECTED, .retry_after_s = -1 }
DP_API void outcome_fini(struct outcome *o);
DP_API const char *outcome_state_name(enum outcome_state s); /* "accepted" */
DP_API const char *outcome_class_name(enum outcome_class c);

/* One message: exactly these bytes go out (minus signature and time). */
struct part {
	int number, of;		  /* from 1 */
	struct str body;	  /* JSON, MIME, text */
	struct buf *holder;	  /* where body lies, when the sink may take it; or NULL */
	const char *content_type; /* static */
	const char *kind;	  /* channel's own word: "markdown", "text"; see part_is_file */
	struct str title;	  /* for people: show-run, subject */
	size_t measured;	  /* in the channel's own counting unit */
	size_t budget;		  /* of this form of message; 0: the channel's */
	size_t rows;		  /* table rows in it */
};

#define PART_FILE "file"       /* body: the file; title: its name */
#define PART_PICTURE "picture" /* the same, shown in the chat */
/* A file or picture that goes by itself: no budget of characters applies. */
DP_API bool part_is_file(const char *kind);

/* Gives parts in order; borrowed for the call. */
struct part_sink {
	bool (*part)(struct part_sink *self, const struct part *part, struct err *err);
};

struct build_result { /* what the preview shows beside the message */
	size_t budget, measured; /* of the largest part */
	const char *unit;	 /* "bytes", "characters" */
	int parts;
	struct warning *warnings; /* in the document's arena */
	size_t warning_count;
};

struct send_request {
	const struct settings *settings;
	const struct part *part;
	const char *idempotency_key;	    /* stable over retries of this part */
	/* Mail: only to these, comma separated (resend to those that failed); NULL: all. */
	const char *only_recipients;
	struct deadline deadline;
};

enum { MENTION_ALL = 1, MENTION_USERS = 2, MENTION_MOBILES = 4, MENTION_EMAILS = 8 };

struct channel {
	const char *name;  /* "dingtalk" */
	const char *label; /* "DingTalk" */
	const struct field *fields;
	size_t field_count;
	size_t budget;		 /* default byte budget, channels.md 13; 0: none */
	const char *budget_unit; /* "bytes" */
	/* Token bucket: this many at once, one more every refill_s. 0: no pacing. */
	int pace_burst;
	double pace_refill_s;
	bool resend_unknown; /* default of on_unknown: resend (email) or hold (chat) */
	bool is_local;	     /* file: no network */
	/* Pictures by a file: the largest one it takes; 0: only those with a URL. */
	size_t picture_max;
	const char *picture_needs; /* a field without which it takes none; NULL: none needed */
	size_t attach_max;   /* files for oversize "attach": the largest one; 0: it takes none */
	size_t most_columns; /* of a table that it shows; 0: any */
	unsigned mentions;   /* MENTION_… it can do */
	const char *about;
	/* May write warnings to the document. ERR_LIMIT when oversize is "fail" or a
	 * single row cannot fit. */
	bool (*build)(struct document *doc, const struct settings *settings,
		struct part_sink *sink, struct err *err);
	/* How the channel will show it, as text for a terminal (styles by role, see
	 * content/render_text.h). NULL: the common rendering. */
	bool (*preview)(struct document *doc, const struct settings *settings, int columns,
		struct buf *to, struct err *err);
	void (*send)(const struct send_request *request, struct outcome *outcome);
	/* Lint of the settings themselves; NULL none. */
	bool (*check)(const struct settings *settings, struct err *err);
};

DP_API const struct channel *channel_find(const char *name);
DP_API size_t channel_count(void);
DP_API const struct channel *channel_at(size_t i);
/* pace, on_unknown, allow_http, expires: of every destination. */
DP_API extern const struct field channel_common_fields[];
DP_API extern const size_t channel_common_field_count;
DP_API bool channel_settings_check(const struct channel *channel, struct settings *settings,
	struct err *err);
/* The token bucket of a destination: its own pace ("20/60s"), else the channel's. */
DP_API bool channel_pace(const struct channel *channel, const struct settings *settings,
	int *burst, double *refill_s, struct err *err);
/* How long so many messages take at this pace when the bot was idle; 0: no wait. */
DP_API double channel_sending_s(int messages, int burst, double refill_s);
/* Key of the token bucket: a hash of the credential, never the credential. */
DP_API void channel_bucket_key(const struct channel *channel, const struct settings *settings,
	char key[65]);

#endif
