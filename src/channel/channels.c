/* SPDX-License-Identifier: MIT */
#include "src/channel/channel.h"

#include <sodium.h>
#include <stdlib.h>

#define CHANNEL(name) extern const struct channel channel_##name;
#include "src/channel/channels.def"
#undef CHANNEL

static const struct channel *const channels[] = {
#define CHANNEL(name) &channel_##name,
#include "src/channel/channels.def"
#undef CHANNEL
	NULL,
};

const struct field channel_common_fields[] = {
	{ .name = "pace", .label = N_("Pace"), .kind = FIELD_TEXT,
		.help = N_("messages per time, as 20/60s; empty: the channel's own") },
	{ .name = "on_unknown", .label = N_("When the outcome is unknown"), .kind = FIELD_CHOICE,
		.choices = "hold|resend",
		.help = N_("hold and ask a person, or send again; empty: the channel's own") },
	{ .name = "allow_http", .label = N_("Allow plain HTTP"), .kind = FIELD_BOOL,
		.initial = "false", .help = N_("also beyond this machine, without TLS") },
	FIELD_EXPIRES,
};
const size_t channel_common_field_count = ARRAY_LEN(channel_common_fields);

const struct channel *
channel_find(const char *name)
{
	for (size_t i = 0; channels[i]; i++)
		if (strcmp(channels[i]->name, name) == 0)
			return channels[i];
	return NULL;
}

size_t
channel_count(void)
{
	return ARRAY_LEN(channels) - 1;
}

const struct channel *
channel_at(size_t i)
{
	return i < ARRAY_LEN(channels) ? channels[i] : NULL; /* the last is NULL */
}

bool
channel_settings_check(const struct channel *channel, struct settings *settings, struct err *err)
{
	int burst;
	double refill_s;

	if (!settings_check(settings, channel->fields, channel->field_count,
		    channel_common_fields, channel_common_field_count, err))
		return false;
	if (!channel_pace(channel, settings, &burst, &refill_s, err))
		return false;
	return !channel->check || channel->check(settings, err);
}

/* "20/60s": 20 messages in 60 seconds; the s may be left out. */
bool
channel_pace(const struct channel *channel, const struct settings *settings, int *burst,
	double *refill_s, struct err *err)
{
	struct str text = str_trim(str_from(settings_get(settings, "pace")));
	size_t slash = str_find(text, STR("/"), 0);
	int64_t count, seconds;
	struct str period;

	*burst = channel->pace_burst;
	*refill_s = channel->pace_refill_s;
	if (text.len == 0)
		return true;
	period = slash == SIZE_MAX ? STR_NONE : str_slice(text, slash + 1, text.len);
	if (str_ends(period, STR("s")))
		period.len--;
	if (slash == SIZE_MAX || !str_to_int64(str_slice(text, 0, slash), &count) ||
		!str_to_int64(period, &seconds) || count < 1 || count > 10000 || seconds < 1 ||
		seconds > 86400) {
		err_set(err, ERR_INPUT, "pace must be messages per seconds, not '%.*s'",
			STR_ARG(text));
		return err_hint(err, "write pace=20/60s for 20 messages a minute");
	}
	*burst = (int)count;
	*refill_s = (double)seconds / (double)count;
	return true;
}

double
channel_sending_s(int messages, int burst, double refill_s)
{
	return burst > 0 && messages > burst ? (messages - burst) * refill_s : 0;
}

/* The part of a credential that tells two bots apart, however it was pasted. */
static struct str
credential_core(struct str value)
{
	static const char *const marks[] = { "access_token=", "?key=", "&key=" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t at = str_find(value, str_from(marks[i]), 0);

		if (at != SIZE_MAX) {
			value = str_slice(value, at + strlen(marks[i]), value.len);
			at = str_find(value, STR("&"), 0);
			return at == SIZE_MAX ? value : str_slice(value, 0, at);
		}
	}
	return value;
}

void
channel_bucket_key(const struct channel *channel, const struct settings *settings, char key[65])
{
	static const char *const identity[] = { "webhook", "token", "chat_id", "url", "topic",
		"smtp_host", "account", "path" };
	crypto_hash_sha256_state state;
	unsigned char digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)channel->name,
		strlen(channel->name) + 1);
	for (size_t i = 0; i < ARRAY_LEN(identity); i++) {
		struct str core =
			credential_core(str_trim(str_from(settings_get(settings, identity[i]))));

		crypto_hash_sha256_update(&state, (const unsigned char *)(core.p ? core.p : ""),
			core.len);
		crypto_hash_sha256_update(&state, (const unsigned char *)"", 1);
	}
	crypto_hash_sha256_final(&state, digest);
	sodium_bin2hex(key, 65, digest, sizeof(digest));
}

bool
part_is_file(const char *kind)
{
	return kind && (strcmp(kind, PART_FILE) == 0 || strcmp(kind, PART_PICTURE) == 0);
}

void
outcome_fini(struct outcome *o)
{
	free(o->recipients);
	o->recipients = NULL;
	o->recipient_count = 0;
}

const char *
outcome_state_name(enum outcome_state s)
{
	static const char *const names[] = { "accepted", "queued", "rejected", "deferred",
		"unknown" };

	return s < OUTCOME_STATE_COUNT ? names[s] : "unknown";
}

const char *
outcome_class_name(enum outcome_class c)
{
	static const char *const names[] = { "none", "transport", "auth", "security_gate", "rate",
		"size", "content", "target_gone", "server", "ambiguous" };

	return c < CLASS_COUNT ? names[c] : "none";
}
