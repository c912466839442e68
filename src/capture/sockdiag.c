/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Speaks netlink. Lengths in an answer are the kernel's, and checked all the same.
 */
#include "capture/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 32768

/* What to do with each message of an answer. */
struct dump {
	int (*take)(const struct dump *dump, const struct nlmsghdr *message);
	sockdiag_sink *sink;
	void *context;
};

/* Gives 1 when the dump is over. */
static int take_messages(const struct dump *dump, const struct nlmsghdr *message, ssize_t len)
{
	int r = 0;

	for (; !r && NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
		r = dump->take(dump, message);
	}
	return r;
}

static int ask(const void *request, size_t size, const struct dump *dump)
{
	int diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	_Alignas(struct nlmsghdr) char answer[ANSWER_BYTES];
	ssize_t n;
	int r;

	if (diag < 0)
		return -errno;
	r = send(diag, request, size, 0) < 0 ? -errno : 0;
	while (!r) {
		n = recv(diag, answer, sizeof(answer), 0);
		if (n <= 0)
			r = n < 0 ? -errno : -EPIPE;
		else
			r = take_messages(dump, (const void *)answer, n);
	}
	close(diag);
	return r == 1 ? 0 : r;
}

static void take_addresses(struct st_sock *sock, const struct inet_diag_sockid *id)
{
	const struct in6_addr *local = (const void *)id->idiag_src;
	const struct in6_addr *peer = (const void *)id->idiag_dst;
	size_t skip = 0, size = 16;

	sock->v4 = sock->family == AF_INET || IN6_IS_ADDR_V4MAPPED(local);
	if (sock->v4) {
		skip = sock->family == AF_INET ? 0 : 12;
		size = 4;
	}
	memcpy(sock->local, local->s6_addr + skip, size);
	memcpy(sock->peer, peer->s6_addr + skip, size);
	sock->local_port = ntohs(id->idiag_sport);
	sock->peer_port = ntohs(id->idiag_dport);
	sock->id = (uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0];
}

static int take_tcp(const struct dump *dump, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *told = NLMSG_DATA(message);
	struct diag_socket socket = {.sock = {.family = told->idiag_family,
					      .type = SOCK_STREAM,
					      .protocol = IPPROTO_TCP,
					      .state = told->idiag_state}};
	const struct rtattr *attribute;
	int len = message->nlmsg_len - NLMSG_LENGTH(sizeof(*told));

	if (len < 0)
		return -EPROTO;
	take_addresses(&socket.sock, &told->id);
	socket.inode = told->idiag_inode;
	socket.device = told->id.idiag_if;
	if (told->idiag_state == TCP_LISTEN) {
		socket.depth = told->idiag_rqueue;
		socket.limit = told->idiag_wqueue;
	}
	for (attribute = (const void *)(told + 1); RTA_OK(attribute, len);
	     attribute = RTA_NEXT(attribute, len))
		if (attribute->rta_type == INET_DIAG_SKMEMINFO &&
		    RTA_PAYLOAD(attribute) > SK_MEMINFO_DROPS * sizeof(uint32_t))
			socket.sk_drops = ((const uint32_t *)RTA_DATA(attribute))[SK_MEMINFO_DROPS];
	return dump->sink(dump->context, &socket);
}

int sockdiag_tcp(uint32_t states, sockdiag_sink *sink, void *context)
{
	struct dump dump = {take_tcp, sink, context};
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {.nlmsg_len = sizeof(message),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = AF_INET,
			    .sdiag_protocol = IPPROTO_TCP,
			    .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
			    .idiag_states = states},
	};
	int r = ask(&message, sizeof(message), &dump);

	message.request.sdiag_family = AF_INET6;
	return r ? r : ask(&message, sizeof(message), &dump);
}

static int take_unix(const struct dump *dump, const struct nlmsghdr *message)
{
	const struct unix_diag_msg *told = NLMSG_DATA(message);
	struct diag_socket socket = {.sock = {.family = AF_UNIX,
					      .type = told->udiag_type,
					      .state = told->udiag_state,
					      .id = told->udiag_ino | ST_ID_UNIX},
				     .inode = told->udiag_ino};
	int len = message->nlmsg_len - NLMSG_LENGTH(sizeof(*told));
	const struct rtattr *attribute;

	if (len < 0)
		return -EPROTO;
	for (attribute = (const void *)(told + 1); RTA_OK(attribute, len);
	     attribute = RTA_NEXT(attribute, len)) {
		const struct unix_diag_rqlen *queue = RTA_DATA(attribute);
		size_t size = RTA_PAYLOAD(attribute);

		if (attribute->rta_type == UNIX_DIAG_NAME) {
			socket.path_len = size < ST_PATH_LEN ? size : ST_PATH_LEN;
			memcpy(socket.path, RTA_DATA(attribute), socket.path_len);
		} else if (attribute->rta_type == UNIX_DIAG_RQLEN && size >= sizeof(*queue)) {
			socket.depth = queue->udiag_rqueue;
			socket.limit = queue->udiag_wqueue;
		}
	}
	return dump->sink(dump->context, &socket);
}

int sockdiag_unix_listeners(sockdiag_sink *sink, void *context)
{
	struct dump dump = {take_unix, sink, context};
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} message = {
		.header = {.nlmsg_len = sizeof(message),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = AF_UNIX,
			    .udiag_states = 1 << TCP_LISTEN,
			    .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN},
	};

	return ask(&message, sizeof(message), &dump);
}
