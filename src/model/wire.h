/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the terms of the records → the terms of the model.
 */
#pragma once

#include <stddef.h>

#include "model/model.h"

int64_t wire_time(const struct model *model, uint64_t ts_ns);
int64_t wire_time_or_unknown(const struct model *model, uint64_t ts_ns); /* 0: TIME_UNKNOWN */

/* What a program gets for what a call returned: 0, or the errno. */
int32_t wire_errno(int32_t ret);

enum protocol wire_protocol(const struct st_sock *sock);
enum sock_type wire_sock_type(const struct st_sock *sock);
enum family wire_family(uint16_t family);

/* Port 0 with the any address gives FAMILY_NONE: nothing is known. */
struct address wire_address(uint16_t family, bool v4, const uint8_t *bytes, uint16_t port);
/* path as in the records: an abstract one begins with NUL. len 0 gives an unnamed one. It is not
 * copied: what the model keeps is made from what path_keep() gave, of NULL also an unnamed one. */
struct address wire_path(const char *path, size_t len);
/* The name argument of bind() or connect(); path is used for AF_UNIX. */
struct address wire_name(const struct st_name *name, const char *path, size_t path_len);

/* Copies a text that need not be terminated; out has room for len + 1. */
void wire_text(char *out, const char *text, size_t len);
