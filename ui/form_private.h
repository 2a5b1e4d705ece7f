/* SPDX-License-Identifier: MIT */
/* The inside of a form: form.c (fields, drawing, keys), form_choice.c (what is offered). */
#ifndef DP_UI_FORM_PRIVATE_H
#define DP_UI_FORM_PRIVATE_H

#include "ui/form.h"

/* The field's value was changed: its error goes, the owner hears of it. */
void form_touched(struct form *form, struct form_field *f);

/* By steps of 1 or -1, around. */
void form_turn_choice(struct form *form, struct form_field *f, int by);
/* To the next choice that begins with the letter. */
void form_turn_to_letter(struct form *form, struct form_field *f, uint32_t letter);
void form_pick_choice(struct form *form, struct form_field *f);
/* Values that the owner suggests, to pick from; false when there are none. */
bool form_suggest(struct form *form, struct form_field *f);

#endif
