/* SPDX-License-Identifier: MIT */
#include "src/content/document.h"

#include <stdio.h>
#include <stdlib.h>

void
document_fini(struct document *d)
{
	arena_fini(&d->arena);
	*d = (struct document)DOCUMENT_INIT;
}

void
document_warn(struct document *d, const char *code, const char *fmt, ...)
{
	struct buf message = BUF_MAX(4096);
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	buf_vaddf(&message, fmt, ap);
	va_end(ap);
	text = buf_text(&message);
	for (size_t i = 0; i < d->warning_count; i++)
		if (strcmp(d->warnings[i].code, code) == 0 &&
			strcmp(d->warnings[i].message, text) == 0)
			goto out;
	if (d->warning_count == d->warning_room) {
		size_t room = d->warning_room ? d->warning_room * 2 : 8;

		d->warnings = arena_grow(&d->arena, d->warnings,
			d->warning_room * sizeof(*d->warnings), room * sizeof(*d->warnings));
		d->warning_room = room;
	}
	d->warnings[d->warning_count++] =
		(struct warning){ .code = code, .message = arena_strdup(&d->arena, text) };
out:
	buf_fini(&message);
}

void
text_plain(struct buf *to, const struct text *t)
{
	for (size_t i = 0; i < t->count; i++)
		buf_add_str(to, t->spans[i].text);
}

void
text_escaped(struct buf *to, const struct text *t, escape_fn escape)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->spans[i].is_data && escape)
			escape(to, t->spans[i].text);
		else
			buf_add_str(to, t->spans[i].text);
}

void
thousands_add(struct buf *to, size_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%zu", n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_addc(to, ',');
		buf_addc(to, digits[i]);
	}
}
