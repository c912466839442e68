/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the layout of verdicts. The sentences are analyze's; names in them are escaped here.
 */
#include "render/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyze/residue.h"
#include "base/units.h"
#include "render/escape.h"
#include "render/sentence.h"
#include "render/text.h"

#define NS_PER_S 1000000000LL
#define BODY_INDENT 8
#define WIDTH_MAX 100 /* longer lines are hard to read */
#define ALIKE_MAX 3 /* findings of one rule of a listener that are told in full */
#define HOSTS_MAX 3

static size_t width_of(const struct style *style)
{
	return style->width > WIDTH_MAX ? WIDTH_MAX : style->width;
}

/* Escaped, and with the characters the style allows. */
static void plain_add(const struct style *style, const char *text, struct strbuf *out)
{
	static const char micro[] = "µ";
	const char *at;

	while (style->ascii && (at = strstr(text, micro))) {
		escape_terminal(out, text, at - text, true);
		strbuf_add_char(out, 'u');
		text = at + strlen(micro);
	}
	escape_terminal(out, text, strlen(text), style->ascii);
}

/* A character that stands for a blank at which no line is to be broken; escaping leaves none. */
#define GLUE '\x1f'

static void swap_chars(char *text, size_t len, char from, char to)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == from)
			text[i] = to;
}

/* whole: a part of text that is to stay in one line, where it fits; NULL: none. */
static void paragraph(const struct style *style, const char *text, const char *whole,
		      struct strbuf *out)
{
	struct strbuf escaped strbuf_cleanup = STRBUF_INIT;
	size_t start = out->len;
	char *part;

	plain_add(style, text, &escaped);
	part = whole && escaped.data ? strstr(escaped.data, whole) : NULL;
	if (part)
		swap_chars(part, strlen(whole), ' ', GLUE);
	text_wrap(out, strbuf_text(&escaped), BODY_INDENT, width_of(style));
	if (out->data)
		swap_chars(out->data + start, out->len - start, GLUE, ' ');
}

static void indent(struct strbuf *out)
{
	strbuf_add_blanks(out, BODY_INDENT);
}

static void clock_add(const struct capture *capture, int64_t t_ns, struct strbuf *out)
{
	uint64_t now_ns = capture->started_at_ns + t_ns;
	time_t second = now_ns / NS_PER_S;
	char text[16];
	struct tm local;

	localtime_r(&second, &local);
	strftime(text, sizeof(text), "%H:%M:%S", &local);
	strbuf_printf(out, "%s.%u", text, (unsigned)(now_ns % NS_PER_S / (NS_PER_S / 10)));
}

static void title(const struct style *style, const struct capture *capture,
		  const struct finding *finding, struct strbuf *out)
{
	bool good = finding->rule == RULE_HEALTHY;

	strbuf_add(out, "  ");
	style_paint(style,
		    finding->severity == SEVERITY_CRITICAL  ? PAINT_FAIL
		    : finding->severity == SEVERITY_WARNING ? PAINT_WAIT
							    : PAINT_DIM,
		    out);
	strbuf_add(out, style_glyph(style, good ? GLYPH_GOOD : GLYPH_FAILED));
	strbuf_printf(out, " %s", rule_text(finding->rule));
	style_paint(style, PAINT_NONE, out);
	strbuf_add(out, "   ");
	clock_add(capture, finding->start_ns, out);
	strbuf_add(out, " to ");
	clock_add(capture, finding->end_ns, out);
	strbuf_add(out, " (");
	style_time(style, true, finding->end_ns - finding->start_ns, out);
	strbuf_add(out, finding->complete ? ")\n" : ", incomplete: events were lost)\n");
}

static void advice_add(const struct style *style, const struct advice *advice, struct strbuf *out)
{
	size_t start = out->len;

	strbuf_add(out, "      ");
	strbuf_add(out, style_glyph(style, GLYPH_TO));
	text_pad(out, start, BODY_INDENT);
	if (style->ascii)
		strbuf_add_char(out, ' ');
	paragraph(style, advice->text, advice->command, out);
	if (!advice->command || strstr(advice->text, advice->command))
		return;
	indent(out);
	style_paint(style, PAINT_TITLE, out);
	plain_add(style, advice->command, out);
	style_paint(style, PAINT_NONE, out);
	strbuf_add_char(out, '\n');
}

struct host {
	const struct address *address;
	uint64_t syns;
};

static int host_by_address(const void *a, const void *b)
{
	const struct host *x = a, *y = b;

	return x->address->family != y->address->family
		       ? x->address->family - y->address->family
		       : memcmp(x->address->bytes, y->address->bytes, sizeof(x->address->bytes));
}

static int host_by_syns(const void *a, const void *b)
{
	const struct host *x = a, *y = b;

	return x->syns != y->syns ? (x->syns < y->syns) - (x->syns > y->syns)
				  : host_by_address(a, b);
}

static void hosts_add(const struct style *style, const struct finding *finding, struct strbuf *out)
{
	const struct listener *listener = finding->listener;
	struct host *hosts = calloc(listener->dropped_peers.len + 1, sizeof(*hosts));
	size_t n = 0, kept = 0;

	vec_each (peer, &listener->dropped_peers)
		if (hosts && peer->last_ns >= finding->start_ns &&
		    peer->first_ns <= finding->end_ns && peer->address.family != FAMILY_UNIX)
			hosts[n++] = (struct host){&peer->address, peer->syns};
	if (n)
		qsort(hosts, n, sizeof(*hosts), host_by_address);
	for (size_t i = 0; i < n; i++) {
		if (kept && !host_by_address(&hosts[kept - 1], &hosts[i]))
			hosts[kept - 1].syns += hosts[i].syns;
		else
			hosts[kept++] = hosts[i];
	}
	if (kept > 1)
		qsort(hosts, kept, sizeof(*hosts), host_by_syns);
	if (kept > 1 && hosts[0].syns > 1) {
		struct strbuf text strbuf_cleanup = STRBUF_INIT;

		for (size_t i = 0; i < kept && i < HOSTS_MAX; i++) {
			strbuf_add(&text, i ? ", " : "most dropped: ");
			address_print_ip(hosts[i].address, &text);
			strbuf_printf(&text, " %" PRIu64 "%s", hosts[i].syns,
				      style_glyph(style, GLYPH_TIMES));
		}
		if (kept > HOSTS_MAX)
			strbuf_printf(&text, ", %zu more host%s", kept - HOSTS_MAX,
				      kept == HOSTS_MAX + 1 ? "" : "s");
		indent(out);
		text_wrap(out, strbuf_text(&text), BODY_INDENT, width_of(style));
	}
	free(hosts);
}

void verdict_finding(const struct style *style, const struct capture *capture,
		     const struct finding *finding, struct strbuf *out)
{
	title(style, capture, finding, out);
	vec_each (sentence, &finding->sentences) {
		indent(out);
		paragraph(style, *sentence, NULL, out);
	}
	vec_each (exclusion, &finding->excluded) {
		struct strbuf text strbuf_cleanup = STRBUF_INIT;

		strbuf_printf(&text, "Not %s: %s.", rule_text(exclusion->rule), exclusion->because);
		indent(out);
		paragraph(style, strbuf_text(&text), NULL, out);
	}
	if (finding->contributing.len) {
		struct strbuf text strbuf_cleanup = STRBUF_INIT;

		vec_each (rule, &finding->contributing)
			strbuf_printf(&text, "%s%s",
				      rule == finding->contributing.items ? "Also true: " : ", ",
				      rule_text(*rule));
		indent(out);
		strbuf_add_char(&text, '.');
		paragraph(style, strbuf_text(&text), NULL, out);
	}
	vec_each (advice, &finding->advice)
		advice_add(style, advice, out);
	hosts_add(style, finding, out);
}

static void owners_add(const struct style *style, const struct listener *listener,
		       struct strbuf *out)
{
	const struct owner *owner = listener->owners.items;

	if (!listener->owners.len)
		return;
	strbuf_add(out, "  ");
	sentence_who(style, process_comm(owner->process), owner->process->pid, 0, out);
	if (owner->fd >= 0)
		strbuf_printf(out, " fd %d", owner->fd);
	if (listener->owners.len > 1)
		strbuf_printf(out, " +%zu", listener->owners.len - 1);
}

static void backlog_add(const struct model *model, const struct listener *listener,
			struct strbuf *out)
{
	int64_t somaxconn = listener->somaxconn;

	vec_each (netns, &model->netnses)
		if ((*netns)->inum == listener->netns && (*netns)->somaxconn >= 0)
			somaxconn = (*netns)->somaxconn;
	strbuf_printf(out, "backlog %" PRIu32 " (", listener->effective);
	if (listener->requested != REQUESTED_UNKNOWN)
		strbuf_printf(out, "asked for %" PRId64, listener->requested);
	else
		strbuf_add(out, "what it asked for was not seen");
	if (somaxconn)
		strbuf_printf(out, ", somaxconn %" PRId64, somaxconn);
	strbuf_add_char(out, ')');
}

void verdict_listener(const struct style *style, const struct model *model,
		      const struct listener *listener, struct strbuf *out)
{
	struct strbuf backlog strbuf_cleanup = STRBUF_INIT;
	size_t start = out->len, width;

	style_paint(style, PAINT_TITLE, out);
	strbuf_printf(out, "%s ", protocol_text(listener->protocol));
	style_address(style, &listener->address, out);
	style_paint(style, PAINT_NONE, out);
	owners_add(style, listener, out);
	backlog_add(model, listener, &backlog);
	/* beside the listener where there is room, else below it */
	width = text_width(strbuf_text(out) + start, out->len - start) + 3 + backlog.len;
	strbuf_add(out, width > style->width ? "\n    " : "   ");
	strbuf_add(out, strbuf_text(&backlog));
	strbuf_add_char(out, '\n');
}

/* What the findings cannot know of: what came before the trace looked there, say. */
static void residue_add(const struct style *style, const struct model *model,
			const struct listener *listener, struct strbuf *out)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;
	int64_t residue;

	if (!residue_of(model, listener, &residue) || residue <= 0)
		return;
	strbuf_add(&text, "The kernel counted ");
	units_count(&text, residue);
	strbuf_printf(&text, " more drop%s here than were seen one by one: what is said below does "
			     "not reckon with %s.",
		      residue == 1 ? "" : "s", residue == 1 ? "it" : "them");
	strbuf_add_blanks(out, 4);
	style_paint(style, PAINT_WAIT, out);
	text_wrap(out, strbuf_text(&text), 4, style->width);
	strbuf_truncate(out, out->len - 1);
	style_paint(style, PAINT_NONE, out);
	strbuf_add_char(out, '\n');
}

/* Of one listener: those after the third of a rule are only counted. */
static void listener_add(const struct style *style, const struct model *model,
			 const struct finding *findings, size_t n, struct strbuf *out)
{
	size_t told[RULE_MAX] = {0};

	verdict_listener(style, model, findings->listener, out);
	residue_add(style, model, findings->listener, out);
	for (size_t i = 0; i < n; i++) {
		if (told[findings[i].rule]++ >= ALIKE_MAX)
			continue;
		strbuf_add_char(out, '\n');
		verdict_finding(style, &model->capture, &findings[i], out);
	}
	for (int rule = 0; rule < RULE_MAX; rule++)
		if (told[rule] > ALIKE_MAX)
			strbuf_printf(out, "\n  and %zu more episodes of %s\n",
				      told[rule] - ALIKE_MAX, rule_text(rule));
	strbuf_add_char(out, '\n');
}

struct group {
	const struct finding *first;
	size_t n;
	uint8_t severity;
};

static int group_compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->severity != y->severity)
		return y->severity - x->severity;
	return (x->first > y->first) - (x->first < y->first);
}

int verdicts(const struct style *style, const struct model *model, const struct findings *findings,
	     bool healthy, struct strbuf *out)
{
	struct group *groups = calloc(findings->len + 1, sizeof(*groups));
	size_t n = 0, quiet = 0;

	if (!groups)
		return -ENOMEM;
	vec_each (finding, findings) {
		struct group *last = n ? &groups[n - 1] : NULL;

		if (!last || last->first->listener != finding->listener)
			groups[n++] = (struct group){finding, 0, 0}, last = &groups[n - 1];
		last->n++;
		if (finding->severity > last->severity)
			last->severity = finding->severity;
	}
	qsort(groups, n, sizeof(*groups), group_compare);
	for (size_t i = 0; i < n; i++) {
		if (healthy || groups[i].severity > SEVERITY_INFO)
			listener_add(style, model, groups[i].first, groups[i].n, out);
		else
			quiet++;
	}
	free(groups);
	if (quiet)
		strbuf_printf(out, "%zu listener%s healthy\n\n", quiet, quiet == 1 ? "" : "s");
	return 0;
}
