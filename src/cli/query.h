/* SPDX-License-Identifier: MIT */
/* A connection to one data source for `sql` and its console, in this very process:
 * a session lasts over statements, and rows go from the driver to the output without
 * a copy. Ctrl-C cancels what runs. */
#ifndef DP_CLI_QUERY_H
#define DP_CLI_QUERY_H

#include "src/cli/row_writer.h"
#include "src/source/source.h"

struct query {
	const struct source_kind *kind; /* static */
	struct settings settings;	/* owned */
	char *name;			/* of the data source; owned */
	struct source *source;		/* NULL until connected */
	int64_t max_rows;
	enum rows_format format;
	enum rows_expanded expanded;
	FILE *to;
	bool timing; /* rows and time on stderr */
};

/* ERR_CONNECT … */
bool query_connect(struct query *q, struct err *err);
/* Connects again when the session was lost. */
bool query_revive(struct query *q, struct err *err);
/* Each statement of the text in turn; stops at the first that fails. err's place is
 * in `text`. */
bool query_run(struct query *q, struct str text, struct err *err);
void query_fini(struct query *q);

#endif
