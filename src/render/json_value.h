/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes JSON to a stream, value by value: commas, escapes, and an error that is
 * remembered, so that a writer asks for it once, at the end. Memory stays flat.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/strbuf.h"

struct json {
	FILE *out;         /* borrowed */
	struct strbuf buf; /* what was not handed to out yet */
	bool comma;        /* a value precedes at this level */
	int error;         /* 0, or the -errno after which all is ignored */
};

void json_init(struct json *json, FILE *out);
int json_flush(struct json *json);   /* hands everything on and flushes out: 0 or the error */
int json_release(struct json *json); /* the same, and frees */
void json_fail(struct json *json, int error); /* a value cannot be had: nothing more is written */

void json_object(struct json *json); /* { */
void json_object_end(struct json *json);
void json_array(struct json *json); /* [ */
void json_array_end(struct json *json);
void json_newline(struct json *json); /* before the next value of an array or member of an object */
void json_line_end(struct json *json); /* after a whole value: what follows is a new document */

void json_key(struct json *json, const char *key); /* key: our own, needs no escapes */
void json_text_key(struct json *json, const char *key); /* from outside */

void json_null(struct json *json);
void json_bool(struct json *json, bool value);
void json_int(struct json *json, int64_t value);
void json_uint(struct json *json, uint64_t value);

/* A name from outside, whatever its bytes. Text that is not UTF-8 has each byte that
 * is part of no character replaced by \xNN, and each backslash by \x5c. */
void json_text(struct json *json, const char *text, size_t len);
void json_string(struct json *json, const char *text); /* NUL-terminated; NULL: null */
/* A string of our own making, which needs no escapes: ids, dates. */
__attribute__((format(printf, 2, 3))) void json_printf(struct json *json, const char *format, ...);

/* The same values as members of an object. */
void json_member_null(struct json *json, const char *key);
void json_member_bool(struct json *json, const char *key, bool value);
void json_member_int(struct json *json, const char *key, int64_t value);
void json_member_uint(struct json *json, const char *key, uint64_t value);
void json_member_string(struct json *json, const char *key, const char *text);
void json_member_known(struct json *json, const char *key, uint64_t value); /* 0: null */
void json_member_object(struct json *json, const char *key);
void json_member_array(struct json *json, const char *key);
