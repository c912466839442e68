/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the tables of names; knows nothing of where they are used.
 */
#include "render/json_names.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const protocols[] = {"tcp", "udp", "unix", "other"};
static const char *const sock_types[] = {"stream", "dgram", "seqpacket", "other"};
static const char *const families[] = {NULL, "inet", "inet6", "unix"};
static const char *const sides[] = {NULL, "client", "server"};

static_assert(LENGTH(protocols) == PROTOCOL_MAX, "a name for each protocol");
static_assert(LENGTH(sock_types) == TYPE_MAX, "a name for each type");
static_assert(LENGTH(families) == FAMILY_MAX, "a name for each family");
static_assert(LENGTH(sides) == SIDE_MAX, "a name for each side");

const char *json_protocol(enum protocol protocol)
{
	return protocols[protocol];
}

const char *json_sock_type(enum sock_type type)
{
	return sock_types[type];
}

const char *json_family(enum family family)
{
	return families[family];
}

const char *json_side(enum side side)
{
	return sides[side];
}

static void json_name(struct json *json, const char *name, int number)
{
	if (name)
		json_string(json, name);
	else
		json_printf(json, "%d", number);
}

const char *json_data_call(enum st_data_call_name call)
{
	static const char *const names[] = {
		[ST_DATA_CALL_SENDTO] = "sendto",     [ST_DATA_CALL_RECVFROM] = "recvfrom",
		[ST_DATA_CALL_SENDMSG] = "sendmsg",   [ST_DATA_CALL_RECVMSG] = "recvmsg",
		[ST_DATA_CALL_SENDMMSG] = "sendmmsg", [ST_DATA_CALL_RECVMMSG] = "recvmmsg",
		[ST_DATA_CALL_WRITE] = "write",       [ST_DATA_CALL_READ] = "read",
		[ST_DATA_CALL_WRITEV] = "writev",     [ST_DATA_CALL_READV] = "readv",
		[ST_DATA_CALL_SENDFILE] = "sendfile",
	};

	static_assert(LENGTH(names) == ST_DATA_CALL_MAX, "every call has a name");
	return names[call];
}

void json_errno(struct json *json, int err)
{
	if (err)
		json_name(json, strerrorname_np(err), err);
	else
		json_null(json);
}

void json_domain(struct json *json, int domain)
{
	static const char *const names[] = {
		[AF_UNSPEC] = "AF_UNSPEC",   [AF_UNIX] = "AF_UNIX",
		[AF_INET] = "AF_INET",       [AF_INET6] = "AF_INET6",
		[AF_NETLINK] = "AF_NETLINK", [AF_PACKET] = "AF_PACKET",
		[AF_ALG] = "AF_ALG",         [AF_BLUETOOTH] = "AF_BLUETOOTH",
		[AF_VSOCK] = "AF_VSOCK",     [AF_XDP] = "AF_XDP",
	};
	bool named = domain >= 0 && domain < (int)LENGTH(names);

	json_name(json, named ? names[domain] : NULL, domain);
}

void json_type(struct json *json, int type)
{
	static const char *const names[] = {
		[SOCK_STREAM] = "SOCK_STREAM", [SOCK_DGRAM] = "SOCK_DGRAM",
		[SOCK_RAW] = "SOCK_RAW",       [SOCK_RDM] = "SOCK_RDM",
		[SOCK_DCCP] = "SOCK_DCCP",     [SOCK_SEQPACKET] = "SOCK_SEQPACKET",
		[SOCK_PACKET] = "SOCK_PACKET",
	};
	int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
	bool named = kind >= 0 && kind < (int)LENGTH(names);

	json_name(json, named ? names[kind] : NULL, kind);
}

void json_flags(struct json *json, int type)
{
	json_array(json);
	if (type & SOCK_NONBLOCK)
		json_string(json, "SOCK_NONBLOCK");
	if (type & SOCK_CLOEXEC)
		json_string(json, "SOCK_CLOEXEC");
	json_array_end(json);
}

void json_how(struct json *json, int how)
{
	static const char *const names[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
	bool named = how >= 0 && how < (int)LENGTH(names);

	json_name(json, named ? names[how] : NULL, how);
}
