/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the arrivals and the queues; knows no records. The last listener has an
 * acceptor that stops for a third of a second now and then, behind a short backlog.
 */
#include "traffic.h"

#include <errno.h>
#include <stdlib.h>

#define US 1000ULL
#define MS 1000000ULL
#define SECOND 1000000000ULL

const uint32_t traffic_limits[TRAFFIC_LISTENERS] = {511, 128, 128, 16};

/* When a client comes again, after its first SYN. */
static const uint64_t retry_ns[TRAFFIC_TRIES] = {0, 1 * SECOND, 3 * SECOND, 7 * SECOND};

struct arrival {
	uint64_t ns;
	size_t visit;
};

/* A listener's queue: when those in it are accepted, the first to go first. */
struct queue {
	uint64_t *accepts;
	size_t first, len;
	uint64_t free_ns; /* when the acceptor can take the next one */
};

struct simulation {
	struct traffic *traffic;
	struct arrival *heap;
	size_t heap_len;
	struct queue queues[TRAFFIC_LISTENERS];
};

uint64_t traffic_random(uint64_t limit)
{
	static uint64_t state = 20260102;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % limit;
}

static void heap_push(struct simulation *sim, struct arrival arrival)
{
	size_t at = sim->heap_len++;

	for (; at && sim->heap[(at - 1) / 2].ns > arrival.ns; at = (at - 1) / 2)
		sim->heap[at] = sim->heap[(at - 1) / 2];
	sim->heap[at] = arrival;
}

static struct arrival heap_pop(struct simulation *sim)
{
	struct arrival top = sim->heap[0], last = sim->heap[--sim->heap_len];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < sim->heap_len) {
		if (child + 1 < sim->heap_len && sim->heap[child + 1].ns < sim->heap[child].ns)
			child++;
		if (sim->heap[child].ns >= last.ns)
			break;
		sim->heap[at] = sim->heap[child];
		at = child;
	}
	sim->heap[at] = last;
	return top;
}

/* How long the acceptor is away before it takes the next client. */
static uint64_t acceptor_pause(unsigned listener)
{
	if (listener == TRAFFIC_LISTENERS - 1 && !traffic_random(400))
		return 300 * MS;
	return 5 * US + traffic_random(60 * US);
}

/* Half of all clients stay under 2 ms, a few for seconds. */
static uint64_t stay(void)
{
	uint64_t ns = 200 * US + traffic_random(4 * MS);

	return traffic_random(50) ? ns : ns + traffic_random(2 * SECOND);
}

static void come_in(struct queue *queue, struct visit *visit, uint64_t ns)
{
	uint64_t begin = ns + 20 * US > queue->free_ns ? ns + 20 * US : queue->free_ns;

	visit->accepted_ns = begin + acceptor_pause(visit->listener);
	visit->end_ns = visit->accepted_ns + stay();
	visit->reset = !traffic_random(200);
	queue->free_ns = visit->accepted_ns;
	queue->accepts[queue->first + queue->len++] = visit->accepted_ns;
}

static void arrive(struct simulation *sim, struct arrival arrival)
{
	struct visit *visit = &sim->traffic->visits[arrival.visit];
	struct queue *queue = &sim->queues[visit->listener];

	while (queue->len && queue->accepts[queue->first] <= arrival.ns) {
		queue->first++;
		queue->len--;
	}
	visit->syn_ns[visit->tries] = arrival.ns;
	visit->depth[visit->tries++] = queue->len;
	if (queue->len <= traffic_limits[visit->listener]) {
		come_in(queue, visit, arrival.ns);
	} else if (visit->tries < TRAFFIC_TRIES) {
		arrival.ns = visit->syn_ns[0] + retry_ns[visit->tries];
		heap_push(sim, arrival);
	} else {
		visit->lost = true;
		visit->end_ns = arrival.ns;
	}
	if (visit->end_ns > sim->traffic->end_ns)
		sim->traffic->end_ns = visit->end_ns;
}

static int compare_times(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* First SYNs, evenly but for a rush of a tenth of them in one hundredth of the time. */
static int plan(struct simulation *sim, uint64_t span_ns)
{
	size_t count = sim->traffic->count;
	uint64_t *times = calloc(count, sizeof(*times));

	if (!times)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		times[i] = i % 10 ? traffic_random(span_ns / US) * US
				  : span_ns / 2 + traffic_random(span_ns / 100 / US) * US;
	qsort(times, count, sizeof(*times), compare_times);
	for (size_t i = 0; i < count; i++) {
		sim->traffic->visits[i].listener = traffic_random(TRAFFIC_LISTENERS);
		heap_push(sim, (struct arrival){sim->traffic->start_ns + times[i], i});
	}
	free(times);
	return 0;
}

int traffic_init(struct traffic *traffic, size_t count, uint64_t start_ns, uint64_t span_ns)
{
	struct simulation sim = {.traffic = traffic};
	int r = -ENOMEM;

	*traffic = (struct traffic){.count = count, .start_ns = start_ns};
	traffic->visits = calloc(count, sizeof(*traffic->visits));
	sim.heap = calloc(count, sizeof(*sim.heap));
	for (unsigned i = 0; i < TRAFFIC_LISTENERS; i++)
		sim.queues[i].accepts = calloc(count, sizeof(uint64_t));
	if (traffic->visits && sim.heap && sim.queues[0].accepts && sim.queues[1].accepts &&
	    sim.queues[2].accepts && sim.queues[3].accepts)
		r = plan(&sim, span_ns);
	while (!r && sim.heap_len)
		arrive(&sim, heap_pop(&sim));
	free(sim.heap);
	for (unsigned i = 0; i < TRAFFIC_LISTENERS; i++)
		free(sim.queues[i].accepts);
	if (r)
		traffic_release(traffic);
	return r;
}

void traffic_release(struct traffic *traffic)
{
	free(traffic->visits);
	*traffic = (struct traffic){0};
}
