/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the scale of the axis and the cells of a bar; knows no table around them.
 */
#include "render/bar.h"

#include <string.h>

#include "render/call.h"
#include "render/text.h"

#define MARK_SPACING 8 /* columns from one mark of the axis to the next, at least */

enum cell {
	CELL_BLANK,
	CELL_CONNECTING,
	CELL_LOST,
	CELL_QUEUED,
	CELL_SERVED,
	CELL_PART,
	CELL_FAILED
};

struct bar {
	uint8_t cells[BAR_MAX]; /* enum cell */
	unsigned part; /* eighths of the cell that is CELL_PART */
	unsigned next; /* the first free column */
};

/* In eighths of a column. */
static unsigned axis_eighths(const struct axis *axis, int64_t t_ns)
{
	double place = (double)(t_ns - axis->from_ns) / (double)(axis->to_ns - axis->from_ns);

	return place <= 0 ? 0 : place >= 1 ? axis->width * 8 : (unsigned)(place * axis->width * 8);
}

unsigned axis_column(const struct axis *axis, int64_t t_ns)
{
	unsigned column = axis_eighths(axis, t_ns) / 8;

	return column < axis->width ? column : axis->width - 1;
}

/* The smallest of 1, 2.5, 5 times a power of ten that leaves the marks room. */
static int64_t axis_step(const struct axis *axis)
{
	double least = (double)(axis->to_ns - axis->from_ns) * MARK_SPACING / axis->width;
	int64_t step = 1;

	while ((double)step < least && step < INT64_MAX / 10) {
		if ((double)step * 2.5 >= least && step >= 2)
			return step / 2 * 5;
		if ((double)step * 5 >= least)
			return step * 5;
		step *= 10;
	}
	return step;
}

void axis_print(const struct style *style, const struct axis *axis, struct strbuf *out)
{
	int64_t step = axis_step(axis), span = axis->to_ns - axis->from_ns;
	size_t line = out->len;

	for (int64_t t_ns = 0; t_ns <= span; t_ns += step) {
		unsigned column = axis_column(axis, axis->from_ns + t_ns);

		if (column + 6 > axis->width)
			break;
		text_pad(out, line, column);
		style_time(style, false, t_ns, out);
	}
	text_pad(out, line, axis->width);
}

/* From the first free column to before `end`, but at least `least` columns. */
static void bar_fill(struct bar *bar, const struct axis *axis, unsigned end, unsigned least,
		     enum cell cell)
{
	if (end < bar->next + least)
		end = bar->next + least;
	for (; bar->next < end && bar->next < axis->width; bar->next++)
		bar->cells[bar->next] = cell;
}

/* Every SYN but the one that was answered. */
static void bar_lost_syns(struct bar *bar, const struct axis *axis,
			  const struct connection *connection)
{
	const struct event *last = NULL;

	vec_each (event, &connection->events) {
		if (event->name == EVENT_DROP)
			bar->cells[axis_column(axis, event->t_ns)] = CELL_LOST;
		if (event->name != EVENT_SYN)
			continue;
		if (last)
			bar->cells[axis_column(axis, last->t_ns)] = CELL_LOST;
		last = event;
	}
	if (last && connection->established_ns == TIME_UNKNOWN &&
	    (connection->outcome == OUTCOME_TIMED_OUT || connection->outcome == OUTCOME_DROPPED))
		bar->cells[axis_column(axis, last->t_ns)] = CELL_LOST;
}

static void bar_served(struct bar *bar, const struct axis *axis, int64_t end_ns)
{
	unsigned eighths = axis_eighths(axis, end_ns);

	if (eighths / 8 < bar->next) {
		/* shorter than a column, or pushed on by what came before */
		bar->part = 1;
	} else {
		bar_fill(bar, axis, eighths / 8, 0, CELL_SERVED);
		bar->part = eighths % 8;
	}
	if (bar->part && bar->next < axis->width)
		bar->cells[bar->next++] = CELL_PART;
}

/* It was found in the queue when the trace began, whether it was accepted since or not. */
static bool found_in_queue(const struct connection *connection)
{
	return connection->listener && !connection->seen_from_start && connection->server.seen &&
	       connection->established_ns == TIME_UNKNOWN &&
	       (connection->accepted_ns != TIME_UNKNOWN || !connection->server.process);
}

/* When connecting was over. A client whose last ACK was dropped took itself for connected, and so
 * does one that TCP_DEFER_ACCEPT lets wait. */
static int64_t queue_entry(const struct connection *connection)
{
	if (found_in_queue(connection))
		return connection->start_ns;
	if (connection->accept_wait_ns != TIME_UNKNOWN)
		return connection->accepted_ns - connection->accept_wait_ns;
	return connection->turned_away && !connection->server.seen ? TIME_UNKNOWN
								   : connection->established_ns;
}

static bool event_tells_failure(const struct event *event)
{
	return event->name == EVENT_CONNECT ? event->err && !errno_ordinary(event->err)
					    : event->name == EVENT_RESET;
}

/* Its connect() failed, perhaps before it could send a SYN. */
static bool never_connected(const struct connection *connection)
{
	return connection->seen_from_start && connection->established_ns == TIME_UNKNOWN &&
	       connection->accepted_ns == TIME_UNKNOWN && connection_failed(connection);
}

/* A socket may be closed long after its connect() has failed. */
static int64_t bar_end(const struct axis *axis, const struct connection *connection)
{
	int64_t end_ns = connection->end_ns == TIME_UNKNOWN ? axis->to_ns : connection->end_ns;

	if (never_connected(connection))
		vec_each (event, &connection->events)
			if (event_tells_failure(event) && event_end_ns(event) < end_ns)
				end_ns = event_end_ns(event);
	return end_ns;
}

/* Whose accept() was not seen (io_uring, a 32-bit call) has been accepted when it moves data. */
static int64_t served_from(const struct connection *connection)
{
	int64_t first_ns = connection->accepted_ns;

	if (first_ns != TIME_UNKNOWN || connection->protocol != PROTOCOL_TCP)
		return first_ns;
	vec_each (event, &connection->events)
		if (event->side == SIDE_SERVER && event_is_data(event->name) &&
		    (first_ns == TIME_UNKNOWN || event->t_ns < first_ns))
			first_ns = event->t_ns;
	return first_ns;
}

static void bar_build(struct bar *bar, const struct axis *axis, const struct connection *connection)
{
	int64_t end_ns = bar_end(axis, connection);
	int64_t served_ns = served_from(connection);
	int64_t queued_ns = queue_entry(connection);
	bool connects = connection->syn_ns != TIME_UNKNOWN ||
			connection->connect_ns != TIME_UNKNOWN || connection->turned_away ||
			never_connected(connection);
	bool queues = connection->listener && !connection->listener->accepts_untold &&
		      queued_ns != TIME_UNKNOWN;

	if (connection->start_ns != TIME_UNKNOWN)
		bar->next = axis_column(axis, connection->start_ns);
	if (connects)
		bar_fill(bar, axis,
			 axis_column(axis, queued_ns == TIME_UNKNOWN ? end_ns : queued_ns), 1,
			 CELL_CONNECTING);
	if (queues && served_ns == TIME_UNKNOWN)
		bar_fill(bar, axis, axis_column(axis, end_ns) + 1, 1, CELL_QUEUED);
	else if (queues)
		bar_fill(bar, axis, axis_column(axis, served_ns), 0, CELL_QUEUED);
	if (served_ns != TIME_UNKNOWN || (!queues && (!connects || queued_ns != TIME_UNKNOWN)))
		bar_served(bar, axis, end_ns);
	/* of a client elsewhere the last that is known is its last drop */
	if (connection_failed(connection) &&
	    (connection->outcome != OUTCOME_DROPPED || connection->client.seen))
		bar->cells[bar->next ? bar->next - 1 : 0] = CELL_FAILED;
	bar_lost_syns(bar, axis, connection);
}

static enum paint cell_paint(enum cell cell)
{
	return cell == CELL_QUEUED                        ? PAINT_WAIT
	       : cell == CELL_LOST || cell == CELL_FAILED ? PAINT_FAIL
							  : PAINT_NONE;
}

static const char *cell_text(const struct style *style, const struct bar *bar, enum cell cell)
{
	switch (cell) {
	case CELL_CONNECTING:
		return style_glyph(style, GLYPH_DASH);
	case CELL_LOST:
		return style_glyph(style, GLYPH_LOST);
	case CELL_QUEUED:
		return style_glyph(style, GLYPH_QUEUE);
	case CELL_SERVED:
		return style_glyph(style, GLYPH_SERVED);
	case CELL_PART:
		return style_eighth(style, bar->part);
	case CELL_FAILED:
		return style_glyph(style, GLYPH_FAILED);
	default:
		return " ";
	}
}

void bar_print(const struct style *style, const struct axis *axis,
	       const struct connection *connection, struct strbuf *out)
{
	struct bar bar = {0};
	enum paint paint = PAINT_NONE;

	bar_build(&bar, axis, connection);
	for (unsigned i = 0; i < axis->width; i++) {
		if (cell_paint(bar.cells[i]) != paint) {
			if (paint != PAINT_NONE)
				style_paint(style, PAINT_NONE, out);
			paint = cell_paint(bar.cells[i]);
			if (paint != PAINT_NONE)
				style_paint(style, paint, out);
		}
		strbuf_add(out, cell_text(style, &bar, bar.cells[i]));
	}
	if (paint != PAINT_NONE)
		style_paint(style, PAINT_NONE, out);
}

void bar_legend(const struct style *style, struct strbuf *out)
{
	static const struct {
		enum glyph glyph;
		const char *words;
	} items[] = {
		{GLYPH_DASH, "connecting"},
		{GLYPH_QUEUE, "in the accept queue"},
		{GLYPH_SERVED, "being served"},
		{GLYPH_LOST, "dropped, or no answer"},
	};
	unsigned column = 0;

	style_paint(style, PAINT_DIM, out);
	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		unsigned width = 2 + strlen(items[i].words);

		if (column && column + 2 + width > style->width) {
			strbuf_add_char(out, '\n');
			column = 0;
		}
		strbuf_printf(out, "%s%s %s", column ? "  " : "",
			      style_glyph(style, items[i].glyph), items[i].words);
		column += width + (column ? 2 : 0);
	}
	style_paint(style, PAINT_NONE, out);
}
