/* SPDX-License-Identifier: MIT */
#include "src/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

volatile int interrupt_flag;
static volatile int last_signal;

static void
note_signal(int signal_number)
{
	if (interrupt_flag)
		_exit(signal_number == SIGINT ? 130 : 143);
	last_signal = signal_number;
	interrupt_flag = 1;
}

void
interrupt_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

int
interrupt_status(void)
{
	if (!interrupt_flag)
		return 0;
	return last_signal == SIGINT ? 130 : 143;
}

void
interrupt_clear(void)
{
	interrupt_flag = 0;
}
