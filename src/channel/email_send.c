/* SPDX-License-Identifier: MIT */
#include "src/channel/email.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/path.h"
#include "src/channel/chat.h"
#include "src/channel/post.h"

#define TOKEN_MAX ((size_t)16 << 10)
#define MAIL_RETRY_S 60.0 /* channels.md 14: greylisting wants minutes */

/* A code at a step; step NULL: any. First match wins; then the code's family. */
static const struct {
	const char *step;
	long from, to;
	enum outcome_state state;
	enum outcome_class class;
	const char *advice;
} meanings[] = {
	{ "auth", 400, 499, OUTCOME_DEFERRED, CLASS_AUTH,
		"the server cannot check the login just now" },
	{ "auth", 500, 599, OUTCOME_REJECTED, CLASS_AUTH,
		"account or password is wrong: QQ and 163 want an authorisation code, Gmail "
		"an app password; Office 365 may have SMTP AUTH switched off" },
	{ NULL, 530, 530, OUTCOME_REJECTED, CLASS_AUTH,
		"the server wants a login, or TLS, first: set account, password and security" },
	{ NULL, 535, 535, OUTCOME_REJECTED, CLASS_AUTH, "account or password is wrong" },
	{ NULL, 421, 421, OUTCOME_DEFERRED, CLASS_SERVER,
		"the server is busy or limits this sender" },
	{ "connect", 400, 499, OUTCOME_DEFERRED, CLASS_SERVER, "the server is busy" },
	{ "connect", 500, 599, OUTCOME_REJECTED, CLASS_AUTH,
		"the server refuses this host: ask its administrator" },
	{ "mail", 552, 552, OUTCOME_REJECTED, CLASS_SIZE,
		"the mail is larger than the server takes: send fewer rows" },
	{ "mail", 400, 499, OUTCOME_DEFERRED, CLASS_RATE, "the server limits this sender for now" },
	{ "mail", 500, 599, OUTCOME_REJECTED, CLASS_AUTH,
		"the server refuses the sender: most want the account's own address" },
	{ "rcpt", 452, 452, OUTCOME_DEFERRED, CLASS_RATE,
		"the receiver's mailbox is full, or there are too many receivers" },
	{ "rcpt", 400, 499, OUTCOME_DEFERRED, CLASS_RATE,
		"the server asks to try again later (greylisting, quota)" },
	{ "rcpt", 552, 552, OUTCOME_REJECTED, CLASS_TARGET_GONE, "the receiver's mailbox is full" },
	{ "rcpt", 500, 599, OUTCOME_REJECTED, CLASS_TARGET_GONE,
		"no such receiver, or this server does not pass mail on to it" },
	{ NULL, 552, 552, OUTCOME_REJECTED, CLASS_SIZE,
		"the mail is larger than the server takes: send fewer rows" },
	{ NULL, 400, 499, OUTCOME_DEFERRED, CLASS_SERVER, "the server asks to try again later" },
	{ NULL, 500, 599, OUTCOME_REJECTED, CLASS_CONTENT,
		"the server refuses the mail by its rules (spam, SPF, DKIM)" },
};

static void
apply_code(struct outcome *o, const char *step, long code)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (code < meanings[i].from || code > meanings[i].to ||
			(meanings[i].step && strcmp(meanings[i].step, step) != 0))
			continue;
		o->state = meanings[i].state;
		o->class = meanings[i].class;
		snprintf(o->advice, sizeof(o->advice), "%s", meanings[i].advice);
		if (o->state == OUTCOME_DEFERRED) {
			o->retry_after_s = MAIL_RETRY_S;
			o->retry_max = 3;
		}
		return;
	}
	o->class = CLASS_SERVER; /* a code no server should send */
}

/* The mail as a whole: for receivers who have no answer of their own. */
static void
judge_mail(const struct smtp_answer *answer, bool ok, const struct err *err, struct outcome *o)
{
	o->http_code = answer->code;
	outcome_set_message(o, str_from(ok || answer->code ? answer->text : err->msg));
	if (ok) {
		post_accept(o);
		o->class = CLASS_NONE;
	} else if (answer->code) {
		apply_code(o, answer->step, answer->code);
	} else if (answer->phase == NET_BODY_SENT) {
		o->state = OUTCOME_UNKNOWN;
		o->class = CLASS_AMBIGUOUS;
		snprintf(o->advice, sizeof(o->advice),
			"the mail was out when the connection broke: look whether it arrived");
	} else {
		bool may_pass = err->code != ERR_CONFIG && err->code != ERR_INPUT &&
			err->code != ERR_INTERNAL;

		o->state = may_pass ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
		o->class = strcmp(answer->step, "auth") == 0 && !may_pass ? CLASS_AUTH :
			CLASS_TRANSPORT;
		o->retry_max = may_pass ? 3 : 0;
		outcome_set_message(o, str_from(err->msg));
		snprintf(o->advice, sizeof(o->advice), "%s", err->hint);
	}
}

/* Later ones are worse (design section 7). */
static int
severity(enum outcome_state state)
{
	static const int order[OUTCOME_STATE_COUNT] = { [OUTCOME_ACCEPTED] = 0,
		[OUTCOME_QUEUED] = 0, [OUTCOME_DEFERRED] = 1, [OUTCOME_UNKNOWN] = 2,
		[OUTCOME_REJECTED] = 3 };

	return order[state];
}

/* What one receiver gets: a refusal of its own, else what the mail got. */
static struct outcome
judge_receiver(const struct smtp_recipient *r, const struct outcome *mail)
{
	struct outcome one = *mail;

	if (r->code >= 400) {
		one = (struct outcome)OUTCOME_INIT;
		apply_code(&one, "rcpt", r->code);
	}
	return one;
}

/* Each receiver's outcome, and the worst of them as the mail's. */
static void
judge_receivers(const struct smtp_request *mail, struct outcome *o)
{
	struct outcome whole = *o, worst = *o;
	size_t refused = 0, first = SIZE_MAX;

	o->recipients = xcalloc(mail->recipient_count, sizeof(*o->recipients));
	o->recipient_count = mail->recipient_count;
	for (size_t i = 0; i < mail->recipient_count; i++) {
		const struct smtp_recipient *r = &mail->recipients[i];
		struct outcome one = judge_receiver(r, &whole);
		struct recipient_outcome *to = &o->recipients[i];

		snprintf(to->address, sizeof(to->address), "%s", r->address);
		to->state = one.state;
		to->code = r->code >= 400 ? r->code : whole.http_code;
		if (r->code >= 400 && refused++ == 0)
			first = i;
		if (severity(one.state) > severity(worst.state))
			worst = one;
	}
	o->state = worst.state;
	o->class = worst.class;
	o->retry_after_s = worst.retry_after_s;
	o->retry_max = worst.retry_max;
	memcpy(o->advice, worst.advice, sizeof(o->advice));
	if (first != SIZE_MAX && (refused < mail->recipient_count || refused > 1)) {
		o->http_code = o->recipients[first].code;
		snprintf(o->message, sizeof(o->message),
			"%zu of %zu receivers refused: %.150s (%ld)%s",
			refused, mail->recipient_count, mail->recipients[first].address,
			mail->recipients[first].code, refused > 1 ? " …" : "");
	}
}

/* All that the envelope names, or those of them that are asked for. */
static size_t
collect_receivers(const struct send_request *request, struct arena *arena,
	struct smtp_recipient **list)
{
	static const char *const names[] = { "receivers", "cc", "bcc" };
	struct settings only = SETTINGS_INIT;
	struct name_list all, wanted;
	struct buf joined = BUF_INIT;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_addf(&joined, "%s,", settings_get(request->settings, names[i]));
	settings_set(&only, "all", buf_str(&joined), false);
	if (request->only_recipients)
		settings_set(&only, "only", str_from(request->only_recipients), false);
	all = settings_words(&only, "all", arena);
	wanted = settings_words(&only, "only", arena);
	*list = arena_array(arena, struct smtp_recipient, all.count + 1);
	for (size_t i = 0; i < all.count; i++) {
		bool is_wanted = !request->only_recipients;

		for (size_t k = 0; k < wanted.count; k++)
			is_wanted |= strcmp(all.list[i], wanted.list[k]) == 0;
		if (is_wanted)
			(*list)[count++].address = all.list[i];
	}
	settings_fini(&only);
	buf_fini(&joined);
	return count;
}

static enum smtp_security
security_of(const struct settings *settings)
{
	const char *security = settings_get(settings, "security");

	if (strcmp(security, "starttls") == 0)
		return SMTP_STARTTLS;
	return strcmp(security, "none") == 0 ? SMTP_PLAIN : SMTP_TLS;
}

static const char *
setting_or_null(const struct settings *settings, const char *name)
{
	return settings_has(settings, name) ? settings_get(settings, name) : NULL;
}

/* The access token, from its field or file; NULL: none is set. */
static const char *
read_bearer(const struct settings *s, struct buf *file, struct err *err)
{
	if (settings_has(s, "oauth_token_file")) {
		if (!path_read(settings_get(s, "oauth_token_file"), TOKEN_MAX, file, err))
			return NULL;
		return file->len ? buf_text(file) : NULL;
	}
	return setting_or_null(s, "oauth_token");
}

static void
trim(struct buf *text)
{
	while (text->len > 0 && strchr(" \t\r\n", text->p[text->len - 1]))
		buf_truncate(text, text->len - 1);
}

void
email_send(const struct send_request *request, struct outcome *outcome)
{
	const struct settings *s = request->settings;
	struct arena arena = ARENA_INIT;
	struct smtp_request mail = {
		.host = settings_get(s, "smtp_host"),
		.port = (int)settings_integer(s, "smtp_port", 465),
		.security = security_of(s),
		.ca_file = setting_or_null(s, "ca_file"),
		.password = setting_or_null(s, "password"),
		.account = setting_or_null(s, "account"),
		.sender = arena_str(&arena, str_trim(str_from(settings_get(s, "sender")))).p,
		.message = request->part->body,
		.deadline = request->deadline,
	};
	struct smtp_answer answer;
	struct buf token = BUF_INIT;
	struct err err = ERR_INIT;
	bool ok;

	*outcome = (struct outcome)OUTCOME_INIT;
	mail.bearer = read_bearer(s, &token, &err);
	trim(&token);
	if (err.code) {
		post_reject(outcome, CLASS_AUTH, err.msg, "the file of the access token");
		arena_fini(&arena);
		return;
	}
	if (!mail.password && !mail.bearer)
		mail.account = NULL;
	else if (!mail.account)
		mail.account = mail.sender;
	mail.recipient_count = collect_receivers(request, &arena, &mail.recipients);
	ok = smtp_send(&mail, &answer, &err);
	judge_mail(&answer, ok, &err, outcome);
	if (mail.recipient_count > 0)
		judge_receivers(&mail, outcome);
	outcome_mask(outcome, s);
	if (token.p)
		explicit_bzero(token.p, token.len);
	buf_fini(&token);
	arena_fini(&arena);
}
