/* SPDX-License-Identifier: MIT */
/* For tests of channels: settings from words, every part that build gives out, one
 * sending, and the independent judge tests/integration/channel_judge.py. */
#ifndef DP_TESTS_LIB_CHANNEL_H
#define DP_TESTS_LIB_CHANNEL_H

#include "src/base/json.h"
#include "src/channel/channel.h"
#include "tests/unit/lib_doc.h"
#include "tests/unit/lib_peer.h"

struct caught { /* parts, copied */
	struct part_sink sink;
	struct part *list;
	size_t count;
};

/* Settings "name=value" (NULL-terminated) with their defaults; fails the test when the
 * channel refuses them. */
void channel_settings(struct settings *settings, const char *channel, const char *const *words);
/* Builds the document into *caught (caught_fini); fails the test with the error. */
void channel_build(const char *channel, struct document *doc, const struct settings *settings,
	struct caught *caught);
void caught_fini(struct caught *caught);
bool caught_part(struct part_sink *self, const struct part *part, struct err *err);
/* One attempt, 5 s. */
void channel_send(const char *channel, const struct settings *settings, const struct part *part,
	struct outcome *outcome);

/* Gives `input` to the judge with these words; fails the test with what it says. */
void judge(struct str input, const char *const *words);

#endif
