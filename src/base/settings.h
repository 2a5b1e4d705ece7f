/* SPDX-License-Identifier: MIT */
/* Named values of a data source or a destination, and the field tables that say
 * which there are. Each driver and channel has one `static const struct field[]`;
 * the command line, the studio's forms, validation and the documents read it.
 * Secret values are wiped when freed and are only reached by settings_secret. */
#ifndef DP_BASE_SETTINGS_H
#define DP_BASE_SETTINGS_H

#include "src/base/err.h"
#include "src/base/mark.h"
#include "src/base/str.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_SECRET,	/* password, token, webhook URL: encrypted, masked, never shown */
	FIELD_INTEGER,
	FIELD_BOOL,	/* true / false */
	FIELD_CHOICE,	/* one of `choices` */
	FIELD_PATH,	/* stored absolute */
	FIELD_DATE,	/* YYYY-MM-DD */
	FIELD_LIST,	/* comma separated words */
	FIELD_HEADERS,	/* "Name: value" lines; treated as secret */
	FIELD_KIND_COUNT
};

struct field {
	const char *name;    /* as typed: smtp_host */
	const char *label;   /* as shown: SMTP host; N_() like help */
	enum field_kind kind;
	bool required;
	const char *initial; /* default, NULL when none */
	const char *choices; /* FIELD_CHOICE: "tls|starttls|none" */
	const char *help;    /* one sentence */
	int64_t min, max;    /* FIELD_INTEGER; both 0: any */
};

/* Of every data source and destination. */
#define FIELD_EXPIRES                                                                      \
	{                                                                                  \
		.name = "expires", .label = N_("Expires"), .kind = FIELD_DATE,                 \
		.help = N_("the last day its password, token or URL is good, as 2027-01-31; " \
			"doctor warns two weeks ahead")                                     \
	}

struct setting {
	char *name;
	char *value;	/* never NULL */
	bool secret;
};

struct settings {
	struct setting *list;
	size_t count;
};

#define SETTINGS_INIT { NULL, 0 }

DP_API void settings_fini(struct settings *s); /* wipes secrets */
DP_API void settings_set(struct settings *s, const char *name, struct str value, bool secret);
DP_API void settings_remove(struct settings *s, const char *name);
DP_API void settings_copy(struct settings *to, const struct settings *from);
/* Borrowed; "" when absent. A secret field's value too: callers that print use
 * settings_shown. */
DP_API const char *settings_get(const struct settings *s, const char *name);
/* "••••" with the host and last 4 characters for webhook URLs. Borrowed from
 * `scratch`, which the caller owns. */
DP_API const char *settings_shown(const struct settings *s, const char *name, char scratch[96]);
DP_API bool settings_has(const struct settings *s, const char *name);
DP_API int64_t settings_integer(const struct settings *s, const char *name, int64_t otherwise);
DP_API bool settings_bool(const struct settings *s, const char *name, bool otherwise);

DP_API bool field_is_secret(const struct field *f);
DP_API const struct field *field_find(const struct field *fields, size_t count, const char *name);
/* Fills defaults, refuses unknown names (with the nearest right one), missing
 * required ones and impossible values. */
DP_API bool settings_check(struct settings *s, const struct field *fields, size_t count,
	const struct field *common, size_t common_count, struct err *err);

#endif
