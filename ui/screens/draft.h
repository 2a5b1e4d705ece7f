/* SPDX-License-Identifier: MIT */
/* What the screens that edit the open draft have in common: which task, when it runs,
 * and its parts. */
#ifndef DP_UI_SCREENS_DRAFT_H
#define DP_UI_SCREENS_DRAFT_H

#include "src/schedule/schedule.h"
#include "src/sql/dialect.h"
#include "ui/editor.h"
#include "ui/screens/notes.h"
#include "ui/studio.h"

#define DRAFT_SLOTS 5

/* The studio with a task open: `task`, or "" the open one, else the last worked on. NULL
 * with err. */
struct studio *draft_open(struct ui *ui, const char *task, struct err *err);

/* The next runs of a definition, at most `max`; how many in *count. */
bool draft_slots(struct studio *s, const struct task *task, struct slot *slots, size_t max,
	size_t *count, struct err *err);
/* The run of a business date, or now when its year is 0. */
bool draft_slot(struct studio *s, const struct task *task, struct date date, struct slot *slot,
	struct err *err);
/* "2026-01-02 08:00 fri" in the zone it was planned in. */
void draft_slot_text(const struct slot *slot, char text[32]);

/* The push node worked on (studio_show_push), else the first; NULL when there is none.
 * Where it stands among them, from 1, and their count, unless NULL. */
const struct node *draft_find_push(const struct studio *s, const struct task *t, size_t *number,
	size_t *count);
/* The same, to change it: made when there is none; NULL when no task is open. */
struct node *draft_push(struct studio *s);
/* The one after it is worked on; false when there is no other. */
bool draft_next_push(struct studio *s);

/* Adds what the check says of the open draft at a JSON path ("$.nodes[0]") or below it. */
void draft_note_problems(struct model *m, const char *way, struct notes *notes);

/* The words of a list typed with commas or blanks, in the draft's memory. */
struct name_list draft_words(struct model *m, const char *text);

/* Values that forms offer: one a line. */
void draft_add_zones(struct buf *items);
void draft_add_destinations(struct studio *s, struct buf *items);
/* For completion behind the last ${ of `prefix`: "${date}" and the like. */
void draft_offer_parameters(struct model *m, struct str prefix, completion_add_fn add, void *sink);
/* As above, of the columns that the nodes before a push node give to its message. */
void draft_offer_columns(struct studio *s, const char *push, struct str prefix,
	completion_add_fn add, void *sink);
/* Of the open task's node: rows(), and the columns its statements name. */
void draft_add_columns(struct studio *s, const char *node, struct buf *items);
/* Columns that the nodes before a push node give to its message: one a line. */
void draft_add_message_columns(struct studio *s, const char *push, struct buf *items);
/* The dialect of a node's source. */
enum sql_dialect draft_dialect(struct studio *s, const struct node *node);

#endif
