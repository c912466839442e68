/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the lines until they are handed on; knows nothing of what they say.
 */
#include "cmd/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LATE_BY 64 /* places that a late line is moved at once */

/* Lines of one moment keep their order. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* The last one to where it belongs, or some places towards it. */
static void settle(struct line_list *list)
{
	struct line line = list->items[list->len - 1];
	size_t at = list->len - 1, first = at < LATE_BY ? 0 : at - LATE_BY;

	for (; at > first && list->items[at - 1].t_ns > line.t_ns; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = line;
}

void lines_end(struct lines *lines, int64_t t_ns)
{
	struct line line = {t_ns, lines->ended, lines->text.len - lines->ended};
	struct line_list *timely = &lines->timely;
	bool late = timely->len && timely->items[timely->len - 1].t_ns > t_ns;

	if (!line.len)
		return;
	lines->ended = lines->text.len;
	if (vec_push(late ? &lines->late : timely, line))
		lines->text.error = -ENOMEM;
	else if (late)
		settle(&lines->late);
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

const struct strbuf *lines_ordered(struct lines *lines)
{
	const struct line_list *timely = &lines->timely, *late = &lines->late;
	size_t i = 0, j = 0;

	if (lines->text.error || (!late->len && !lines->begin))
		return &lines->text;
	if (!sorted(late))
		qsort(late->items, late->len, sizeof(*late->items), compare);
	strbuf_reset(&lines->ordered);
	while (i < timely->len || j < late->len) {
		bool on = j == late->len ||
			  (i < timely->len && compare(&timely->items[i], &late->items[j]) < 0);

		append(lines, on ? &timely->items[i++] : &late->items[j++]);
	}
	return &lines->ordered;
}

void lines_forget(struct lines *lines)
{
	strbuf_reset(&lines->text);
	lines->timely.len = lines->late.len = lines->ended = 0;
}

void lines_release(struct lines *lines)
{
	strbuf_release(&lines->text);
	strbuf_release(&lines->ordered);
	vec_release(&lines->timely);
	vec_release(&lines->late);
}
