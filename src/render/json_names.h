/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The document's words for numbers: of the model, and of the C library's constants.
 */
#pragma once

#include <stdint.h>

#include "model/address.h"
#include "model/event.h"
#include "model/socket.h"
#include "render/json_value.h"
#include "socktrace/record.h"

const char *json_protocol(enum protocol protocol);
const char *json_sock_type(enum sock_type type);
const char *json_family(enum family family); /* NULL: not known */
const char *json_side(enum side side);       /* NULL: none */

const char *json_data_call(enum st_data_call_name call); /* "sendmsg", … */

/* As the C library names them; a number it has no name for is written in digits. */
void json_errno(struct json *json, int err);     /* "ECONNREFUSED"; 0: null */
void json_domain(struct json *json, int domain); /* "AF_INET" */
void json_type(struct json *json, int type);     /* "SOCK_STREAM", without the flags in it */
void json_flags(struct json *json, int type);    /* ["SOCK_CLOEXEC", …] */
void json_how(struct json *json, int how);       /* "SHUT_WR" */
