/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the columns of the flowchart; what stands in a row is the flowchart's.
 *
 *        time  client python3[4242]               server python3[4240]
 *     + 71µs  ├ connected ◀ SYN-ACK/ACK ▶ ▒ in the accept queue, 1 of 5
 *     ^0      ^mark ^words                      ^right mark
 */
#include "render/flowchart_text.h"

#include <string.h>

#include "render/text.h"

#define TIME_COLUMNS 7
#define NARROW 60
#define ARROW_MIN 4 /* head, dashes and the blanks around its label */

struct columns {
	size_t mark[FLOW_LANES]; /* of the lanes' marks; words begin two on */
	size_t end;
};

static struct columns flowchart_columns(const struct style *style)
{
	size_t left = style->width < NARROW ? 0 : TIME_COLUMNS + 2;
	size_t room = flowchart_room(style);

	return (struct columns){{left, left + 2 + room + 1}, style->width};
}

static size_t line_width(const struct strbuf *out, size_t line)
{
	return text_width(strbuf_text(out) + line, out->len - line);
}

static void put_painted(const struct style *style, enum paint paint, const char *text, size_t width,
			struct strbuf *out)
{
	if (paint != PAINT_NONE)
		style_paint(style, paint, out);
	text_clip(out, text, width, style_glyph(style, GLYPH_ELLIPSIS));
	if (paint != PAINT_NONE)
		style_paint(style, PAINT_NONE, out);
}

/* "+ 71µs": sign on the left, figure on the right. */
static void put_time(const struct style *style, int64_t t_ns, struct strbuf *out)
{
	size_t start, figure;

	if (style->width < NARROW)
		return;
	style_paint(style, PAINT_DIM, out);
	start = out->len;
	if (t_ns != TIME_UNKNOWN && t_ns)
		strbuf_add_char(out, '+');
	figure = out->len;
	if (t_ns != TIME_UNKNOWN)
		style_time(style, false, t_ns, out);
	text_pad_left(out, figure, t_ns != TIME_UNKNOWN && t_ns ? 5 : 0);
	text_pad_left(out, start, TIME_COLUMNS);
	style_paint(style, PAINT_NONE, out);
	strbuf_add(out, "  ");
}

static void put_lane(const struct style *style, enum flow_lane lane, struct strbuf *out)
{
	switch (lane) {
	case FLOW_LANE:
		put_painted(style, PAINT_DIM, style_glyph(style, GLYPH_LANE), 1, out);
		break;
	case FLOW_WAITING:
		put_painted(style, PAINT_WAIT, style_glyph(style, GLYPH_WAIT), 1, out);
		break;
	case FLOW_QUEUED:
		put_painted(style, PAINT_WAIT, style_glyph(style, GLYPH_QUEUE), 1, out);
		break;
	default:
		strbuf_add_char(out, ' ');
	}
}

static void put_mark(const struct style *style, const struct flow_cell *cell, struct strbuf *out)
{
	enum paint paint = cell->paint == PAINT_FAIL ? PAINT_FAIL : PAINT_NONE;

	switch (cell->mark) {
	case FLOW_MARK_CALL:
		put_painted(style, paint, style_glyph(style, GLYPH_CALL), 1, out);
		break;
	case FLOW_MARK_KERNEL:
		put_painted(style, paint, style_glyph(style, GLYPH_KERNEL), 1, out);
		break;
	case FLOW_MARK_MORE:
		put_painted(style, PAINT_DIM, style_glyph(style, GLYPH_MORE), 1, out);
		break;
	default:
		put_lane(style, cell->lane, out);
	}
}

/* A cell's words and its note, in the columns there are; the note is dropped first. */
static void put_words(const struct style *style, const struct flowchart *chart,
		      const struct flow_cell *cell, size_t room, struct strbuf *out)
{
	const char *text = flowchart_string(chart, cell->text),
		   *note = flowchart_string(chart, cell->note);
	size_t width = text_width(text, strlen(text));

	if (!*text || room < 2)
		return;
	strbuf_add_char(out, ' ');
	put_painted(style, cell->paint, text, room - 1, out);
	if (!*note || width + 4 + text_width(note, strlen(note)) > room)
		return;
	strbuf_add(out, "   ");
	put_painted(style, cell->note_paint, note, room, out);
}

/* dashes, label, dashes between two columns; the label as near to the middle of the
 * lanes as it can be, so that labels stand under each other. */
static void put_arrow(const struct style *style, const struct flowchart *chart,
		      const struct flow_row *row, size_t from, size_t to, size_t middle,
		      struct strbuf *out)
{
	const char *label = flowchart_string(chart, row->label),
		   *dash = style_glyph(style, GLYPH_DASH);
	size_t width = *label ? text_width(label, strlen(label)) + 2 : 0, start = from + 2, end;
	bool left = row->arrow != FLOW_ARROW_RIGHT, right = row->arrow != FLOW_ARROW_LEFT;

	if (middle > start + width / 2)
		start = middle - width / 2;
	if (start + width + 2 > to)
		start = to - width - 2;
	end = start + width;
	style_paint(style, row->arrow_paint, out);
	strbuf_add(out, left ? style_glyph(style, row->lost ? GLYPH_LOST : GLYPH_HEAD_LEFT) : dash);
	strbuf_add_repeat(out, dash, start - from - 1);
	if (*label)
		strbuf_printf(out, " %s ", label);
	strbuf_add_repeat(out, dash, to - end - 1);
	strbuf_add(out,
		   right ? style_glyph(style, row->lost ? GLYPH_LOST : GLYPH_HEAD_RIGHT) : dash);
	style_paint(style, PAINT_NONE, out);
}

static bool arrow_fits(const struct flowchart *chart, const struct flow_row *row, size_t from,
		       size_t to)
{
	const char *label = flowchart_string(chart, row->label);

	return from + text_width(label, strlen(label)) + 2 + ARROW_MIN <= to;
}

/* The line of a row, with or without its arrow. */
static void put_row(const struct style *style, const struct flowchart *chart,
		    const struct flow_row *row, struct columns at, struct strbuf *out)
{
	size_t line = out->len, from, to = at.mark[FLOW_RIGHT] - 1;
	size_t middle = (at.mark[FLOW_LEFT] + at.mark[FLOW_RIGHT]) / 2 + 4;

	put_time(style, row->t_ns, out);
	put_mark(style, &row->cell[FLOW_LEFT], out);
	put_words(style, chart, &row->cell[FLOW_LEFT],
		  row->wide || chart->lanes == 1 ? at.end - at.mark[FLOW_LEFT] - 1
						 : at.mark[FLOW_RIGHT] - at.mark[FLOW_LEFT] - 2,
		  out);
	if (chart->lanes == 1)
		return;
	from = line_width(out, line) + 1;
	if (row->arrow && arrow_fits(chart, row, from, to)) {
		strbuf_add_char(out, ' ');
		put_arrow(style, chart, row, from, to, middle, out);
	}
	if (line_width(out, line) >= at.mark[FLOW_RIGHT])
		return;
	text_pad(out, line, at.mark[FLOW_RIGHT]);
	put_mark(style, &row->cell[FLOW_RIGHT], out);
	put_words(style, chart, &row->cell[FLOW_RIGHT], at.end - at.mark[FLOW_RIGHT] - 1, out);
}

/* An arrow that has no room beside the words stands on a line of its own. */
static void put_arrow_line(const struct style *style, const struct flowchart *chart,
			   const struct flow_row *row, struct columns at, struct strbuf *out)
{
	struct flow_row alone = *row;

	alone.t_ns = TIME_UNKNOWN;
	for (unsigned lane = 0; lane < FLOW_LANES; lane++)
		alone.cell[lane] = (struct flow_cell){.lane = row->cell[lane].lane};
	put_row(style, chart, &alone, at, out);
	text_end_line(out);
}

static bool arrow_needs_line(const struct flowchart *chart, const struct flow_row *row,
			     struct columns at)
{
	const char *text = flowchart_string(chart, row->cell[FLOW_LEFT].text);
	const char *note = flowchart_string(chart, row->cell[FLOW_LEFT].note);
	size_t from = at.mark[FLOW_LEFT] + 2 + (*text ? text_width(text, strlen(text)) + 1 : 0);

	if (*note)
		from += 3 + text_width(note, strlen(note));
	return row->arrow && !arrow_fits(chart, row, from, at.mark[FLOW_RIGHT] - 1);
}

static void put_titles(const struct style *style, const struct flowchart *chart, struct columns at,
		       struct strbuf *out)
{
	const char *title = flowchart_string(chart, chart->title);
	const char *summary = flowchart_string(chart, chart->summary);
	size_t line;

	put_painted(style, PAINT_TITLE, title, strlen(title), out);
	if (text_width(title, strlen(title)) + 3 + text_width(summary, strlen(summary)) <=
	    style->width)
		strbuf_add(out, "   ");
	else
		strbuf_add(out, "\n   ");
	put_painted(style, chart->summary_paint, summary, strlen(summary), out);
	strbuf_add(out, "\n\n");
	line = out->len;
	if (style->width >= NARROW) {
		strbuf_add(out, "   time");
		text_pad(out, line, at.mark[FLOW_LEFT]);
	}
	text_clip(out, flowchart_string(chart, chart->lane_title[FLOW_LEFT]),
		  at.mark[FLOW_RIGHT] - at.mark[FLOW_LEFT] - 1, style_glyph(style, GLYPH_ELLIPSIS));
	text_pad(out, line, at.mark[FLOW_RIGHT]);
	text_clip(out, flowchart_string(chart, chart->lane_title[FLOW_RIGHT]),
		  at.end - at.mark[FLOW_RIGHT], style_glyph(style, GLYPH_ELLIPSIS));
	text_end_line(out);
}

void flowchart_text(const struct style *style, const struct flowchart *chart, struct strbuf *out)
{
	struct columns at = flowchart_columns(style);

	put_titles(style, chart, at, out);
	vec_each (row, &chart->rows) {
		bool own_line = chart->lanes == FLOW_LANES && arrow_needs_line(chart, row, at);

		put_row(style, chart, row, at, out);
		text_end_line(out);
		if (own_line)
			put_arrow_line(style, chart, row, at, out);
	}
}
