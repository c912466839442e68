/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the scenes of a full accept queue: they wait for what the kernel says of the queue, however
 * slow the machine is. Knows nothing of tracing.
 */
#include "scene.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EIGHT 8
#define EIGHT_BACKLOG 5
#define DROPS_BACKLOG 4
#define DROPS_STOPPED_US 600000 /* longer than what a verdict takes for a pause */

static void clients_connect(const struct address *a, int *fds, int count)
{
	for (int i = 0; i < count; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		check(fds[i] >= 0, "socket");
		check(connect(fds[i], &a->any, a->len) < 0 && errno == EINPROGRESS, "connect");
	}
}

static void clients_await(const int *fds, int count, short events)
{
	for (int i = 0; i < count; i++)
		check(poll(&(struct pollfd){.fd = fds[i], .events = events}, 1, -1) == 1, "poll");
}

static void clients_send(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		check(send(fds[i], "hello", 5, 0) == 5, "send");
}

/* Waits until `count` connections are in the listener's accept queue. */
static void queue_await(int listener, unsigned int count)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	while (!getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &len) &&
	       info.tcpi_unacked < count)
		usleep(1000);
	check(info.tcpi_unacked == count, "accept queue");
}

static unsigned int retransmits(int fd)
{
	struct tcp_info info = {0};

	check(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &(socklen_t){sizeof(info)}),
	      "TCP_INFO");
	return info.tcpi_total_retrans;
}

/* ListenOverflows of this network namespace: a line of names, below them the values. */
static unsigned long overflows_read(void)
{
	char names[16384], values[16384], *next_name = names, *next_value = values, *name, *value;
	FILE *in = fopen("/proc/net/netstat", "r");

	check(in && fgets(names, sizeof(names), in) && fgets(values, sizeof(values), in),
	      "netstat");
	fclose(in);
	do {
		name = strsep(&next_name, " ");
		value = strsep(&next_value, " ");
	} while (name && value && strcmp(name, "ListenOverflows") != 0);
	check(name && value, "ListenOverflows");
	return value ? strtoul(value, NULL, 10) : 0;
}

static void overflows_await(unsigned long count)
{
	while (overflows_read() < count)
		usleep(1000);
}

/* Eight connect before the first accept(): six fit behind listen(5), two must retry. */
void scene_eight(struct truth *truth)
{
	struct address a = loopback(AF_INET, scene_port);
	int listener = listener_open(SOCK_STREAM, 0, &a, EIGHT_BACKLOG), fds[EIGHT], i;
	const int fit = EIGHT_BACKLOG + 1;
	unsigned long before = overflows_read();

	clients_connect(&a, fds, fit);
	queue_await(listener, fit); /* else one more may get as far as its last ACK */
	clients_connect(&a, fds + fit, EIGHT - fit);
	overflows_await(before + EIGHT - fit); /* a SYN may take longer than connect() */
	for (i = 0; i < EIGHT; i++)
		serve(listener);
	clients_await(fds, EIGHT, POLLIN);
	*truth = (struct truth){
		.connections = EIGHT,
		.queued_max = fit,
		.server_sent = EIGHT * THANKS_LEN,
		.outcome = "closed",
	};
	for (i = 0; i < EIGHT; i++) {
		truth->retried += retransmits(fds[i]) > 0; /* they have sent nothing but SYNs */
		expect(fds[i], THANKS, THANKS_LEN);
		close(fds[i]);
	}
	close(listener);
	check(truth->retried >= EIGHT - fit, "clients that tried again");
}

/* The listener waits for data before it queues a client (for a minute, and sends no SYN-ACK again
 * meanwhile, however slow the machine is). Three clients send none until others, which do, have
 * filled the queue and two more SYNs were turned away: their data comes too late. Nobody accepts
 * for so long that on no machine it is a mere pause. */
void scene_drops(struct truth *truth)
{
	struct address a = loopback(AF_INET, scene_port);
	int listener = listener_open(SOCK_STREAM, 0, &a, DROPS_BACKLOG), seconds = 60;
	int late[3], early[DROPS_BACKLOG + 1], dropped[2];
	unsigned long before = overflows_read();

	check(!setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)), "");
	clients_connect(&a, late, 3);
	clients_await(late, 3, POLLOUT);
	clients_connect(&a, early, DROPS_BACKLOG + 1);
	clients_await(early, DROPS_BACKLOG + 1, POLLOUT);
	clients_send(early, DROPS_BACKLOG + 1);
	queue_await(listener, DROPS_BACKLOG + 1);
	clients_connect(&a, dropped, 2);
	overflows_await(before + 2);
	usleep(DROPS_STOPPED_US);
	clients_send(late, 3);
	overflows_await(before + 8); /* two SYNs, three ACKs, and those once more */
	close(listener);
	*truth = (struct truth){.overflows = overflows_read() - before, .outcome = ""};
}
