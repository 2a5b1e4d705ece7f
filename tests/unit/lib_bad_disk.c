/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_bad_disk.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static sqlite3_vfs *real;
static sqlite3_vfs vfs;
/* The real VFS has several tables (with and without locks): a copy of each. */
static struct {
	const sqlite3_io_methods *real;
	sqlite3_io_methods ours;
} tables[8];

static struct {
	bool armed, stays, failed;
	enum disk_fault fault;
	int left;
} state;

static bool
fails(enum disk_fault fault)
{
	if (!state.armed || state.fault != fault || --state.left > 0)
		return false;
	if (!state.stays && state.left < 0)
		return false;
	state.failed = true;
	return true;
}

static const sqlite3_io_methods *
real_methods(const sqlite3_file *file)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (file->pMethods == &tables[i].ours)
			return tables[i].real;
	abort();
}

static int
bad_write(sqlite3_file *file, const void *p, int len, sqlite3_int64 at)
{
	if (fails(DISK_FULL))
		return SQLITE_FULL;
	if (fails(DISK_WRITE_ERROR)) {
		real_methods(file)->xWrite(file, p, len / 2, at); /* torn */
		return SQLITE_IOERR_WRITE;
	}
	return real_methods(file)->xWrite(file, p, len, at);
}

static int
bad_sync(sqlite3_file *file, int flags)
{
	return fails(DISK_SYNC_ERROR) ? SQLITE_IOERR_FSYNC : real_methods(file)->xSync(file, flags);
}

/* The real VFS opens; its methods are then exchanged for a copy with ours in it. */
static int
bad_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
	int rc = real->xOpen(self, name, file, flags, out);
	size_t i = 0;

	if (rc != SQLITE_OK || !file->pMethods)
		return rc;
	while (i < 7 && tables[i].real && tables[i].real != file->pMethods)
		i++;
	if (!tables[i].real) {
		tables[i].real = file->pMethods;
		tables[i].ours = *file->pMethods;
		tables[i].ours.xWrite = bad_write;
		tables[i].ours.xSync = bad_sync;
	}
	file->pMethods = &tables[i].ours;
	return rc;
}

void
bad_disk_install(void)
{
	real = sqlite3_vfs_find(NULL);
	vfs = *real;
	vfs.zName = "bad-disk";
	vfs.xOpen = bad_open;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}

void
bad_disk_arm(enum disk_fault fault, int n, bool stays)
{
	memset(&state, 0, sizeof(state));
	state.armed = true;
	state.fault = fault;
	state.left = n;
	state.stays = stays;
}

bool
bad_disk_disarm(void)
{
	state.armed = false;
	return state.failed;
}
