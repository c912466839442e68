/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the sockets by key, from birth to the last record about them.
 */
#pragma once

#include "model/index.h"

struct sock *sock_find(const struct model *model, uint64_t key); /* NULL: not known */

/* The socket a record speaks of, brought up to date; made if need be. NULL: no memory, or key 0. */
struct sock *sock_seen(struct model *model, const struct st_sock *wire);

/* The same for a record that says it was just made: what had the key before is over. */
struct sock *sock_born(struct model *model, const struct st_sock *wire, int64_t t_ns);

/* One that never came to be, for the call that failed; it departs at once. */
struct sock *sock_failed(struct model *model, const struct st_sock *wire);

/* Its first send chose this port, by a way that no call tells. */
void sock_autobound(struct model *model, struct sock *sock, uint16_t port);

/* The number it has there, -1: not known. */
int32_t sock_fd(const struct sock *sock, const struct process *process);

/* process, which may be NULL, used it as fd (-1: by a number not known). */
void sock_used(struct sock *sock, struct process *process, int32_t fd);
void sock_dropped(struct sock *sock, const struct process *process); /* it closed its fd */

/* Gives the event to what the socket became: listener, connection, or to the socket itself. */
void sock_event(struct model *model, struct sock *sock, struct event *event);

/* Keeps an event, if there is room. */
void events_keep(struct model *model, struct events *events, size_t max, const struct event *event);

/* The last fd is gone. call: by a close() that was seen, so nobody else need say so. */
void sock_release(struct model *model, struct sock *sock, int64_t t_ns);
void sock_release_unseen(struct model *model, struct sock *sock, int64_t t_ns, uint32_t pid,
			 uint32_t tid);

/* If nothing more is to come, lets it depart a little later: records may trail. */
void sock_check(struct model *model, struct sock *sock);

/* Whether the byte sums are all the kernel moved. */
bool sock_exact(const struct model *model, const struct sock *sock);

bool sock_is_datagram(const struct sock *sock);

/* sock was known by another key until now: takes in what happened under it. */
void sock_absorb(struct model *model, struct sock *sock, uint64_t former_key);

/* Nothing is to be told of it after all. */
void sock_unwanted(struct model *model, uint64_t key);

void sockets_process_exit(struct model *model, struct process *process, int64_t t_ns);
void sockets_depart_due(struct model *model);
void sockets_release(struct model *model);
