/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the sentence that stands for many rows of data: how often, how much, how
 * long an exchange took. Seen from one side: the client's where it is seen.
 */
#include "render/flowchart_rows.h"

#include <errno.h>

#include "analyze/latency.h"
#include "base/units.h"

struct exchange_sums {
	uint64_t calls[2], bytes[2]; /* send, recv */
	uint64_t exchanges;
	const struct event *opened; /* the first run of the exchange at hand */
	uint8_t first; /* enum event_name: what an exchange begins with */
	VEC(int64_t) times;
};

/* A run is timed from the return of its first call on, and so is a call. */
static int64_t moved_ns(const struct event *event)
{
	return event_is_run(event) ? event->t_ns : event_end_ns(event);
}

/* An exchange is a run one way and the answer the other way. */
static int exchange_add(struct exchange_sums *sums, const struct event *event)
{
	unsigned direction = event->name == EVENT_SEND ? 0 : 1;

	sums->calls[direction] += event->count;
	sums->bytes[direction] += event->bytes;
	if (!event->bytes)
		return 0; /* nothing was there, or no room, or no more comes */
	if (event->name == sums->first) {
		/* single calls make one part of an exchange together */
		if (!sums->opened || event_is_run(event))
			sums->opened = event;
		return 0;
	}
	if (!sums->opened)
		return 0;
	sums->exchanges++;
	if (vec_push(&sums->times, moved_ns(event) - moved_ns(sums->opened)))
		return -ENOMEM;
	sums->opened = NULL;
	return 0;
}

static void exchange_print(const struct style *style, const struct exchange_sums *sums,
			   const struct latency *latency, struct strbuf *out)
{
	unsigned first = sums->first == EVENT_SEND ? 0 : 1;
	bool both = sums->exchanges > 0;

	if (!sums->calls[first])
		first = !first;
	if (!sums->calls[first])
		return;
	strbuf_add(out, first == 0 ? "send" : "recv");
	if (both)
		strbuf_add(out, first == 0 ? "/recv" : "/send");
	strbuf_printf(out, " %s", style_glyph(style, GLYPH_TIMES));
	units_count(out, both ? sums->exchanges : sums->calls[first]);
	strbuf_add(out, "   ");
	style_bytes(style, sums->bytes[first], out);
	if (!both)
		return;
	strbuf_add(out, " / ");
	style_bytes(style, sums->bytes[!first], out);
	strbuf_add(out, "   median ");
	style_time(style, true, latency->p50, out);
}

/* Who began, though the fold may begin in the middle of an exchange. */
static uint8_t first_moved(const struct flow_steps *steps, unsigned lane)
{
	vec_each (step, steps)
		if (step->lane == lane && step->kind == FLOW_STEP_EVENT &&
		    event_is_data(step->event->name) && step->event->bytes)
			return step->event->name;
	return EVENT_SEND;
}

/* On one lane; `out` stays empty where that has nothing of it. */
static int lane_fold_text(const struct flow_source *source, size_t first, size_t last,
			  unsigned lane, struct strbuf *out)
{
	struct exchange_sums sums = {.first = first_moved(&source->steps, lane)};
	struct latency latency;
	int error = 0;

	for (size_t i = first; i < last && !error; i++)
		if (source->steps.items[i].lane == lane)
			error = exchange_add(&sums, source->steps.items[i].event);
	if (!error)
		error = latency_of(sums.times.items, sums.times.len, &latency);
	if (!error)
		exchange_print(source->style, &sums, &latency, out);
	vec_release(&sums.times);
	return error;
}

int flowchart_fold_text(const struct flow_source *source, size_t first, size_t last,
			struct strbuf *out)
{
	bool client = source->connection && source->connection->client.seen;
	unsigned lane = client || !source->connection ? FLOW_LEFT : FLOW_RIGHT;
	int error = lane_fold_text(source, first, last, lane, out);

	if (!error && !out->len)
		error = lane_fold_text(source, first, last, !lane, out);
	return error;
}
