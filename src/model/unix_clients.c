/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns each listener's list of clients that found no room. A wait is told by its thread,
 * as it begins or after it is over; an attempt that gets EAGAIN is its socket's, however
 * often it tries.
 */
#include "model/unix_clients.h"

#include <errno.h>

#include "model/processes.h"
#include "model/sockets.h"
#include "model/wire.h"

#define CLIENTS_MAX 10000 /* of a listener */
#define PENDING_MAX 10000 /* of all */

static struct unix_connect *connect_of(struct model_index *index, uint32_t tid, int64_t enter_ns)
{
	for (size_t i = 0; i < UNIX_CONNECTS; i++)
		if (index->unix_connects[i].tid == tid &&
		    index->unix_connects[i].enter_ns == enter_ns)
			return &index->unix_connects[i];
	return NULL;
}

/* The one that is not over yet, by its thread or by its socket. */
static struct unix_client *client_find(struct model *model, uint64_t key)
{
	uintptr_t id = (uintptr_t)hashmap_get(&model->index->unix_pending, key);
	struct sock *listens = id ? sock_find(model, id) : NULL;
	struct listener *listener = listens ? listens->pub.listener : NULL;

	for (size_t i = listener ? listener->unix_clients.len : 0; i--;) {
		struct unix_client *client = &listener->unix_clients.items[i];

		if (client->until_ns == TIME_UNKNOWN &&
		    (client->eagain ? client->socket : client->tid) == key)
			return client;
	}
	return NULL;
}

static void client_over(struct unix_client *client, int64_t t_ns, bool got_in)
{
	if (!client)
		return;
	client->until_ns = t_ns > client->since_ns ? t_ns : client->since_ns;
	client->got_in = got_in;
}

static void pend(struct model *model, uint64_t key, uint64_t listener)
{
	struct hashmap *pending = &model->index->unix_pending;

	if (pending->len >= PENDING_MAX)
		hashmap_release(pending); /* how those ended will not be known */
	if (key && hashmap_set(pending, key, (void *)(uintptr_t)listener))
		model_fail(model);
}

static void client_keep(struct model *model, struct listener *listener,
			const struct unix_client *client)
{
	if (listener->unix_clients.len >= CLIENTS_MAX)
		vec_drop_first(&listener->unix_clients, CLIENTS_MAX / 2);
	if (vec_push(&listener->unix_clients, *client))
		model_fail(model);
}

void unix_client_full(struct model *model, struct listening *listening, const struct st_drop *drop)
{
	int64_t t = wire_time(model, drop->h.ts_ns);
	const struct unix_connect *connect = connect_of(model->index, drop->tid, t);
	bool again = drop->flags & ST_DROP_AGAIN;
	struct unix_client client = {
		.since_ns = t,
		.last_ns = t,
		.until_ns = TIME_UNKNOWN,
		.process = process_seen(model, drop->pid, NULL, t),
		.tid = drop->tid,
		.socket = connect ? connect->socket : 0,
		.eagain = again,
	};
	struct unix_client *before = again ? client_find(model, client.socket) : NULL;

	if (!drop->tid)
		return;
	if (before) {
		before->eagain++;
		before->last_ns = t;
		return;
	}
	if (!again && connect)
		client_over(&client, connect->return_ns, connect->got_in);
	else
		pend(model, again ? client.socket : drop->tid, drop->sock.id);
	client_keep(model, &listening->pub, &client);
}

void unix_client_returned(struct model *model, const struct st_call *call)
{
	struct model_index *index = model->index;
	struct unix_connect *connect = &index->unix_connects[index->next_unix_connect++];
	int64_t t = wire_time(model, call->h.ts_ns);

	index->next_unix_connect %= UNIX_CONNECTS;
	*connect = (struct unix_connect){
		.tid = call->tid,
		.enter_ns = wire_time(model, call->enter_ns),
		.return_ns = t,
		.socket = call->sock.id,
		.got_in = !call->ret,
	};
	if (!index->unix_pending.len)
		return;
	client_over(client_find(model, call->tid), t, connect->got_in);
	hashmap_remove(&index->unix_pending, call->tid);
	if (call->ret == -EAGAIN)
		return;
	client_over(client_find(model, call->sock.id), t, connect->got_in);
	hashmap_remove(&index->unix_pending, call->sock.id);
}

void unix_client_gone(struct model *model, uint64_t socket)
{
	if (model->index->unix_pending.len)
		hashmap_remove(&model->index->unix_pending, socket);
}
