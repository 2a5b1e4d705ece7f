/* SPDX-License-Identifier: MIT */
/* What happens after a pass: figures for Prometheus (the node exporter's text file),
 * and old runs leave the ledger once a day. Neither ever fails the pass. */
#ifndef DP_RUN_METRICS_H
#define DP_RUN_METRICS_H

#include "src/run/run.h"

void metrics_after_pass(struct workspace *ws);

#endif
