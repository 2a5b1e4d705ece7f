/* SPDX-License-Identifier: MIT */
/* The inside of the block screen: block.c (texts, pictures, the screen), block_table.c
 * (columns and their conditions). */
#ifndef DP_UI_SCREENS_BLOCK_PRIVATE_H
#define DP_UI_SCREENS_BLOCK_PRIVATE_H

#include "ui/editor.h"
#include "ui/form.h"
#include "ui/screens/draft.h"
#include "ui/screens/preview.h"
#include "ui/tabs.h"
#include "ui/tree.h"

struct block_screen {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct tabs tabs;
	char *node; /* the push node's name */
	size_t index;
	enum block_kind kind;
	struct editor editor; /* texts */
	struct form picture;
	struct preview_view preview;
	/* tables: row 0 of `columns` is the table itself */
	struct tree columns, rules;
	struct form column, rule;
	bool own_change, filling;
};

/* The block in the draft, ready to be changed; NULL when it is gone. */
struct block *block_now(struct block_screen *b);
void block_tell(struct block_screen *b);

void block_table_init(struct block_screen *b);
void block_table_fini(struct block_screen *b);
void block_table_fill(struct block_screen *b);
void block_table_layout(struct block_screen *b, struct rect area);
void block_table_add(struct block_screen *b);
void block_table_remove(struct block_screen *b);
void block_table_move(struct block_screen *b, int by);

#endif
