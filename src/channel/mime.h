/* SPDX-License-Identifier: MIT */
/* Mail messages as text: RFC 5322 headers, RFC 2045-2049 bodies. Pure: the same
 * input gives the same bytes (boundaries come from `seed`). What comes out has CRLF
 * line ends only, no line above 998 bytes, no byte above 127 and no header that the
 * input could have smuggled in: control characters of values become blanks. */
#ifndef DP_CHANNEL_MIME_H
#define DP_CHANNEL_MIME_H

#include "src/base/buf.h"
#include "src/base/zone.h"

/* "Name: value", folded, in RFC 2047 words where it is not plain ASCII. */
DP_API void mime_add_header(struct buf *to, const char *name, struct str value);
/* "Name: value" as it is, for values of our own (a Message-ID, a token). Control
 * characters become blanks here too. */
DP_API void mime_add_raw_header(struct buf *to, const char *name, struct str value);

struct mime_address {
	struct str nickname; /* may be empty */
	struct str address;
};

/* "Name: "Nick" <a@b.c>,\r\n d@e.f"; no addresses: "undisclosed-recipients:;". */
DP_API void mime_add_addresses(struct buf *to, const char *name,
	const struct mime_address *list, size_t count);
/* "Date: Fri, 20 Nov 2026 09:36:22 +0000", English whatever the locale. zone NULL: UTC. */
DP_API void mime_add_date(struct buf *to, int64_t at_us, const struct zone *zone);

/* Quoted-printable of a text: any line end becomes CRLF, lines up to 76. */
DP_API void mime_add_quoted(struct buf *to, struct str text);
/* Base64 in lines of 76 with CRLF after each. */
DP_API void mime_add_base64(struct buf *to, struct str bytes);

/* A piece of the message: a leaf with content, or a multipart with children. */
struct mime_entity {
	const char *type;	/* "text/html; charset=UTF-8", "multipart/mixed" */
	struct str content;
	struct str filename;	/* of an attachment or inline picture; empty: none */
	const char *content_id; /* "chart1@x": inline picture; NULL none */
	const struct mime_entity *children;
	size_t child_count;
};

/* Content headers, blank line, body. A multipart with one child is that child. Text
 * without a file name goes quoted-printable, or base64 where that is shorter; files
 * go base64, byte for byte. */
DP_API void mime_add_entity(struct buf *to, const struct mime_entity *entity, struct str seed);

#endif
