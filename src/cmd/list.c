/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace list: who listens where now, and how their queues stand. One look, by what
 * anybody may ask; root sees more of the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/netns_visit.h"
#include "capture/unprivileged.h"
#include "cmd/cmd.h"
#include "cmd/feed.h"
#include "render/list.h"
#include "render/ndjson.h"

static uint32_t own_netns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	uint32_t inum = fd < 0 ? 0 : netns_inum(fd);

	if (fd >= 0)
		close(fd);
	return inum;
}

static int print_lines(struct model *model)
{
	struct ndjson writer;

	ndjson_init(&writer, stdout, &model->capture);
	vec_each (process, &model->processes)
		ndjson_process(&writer, *process);
	vec_each (listener, &model->listeners)
		ndjson_listener(&writer, *listener);
	ndjson_end_line(&writer);
	return ndjson_release(&writer);
}

static int print_table(const struct options *options, const struct model *model, bool hidden)
{
	struct list_options how = {
		.clip = isatty(STDOUT_FILENO), .netns = own_netns(), .hidden = hidden};
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct style style;
	int r;

	style_init(&style, STDOUT_FILENO, options->color, options->ascii);
	r = list(&style, model, &how, &text);
	if (!r && (fwrite(strbuf_text(&text), 1, text.len, stdout) != text.len || fflush(stdout)))
		r = -errno;
	return r;
}

int cmd_list(const struct options *options)
{
	struct model *model;
	bool hidden = false;
	int r = model_new(&model, NULL);

	if (r)
		return STATUS_FAILED;
	r = unprivileged_look(&options->source, feed_record, model, &hidden);
	if (!r) {
		model_finish(model);
		r = options->json ? print_lines(model) : print_table(options, model, hidden);
		if (r)
			log_err("cannot write to standard output: %s", strerror(-r));
	}
	if (!r && hidden)
		log_warn("other users' processes and network namespaces are hidden from us: "
			 "as root, their listeners show too, with owners");
	model_free(&model);
	return r ? STATUS_FAILED : STATUS_OK;
}
