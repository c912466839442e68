/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the sparkline of a queue and the table of spreads; what the figures are is
 * analyze's.
 */
#include "render/overview.h"

#include "analyze/latency.h"
#include "base/units.h"
#include "render/sentence.h"
#include "render/text.h"

#define SPARK_MAX 200
#define LABEL_COLUMNS 10
#define LISTENERS_MAX 20

struct spread_column {
	const char *title;
	struct latency_spread spread;
	uint64_t largest;
};

/* The deepest the queue was in each part of the capture; between samples it stays. */
static void spark_fill(const struct listener *listener, int64_t duration_ns, uint32_t *depths,
		       unsigned width)
{
	uint32_t depth = 0;
	unsigned at = 0;

	vec_each (sample, &listener->samples) {
		double place = duration_ns > 0 ? (double)sample->t_ns / (double)duration_ns : 0;
		unsigned column = place <= 0 ? 0 : (unsigned)(place * width);

		if (column >= width)
			column = width - 1;
		while (at < column)
			depths[++at] = depth;
		if (sample->depth > depths[at])
			depths[at] = sample->depth;
		depth = sample->depth;
	}
	while (at + 1 < width)
		depths[++at] = depth;
}

static void spark_print(const struct style *style, const struct listener *listener,
			int64_t duration_ns, struct strbuf *out)
{
	unsigned width = style->width > 40 ? style->width - 30 : 10;
	uint32_t depths[SPARK_MAX] = {0}, deepest = listener->depth_max;

	if (width > SPARK_MAX)
		width = SPARK_MAX;
	spark_fill(listener, duration_ns, depths, width);
	strbuf_add(out, "  queue   ");
	for (unsigned i = 0; i < width; i++) {
		bool over = depths[i] > listener->effective;

		if (!depths[i] || !deepest) {
			strbuf_add_char(out, ' ');
			continue;
		}
		if (over)
			style_paint(style, PAINT_FAIL, out);
		strbuf_add(out, style_level(style, ((uint64_t)depths[i] * STYLE_LEVELS + deepest -
						    1) / deepest));
		if (over)
			style_paint(style, PAINT_NONE, out);
	}
	strbuf_printf(out, "  deepest %u of %u\n", deepest, listener->effective);
}

static void percentile_print(const struct style *style, const char *name, int64_t ns,
			     struct strbuf *out)
{
	strbuf_printf(out, "   %s ", name);
	style_time(style, false, ns, out);
}

static int listener_print(const struct style *style, const struct listener *listener,
			  int64_t duration_ns, struct strbuf *out)
{
	struct latency waits;
	int error = latency_of(listener->waits.items, listener->waits.len, &waits);

	if (error)
		return error;
	style_paint(style, PAINT_TITLE, out);
	strbuf_printf(out, "%s ", protocol_text(listener->protocol));
	style_address(style, &listener->address, out);
	style_paint(style, PAINT_NONE, out);
	strbuf_add(out, "   backlog ");
	units_decimal(out, listener->effective);
	strbuf_add(out, "   ");
	units_count(out, listener->arrivals);
	strbuf_add(out, " arrived, ");
	units_count(out, listener->accepted);
	strbuf_add(out, " accepted\n");
	if (listener->depth_max)
		spark_print(style, listener, duration_ns, out);
	if (waits.count) {
		strbuf_add(out, "  waited");
		percentile_print(style, "p50", waits.p50, out);
		percentile_print(style, "p90", waits.p90, out);
		percentile_print(style, "p99", waits.p99, out);
		percentile_print(style, "max", waits.max, out);
		strbuf_add_char(out, '\n');
	}
	strbuf_add_char(out, '\n');
	return 0;
}

static void column_finish(struct spread_column *column)
{
	for (unsigned i = 0; i < LATENCY_DECADES; i++)
		if (column->spread.count[i] > column->largest)
			column->largest = column->spread.count[i];
}

static void column_print(const struct style *style, const struct spread_column *column,
			 unsigned decade, unsigned width, struct strbuf *out)
{
	uint64_t count = column->spread.count[decade];
	unsigned room = width - 10, eighths;
	size_t start = out->len;

	if (count) {
		eighths = (unsigned)((double)count / (double)column->largest * room * 8);
		strbuf_add_repeat(out, style_glyph(style, GLYPH_SERVED), eighths / 8);
		if (eighths % 8 || eighths < 8)
			strbuf_add(out, style_eighth(style, eighths % 8 ? eighths % 8 : 1));
		strbuf_add_char(out, ' ');
		units_count(out, count);
	}
	text_pad(out, start, width);
}

static void decade_label(const struct style *style, unsigned decade, struct strbuf *out)
{
	bool last = decade == LATENCY_DECADES - 1;
	size_t start = out->len;

	strbuf_add(out, last ? "  from " : " under ");
	style_time(style, false, latency_decade_limit(last ? decade - 1 : decade), out);
	text_pad_left(out, start, LABEL_COLUMNS + 2);
	strbuf_add(out, "  ");
}

static void spreads_print(const struct style *style, const struct spread_column columns[2],
			  struct strbuf *out)
{
	unsigned width = (style->width > 60 ? style->width - LABEL_COLUMNS - 4 : 46) / 2;
	unsigned first = LATENCY_DECADES, last = 0;
	size_t start = out->len;

	for (unsigned i = 0; i < LATENCY_DECADES; i++) {
		if (!columns[0].spread.count[i] && !columns[1].spread.count[i])
			continue;
		first = first < i ? first : i;
		last = i;
	}
	if (first == LATENCY_DECADES)
		return;
	style_paint(style, PAINT_DIM, out);
	text_pad(out, start, LABEL_COLUMNS + 4);
	start = out->len;
	strbuf_add(out, columns[0].title);
	text_pad(out, start, width);
	strbuf_printf(out, "%s", columns[1].title);
	style_paint(style, PAINT_NONE, out);
	strbuf_add_char(out, '\n');
	for (unsigned i = first; i <= last; i++) {
		decade_label(style, i, out);
		column_print(style, &columns[0], i, width, out);
		column_print(style, &columns[1], i, width, out);
		text_end_line(out);
	}
	strbuf_add_char(out, '\n');
}

int overview(const struct style *style, const struct model *model, struct strbuf *out)
{
	bool kept = model->connections_seen > model->connections.len;
	struct spread_column columns[2] = {
		{.title = kept ? "connecting (of those kept)" : "connecting"},
		{.title = "in the accept queue"},
	};
	size_t shown = 0;

	vec_each (it, &model->listeners) {
		const struct listener *listener = *it;

		vec_each (wait, &listener->waits)
			latency_spread_add(&columns[1].spread, *wait);
		if (!listener->arrivals && !listener->accepted)
			continue;
		if (shown++ < LISTENERS_MAX &&
		    listener_print(style, listener, model->capture.duration_ns, out))
			return -ENOMEM;
	}
	if (shown > LISTENERS_MAX)
		strbuf_printf(out, "%zu more listeners\n\n", shown - LISTENERS_MAX);
	vec_each (it, &model->connections)
		if ((*it)->connect_ns != TIME_UNKNOWN)
			latency_spread_add(&columns[0].spread, (*it)->connect_ns);
	column_finish(&columns[0]);
	column_finish(&columns[1]);
	spreads_print(style, columns, out);
	return 0;
}
