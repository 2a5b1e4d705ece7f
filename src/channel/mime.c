/* SPDX-License-Identifier: MIT */
#include "src/channel/mime.h"

#include <sodium.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/net/net.h"

#define LINE_WANTED 76	/* RFC 5322 and 2047 ask for this much */
#define WORD_OPEN "=?UTF-8?B?"
#define WORD_CLOSE "?="
#define WORD_MAX 75	/* an encoded word, marks included */
#define NAME_MAX_BYTES 240

static bool
is_plain_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* Length of the longest word between blanks. */
static size_t
longest_word(struct str s)
{
	size_t longest = 0, word = 0;

	for (size_t i = 0; i < s.len; i++) {
		word = s.p[i] == ' ' ? 0 : word + 1;
		if (word > longest)
			longest = word;
	}
	return longest;
}

/* Column at the end of `to`: what may still stand in the line. */
static size_t
column_of(const struct buf *to)
{
	size_t col = 0;

	while (col < to->len && to->p[to->len - col - 1] != '\n')
		col++;
	return col;
}

/* The text in encoded words, each with whole characters, folded. */
static void
add_words(struct buf *to, struct str s)
{
	size_t at = 0;

	while (at < s.len) {
		size_t col = column_of(to), marks = strlen(WORD_OPEN WORD_CLOSE), take = 0, n;
		size_t room = col + marks < LINE_WANTED ? LINE_WANTED - col - marks : 0;

		if (room > WORD_MAX - marks)
			room = WORD_MAX - marks;
		room = room / 4 * 3;
		while (at + take < s.len) {
			uint32_t c;

			n = utf8_decode(str_slice(s, at + take, s.len), &c);
			if (take + n > room)
				break;
			take += n;
		}
		if (take > 0) {
			buf_adds(to, WORD_OPEN);
			base64_add(to, str_slice(s, at, at + take));
			buf_adds(to, WORD_CLOSE);
			at += take;
		}
		if (at < s.len)
			buf_adds(to, "\r\n ");
	}
}

/* Words of plain text, folded at blanks. */
static void
add_folded(struct buf *to, struct str s)
{
	size_t at = 0;

	while (at < s.len) {
		size_t end = str_find(s, STR(" "), at + 1);
		struct str word = str_slice(s, at, end);

		if (word.p[0] == ' ' && column_of(to) + word.len > LINE_WANTED)
			buf_adds(to, "\r\n");
		buf_add_str(to, word);
		at += word.len;
	}
}

void
mime_add_header(struct buf *to, const char *name, struct str value)
{
	struct buf clean = BUF_INIT;
	struct str s;

	utf8_sanitize(&clean, value, true);
	s = str_trim(buf_str(&clean));
	buf_addf(to, "%s: ", name);
	if (is_plain_ascii(s) && str_find(s, STR("=?"), 0) == SIZE_MAX &&
		str_find(s, STR("  "), 0) == SIZE_MAX && longest_word(s) < LINE_WANTED - 20)
		add_folded(to, s);
	else
		add_words(to, s);
	buf_adds(to, "\r\n");
	buf_fini(&clean);
}

void
mime_add_raw_header(struct buf *to, const char *name, struct str value)
{
	struct buf clean = BUF_INIT;

	utf8_sanitize(&clean, value, true);
	buf_addf(to, "%s: %s\r\n", name, buf_text(&clean));
	buf_fini(&clean);
}

static void
add_nickname(struct buf *to, struct str name)
{
	if (!is_plain_ascii(name) || name.len > 60 || str_find(name, STR("=?"), 0) != SIZE_MAX) {
		add_words(to, name);
		return;
	}
	buf_addc(to, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_addc(to, '\\');
		buf_addc(to, name.p[i]);
	}
	buf_addc(to, '"');
}

static void
add_address(struct buf *to, const struct mime_address *a)
{
	struct buf name = BUF_INIT, address = BUF_INIT;
	struct str trimmed;

	utf8_sanitize(&name, a->nickname, true);
	utf8_sanitize(&address, a->address, true);
	trimmed = str_trim(buf_str(&name));
	if (trimmed.len > 0) {
		add_nickname(to, trimmed);
		if (column_of(to) + address.len + 3 > LINE_WANTED)
			buf_adds(to, "\r\n");
		buf_addf(to, " <%s>", buf_text(&address));
	} else {
		buf_add_str(to, buf_str(&address));
	}
	buf_fini(&name);
	buf_fini(&address);
}

void
mime_add_addresses(struct buf *to, const char *name, const struct mime_address *list, size_t count)
{
	buf_addf(to, "%s: ", name);
	if (count == 0)
		buf_adds(to, "undisclosed-recipients:;");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_adds(to, column_of(to) + list[i].address.len + list[i].nickname.len >
				LINE_WANTED - 8 ? ",\r\n " : ", ");
		add_address(to, &list[i]);
	}
	buf_adds(to, "\r\n");
}

void
mime_add_date(struct buf *to, int64_t at_us, const struct zone *zone)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	int offset = zone ? zone_offset(zone, at_us) / 60 : 0;
	int64_t local = at_us / 1000000 + offset * 60;
	int64_t day = local / 86400 - (local % 86400 < 0);
	int second = (int)(local - day * 86400);
	struct date d = date_from_days(day);

	buf_addf(to, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\r\n", days[date_weekday(d)],
		d.day, months[d.month - 1], d.year, second / 3600, second / 60 % 60, second % 60,
		offset < 0 ? '-' : '+', abs(offset) / 60, abs(offset) % 60);
}

/* One byte of quoted-printable; a soft break first where the line is full. */
static void
add_quoted_byte(struct buf *to, unsigned char c, bool as_is, size_t *col)
{
	size_t width = as_is ? 1 : 3;

	if (*col + width > LINE_WANTED - 1) {
		buf_adds(to, "=\r\n");
		*col = 0;
	}
	/* A dot or "From " at the start of a line is touched by mail programs. */
	if (as_is && *col == 0 && (c == '.' || c == 'F')) {
		as_is = false;
		width = 3;
	}
	if (as_is)
		buf_addc(to, (char)c);
	else
		buf_addf(to, "=%02X", c);
	*col += width;
}

void
mime_add_quoted(struct buf *to, struct str text)
{
	size_t col = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		char next = i + 1 < text.len ? text.p[i + 1] : '\n';
		bool ends_line = next == '\n' || next == '\r';
		bool is_blank = c == ' ' || c == '\t';

		if (c == '\r' && i + 1 < text.len && text.p[i + 1] == '\n')
			continue;
		if (c == '\n' || c == '\r') {
			buf_adds(to, "\r\n");
			col = 0;
		} else {
			add_quoted_byte(to, c,
				is_blank ? !ends_line : c > ' ' && c <= '~' && c != '=',
				&col);
		}
	}
	if (col > 0)
		buf_adds(to, "\r\n");
}

void
mime_add_base64(struct buf *to, struct str bytes)
{
	enum { LINE_BYTES = LINE_WANTED / 4 * 3 };

	for (size_t at = 0; at < bytes.len; at += LINE_BYTES) {
		base64_add(to, str_slice(bytes, at, at + LINE_BYTES));
		buf_add(to, "\r\n", 2);
	}
}

/* Quoted-printable makes three bytes of one, base64 four of three. */
static bool
base64_is_shorter(struct str text)
{
	size_t escaped = 0;

	for (size_t i = 0; i < text.len; i++)
		escaped += (unsigned char)text.p[i] >= 0x7F || text.p[i] == '=';
	return escaped > text.len / 6;
}

/* The name in ASCII, for programs that do not read the other form. */
static void
add_ascii_name(struct buf *to, struct str name)
{
	for (size_t at = 0, n; at < name.len; at += n) {
		uint32_t c;

		n = utf8_decode(str_slice(name, at, name.len), &c);
		buf_addc(to, c > ' ' && c <= '~' && !strchr("\"\\/:*?<>|", (int)c) ? (char)c : '_');
	}
}

/* Cut to a length that keeps any line below 998, the extension kept. */
static void
clean_name(struct buf *to, struct str name)
{
	struct buf clean = BUF_INIT;
	struct str s, extension = STR_NONE;
	size_t room;

	utf8_sanitize(&clean, name, true);
	s = buf_str(&clean);
	for (size_t i = s.len; i > 0 && s.len - i < 10; i--)
		if (s.p[i - 1] == '.') {
			extension = str_slice(s, i - 1, s.len);
			break;
		}
	room = NAME_MAX_BYTES - extension.len;
	if (s.len - extension.len > room)
		while (room > 0 && ((unsigned char)s.p[room] & 0xC0) == 0x80)
			room--;
	else
		room = s.len - extension.len;
	buf_add_str(to, str_slice(s, 0, room));
	buf_add_str(to, extension);
	buf_fini(&clean);
}

/* The name stands once in Content-Disposition (with both forms there, strict parsers
 * take the first and drop the other), and in ASCII in Content-Type for old programs. */
static void
add_type(struct buf *to, const struct mime_entity *e, struct str name)
{
	buf_addf(to, "Content-Type: %s", e->type);
	if (name.len > 0) {
		buf_adds(to, ";\r\n name=\"");
		add_ascii_name(to, name);
		buf_addc(to, '"');
	}
	buf_adds(to, "\r\n");
}

static void
add_disposition(struct buf *to, const struct mime_entity *e, struct str name)
{
	bool is_ascii = is_plain_ascii(name);

	buf_addf(to, "Content-Disposition: %s;\r\n ", e->content_id ? "inline" : "attachment");
	buf_adds(to, is_ascii ? "filename=\"" : "filename*=UTF-8''");
	if (is_ascii)
		add_ascii_name(to, name);
	else
		url_encode_add(to, name);
	buf_adds(to, is_ascii ? "\"\r\n" : "\r\n");
}

static void
add_leaf(struct buf *to, const struct mime_entity *e)
{
	bool is_file = e->filename.len > 0;
	bool as_base64 = is_file || strncmp(e->type, "text/", 5) != 0 ||
		base64_is_shorter(e->content);
	struct buf name = BUF_INIT;

	clean_name(&name, e->filename);
	add_type(to, e, buf_str(&name));
	buf_addf(to, "Content-Transfer-Encoding: %s\r\n",
		as_base64 ? "base64" : "quoted-printable");
	if (e->content_id)
		buf_addf(to, "Content-ID: <%s>\r\n", e->content_id);
	if (is_file)
		add_disposition(to, e, buf_str(&name));
	buf_fini(&name);
	buf_adds(to, "\r\n");
	if (as_base64)
		mime_add_base64(to, e->content);
	else
		mime_add_quoted(to, e->content);
}

/* "=_" stands in no quoted-printable and no base64 text, so no content can hold it. */
static void
make_boundary(char boundary[40], struct str seed)
{
	unsigned char digest[16];
	char hex[33];

	crypto_generichash(digest, sizeof(digest), (const unsigned char *)(seed.p ? seed.p : ""),
		seed.len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	memcpy(boundary, "=_", 2);
	memcpy(boundary + 2, hex, sizeof(hex));
}

void
mime_add_entity(struct buf *to, const struct mime_entity *e, struct str seed)
{
	struct buf child_seed = BUF_INIT;
	char boundary[40];

	while (e->child_count == 1)
		e = &e->children[0];
	if (e->child_count == 0) {
		add_leaf(to, e);
		return;
	}
	make_boundary(boundary, seed);
	buf_addf(to, "Content-Type: %s;\r\n boundary=\"%s\"\r\n\r\n", e->type, boundary);
	for (size_t i = 0; i < e->child_count; i++) {
		buf_clear(&child_seed);
		buf_addf(&child_seed, "%s/%zu", boundary, i);
		buf_addf(to, "--%s\r\n", boundary);
		mime_add_entity(to, &e->children[i], buf_str(&child_seed));
	}
	buf_addf(to, "--%s--\r\n", boundary);
	buf_fini(&child_seed);
}
