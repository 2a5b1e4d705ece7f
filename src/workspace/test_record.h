/* SPDX-License-Identifier: MIT */
/* Passed tests as rows: whether one vouches for a content, and if not, why. */
#ifndef DP_WORKSPACE_TEST_RECORD_H
#define DP_WORKSPACE_TEST_RECORD_H

#include "src/workspace/version.h"

/* True when a test with an id above `after` vouches for the content, and no data source
 * of it changed since: version 0 means the draft. Otherwise ERR_STATE that says which of
 * these it is; `task` is for the text. */
bool test_record_check(struct workspace *ws, int64_t task_id, const char *task,
	const char *content_digest, int64_t after, int64_t version, struct err *err);

#endif
