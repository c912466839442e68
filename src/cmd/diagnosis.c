/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Joins analyze to render; judges nothing itself.
 */
#include "cmd/diagnosis.h"

#include <string.h>
#include <unistd.h>

#include "analyze/residue.h"
#include "cmd/cmd.h"
#include "render/sentence.h"
#include "render/standing.h"
#include "render/verdict.h"

#define LOOK_NS 1000000000LL

void diagnosis_init(struct diagnosis *diagnosis, const struct options *options,
		    const struct model *model)
{
	*diagnosis = (struct diagnosis){.options = options, .model = model};
	style_init(&diagnosis->style, STDOUT_FILENO, options->color, options->ascii);
}

int diagnosis_tick(struct diagnosis *diagnosis, int64_t now_ns, struct outputs *outputs,
		   struct strbuf *out)
{
	const struct model *model = diagnosis->model;
	int64_t t_ns = now_ns - (int64_t)model->capture.started_mono_ns;
	struct findings findings;
	int r;

	if (!model->capture.started_mono_ns || t_ns < diagnosis->checked_ns + LOOK_NS)
		return 0;
	r = findings_ended(model, diagnosis->checked_ns, t_ns, &findings);
	diagnosis->checked_ns = t_ns;
	if (r)
		return r;
	vec_each (finding, &findings) {
		outputs_finding(outputs, finding);
		if (!out)
			continue;
		verdict_listener(&diagnosis->style, model, finding->listener, out);
		verdict_finding(&diagnosis->style, &model->capture, finding, out);
		strbuf_add_char(out, '\n');
	}
	findings_release(&findings);
	return 0;
}

/* Nobody was seen to be turned away, but nothing here could have seen it. */
static bool blind(const struct model *model)
{
	vec_each (listener, &model->listeners)
		if ((*listener)->protocol == PROTOCOL_TCP && !(*listener)->drops_seen)
			return true;
	return false;
}

/* More were dropped than were seen. */
static bool misses_drops(const struct model *model)
{
	int64_t residue;

	vec_each (listener, &model->listeners)
		if (residue_of(model, *listener, &residue) && residue > 0)
			return true;
	return false;
}

/* Nothing but readings: the low-privilege source. */
static bool only_read(const struct model *model)
{
	vec_each (listener, &model->listeners)
		if (!(*listener)->polled)
			return false;
	return model->listeners.len;
}

static int report_standings(struct diagnosis *diagnosis, bool all, struct strbuf *out)
{
	struct standings standings;
	int r = standings_of(diagnosis->model, &standings);

	diagnosis->unsure = true;
	if (r)
		return r;
	standings_text(&diagnosis->style, diagnosis->model, &standings, all, out);
	vec_release(&standings);
	return out->error;
}

int diagnosis_report(struct diagnosis *diagnosis, bool all, struct strbuf *out)
{
	const struct model *model = diagnosis->model;
	bool untold = capture_left_out(&model->capture, ST_CALL_ACCEPT);
	struct findings findings;
	int r;

	if (only_read(model))
		return report_standings(diagnosis, all, out);
	r = findings_of(model, &findings);
	if (r)
		return r;
	diagnosis->unsure = capture_lost(&model->capture) || blind(model) || misses_drops(model) ||
			    untold;
	vec_each (finding, &findings) {
		if (finding->severity > diagnosis->worst)
			diagnosis->worst = finding->severity;
		diagnosis->unsure |= !finding->complete;
	}
	if (all && !model->listeners.len)
		strbuf_add(out, "No listening socket was seen.\n\n");
	else if (all && untold)
		strbuf_add(out, "accept() was left out (-e): what fills a queue cannot be told."
				"\n\n");
	if (all || diagnosis->worst > SEVERITY_INFO)
		r = verdicts(&diagnosis->style, model, &findings, all, out);
	if (all) {
		sentence_completeness(&diagnosis->style, &model->capture, out);
		strbuf_add_char(out, '\n');
	}
	findings_release(&findings);
	return r ? r : out->error;
}

int diagnosis_status(const struct diagnosis *diagnosis)
{
	if (!diagnosis->options->exit_code)
		return STATUS_OK;
	if (diagnosis->worst > SEVERITY_INFO)
		return STATUS_FOUND;
	return diagnosis->unsure ? STATUS_UNSURE : STATUS_OK;
}
