/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns where golden files are and how they are compared and refreshed.
 */
#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FILE *golden_open(const char *name, const char *mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	file = fopen(path, mode);
	if (!file)
		fail_msg("%s: cannot open (SOCKTRACE_GOLDEN=update makes it)", path);
	return file;
}

static void golden_read(const char *name, struct strbuf *out)
{
	FILE *file = golden_open(name, "r");
	char chunk[4096];
	size_t len;

	while ((len = fread(chunk, 1, sizeof(chunk), file)))
		strbuf_append(out, chunk, len);
	fclose(file);
}

static void golden_write(const char *name, const struct strbuf *actual)
{
	FILE *file = golden_open(name, "w");

	assert_int_equal(fwrite(strbuf_text(actual), 1, actual->len, file), actual->len);
	assert_int_equal(fclose(file), 0);
}

void golden_check(const char *name, const struct strbuf *actual)
{
	const char *mode = getenv("SOCKTRACE_GOLDEN");
	struct strbuf expected strbuf_cleanup = STRBUF_INIT;

	assert_int_equal(actual->error, 0);
	if (mode && strcmp(mode, "update") == 0) {
		golden_write(name, actual);
		return;
	}
	golden_read(name, &expected);
	if (expected.len == actual->len &&
	    memcmp(strbuf_text(&expected), strbuf_text(actual), actual->len) == 0)
		return;
	fprintf(stderr, "--- %s, expected\n%s--- actual\n%s---\n", name, strbuf_text(&expected),
		strbuf_text(actual));
	fail_msg("%s differs", name);
}
