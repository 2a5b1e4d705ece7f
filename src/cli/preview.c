/* SPDX-License-Identifier: MIT */
/* preview: what each destination would get, composed by the worker that also runs. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/channel/channel.h"
#include "src/cli/choice.h"
#include "src/cli/interrupt.h"
#include "src/content/render_text.h"

enum preview_form { AS_TEXT, AS_JSON, AS_MIME, AS_HTML };

struct preview {
	enum preview_form form;
	cJSON *bodies;	 /* --as json */
	size_t parts;
	bool ok;
	struct buf skipped;
	struct err *err;
};

static enum style
style_of(enum text_role role)
{
	switch (role) {
	case TEXT_HEADING: case TEXT_STRONG: case TEXT_HEADER:
		return STYLE_HEAD;
	case TEXT_MUTED: case TEXT_BOX: case TEXT_GREY: case TEXT_QUOTE:
		return STYLE_DIM;
	case TEXT_GREEN:
		return STYLE_GOOD;
	case TEXT_RED:
		return STYLE_BAD;
	case TEXT_ORANGE: case TEXT_WARNING:
		return STYLE_WARN;
	case TEXT_PLAIN: case TEXT_EMPH: case TEXT_STRIKE: case TEXT_CODE: case TEXT_LINK:
	case TEXT_BLUE: case TEXT_ROLE_COUNT:
		break;
	}
	return STYLE_PLAIN;
}

/* Styled text of the renderer, line breaks outside the colours. */
static void
print_rendered(const char *styled)
{
	enum text_role role = TEXT_PLAIN;
	struct str rest = str_from(styled), run;
	struct buf clean = BUF_INIT;

	while (text_run_next(&rest, &role, &run)) {
		buf_clear(&clean);
		utf8_sanitize(&clean, run, false);
		print_styled(stdout, style_of(role), "%s", buf_text(&clean));
	}
	buf_fini(&clean);
}

/* How long all parts take at the pace of their bot. */
static void
print_sending_time(const cJSON *part)
{
	double seconds = channel_sending_s((int)reply_number(part, "of"),
		(int)reply_number(part, "burst"), reply_number(part, "refill_s"));

	if (seconds < 1)
		return;
	if (seconds < 120)
		print_talk("sending takes about %.0f s at this bot's pace", seconds);
	else
		print_talk("sending takes about %.0f minutes at this bot's pace", seconds / 60);
}

static void
print_gauge(const cJSON *part)
{
	double number = reply_number(part, "part"), rows = reply_number(part, "rows");
	double budget = reply_number(part, "budget"), of = reply_number(part, "of");
	double measured = reply_number(part, "measured");
	const char *kind = reply_text(part, "kind");

	fflush(stdout);
	if (part_is_file(kind))
		print_talk("part %.0f of %.0f: %s %s, %.0f bytes", number, of, kind,
			reply_text(part, "title"), measured);
	else if (budget > 0)
		print_talk("part %.0f of %.0f: %.0f of %.0f %s, %.0f row%s", number, of, measured,
			budget, reply_text(part, "unit"), rows, rows == 1 ? "" : "s");
	if (number == of)
		print_sending_time(part);
}

static void
print_text_part(const struct preview *p, const cJSON *part)
{
	double number = reply_number(part, "part");

	if (number == 1) {
		if (p->parts > 0)
			putchar('\n');
		fflush(stdout);
		print_talk("── %s (%s) ──", reply_text(part, "destination"),
			reply_text(part, "channel"));
		print_rendered(reply_text(part, "text"));
	}
	print_gauge(part);
}

static void
keep_body(struct preview *p, struct str body)
{
	struct err ignored = ERR_INIT;
	cJSON *json = json_parse(body, &ignored);
	char *text;

	if (!json) {
		text = str_dup(body);
		json = cJSON_CreateString(text);
		free(text);
	}
	cJSON_AddItemToArray(p->bodies, json);
}

static void
take_part(struct preview *p, struct str payload)
{
	struct err err = ERR_INIT;
	const unsigned char *u = (const unsigned char *)payload.p;
	struct str body;
	cJSON *json;
	size_t len;

	if (payload.len < 4)
		return;
	len = u[0] | (size_t)u[1] << 8 | (size_t)u[2] << 16 | (size_t)u[3] << 24;
	json = json_parse(str_slice(payload, 4, 4 + len), &err);
	body = str_slice(payload, 4 + len, payload.len);
	if (!json)
		return;
	if (p->form == AS_TEXT)
		print_text_part(p, json);
	else if (p->form == AS_JSON)
		keep_body(p, body);
	else if (p->form == AS_MIME)
		fwrite(body.p, 1, body.len, stdout);
	else if (reply_number(json, "part") == 1)
		puts(reply_text(json, "html"));
	p->parts++;
	cJSON_Delete(json);
}

static void
take_log(struct str payload)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(payload, &err);

	if (json && strcmp(reply_text(json, "kind"), "warning") == 0)
		print_warning("%s", reply_text(json, "message"));
	cJSON_Delete(json);
}

static void
take_frame(void *context, enum frame_type type, struct str payload)
{
	struct preview *p = context;
	struct err ignored = ERR_INIT;
	cJSON *json;

	if (type == FRAME_PART) {
		take_part(p, payload);
	} else if (type == FRAME_LOG) {
		take_log(payload);
	} else if (type == FRAME_END) {
		p->ok = job_end_ok(payload, p->err);
		json = json_parse(payload, &ignored);
		buf_adds(&p->skipped, reply_text(json, "skipped"));
		cJSON_Delete(json);
	}
}

static enum preview_form
form_of(const struct cli *cli)
{
	const char *as = cli_option(cli, "as");

	if (!as || strcmp(as, "text") == 0)
		return AS_TEXT;
	if (strcmp(as, "json") == 0)
		return AS_JSON;
	return strcmp(as, "mime") == 0 ? AS_MIME : AS_HTML;
}

static bool
compose(struct preview *p, struct buf *request, struct err *err)
{
	struct job *job = job_start(request, take_frame, p, err);

	if (!job)
		return false;
	job_wait(job, &interrupt_flag);
	job_free(job);
	if (interrupt_flag)
		return err_set(err, ERR_CANCELLED, "the preview was cancelled");
	if (p->ok && p->parts == 0) {
		err_set(err, ERR_STATE, "there is nothing to show: %s", buf_text(&p->skipped));
		return err_hint(err, "name a destination: --to DEST");
	}
	return p->ok;
}

static bool
run_preview(struct cli *cli, struct err *err)
{
	struct preview p = { .form = form_of(cli), .err = err };
	struct buf request = BUF_INIT;
	struct choice choice;
	int columns = print_terminal_columns(stdout);
	bool ok;

	interrupt_catch();
	p.bodies = p.form == AS_JSON ? cJSON_CreateArray() : NULL;
	ok = choice_read(&choice, cli, WORKSPACE_READ, err) &&
	     run_preview_request(cli->workspace, &choice.run, columns ? columns : 100, &request,
		     err) &&
	     compose(&p, &request, err);
	if (ok && p.bodies)
		print_json(p.bodies);
	else
		cJSON_Delete(p.bodies);
	choice_fini(&choice);
	buf_fini(&request);
	buf_fini(&p.skipped);
	return ok;
}

static const struct command_option preview_options[] = {
	CHOICE_OPTIONS,
	{ "as", 0, false, "text|json|mime|html", "form: json is the channel's request bodies" },
	{ 0 },
};

const struct command command_preview = {
	.name = "preview", .args = "TASK",
	.help = "show the message as each channel will, without sending it",
	.more = "It runs the queries on the development sources, and reads the draft unless a\n"
		"version is named.",
	.options = preview_options, .group = GROUP_RELEASE, .run = run_preview,
};
