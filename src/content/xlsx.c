/* SPDX-License-Identifier: MIT */
#include "src/content/xlsx.h"

#include "src/base/module.h"
#include "src/content/render_module.h"

bool
xlsx_add_tables(struct buf *to, const struct doc_table *const *tables, size_t count,
	struct err *err)
{
	const struct render_ops *ops = module_ops("render", err);

	return ops && ops->xlsx(to, tables, count, err);
}
