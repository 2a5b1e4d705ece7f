/* SPDX-License-Identifier: MIT */
/* Tables as an XLSX workbook, by libxlsxwriter in the module `render`: one sheet a
 * table, typed cells (numbers and dates as such, what a double cannot hold as text),
 * header frozen and filtered, conditional colours kept. The same tables give the same
 * bytes. */
#ifndef DP_CONTENT_XLSX_H
#define DP_CONTENT_XLSX_H

#include "src/content/document.h"

DP_API bool xlsx_add_tables(struct buf *to, const struct doc_table *const *tables, size_t count,
	struct err *err);

#endif
