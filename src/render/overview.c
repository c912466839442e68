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

/* One value for each part of the capture. */
struct spark {
	uint32_t values[SPARK_MAX];
	unsigned width;
	uint32_t largest;
	uint32_t limit; /* values above it stand out */
};

static void spark_init(struct spark *spark, const struct style *style, uint32_t limit)
{
	*spark =
		(struct spark){.width = style->width > 40 ? style->width - 30 : 10, .limit = limit};
	if (spark->width > SPARK_MAX)
		spark->width = SPARK_MAX;
}

static unsigned spark_column(const struct spark *spark, int64_t t_ns, int64_t duration_ns)
{
	double place = duration_ns > 0 ? (double)t_ns / (double)duration_ns : 0;
	unsigned column = place <= 0 ? 0 : (unsigned)(place * spark->width);

	return column < spark->width ? column : spark->width - 1;
}

/* The deepest the queue was; between samples it stays. */
static void spark_depth(struct spark *spark, const struct listener *listener, int64_t duration_ns)
{
	uint32_t depth = 0;
	unsigned at = 0;

	spark->largest = listener->depth_max;
	vec_each (sample, &listener->samples) {
		unsigned column = spark_column(spark, sample->t_ns, duration_ns);

		while (at < column)
			spark->values[++at] = depth;
		if (sample->depth > spark->values[at])
			spark->values[at] = sample->depth;
		depth = sample->depth;
	}
	while (at + 1 < spark->width)
		spark->values[++at] = depth;
}

static void spark_drops(struct spark *spark, const struct listener *listener, int64_t duration_ns)
{
	vec_each (drop, &listener->drop_list) {
		unsigned column = spark_column(spark, drop->t_ns, duration_ns);

		if (drop->path < DROP_COOKIE && ++spark->values[column] > spark->largest)
			spark->largest = spark->values[column];
	}
}

static void spark_print(const struct style *style, const struct spark *spark, const char *title,
			struct strbuf *out)
{
	strbuf_printf(out, "  %-8s", title);
	for (unsigned i = 0; i < spark->width; i++) {
		uint64_t value = spark->values[i];
		bool over = value > spark->limit;

		if (!value || !spark->largest) {
			strbuf_add_char(out, ' ');
			continue;
		}
		if (over)
			style_paint(style, PAINT_FAIL, out);
		strbuf_add(out, style_level(style, (value * STYLE_LEVELS + spark->largest - 1) /
							   spark->largest));
		if (over)
			style_paint(style, PAINT_NONE, out);
	}
	strbuf_add(out, "  ");
}

static void queue_print(const struct style *style, const struct listener *listener,
			int64_t duration_ns, struct strbuf *out)
{
	struct spark spark;

	spark_init(&spark, style, listener->effective);
	spark_depth(&spark, listener, duration_ns);
	spark_print(style, &spark, "queue", out);
	strbuf_printf(out, "deepest %u of %u\n", listener->depth_max, listener->effective);
}

/* "412 SYNs, 3 ACKs" */
static void dropped_count(uint64_t count, const char *what, const char **separator,
			  struct strbuf *out)
{
	if (!count)
		return;
	strbuf_add(out, *separator);
	units_count(out, count);
	strbuf_printf(out, " %s%s", what, count == 1 ? "" : "s");
	*separator = ", ";
}

static void dropped_print(const struct style *style, const struct listener *listener,
			  int64_t duration_ns, struct strbuf *out)
{
	const struct drops *drops = &listener->drops;
	const char *separator = "";
	uint64_t connected = 0;
	struct spark spark;

	spark_init(&spark, style, 0);
	spark_drops(&spark, listener, duration_ns);
	spark_print(style, &spark, "dropped", out);
	dropped_count(drops->syn + drops->syn_queue, "SYN", &separator, out);
	dropped_count(drops->ack, "ACK", &separator, out);
	dropped_count(drops->other, "other", &separator, out);
	vec_each (peer, &listener->dropped_peers)
		connected += peer->connected_ns != TIME_UNKNOWN;
	strbuf_add(out, "\n          ");
	units_count(out, listener->dropped_attempts);
	strbuf_add(out, listener->dropped_attempts == 1 ? " attempt" : " attempts");
	strbuf_add(out, " turned away, ");
	units_count(out, connected);
	strbuf_add(out, " got in later\n");
}

static uint64_t drops_sum(const struct drops *drops)
{
	return drops->syn + drops->ack + drops->syn_queue + drops->other;
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
	strbuf_add(out, " arrived");
	if (!listener->accepts_untold) {
		strbuf_add(out, ", ");
		units_count(out, listener->accepted);
		strbuf_add(out, " accepted");
	}
	strbuf_add_char(out, '\n');
	if (listener->depth_max)
		queue_print(style, listener, duration_ns, out);
	if (drops_sum(&listener->drops))
		dropped_print(style, listener, duration_ns, out);
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
		if (!listener->arrivals && !listener->accepted && !drops_sum(&listener->drops))
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
