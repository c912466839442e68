/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the lines until they are written; knows nothing of what they say.
 */
#include "cmd/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void lines_end(struct lines *lines, int64_t t_ns)
{
	const struct line *last =
		lines->items.len ? &lines->items.items[lines->items.len - 1] : NULL;
	size_t start = last ? last->start + last->len : 0;
	struct line line = {t_ns, start, lines->text.len - start};

	if (line.len && vec_push(&lines->items, line))
		lines->text.error = -ENOMEM;
}

/* Lines of one moment keep their order. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static bool sorted(const struct lines *lines)
{
	for (size_t i = 1; i < lines->items.len; i++)
		if (lines->items.items[i].t_ns < lines->items.items[i - 1].t_ns)
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

/* The text in order, with what stands before its lines. */
static const struct strbuf *ordered(struct lines *lines)
{
	bool in_order = sorted(lines);

	if (in_order && !lines->begin)
		return &lines->text;
	if (!in_order)
		qsort(lines->items.items, lines->items.len, sizeof(struct line), compare);
	strbuf_reset(&lines->ordered);
	vec_each (line, &lines->items)
		append(lines, line);
	return &lines->ordered;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
	return 0;
}

int lines_write(struct lines *lines, int fd)
{
	const struct strbuf *text = ordered(lines);
	int r = lines->text.error ? lines->text.error : text->error;

	if (!r)
		r = write_all(fd, strbuf_text(text), text->len);
	strbuf_reset(&lines->text);
	lines->items.len = 0;
	return r;
}

void lines_release(struct lines *lines)
{
	strbuf_release(&lines->text);
	strbuf_release(&lines->ordered);
	vec_release(&lines->items);
}
