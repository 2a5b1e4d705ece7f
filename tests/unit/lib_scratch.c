/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_scratch.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[128];

const char *
scratch_enter(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/dpstudio-test.XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(folder))
		abort();
	setenv("HOME", folder, 1);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("DPSTUDIO_WORKSPACE");
	return folder;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	if (kind == FTW_D || kind == FTW_DNR)
		chmod(path, 0700);
	return remove(path);
}

void
scratch_leave(void)
{
	assert(folder[0]);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	folder[0] = '\0';
}

const char *
scratch_path(const char *name)
{
	static char paths[64][256];
	static unsigned next;
	char *path = paths[next++ % 64];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}
