/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the block being read and the account of what is damaged. Trusts nothing
 * in the file: a block is used only after its frame, its place and its CRC were
 * checked, a record only after decode checked it.
 */
#include "capture/recording_read.h"

#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "capture/recording_format.h"

struct recording_reader {
	char *path;
	int fd;
	uint64_t size;   /* of the file; 0: a pipe */
	uint64_t offset; /* bytes read so far */
	struct recording_block block; /* the present one */
	unsigned char *bytes;         /* its records */
	size_t cap;                   /* of bytes */
	size_t at;                    /* how far they were handed out */
	uint32_t record;              /* how many of them */
	uint64_t sequence;            /* of the next block */
	bool ended;
	struct recording_damage damage;
	struct strbuf missing;
};

static int reader_fail(const struct recording_reader *reader, int error)
{
	return log_err_r(error, "cannot read %s: %s", reader->path, strerror(-error));
}

/* Bytes read, fewer than len only at the end of the file; or -errno, not said. */
static ssize_t reader_read(struct recording_reader *reader, void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(reader->fd, (char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	reader->offset += done;
	return done;
}

static int reader_header(struct recording_reader *reader)
{
	unsigned char bytes[RECORDING_HEADER_MAX];
	const size_t fixed = offsetof(struct recording_header, started_at_ns);
	struct recording_header header = {0};
	ssize_t n = reader_read(reader, bytes, fixed);
	size_t len;

	if (n < 0)
		return reader_fail(reader, n);
	if (!n)
		return log_err_r(-EBADMSG, "%s is empty: nothing was recorded in it", reader->path);
	memcpy(&header, bytes, n);
	if (memcmp(header.magic, RECORDING_MAGIC, (size_t)n < 8 ? (size_t)n : 8))
		return log_err_r(-EBADMSG, "%s is not a socktrace recording: name a file made by "
					   "`socktrace record -o FILE`", reader->path);
	if (header.byte_order == bswap_32(RECORDING_BYTE_ORDER))
		return log_err_r(-EBADMSG, "%s was recorded on a machine of the other byte order: "
					   "read it on such a machine", reader->path);
	len = recording_header_length(&header);
	if ((size_t)n == fixed) {
		n = reader_read(reader, bytes + fixed, len - fixed);
		if (n < 0)
			return reader_fail(reader, n);
		n += fixed;
	}
	if ((size_t)n < len)
		return log_err_r(-EBADMSG, "%s ends inside its header: there is no record in it",
				 reader->path);
	reader->damage.header = !recording_header_intact(bytes, len);
	if (!reader->damage.header && header.version != RECORDING_VERSION)
		return log_err_r(-EPROTONOSUPPORT, "%s was made by a newer socktrace: it has "
				 "format %u, this one reads up to %u", reader->path, header.version,
				 RECORDING_VERSION);
	return 0;
}

static int reader_file(struct recording_reader *reader, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-"))
		reader->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0 || fstat(reader->fd, &st))
		return reader_fail(reader, -errno);
	if (S_ISDIR(st.st_mode))
		return reader_fail(reader, -EISDIR);
	if (S_ISREG(st.st_mode))
		reader->size = st.st_size;
	return 0;
}

int recording_open(const char *path, struct recording_reader **out)
{
	struct recording_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return log_err_r(-ENOMEM, "out of memory");
	reader->fd = -1;
	reader->path = strdup(strcmp(path, "-") ? path : "stdin");
	err = reader->path ? 0 : log_err_r(-ENOMEM, "out of memory");
	if (!err)
		err = reader_file(reader, path);
	if (!err)
		err = reader_header(reader);
	if (err)
		recording_reader_free(&reader);
	else
		*out = reader;
	return err;
}

void recording_reader_free(struct recording_reader **reader)
{
	struct recording_reader *r = *reader;

	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	strbuf_release(&r->missing);
	free(r->bytes);
	free(r->path);
	free(r);
	*reader = NULL;
}

static struct strbuf *missing_begin(struct recording_reader *reader)
{
	struct strbuf *missing = &reader->missing;

	if (missing->len)
		strbuf_add(missing, "; ");
	else
		strbuf_printf(missing, "%s: ", reader->path);
	return missing;
}

static void missing_add(struct recording_reader *reader, uint64_t count, const char *text)
{
	if (count)
		strbuf_printf(missing_begin(reader), "%" PRIu64 " %s%s", count,
			      count == 1 ? "record " : "records ", text);
}

/* Nothing more will be read: `why` names what is wrong with the block that begins
 * at byte `start`; NULL: the file ends as it should. Returns 1. */
static int reader_end(struct recording_reader *reader, uint64_t start, const char *why)
{
	struct recording_damage *damage = &reader->damage;

	reader->ended = true;
	if (damage->header)
		strbuf_add(missing_begin(reader), "the header is damaged");
	if (why) {
		uint64_t end = reader->size > reader->offset ? reader->size : reader->offset;

		damage->blocks = 1;
		damage->bytes = end - start;
		strbuf_printf(missing_begin(reader), "block %" PRIu64 " at byte %" PRIu64 " %s",
			      reader->sequence, start, why);
		if (reader->size || damage->cut)
			strbuf_printf(&reader->missing,
				      ": %" PRIu64 " bytes from there on are not read",
				      damage->bytes);
		else
			strbuf_add(&reader->missing, ": what follows is not read");
	}
	missing_add(reader, damage->records, "with wrong sizes or values left out");
	missing_add(reader, damage->unknown, "of types this version does not know skipped");
	return 1;
}

static int reader_cut(struct recording_reader *reader, uint64_t start)
{
	reader->damage.cut = true;
	return reader_end(reader, start, "is cut short");
}

static int reader_reserve(struct recording_reader *reader, size_t len)
{
	unsigned char *bytes;

	if (len <= reader->cap)
		return 0;
	bytes = realloc(reader->bytes, len);
	if (!bytes)
		return -ENOMEM;
	reader->bytes = bytes;
	reader->cap = len;
	return 0;
}

/* Brings in the next block. 0; 1 where there is none; -errno, said. */
static int reader_block(struct recording_reader *reader)
{
	struct recording_block *block = &reader->block;
	uint64_t start = reader->offset;
	ssize_t n = reader_read(reader, block, sizeof(*block));

	reader->at = reader->record = 0;
	if (n == sizeof(*block)) {
		if (block->magic != RECORDING_BLOCK_MAGIC || !block->length ||
		    block->length % 8 || block->length > RECORDING_BLOCK_MAX)
			return reader_end(reader, start, "is damaged (no block begins there)");
		n = reader_reserve(reader, block->length);
		if (!n)
			n = reader_read(reader, reader->bytes, block->length);
		if (n >= 0 && (size_t)n < block->length)
			return reader_cut(reader, start);
	} else if (n >= 0) {
		return n ? reader_cut(reader, start) : reader_end(reader, start, NULL);
	}
	if (n < 0) {
		reader_end(reader, start, "cannot be read");
		return reader_fail(reader, n);
	}
	if (recording_block_crc(block, reader->bytes) != block->crc)
		return reader_end(reader, start, "is damaged (its CRC does not match)");
	if (block->sequence != reader->sequence)
		return reader_end(reader, start, "is not the one that belongs there");
	reader->sequence++;
	return 0;
}

/* The records that follow one whose very frame is wrong cannot be found. */
static void reader_skip_block(struct recording_reader *reader)
{
	uint32_t left = reader->block.records;

	left = left > reader->record ? left - reader->record : 1;
	reader->damage.records += left;
	reader->at = reader->block.length;
}

int recording_next(struct recording_reader *reader, struct record *out)
{
	while (!reader->ended) {
		size_t left = reader->block.length - reader->at;
		struct st_header header;
		int err;

		if (!left) {
			err = reader_block(reader);
			if (err)
				return err;
			continue;
		}
		err = decode_record(reader->bytes + reader->at, left, out);
		if (left >= sizeof(header))
			memcpy(&header, reader->bytes + reader->at, sizeof(header));
		if (left < sizeof(header) || header.size < sizeof(header) || header.size > left ||
		    err == -ENODATA) {
			reader_skip_block(reader);
			continue;
		}
		reader->at += header.size;
		reader->record++;
		if (!err)
			return 0;
		if (err == -ENOMSG)
			reader->damage.unknown++;
		else
			reader->damage.records++;
	}
	return 1;
}

const struct recording_damage *recording_damage(const struct recording_reader *reader)
{
	return &reader->damage;
}

uint64_t recording_damaged(const struct recording_reader *reader)
{
	const struct recording_damage *damage = &reader->damage;

	return damage->header + damage->blocks + damage->records;
}

const char *recording_missing(const struct recording_reader *reader)
{
	return reader->missing.len ? reader->missing.data : NULL;
}
