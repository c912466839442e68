/* SPDX-License-Identifier: BSD-2-Clause
 *
 * acceptor-starved: the thread that accepts would have run, but was not let: by its cgroup's
 * quota or freezer, by a signal, by others on its CPUs.
 */
#include <inttypes.h>

#include "analyze/limits.h"
#include "analyze/rules.h"

#define NS_PER_US 1000

/* It did not get the CPU it wanted; where it would have worked long on each client anyway, that
 * alone is no excuse. */
bool facts_held(const struct facts *facts)
{
	const struct acceptance *acceptance = &facts->acceptance;
	int64_t held_ns = acceptance->stopped_ns + acceptance->frozen_ns + acceptance->runnable_ns;
	bool works_long = acceptance->running_ns >= SLOW_NS * (int64_t)(facts->accepted + 1);

	if (!acceptance->elsewhere_ns || acceptance->elsewhere_ns * 2 < facts_duration_ns(facts))
		return false;
	return held_ns * 5 >= acceptance->elsewhere_ns * (works_long ? 4 : 3);
}

/* Somebody stopped it, or froze its cgroup: the CPUs are not what it wants for. */
static bool stands_still(const struct acceptance *acceptance)
{
	return acceptance->stopped_ns + acceptance->frozen_ns > acceptance->runnable_ns;
}

static bool fits(const struct facts *facts)
{
	return facts_held(facts);
}

static void tell_evidence(const struct facts *facts, const struct held_back *held,
			  struct finding *finding)
{
	bool limited = held->known && held->quota_ns;

	tell_number(finding, "stopped_ns", facts->acceptance.stopped_ns);
	tell_number(finding, "frozen_ns", facts->acceptance.frozen_ns);
	tell_time(finding, "cpu_quota_ns", limited ? held->quota_ns : TIME_UNKNOWN);
	tell_time(finding, "cpu_period_ns", limited ? held->period_ns : TIME_UNKNOWN);
	tell_time(finding, "cpu_periods", held->known ? (int64_t)held->periods : TIME_UNKNOWN);
	tell_time(finding, "cpu_periods_throttled",
		  held->known ? (int64_t)held->throttled : TIME_UNKNOWN);
	tell_time(finding, "cpu_throttled_ns", held->known ? held->throttled_ns : TIME_UNKNOWN);
}

static void tell_quota(const struct process *owner, const struct held_back *held,
		       struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (!held->known || !owner->cpu_cgroup)
		return;
	if (!held->quota_ns) {
		tell_sentence(finding, "No CPU quota is set for its cgroup, %s.",
			      owner->cpu_cgroup);
		return;
	}
	strbuf_printf(&text, "The cgroup %s may have ", owner->cpu_cgroup);
	tell_span(&text, held->quota_ns);
	strbuf_add(&text, " of CPU time in each ");
	tell_span(&text, held->period_ns);
	if (held->throttled) {
		strbuf_printf(&text, "; it was throttled in %" PRIu64 " of %" PRIu64 " periods",
			      held->throttled, held->periods);
		if (held->throttled_ns) {
			strbuf_add(&text, ", in all for ");
			tell_span(&text, held->throttled_ns);
		}
	} else {
		strbuf_add(&text, "; it was not seen throttled");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
}

/* Twice the present quota, and no less than the thread by itself would have run, rounded up to
 * a twentieth of the period; in µs. */
static int64_t proposed_quota_us(const struct facts *facts, const struct held_back *held)
{
	const struct acceptance *acceptance = &facts->acceptance;
	double share = acceptance->elsewhere_ns
			       ? (double)(acceptance->running_ns + acceptance->runnable_ns) /
					 (double)acceptance->elsewhere_ns
			       : 0;
	int64_t wanted_us = (int64_t)(share * (double)held->period_ns) / NS_PER_US;
	int64_t twice_us = 2 * (held->quota_ns / NS_PER_US);
	int64_t step_us = held->period_ns / NS_PER_US / 20;

	if (wanted_us < twice_us)
		return twice_us;
	return step_us ? (wanted_us + step_us - 1) / step_us * step_us : wanted_us;
}

/* A folder's name may be anything; within quotes it is safe to type if it has none itself. */
static bool can_be_quoted(const char *path)
{
	for (const char *at = path; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\'' || *at == 0x7f)
			return false;
	return true;
}

static void advise_quota(const struct facts *facts, const struct process *owner,
			 const struct held_back *held, struct finding *finding)
{
	int64_t proposed_us = proposed_quota_us(facts, held);
	int64_t period_us = held->period_ns / NS_PER_US;
	bool v2 = owner->cpu_cgroup_version == 2;
	struct advice *advice = tell_advice(
		finding, "raise the CPU quota",
		"Raise the CPU quota of that cgroup (%s), or have the server do with less.",
		v2 ? "cpu.max; of a systemd unit CPUQuota=" : "cpu.cfs_quota_us");

	if (!advice)
		return;
	tell_into(finding, &advice->present, "%" PRId64 " %" PRId64, held->quota_ns / NS_PER_US,
		  period_us);
	tell_into(finding, &advice->proposed, "%" PRId64 " %" PRId64, proposed_us, period_us);
	if (!can_be_quoted(owner->cpu_cgroup))
		return;
	if (v2)
		tell_into(finding, &advice->command, "echo %" PRId64 " %" PRId64 " > '%s/cpu.max'",
			  proposed_us, period_us, owner->cpu_cgroup);
	else
		tell_into(finding, &advice->command, "echo %" PRId64 " > '%s/cpu.cfs_quota_us'",
			  proposed_us, owner->cpu_cgroup);
}

static void advise_continue(const struct process *owner, struct finding *finding)
{
	struct advice *advice = tell_advice(
		finding, "continue it",
		"Find who stopped it (a signal, a debugger) and continue it: kill -CONT %u.",
		owner ? owner->pid : 0);

	if (advice && owner)
		tell_into(finding, &advice->command, "kill -CONT %u", owner->pid);
}

static void advise(const struct facts *facts, const struct process *owner,
		   const struct held_back *held, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;

	if (stands_still(acceptance) && acceptance->stopped_ns >= acceptance->frozen_ns)
		advise_continue(owner, finding);
	else if (stands_still(acceptance))
		tell_advice(finding, "thaw it",
			    "Its cgroup is frozen: find who froze it (cgroup.freeze) and thaw it.");
	else if (held->throttled && owner->cpu_cgroup)
		advise_quota(facts, owner, held, finding);
	else if (held->known)
		tell_advice(finding, "give it CPU time",
			    "Others took its CPUs: move them elsewhere, or give the server a "
			    "larger share (cpu.weight, nice).");
	else
		tell_advice(finding, "give it CPU time",
			    "Raise its cgroup's CPU quota (cpu.max; cpu.stat counts the times it "
			    "was throttled), or take other load off its CPUs.");
}

static void tell(const struct facts *facts, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;
	const struct process *owner = facts_owner(facts);
	struct held_back held = {0};

	if (owner)
		held = limits_of_cpu(owner, &facts->episode);
	if (!stands_still(acceptance))
		tell_sentence(finding,
			      "Of the time between its accepts it ran %d %% and waited for a CPU "
			      "%d %%.",
			      (int)(acceptance->running_ns * 100 / acceptance->elsewhere_ns),
			      (int)(acceptance->runnable_ns * 100 / acceptance->elsewhere_ns));
	tell_places(facts, finding);
	if (!stands_still(acceptance))
		tell_quota(owner, &held, finding);
	tell_evidence(facts, &held, finding);
	advise(facts, owner, &held, finding);
}

static void excuse(const struct facts *facts, struct finding *finding)
{
	const struct acceptance *acceptance = &facts->acceptance;

	if (acceptance->runnable_ns * 10 >= acceptance->elsewhere_ns && acceptance->runnable_ns)
		tell_excluded(finding, RULE_ACCEPTOR_STARVED,
			      "it waited for a CPU only %d %% of the time",
			      (int)(acceptance->runnable_ns * 100 / acceptance->elsewhere_ns));
}

const struct rule_form rule_starved = {fits, tell, excuse};
