/* SPDX-License-Identifier: MIT */
/* Heavy parts are loaded when first needed (design section 3, "Modules"): each
 * database driver, net (libcurl, libcrypto), render (cmark-gfm, xlsxwriter),
 * console (libedit), studio (curses). A module is a shared object in ../lib/dpstudio
 * or modules/ beside the program, with one `const struct dp_module dp_module_NAME`;
 * one of another build is refused. With MODULES=static they are all linked in. */
#ifndef DP_BASE_MODULE_H
#define DP_BASE_MODULE_H

#include "src/base/err.h"

/* Hidden: the program and each module have their own. */
extern const char dp_build_id[];

struct dp_module {
	const char *build_id; /* dp_build_id of the build that made it */
	const char *name;
	const void *ops; /* what it offers: struct source_ops, net_ops, … */
};

/* In the module's file, once:
 *   DP_MODULE(postgres, &postgres_ops) */
#define DP_MODULE(name_, ops_)                                                              \
	DP_API extern const struct dp_module dp_module_##name_;                            \
	const struct dp_module dp_module_##name_ = { dp_build_id, #name_, (ops_) }

/* The ops of a module, loaded at the first call; NULL with ERR_CONFIG and the name
 * of the Debian package that is missing. */
DP_API const void *module_ops(const char *name, struct err *err);
/* Whether it is loaded already (never loads). */
DP_API bool module_is_loaded(const char *name);

#endif
