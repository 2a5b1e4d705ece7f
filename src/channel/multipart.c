/* SPDX-License-Identifier: MIT */
#include "src/channel/multipart.h"

#include <sodium.h>
#include <stdio.h>

void
multipart_init(struct multipart *m, struct str content)
{
	unsigned char digest[16];
	char hex[33];

	*m = (struct multipart){ .body = BUF_INIT };
	crypto_generichash(digest, sizeof(digest),
		(const unsigned char *)(content.p ? content.p : ""), content.len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	snprintf(m->boundary, sizeof(m->boundary), "dpstudio-%s", hex);
	snprintf(m->content_type, sizeof(m->content_type), "multipart/form-data; boundary=%s",
		m->boundary);
}

static void
add_safe(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		buf_addc(to, c < 0x20 || c == 0x7F || c == '"' || c == '\\' ? '_' : (char)c);
	}
}

void
multipart_add_field(struct multipart *m, const char *name, struct str value)
{
	buf_addf(&m->body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n",
		m->boundary, name);
	buf_add_str(&m->body, value);
	buf_adds(&m->body, "\r\n");
}

void
multipart_add_file(struct multipart *m, const char *name, struct str filename, const char *type,
	struct str bytes)
{
	buf_addf(&m->body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"",
		m->boundary, name);
	add_safe(&m->body, filename);
	buf_addf(&m->body, "\"\r\nContent-Type: %s\r\n\r\n", type);
	buf_add_str(&m->body, bytes);
	buf_adds(&m->body, "\r\n");
}

void
multipart_end(struct multipart *m)
{
	buf_addf(&m->body, "--%s--\r\n", m->boundary);
}

void
multipart_fini(struct multipart *m)
{
	buf_fini(&m->body);
}
