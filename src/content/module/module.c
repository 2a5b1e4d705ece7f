/* SPDX-License-Identifier: MIT */
#include "src/base/module.h"
#include "src/content/module/module.h"

static const struct render_ops ops = {
	.parse = cmark_parse,
	.xlsx = xlsx_write,
};

DP_MODULE(render, &ops);
