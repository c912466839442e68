/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Picks what to draw; the drawing is render's.
 */
#include "cmd/report.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "base/units.h"
#include "render/call_summary.h"
#include "render/flowchart.h"
#include "render/flowchart_svg.h"
#include "render/flowchart_text.h"
#include "render/sentence.h"
#include "render/timeline.h"

#define MAX_LONE_SOCKETS 10

/* The first one on which something happened, or the first one. NULL: there is none. */
static const struct connection *first_used(const struct model *model)
{
	vec_each (at, &model->connections)
		if ((*at)->events.len)
			return *at;
	return model->connections.len ? model->connections.items[0] : NULL;
}

/* Connections on which nothing happened: they were there before, such as a server's to its own
 * workers. */
static size_t count_unused(const struct model *model)
{
	size_t n = 0;

	vec_each (at, &model->connections)
		n += !(*at)->events.len;
	return n;
}

/* All that was seen happened on one. */
static bool is_of_one(const struct model *model)
{
	return model->connections.len == 1 ||
	       (model->connections_seen == model->connections.len &&
		count_unused(model) + 1 == model->connections.len);
}

/* The connection to draw by itself; NULL: draw the many. */
static const struct connection *pick(const struct options *options, const struct model *model)
{
	if (options->connection)
		return model_connection(model, options->connection);
	return options->flowchart || is_of_one(model) ? first_used(model) : NULL;
}

/* Beside the one that is drawn. */
static void mention_unused(const struct model *model, struct strbuf *out)
{
	size_t others = model->connections.len - 1;

	if (!others || !is_of_one(model))
		return;
	strbuf_add(out, "\n");
	units_count(out, others);
	strbuf_add(out, others == 1 ? " more connection was" : " more connections were");
	strbuf_add(out, " open, and nothing happened there\n");
}

static int no_such_connection(const struct options *options)
{
	return log_err_r(-ENOENT, "there is no connection #%" PRIu64 " here", options->connection);
}

static int draw(const struct style *style, struct flowchart *chart, int r, struct strbuf *out)
{
	if (r)
		return r;
	if (out->len)
		strbuf_add_char(out, '\n');
	flowchart_text(style, chart, out);
	flowchart_release(chart);
	return 0;
}

static int draw_connection(const struct style *style, const struct connection *connection,
			   struct strbuf *out)
{
	struct flowchart chart;

	return draw(style, &chart, flowchart_of_connection(style, connection, &chart), out);
}

/* Sockets that led to no connection often tell why: a bind() to a taken port. */
static int draw_lone(const struct style *style, const struct model *model, struct strbuf *out)
{
	size_t drawn = 0;
	int r = 0;

	for (size_t i = 0; i < model->listeners.len && !r && !model->connections_seen; i++) {
		const struct listener *listener = model->listeners.items[i];
		struct flowchart chart;

		if ((listener->events.len || listener->waiting_accept.count) &&
		    drawn++ < MAX_LONE_SOCKETS)
			r = draw(style, &chart, flowchart_of_listener(style, listener, &chart),
				 out);
	}
	for (size_t i = 0; i < model->sockets.len && !r; i++) {
		const struct socket *socket = model->sockets.items[i];
		struct flowchart chart;

		if (!model_socket_shown(socket) || !socket->events.len ||
		    (model->connections_seen && !socket->last_err))
			continue;
		if (drawn++ < MAX_LONE_SOCKETS)
			r = draw(style, &chart, flowchart_of_socket(style, socket, &chart), out);
	}
	if (drawn > MAX_LONE_SOCKETS)
		strbuf_printf(out, "%zu more sockets without a connection are not drawn\n",
			      drawn - MAX_LONE_SOCKETS);
	return r;
}

int report_write(const struct options *options, const struct model *model, FILE *out)
{
	const struct connection *one = pick(options, model);
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct style style;
	int r = 0;

	style_init(&style, fileno(out), options->color, options->ascii);
	if (options->connection && !one)
		return no_such_connection(options);
	if (one)
		r = draw_connection(&style, one, &text);
	else if (model->connections.len)
		r = timeline(&style, model, &text);
	if (one && !options->connection)
		mention_unused(model, &text);
	if (!r && !options->connection)
		r = draw_lone(&style, model, &text);
	if (!r && !text.len)
		strbuf_add(&text, "No socket call was seen.\n");
	if (!r) {
		strbuf_add_char(&text, '\n');
		sentence_completeness(&style, &model->capture, &text);
		strbuf_add_char(&text, '\n');
	}
	if (r || text.error)
		return r ? r : text.error;
	if (fwrite(strbuf_text(&text), 1, text.len, out) != text.len || fflush(out))
		return -errno;
	return 0;
}

int report_calls(const struct options *options, const struct call_stats *stats,
		 const struct model *model, FILE *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct style style;

	style_init(&style, fileno(out), options->color, options->ascii);
	call_summary(&style, stats, &model->capture, &text);
	if (text.error)
		return text.error;
	return fwrite(strbuf_text(&text), 1, text.len, out) != text.len || fflush(out) ? -errno : 0;
}

int report_svg(const struct options *options, const struct model *model, FILE *out)
{
	const struct connection *one = pick(options, model);
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	struct style style = {.width = 100};
	struct flowchart chart;
	int r;

	if (options->connection && !one)
		return no_such_connection(options);
	if (!one)
		one = first_used(model);
	if (!one)
		return log_err_r(-ENOENT, "there is no connection to draw");
	r = flowchart_of_connection(&style, one, &chart);
	if (r)
		return r;
	flowchart_svg(&chart, &text);
	flowchart_release(&chart);
	if (text.error)
		return text.error;
	return fwrite(strbuf_text(&text), 1, text.len, out) != text.len || fflush(out) ? -errno : 0;
}
