/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns these sentences. They claim no more than was read: a rise of the kernel's counts,
 * and how deep the queue was whenever somebody looked.
 */
#include "render/standing.h"

#include <assert.h>
#include <inttypes.h>

#include "base/units.h"
#include "render/text.h"
#include "render/verdict.h"

#define INDENT 8
#define WIDTH_MAX 100 /* longer lines are hard to read */

static const char *const counters[] = {
	[ST_COUNTER_LISTEN_OVERFLOWS] = "ListenOverflows",
	[ST_COUNTER_LISTEN_DROPS] = "ListenDrops",
	[ST_COUNTER_REQ_Q_FULL_DROP] = "TCPReqQFullDrop",
	[ST_COUNTER_REQ_Q_FULL_DO_COOKIES] = "TCPReqQFullDoCookies",
	[ST_COUNTER_SYNCOOKIES_SENT] = "SyncookiesSent",
	[ST_COUNTER_SYNCOOKIES_RECV] = "SyncookiesRecv",
	[ST_COUNTER_SYNCOOKIES_FAILED] = "SyncookiesFailed",
	[ST_COUNTER_DEFER_ACCEPT_DROP] = "TCPDeferAcceptDrop",
};
static_assert(sizeof(counters) / sizeof(counters[0]) == ST_COUNTER_MAX, "a counter has no name");

static void paragraph(const struct style *style, const struct strbuf *text, size_t indent,
		      struct strbuf *out)
{
	strbuf_add_blanks(out, indent);
	text_wrap(out, strbuf_text(text), indent,
		  style->width > WIDTH_MAX ? WIDTH_MAX : style->width);
}

static bool is_trouble(const struct standing *standing)
{
	return standing->drops || standing->full_ns;
}

static void headline(const struct style *style, const struct standing *standing, struct strbuf *out)
{
	bool tcp = standing->listener->protocol != PROTOCOL_UNIX;
	bool trouble = is_trouble(standing);

	strbuf_add(out, "\n  ");
	style_paint(style, standing->drops ? PAINT_FAIL : trouble ? PAINT_WAIT : PAINT_NONE, out);
	strbuf_add(out, style_glyph(style, trouble ? GLYPH_FAILED : GLYPH_GOOD));
	strbuf_add_char(out, ' ');
	if (standing->drops) {
		units_count(out, standing->drops);
		strbuf_printf(out, " segment%s dropped", standing->drops == 1 ? "" : "s");
	} else if (trouble) {
		strbuf_add(out, "the accept queue was full");
	} else {
		strbuf_add(out, tcp ? "no drops" : "not seen full");
	}
	style_paint(style, PAINT_NONE, out);
	strbuf_add(out, " in ");
	style_time(style, true, standing->watched_ns, out);
	strbuf_add_char(out, '\n');
}

static void depth_text(const struct style *style, const struct standing *standing,
		       struct strbuf *out)
{
	if (standing->full_ns) {
		strbuf_add(out, "The accept queue was seen full for ");
		style_time(style, true, standing->full_ns, out);
		strbuf_printf(out, ", %" PRIu32 " of %" PRIu32 " at most.", standing->depth_max,
			      standing->limit);
	} else {
		strbuf_printf(out,
			      "The accept queue was seen to hold at most %" PRIu32 " of %" PRIu32
			      "; shorter peaks may have been missed.",
			      standing->depth_max, standing->limit);
	}
	if (standing->drops)
		strbuf_add(out, " The drops are the kernel's own count of this socket (a last ACK "
				"dropped may count twice).");
}

static void standing_text(const struct style *style, const struct model *model,
			  const struct standing *standing, struct strbuf *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	verdict_listener(style, model, standing->listener, out);
	headline(style, standing, out);
	depth_text(style, standing, &text);
	paragraph(style, &text, INDENT, out);
	strbuf_add_char(out, '\n');
}

static void netns_text(const struct style *style, const struct netns *netns, bool alone,
		       struct strbuf *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	for (int i = 0; i < ST_COUNTER_MAX; i++) {
		uint64_t rise = netns_rise(netns, i);

		if (!rise)
			continue;
		strbuf_printf(&text, "%s%s +", text.len ? ", " : "", counters[i]);
		units_count(&text, rise);
	}
	if (!text.len)
		return;
	strbuf_add(out, "Counters of the network namespace");
	if (!alone)
		strbuf_printf(out, " %" PRIu32, netns->inum);
	strbuf_add(out, ":\n  ");
	text_wrap(out, strbuf_text(&text), 2, style->width);
}

void standings_text(const struct style *style, const struct model *model,
		    const struct standings *standings, bool all, struct strbuf *out)
{
	struct strbuf unknown strbuf_cleanup = STRBUF_INIT;
	size_t quiet = 0;

	vec_each (standing, standings) {
		if (all || is_trouble(standing))
			standing_text(style, model, standing, out);
		else
			quiet++;
	}
	if (quiet)
		strbuf_printf(out, "%zu listener%s without drops\n\n", quiet,
			      quiet == 1 ? "" : "s");
	vec_each (netns, &model->netnses)
		netns_text(style, *netns, model->netnses.len == 1, out);
	strbuf_add(&unknown,
		   "No verdict: whom the kernel turned away, how long clients waited, and "
		   "whether the backlog or the server is to blame cannot be known "
		   "without privileges.");
	paragraph(style, &unknown, 0, out);
}
