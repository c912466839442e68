/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the stop flag and the signal dispositions.
 */
#include "cmd/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stop_flag;

static void on_signal(int signal_number)
{
	(void)signal_number;
	stop_flag = 1;
}

void stop_on_signals(void)
{
	/* A second Ctrl-C ends us at once. */
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup: it stays so */
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void stop(void)
{
	stop_flag = 1;
}

bool stop_requested(void)
{
	return stop_flag;
}
