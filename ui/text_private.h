/* SPDX-License-Identifier: MIT */
/* The inside of struct text, for text.c (tree), text_undo.c and text_find.c. */
#ifndef DP_UI_TEXT_PRIVATE_H
#define DP_UI_TEXT_PRIVATE_H

#include "ui/text.h"

struct chunk {
	struct chunk *left, *right;
	uint32_t priority; /* a treap: heap by this, in order by place */
	uint32_t len, cap;
	uint32_t lines;	   /* line breaks in it */
	size_t all_len, all_lines; /* of the whole subtree */
	char *bytes;
};

struct edit {
	size_t pos, removed, added;
	char *bytes; /* what was removed, then what was added */
	uint32_t group;
	bool typed;
};

struct text {
	struct chunk *root;
	uint32_t random;
	uint64_t version;
	text_change_fn changed;
	void *context;
	struct edit *edits;
	size_t edit_count, edit_room;
	size_t done;  /* edits[0..done) are in the text, the others were undone */
	size_t saved; /* value of `done` when it was saved; SIZE_MAX: gone */
	uint32_t group;
	int depth;    /* of text_group_begin */
	bool closed;  /* the next typed edit begins a new group */
};

/* Changes the tree and tells; no undo. */
void text_apply(struct text *t, size_t from, size_t to, struct str with);
void text_forget_edits(struct text *t);

#endif
