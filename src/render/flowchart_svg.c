/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the picture's measures and marks; what stands in a row is the flowchart's.
 * Words of the client stand left of its lane, those of the server right of its
 * own, and between the lanes there is nothing but what moves across.
 */
#include "render/flowchart_svg.h"

#include <string.h>

#include "base/units.h"
#include "render/escape.h"
#include "render/text.h"

#define WIDTH 1080
#define WIDTH_ALONE 640
#define TIME_X 78 /* where times end */
#define LEFT_X 380
#define RIGHT_X 680
#define ALONE_X 110
#define FIRST_Y 132
#define ROW_HEIGHT 32
#define GAP 14 /* from a lane to the words beside it */
#define PADDING 8 /* inside a box */
#define WORDS_MAX 37 /* characters of a cell */
#define LETTER 7.23 /* of a 12 px monospace font */

/* Colours are written out, light first: not every viewer knows variables. */
static const char style_sheet[] =
	"<style>\n"
	"text{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
	"font-size:12px;fill:#1f2328}\n"
	".paper{fill:#fff}.title{font-size:15px;font-weight:600}.head{font-weight:600}"
	".end{text-anchor:end}.mid{text-anchor:middle}\n"
	"text.dim{fill:#6e7781}text.wait{fill:#9a5b00}"
	"text.move{fill:#1f5fbf}text.fail{fill:#c62828}\n"
	".lane{stroke:#afb8c1;stroke-width:2}"
	".waiting{stroke:#f0b429;stroke-width:2;stroke-dasharray:3 4}"
	".queued{stroke:#f0b429;stroke-width:10}\n"
	".box{fill:#f2f5f8;stroke:#c5ced7}.dot{fill:#1f2328}"
	".ring{fill:#fff;stroke:#1f2328;stroke-width:2}\n"
	"line.move,path.move{stroke:#1f5fbf;stroke-width:1.5;fill:none}.tip{fill:#1f5fbf}\n"
	".box.fail,.ring.fail,line.fail,path.move.fail{stroke:#c62828}"
	".dot.fail,.tip.fail{fill:#c62828}\n"
	"@media (prefers-color-scheme:dark){\n"
	"text{fill:#e3e8ee}.paper{fill:#12161c}\n"
	"text.dim{fill:#8b96a3}text.wait{fill:#f0b44c}"
	"text.move{fill:#79b0ff}text.fail{fill:#ff7b72}\n"
	".lane{stroke:#48525e}.waiting,.queued{stroke:#a8741a}\n"
	".box{fill:#1d242d;stroke:#3a444f}.dot{fill:#e3e8ee}"
	".ring{fill:#12161c;stroke:#e3e8ee}\n"
	"line.move,path.move{stroke:#79b0ff}.tip{fill:#79b0ff}\n"
	".box.fail,.ring.fail,line.fail,path.move.fail{stroke:#ff7b72}"
	".dot.fail,.tip.fail{fill:#ff7b72}\n"
	"}\n"
	"</style>\n";

static int lane_x(const struct flowchart *chart, unsigned lane)
{
	return chart->lanes == 1 ? ALONE_X : lane == FLOW_LEFT ? LEFT_X : RIGHT_X;
}

static int row_y(size_t row)
{
	return FIRST_Y + (int)row * ROW_HEIGHT;
}

static double text_pixels(const char *text)
{
	return (double)text_width(text, strlen(text)) * LETTER;
}

static const char *paint_class(enum paint paint)
{
	return paint == PAINT_FAIL   ? " fail"
	       : paint == PAINT_WAIT ? " wait"
	       : paint == PAINT_DIM  ? " dim"
				     : "";
}

static void put_text(struct strbuf *out, double x, double y, const char *class, const char *more,
		     const char *text)
{
	if (!*text)
		return;
	strbuf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s%s\" xml:space=\"preserve\">", x,
		      y, class, more);
	escape_xml(out, text, strlen(text));
	strbuf_add(out, "</text>\n");
}

static void put_head(const struct flowchart *chart, struct strbuf *out)
{
	int width = chart->lanes == 1 ? WIDTH_ALONE : WIDTH;
	int height = row_y(chart->rows.len) + 4;
	const char *title = flowchart_string(chart, chart->title);

	strbuf_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		      "width=\"%d\" height=\"%d\" role=\"img\">\n<title>",
		      width, height, width, height);
	escape_xml(out, title, strlen(title));
	strbuf_add(out, "</title>\n");
	strbuf_add(out, style_sheet);
	strbuf_printf(out, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", width, height);
	put_text(out, 24, 34, "title", "", title);
	put_text(out, 24, 58, "dim", paint_class(chart->summary_paint),
		 flowchart_string(chart, chart->summary));
	for (unsigned lane = 0; lane < chart->lanes; lane++)
		put_text(out, lane_x(chart, lane), 98, chart->lanes == 1 ? "head" : "head mid", "",
			 flowchart_string(chart, chart->lane_title[lane]));
}

/* What a lane does from one row to the next. */
static void put_lane(const struct flowchart *chart, size_t row, unsigned lane, struct strbuf *out)
{
	static const char *const classes[FLOW_LANE_MAX] = {
		[FLOW_LANE] = "lane",
		[FLOW_WAITING] = "waiting",
		[FLOW_QUEUED] = "queued",
	};
	const struct flow_cell *cell = &chart->rows.items[row].cell[lane];
	int x = lane_x(chart, lane);

	if (cell->lane == FLOW_NOTHING || row + 1 == chart->rows.len)
		return;
	strbuf_printf(out, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n",
		      classes[cell->lane], x, row_y(row), x, row_y(row + 1));
}

static void put_mark(const struct flow_cell *cell, int x, int y, struct strbuf *out)
{
	const char *more = cell->paint == PAINT_FAIL ? " fail" : "";

	if (cell->mark == FLOW_MARK_CALL)
		strbuf_printf(out, "<circle class=\"dot%s\" cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", more,
			      x, y);
	else if (cell->mark == FLOW_MARK_KERNEL)
		strbuf_printf(out, "<circle class=\"ring%s\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n", more,
			      x, y);
	else if (cell->mark == FLOW_MARK_MORE)
		for (int i = -1; i <= 1; i++)
			strbuf_printf(out,
				      "<circle class=\"dot\" cx=\"%d\" cy=\"%d\" r=\"1.5\"/>\n", x,
				      y + 6 * i);
}

static void put_box(const struct flow_cell *cell, double x, int y, double width, struct strbuf *out)
{
	strbuf_printf(out, "<rect class=\"box%s\" x=\"%.1f\" y=\"%d\" ",
		      cell->paint == PAINT_FAIL ? " fail" : "", x, y - 11);
	strbuf_printf(out, "width=\"%.1f\" height=\"22\" rx=\"4\"/>\n", width);
}

/* A call stands in a box, what the kernel did does not. */
static void put_words(const struct flowchart *chart, const struct flow_row *row, unsigned lane,
		      int y, struct strbuf *out)
{
	const struct flow_cell *cell = &row->cell[lane];
	const char *note = flowchart_string(chart, cell->note);
	enum paint note_paint = cell->note_paint ? cell->note_paint : PAINT_DIM;
	bool left = chart->lanes == FLOW_LANES && lane == FLOW_LEFT;
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	double width, x;

	if (!cell->text)
		return;
	text_clip(&text, flowchart_string(chart, cell->text), WORDS_MAX, "…");
	width = text_pixels(strbuf_text(&text)) + 2 * PADDING;
	x = left ? lane_x(chart, lane) - GAP - width : lane_x(chart, lane) + GAP;
	if (cell->mark == FLOW_MARK_CALL)
		put_box(cell, x, y, width, out);
	put_text(out, x + PADDING, y + 4, "", paint_class(cell->paint), strbuf_text(&text));
	if (left)
		put_text(out, x - PADDING, y + 4, "end", paint_class(note_paint), note);
	else
		put_text(out, x + width + PADDING, y + 4, "", paint_class(note_paint), note);
}

/* The tip of an arrow at x, or the cross of one that did not arrive. */
static void put_tip(const struct flow_row *row, int x, int y, int back, const char *more,
		    struct strbuf *out)
{
	if (row->lost)
		strbuf_printf(out, "<path class=\"move%s\" d=\"M%d %dl10 10m0-10l-10 10\"/>\n",
			      more, x - 5, y - 5);
	else
		strbuf_printf(out, "<path class=\"tip%s\" d=\"M%d %dl%d-5v10z\"/>\n", more, x, y,
			      back);
}

static void put_arrow(const struct flowchart *chart, const struct flow_row *row, int y,
		      struct strbuf *out)
{
	int from = LEFT_X + 9, to = RIGHT_X - 9;
	bool left = row->arrow != FLOW_ARROW_RIGHT, right = row->arrow != FLOW_ARROW_LEFT;
	const char *more = paint_class(row->arrow_paint);

	if (row->lost && right)
		to -= 40;
	if (row->lost && left)
		from += 40;
	strbuf_printf(out, "<line class=\"move%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n",
		      more, from, y, to, y);
	if (left)
		put_tip(row, from, y, 10, more, out);
	if (right)
		put_tip(row, to, y, -10, more, out);
	put_text(out, (LEFT_X + RIGHT_X) / 2, y - 5, "move mid", more,
		 flowchart_string(chart, row->label));
}

static void put_time(const struct flow_row *row, int y, struct strbuf *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (row->t_ns == TIME_UNKNOWN)
		return;
	strbuf_add(&text, row->t_ns ? "+" : "");
	units_time(&text, row->t_ns, UNITS_SPACED);
	put_text(out, TIME_X, y + 4, "dim end", "", strbuf_text(&text));
}

/* A fold goes over both lanes, on paper of its own. */
static void put_fold(const struct flowchart *chart, const struct flow_row *row, int y,
		     struct strbuf *out)
{
	const char *text = flowchart_string(chart, row->cell[FLOW_LEFT].text);
	double width = text_pixels(text) + 4 * PADDING, x = (LEFT_X + RIGHT_X) / 2.0;

	strbuf_printf(out,
		      "<rect class=\"paper\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"26\"/>\n",
		      x - width / 2, y - 13, width);
	put_text(out, x, y + 4, "mid", "", text);
}

static void put_row(const struct flowchart *chart, size_t i, struct strbuf *out)
{
	const struct flow_row *row = &chart->rows.items[i];
	int y = row_y(i);

	put_time(row, y, out);
	if (row->wide) {
		put_fold(chart, row, y, out);
		return;
	}
	if (row->arrow)
		put_arrow(chart, row, y, out);
	for (unsigned lane = 0; lane < chart->lanes; lane++) {
		put_mark(&row->cell[lane], lane_x(chart, lane), y, out);
		put_words(chart, row, lane, y, out);
	}
}

void flowchart_svg(const struct flowchart *chart, struct strbuf *out)
{
	put_head(chart, out);
	for (size_t i = 0; i < chart->rows.len; i++)
		for (unsigned lane = 0; lane < chart->lanes; lane++)
			put_lane(chart, i, lane, out);
	for (size_t i = 0; i < chart->rows.len; i++)
		put_row(chart, i, out);
	strbuf_add(out, "</svg>\n");
}
