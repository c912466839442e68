/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the columns and the sentences below them; the order of calls is analyze's.
 */
#include "render/call_summary.h"

#include <string.h>

#include "base/units.h"
#include "render/call.h"
#include "render/sentence.h"
#include "render/text.h"

#define NAME_WIDTH 17

enum column {
	COLUMN_COUNT,
	COLUMN_ERRORS,
	COLUMN_BYTES,
	COLUMN_ELAPSED,
	COLUMN_MEDIAN,
	COLUMN_P99,
	COLUMN_MAX_TIME,
	COLUMN_MAX,
};

static const struct {
	const char *title;
	unsigned width;
	unsigned from; /* columns of the terminal it is shown from on */
} columns[COLUMN_MAX] = {
	[COLUMN_COUNT] = {"COUNT", 10, 0},   [COLUMN_ERRORS] = {"ERRORS", 8, 0},
	[COLUMN_BYTES] = {"BYTES", 10, 54},  [COLUMN_ELAPSED] = {"ELAPSED", 9, 0},
	[COLUMN_MEDIAN] = {"MEDIAN", 8, 70}, [COLUMN_P99] = {"P99", 8, 78},
	[COLUMN_MAX_TIME] = {"MAX", 8, 62},
};

/* The entry of a column, right-aligned since `start`. */
static void end_cell(enum column column, size_t start, struct strbuf *out)
{
	text_pad_left(out, start, columns[column].width);
}

static bool is_shown(const struct style *style, enum column column)
{
	return style->width >= columns[column].from;
}

static void add_titles(const struct style *style, struct strbuf *out)
{
	size_t start = out->len;

	style_paint(style, PAINT_DIM, out);
	strbuf_add(out, "CALL");
	text_pad(out, start, NAME_WIDTH);
	for (unsigned c = 0; c < COLUMN_MAX; c++) {
		if (!is_shown(style, c))
			continue;
		start = out->len;
		strbuf_add(out, columns[c].title);
		end_cell(c, start, out);
	}
	style_paint(style, PAINT_NONE, out);
	strbuf_add_char(out, '\n');
}

static void add_time(const struct style *style, const struct histogram *elapsed, uint64_t ns,
		     struct strbuf *out)
{
	if (elapsed->count)
		style_time(style, false, ns, out);
	else
		strbuf_add(out, style_glyph(style, GLYPH_ABSENT));
}

static void add_cell(const struct style *style, enum event_name name, const struct call_stat *stat,
		     enum column column, struct strbuf *out)
{
	bool data = event_is_data(name);
	const struct histogram *elapsed = &stat->elapsed;

	switch (column) {
	case COLUMN_COUNT:
		units_count(out, stat->count);
		break;
	case COLUMN_ERRORS:
		units_count(out, stat->errors);
		break;
	case COLUMN_BYTES:
		if (data)
			style_bytes(style, stat->bytes, out);
		break;
	case COLUMN_ELAPSED:
		add_time(style, elapsed, elapsed->sum, out);
		break;
	case COLUMN_MEDIAN:
		add_time(style, elapsed, histogram_percentile(elapsed, 50), out);
		break;
	case COLUMN_P99:
		add_time(style, elapsed, histogram_percentile(elapsed, 99), out);
		break;
	default:
		add_time(style, elapsed, elapsed->max, out);
	}
}

static void add_call(const struct style *style, enum event_name name, const struct call_stat *stat,
		     struct strbuf *out)
{
	size_t start = out->len;

	strbuf_add(out, event_name_text(name));
	text_pad(out, start, NAME_WIDTH);
	for (unsigned c = 0; c < COLUMN_MAX; c++) {
		if (!is_shown(style, c))
			continue;
		start = out->len;
		add_cell(style, name, stat, c, out);
		end_cell(c, start, out);
	}
	text_end_line(out);
}

/* err 0: those that were not told apart. */
static void add_error(const struct style *style, int32_t err, uint64_t count, struct strbuf *out)
{
	size_t start = out->len;

	style_paint(style, errno_ordinary(err) ? PAINT_DIM : PAINT_FAIL, out);
	strbuf_add(out, "  ");
	if (err)
		errno_print(err, out);
	else
		strbuf_add(out, "others");
	text_pad(out, start, NAME_WIDTH + columns[COLUMN_COUNT].width);
	start = out->len;
	units_count(out, count);
	end_cell(COLUMN_ERRORS, start, out);
	style_paint(style, PAINT_NONE, out);
	strbuf_add_char(out, '\n');
}

/* The most frequent first. */
static void add_errors(const struct style *style, const struct call_stat *stat, struct strbuf *out)
{
	bool shown[CALL_STATS_ERRORS] = {false};
	uint64_t rest = stat->errors;

	for (unsigned n = 0; n < stat->errnos; n++) {
		unsigned most = 0;

		while (shown[most])
			most++;
		for (unsigned i = most + 1; i < stat->errnos; i++)
			if (!shown[i] && stat->by_errno[i].count > stat->by_errno[most].count)
				most = i;
		shown[most] = true;
		rest -= stat->by_errno[most].count;
		add_error(style, stat->by_errno[most].err, stat->by_errno[most].count, out);
	}
	if (rest)
		add_error(style, 0, rest, out);
}

static void add_count(uint64_t count, const char *what, struct strbuf *out)
{
	units_count(out, count);
	strbuf_printf(out, " %s%s", what, count == 1 ? "" : "s");
}

static void add_sums(const struct style *style, const struct call_stats *stats,
		     const struct capture *capture, struct strbuf *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	uint64_t count = 0, errors = 0;

	for (unsigned name = 0; name < CALL_STATS_CALLS; name++) {
		count += stats->calls[name].count;
		errors += stats->calls[name].errors;
	}
	add_count(count, "call", &text);
	strbuf_add(&text, " in ");
	style_time(style, true, capture->duration_ns, &text);
	strbuf_add(&text, ", ");
	add_count(errors, "error", &text);
	strbuf_add(&text, ". ELAPSED is from entry to return, waiting included: it is not CPU "
			  "time.");
	if (stats->of_others) {
		strbuf_add(&text, " Not counted: ");
		add_count(stats->of_others, "call", &text);
		strbuf_add(&text, " of other ends on this host, which were not asked for.");
	}
	strbuf_add_char(out, '\n');
	text_wrap(out, strbuf_text(&text), 0, style->width);
}

void call_summary(const struct style *style, const struct call_stats *stats,
		  const struct capture *capture, struct strbuf *out)
{
	enum event_name order[CALL_STATS_CALLS];
	unsigned n = call_stats_order(stats, order);

	if (n)
		add_titles(style, out);
	else if (!stats->of_others)
		strbuf_add(out, "No socket call was seen.\n");
	for (unsigned i = 0; i < n; i++) {
		add_call(style, order[i], &stats->calls[order[i]], out);
		add_errors(style, &stats->calls[order[i]], out);
	}
	if (n || stats->of_others)
		add_sums(style, stats, capture, out);
	strbuf_add_char(out, '\n');
	sentence_completeness(style, capture, out);
	strbuf_add_char(out, '\n');
}
