/* SPDX-License-Identifier: MIT */
#include "src/base/mark.h"

#include <stddef.h>

static say_fn language;

void
spoken_in(say_fn say)
{
	language = say;
}

const char *
spoken(const char *text)
{
	return language ? language(text) : text;
}
