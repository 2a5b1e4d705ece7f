/* SPDX-License-Identifier: MIT */
/* Marks a text that the studio shows in the person's language: share/dev/locale takes
 * it into the catalogue. The engine speaks English but where it is given a say_fn. What a
 * form refuses while a person types (time expressions, cron lines, names, dates, numbers)
 * is said in the language of the process: English unless it is set, as in every command. */
#ifndef DP_BASE_MARK_H
#define DP_BASE_MARK_H

#include "src/base/api.h"

#define N_(text) text

/* The marked text in the person's language; what it answers lives for ever. */
typedef const char *(*say_fn)(const char *text) DP_FORMAT_ARG(1);

/* NULL: English again. */
DP_API void spoken_in(say_fn say);
/* The text in that language; share/dev/locale takes what stands in its calls. */
DP_API const char *spoken(const char *text) DP_FORMAT_ARG(1);

#endif
