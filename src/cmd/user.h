/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The users of this host by name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* False: there is no such user. */
bool user_find(const char *name, uid_t *uid, gid_t *gid);

/* The groups that name the user as a member, at most `max`; how many they are. */
size_t user_groups(const char *name, gid_t *groups, size_t max);
