/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace set-backlog: a second listen() on the server's own socket, which changes the
 * limit of its queue and nothing else. The one command that changes anything.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "base/units.h"
#include "capture/borrow.h"
#include "capture/proc.h"
#include "cmd/cmd.h"
#include "model/address.h"
#include "render/escape.h"
#include "render/style.h"

#define NAMED_MAX 8 /* listeners in a message */

struct change {
	struct borrowed *socket;
	struct address address;
	int64_t before, wanted; /* wanted: what the kernel will make of it */
};

struct set_backlog {
	const struct options *options;
	struct style style;
	struct borrowed_list sockets;
	VEC(struct change) changes;
	bool refused; /* a process did not let us look */
};

static struct address address_of(const struct borrowed *socket)
{
	return address_of_sockaddr(&socket->name, socket->name_len);
}

/* "127.0.0.1:8088  python3[4240] fd 3" */
static void print_socket(const struct set_backlog *s, const struct borrowed *socket,
			 const char *gap, struct strbuf *out)
{
	struct address address = address_of(socket);

	style_address(&s->style, &address, out);
	strbuf_add(out, gap);
	style_name(&s->style, socket->comm, out);
	strbuf_printf(out, "[%d] fd %d", socket->pid, socket->their_fd);
}

/* --- which sockets --------------------------------------------------------------- */

static int borrow_from(struct set_backlog *s, pid_t pid)
{
	int r = borrow_sockets(pid, &s->sockets);

	s->refused |= r == -EPERM;
	return r == -EPERM ? 0 : r;
}

static int gather(struct set_backlog *s)
{
	struct pid_list pids = {0};
	int r = 0;

	vec_each (pid, &s->options->source.pids) {
		r = r ? r : borrow_from(s, *pid);
		if (r == -ESRCH)
			log_err("no process %d: it is gone, or never was", *pid);
		else if (!r && s->options->source.follow)
			r = proc_descendants(*pid, &pids);
	}
	vec_each (pid, &pids)
		if (!r && borrow_from(s, *pid) == -ENOMEM) /* else it may be gone by now */
			r = -ENOMEM;
	vec_release(&pids);
	return r;
}

/* Why nothing can be done, from the most telling to the least. */
static int nothing_found(const struct set_backlog *s, const struct borrowed *deaf)
{
	const char *listener = s->options->listener;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	size_t named = 0;

	if (deaf) {
		print_socket(s, deaf, " of ", &text);
		return log_err_r(-EINVAL, "%s does not listen: it is bound, and that is all",
				 strbuf_text(&text));
	}
	vec_each (socket, &s->sockets)
		if (socket->listening && named++ < NAMED_MAX) {
			strbuf_add(&text, named > 1 ? ", " : "");
			print_socket(s, socket, " by ", &text);
		}
	if (s->refused && !named)
		return log_err_r(-EPERM, "not permitted to take the sockets of that process: run "
					 "as root, or with CAP_SYS_PTRACE");
	if (!named)
		return log_err_r(-ENOENT, "nothing listens there: these processes have no "
					  "listening socket");
	return log_err_r(-ENOENT, "nothing listens on %s there, only on %s%s", listener,
			 strbuf_text(&text), named > NAMED_MAX ? ", …" : "");
}

static int refuse_unix(const struct set_backlog *s, const struct borrowed *socket)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	print_socket(s, socket, " of ", &text);
	return log_err_r(-EOPNOTSUPP,
			 "%s is a UNIX listener: a second listen() would show its clients our "
			 "credentials (SO_PEERCRED) in place of the server's. Raise the backlog in "
			 "the server's configuration and restart it",
			 strbuf_text(&text));
}

static int add_change(struct set_backlog *s, struct borrowed *socket)
{
	struct change change = {socket, address_of(socket), socket->limit, s->options->backlog};
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (socket->name.ss_family == AF_UNIX)
		return refuse_unix(s, socket);
	if (socket->limit < 0) {
		print_socket(s, socket, " of ", &text);
		return log_err_r(-EOPNOTSUPP,
				 "the kernel does not tell the backlog of %s: nothing "
				 "was changed, for it could not be undone",
				 strbuf_text(&text));
	}
	if (socket->somaxconn >= 0 && change.wanted > socket->somaxconn)
		change.wanted = socket->somaxconn;
	return vec_push(&s->changes, change);
}

static int select_listeners(struct set_backlog *s)
{
	const struct borrowed *deaf = NULL;
	struct address selector;
	int r = 0;

	address_parse(s->options->listener, &selector);
	vec_each (socket, &s->sockets) {
		struct address address = address_of(socket);

		if (r || !address_selects(&selector, &address))
			continue;
		if (socket->listening)
			r = add_change(s, socket);
		else
			deaf = socket;
	}
	return r ? r : s->changes.len ? 0 : nothing_found(s, deaf);
}

/* --- saying it --------------------------------------------------------------------- */

static void print_change(const struct set_backlog *s, const struct change *change, int64_t after,
			 struct strbuf *out)
{
	strbuf_add(out, "tcp ");
	print_socket(s, change->socket, "  ", out);
	strbuf_printf(out, "   backlog %" PRId64, change->before);
	if (after != change->before)
		strbuf_printf(out, " %s %" PRId64, style_glyph(&s->style, GLYPH_TO), after);
	else
		strbuf_add(out, " as before");
	if (after < s->options->backlog)
		strbuf_printf(out, " (asked for %" PRId64 ", somaxconn %d)", s->options->backlog,
			      change->socket->somaxconn);
	strbuf_add_char(out, '\n');
}

static bool is_change(const struct change *change)
{
	return change->wanted != change->before;
}

static size_t count_changes(const struct set_backlog *s)
{
	size_t n = 0;

	vec_each (change, &s->changes)
		n += is_change(change);
	return n;
}

static bool has_changed(const struct change *change)
{
	return change->socket->listening && change->socket->limit != change->before;
}

static bool anything_changed(const struct set_backlog *s)
{
	vec_each (change, &s->changes)
		if (has_changed(change))
			return true;
	return false;
}

/* 0: go ahead. */
static int ask(const struct set_backlog *s)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	char answer[16];

	if (s->options->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return log_err_r(-EPERM, "this changes a running server, and there is no terminal "
					 "to ask on: say --yes");
	vec_each (change, &s->changes)
		print_change(s, change, change->wanted, &text);
	strbuf_add(&text, "This calls listen() again on the server's own socket. It lasts until "
			  "the server\ncalls listen() itself or restarts. Go ahead? [y/N] ");
	fputs(strbuf_text(&text), stderr);
	if (!fgets(answer, sizeof(answer), stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return log_err_r(-ECANCELED, "nothing was changed");
	return 0;
}

/* Of several sockets at one address only those that had the same backlog can be told
 * to go back by one command. */
static bool undo_is_ambiguous(const struct set_backlog *s, const struct change *change)
{
	vec_each (other, &s->changes)
		if (other->before != change->before &&
		    address_equal(&other->address, &change->address))
			return true;
	return false;
}

static bool undo_was_said(const struct set_backlog *s, const struct change *change)
{
	vec_each (other, &s->changes) {
		if (other == change)
			return false;
		if (has_changed(other) && other->before == change->before &&
		    address_equal(&other->address, &change->address))
			return true;
	}
	return false;
}

static void print_undo(const struct set_backlog *s, const struct change *change, struct strbuf *out)
{
	if (undo_is_ambiguous(s, change)) {
		strbuf_printf(out,
			      "no undo: fd %d of %d had %" PRId64
			      ", others at that address another backlog\n",
			      change->socket->their_fd, change->socket->pid, change->before);
		return;
	}
	if (undo_was_said(s, change))
		return;
	strbuf_printf(out, "undo: socktrace set-backlog %" PRId64, change->before);
	vec_each (pid, &s->options->source.pids)
		strbuf_printf(out, " -p %d", *pid);
	if (!s->options->source.follow)
		strbuf_add(out, " --no-follow");
	strbuf_add(out, " -L ");
	style_address(&s->style, &change->address, out);
	if (change->socket->somaxconn >= 0 && change->before > change->socket->somaxconn)
		strbuf_printf(out, "   (no higher than somaxconn, now %d)",
			      change->socket->somaxconn);
	strbuf_add_char(out, '\n');
}

/* --- doing it ------------------------------------------------------------------------ */

static int set_one(const struct set_backlog *s, const struct change *change)
{
	struct borrowed *socket = change->socket;

	borrowed_look(socket); /* listen() on one that was shut down would open it again */
	if (!socket->listening)
		return log_err_r(-EINVAL, "fd %d of %d does not listen any more", socket->their_fd,
				 socket->pid);
	if (is_change(change) && listen(socket->fd, s->options->backlog))
		return log_err_r(-errno, "listen() on fd %d of %d failed: %s", socket->their_fd,
				 socket->pid, strerror(errno));
	borrowed_look(socket);
	return 0;
}

/* What is in force now is read from the kernel, not supposed. 0, or -errno of a listen()
 * that failed; *held: not all got what was asked for. */
static int set_all(const struct set_backlog *s, bool *held, struct strbuf *out)
{
	int r = 0;

	vec_each (change, &s->changes) {
		int one = set_one(s, change);

		r = r ? r : one;
		if (one)
			continue;
		print_change(s, change, change->socket->limit, out);
		*held |= change->socket->limit < s->options->backlog;
	}
	if (anything_changed(s))
		strbuf_add(out, "lasts until the server calls listen() again or restarts\n");
	vec_each (change, &s->changes)
		if (has_changed(change))
			print_undo(s, change, out);
	return r;
}

static int say_held(const struct set_backlog *s)
{
	const struct borrowed *socket = s->changes.items[0].socket;

	return log_err_r(-ERANGE,
			 "net.core.somaxconn of that network namespace is %d and cuts off what is "
			 "above: nsenter -t %d -n sysctl -w net.core.somaxconn=%" PRId64
			 ", then once more",
			 socket->somaxconn, socket->pid, s->options->backlog);
}

int cmd_set_backlog(const struct options *options)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct set_backlog s = {.options = options};
	bool held = false;
	int r;

	style_init(&s.style, STDOUT_FILENO, options->color, options->ascii);
	r = gather(&s);
	if (!r)
		r = select_listeners(&s);
	if (!r && count_changes(&s))
		r = ask(&s);
	if (!r)
		r = set_all(&s, &held, &text);
	fputs(strbuf_text(&text), stdout);
	if (!r && held)
		r = say_held(&s);
	vec_release(&s.changes);
	borrowed_release(&s.sockets);
	return r || fflush(stdout) ? STATUS_FAILED : STATUS_OK;
}
