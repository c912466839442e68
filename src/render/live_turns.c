/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the count of runs shown in the present second, and the sums of those that were not;
 * knows no lines.
 */
#include "render/live_turns.h"

#define NS_PER_S 1000000000LL

void live_turns_release(struct live_turns *turns)
{
	vec_release(&turns->held);
	hashmap_release(&turns->index);
}

static uint64_t key_of(const struct connection *connection, unsigned side, enum event_name name)
{
	return (connection->id * SIDE_MAX + side) << 1 | (name == EVENT_RECV);
}

static uint64_t turn_key(const struct live_turn *turn)
{
	return key_of(turn->connection, turn->event.side, turn->event.name);
}

/* NULL: nothing is held back under that key. */
static struct live_turn *find(const struct live_turns *turns, uint64_t key)
{
	uintptr_t place = turns->held.len ? (uintptr_t)hashmap_get(&turns->index, key) : 0;

	return place ? &turns->held.items[place - 1] : NULL;
}

/* Cannot fail for a key that is there. */
static int set_place(struct live_turns *turns, uint64_t key, size_t place)
{
	return hashmap_set(&turns->index, key, (void *)(uintptr_t)(place + 1));
}

/* The last one moves to its place. */
static void take(struct live_turns *turns, struct live_turn *turn, struct live_turn *out)
{
	const struct live_turn *last = &turns->held.items[turns->held.len - 1];

	*out = *turn;
	hashmap_remove(&turns->index, turn_key(turn));
	if (turn != last) {
		set_place(turns, turn_key(last), turn - turns->held.items);
		*turn = *last;
	}
	turns->held.len--;
}

static void add(struct live_turn *turn, const struct event *event)
{
	struct event *sum = &turn->event;
	int64_t sum_end_ns = event_end_ns(sum), end_ns = event_end_ns(event);

	if (end_ns < sum_end_ns)
		end_ns = sum_end_ns;
	if (event->t_ns < sum->t_ns)
		sum->t_ns = event->t_ns;
	sum->duration_ns = end_ns - sum->t_ns;
	sum->count += event->count;
	sum->bytes += event->bytes;
	sum->fd = event->fd;
	if (sum->tid != event->tid)
		sum->tid = 0; /* several threads' */
	turn->grew = true;
}

static int hold(struct live_turns *turns, const struct event *event,
		const struct connection *connection, int64_t second)
{
	struct live_turn turn = {
		.connection = connection, .event = *event, .second = second, .grew = true};
	int r = vec_push(&turns->held, turn);

	if (!r && (r = set_place(turns, turn_key(&turn), turns->held.len - 1)))
		turns->held.len--;
	return r;
}

bool live_turns_show(struct live_turns *turns, const struct event *event,
		     const struct connection *connection)
{
	struct live_turns_place *place = &turns->places[connection->id % LIVE_TURNS_PLACES];
	int64_t second = event_end_ns(event) / NS_PER_S;
	struct live_turn *turn;

	if (connection->id > place->newest)
		*place = (struct live_turns_place){.newest = connection->id, .second = second};
	if (second > place->second)
		*place = (struct live_turns_place){.newest = place->newest, .second = second};
	if (place->shown < LIVE_TURNS_A_SECOND) {
		place->shown++;
		return true;
	}
	turn = find(turns, key_of(connection, event->side, event->name));
	if (turn)
		add(turn, event);
	/* without memory for it it has its line */
	return !turn && hold(turns, event, connection, place->second);
}

bool live_turns_take(struct live_turns *turns, const struct connection *connection,
		     struct live_turn *out)
{
	struct live_turn *turn = NULL;

	if (!turns->held.len)
		return false;
	if (!connection)
		turn = &turns->held.items[turns->held.len - 1];
	for (unsigned side = SIDE_NONE; !turn && side < SIDE_MAX; side++) {
		turn = find(turns, key_of(connection, side, EVENT_SEND));
		if (!turn)
			turn = find(turns, key_of(connection, side, EVENT_RECV));
	}
	if (turn)
		take(turns, turn, out);
	return turn;
}

bool live_turns_before(struct live_turns *turns, const struct event *event,
		       const struct connection *connection, struct live_turn *out)
{
	struct live_turn *turn;

	if (!turns->held.len)
		return false;
	if (!event_moved(event))
		return live_turns_take(turns, connection, out);
	turn = find(turns, key_of(connection, event->side, event->name));
	if (!turn ||
	    (turn->event.pid == event->pid && event_end_ns(event) / NS_PER_S <= turn->second))
		return false;
	take(turns, turn, out);
	return true;
}

bool live_turns_quiet(struct live_turns *turns, int64_t now_ns, size_t *cursor,
		      struct live_turn *out)
{
	for (; *cursor < turns->held.len; ++*cursor) {
		struct live_turn *turn = &turns->held.items[*cursor];

		if (turn->grew) {
			turn->grew = false;
			turn->still_ns = now_ns;
		} else if (now_ns - turn->still_ns >= LIVE_TURNS_QUIET_NS) {
			take(turns, turn, out); /* another one is there now */
			return true;
		}
	}
	return false;
}
