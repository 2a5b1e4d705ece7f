/* SPDX-License-Identifier: MIT */
/* What a stored word is called on the screen: the choices of fields, the states of runs,
 * versions and deliveries. The word itself is what is kept, what the commands take and
 * what the letters of a form choose by; only its label is translated. */
#ifndef DP_UI_CHOICE_H
#define DP_UI_CHOICE_H

#include <stdbool.h>

/* The word itself in English, and where it has no label. */
const char *choice_label(const char *word);
/* Whether it stands in the table that the catalogue is made from. */
bool choice_is_known(const char *word);

#endif
