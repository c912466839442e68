/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the tables behind the model and what it keeps of each
 * object beyond its public part, which comes first, so that one is the other.
 */
#pragma once

#include "base/intern.h"
#include "model/model.h"

#define EVENTS_MAX 1000 /* of a socket or a listener by itself; later ones are told, not kept */
#define CONNECTION_EVENTS_MAX 10000 /* unless the model's user asks for another limit */
#define FLOWS_MAX 1024 /* datagram flows of one socket: the one idle longest is ended */
#define OWNERS_MAX 256
#define NAMES_MAX 64
#define SAMPLES_MAX 10000
#define IDLE_SAMPLES_MAX 256 /* of a thread that never accepted */
#define WAITS_MAX 100000
#define READINGS_MAX 10000
#define DROPS_MAX 100000 /* of a listener */
#define PEERS_MAX 10000 /* of a listener */
#define ATTEMPTS_MAX 10000 /* that are not back yet, of all listeners */
#define NETNSES_MAX 4096
#define LOSSES_MAX 1000
#define FD_LIMITS_MAX 64 /* of a process */
#define QUOTAS_MAX 1000 /* of a process */
#define KEEP_ENDED 4096 /* processes and listeners that are over and that nothing refers to */

struct conn;
struct sock;

struct task {
	struct process pub;
	bool marked; /* something kept refers to it */
};

/* A datagram connection as one of its sockets finds it. */
struct flow {
	struct flow *older, *newer; /* in the order of their last use */
	struct sock *sock; /* NULL: not linked */
	struct conn *conn;
	uint64_t key;
};

struct holder {
	struct process *process; /* NULL: nobody */
	int32_t fd;
};

struct sock {
	struct socket pub;
	uint64_t peer_key; /* UNIX: key of the other end, 0: not known */
	int64_t born_ns; /* TIME_UNKNOWN: before the trace */
	struct holder holders[2]; /* the last two that used it and have not closed it */
	uint8_t state; /* TCP_* */
	uint32_t left_pid; /* UNIX: the last known to have it exited with it, then; 0: none did */
	int64_t left_ns;
	bool released; /* no fd refers to it any more */
	bool child; /* made by a listener */
	bool accepted;
	bool joined; /* it became a listener or a connection */
	bool serves; /* datagram: it answers flows that others began */
	bool departing;
	bool has_base; /* the four below count from a known moment */
	uint32_t written_base, copied_base, written, copied;
	uint64_t bytes_base[2];
	struct {
		uint16_t local_port, peer_port;
		uint8_t v4, local[16], peer[16];
	} wire; /* as last read */
	struct flow *oldest, *newest;
	size_t flows;
	struct sock *next; /* in the queue of those departing */
	uint64_t due_record;
	int64_t due_ns;
};

/* How a connection that has no end here yet is found when its client comes back. */
struct attempt {
	struct conn *older, *newer; /* in the order in which they were last turned away */
	uint64_t key;
	bool linked;
};

struct conn {
	struct connection pub;
	uint64_t lost_before;
	uint64_t tuple_key;
	struct conn *tuple_next; /* the next one under the same tuple_key */
	bool in_tuples;
	bool connect_failed;
	bool failure_told; /* by a connect() */
	bool evicted; /* a flow given up for others: how it went on is not known */
	bool served; /* its server end was accepted and is counted in its listener's `open` */
	bool queued; /* its server end was seen to enter an accept queue */
	uint32_t syns_sent, syns_dropped; /* as the client, and as the listener saw it */
	bool syn_passed; /* one of its SYNs was not dropped */
	bool given_up; /* an attempt of which nothing more is expected */
	bool found_over; /* an end was found to be gone, some time after it went */
	struct attempt attempt;
	bool handed_on[SIDE_MAX]; /* its process closed its copy of that end */
	bool over[SIDE_MAX]; /* nothing more will come from this end */
	uint8_t reset_by, first_fin; /* enum side */
	int64_t reset_ns;
	int64_t fin_ns[SIDE_MAX]; /* TIME_UNKNOWN: none seen */
	int64_t queued_ns; /* TIME_UNKNOWN: not seen */
	int64_t last_ns; /* of the FINs, resets and closes so far */
	uint64_t unix_queued; /* its key there; 0: none */
	struct flow flow[SIDE_MAX];
};

/* A connect() of a UNIX stream socket that returned a moment ago. */
struct unix_connect {
	uint32_t tid;
	bool got_in;
	int64_t enter_ns, return_ns;
	uint64_t socket;
};

#define UNIX_CONNECTS 64 /* more than may lie between a call's record and that of its wait */

struct listening {
	struct listener pub;
	uint64_t address_key;
	uint64_t waits_seen;
	size_t quiet_from; /* steps from here on are of a quiet time */
	int64_t crowded_ns; /* when its queue was last at least half full; TIME_UNKNOWN: never */
	struct hashmap peers; /* hash of address → place in dropped_peers + 1 */
	bool configured; /* its first listen() was seen */
	uint32_t waiting; /* UNIX: who has been in its queue since before the trace */
	bool marked; /* something kept refers to it */
};

struct model_index {
	struct hashmap sockets; /* st_sock.id → struct sock */
	struct hashmap pids; /* → struct process, perhaps one that is over */
	struct hashmap pairs; /* → struct conn */
	struct hashmap tuples; /* → chain of struct conn with one end seen */
	struct hashmap flows; /* → struct flow */
	struct hashmap listeners; /* hash of address → struct listening, open ones */
	struct hashmap acceptors; /* listener and tid → struct accepting */
	struct hashmap attempts; /* hash of addresses → struct conn */
	/* what a UNIX connect() left in a queue, by its address → struct conn */
	struct hashmap unix_queued;
	/* thread or socket that found a UNIX queue full → its listener's st_sock.id */
	struct hashmap unix_pending;
	struct unix_connect unix_connects[UNIX_CONNECTS];
	size_t next_unix_connect;
	struct conn *oldest_attempt, *newest_attempt;
	struct hashmap cgroups; /* id → path, owned */
	struct interns paths; /* of UNIX addresses */
	size_t paths_enough; /* as soon as there are so many those of no use go */
	struct sock *departing, *departing_last;
	uint64_t next_process, next_socket, next_listener, next_connection;
	uint64_t records;
	size_t processes_ended, listeners_closed; /* since the last sweep */
	int64_t now_ns;
	bool sums_by_calls; /* nothing else shows sends and receives: not io_uring's, say */
	bool begun; /* the start of the capture is fixed */
	int error; /* 0 or -ENOMEM, for this record */
};

static inline struct task *task_of(struct process *process)
{
	return (struct task *)process;
}

/* These accept NULL. */
static inline struct sock *sock_of(struct socket *socket)
{
	return (struct sock *)socket;
}

static inline struct conn *conn_of(struct connection *connection)
{
	return (struct conn *)connection;
}

static inline struct listening *listening_of(struct listener *listener)
{
	return (struct listening *)listener;
}

static inline enum side side_other(enum side side)
{
	return side == SIDE_CLIENT ? SIDE_SERVER : side == SIDE_SERVER ? SIDE_CLIENT : SIDE_NONE;
}

static inline struct end *conn_end(struct conn *conn, enum side side)
{
	return side == SIDE_SERVER ? &conn->pub.server : &conn->pub.client;
}

/* Remembers that memory ran out; model_apply() returns it. */
static inline void model_fail(struct model *model)
{
	model->index->error = -ENOMEM;
}

/* A list ordered by id loses one item. */
#define list_remove(list, lost)                                                                    \
	do {                                                                                       \
		size_t at_ = 0, end_ = (list)->len;                                                \
		while (at_ < end_) {                                                               \
			size_t mid_ = (at_ + end_) / 2;                                            \
			if ((list)->items[mid_]->id < (lost)->id)                                  \
				at_ = mid_ + 1;                                                    \
			else                                                                       \
				end_ = mid_;                                                       \
		}                                                                                  \
		assert(at_ < (list)->len && (list)->items[at_] == (lost));                         \
		memmove((list)->items + at_, (list)->items + at_ + 1,                              \
			((list)->len - at_ - 1) * sizeof(*(list)->items));                         \
		(list)->len--;                                                                     \
	} while (0)
