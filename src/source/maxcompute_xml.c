/* SPDX-License-Identifier: MIT */
#include <expat.h>
#include <stdio.h>
#include <sys/random.h>

#include "src/base/json.h"
#include "src/source/maxcompute.h"

#define MAX_DEPTH 16
#define MAX_ITEMS 4096
#define MAX_PATH 256

/* An element that is open. */
struct level {
	size_t path_len; /* of the path that ends with it */
	struct buf text;
	struct str attributes;
};

struct reader {
	XML_Parser parser;
	struct arena *arena;
	struct level levels[MAX_DEPTH];
	size_t depth;
	char path[MAX_PATH];
	struct xml_item *items;
	size_t count;
	const char *fault; /* static; NULL while all is well */
};

static void
stop(struct reader *r, const char *fault)
{
	r->fault = fault;
	XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = context;
	size_t at = r->depth ? r->levels[r->depth - 1].path_len : 0, len = strlen(name);
	struct level *level = &r->levels[r->depth];
	struct buf text = BUF_INIT;

	if (r->depth == MAX_DEPTH || at + len + 2 > MAX_PATH) {
		stop(r, "it is nested too deep");
		return;
	}
	if (at)
		r->path[at++] = '/';
	memcpy(r->path + at, name, len);
	for (; *attributes; attributes += 2)
		buf_addf(&text, "%s=%s ", attributes[0], attributes[1]);
	*level = (struct level){ at + len, BUF_INIT, arena_str(r->arena, buf_str(&text)) };
	buf_fini(&text);
	r->depth++;
}

static void XMLCALL
on_text(void *context, const XML_Char *text, int len)
{
	struct reader *r = context;

	if (r->depth)
		buf_add(&r->levels[r->depth - 1].text, text, (size_t)len);
}

static void XMLCALL
on_end(void *context, const XML_Char *name)
{
	struct reader *r = context;
	struct level *level;

	(void)name;
	if (r->count == MAX_ITEMS) {
		stop(r, "it has too many elements");
		return;
	}
	level = &r->levels[--r->depth];
	if (r->count % 64 == 0)
		r->items = arena_grow(r->arena, r->items, r->count * sizeof(*r->items),
			(r->count + 64) * sizeof(*r->items));
	r->items[r->count++] = (struct xml_item){
		arena_str(r->arena, (struct str){ r->path, level->path_len }),
		arena_str(r->arena, buf_str(&level->text)), level->attributes };
	buf_fini(&level->text);
}

static void XMLCALL
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public,
	int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	stop(context, "it has a DTD");
}

bool
xml_read(struct arena *arena, struct str text, struct xml_item **items, size_t *count,
	struct err *err)
{
	struct reader r = { .parser = XML_ParserCreate(NULL), .arena = arena };
	bool done;

	if (!r.parser || text.len > INT32_MAX) {
		XML_ParserFree(r.parser);
		return err_set(err, ERR_LIMIT, "the server's answer is too large");
	}
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	done = XML_Parse(r.parser, text.p, (int)text.len, 1) == XML_STATUS_OK && !r.fault;
	if (!done)
		err_set(err, ERR_CONNECT, "the server's answer is not readable XML: %s",
			r.fault ? r.fault : XML_ErrorString(XML_GetErrorCode(r.parser)));
	for (size_t i = 0; i < r.depth; i++)
		buf_fini(&r.levels[i].text);
	XML_ParserFree(r.parser);
	*items = r.items;
	*count = r.count;
	return done;
}

const struct xml_item *
xml_find(const struct xml_item *items, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(items[i].path, path))
			return &items[i];
	return NULL;
}

struct str
xml_attribute(const struct xml_item *item, const char *name)
{
	size_t len = strlen(name), at = 0, end;
	struct str all = item->attributes;

	while (at < all.len) {
		end = str_find(all, STR(" "), at);
		end = end == SIZE_MAX ? all.len : end;
		if (end - at > len && memcmp(all.p + at, name, len) == 0 && all.p[at + len] == '=')
			return str_slice(all, at + len + 1, end);
		at = end + 1;
	}
	return STR_NONE;
}

/* Characters that XML 1.0 cannot carry at all become blanks. */
static void
add_escaped(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '&')
			buf_adds(to, "&amp;");
		else if (c == '<')
			buf_adds(to, "&lt;");
		else if (c == '>')
			buf_adds(to, "&gt;");
		else if (c == '\r')
			buf_adds(to, "&#13;");
		else
			buf_addc(to, c < 0x20 && c != '\t' && c != '\n' ? ' ' : (char)c);
	}
}

static void
add_property(struct buf *to, const char *name, struct str value)
{
	buf_addf(to, "<Property><Name>%s</Name><Value>", name);
	add_escaped(to, value);
	buf_adds(to, "</Value></Property>");
}

static bool
make_uuid(char text[40], struct err *err)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return err_errno(err, "no random bytes");
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(text, 40,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	return true;
}

static void
add_settings(struct buf *to, const struct mc *mc, bool is_script)
{
	const char *schema = settings_get(&mc->settings, "schema");
	const char *zone = settings_get(&mc->settings, "timezone");

	buf_addc(to, '{');
	buf_adds(to, "\"odps.sql.type.system.odps2\":\"true\",");
	if (*zone)
		buf_addf(to, "\"odps.sql.timezone\":\"%s\",", zone);
	if (*schema) {
		buf_adds(to, "\"odps.namespace.schema\":\"true\",\"odps.default.schema\":");
		json_add_string(to, str_from(schema));
		buf_addc(to, ',');
	}
	if (is_script)
		buf_adds(to, "\"odps.sql.submit.mode\":\"script\",");
	buf_add_str(to, buf_str(&mc->hints));
	buf_truncate(to, to->len - 1);
	buf_addc(to, '}');
}

bool
mc_add_job(struct buf *to, const struct mc *mc, struct str sql, bool is_script, struct err *err)
{
	struct buf json = BUF_INIT;
	char uuid[40];

	if (!make_uuid(uuid, err))
		return false;
	add_settings(&json, mc, is_script);
	sql = str_trim(sql);
	buf_adds(to, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Instance><Job>"
		     "<Priority>9</Priority><Tasks><SQL><Name>AnonymousSQLTask</Name><Config>");
	add_property(to, "settings", buf_str(&json));
	add_property(to, "uuid", str_from(uuid));
	buf_adds(to, "</Config><Query>");
	add_escaped(to, sql);
	if (!str_ends(sql, STR(";")))
		buf_adds(to, "\n;");
	buf_adds(to, "</Query></SQL></Tasks><DAG><RunMode>Sequence</RunMode></DAG></Job></Instance>");
	buf_fini(&json);
	return true;
}
