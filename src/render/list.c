/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the columns: what stands in them, and which give way on a narrow terminal.
 */
#include "render/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/vec.h"
#include "render/sentence.h"
#include "render/text.h"

enum column {
	COLUMN_PROTO,
	COLUMN_QUEUE,
	COLUMN_LIMIT,
	COLUMN_DROPS,
	COLUMN_SYN_QUEUE,
	COLUMN_LOCAL,
	COLUMN_FD,
	COLUMN_PROCESS,
	COLUMN_NETNS, /* where there is more than one */
	COLUMN_NOTE,
	COLUMN_MAX,
};

static const struct {
	const char *title;
	bool right;
	size_t least; /* columns it takes where all is short, so that lists look alike */
} columns[COLUMN_MAX] = {
	[COLUMN_PROTO] = {"PROTO", false, 5},   [COLUMN_QUEUE] = {"QUEUE", true, 5},
	[COLUMN_LIMIT] = {"LIMIT", true, 5},    [COLUMN_DROPS] = {"DROPS", true, 7},
	[COLUMN_SYN_QUEUE] = {"SYNQ", true, 4}, [COLUMN_LOCAL] = {"LOCAL", false, 14},
	[COLUMN_FD] = {"FD", true, 4},          [COLUMN_PROCESS] = {"PROCESS", false, 13},
	[COLUMN_NETNS] = {"NETNS", true, 0},    [COLUMN_NOTE] = {"NOTE", false, 4},
};

/* What gives way where the room is short, in this order: a column is narrowed to `least`,
 * or goes. */
static const struct {
	enum column column;
	size_t least;
} steps[] = {
	{COLUMN_NETNS, 0}, {COLUMN_SYN_QUEUE, 0}, {COLUMN_LOCAL, 21}, {COLUMN_NOTE, 13},
	{COLUMN_FD, 0},    {COLUMN_PROCESS, 16},  {COLUMN_PROTO, 0},  {COLUMN_NOTE, 0},
	{COLUMN_LOCAL, 9}, {COLUMN_PROCESS, 8},
};

struct row {
	size_t cell[COLUMN_MAX]; /* offset into the text: NUL-terminated */
	bool full, dropped;
};

struct table {
	const struct style *style;
	const struct list_options *options;
	struct strbuf text;
	VEC(struct row) rows;
	size_t width[COLUMN_MAX];
};

/* --- order ----------------------------------------------------------------------- */

static int compare_paths(const struct address *a, const struct address *b)
{
	size_t shorter = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = a->abstract - b->abstract;

	order = order ? order : memcmp(a->path, b->path, shorter);
	return order ? order : a->path_len - b->path_len;
}

static int compare(const void *left, const void *right)
{
	const struct listener *a = *(const struct listener *const *)left;
	const struct listener *b = *(const struct listener *const *)right;
	int order = (a->protocol == PROTOCOL_UNIX) - (b->protocol == PROTOCOL_UNIX);

	if (!order && a->protocol == PROTOCOL_UNIX)
		order = compare_paths(&a->address, &b->address);
	order = order ? order : a->address.port - b->address.port;
	order = order ? order : a->address.family - b->address.family;
	order = order ? order : memcmp(a->address.bytes, b->address.bytes, 16);
	order = order ? order : (a->group > b->group) - (a->group < b->group);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

/* --- cells ------------------------------------------------------------------------ */

static const struct listener_reading *last_reading(const struct listener *listener)
{
	size_t n = listener->readings.len;

	return n ? &listener->readings.items[n - 1] : NULL;
}

static bool is_elsewhere(const struct table *table, const struct listener *listener)
{
	return table->options->netns && listener->netns != table->options->netns;
}

static void note(struct strbuf *out, size_t start, const char *text)
{
	if (out->len > start)
		strbuf_add(out, ", ");
	strbuf_add(out, text);
}

static void print_notes(const struct table *table, const struct listener *listener, size_t members,
			struct strbuf *out)
{
	size_t start = out->len;

	if (listener->protocol != PROTOCOL_UNIX && listener->somaxconn &&
	    listener->effective >= listener->somaxconn)
		note(out, start,
		     listener->effective > listener->somaxconn ? "above somaxconn"
							       : "at somaxconn");
	if (listener->group) {
		note(out, start, "reuseport ");
		strbuf_add(out, style_glyph(table->style, GLYPH_TIMES));
		strbuf_printf(out, "%zu", members);
	}
	if (listener->defer_accept_s) {
		note(out, start, "deferred ");
		strbuf_printf(out, "%u s", listener->defer_accept_s);
	}
	if (listener->migrates)
		note(out, start, "migrates");
	if (is_elsewhere(table, listener))
		note(out, start, "other netns");
}

static void print_owners(const struct table *table, const struct listener *listener,
			 struct strbuf *out)
{
	const struct owner *first = listener->owners.items;

	if (!listener->owners.len) {
		strbuf_add(out,
			   table->options->hidden ? "?" : style_glyph(table->style, GLYPH_ABSENT));
		return;
	}
	sentence_who(table->style, process_comm(first->process), first->process->pid, 0, out);
	if (listener->owners.len > 1)
		strbuf_printf(out, " +%zu", listener->owners.len - 1);
}

static void print_cell(const struct table *table, const struct listener *listener,
		       enum column column, size_t members, struct strbuf *out)
{
	const struct listener_reading *reading = last_reading(listener);
	bool tcp = listener->protocol != PROTOCOL_UNIX;

	switch (column) {
	case COLUMN_PROTO:
		strbuf_add(out, protocol_text(listener->protocol));
		break;
	case COLUMN_QUEUE:
		units_count(out, listener->depth);
		break;
	case COLUMN_LIMIT:
		units_decimal(out, listener->effective);
		break;
	case COLUMN_DROPS:
	case COLUMN_SYN_QUEUE:
		if (tcp && reading)
			units_count(out, column == COLUMN_DROPS ? reading->sk_drops
								: reading->syn_queue);
		else
			strbuf_add(out, style_glyph(table->style, GLYPH_ABSENT));
		break;
	case COLUMN_LOCAL:
		style_address(table->style, &listener->address, out);
		break;
	case COLUMN_FD:
		if (listener->owners.len)
			strbuf_printf(out, "%d", listener->owners.items[0].fd);
		break;
	case COLUMN_PROCESS:
		print_owners(table, listener, out);
		break;
	case COLUMN_NETNS:
		if (is_elsewhere(table, listener))
			strbuf_printf(out, "%u", listener->netns);
		break;
	default:
		print_notes(table, listener, members, out);
	}
}

/* members: of its reuseport group. */
static int add_row(struct table *table, const struct listener *listener, size_t members)
{
	const struct listener_reading *reading = last_reading(listener);
	struct row row = {.full = listener->depth > listener->effective,
			  .dropped = reading && reading->sk_drops};

	for (int c = 0; c < COLUMN_MAX; c++) {
		size_t width;

		row.cell[c] = table->text.len;
		print_cell(table, listener, c, members, &table->text);
		width = text_width(strbuf_text(&table->text) + row.cell[c],
				   table->text.len - row.cell[c]);
		if (width > table->width[c])
			table->width[c] = width;
		strbuf_add_char(&table->text, '\0');
	}
	return vec_push(&table->rows, row);
}

/* --- the table -------------------------------------------------------------------- */

static size_t total_width(const struct table *table)
{
	size_t total = 0;

	for (int c = 0; c < COLUMN_MAX; c++)
		total += table->width[c] ? table->width[c] + 1 : 0;
	return total ? total - 1 : 0;
}

static void fit(struct table *table)
{
	size_t room = table->style->width;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		size_t *width = &table->width[steps[i].column], total = total_width(table);
		size_t excess = total > room ? total - room : 0;

		if (!excess || *width <= steps[i].least)
			continue;
		if (!steps[i].least || *width < steps[i].least + excess)
			*width = steps[i].least;
		else
			*width -= excess;
	}
}

static enum paint cell_paint(const struct row *row, enum column column)
{
	if (column == COLUMN_QUEUE && row->full)
		return PAINT_FAIL;
	if (column == COLUMN_DROPS && row->dropped)
		return PAINT_FAIL;
	return column == COLUMN_NOTE ? PAINT_DIM : PAINT_NONE;
}

static void print_in_column(const struct table *table, enum column column, const char *text,
			    struct strbuf *out)
{
	const char *ellipsis = style_glyph(table->style, GLYPH_ELLIPSIS);
	size_t start = out->len;

	if (column == COLUMN_LOCAL) /* of a path the end says most */
		text_clip_left(out, text, table->width[column], ellipsis);
	else
		text_clip(out, text, table->width[column], ellipsis);
	if (columns[column].right)
		text_pad_left(out, start, table->width[column]);
	else
		text_pad(out, start, table->width[column]);
}

static void print_cell_painted(const struct table *table, enum column column, const char *text,
			       const char *mark, enum paint paint, struct strbuf *out)
{
	if (paint != PAINT_NONE)
		style_paint(table->style, paint, out);
	print_in_column(table, column, text, out);
	strbuf_add(out, mark);
	if (paint != PAINT_NONE)
		style_paint(table->style, PAINT_NONE, out);
}

/* NULL: the titles. */
static void print_row(const struct table *table, const struct row *row, struct strbuf *out)
{
	for (int c = 0; c < COLUMN_MAX; c++) {
		const char *text =
			row ? strbuf_text(&table->text) + row->cell[c] : columns[c].title;
		/* the mark of a full queue stands in the gap, so that numbers stay in line */
		bool marked = row && row->full && c == COLUMN_QUEUE;

		if (!table->width[c])
			continue;
		print_cell_painted(table, c, text, marked ? "!" : "",
				   row ? cell_paint(row, c) : PAINT_DIM, out);
		strbuf_add(out, marked ? "" : " ");
	}
	text_end_line(out);
}

/* How many of one reuseport group stand together from `first` on; 1: it is in none. */
static size_t run_length(const struct listener_list *sorted, size_t first)
{
	uint64_t group = sorted->items[first]->group;
	size_t end = first + 1;

	while (group && end < sorted->len && sorted->items[end]->group == group)
		end++;
	return end - first;
}

static int fill(struct table *table, const struct model *model)
{
	struct listener_list sorted = {0};
	size_t members;
	int r = 0;

	vec_each (at, &model->listeners)
		r = r ? r : vec_push(&sorted, *at);
	if (sorted.len)
		qsort(sorted.items, sorted.len, sizeof(*sorted.items), compare);
	for (size_t first = 0; first < sorted.len && !r; first += members) {
		members = run_length(&sorted, first);
		for (size_t i = first; i < first + members && !r; i++)
			r = add_row(table, sorted.items[i], members);
	}
	vec_release(&sorted);
	return r ? r : table->text.error;
}

int list(const struct style *style, const struct model *model, const struct list_options *options,
	 struct strbuf *out)
{
	struct table table = {.style = style, .options = options};
	int r;

	for (int c = 0; c < COLUMN_MAX; c++)
		table.width[c] = columns[c].least;
	r = fill(&table, model);
	if (!r) {
		if (options->clip)
			fit(&table);
		print_row(&table, NULL, out);
		vec_each (row, &table.rows)
			print_row(&table, row, out);
	}
	vec_release(&table.rows);
	strbuf_release(&table.text);
	return r ? r : out->error;
}
