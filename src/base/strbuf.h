/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A growing byte string. A failed allocation is remembered in `error`, and appends that
 * do not fit do nothing then, so a writer checks once, at the end.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct strbuf {
	char *data; /* NUL-terminated once anything was appended, else NULL */
	size_t len, cap;
	int error; /* 0 or -ENOMEM */
};

#define STRBUF_INIT {0}
#define strbuf_cleanup __attribute__((cleanup(strbuf_release)))

void strbuf_release(struct strbuf *buf);
void strbuf_reset(struct strbuf *buf); /* empties it, keeps the memory */
void strbuf_truncate(struct strbuf *buf, size_t len); /* to at most len bytes */
const char *strbuf_text(const struct strbuf *buf); /* never NULL */

/* Makes room for len more bytes and the NUL. */
bool strbuf_grow(struct strbuf *buf, size_t len);

void strbuf_add_blanks(struct strbuf *buf, size_t n);
void strbuf_add_repeat(struct strbuf *buf, const char *text, size_t times);
__attribute__((format(printf, 2, 3))) void strbuf_printf(struct strbuf *buf, const char *format,
							 ...);
void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args);

/* Here because a line is made of a dozen, most of a length that is known when it is compiled. */

static inline bool strbuf_reserve(struct strbuf *buf, size_t len)
{
	return buf->len + len < buf->cap || strbuf_grow(buf, len);
}

static inline void strbuf_append(struct strbuf *buf, const void *data, size_t len)
{
	if (!strbuf_reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

static inline void strbuf_add_char(struct strbuf *buf, char c)
{
	strbuf_append(buf, &c, 1);
}

static inline void strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_append(buf, text, strlen(text));
}
