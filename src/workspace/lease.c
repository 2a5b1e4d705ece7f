/* SPDX-License-Identifier: MIT */
/* Unsaved work: one record a task in WORKSPACE-leases, locked by its holder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/workspace/audit.h"
#include "src/workspace/handle.h"
#include "src/workspace/task_store.h"

#define RECORD 192 /* bytes: "who, process 123\0" */

static int
open_leases(struct workspace *ws, int flags, struct err *err)
{
	char *path = xasprintf("%s-leases", ws->path);
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		err_errno(err, "%s cannot be opened", path);
	free(path);
	return fd;
}

static struct flock
record_lock(int64_t task_id, short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET,
		.l_start = (off_t)(task_id * RECORD), .l_len = RECORD };
}

static bool
held_by(int fd, int64_t task_id, struct err *err)
{
	char who[RECORD] = "";

	if (pread(fd, who, sizeof(who) - 1, (off_t)(task_id * RECORD)) <= 0 || !who[0])
		snprintf(who, sizeof(who), "another process");
	err_set(err, ERR_STATE, "there is unsaved work on this draft (%s)", who);
	return err_hint(err, "save it there first, or use --force: the draft as it is saved "
		"goes to the journal");
}

static bool
write_holder(int fd, int64_t task_id)
{
	char who[RECORD] = "";

	snprintf(who, sizeof(who), "%s, process %ld", audit_who(), (long)getpid());
	return pwrite(fd, who, sizeof(who), (off_t)(task_id * RECORD)) == (ssize_t)sizeof(who);
}

bool
draft_lease_take(struct workspace *ws, int64_t task_id, struct draft_lease *lease,
	struct err *err)
{
	struct flock lock = record_lock(task_id, F_WRLCK);
	int fd;

	if (lease->fd >= 0 && lease->task_id == task_id)
		return true;
	draft_lease_release(ws, lease);
	fd = open_leases(ws, O_RDWR | O_CREAT, err);
	if (fd < 0)
		return false;
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			held_by(fd, task_id, err);
		else
			err_errno(err, "%s-leases cannot be locked", ws->path);
		close(fd);
		return false;
	}
	if (!write_holder(fd, task_id)) {
		err_errno(err, "%s-leases cannot be written", ws->path);
		close(fd);
		return false;
	}
	*lease = (struct draft_lease){ fd, task_id };
	return true;
}

void
draft_lease_release(struct workspace *ws, struct draft_lease *lease)
{
	struct flock lock = record_lock(lease->task_id, F_UNLCK);

	(void)ws;
	if (lease->fd >= 0) {
		/* Said aloud: a forked copy (ui/aside.c) has the file open as well. */
		(void)fcntl(lease->fd, F_OFD_SETLK, &lock);
		close(lease->fd);
	}
	*lease = (struct draft_lease)DRAFT_LEASE_NONE;
}

bool
draft_lease_check(struct workspace *ws, int64_t task_id, const struct draft_lease *own,
	struct err *err)
{
	struct flock lock = record_lock(task_id, F_WRLCK);
	struct err failure = ERR_INIT;
	bool is_free = true;
	int fd;

	if (own && own->fd >= 0 && own->task_id == task_id)
		return true;
	errno = 0;
	fd = open_leases(ws, O_RDWR, &failure);
	if (fd < 0 && errno == ENOENT)
		return true; /* nobody ever had any */
	if (fd < 0) {
		*err = failure;
		return false;
	}
	if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
		is_free = err_errno(err, "%s-leases cannot be locked", ws->path);
	else if (lock.l_type != F_UNLCK)
		is_free = held_by(fd, task_id, err);
	close(fd);
	return is_free;
}
