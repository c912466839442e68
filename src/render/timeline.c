/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the table of connections: which rows, which columns. The bars are bar's,
 * the order of bad to good is analyze's.
 */
#include "render/timeline.h"

#include <string.h>

#include "analyze/worst.h"
#include "base/units.h"
#include "render/bar.h"
#include "render/overview.h"
#include "render/sentence.h"
#include "render/text.h"

#define ROWS_MAX 40 /* more connections than that get an overview */
#define WORST_ROWS 20
#define NARROW 60
#define CONNECT_COLUMNS 8
#define WAIT_COLUMNS 8
#define FIGURES (CONNECT_COLUMNS + WAIT_COLUMNS)

struct table {
	const struct style *style;
	const struct connection **rows;
	size_t count;
	bool one_host; /* all servers have one address: the port is enough */
	bool one_server;
	unsigned id_width, client_width, server_width; /* server_width 0: no such column */
	bool figures;
	struct axis axis;
};

/* Whom the row is about: the client's address, or for unnamed sockets its process. */
static void client_print(const struct table *table, const struct connection *connection,
			 struct strbuf *out)
{
	const struct address *address = &connection->client_address;
	const struct end *end = &connection->client;

	if (address->family != FAMILY_NONE && (address->family != FAMILY_UNIX || address->path_len))
		style_address(table->style, address, out);
	else if (end->process)
		sentence_who(table->style, end->comm, end->process->pid, 0, out);
	else
		strbuf_add(out, style_glyph(table->style, GLYPH_ABSENT));
}

static void server_print(const struct table *table, const struct connection *connection,
			 struct strbuf *out)
{
	const struct address *address = &connection->server_address;

	if (address->family == FAMILY_NONE)
		strbuf_add(out, style_glyph(table->style, GLYPH_ABSENT));
	else if (table->one_host && address->family != FAMILY_UNIX)
		strbuf_printf(out, ":%u", address->port);
	else
		style_address(table->style, address, out);
}

static void table_compare_servers(struct table *table)
{
	table->one_host = table->one_server = true;
	for (size_t i = 1; i < table->count; i++) {
		struct address first = table->rows[0]->server_address;
		const struct address *other = &table->rows[i]->server_address;

		if (!address_equal(&first, other))
			table->one_server = false;
		first.port = other->port;
		if (!address_equal(&first, other))
			table->one_host = false;
	}
}

typedef void print_fn(const struct table *, const struct connection *, struct strbuf *);

/* The widest of what print makes of the rows, within limits. */
static unsigned column_width(const struct table *table, print_fn *print, unsigned least,
			     unsigned most)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	unsigned width = least;

	for (size_t i = 0; i < table->count; i++) {
		strbuf_reset(&text);
		print(table, table->rows[i], &text);
		if (text_width(strbuf_text(&text), text.len) > width)
			width = text_width(strbuf_text(&text), text.len);
	}
	return width < most ? width : most;
}

static unsigned id_width(const struct table *table)
{
	uint64_t largest = 0;
	unsigned digits = 1;

	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i]->id > largest)
			largest = table->rows[i]->id;
	for (; largest >= 10; largest /= 10)
		digits++;
	return digits < 3 ? 3 : digits;
}

static void table_columns(struct table *table)
{
	unsigned width = table->style->width, used, most = width / 4;

	table_compare_servers(table);
	table->figures = width >= NARROW;
	table->id_width = id_width(table);
	table->client_width = column_width(table, client_print, 6, most < 21 ? 21 : most);
	if (width >= 80 || !table->one_server)
		table->server_width = column_width(table, server_print, 6, most < 21 ? most : 21);
	used = table->id_width + 1 + table->client_width + 2 +
	       (table->server_width ? table->server_width + 2 : 0) + (table->figures ? FIGURES : 0);
	table->axis.width = width > used + 8 ? width - used : 8;
	if (table->axis.width > BAR_MAX)
		table->axis.width = BAR_MAX;
}

static void table_axis(struct table *table, int64_t now_ns)
{
	int64_t from_ns = INT64_MAX, to_ns = INT64_MIN;

	for (size_t i = 0; i < table->count; i++) {
		const struct connection *row = table->rows[i];
		int64_t start_ns = row->start_ns == TIME_UNKNOWN ? 0 : row->start_ns;
		int64_t end_ns = row->end_ns == TIME_UNKNOWN ? now_ns : row->end_ns;

		if (start_ns < from_ns)
			from_ns = start_ns;
		if (end_ns > to_ns)
			to_ns = end_ns;
	}
	table->axis.from_ns = from_ns;
	table->axis.to_ns = to_ns > from_ns ? to_ns : from_ns + 1;
}

static void header_print(const struct table *table, struct strbuf *out)
{
	size_t start = out->len;

	style_paint(table->style, PAINT_DIM, out);
	strbuf_add_char(out, '#');
	text_pad(out, start, table->id_width + 1);
	start = out->len;
	strbuf_add(out, "client");
	text_pad(out, start, table->client_width + 2);
	start = out->len;
	if (table->server_width) {
		strbuf_add(out, "server");
		text_pad(out, start, table->server_width + 2);
	}
	axis_print(table->style, &table->axis, out);
	if (table->figures)
		strbuf_printf(out, "%*s%*s", CONNECT_COLUMNS, "connect", WAIT_COLUMNS, "wait");
	style_paint(table->style, PAINT_NONE, out);
	text_end_line(out);
}

static void figure_print(const struct table *table, int64_t ns, unsigned width, struct strbuf *out)
{
	size_t start = out->len;

	if (ns == TIME_UNKNOWN)
		strbuf_add(out, style_glyph(table->style, GLYPH_ABSENT));
	else
		style_time(table->style, false, ns, out);
	text_pad_left(out, start, width);
}

/* A word where a figure would say less. */
static const char *failure_word(const struct connection *connection)
{
	switch ((enum outcome)connection->outcome) {
	case OUTCOME_REFUSED:
		return "refused";
	case OUTCOME_TIMED_OUT:
		return "timed out";
	case OUTCOME_DROPPED:
		return "dropped";
	case OUTCOME_RESET_IN_QUEUE:
		return "reset in queue";
	case OUTCOME_NEVER_ACCEPTED:
		return "never accepted";
	case OUTCOME_FAILED:
		return "failed";
	case OUTCOME_RESET:
		return connection->established_ns == TIME_UNKNOWN ? "reset" : NULL;
	default:
		return NULL;
	}
}

static void figures_print(const struct table *table, const struct connection *connection,
			  struct strbuf *out)
{
	const char *word = failure_word(connection);
	size_t start = out->len;

	if (word) {
		style_paint(table->style, PAINT_FAIL, out);
		start = out->len;
		strbuf_add(out, word);
		text_pad_left(out, start, FIGURES);
		style_paint(table->style, PAINT_NONE, out);
		return;
	}
	figure_print(table, connection->connect_ns, CONNECT_COLUMNS, out);
	figure_print(table, connection->accept_wait_ns, WAIT_COLUMNS, out);
}

static void cell_print(const struct table *table, const struct connection *connection,
		       print_fn *print, unsigned width, struct strbuf *out)
{
	const char *ellipsis = style_glyph(table->style, GLYPH_ELLIPSIS);
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	size_t start = out->len;

	print(table, connection, &text);
	text_clip_left(out, strbuf_text(&text), width, ellipsis);
	text_pad(out, start, width + 2);
}

static void row_print(const struct table *table, const struct connection *connection,
		      struct strbuf *out)
{
	size_t start = out->len;

	units_decimal(out, connection->id);
	text_pad(out, start, table->id_width + 1);
	cell_print(table, connection, client_print, table->client_width, out);
	if (table->server_width)
		cell_print(table, connection, server_print, table->server_width, out);
	bar_print(table->style, &table->axis, connection, out);
	if (table->figures)
		figures_print(table, connection, out);
	text_end_line(out);
}

static void table_print(struct table *table, int64_t now_ns, struct strbuf *out)
{
	if (!table->count)
		return;
	table_columns(table);
	table_axis(table, now_ns);
	header_print(table, out);
	for (size_t i = 0; i < table->count; i++)
		row_print(table, table->rows[i], out);
	strbuf_add_char(out, '\n');
	bar_legend(table->style, out);
	strbuf_add_char(out, '\n');
}

static void not_shown_print(uint64_t seen, size_t shown, struct strbuf *out)
{
	units_count(out, seen - shown);
	strbuf_add(out, " of ");
	units_count(out, seen);
	strbuf_add(out, " connections not shown: above are the failed, then the slowest\n");
}

int timeline(const struct style *style, const struct model *model, struct strbuf *out)
{
	const struct connection *rows[ROWS_MAX];
	bool all = model->connections_seen <= ROWS_MAX && model->connections.len <= ROWS_MAX;
	struct table table = {.style = style, .rows = rows};

	if (all) {
		for (size_t i = 0; i < model->connections.len; i++)
			rows[table.count++] = model->connections.items[i];
	} else {
		long count = worst_connections(&model->connections, WORST_ROWS, rows);
		int error = count < 0 ? (int)count : overview(style, model, out);

		if (error)
			return error;
		table.count = count;
	}
	table_print(&table, model->capture.duration_ns, out);
	if (model->connections_seen > table.count)
		not_shown_print(model->connections_seen, table.count, out);
	return out->error;
}
