/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the file in between and the call of the checker; knows nothing of the schema.
 */
#include "validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

bool is_valid(const struct strbuf *text, const char *name, bool expected)
{
	char path[64], command[160];
	FILE *file;
	int status;

	if (access("tests/validate.py", X_OK))
		fail_msg("to be run from the top of the tree");
	snprintf(path, sizeof(path), "/tmp/socktrace-json-%d-%s", getpid(), name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
	assert_int_equal(fclose(file), 0);
	/* a sanitizer's libraries are not for python3 */
	snprintf(command, sizeof(command), "LD_PRELOAD= tests/validate.py --sample 40 %s %s", path,
		 expected ? "" : ">/dev/null");
	status = system(command);
	unlink(path);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}
