/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the block being filled and the file it goes to; knows nothing of what
 * records mean beyond their frame.
 */
#include "capture/recording_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/recording_format.h"
#include "socktrace/record.h"

struct recording_writer {
	char *path;
	int fd;
	int error; /* 0, or the -errno that ended it */
	uint64_t bytes;
	uint64_t records;
	struct recording_block block; /* the present one */
	unsigned char buffer[sizeof(struct recording_block) + RECORDING_BLOCK_BYTES];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What the failed write left behind would read as a damaged block. */
static void writer_cut_back(const struct recording_writer *writer, size_t partial)
{
	struct stat st;
	off_t end = lseek(writer->fd, 0, SEEK_CUR);

	if (!partial || fstat(writer->fd, &st) || !S_ISREG(st.st_mode) || end < (off_t)partial)
		return;
	if (ftruncate(writer->fd, end - partial))
		log_warn("%s: its last block is not whole: %s", writer->path, strerror(errno));
}

static int writer_fail(struct recording_writer *writer, int error, size_t partial)
{
	const char *remedy = "record to another place with -o";

	writer_cut_back(writer, partial);
	writer->error = error;
	if (error == -EPIPE)
		return log_err_r(error, "cannot write %s: its reader has closed the pipe",
				 writer->path);
	if (error == -ENOSPC || error == -EDQUOT)
		remedy = "free some space, or record to another place with -o";
	else if (error == -EFBIG)
		remedy = "raise the file size limit (ulimit -f), or record to another place";
	if (writer->bytes <= sizeof(struct recording_header))
		return log_err_r(error, "cannot write %s: %s; nothing is recorded; %s",
				 writer->path, strerror(-error), remedy);
	return log_err_r(error, "cannot write %s: %s; its first %llu bytes read back; %s",
			 writer->path, strerror(-error), (unsigned long long)writer->bytes,
			 remedy);
}

static int writer_write(struct recording_writer *writer, const void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(writer->fd, (const char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return writer_fail(writer, -errno, done);
		done += n;
	}
	writer->bytes += len;
	return 0;
}

static int writer_header(struct recording_writer *writer)
{
	struct recording_header header = {
		.version = RECORDING_VERSION,
		.byte_order = RECORDING_BYTE_ORDER,
		.size = sizeof(header),
		.started_at_ns = clock_ns(CLOCK_REALTIME),
		.started_mono_ns = clock_ns(CLOCK_MONOTONIC),
	};

	memcpy(header.magic, RECORDING_MAGIC, sizeof(header.magic));
	header.crc = recording_header_crc(&header);
	return writer_write(writer, &header, sizeof(header));
}

static int writer_open(const char *path)
{
	int fd;

	if (!strcmp(path, "-")) {
		if (isatty(STDOUT_FILENO))
			return log_err_r(-EINVAL, "a recording is no text for a terminal: "
						  "name a file with -o, or redirect stdout");
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return log_err_r(-errno, "cannot write %s: %s; name another file with -o", path,
				 strerror(errno));
	return fd;
}

int recording_create(const char *path, struct recording_writer **out)
{
	struct recording_writer *writer = calloc(1, sizeof(*writer));
	int err = -ENOMEM;

	if (!writer)
		return log_err_r(err, "out of memory");
	writer->fd = -1;
	writer->path = strdup(strcmp(path, "-") ? path : "stdout");
	if (!writer->path) {
		log_err("out of memory");
		goto fail;
	}
	writer->fd = err = writer_open(path);
	if (err < 0)
		goto fail;
	err = writer_header(writer);
	if (err)
		goto fail;
	*out = writer;
	return 0;
fail:
	if (writer->fd >= 0)
		close(writer->fd);
	free(writer->path);
	free(writer);
	return err;
}

int recording_flush(struct recording_writer *writer)
{
	struct recording_block *block = &writer->block;
	int err;

	if (writer->error || !block->length)
		return writer->error;
	block->magic = RECORDING_BLOCK_MAGIC;
	block->crc = recording_block_crc(block, writer->buffer + sizeof(*block));
	memcpy(writer->buffer, block, sizeof(*block));
	err = writer_write(writer, writer->buffer, sizeof(*block) + block->length);
	block->sequence++;
	block->length = block->records = 0;
	return err;
}

int recording_write(struct recording_writer *writer, const void *record, size_t len)
{
	struct recording_block *block = &writer->block;
	struct st_header header;

	if (writer->error)
		return writer->error;
	if (len < sizeof(header) || len % 8)
		return log_err_r(-EBADMSG, "a record of %zu bytes: report this", len);
	memcpy(&header, record, sizeof(header));
	if (header.size != len)
		return log_err_r(-EBADMSG, "a record of %zu bytes that says %u: report this", len,
				 header.size);
	if (block->length + len > RECORDING_BLOCK_BYTES && recording_flush(writer))
		return writer->error;
	memcpy(writer->buffer + sizeof(*block) + block->length, record, len);
	block->length += len;
	block->records++;
	writer->records++;
	return 0;
}

int recording_close(struct recording_writer **writer)
{
	struct recording_writer *w = *writer;
	int err = recording_flush(w);

	/* a network file system may tell of a full disk only now */
	if (close(w->fd) && !err)
		err = log_err_r(-errno, "cannot write %s: %s", w->path, strerror(errno));
	free(w->path);
	free(w);
	*writer = NULL;
	return err;
}

uint64_t recording_bytes(const struct recording_writer *writer)
{
	return writer->bytes;
}

uint64_t recording_records(const struct recording_writer *writer)
{
	return writer->records;
}
