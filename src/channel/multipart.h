/* SPDX-License-Identifier: MIT */
/* Bodies of multipart/form-data, for channels that take files. Pure: the boundary
 * comes from the content, so the same content gives the same bytes. */
#ifndef DP_CHANNEL_MULTIPART_H
#define DP_CHANNEL_MULTIPART_H

#include "src/base/buf.h"

struct multipart {
	struct buf body;
	char boundary[48];
	char content_type[96]; /* for the request's header */
};

void multipart_init(struct multipart *m, struct str content);
void multipart_add_field(struct multipart *m, const char *name, struct str value);
/* Quotes, backslashes and control characters of the file's name become "_". */
void multipart_add_file(struct multipart *m, const char *name, struct str filename,
	const char *type, struct str bytes);
void multipart_end(struct multipart *m);
void multipart_fini(struct multipart *m);

#endif
