/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads /etc/passwd and /etc/group themselves: the static binary cannot load other
 * sources of names.
 */
#include "cmd/user.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

bool user_find(const char *name, uid_t *uid, gid_t *gid)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)) && strcmp(entry->pw_name, name))
		;
	if (entry) {
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	return entry != NULL;
}

size_t user_groups(const char *name, gid_t *groups, size_t max)
{
	FILE *file = fopen("/etc/group", "re");
	const struct group *entry;
	size_t n = 0;

	while (file && n < max && (entry = fgetgrent(file)))
		for (char **member = entry->gr_mem; *member; member++)
			if (!strcmp(*member, name) && n < max)
				groups[n++] = entry->gr_gid;
	if (file)
		fclose(file);
	return n;
}
