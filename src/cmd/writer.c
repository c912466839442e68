/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the thread and what it has not written yet; how much that may be is for others to say.
 */
#include "cmd/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/strbuf.h"

#define PIECE_BYTES (64 << 10) /* between two looks at how much is left */

struct writer {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t changed;
	struct strbuf waiting;
	size_t writing; /* bytes the thread has taken from there and not yet written */
	bool over; /* nothing more comes */
	int error; /* the first */
};

static int write_piece(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
	return 0;
}

static void written(struct writer *writer, size_t len, int error)
{
	pthread_mutex_lock(&writer->lock);
	writer->writing -= len;
	if (!writer->error)
		writer->error = error;
	pthread_mutex_unlock(&writer->lock);
}

static void write_batch(struct writer *writer, const struct strbuf *batch)
{
	const char *text = strbuf_text(batch);
	size_t left = batch->len, piece;
	int error = 0;

	for (; left; left -= piece, text += piece) {
		piece = left < PIECE_BYTES ? left : PIECE_BYTES;
		if (!error)
			error = write_piece(writer->fd, text, piece);
		written(writer, piece, error);
	}
}

/* What has come since the last batch; empty: nothing more comes. */
static void take_batch(struct writer *writer, struct strbuf *batch)
{
	struct strbuf taken;

	strbuf_reset(batch);
	pthread_mutex_lock(&writer->lock);
	while (!writer->waiting.len && !writer->over)
		pthread_cond_wait(&writer->changed, &writer->lock);
	taken = writer->waiting;
	writer->waiting = *batch;
	writer->writing = taken.len;
	pthread_mutex_unlock(&writer->lock);
	*batch = taken;
}

static void *write_on(void *context)
{
	struct writer *writer = context;
	struct strbuf batch = STRBUF_INIT;

	do {
		take_batch(writer, &batch);
		write_batch(writer, &batch);
	} while (batch.len);
	strbuf_release(&batch);
	return NULL;
}

/* Signals are for the thread that knows what to do then. */
static int start(struct writer *writer)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&writer->thread, NULL, write_on, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int writer_new(int fd, struct writer **out)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return -ENOMEM;
	writer->fd = fd;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
	r = start(writer);
	if (r)
		free(writer);
	else
		*out = writer;
	return r;
}

int writer_put(struct writer *writer, const char *text, size_t len)
{
	int r;

	pthread_mutex_lock(&writer->lock);
	r = writer->error;
	if (!r) {
		strbuf_append(&writer->waiting, text, len);
		r = writer->waiting.error;
	}
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	return r;
}

size_t writer_backlog(struct writer *writer)
{
	size_t bytes;

	pthread_mutex_lock(&writer->lock);
	bytes = writer->waiting.len + writer->writing;
	pthread_mutex_unlock(&writer->lock);
	return bytes;
}

int writer_free(struct writer **at)
{
	struct writer *writer = *at;
	int r;

	if (!writer)
		return 0;
	pthread_mutex_lock(&writer->lock);
	writer->over = true;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	r = writer->error;
	strbuf_release(&writer->waiting);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
	*at = NULL;
	return r;
}
