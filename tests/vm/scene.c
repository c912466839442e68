/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The workloads that the test machines run under socktrace: scene NAME TRUTH.
 * Each counts what it did and writes that as one JSON object to the file TRUTH.
 * Knows nothing of tracing.
 */
#include "scene.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define CLOSED_PORT 81
#define LOAD_CONNECTIONS 2000

int scene_port = PORT;

void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

/* A kernel built without the thing: the test is skipped, and says so. */
static void check_available(int fd, const char *what)
{
	if (fd < 0) {
		fprintf(stderr, "not available: %s: %s\n", what, strerror(errno));
		exit(77);
	}
}

struct address loopback(int family, int port)
{
	struct address a = {.len = sizeof(struct sockaddr_in)};

	if (family == AF_INET) {
		a.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		a.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
		a.in6.sin6_addr = in6addr_loopback;
		a.len = sizeof(a.in6);
	}
	return a;
}

/* An abstract name where it begins with '@'. */
static struct address unix_name(const char *name)
{
	struct address a = {.un.sun_family = AF_UNIX};

	strncpy(a.un.sun_path, name, sizeof(a.un.sun_path) - 1);
	a.len = offsetof(struct sockaddr_un, sun_path) + strlen(name) + (name[0] != '@');
	if (name[0] == '@')
		a.un.sun_path[0] = '\0';
	return a;
}

int listener_open(int type, int protocol, const struct address *a, int backlog)
{
	int on = 1, fd = socket(a->any.sa_family, type, protocol);

	check_available(fd, "socket");
	if (a->any.sa_family != AF_UNIX)
		check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0, "reuse");
	check(bind(fd, &a->any, a->len) == 0, "bind");
	check(listen(fd, backlog) == 0, "listen");
	return fd;
}

/* Reads to the end of the stream, or one datagram of a seqpacket. */
void expect(int fd, const char *text, size_t len)
{
	char got[256] = {0};
	size_t have = 0;

	while (have < len) {
		ssize_t n = recv(fd, got + have, sizeof(got) - have, 0);

		check(n > 0, "recv");
		have += n;
	}
	check(have == len && memcmp(got, text, len) == 0, "what arrived");
}

static void wait_child(pid_t child)
{
	int status;

	check(waitpid(child, &status, 0) == child, "waitpid");
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the client");
}

/* The tutorial: the server thanks, the client reads, the server closes first. */
void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);

	check(fd >= 0, "accept");
	check(send(fd, THANKS, THANKS_LEN, 0) == THANKS_LEN, "send");
	close(fd);
}

static void visit(int type, int protocol, const struct address *a)
{
	int fd = socket(a->any.sa_family, type, protocol);

	check(fd >= 0, "socket");
	check(connect(fd, &a->any, a->len) == 0, "connect");
	expect(fd, THANKS, THANKS_LEN);
	check(type == SOCK_SEQPACKET || recv(fd, &(char){0}, 1, 0) == 0, "end of stream");
	close(fd);
}

static const struct truth thanked = {
	.connections = 1, .server_sent = THANKS_LEN, .outcome = "closed"};

static void tutorial(int type, int protocol, struct address a, struct truth *truth)
{
	int listener = listener_open(type, protocol, &a, 5);
	pid_t child = fork();

	check(child >= 0, "fork");
	if (child == 0) {
		close(listener);
		visit(type, protocol, &a);
		_exit(0);
	}
	serve(listener);
	wait_child(child);
	close(listener);
	*truth = thanked;
}

static void scene_tcp(struct truth *truth)
{
	tutorial(SOCK_STREAM, 0, loopback(AF_INET, scene_port), truth);
}

static void scene_tcp6(struct truth *truth)
{
	tutorial(SOCK_STREAM, 0, loopback(AF_INET6, scene_port), truth);
}

static void scene_mptcp(struct truth *truth)
{
	tutorial(SOCK_STREAM, IPPROTO_MPTCP, loopback(AF_INET, scene_port), truth);
}

static void scene_unix(struct truth *truth)
{
	unlink("/tmp/scene.sock");
	tutorial(SOCK_STREAM, 0, unix_name("/tmp/scene.sock"), truth);
}

static void scene_seqpacket(struct truth *truth)
{
	tutorial(SOCK_SEQPACKET, 0, unix_name("@scene"), truth);
}

static void scene_socketpair(struct truth *truth)
{
	int fds[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
	check(write(fds[0], THANKS, THANKS_LEN) == THANKS_LEN, "write");
	expect(fds[1], THANKS, THANKS_LEN);
	close(fds[0]);
	close(fds[1]);
	*truth = (struct truth){
		.connections = 1,
		.client_sent = THANKS_LEN,
		.outcome = "closed",
	};
}

static void udp(int family, struct truth *truth)
{
	struct address a = loopback(family, scene_port);
	struct address peer = {.len = sizeof(peer) - sizeof(peer.len)};
	int server = socket(family, SOCK_DGRAM, 0), client = socket(family, SOCK_DGRAM, 0);
	char got[64];

	check(server >= 0 && client >= 0, "socket");
	check(bind(server, &a.any, a.len) == 0, "bind");
	check(sendto(client, "hello", 5, 0, &a.any, a.len) == 5, "sendto");
	check(recvfrom(server, got, sizeof(got), 0, &peer.any, &peer.len) == 5, "recvfrom");
	check(sendto(server, THANKS, THANKS_LEN, 0, &peer.any, peer.len) > 0, "sendto");
	check(recvfrom(client, got, sizeof(got), 0, NULL, NULL) == THANKS_LEN, "recvfrom");
	close(client);
	close(server);
	*truth = (struct truth){
		.connections = 1,
		.client_sent = 5,
		.server_sent = THANKS_LEN,
		.outcome = "closed",
	};
}

static void scene_udp(struct truth *truth)
{
	udp(AF_INET, truth);
}

static void scene_udp6(struct truth *truth)
{
	udp(AF_INET6, truth);
}

static void scene_refused(struct truth *truth)
{
	struct address a = loopback(AF_INET, CLOSED_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	check(fd >= 0, "socket");
	check(connect(fd, &a.any, a.len) < 0 && errno == ECONNREFUSED, "ECONNREFUSED");
	close(fd);
	*truth = (struct truth){.connections = 1, .outcome = "refused"};
}

/* The two halves of the tutorial in programs of their own: one waits in accept()
 * when the trace begins, the other comes later. */
static void scene_serve(struct truth *truth)
{
	struct address a = loopback(AF_INET, scene_port);
	int listener = listener_open(SOCK_STREAM, 0, &a, 5);

	serve(listener);
	close(listener);
	*truth = thanked;
}

static void scene_visit(struct truth *truth)
{
	struct address a = loopback(AF_INET, scene_port);

	visit(SOCK_STREAM, 0, &a);
	*truth = (struct truth){.connections = 1, .outcome = "closed"};
}

/* The server ends the connection with a reset. */
static void scene_reset(struct truth *truth)
{
	struct linger at_once = {.l_onoff = 1};
	struct address a = loopback(AF_INET, scene_port);
	int server, listener = listener_open(SOCK_STREAM, 0, &a, 5);
	int client = socket(AF_INET, SOCK_STREAM, 0);

	check(connect(client, &a.any, a.len) == 0, "connect");
	server = accept(listener, NULL, NULL);
	check(server >= 0, "accept");
	check(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0, "linger");
	close(server);
	check(recv(client, &(char){0}, 1, 0) < 0 && errno == ECONNRESET, "ECONNRESET");
	close(client);
	close(listener);
	*truth = (struct truth){.connections = 1, .outcome = "reset"};
}

static void load_clients(const struct address *a)
{
	for (int i = 0; i < LOAD_CONNECTIONS; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		check(fd >= 0, "socket");
		check(connect(fd, &a->any, a->len) == 0, "connect");
		check(send(fd, "hello", 5, 0) == 5, "send");
		expect(fd, THANKS, THANKS_LEN);
		check(recv(fd, &(char){0}, 1, 0) == 0, "end of stream");
		close(fd);
	}
}

static void scene_load(struct truth *truth)
{
	struct address a = loopback(AF_INET, scene_port);
	int listener = listener_open(SOCK_STREAM, 0, &a, 128);
	pid_t child = fork();

	check(child >= 0, "fork");
	if (child == 0) {
		load_clients(&a);
		_exit(0);
	}
	*truth = (struct truth){.outcome = "closed"};
	while (truth->connections < LOAD_CONNECTIONS) {
		int fd = accept(listener, NULL, NULL);

		check(fd >= 0, "accept");
		expect(fd, "hello", 5);
		check(send(fd, THANKS, THANKS_LEN, 0) == THANKS_LEN, "send");
		close(fd);
		truth->connections++;
		truth->client_sent += 5;
		truth->server_sent += THANKS_LEN;
	}
	wait_child(child);
	close(listener);
}

static const struct scene {
	const char *name;
	void (*play)(struct truth *truth);
} scenes[] = {
	{"tcp", scene_tcp},
	{"tcp6", scene_tcp6},
	{"mptcp", scene_mptcp},
	{"udp", scene_udp},
	{"udp6", scene_udp6},
	{"unix", scene_unix},
	{"seqpacket", scene_seqpacket},
	{"socketpair", scene_socketpair},
	{"refused", scene_refused},
	{"reset", scene_reset},
	{"eight", scene_eight},
	{"drops", scene_drops},
	{"load", scene_load},
	{"serve", scene_serve},
	{"visit", scene_visit},
};

static void truth_write(FILE *out, const char *scene, const struct truth *truth)
{
	fprintf(out,
		"\"%s\": {\"port\": %d, \"connections\": %u, \"outcome\": \"%s\","
		" \"client_sent\": %llu, \"server_sent\": %llu, \"queued_max\": %u,"
		" \"retried\": %u, \"overflows\": %lu}",
		scene, scene_port, truth->connections, truth->outcome, truth->client_sent,
		truth->server_sent, truth->queued_max, truth->retried, truth->overflows);
}

static const struct scene *scene_named(const char *name)
{
	const struct scene *end = scenes + sizeof(scenes) / sizeof(scenes[0]);

	for (const struct scene *scene = scenes; scene < end; scene++)
		if (strcmp(scene->name, name) == 0)
			return scene;
	errno = ENOENT;
	return NULL;
}

/* One after the other, as in "eight+udp". */
static void play_all(char *names, FILE *out)
{
	char *rest = NULL;

	for (char *name = strtok_r(names, "+", &rest); name; name = strtok_r(NULL, "+", &rest)) {
		const struct scene *scene = scene_named(name);
		struct truth truth;

		check(scene, name);
		fputs(name == names ? "{" : ", ", out);
		scene->play(&truth);
		truth_write(out, name, &truth);
		scene_port++;
	}
	fputs("}\n", out);
}

/* scene: their names. scene NAMES FILE: what they did goes into the file, as a JSON object. */
int main(int argc, char **argv)
{
	FILE *out;

	if (argc != 3) {
		for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
			puts(scenes[i].name);
		return 0;
	}
	out = fopen(argv[2], "we");
	check(out, argv[2]);
	play_all(argv[1], out);
	check(fclose(out) == 0, argv[2]);
	return 0;
}
