/* SPDX-License-Identifier: MIT */
/* Marks in an author's literal text that a client would act on when it reads it anew. */
#ifndef DP_CONTENT_MD_MARKS_H
#define DP_CONTENT_MD_MARKS_H

#include "src/content/document.h"

/* For each byte of all spans together, whether it is one of `marks` that pairs with
 * another, or a "<" that would open a tag. A value stands for a word: it has no marks of
 * its own, as it is escaped. The caller frees it. */
bool *md_marks_find(const struct text *text, const char *marks);

#endif
