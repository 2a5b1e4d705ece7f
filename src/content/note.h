/* SPDX-License-Identifier: MIT */
/* A short message of our own as a document: notices and test messages. */
#ifndef DP_CONTENT_NOTE_H
#define DP_CONTENT_NOTE_H

#include "src/content/document.h"

/* Title and one paragraph a line of `text`; both are data, never markup. Times are
 * shown in UTC. Needs no module. */
DP_API void document_init_note(struct document *doc, const char *title, const char *text,
	const char *message_id, int64_t at_us);

#endif
