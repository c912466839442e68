/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the lines until they are handed on; knows nothing of what they say.
 */
#include "cmd/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines of one moment keep their order. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* Behind the first one that is not later. */
static struct line_list *order_of(struct lines *lines, int64_t t_ns)
{
	struct line_list *order = lines->orders, *last = &lines->orders[LINES_ORDERS - 1];

	while (order < last && order->len && order->items[order->len - 1].t_ns > t_ns)
		order++;
	return order;
}

void lines_end(struct lines *lines, int64_t t_ns)
{
	struct line line = {t_ns, lines->ended, lines->text.len - lines->ended};

	if (!line.len)
		return;
	lines->ended = lines->text.len;
	if (vec_push(order_of(lines, t_ns), line))
		lines->text.error = -ENOMEM;
}

static bool sorted(const struct line_list *list)
{
	for (size_t i = 1; i < list->len; i++)
		if (compare(&list->items[i - 1], &list->items[i]) > 0)
			return false;
	return true;
}

static void append(struct lines *lines, const struct line *line)
{
	const char *at = lines->text.data + line->start, *end = at + line->len;

	if (!lines->begin) {
		strbuf_append(&lines->ordered, at, line->len);
		return;
	}
	while (at < end) {
		const char *newline = memchr(at, '\n', end - at);
		const char *next = newline ? newline + 1 : end;

		if (line->t_ns != INT64_MAX)
			lines->begin(lines->context, line->t_ns, &lines->ordered);
		strbuf_append(&lines->ordered, at, next - at);
		at = next;
	}
}

/* The first of those that no order has given yet; NULL: it was the last. */
static const struct line *take(const struct lines *lines, size_t given[LINES_ORDERS])
{
	const struct line *first = NULL;
	int of = 0;

	for (int i = 0; i < LINES_ORDERS; i++) {
		const struct line_list *order = &lines->orders[i];

		if (given[i] == order->len)
			continue;
		if (!first || compare(&order->items[given[i]], first) < 0) {
			first = &order->items[given[i]];
			of = i;
		}
	}
	given[of] += first != NULL;
	return first;
}

const struct strbuf *lines_ordered(struct lines *lines)
{
	struct line_list *last = &lines->orders[LINES_ORDERS - 1];
	size_t given[LINES_ORDERS] = {0};
	const struct line *line;

	if (lines->text.error || (!lines->orders[1].len && !lines->begin))
		return &lines->text;
	if (!sorted(last))
		qsort(last->items, last->len, sizeof(*last->items), compare);
	strbuf_reset(&lines->ordered);
	while ((line = take(lines, given)))
		append(lines, line);
	return &lines->ordered;
}

void lines_forget(struct lines *lines)
{
	strbuf_reset(&lines->text);
	for (int i = 0; i < LINES_ORDERS; i++)
		lines->orders[i].len = 0;
	lines->ended = 0;
}

void lines_release(struct lines *lines)
{
	strbuf_release(&lines->text);
	strbuf_release(&lines->ordered);
	for (int i = 0; i < LINES_ORDERS; i++)
		vec_release(&lines->orders[i]);
}
