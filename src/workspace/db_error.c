/* SPDX-License-Identifier: MIT */
#include "src/workspace/db_error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool
db_error_missing(struct err *err, const char *path, int error_number)
{
	if (error_number != ENOENT && error_number != ENOTDIR)
		return err_set(err, ERR_WORKSPACE, "the workspace %s cannot be opened: %s", path,
			strerror(error_number));
	err_set(err, ERR_WORKSPACE, "there is no workspace at %s", path);
	return err_hint(err, "make one with: dpstudio init, or name one with -w");
}

bool
db_error_foreign(struct err *err, const char *path, const char *why)
{
	err_set(err, ERR_WORKSPACE, "%s is not a dpstudio workspace: %s", path, why);
	return err_hint(err, "name the right file with -w or DPSTUDIO_WORKSPACE");
}

bool
db_error_read_only(struct err *err, const char *path)
{
	err_set(err, ERR_WORKSPACE, "the workspace %s cannot be written: file or folder is "
		"read-only for this user", path);
	return err_hint(err, "check owner and mode of the file and of its folder");
}

bool
db_error_corrupt(struct err *err, const char *path, const char *finding)
{
	err_set(err, ERR_WORKSPACE, "the workspace %s is damaged: %s", path, finding);
	return err_hint(err, "keep the file as it is and put the last backup in its place");
}

static bool
set_full(struct err *err, const char *path)
{
	err_set(err, ERR_WORKSPACE, "the workspace %s cannot be written: the disk is full", path);
	return err_hint(err, "free some space and do it again; nothing recorded is lost");
}

static bool
set_busy(struct err *err, const char *path)
{
	err_set(err, ERR_BUSY, "the workspace %s is locked by another process", path);
	return err_hint(err, "try again in a moment; `fuser %s` names who holds it", path);
}

static bool
set_cannot_open(struct err *err, sqlite3 *handle, const char *path)
{
	int number = sqlite3_system_errno(handle);

	if (access(path, R_OK) != 0 && errno == EACCES) {
		err_set(err, ERR_WORKSPACE, "the workspace %s may not be read by this user", path);
		return err_hint(err, "run it as the file's owner, or name your own with -w");
	}
	if (number == EROFS || number == EACCES || number == EPERM || number == 0)
		return db_error_read_only(err, path);
	return err_set(err, ERR_WORKSPACE, "the workspace %s cannot be opened: %s", path,
		strerror(number));
}

static bool
set_io(struct err *err, sqlite3 *handle, const char *path)
{
	int number = sqlite3_system_errno(handle);

	if (number == ENOSPC || number == EDQUOT)
		return set_full(err, path);
	err_set(err, ERR_WORKSPACE, "the workspace %s cannot be read or written: %s", path,
		number ? strerror(number) : sqlite3_errmsg(handle));
	return err_hint(err, "look for messages of the disk in the system's log");
}

static bool
set_constraint(struct err *err, sqlite3 *handle, int extended)
{
	if (extended == SQLITE_CONSTRAINT_TRIGGER)
		return err_set(err, ERR_STATE, "%s", sqlite3_errmsg(handle));
	return err_set(err, ERR_INTERNAL, "the workspace refused a change: %s",
		sqlite3_errmsg(handle));
}

bool
db_error_set(struct err *err, sqlite3 *handle, const char *path)
{
	int extended = sqlite3_extended_errcode(handle);

	if (extended == SQLITE_IOERR_NOMEM)
		out_of_memory();
	switch (extended & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return set_busy(err, path);
	case SQLITE_NOTADB:
		return db_error_foreign(err, path, "it is not an SQLite file");
	case SQLITE_CORRUPT:
		return db_error_corrupt(err, path, sqlite3_errmsg(handle));
	case SQLITE_NOMEM:
		out_of_memory();
	case SQLITE_FULL:
		return set_full(err, path);
	case SQLITE_READONLY:
		return db_error_read_only(err, path);
	case SQLITE_CANTOPEN:
		return set_cannot_open(err, handle, path);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return db_error_read_only(err, path);
	case SQLITE_IOERR:
		return set_io(err, handle, path);
	case SQLITE_CONSTRAINT:
		return set_constraint(err, handle, extended);
	case SQLITE_TOOBIG:
		return err_set(err, ERR_LIMIT, "a value is too large for the workspace");
	default:
		return err_set(err, ERR_INTERNAL, "the workspace: %s", sqlite3_errmsg(handle));
	}
}
