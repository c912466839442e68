/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Dumps the TCP sockets of a namespace through sock_diag and throws the answer
 * away: that each was asked for its cookie is what counts.
 */
#include "capture/cookies.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

static bool is_end(const char *answer, ssize_t len)
{
	const struct nlmsghdr *header = (const void *)answer;

	for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

static void dump(int diag, uint8_t family)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {.nlmsg_len = sizeof(message),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = family,
			    .sdiag_protocol = IPPROTO_TCP,
			    .idiag_states = ~0u},
	};
	_Alignas(struct nlmsghdr) char answer[32768];
	ssize_t n;

	if (send(diag, &message, sizeof(message), 0) < 0)
		return;
	do
		n = recv(diag, answer, sizeof(answer), 0);
	while (n > 0 && !is_end(answer, n));
}

static void dump_here(void)
{
	int diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (diag < 0)
		return;
	dump(diag, AF_INET);
	dump(diag, AF_INET6);
	close(diag);
}

int cookies_make(pid_t pid)
{
	char path[64];
	int own, other, r = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	other = open(path, O_RDONLY | O_CLOEXEC);
	if (own >= 0 && other >= 0 && !setns(other, CLONE_NEWNET)) {
		dump_here();
		if (setns(own, CLONE_NEWNET))
			r = log_err_r(-errno, "cannot return to the own network namespace: %s",
				      strerror(errno));
	}
	if (own >= 0)
		close(own);
	if (other >= 0)
		close(other);
	return r;
}
