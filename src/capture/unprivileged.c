/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the list of listeners, to tell what is new, gone or changed from look to look.
 */
#include "capture/unprivileged.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hashmap.h"
#include "base/log.h"
#include "capture/borrow.h"
#include "capture/host.h"
#include "capture/netns_counters.h"
#include "capture/netns_held.h"
#include "capture/netns_visit.h"
#include "capture/owners.h"
#include "capture/sockdiag.h"
#include "capture/watched.h"

#define LOOK_NS (100 * 1000 * 1000LL)
#define COUNT_NS (1000 * 1000 * 1000LL) /* counters, and requests in SYN queues */

struct unprivileged {
	const struct source_options *options;
	source_sink *sink;
	void *context;
	struct pid_list targets; /* -p and --cgroup: those of the beginning */
	struct netns_held_list spaces;
	struct watched_table table;
	struct st_process owner; /* handed on last */
	int owner_fd; /* its pidfd, or negative */
	struct netns_held *here; /* being visited */
	unsigned round;
	size_t fresh; /* listeners whose owners were not looked for */
	size_t hidden;
	int64_t look_ns, count_ns; /* when they are due next */
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int hand_on(struct unprivileged *u, const void *record, size_t size)
{
	return u->sink(u->context, record, size);
}

/* --- who is looked at ------------------------------------------------------------- */

static int add_spaces(struct unprivileged *u, const struct pid_list *pids)
{
	int r = u->options->all ? netns_hold(&u->spaces, 0) : 0;

	vec_each (pid, pids)
		r = r ? r : netns_hold(&u->spaces, *pid);
	return r;
}

static int add_target(struct unprivileged *u, pid_t pid)
{
	char path[64];
	int r;

	if (!proc_exists(pid))
		return log_err_r(-ESRCH, "no process %d: it is gone, or never was", pid);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if (access(path, R_OK | X_OK) && errno == EACCES)
		return log_err_r(-EPERM,
				 "not permitted to see the sockets of process %d: run as root, or "
				 "with CAP_SYS_PTRACE",
				 pid);
	r = vec_push(&u->targets, pid);
	return r || !u->options->follow ? r : proc_descendants(pid, &u->targets);
}

static int add_targets(struct unprivileged *u)
{
	int r = 0;

	for (size_t i = 0; i < u->options->pids.len && !r; i++)
		r = add_target(u, u->options->pids.items[i]);
	if (!r && u->options->cgroup)
		r = proc_in_cgroup(u->options->cgroup, &u->targets);
	return r;
}

/* Whose fds are looked through now: for -a, of all there are. */
static int current_pids(struct unprivileged *u, struct pid_list *out)
{
	int r = u->options->all ? proc_list(out) : 0;

	vec_each (pid, &u->targets)
		r = r ? r : vec_push(out, *pid);
	return r;
}

/* --- looking ----------------------------------------------------------------------- */

static bool is_asked_for(const struct unprivileged *u, const struct st_sock *sock)
{
	const struct source_options *options = u->options;

	if (sock->family == AF_UNIX)
		return options->unix_sockets && !options->local_port;
	if (options->local_port && options->local_port != sock->local_port)
		return false;
	return sock->v4 ? options->ipv4 : options->ipv6;
}

static int on_listener(void *context, const struct diag_socket *socket)
{
	struct unprivileged *u = context;
	struct diag_socket here = *socket;
	struct watched *w;
	bool is_new;

	if (!is_asked_for(u, &socket->sock))
		return 0;
	here.sock.netns = u->here->inum;
	w = watched_see(&u->table, &here, &is_new);
	if (!w)
		return -ENOMEM;
	u->fresh += is_new;
	w->round = u->round;
	return 0;
}

static int on_request(void *context, const struct diag_socket *socket)
{
	struct unprivileged *u = context;
	struct diag_socket here = *socket;
	struct watched *w;

	here.sock.netns = u->here->inum;
	w = watched_reached(&u->table, &here);
	if (w)
		w->syn_queue++;
	return 0;
}

static int count_here(struct unprivileged *u, bool always)
{
	struct st_netns record = {.netns = u->here->inum};

	netns_counters_read(&record);
	if (!always && !memcmp(record.counter, u->here->told.counter, sizeof(record.counter)))
		return 0;
	record_stamp(&record.h, ST_NETNS, sizeof(record));
	u->here->told = record;
	return hand_on(u, &record, sizeof(record));
}

static int look_here(void *context)
{
	struct unprivileged *u = context;
	int r = 0;

	if (u->options->ipv4 || u->options->ipv6)
		r = sockdiag_tcp(1 << TCP_LISTEN, on_listener, u);
	if (!r && u->options->unix_sockets)
		r = sockdiag_unix_listeners(on_listener, u);
	return r;
}

static int count_requests_here(void *context)
{
	return sockdiag_tcp(1 << TCP_SYN_RECV, on_request, context);
}

static int count_here_if_risen(void *context)
{
	return count_here(context, false);
}

static int count_here_always(void *context)
{
	return count_here(context, true);
}

static int visit_all(struct unprivileged *u, netns_visitor *visit)
{
	int r = 0;

	vec_each (space, &u->spaces) {
		u->here = space;
		r = r ? r : netns_visit(space->fd, visit, u);
		if (r == -EPERM)
			r = 0; /* another namespace, without the privilege to enter it */
	}
	return r;
}

static int count_requests(struct unprivileged *u)
{
	struct watched *w;

	for (size_t i = 0; (w = watched_next(&u->table, &i));)
		w->syn_queue = 0;
	return visit_all(u, count_requests_here);
}

/* --- telling ------------------------------------------------------------------------ */

/* Owners come process by process: one is read once for all its sockets. */
static int tell_process(struct unprivileged *u, pid_t pid)
{
	struct st_process *process = &u->owner;

	if (process->pid == (uint32_t)pid)
		return 0;
	if (u->owner_fd >= 0)
		close(u->owner_fd);
	u->owner_fd = borrow_open(pid);
	*process = (struct st_process){.event = ST_PROCESS_SEEN, .target = 1};
	if (proc_describe(pid, process))
		process->pid = pid; /* gone meanwhile */
	record_stamp(&process->h, ST_PROCESS, sizeof(*process));
	return hand_on(u, process, sizeof(*process));
}

/* process: NULL: nobody that we can see. */
static int tell_seen(struct unprivileged *u, const struct watched *w,
		     const struct st_process *process, int fd)
{
	struct st_seen seen = {
		.sock = w->at.sock,
		.fd = fd,
		.backlog = w->at.limit,
		.depth = w->at.depth,
		.path_len = w->at.path_len,
	};

	if (process) {
		seen.pid = process->pid;
		memcpy(seen.comm, process->comm, sizeof(seen.comm));
	}
	memcpy(seen.path, w->at.path, sizeof(seen.path));
	record_stamp(&seen.h, ST_SEEN, sizeof(seen));
	return hand_on(u, &seen, sizeof(seen));
}

static int on_owner(void *context, uint64_t inode, pid_t pid, int fd)
{
	struct unprivileged *u = context;
	struct watched *w = watched_by_inode(&u->table, inode);
	int seconds, r;

	if (!w)
		return 0;
	r = tell_process(u, pid);
	if (!r)
		r = tell_seen(u, w, &u->owner, fd);
	if (!w->owned && w->at.sock.family != AF_UNIX) {
		seconds = borrow_defer_accept(u->owner_fd, fd);
		w->defer_known = seconds >= 0;
		w->defer_accept_s = seconds > 0 ? seconds : 0;
	}
	w->owned = true;
	return r;
}

/* Owners are looked for when a listener is new: it may have any number of them. */
static int find_owners(struct unprivileged *u)
{
	struct pid_list pids = {0};
	int r = current_pids(u, &pids);
	struct watched *w;

	if (!r)
		r = owners_find(&pids, on_owner, u, &u->hidden);
	vec_release(&pids);
	for (size_t i = 0; !r && u->options->all && (w = watched_next(&u->table, &i));) {
		if (w->owned)
			continue;
		w->owned = true; /* nobody's, as far as can be seen: told all the same */
		r = tell_seen(u, w, NULL, -1);
	}
	u->fresh = 0;
	return r;
}

static int tell_standing(struct unprivileged *u, struct watched *w, bool always)
{
	const struct diag_socket *at = &w->at;
	struct st_listener *told = &w->told;
	struct st_listener record = {
		.h = told->h,
		.id = at->sock.id,
		/* only members of a reuseport group listen at one place together */
		.group = watched_has_company(&u->table, w) ? w->place : 0,
		.depth = at->depth,
		.limit = at->limit,
		.syn_queue = w->syn_queue,
		.sk_drops = at->sk_drops,
		.defer_accept_s = w->defer_accept_s,
		.netns = at->sock.netns,
		.flags = ST_LISTENER_POLLED | (w->defer_known ? 0 : ST_LISTENER_DEFER_UNKNOWN),
	};

	vec_each (space, &u->spaces)
		if (space->inum == at->sock.netns && space->told.migrate_req == 1)
			record.flags |= ST_LISTENER_MIGRATES;
	if (!w->owned || (!always && !memcmp(&record, told, sizeof(record))))
		return 0;
	record_stamp(&record.h, ST_LISTENER, sizeof(record));
	*told = record;
	return hand_on(u, &record, sizeof(record));
}

static int tell_gone(struct unprivileged *u, struct watched *w)
{
	struct st_release release = {.id = w->at.sock.id};
	bool owned = w->owned;

	watched_forget(&u->table, w);
	record_stamp(&release.h, ST_RELEASE, sizeof(release));
	return owned ? hand_on(u, &release, sizeof(release)) : 0;
}

static int look(struct unprivileged *u, bool always)
{
	bool count = always || now_ns() >= u->count_ns;
	struct watched *w;
	int r;

	u->round++;
	u->look_ns = now_ns() + LOOK_NS;
	r = visit_all(u, look_here);
	if (count) {
		u->count_ns = now_ns() + COUNT_NS;
		r = r ? r : count_requests(u);
		r = r ? r : visit_all(u, always ? count_here_always : count_here_if_risen);
	}
	if (!r && u->fresh)
		r = find_owners(u);
	for (size_t i = 0; !r && (w = watched_next(&u->table, &i));)
		r = w->round == u->round ? tell_standing(u, w, always) : tell_gone(u, w);
	return r;
}

/* --- the source --------------------------------------------------------------------- */

static int tell_row(struct unprivileged *u, const char *row, const char *method)
{
	struct st_probe probe = {0};

	record_stamp(&probe.h, ST_PROBE, sizeof(probe));
	snprintf(probe.row, sizeof(probe.row), "%s", row);
	snprintf(probe.method, sizeof(probe.method), "%s", method);
	return hand_on(u, &probe, sizeof(probe));
}

static int tell_preamble(struct unprivileged *u)
{
	struct st_target target;
	struct st_host host;
	int r;

	host_record(&host);
	r = hand_on(u, &host, sizeof(host));
	target_record(&target, u->options, u->options->data ? "runs" : "off");
	if (!r)
		r = hand_on(u, &target, sizeof(target));
	if (!r)
		r = tell_row(u, "listeners", "sock_diag");
	if (!r)
		r = tell_row(u, "owners", "/proc/PID/fd");
	return r ? r : tell_row(u, "counters", "/proc/net/netstat");
}

int unprivileged_open(const struct source_options *options, source_sink *sink, void *context,
		      struct unprivileged **out)
{
	struct unprivileged *u = calloc(1, sizeof(*u));
	struct pid_list pids = {0};
	int r;

	if (!u)
		return -ENOMEM;
	u->owner_fd = -1;
	u->options = options;
	u->sink = sink;
	u->context = context;
	r = add_targets(u);
	if (!r)
		r = current_pids(u, &pids);
	if (!r)
		r = add_spaces(u, &pids);
	vec_release(&pids);
	if (!r)
		r = tell_preamble(u);
	if (!r)
		r = look(u, true);
	if (r)
		unprivileged_free(&u);
	else
		*out = u;
	return r;
}

int unprivileged_poll(struct unprivileged *u, int timeout_ms)
{
	int64_t wait_ms = (u->look_ns - now_ns()) / 1000000 + 1;

	if (wait_ms > 0)
		poll(NULL, 0, wait_ms < timeout_ms ? (int)wait_ms : timeout_ms);
	return now_ns() < u->look_ns ? 0 : look(u, false);
}

bool unprivileged_has_targets(const struct unprivileged *u)
{
	if (u->options->all || u->options->cgroup)
		return true;
	vec_each (pid, &u->targets)
		if (proc_exists(*pid))
			return true;
	return false;
}

static int tell_end(struct unprivileged *u)
{
	struct st_loss_record losses = {0};
	struct st_end end = {0};
	int r;

	record_stamp(&losses.h, ST_LOSS, sizeof(losses));
	r = hand_on(u, &losses, sizeof(losses));
	record_stamp(&end.h, ST_END, sizeof(end));
	return r ? r : hand_on(u, &end, sizeof(end));
}

int unprivileged_finish(struct unprivileged *u)
{
	int r = look(u, true);

	return r ? r : tell_end(u);
}

int unprivileged_look(const struct source_options *options, source_sink *sink, void *context,
		      bool *hidden)
{
	struct unprivileged *u;
	int r = unprivileged_open(options, sink, context, &u);

	if (r)
		return r;
	*hidden = u->hidden > 0;
	r = tell_end(u);
	unprivileged_free(&u);
	return r;
}

void unprivileged_free(struct unprivileged **source)
{
	struct unprivileged *u = *source;

	if (!u)
		return;
	if (u->owner_fd >= 0)
		close(u->owner_fd);
	netns_held_release(&u->spaces);
	vec_release(&u->targets);
	watched_release(&u->table);
	free(u);
	*source = NULL;
}

bool unprivileged_hidden(const struct unprivileged *u)
{
	return u->hidden > 0;
}
