/* SPDX-License-Identifier: MIT */
/* The local channel: a message becomes files in a folder, one for each format, named
 * TASK_DATE_TIME. Sending again writes the same files again: nothing is doubled, and
 * a reader never sees half a file. The body is the list of files as JSON. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/channel/channel.h"
#include "src/content/csv.h"
#include "src/content/render_html.h"
#include "src/content/render_json.h"
#include "src/content/render_markdown.h"
#include "src/content/render_text.h"
#include "src/content/xlsx.h"
#include "src/net/net.h"

#define TEXT_COLUMNS 100 /* of .txt files */

static const struct field fields[] = {
	{ .name = "path", .label = N_("Folder"), .kind = FIELD_PATH, .required = true,
		.help = N_("the folder the files are written to; made when it is missing") },
	{ .name = "formats", .label = N_("Formats"), .kind = FIELD_LIST,
		.initial = "txt,md,html,csv,json",
		.help = N_("any of txt, md, html, csv, json, xlsx") },
};

struct bundle {
	struct document *doc;
	struct buf json;
	struct str base; /* TASK_DATE_TIME */
	size_t files;
};

static void
add_file(struct bundle *b, const char *suffix, struct str bytes, bool is_text)
{
	struct buf name = BUF_INIT, code = BUF_INIT;

	buf_add_str(&name, b->base);
	buf_adds(&name, suffix);
	buf_adds(&b->json, b->files++ ? ",\n{\"name\":" : "{\"name\":");
	json_add_string(&b->json, buf_str(&name));
	buf_adds(&b->json, is_text ? ",\"text\":" : ",\"base64\":");
	if (!is_text)
		base64_add(&code, bytes);
	json_add_string(&b->json, is_text ? bytes : buf_str(&code));
	buf_addc(&b->json, '}');
	buf_fini(&name);
	buf_fini(&code);
}

static bool
add_text_file(struct bundle *b, struct err *err)
{
	struct render_text_options options = { .columns = TEXT_COLUMNS };
	struct buf text = BUF_INIT;

	(void)err;
	render_text(&text, b->doc, &options);
	add_file(b, ".txt", buf_str(&text), true);
	buf_fini(&text);
	return true;
}

static bool
add_markdown_file(struct bundle *b, struct err *err)
{
	struct buf text = BUF_INIT;

	(void)err;
	render_markdown(&text, b->doc, &md_dialect_gfm, true);
	add_file(b, ".md", buf_str(&text), true);
	buf_fini(&text);
	return true;
}

static bool
add_html_file(struct bundle *b, struct err *err)
{
	struct render_html_options options = { .with_title = true };
	struct buf text = BUF_INIT;

	(void)err;
	render_html(&text, b->doc, &options);
	add_file(b, ".html", buf_str(&text), true);
	buf_fini(&text);
	return true;
}

static bool
add_json_file(struct bundle *b, struct err *err)
{
	struct document alone = *b->doc; /* preview, test and run give the same bytes */
	struct buf text = BUF_INIT;
	bool ok;

	alone.run_id = NULL;
	ok = render_json_document(&text, &alone, err);

	buf_addc(&text, '\n');
	if (ok)
		add_file(b, ".json", buf_str(&text), true);
	buf_fini(&text);
	return ok;
}

static size_t
count_tables(const struct document *doc)
{
	size_t count = 0;

	for (size_t i = 0; i < doc->block_count; i++)
		count += doc->blocks[i].kind == DOC_TABLE;
	return count;
}

static bool
add_csv_files(struct bundle *b, struct err *err)
{
	struct csv_options options = { .bom = true };
	size_t tables = count_tables(b->doc), number = 0;
	char suffix[32];

	(void)err;
	for (size_t i = 0; i < b->doc->block_count; i++) {
		struct buf text = BUF_INIT;

		if (b->doc->blocks[i].kind != DOC_TABLE)
			continue;
		snprintf(suffix, sizeof(suffix), "_%zu.csv", ++number);
		csv_add_table(&text, &b->doc->blocks[i].table, &options);
		add_file(b, tables == 1 ? ".csv" : suffix, buf_str(&text), true);
		buf_fini(&text);
	}
	return true;
}

static bool
add_xlsx_file(struct bundle *b, struct err *err)
{
	size_t tables = count_tables(b->doc), n = 0;
	const struct doc_table **list;
	struct buf bytes = BUF_INIT;
	bool ok;

	if (tables == 0)
		return true;
	list = arena_array(&b->doc->arena, const struct doc_table *, tables);
	for (size_t i = 0; i < b->doc->block_count; i++)
		if (b->doc->blocks[i].kind == DOC_TABLE)
			list[n++] = &b->doc->blocks[i].table;
	ok = xlsx_add_tables(&bytes, list, tables, err);
	if (ok)
		add_file(b, ".xlsx", buf_str(&bytes), false);
	buf_fini(&bytes);
	return ok;
}

static const struct format {
	const char *name;
	bool (*add)(struct bundle *b, struct err *err);
} formats[] = {
	{ "txt", add_text_file }, { "md", add_markdown_file }, { "html", add_html_file },
	{ "csv", add_csv_files }, { "json", add_json_file },   { "xlsx", add_xlsx_file },
};

/* Takes the next word of a comma separated list; empty at the end. */
static struct str
next_word(struct str *list)
{
	struct str word = STR_NONE;

	while (list->len && word.len == 0) {
		size_t comma = str_find(*list, STR(","), 0);

		word = str_trim(str_slice(*list, 0, comma));
		*list = comma == SIZE_MAX ? STR_NONE : str_slice(*list, comma + 1, list->len);
	}
	return word;
}

static const struct format *
find_format(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_equal_nocase(name, str_from(formats[i].name)))
			return &formats[i];
	return NULL;
}

static bool
check(const struct settings *settings, struct err *err)
{
	struct str list = str_from(settings_get(settings, "formats")), word;

	while ((word = next_word(&list)).len)
		if (!find_format(word)) {
			err_set(err, ERR_INPUT, "there is no format '%.*s'", STR_ARG(word));
			return err_hint(err, "formats are txt, md, html, csv, json, xlsx");
		}
	return true;
}

/* A "/" in it would lead out of the folder. */
static struct str
base_name(struct document *doc, struct err *err)
{
	const struct zone *zone = doc->zone ? doc->zone : zone_get("UTC", err);
	struct civil at;
	char *name;

	if (!zone)
		return STR_NONE;
	at = zone_civil(zone, doc->scheduled_us);
	name = arena_printf(&doc->arena, "%s_%04d%02d%02d_%02d%02d", doc->task,
		doc->business_date.year, doc->business_date.month, doc->business_date.day, at.hour,
		at.minute);
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '_';
	if (*name == '.')
		*name = '_';
	return str_from(name);
}

static bool
add_formats(struct bundle *b, const struct settings *settings, struct err *err)
{
	struct str list = str_from(settings_get(settings, "formats")), word;

	if (list.len == 0)
		list = STR("txt,md,html,csv,json");
	while ((word = next_word(&list)).len) {
		const struct format *f = find_format(word);

		if (f && !f->add(b, err))
			return false;
	}
	return true;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct bundle b = { .doc = doc };
	struct buf title = BUF_INIT;
	struct part part = { .number = 1, .of = 1, .content_type = "application/json",
		.kind = "files" };
	bool ok;

	b.base = base_name(doc, err);
	if (b.base.len == 0)
		return false;
	text_plain(&title, &doc->title);
	buf_adds(&b.json, "{\"files\":[\n");
	ok = add_formats(&b, settings, err);
	buf_adds(&b.json, "\n]}\n");
	if (ok && (buf_is_over(&b.json)))
		ok = err_set(err, ERR_LIMIT, "the files of this message are too large");
	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].kind == DOC_TABLE)
			part.rows += doc->blocks[i].table.row_count;
	part.body = buf_str(&b.json);
	part.title = buf_str(&title);
	part.measured = b.json.len;
	ok = ok && sink->part(sink, &part, err);
	buf_fini(&b.json);
	buf_fini(&title);
	return ok;
}

/* --- sending --- */

struct placing {
	struct outcome *outcome;
	const char *path;
	int folder;
};

static bool
fail(struct placing *p, const char *what, const char *name)
{
	int code = errno;
	struct outcome *o = p->outcome;
	bool later = code == ENOSPC || code == EDQUOT || code == EIO || code == EMFILE;

	o->state = later ? OUTCOME_DEFERRED : OUTCOME_REJECTED;
	o->class = later ? CLASS_SERVER : CLASS_TARGET_GONE;
	snprintf(o->message, sizeof(o->message), "%s %s%s%s: %s", what, p->path,
		*name ? "/" : "", name, strerror(code));
	snprintf(o->advice, sizeof(o->advice), "%s",
		code == EIO ? "look for messages of that disk in the system's log"
		: later	    ? "make room on that disk"
		      : "make the folder writable for this user, or give the destination another");
	return false;
}

/* Like mkdir -p; whether it worked shows when the folder is opened. */
static void
make_folder(const char *path)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, path);
	for (size_t i = 1; i <= b.len; i++)
		if (b.p[i] == '/' || b.p[i] == '\0') {
			char c = b.p[i];

			b.p[i] = '\0';
			mkdir(b.p, 0777);
			b.p[i] = c;
		}
	buf_fini(&b);
}

static bool
open_folder(struct placing *p)
{
	p->folder = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->folder < 0 && errno == ENOENT) {
		make_folder(p->path);
		p->folder = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return p->folder >= 0 || fail(p, "cannot open the folder", "");
}

static bool
write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			bytes = str_slice(bytes, (size_t)n, bytes.len);
	}
	return true;
}

/* Whole or not at all: a file beside it, then renamed over it. */
static bool
place_file(struct placing *p, const char *name, struct str bytes)
{
	char *temporary = xasprintf(".%s.%ld", name, (long)getpid());
	int fd = openat(p->folder, temporary,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	bool ok = fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && renameat(p->folder, temporary, p->folder, name) == 0;
	if (!ok) {
		fail(p, "cannot write", name);
		if (fd >= 0)
			unlinkat(p->folder, temporary, 0);
	}
	free(temporary);
	return ok;
}

static bool
refuse_body(struct placing *p, const char *why)
{
	p->outcome->state = OUTCOME_REJECTED;
	p->outcome->class = CLASS_CONTENT;
	snprintf(p->outcome->message, sizeof(p->outcome->message), "%s", why);
	return false;
}

static const char *
member(const cJSON *item, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, key));
}

static bool
place_item(struct placing *p, const cJSON *item)
{
	const char *name = member(item, "name");
	const char *text = member(item, "text");
	const char *code = member(item, "base64");
	unsigned char *bytes;
	size_t len = 0;
	bool ok;

	if (!name || !*name || *name == '.' || strchr(name, '/') || (!text && !code))
		return refuse_body(p, "the list of files is damaged");
	if (text)
		return place_file(p, name, str_from(text));
	bytes = xmalloc(strlen(code) + 1);
	ok = sodium_base642bin(bytes, strlen(code), code, strlen(code), NULL, &len, NULL,
		     sodium_base64_VARIANT_ORIGINAL) == 0
		     ? place_file(p, name, (struct str){ (char *)bytes, len })
		     : refuse_body(p, "the list of files is damaged");
	free(bytes);
	return ok;
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct placing p = { .outcome = outcome, .folder = -1,
		.path = settings_get(request->settings, "path") };
	struct err err = ERR_INIT;
	cJSON *json = json_parse(request->part->body, &err);
	const cJSON *files = cJSON_GetObjectItemCaseSensitive(json, "files"), *item;
	const char *first = NULL;
	bool ok;

	*outcome = (struct outcome)OUTCOME_INIT;
	ok = cJSON_IsArray(files) || refuse_body(&p, "the list of files is damaged");
	ok = ok && open_folder(&p);
	cJSON_ArrayForEach(item, files) {
		ok = ok && place_item(&p, item);
		if (!first)
			first = member(item, "name");
	}
	if (ok && fsync(p.folder) != 0 && errno != EINVAL)
		ok = fail(&p, "cannot write", "");
	if (ok) {
		outcome->state = OUTCOME_ACCEPTED;
		snprintf(outcome->message, sizeof(outcome->message), "%s/%s", p.path,
			first ? first : "");
	}
	if (p.folder >= 0)
		close(p.folder);
	cJSON_Delete(json);
}

const struct channel channel_file = {
	.name = "file",
	.label = N_("File"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget_unit = "bytes",
	.resend_unknown = true,
	.is_local = true,
	.about = N_("Files in a folder: text, Markdown, HTML, CSV, JSON, XLSX"),
	.build = build,
	.send = send,
	.check = check,
};
