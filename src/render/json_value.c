/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the syntax of JSON and the way to the stream; knows nothing of what is
 * said in it.
 */
#include "render/json_value.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

/* Past this the buffer is handed on, in the middle of an object if need be. */
#define JSON_BUFFER (64u << 10)

void json_init(struct json *json, FILE *out)
{
	*json = (struct json){.out = out};
}

static void json_hand_on(struct json *json)
{
	if (!json->error)
		json->error = json->buf.error;
	if (!json->error && json->buf.len) {
		errno = 0;
		if (fwrite(json->buf.data, 1, json->buf.len, json->out) != json->buf.len)
			json->error = errno ? -errno : -EIO;
	}
	strbuf_reset(&json->buf);
}

int json_flush(struct json *json)
{
	json_hand_on(json);
	if (!json->error && fflush(json->out))
		json->error = -errno;
	return json->error;
}

int json_release(struct json *json)
{
	json_flush(json);
	strbuf_release(&json->buf);
	return json->error;
}

void json_fail(struct json *json, int error)
{
	if (!json->error)
		json->error = error;
}

/* Every value and key begins here. */
static void json_begin(struct json *json)
{
	if (json->comma)
		strbuf_add_char(&json->buf, ',');
	json->comma = true;
}

static void json_open(struct json *json, char bracket)
{
	json_begin(json);
	strbuf_add_char(&json->buf, bracket);
	json->comma = false;
}

static void json_close(struct json *json, char bracket)
{
	strbuf_add_char(&json->buf, bracket);
	json->comma = true;
	if (json->buf.len >= JSON_BUFFER || json->buf.error)
		json_hand_on(json);
}

void json_object(struct json *json)
{
	json_open(json, '{');
}

void json_object_end(struct json *json)
{
	json_close(json, '}');
}

void json_array(struct json *json)
{
	json_open(json, '[');
}

void json_array_end(struct json *json)
{
	json_close(json, ']');
}

void json_newline(struct json *json)
{
	if (json->comma)
		strbuf_add_char(&json->buf, ',');
	strbuf_add_char(&json->buf, '\n');
	json->comma = false;
}

void json_line_end(struct json *json)
{
	strbuf_add_char(&json->buf, '\n');
	json->comma = false;
}

void json_key(struct json *json, const char *key)
{
	json_begin(json);
	strbuf_add_char(&json->buf, '"');
	strbuf_add(&json->buf, key);
	strbuf_append(&json->buf, "\":", 2);
	json->comma = false;
}

void json_text_key(struct json *json, const char *key)
{
	json_string(json, key);
	strbuf_add_char(&json->buf, ':');
	json->comma = false;
}

void json_null(struct json *json)
{
	json_begin(json);
	strbuf_append(&json->buf, "null", 4);
}

void json_bool(struct json *json, bool value)
{
	json_begin(json);
	strbuf_add(&json->buf, value ? "true" : "false");
}

void json_uint(struct json *json, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = '0' + value % 10;
	while (value /= 10);
	json_begin(json);
	strbuf_append(&json->buf, digits + at, sizeof(digits) - at);
}

void json_int(struct json *json, int64_t value)
{
	if (value >= 0) {
		json_uint(json, value);
		return;
	}
	json_begin(json);
	strbuf_add_char(&json->buf, '-');
	json->comma = false;
	json_uint(json, -(uint64_t)value);
}

static void json_unit(struct strbuf *buf, uint32_t unit)
{
	strbuf_printf(buf, "\\u%04" PRIx32, unit);
}

/* Characters that disturb are given by number: the document may be read on a terminal. */
static void json_character(struct strbuf *buf, uint32_t c, const char *bytes, size_t len)
{
	if (c == '"' || c == '\\') {
		strbuf_add_char(buf, '\\');
		strbuf_add_char(buf, c);
	} else if (c == '\n') {
		strbuf_append(buf, "\\n", 2);
	} else if (c == '\t') {
		strbuf_append(buf, "\\t", 2);
	} else if (!utf8_disturbs(c)) {
		strbuf_append(buf, bytes, len);
	} else if (c < 0x10000) {
		json_unit(buf, c);
	} else {
		json_unit(buf, 0xd800 + ((c - 0x10000) >> 10));
		json_unit(buf, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

void json_text(struct json *json, const char *text, size_t len)
{
	bool valid = utf8_valid(text, len);

	json_begin(json);
	strbuf_add_char(&json->buf, '"');
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t n = utf8_decode(text + i, len - i, &c);

		if (!n || (!valid && c == '\\'))
			strbuf_printf(&json->buf, "\\\\x%02x", (unsigned char)text[i]);
		else
			json_character(&json->buf, c, text + i, n);
		i += n ? n : 1;
	}
	strbuf_add_char(&json->buf, '"');
}

void json_string(struct json *json, const char *text)
{
	if (text)
		json_text(json, text, strlen(text));
	else
		json_null(json);
}

void json_printf(struct json *json, const char *format, ...)
{
	va_list args;

	json_begin(json);
	strbuf_add_char(&json->buf, '"');
	va_start(args, format);
	strbuf_vprintf(&json->buf, format, args);
	va_end(args);
	strbuf_add_char(&json->buf, '"');
}

void json_member_null(struct json *json, const char *key)
{
	json_key(json, key);
	json_null(json);
}

void json_member_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}

void json_member_int(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_int(json, value);
}

void json_member_uint(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_uint(json, value);
}

void json_member_string(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_string(json, text);
}

void json_member_known(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	if (value)
		json_uint(json, value);
	else
		json_null(json);
}

void json_member_object(struct json *json, const char *key)
{
	json_key(json, key);
	json_object(json);
}

void json_member_array(struct json *json, const char *key)
{
	json_key(json, key);
	json_array(json);
}
