/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the spelling of calls as in a C program; knows no columns and no lanes.
 */
#include "render/call.h"

#include <errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <string.h>
#include <sys/socket.h>

#include "base/units.h"

static const char *domain_text(int32_t domain)
{
	switch (domain) {
	case AF_INET:
		return "AF_INET";
	case AF_INET6:
		return "AF_INET6";
	case AF_UNIX:
		return "AF_UNIX";
	default:
		return NULL;
	}
}

static const char *type_text(int32_t type)
{
	switch (type) {
	case SOCK_STREAM:
		return "SOCK_STREAM";
	case SOCK_DGRAM:
		return "SOCK_DGRAM";
	case SOCK_SEQPACKET:
		return "SOCK_SEQPACKET";
	case SOCK_RAW:
		return "SOCK_RAW";
	default:
		return NULL;
	}
}

/* NULL: a number says it. */
static const char *protocol_name(int32_t protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
		return "IPPROTO_ICMP";
	case IPPROTO_TCP:
		return "IPPROTO_TCP";
	case IPPROTO_UDP:
		return "IPPROTO_UDP";
	case IPPROTO_ICMPV6:
		return "IPPROTO_ICMPV6";
	case IPPROTO_SCTP:
		return "IPPROTO_SCTP";
	case IPPROTO_MPTCP:
		return "IPPROTO_MPTCP";
	default:
		return NULL;
	}
}

/* It is what the type alone would give. */
static bool is_usual_protocol(int32_t type, int32_t protocol)
{
	return !protocol || (type == SOCK_STREAM && protocol == IPPROTO_TCP) ||
	       (type == SOCK_DGRAM && protocol == IPPROTO_UDP);
}

static const char *how_text(int32_t how)
{
	switch (how) {
	case SHUT_RD:
		return "SHUT_RD";
	case SHUT_WR:
		return "SHUT_WR";
	case SHUT_RDWR:
		return "SHUT_RDWR";
	default:
		return NULL;
	}
}

static void constant_print(const char *text, int32_t number, struct strbuf *out)
{
	if (text)
		strbuf_add(out, text);
	else
		strbuf_printf(out, "%d", number);
}

void errno_print(int32_t err, struct strbuf *out)
{
	const char *name = strerrorname_np(err);

	if (name)
		strbuf_add(out, name);
	else
		strbuf_printf(out, "errno %d", err);
}

bool errno_ordinary(int32_t err)
{
	return err == EAGAIN || err == EINPROGRESS || err == EALREADY || err == EINTR;
}

static void socket_arguments(const struct style *style, const struct event *event, unsigned flags,
			     struct strbuf *out)
{
	int32_t type = event->arg.socket.type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
	int32_t protocol = event->arg.socket.protocol;

	if (flags & CALL_BRIEF)
		strbuf_add(out, style_glyph(style, GLYPH_ELLIPSIS));
	else
		constant_print(domain_text(event->arg.socket.domain), event->arg.socket.domain,
			       out);
	if (flags & CALL_BRIEF && event->name == EVENT_SOCKETPAIR)
		return;
	strbuf_add(out, ", ");
	constant_print(type_text(type), type, out);
	if (flags & CALL_FULL && event->arg.socket.type & SOCK_NONBLOCK)
		strbuf_add(out, "|SOCK_NONBLOCK");
	if (flags & CALL_FULL && event->arg.socket.type & SOCK_CLOEXEC)
		strbuf_add(out, "|SOCK_CLOEXEC");
	if (is_usual_protocol(type, protocol))
		return;
	strbuf_add(out, ", ");
	constant_print(protocol_name(protocol), protocol, out);
}

static void note_print(const char *note, struct strbuf *out)
{
	if (!*note)
		return;
	strbuf_add_char(out, '<');
	strbuf_add(out, note);
	strbuf_add_char(out, '>');
}

static void fd_print(const struct event *event, const char *note, struct strbuf *out)
{
	if (event->fd < 0 && event->err == EBADF)
		strbuf_printf(out, "%d", event->fd);
	if (event->fd < 0)
		return;
	units_decimal(out, event->fd);
	note_print(note, out);
}

static void call_arguments(const struct style *style, const struct event *event, unsigned flags,
			   const char *note, struct strbuf *out)
{
	switch (event->name) {
	case EVENT_SOCKET:
	case EVENT_SOCKETPAIR:
		socket_arguments(style, event, flags, out);
		break;
	case EVENT_BIND:
		fd_print(event, note, out);
		strbuf_add(out, ", ");
		style_address(style, &event->arg.name.address, out);
		break;
	case EVENT_CONNECT:
		fd_print(event, note, out);
		if (flags & CALL_FULL && event->arg.name.address.family != FAMILY_NONE) {
			strbuf_add(out, ", ");
			style_address(style, &event->arg.name.address, out);
		}
		break;
	case EVENT_LISTEN:
		fd_print(event, note, out);
		strbuf_printf(out, ", %d", event->arg.listen.requested);
		break;
	case EVENT_SHUTDOWN:
		fd_print(event, note, out);
		strbuf_add(out, ", ");
		constant_print(how_text(event->arg.how), event->arg.how, out);
		break;
	case EVENT_RECV:
		fd_print(event, note, out);
		if (event->arg.data.peek)
			strbuf_add(out, ", MSG_PEEK");
		if (event->arg.data.errqueue)
			strbuf_add(out, ", MSG_ERRQUEUE");
		break;
	default:
		fd_print(event, note, out);
	}
}

/* " ×3", where there is more than one. */
static void times_print(const struct style *style, const struct event *event, struct strbuf *out)
{
	if (event->count < 2)
		return;
	strbuf_add_char(out, ' ');
	strbuf_add(out, style_glyph(style, GLYPH_TIMES));
	units_count(out, event->count);
}

static void call_result(const struct style *style, const struct event *event, unsigned flags,
			const char *note, struct strbuf *out)
{
	switch (event->name) {
	case EVENT_SOCKETPAIR:
		strbuf_printf(out, " = %d", event->fd);
		note_print(note, out);
		strbuf_printf(out, ", %d", event->arg.socket.fd2);
		note_print(note, out);
		break;
	case EVENT_SOCKET:
	case EVENT_ACCEPT:
		strbuf_add(out, " = ");
		units_decimal(out, event->ret);
		note_print(note, out);
		break;
	case EVENT_SEND:
	case EVENT_RECV:
		times_print(style, event, out);
		strbuf_add(out, " = ");
		if (event->count > 1)
			style_bytes(style, event->bytes, out);
		else if (event->arg.data.peek || event->arg.data.errqueue)
			units_decimal(out, event->ret);
		else
			units_decimal(out, event->bytes);
		break;
	default:
		if (flags & CALL_ZERO)
			strbuf_add(out, " = 0");
	}
}

void call_print(const struct style *style, const struct event *event, unsigned flags,
		struct strbuf *out)
{
	call_print_noted(style, event, flags, "", "", out);
}

void call_print_noted(const struct style *style, const struct event *event, unsigned flags,
		      const char *argument, const char *result, struct strbuf *out)
{
	if (event->name == EVENT_CLOSE && event->fd < 0) {
		strbuf_add(out, "closed");
		return;
	}
	strbuf_add(out, event_name_text(event->name));
	strbuf_add_char(out, '(');
	call_arguments(style, event, flags, argument, out);
	strbuf_add_char(out, ')');
	if (event->waits) {
		strbuf_add(out, " waits");
		times_print(style, event, out); /* threads */
	} else if (event->err) {
		times_print(style, event, out);
		strbuf_add_char(out, ' ');
		errno_print(event->err, out);
	} else {
		call_result(style, event, flags, result, out);
	}
}
