/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the translation of times, addresses and kinds of socket out of the records.
 * Knows no object of the model but the capture's start.
 */
#include "model/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int64_t wire_time(const struct model *model, uint64_t ts_ns)
{
	return (int64_t)(ts_ns - model->capture.started_mono_ns);
}

int64_t wire_time_or_unknown(const struct model *model, uint64_t ts_ns)
{
	return ts_ns ? wire_time(model, ts_ns) : TIME_UNKNOWN;
}

/* From here on they are the kernel's own: interrupted by a signal, and perhaps begun again. */
#define ERESTARTSYS 512

int32_t wire_errno(int32_t ret)
{
	if (ret >= 0)
		return 0;
	return -ret < ERESTARTSYS ? -ret : EINTR;
}

enum protocol wire_protocol(const struct st_sock *sock)
{
	if (sock->family == AF_UNIX)
		return PROTOCOL_UNIX;
	if (sock->protocol == IPPROTO_TCP)
		return PROTOCOL_TCP;
	return sock->protocol == IPPROTO_UDP ? PROTOCOL_UDP : PROTOCOL_OTHER;
}

enum sock_type wire_sock_type(const struct st_sock *sock)
{
	switch (sock->type) {
	case SOCK_STREAM:
		return TYPE_STREAM;
	case SOCK_DGRAM:
		return TYPE_DGRAM;
	case SOCK_SEQPACKET:
		return TYPE_SEQPACKET;
	default:
		return TYPE_OTHER;
	}
}

enum family wire_family(uint16_t family)
{
	switch (family) {
	case AF_INET:
		return FAMILY_INET;
	case AF_INET6:
		return FAMILY_INET6;
	case AF_UNIX:
		return FAMILY_UNIX;
	default:
		return FAMILY_NONE;
	}
}

struct address wire_address(uint16_t family, bool v4, const uint8_t *bytes, uint16_t port)
{
	struct address address = {.port = port};

	if (family != AF_INET && family != AF_INET6)
		return address;
	address.family = v4 || family == AF_INET ? FAMILY_INET : FAMILY_INET6;
	memcpy(address.bytes, bytes, address.family == FAMILY_INET ? 4 : 16);
	if (!port && address_is_any(&address))
		address.family = FAMILY_NONE;
	return address;
}

struct address wire_path(const char *path, size_t len)
{
	struct address address = {.family = FAMILY_UNIX};

	if (!path)
		return address;
	if (len && !path[0]) {
		address.abstract = true;
		path++;
		len--;
	} else {
		len = strnlen(path, len);
	}
	address.path = path;
	address.path_len = len;
	return address;
}

struct address wire_name(const struct st_name *name, const char *path, size_t path_len)
{
	struct address address = {.port = name->port};

	if (name->family == AF_UNIX)
		return wire_path(path, path_len);
	address.family = wire_family(name->family);
	if (name->v4 && address.family == FAMILY_INET6)
		address.family = FAMILY_INET;
	if (address.family != FAMILY_NONE)
		memcpy(address.bytes, name->address, address.family == FAMILY_INET ? 4 : 16);
	return address;
}

void wire_text(char *out, const char *text, size_t len)
{
	len = strnlen(text, len);
	memcpy(out, text, len);
	out[len] = '\0';
}
