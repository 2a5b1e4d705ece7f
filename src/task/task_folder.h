/* SPDX-License-Identifier: MIT */
/* A task as files for git: task.json with {"file": "sales.sql"} in place of each
 * long text, and one file per text beside it. What is written is read back byte
 * for byte. Also reads one JSON file with the texts in it. */
#ifndef DP_TASK_TASK_FOLDER_H
#define DP_TASK_TASK_FOLDER_H

#include "src/task/task_json.h"

#define TASK_FOLDER_FILE "task.json"

/* Creates the folder when needed. Each file appears whole or not at all, task.json
 * last; files that an older task.json there named and this one does not are
 * removed. */
DP_API bool task_export_folder(const struct task *t, const char *folder, struct err *err);
/* A folder with task.json, or a JSON file. Files named in it must lie in its folder:
 * no `..`, no absolute path, no symbolic link. */
DP_API bool task_import_path(struct task *t, const char *path, struct err *err);

/* One file of the folder form; strings borrowed for the call. */
typedef bool (*task_file_fn)(void *context, const char *name, struct str text, struct err *err);
/* Every file of the folder form, task.json last, without any disk. */
DP_API bool task_each_file(const struct task *t, task_file_fn fn, void *context, struct err *err);
/* The folder form as one text, each file under a line "# name": what a person reads
 * a diff of. */
DP_API void task_to_readable(const struct task *t, struct buf *to);

#endif
