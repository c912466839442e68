/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the order and the columns, which are as wide as what stands in them. On a narrow terminal
 * the process gives way, then the address.
 */
#include "render/survey.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/latency.h"
#include "base/units.h"
#include "render/escape.h"
#include "render/sentence.h"
#include "render/text.h"

#define PROTO_WIDTH 5
#define QUEUE_WIDTH 6
#define DROPS_WIDTH 8
#define WAIT_WIDTH 8
#define LOCAL_WIDTH 21 /* at most */
#define PROCESS_WIDTH 18
#define LOCAL_LEAST 12
#define PROCESS_LEAST 8

struct row {
	const struct finding *finding; /* the worst of its listener */
	const struct listener *listener;
	uint64_t drops;
	double fill; /* deepest, by what fits */
	int64_t wait_ns; /* p99; TIME_UNKNOWN */
};

struct widths {
	size_t local, process;
};

static int row_compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->finding->severity != y->finding->severity)
		return y->finding->severity - x->finding->severity;
	if (x->drops != y->drops)
		return x->drops < y->drops ? 1 : -1;
	if (x->fill != y->fill)
		return x->fill < y->fill ? 1 : -1;
	if (x->wait_ns != y->wait_ns)
		return x->wait_ns < y->wait_ns ? 1 : -1;
	return (x->listener->id > y->listener->id) - (x->listener->id < y->listener->id);
}

static int row_of(const struct finding *finding, struct row *out)
{
	const struct listener *listener = finding->listener;
	struct latency waits;
	int r = latency_of(listener->waits.items, listener->waits.len, &waits);

	*out = (struct row){
		.finding = finding,
		.listener = listener,
		.drops = listener->drops.syn + listener->drops.ack + listener->drops.syn_queue +
			 listener->drops.other,
		.fill = (double)listener->depth_max / ((double)listener->effective + 1),
		.wait_ns = r ? TIME_UNKNOWN : waits.p99,
	};
	return r;
}

static bool is_quiet(const struct row *row)
{
	return row->finding->rule == RULE_HEALTHY && !row->listener->arrivals &&
	       !row->listener->depth_max;
}

static void count_cell(struct strbuf *out, uint64_t count, size_t width)
{
	size_t start = out->len;

	units_count(out, count);
	text_pad_left(out, start, width);
}

static void name_cell(const struct style *style, const struct strbuf *name, size_t width,
		      struct strbuf *out)
{
	size_t start = out->len;

	strbuf_add_char(out, ' ');
	text_clip_left(out, strbuf_text(name), width, style_glyph(style, GLYPH_ELLIPSIS));
	text_pad(out, start, width + 1);
}

static void who_add(const struct style *style, const struct listener *listener, struct strbuf *out)
{
	const struct owner *owner = listener->owners.items;

	if (listener->owners.len)
		sentence_who(style, process_comm(owner->process), owner->process->pid, 0, out);
	if (listener->owners.len > 1)
		strbuf_printf(out, " +%zu", listener->owners.len - 1);
}

static void names_add(const struct style *style, const struct listener *listener,
		      const struct widths *widths, struct strbuf *out)
{
	struct strbuf local strbuf_cleanup = STRBUF_INIT, who strbuf_cleanup = STRBUF_INIT;

	style_address(style, &listener->address, &local);
	name_cell(style, &local, widths->local, out);
	who_add(style, listener, &who);
	name_cell(style, &who, widths->process, out);
}

static size_t wider(size_t width, const struct strbuf *text)
{
	size_t own = text_width(strbuf_text(text), text->len);

	return own > width ? own : width;
}

static void give_way(size_t *width, size_t least, size_t *over)
{
	size_t cut = *width > least ? *width - least : 0;

	if (cut > *over)
		cut = *over;
	*width -= cut;
	*over -= cut;
}

static struct widths widths_of(const struct style *style, const struct row *rows, size_t n)
{
	const size_t counts = PROTO_WIDTH + 2 * QUEUE_WIDTH + DROPS_WIDTH + WAIT_WIDTH;
	struct widths widths = {strlen("LOCAL"), strlen("PROCESS")};
	size_t verdict = strlen("VERDICT"), all, over;

	for (size_t i = 0; i < n; i++) {
		struct strbuf local strbuf_cleanup = STRBUF_INIT, who strbuf_cleanup = STRBUF_INIT;
		size_t rule = strlen(rule_text(rows[i].finding->rule));

		if (is_quiet(&rows[i]))
			continue;
		style_address(style, &rows[i].listener->address, &local);
		who_add(style, rows[i].listener, &who);
		widths.local = wider(widths.local, &local);
		widths.process = wider(widths.process, &who);
		verdict = rule > verdict ? rule : verdict;
	}
	if (widths.local > LOCAL_WIDTH)
		widths.local = LOCAL_WIDTH;
	if (widths.process > PROCESS_WIDTH)
		widths.process = PROCESS_WIDTH;
	all = counts + 1 + widths.local + 1 + widths.process + 1 + verdict;
	over = all > style->width ? all - style->width : 0;
	give_way(&widths.process, PROCESS_LEAST, &over);
	give_way(&widths.local, LOCAL_LEAST, &over);
	return widths;
}

static void row_add(const struct style *style, const struct row *row, const struct widths *widths,
		    struct strbuf *out)
{
	const struct listener *listener = row->listener;
	bool seen = listener->protocol == PROTOCOL_TCP && listener->drops_seen;
	size_t start = out->len;

	strbuf_add(out, protocol_text(listener->protocol));
	text_pad(out, start, PROTO_WIDTH);
	count_cell(out, listener->depth_max, QUEUE_WIDTH);
	count_cell(out, listener->effective, QUEUE_WIDTH);
	start = out->len;
	if (seen)
		units_count(out, row->drops);
	else
		strbuf_add(out, style_glyph(style, GLYPH_ABSENT));
	text_pad_left(out, start, DROPS_WIDTH);
	start = out->len;
	if (row->wait_ns == TIME_UNKNOWN)
		strbuf_add(out, style_glyph(style, GLYPH_ABSENT));
	else
		style_time(style, false, row->wait_ns, out);
	text_pad_left(out, start, WAIT_WIDTH);
	names_add(style, listener, widths, out);
	strbuf_add_char(out, ' ');
	style_paint(style,
		    row->finding->severity == SEVERITY_CRITICAL  ? PAINT_FAIL
		    : row->finding->severity == SEVERITY_WARNING ? PAINT_WAIT
								 : PAINT_DIM,
		    out);
	strbuf_add(out, rule_text(row->finding->rule));
	style_paint(style, PAINT_NONE, out);
	text_end_line(out);
}

static void summary_add(const struct style *style, const struct row *row, struct strbuf *out)
{
	struct strbuf escaped strbuf_cleanup = STRBUF_INIT;

	if (row->finding->severity == SEVERITY_INFO || !row->finding->summary)
		return;
	escape_terminal(&escaped, row->finding->summary, strlen(row->finding->summary),
			style->ascii);
	strbuf_add_blanks(out, PROTO_WIDTH + 2);
	text_wrap(out, strbuf_text(&escaped), PROTO_WIDTH + 2, style->width);
}

static void title_add(const struct widths *widths, struct strbuf *out)
{
	strbuf_printf(out, "%-*s%*s%*s%*s%*s %-*s %-*s %s\n", PROTO_WIDTH, "PROTO", QUEUE_WIDTH,
		      "QUEUE", QUEUE_WIDTH, "LIMIT", DROPS_WIDTH, "DROPS", WAIT_WIDTH, "WAIT99",
		      (int)widths->local, "LOCAL", (int)widths->process, "PROCESS", "VERDICT");
}

int survey(const struct style *style, const struct findings *findings, struct strbuf *out)
{
	struct row *rows = calloc(findings->len + 1, sizeof(*rows));
	size_t n = 0, quiet = 0;
	struct widths widths;
	int r = rows ? 0 : -ENOMEM;

	for (size_t i = 0; i < findings->len && !r; i++) {
		const struct finding *finding = &findings->items[i];

		if (!n || rows[n - 1].listener != finding->listener)
			r = row_of(finding, &rows[n++]);
		else if (finding->severity > rows[n - 1].finding->severity)
			rows[n - 1].finding = finding;
	}
	if (n)
		qsort(rows, n, sizeof(*rows), row_compare);
	widths = widths_of(style, rows, n);
	if (!r)
		title_add(&widths, out);
	for (size_t i = 0; i < n && !r; i++) {
		if (is_quiet(&rows[i])) {
			quiet++;
			continue;
		}
		row_add(style, &rows[i], &widths, out);
		summary_add(style, &rows[i], out);
	}
	if (quiet)
		strbuf_printf(out, "%zu listener%s with nobody coming, and nobody waiting\n", quiet,
			      quiet == 1 ? "" : "s");
	free(rows);
	return r;
}
