/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the growth of a byte string; knows nothing of what is written into it.
 */
#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_release(struct strbuf *buf)
{
	free(buf->data);
	*buf = (struct strbuf)STRBUF_INIT;
}

void strbuf_reset(struct strbuf *buf)
{
	buf->len = 0;
	buf->error = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void strbuf_truncate(struct strbuf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

const char *strbuf_text(const struct strbuf *buf)
{
	return buf->data ? buf->data : "";
}

bool strbuf_grow(struct strbuf *buf, size_t len)
{
	size_t cap = buf->cap ? buf->cap : 128;
	char *data;

	if (buf->error)
		return false;
	while (cap <= buf->len + len)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->error = -ENOMEM;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void strbuf_add_blanks(struct strbuf *buf, size_t n)
{
	if (!strbuf_reserve(buf, n))
		return;
	memset(buf->data + buf->len, ' ', n);
	buf->len += n;
	buf->data[buf->len] = '\0';
}

void strbuf_add_repeat(struct strbuf *buf, const char *text, size_t times)
{
	size_t len = strlen(text);

	if (!strbuf_reserve(buf, len * times))
		return;
	for (; times; times--, buf->len += len)
		memcpy(buf->data + buf->len, text, len);
	buf->data[buf->len] = '\0';
}

void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args)
{
	va_list again;
	size_t room = buf->cap - buf->len;
	int len;

	va_copy(again, args);
	len = vsnprintf(buf->data ? buf->data + buf->len : NULL, room, format, args);
	if (len >= 0 && (size_t)len >= room && strbuf_reserve(buf, len))
		vsnprintf(buf->data + buf->len, len + 1, format, again);
	va_end(again);
	if (len >= 0 && !buf->error)
		buf->len += len;
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strbuf_vprintf(buf, format, args);
	va_end(args);
}
