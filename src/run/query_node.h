/* SPDX-License-Identifier: MIT */
/* Query nodes and SQL assignments: splitting, substitution, Next Token segments. */
#ifndef DP_RUN_QUERY_NODE_H
#define DP_RUN_QUERY_NODE_H

#include "src/run/execute.h"
#include "src/sql/substitute.h"

/* What `${…}` means inside a node that is no push: reserved names of segments, the
 * task's parameters, then what the nodes directly before it gave: ${inputs[r][c]}
 * (the first of them) or ${node[r][c]}, ${node.column}, ${node.column[r]}. */
struct node_scope {
	struct execution *e;
	const struct node *node;
	struct str next_token; /* p NULL: not in a segment */
	int64_t segment_size;
};

/* A lookup_fn; context is a struct node_scope. */
enum lookup node_scope_lookup(void *context, const struct template_item *ref, struct buf *to,
	struct err *err);

bool query_node_run(struct execution *e, const struct node *node, struct err *err);

#endif
