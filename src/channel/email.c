/* SPDX-License-Identifier: MIT */
/* Mail by SMTP (channels.md 5): the document as text and HTML, Markdown and tables
 * also as attachments. What is sent to whom and said of it is in email_send.c. */
#include "src/channel/email.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/channel/attach.h"
#include "src/channel/chat.h"
#include "src/channel/mime.h"
#include "src/channel/picture.h"
#include "src/content/render_html.h"
#include "src/content/render_text.h"
#include "src/content/xlsx.h"
#include "src/net/net.h"

#define BODY_ROWS 200 /* of a table in the body; all of them are attached */
#define PICTURE_MAX ((size_t)10 << 20)
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define MESSAGE_WARN ((size_t)20 << 20) /* many servers refuse more */

static const struct field fields[] = {
	{ .name = "smtp_host", .label = N_("SMTP host"), .kind = FIELD_TEXT, .required = true,
		.help = N_("name of the mail server") },
	{ .name = "smtp_port", .label = N_("SMTP port"), .kind = FIELD_INTEGER, .initial = "465",
		.min = 1, .max = 65535, .help = N_("465 for tls, 587 for starttls") },
	{ .name = "security", .label = N_("Security"), .kind = FIELD_CHOICE,
		.choices = "tls|starttls|none", .initial = "tls",
		.help = N_("none only for a relay on this host or in a trusted network") },
	{ .name = "ca_file", .label = N_("CA file"), .kind = FIELD_PATH,
		.help = N_("PEM file to trust instead of the system's") },
	{ .name = "sender", .label = N_("Sender"), .kind = FIELD_TEXT, .required = true,
		.help = N_("address the mail comes from; most servers want the account's own") },
	{ .name = "nickname", .label = N_("Nickname"), .kind = FIELD_TEXT,
		.help = N_("name shown beside the sender") },
	{ .name = "account", .label = N_("Account"), .kind = FIELD_TEXT,
		.help = N_("login name; empty: the sender, when there is a password") },
	{ .name = "password", .label = N_("Password"), .kind = FIELD_SECRET,
		.help = N_("password, app password or authorisation code") },
	{ .name = "oauth_token", .label = N_("OAuth token"), .kind = FIELD_SECRET,
		.help = N_("access token in place of a password") },
	{ .name = "oauth_token_file", .label = N_("OAuth token file"), .kind = FIELD_PATH,
		.help = N_("file another program keeps the access token in; read at each sending") },
	{ .name = "receivers", .label = N_("Receivers"), .kind = FIELD_LIST, .required = true,
		.help = N_("addresses, comma separated") },
	{ .name = "cc", .label = N_("Cc"), .kind = FIELD_LIST, .help = N_("addresses, comma separated") },
	{ .name = "bcc", .label = N_("Bcc"), .kind = FIELD_LIST,
		.help = N_("addresses nobody else sees, comma separated") },
	{ .name = "tables", .label = N_("Attach tables as"), .kind = FIELD_CHOICE,
		.choices = "csv|xlsx|both", .initial = "csv",
		.help = N_("csv: a file each; xlsx: one workbook") },
	{ .name = "thread", .label = N_("One conversation"), .kind = FIELD_BOOL, .initial = "false",
		.help = N_("all mails of a task in one thread") },
	{ .name = "reply_to", .label = N_("Reply to"), .kind = FIELD_TEXT,
		.help = N_("where answers go") },
};

/* --- pictures --------------------------------------------------------------- */

struct picture {
	const struct doc_block *block;
	struct picture_file file;
	char content_id[64], name[32];
};

struct pictures {
	struct picture *list;
	size_t count;
};

static bool
add_picture(struct pictures *p, struct document *doc, const struct doc_block *block,
	struct err *err)
{
	struct picture *one;

	p->list = xreallocarray(p->list, p->count + 1, sizeof(*p->list));
	one = &p->list[p->count++];
	*one = (struct picture){ .block = block };
	if (!picture_read(block->path, PICTURE_MAX, &one->file, err)) {
		if (!doc->is_preview)
			return false;
		document_warn(doc, "W_IMAGE", "%s", err->msg);
		p->count--;
		picture_fini(&one->file);
		return true;
	}
	snprintf(one->content_id, sizeof(one->content_id), "image%zu@dpstudio", p->count);
	snprintf(one->name, sizeof(one->name), "image%zu.%s", p->count, one->file.extension);
	return true;
}

static bool
load_pictures(struct pictures *p, struct document *doc, struct err *err)
{
	for (size_t i = 0; i < doc->block_count; i++) {
		const struct doc_block *block = &doc->blocks[i];

		if (block->kind == DOC_IMAGE && block->path.len > 0 && block->url.len == 0 &&
			!add_picture(p, doc, block, err))
			return false;
	}
	return true;
}

static void
pictures_fini(struct pictures *p)
{
	for (size_t i = 0; i < p->count; i++)
		picture_fini(&p->list[i].file);
	free(p->list);
}

/* Where the HTML finds a picture. */
static bool
picture_address(void *context, const struct doc_block *block, struct buf *to)
{
	const struct pictures *p = context;

	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].block->path.p == block->path.p) {
			buf_addf(to, "cid:%s", p->list[i].content_id);
			return true;
		}
	return false;
}

/* --- bodies and attachments -------------------------------------------------- */

/* The blocks the body shows: with an Email Body, Markdown goes only as attachment
 * (dataworks.md 2.4); without one it would leave an empty mail. */
static void
body_view(const struct document *doc, struct document *view)
{
	bool has_body = false;

	*view = *doc;
	view->blocks = xcalloc(doc->block_count + 1, sizeof(*doc->blocks));
	view->block_count = 0;
	for (size_t i = 0; i < doc->block_count; i++)
		has_body |= doc->blocks[i].kind == DOC_EMAIL_BODY;
	for (size_t i = 0; i < doc->block_count; i++)
		if (!has_body || doc->blocks[i].kind != DOC_MARKDOWN)
			view->blocks[view->block_count++] = doc->blocks[i];
}

struct attachments {
	struct mime_entity *list;
	struct buf *contents; /* one each */
	size_t count;
};

/* Another file, its content still to be written into what is returned. */
static struct buf *
add_attachment(struct attachments *a, struct document *doc, const char *type,
	const char *extension)
{
	a->list[a->count] = (struct mime_entity){ .type = type,
		.filename = attach_name(doc, a->count + 1, extension) };
	return &a->contents[a->count++];
}

static bool
attach_workbook(struct attachments *a, struct document *doc, struct err *err)
{
	const struct doc_table **tables = xcalloc(doc->block_count + 1, sizeof(*tables));
	size_t count = 0;
	bool ok;

	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].kind == DOC_TABLE)
			tables[count++] = &doc->blocks[i].table;
	ok = count == 0 || xlsx_add_tables(add_attachment(a, doc, XLSX_TYPE, "xlsx"), tables, count,
		err);
	free(tables);
	return ok;
}

static bool
make_attachments(struct attachments *a, struct document *doc, const struct settings *settings,
	struct err *err)
{
	const char *form = settings_get(settings, "tables");
	bool ok = true;

	a->list = xcalloc(doc->block_count + 2, sizeof(*a->list));
	a->contents = xcalloc(doc->block_count + 2, sizeof(*a->contents));
	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].kind == DOC_MARKDOWN)
			attach_add_markdown(add_attachment(a, doc, ATTACH_MARKDOWN, "md"), doc,
				&doc->blocks[i], 1);
		else if (doc->blocks[i].kind == DOC_TABLE && strcmp(form, "xlsx") != 0)
			attach_add_csv(add_attachment(a, doc, ATTACH_CSV, "csv"),
				&doc->blocks[i].table);
	if (strcmp(form, "xlsx") == 0 || strcmp(form, "both") == 0)
		ok = attach_workbook(a, doc, err);
	for (size_t i = 0; i < a->count; i++)
		a->list[i].content = buf_str(&a->contents[i]);
	return ok;
}

static void
attachments_fini(struct attachments *a)
{
	for (size_t i = 0; i < a->count; i++)
		buf_fini(&a->contents[i]);
	free(a->contents);
	free(a->list);
}

/* --- headers ------------------------------------------------------------------ */

/* The address as it travels: its domain in ASCII where the rest is. */
static struct mime_address
wire_address(struct arena *arena, const char *address, struct str nickname)
{
	const char *at = strrchr(address, '@');
	char domain[256];
	bool is_ascii = true;

	for (const char *p = address; *p; p++)
		is_ascii &= (unsigned char)*p < 0x80;
	if (!is_ascii && at && net_host_to_ascii(at + 1, domain))
		address = arena_printf(arena, "%.*s@%s", (int)(at - address), address, domain);
	return (struct mime_address){ nickname, str_from(address) };
}

static void
add_address_list(struct buf *to, struct arena *arena, const char *header,
	const struct name_list *names)
{
	struct mime_address *list = arena_array(arena, struct mime_address, names->count + 1);

	for (size_t i = 0; i < names->count; i++)
		list[i] = wire_address(arena, names->list[i], STR_NONE);
	mime_add_addresses(to, header, list, names->count);
}

/* "<hash of seed and destination@sender's domain>" */
static void
add_id(struct buf *to, struct buf *seed, const struct settings *settings)
{
	static const char *const names[] = { "smtp_host", "sender", "receivers", "cc", "bcc" };
	const char *domain = strrchr(settings_get(settings, "sender"), '@');
	unsigned char digest[16];
	char hex[33];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_addf(seed, "\n%s", settings_get(settings, names[i]));
	crypto_generichash(digest, sizeof(digest), (const unsigned char *)seed->p, seed->len, NULL,
		0);
	sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	buf_addf(to, "<%s@%s>", hex, domain && domain[1] ? domain + 1 : "localhost");
}

/* The same for each retry and resend, different for each destination. */
static void
add_message_id(struct buf *to, const struct document *doc, const struct settings *settings)
{
	struct buf seed = BUF_INIT, id = BUF_INIT;

	buf_addf(&seed, "%s\n%s\n%lld", doc->message_id ? doc->message_id : "",
		doc->task ? doc->task : "", (long long)doc->scheduled_us);
	add_id(&id, &seed, settings);
	mime_add_raw_header(to, "Message-ID", buf_str(&id));
	buf_fini(&seed);
	buf_fini(&id);
}

/* Mails of one task answer one that never was: clients show them as one thread. */
static void
add_thread(struct buf *to, const struct document *doc, const struct settings *settings)
{
	struct buf seed = BUF_INIT, id = BUF_INIT;

	if (!settings_bool(settings, "thread", false))
		return;
	buf_addf(&seed, "thread\n%s", doc->task ? doc->task : "");
	add_id(&id, &seed, settings);
	mime_add_raw_header(to, "In-Reply-To", buf_str(&id));
	mime_add_raw_header(to, "References", buf_str(&id));
	buf_fini(&seed);
	buf_fini(&id);
}

static void
add_headers(struct buf *to, struct document *doc, const struct settings *settings)
{
	struct arena *arena = &doc->arena;
	struct name_list receivers = settings_words(settings, "receivers", arena);
	struct name_list cc = settings_words(settings, "cc", arena);
	struct name_list reply_to = settings_words(settings, "reply_to", arena);
	struct str sender = str_trim(str_from(settings_get(settings, "sender")));
	struct mime_address from = wire_address(arena, arena_str(arena, sender).p,
		str_from(settings_get(settings, "nickname")));

	mime_add_date(to, doc->scheduled_us, doc->zone);
	mime_add_addresses(to, "From", &from, 1);
	add_address_list(to, arena, "To", &receivers);
	if (cc.count > 0)
		add_address_list(to, arena, "Cc", &cc);
	if (reply_to.count > 0)
		add_address_list(to, arena, "Reply-To", &reply_to);
	mime_add_header(to, "Subject", chat_title(doc));
	add_message_id(to, doc, settings);
	add_thread(to, doc, settings);
	mime_add_raw_header(to, "Auto-Submitted", STR("auto-generated"));
	mime_add_raw_header(to, "X-Auto-Response-Suppress", STR("All"));
	mime_add_raw_header(to, "MIME-Version", STR("1.0"));
}

static void
add_message(struct buf *to, struct document *doc, const struct settings *settings,
	const struct mime_entity *alternatives, const struct pictures *pictures,
	const struct attachments *attachments)
{
	struct mime_entity *related = xcalloc(pictures->count + 1, sizeof(*related));
	struct mime_entity *mixed = xcalloc(attachments->count + 1, sizeof(*mixed));
	struct mime_entity whole = { .type = "multipart/mixed", .children = mixed,
		.child_count = attachments->count + 1 };

	related[0] = (struct mime_entity){ .type = "multipart/alternative",
		.children = alternatives, .child_count = 2 };
	for (size_t i = 0; i < pictures->count; i++) {
		const struct picture *p = &pictures->list[i];

		related[i + 1] = (struct mime_entity){ .type = p->file.type,
			.content = buf_str(&p->file.bytes), .filename = str_from(p->name),
			.content_id = p->content_id };
	}
	mixed[0] = (struct mime_entity){
		.type = "multipart/related; type=\"multipart/alternative\"",
		.children = related, .child_count = pictures->count + 1 };
	for (size_t i = 0; i < attachments->count; i++)
		mixed[i + 1] = attachments->list[i];
	add_headers(to, doc, settings);
	mime_add_entity(to, &whole, str_from(doc->message_id ? doc->message_id : ""));
	free(related);
	free(mixed);
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct pictures pictures = { 0 };
	struct attachments attachments = { 0 };
	struct buf text = BUF_INIT, html = BUF_INIT, message = BUF_INIT;
	struct render_text_options text_options = { .columns = 0, .ascii = true, .no_title = true,
		.max_rows = BODY_ROWS };
	struct render_html_options html_options = { .max_rows = BODY_ROWS, .image = picture_address,
		.context = &pictures };
	struct part part = { .number = 1, .of = 1, .content_type = "message/rfc822",
		.kind = "mail", .title = chat_title(doc) };
	struct document view = { 0 };
	bool ok = load_pictures(&pictures, doc, err) &&
		make_attachments(&attachments, doc, settings, err);

	if (ok) {
		body_view(doc, &view);
		render_text(&text, &view, &text_options);
		render_html(&html, &view, &html_options);
		const struct mime_entity alternatives[2] = {
			{ .type = "text/plain; charset=UTF-8", .content = buf_str(&text) },
			{ .type = "text/html; charset=UTF-8", .content = buf_str(&html) },
		};
		add_message(&message, doc, settings, alternatives, &pictures, &attachments);
		for (size_t i = 0; i < doc->block_count; i++)
			if (doc->blocks[i].kind == DOC_TABLE)
				part.rows += doc->blocks[i].table.row_count;
		if (message.len > MESSAGE_WARN)
			document_warn(doc, "W_SIZE", "the mail has %zu MB; many servers take less",
				message.len >> 20);
		part.body = buf_str(&message);
		part.holder = &message;
		part.measured = message.len;
		ok = sink->part(sink, &part, err);
	}
	free(view.blocks);
	pictures_fini(&pictures);
	attachments_fini(&attachments);
	buf_fini(&text);
	buf_fini(&html);
	buf_fini(&message);
	return ok;
}

/* The body, and the names of what is attached. */
static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	struct render_text_options options = { .columns = columns, .styled = true,
		.max_rows = BODY_ROWS };
	struct attachments attachments = { 0 };
	struct document view;

	bool ok = make_attachments(&attachments, doc, settings, err);

	body_view(doc, &view);
	render_text(to, &view, &options);
	text_role_add(to, TEXT_MUTED);
	for (size_t i = 0; i < attachments.count; i++)
		buf_addf(to, "%s+ %.*s (%zu bytes)\n", i == 0 ? "\n" : "",
			STR_ARG(attachments.list[i].filename), attachments.list[i].content.len);
	text_role_add(to, TEXT_PLAIN);
	attachments_fini(&attachments);
	free(view.blocks);
	return ok;
}

/* One @, something on both sides, nothing that could end it in a command. */
static bool
check_addresses(const struct settings *settings, const char *field, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct name_list list = settings_words(settings, field, &arena);
	bool ok = true;

	for (size_t i = 0; ok && i < list.count; i++) {
		const char *a = list.list[i], *at = strrchr(a, '@');

		if (!at || at == a || !at[1] || strpbrk(a, " \t<>\r\n\"") || strlen(a) > 254) {
			ok = err_set(err, ERR_INPUT, "%s: '%s' is not a mail address", field, a);
			err_hint(err, "write name@example.org, several with commas");
		}
	}
	arena_fini(&arena);
	return ok;
}

static bool
check(const struct settings *settings, struct err *err)
{
	static const char *const lists[] = { "sender", "receivers", "cc", "bcc", "reply_to" };
	const char *security = settings_get(settings, "security");
	long port = (long)settings_integer(settings, "smtp_port", 465);

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!check_addresses(settings, lists[i], err))
			return false;
	if (settings_has(settings, "password") + settings_has(settings, "oauth_token") +
		settings_has(settings, "oauth_token_file") > 1)
		return err_set(err, ERR_INPUT,
			"one of password, oauth_token and oauth_token_file");
	if (strchr(settings_get(settings, "sender"), ','))
		return err_set(err, ERR_INPUT, "sender: one address only");
	if ((port == 465 && strcmp(security, "starttls") == 0) ||
		(port == 587 && strcmp(security, "tls") == 0)) {
		err_set(err, ERR_INPUT, "security=%s does not go with port %ld", security, port);
		return err_hint(err, "port 465 wants tls, port 587 starttls");
	}
	return true;
}

const struct channel channel_email = {
	.name = "email",
	.label = N_("Email"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.picture_max = PICTURE_MAX,
	.resend_unknown = true,
	.about = N_("mail by SMTP"),
	.build = build,
	.preview = preview,
	.send = email_send,
	.check = check,
};
