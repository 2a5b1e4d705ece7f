/* SPDX-License-Identifier: MIT */
/* A scratch folder for a test: HOME and the XDG directories point into it. */
#ifndef DP_TESTS_LIB_SCRATCH_H
#define DP_TESTS_LIB_SCRATCH_H

/* Makes it; borrowed until scratch_leave. */
const char *scratch_enter(void);
/* Removes it with everything in it. */
void scratch_leave(void);
/* "FOLDER/name"; one of a few static buffers. */
const char *scratch_path(const char *name);

#endif
