/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/html: what goes in is what a browser unpacks, whatever its length, and
 * the page around it stays as it was.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "render/html.h"

static const char place[] = "data-encoding=\"gzip-base64\">";

/* The report of some data, and the viewer alone. */
struct pages {
	char *report, *empty;
	size_t report_len, empty_len;
};

static void write_report(FILE *out, const char *data, size_t len)
{
	struct html *html;
	int r = html_new(out, &html);

	if (r == -ENOSYS)
		skip(); /* built with VIEWER=0 */
	assert_int_equal(r, 0);
	assert_int_equal(fwrite(data, 1, len, html_data(html)), len);
	assert_int_equal(html_finish(html), 0);
	html_free(&html);
	assert_null(html);
}

static struct pages pages_of(const char *data, size_t len)
{
	struct pages pages = {0};
	FILE *out = open_memstream(&pages.report, &pages.report_len);

	write_report(out, data, len);
	fclose(out);
	out = open_memstream(&pages.empty, &pages.empty_len);
	assert_int_equal(html_write_empty(out), 0);
	fclose(out);
	return pages;
}

static void pages_release(struct pages *pages)
{
	free(pages->report);
	free(pages->empty);
}

static unsigned digit(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(letters, c);

	assert_true(c && at);
	return at - letters;
}

static size_t unbase64(const char *text, size_t len, unsigned char *out)
{
	size_t padding = (len && text[len - 1] == '=') + (len > 1 && text[len - 2] == '=');

	assert_int_equal(len % 4, 0);
	for (size_t i = 0; i < len - padding; i++) {
		unsigned six = digit(text[i]);

		if (i % 4)
			out[i / 4 * 3 + i % 4 - 1] |= six >> (6 - 2 * (i % 4));
		if (i % 4 < 3)
			out[i / 4 * 3 + i % 4] = six << (2 + 2 * (i % 4));
	}
	return len / 4 * 3 - padding;
}

static void expect_unpacked(const char *text, size_t text_len, const char *data, size_t len)
{
	unsigned char *packed = malloc(text_len + 1), *unpacked = malloc(len + 1);
	z_stream stream = {.next_in = packed, .next_out = unpacked, .avail_out = len + 1};

	stream.avail_in = unbase64(text, text_len, packed);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	assert_int_equal(stream.total_out, len);
	assert_memory_equal(unpacked, data, len);
	inflateEnd(&stream);
	free(packed);
	free(unpacked);
}

static void expect_round_trip(const char *data, size_t len)
{
	struct pages pages = pages_of(data, len);
	char *text = memmem(pages.report, pages.report_len, place, strlen(place));
	size_t head, text_len = pages.report_len - pages.empty_len;

	assert_non_null(text);
	text += strlen(place);
	head = text - pages.report;
	expect_unpacked(text, text_len, data, len);
	assert_memory_equal(pages.report, pages.empty, head);
	assert_memory_equal(text + text_len, pages.empty + head, pages.empty_len - head);
	pages_release(&pages);
}

/* No two bytes alike that deflate could use: the packed data is as long as this. */
static void fill_noise(char *data, size_t len)
{
	uint64_t state = 1;

	for (size_t i = 0; i < len; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		data[i] = state >> 56;
	}
}

static void test_lengths(void **state)
{
	static const size_t lengths[] = {0,	1,     2,     3,      4,     5,    1000,
					 49100, 49130, 49152, 100000, 300000};
	static char data[300000];

	(void)state;
	fill_noise(data, sizeof(data));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		expect_round_trip(data, lengths[i]);
	for (size_t len = 49110; len < 49140; len++) /* about one buffer of packed bytes */
		expect_round_trip(data, len);
}

static void test_repetitive(void **state)
{
	size_t len = 3000000;
	char *data = malloc(len);

	(void)state;
	memset(data, '{', len);
	expect_round_trip(data, len);
	free(data);
}

/* The trace cannot end its script element early, whatever is in it. */
static void test_markup(void **state)
{
	static const char data[] = "</script><script>alert(1)</script><!--";
	struct pages pages = pages_of(data, strlen(data));

	(void)state;
	assert_null(memmem(pages.report, pages.report_len, "alert(1)", 8));
	pages_release(&pages);
	expect_round_trip(data, strlen(data));
}

static void test_full_disk(void **state)
{
	static char data[300000];
	FILE *out = fopen("/dev/full", "we");
	struct html *html;
	int r = html_new(out, &html);

	(void)state;
	if (r == -ENOSYS)
		skip();
	fill_noise(data, sizeof(data));
	if (!r) {
		fwrite(data, 1, sizeof(data), html_data(html));
		r = html_finish(html);
	}
	html_free(&html);
	assert_int_equal(r, -ENOSPC);
	assert_int_equal(html_write_empty(out), -ENOSPC);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_repetitive),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
