/* SPDX-License-Identifier: MIT */
#include "src/base/module.h"

#include <string.h>

#ifndef MODULES_STATIC
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#endif

/* One row a module: its name and what a person installs when it will not load. */
static struct {
	const char *name, *package;
	const struct dp_module *loaded;
} modules[] = {
#define M(name, package) { #name, package, NULL },
#include "src/base/modules.def"
#undef M
};

#ifdef MODULES_STATIC
#define M(name, package) extern const struct dp_module dp_module_##name __attribute__((weak));
#include "src/base/modules.def"
#undef M

static const struct dp_module *
load(size_t i, struct err *err)
{
	static const struct dp_module *const linked[] = {
#define M(name, package) &dp_module_##name,
#include "src/base/modules.def"
#undef M
	};

	if (!linked[i])
		err_set(err, ERR_CONFIG, "this program was built without '%s'", modules[i].name);
	return linked[i];
}
#else

static bool
module_path(char path[PATH_MAX], const char *name, int place)
{
	static const char *const places[] = { "modules", "../lib/dpstudio" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int len;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	len = snprintf(path, PATH_MAX, "%s/%s/%s.so", self, places[place], name);
	return len > 0 && len < PATH_MAX;
}

static const struct dp_module *
load(size_t i, struct err *err)
{
	const struct dp_module *module;
	char path[PATH_MAX], symbol[64];
	void *handle = NULL;

	for (int place = 0; place < 2 && !handle; place++)
		if (module_path(path, modules[i].name, place) && access(path, R_OK) == 0) {
			/* Lazy for the libraries behind it; our own is linked -z now. */
			handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
			if (!handle) {
				err_set(err, ERR_CONFIG, "cannot load '%s': %s", modules[i].name,
					dlerror());
				err_hint(err, "install %s", modules[i].package);
				return NULL;
			}
		}
	if (!handle) {
		err_set(err, ERR_CONFIG, "the part '%s' is not installed", modules[i].name);
		err_hint(err, "install dpstudio whole: make install");
		return NULL;
	}
	snprintf(symbol, sizeof(symbol), "dp_module_%s", modules[i].name);
	module = dlsym(handle, symbol);
	if (!module || strcmp(module->build_id, dp_build_id) != 0) {
		err_set(err, ERR_CONFIG, "the part '%s' belongs to another build of dpstudio",
			modules[i].name);
		err_hint(err, "dpstudio was replaced while running: start it again");
		return NULL;
	}
	return module;
}
#endif

static size_t
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (strcmp(modules[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

const void *
module_ops(const char *name, struct err *err)
{
	size_t i = find(name);

	if (i == SIZE_MAX) {
		err_set(err, ERR_INTERNAL, "there is no part '%s'", name);
		return NULL;
	}
	if (!modules[i].loaded)
		modules[i].loaded = load(i, err);
	return modules[i].loaded ? modules[i].loaded->ops : NULL;
}

bool
module_is_loaded(const char *name)
{
	size_t i = find(name);

	return i != SIZE_MAX && modules[i].loaded;
}
