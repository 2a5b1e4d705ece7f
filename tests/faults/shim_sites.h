/* SPDX-License-Identifier: MIT */
/* The places a program asks for memory at, each told by the whole chain of calls that
 * leads to it, so that one chain has one number in every process and every run. */
#ifndef DP_FAULTS_SHIM_SITES_H
#define DP_FAULTS_SHIM_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of the chain of calls down to `caller`, where the calling function, one of
 * the shim's own, returns to. `wanted`: 0 may be returned for any other. */
uint64_t site_here(const void *caller, uint64_t wanted);
/* The nearest callers by name, as far as they have one: "below realloc<add_row<…". */
void site_names(char *text, size_t size);
/* Whether a library of that name is among the nearest callers. */
bool site_is_of(const char *library);
/* How often this process has been there, this time included. */
long site_count(uint64_t site);
/* One line "WHO NUMBER TIMES" for each. */
void site_tell(int fd, const char *who);

#endif
