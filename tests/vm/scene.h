/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the scenes share: addresses, a listener, and what each says it did. Whatever fails ends
 * the program with a message.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PORT 8088

/* Of the scene that plays: each of several has one of its own. */
extern int scene_port;

#define THANKS "Thank you for connecting"
#define THANKS_LEN (sizeof(THANKS) - 1)

/* What a scene did; "outcome" is what its connections must be called. */
struct truth {
	unsigned int connections, queued_max, retried; /* who sent a second SYN */
	unsigned long long client_sent, server_sent;
	const char *outcome;
	unsigned long overflows; /* a rise of ListenOverflows; with it, the rest is not held */
};

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	socklen_t len;
};

/* Ends the scene with what errno says unless ok. */
void check(bool ok, const char *what);

struct address loopback(int family, int port);
int listener_open(int type, int protocol, const struct address *a, int backlog);

/* Accepts one connection, thanks and closes it. */
void serve(int listener);

/* Receives this text, or ends the scene. */
void expect(int fd, const char *text, size_t len);

void scene_eight(struct truth *truth);
void scene_drops(struct truth *truth);
