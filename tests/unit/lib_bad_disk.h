/* SPDX-License-Identifier: MIT */
/* A disk that fails on order: a VFS under SQLite, between it and the real one. */
#ifndef DP_TESTS_LIB_BAD_DISK_H
#define DP_TESTS_LIB_BAD_DISK_H

#include <stdbool.h>

enum disk_fault { DISK_FULL, DISK_WRITE_ERROR, DISK_SYNC_ERROR, DISK_FAULT_COUNT };

/* Becomes SQLite's default; call once, before any file is opened. */
void bad_disk_install(void);
/* The n-th call of that kind from now on (from 1) fails, and so do all after it when
 * `stays`. */
void bad_disk_arm(enum disk_fault fault, int n, bool stays);
/* Works again; true when it did fail since it was armed. */
bool bad_disk_disarm(void);

#endif
