/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/cli/cli.h"
#include "src/run/run.h"
#include "src/run/spawn.h"

/* Files we open must never become standard input or output: cron wrappers and some
 * shells start programs with those closed. */
static void
hold_standard_files(void)
{
	struct pollfd files[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	if (poll(files, 3, 0) <= 0)
		return;
	for (int i = 0; i < 3; i++)
		if (files[i].revents & POLLNVAL)
			(void)!open("/dev/null", O_RDWR);
}

int
main(int argc, char **argv)
{
	json_use_checked_memory();
	if (argc == 2 && strcmp(argv[1], "--worker") == 0)
		return worker_main(WORKER_FD);
	hold_standard_files();
	if (argc == 2 && strcmp(argv[1], "--worker") == 0)
		return worker_main(WORKER_FD);
	return cli_main(argc, argv);
}
