/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the way of the trace into the page: gzip, then base64, then the place that
 * the page leaves for it. Knows nothing of what either says.
 */
#include "render/html.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_FORMAT (15 + 16) /* the largest window, with the header and trailer of gzip */
#define GROUP 3 /* bytes of base64 that become four characters */
#define CHUNK (48u << 10) /* a multiple of GROUP */

/* viewer.S: what viz/ was built into; empty where it was not. */
extern const char viewer_html[];
extern const uint64_t viewer_html_size;

/* The page holds this once; the trace goes before its last tag. */
static const char place[] =
	"<script type=\"application/octet-stream\" id=\"trace\" data-encoding=\"gzip-base64\">";

struct html {
	FILE *out; /* borrowed */
	FILE *data; /* leads to data_write() */
	const char *rest; /* of the page, behind the trace */
	z_stream packer;
	bool packing;
	unsigned char packed[CHUNK];
	size_t packed_len;
	int error; /* the first */
};

static size_t base64(const unsigned char *bytes, size_t len, char *out)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *start = out;

	for (size_t i = 0; i < len; i += GROUP) {
		unsigned group = bytes[i] << 16;

		group |= i + 1 < len ? bytes[i + 1] << 8 : 0;
		group |= i + 2 < len ? bytes[i + 2] : 0;
		*out++ = letters[group >> 18];
		*out++ = letters[group >> 12 & 63];
		*out++ = i + 1 < len ? letters[group >> 6 & 63] : '=';
		*out++ = i + 2 < len ? letters[group & 63] : '=';
	}
	return out - start;
}

static int write_out(FILE *out, const char *bytes, size_t len)
{
	errno = 0;
	if (fwrite(bytes, 1, len, out) == len)
		return 0;
	return errno ? -errno : -EIO;
}

static int write_packed(struct html *html)
{
	char text[CHUNK / GROUP * 4];
	size_t len = base64(html->packed, html->packed_len, text);

	html->packed_len = 0;
	return write_out(html->out, text, len);
}

/* Packs some more of the trace, or with Z_FINISH the end of it. */
static int pack(struct html *html, const char *bytes, size_t len, int flush)
{
	int state = Z_OK;

	html->packer.next_in = (unsigned char *)bytes;
	html->packer.avail_in = len;
	while (!html->error &&
	       (html->packer.avail_in || (flush == Z_FINISH && state != Z_STREAM_END))) {
		html->packer.next_out = html->packed + html->packed_len;
		html->packer.avail_out = CHUNK - html->packed_len;
		state = deflate(&html->packer, flush);
		assert(state != Z_STREAM_ERROR);
		html->packed_len = CHUNK - html->packer.avail_out;
		if (html->packed_len == CHUNK)
			html->error = write_packed(html);
	}
	return html->error;
}

static ssize_t data_write(void *cookie, const char *bytes, size_t len)
{
	int r = pack(cookie, bytes, len, Z_NO_FLUSH);

	errno = -r;
	return r ? 0 : (ssize_t)len;
}

/* Where the trace goes; NULL: there is no viewer. */
static const char *find_place(void)
{
	const char *found = memmem(viewer_html, viewer_html_size, place, strlen(place));

	assert(found || !viewer_html_size);
	return found ? found + strlen(place) : NULL;
}

int html_new(FILE *out, struct html **html)
{
	const char *rest = find_place();
	struct html *made;
	int r = -ENOMEM;

	if (!rest)
		return -ENOSYS;
	made = calloc(1, sizeof(*made));
	if (!made)
		return r;
	made->out = out;
	made->rest = rest;
	made->data = fopencookie(made, "w", (cookie_io_functions_t){.write = data_write});
	made->packing = deflateInit2(&made->packer, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_FORMAT,
				     MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
	if (made->data && made->packing)
		r = write_out(out, viewer_html, rest - viewer_html);
	if (r)
		html_free(&made);
	*html = made;
	return r;
}

FILE *html_data(struct html *html)
{
	return html->data;
}

int html_finish(struct html *html)
{
	int r;

	fflush(html->data); /* what goes wrong here pack() remembers */
	r = pack(html, NULL, 0, Z_FINISH);
	if (!r)
		r = write_packed(html);
	if (!r)
		r = write_out(html->out, html->rest, viewer_html + viewer_html_size - html->rest);
	if (!r && fflush(html->out))
		r = -errno;
	return r;
}

void html_free(struct html **html)
{
	if (!*html)
		return;
	if ((*html)->data)
		fclose((*html)->data);
	if ((*html)->packing)
		deflateEnd(&(*html)->packer);
	free(*html);
	*html = NULL;
}

int html_write_empty(FILE *out)
{
	int r = find_place() ? write_out(out, viewer_html, viewer_html_size) : -ENOSYS;

	return !r && fflush(out) ? -errno : r;
}
