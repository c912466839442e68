/* SPDX-License-Identifier: BSD-2-Clause
 *
 * acceptor-out-of-fds: accept() finds no fd for the next connection, or the machine has no
 * more open files to give.
 */
#include <errno.h>
#include <inttypes.h>

#include "analyze/limits.h"
#include "analyze/rules.h"
#include "base/units.h"

#define NOFILE_LEAST 1024

static bool fits(const struct facts *facts)
{
	return facts->acceptance.failed;
}

static bool of_the_machine(const struct facts *facts)
{
	return facts->acceptance.failed_err == ENFILE;
}

static const struct process *failing(const struct facts *facts)
{
	return facts->acceptance.failing ? facts->acceptance.failing : facts_owner(facts);
}

/* NULL: not read. */
static const struct fd_limits *limits_of(const struct facts *facts)
{
	const struct process *process = failing(facts);

	return process ? limits_of_fds(process, &facts->episode) : NULL;
}

static void tell_known(struct finding *finding, const char *key, int64_t value)
{
	tell_time(finding, key, value < 0 ? TIME_UNKNOWN : value);
}

static void tell_limits(const struct fd_limits *limits, struct finding *finding)
{
	static const struct fd_limits unknown = {0, -1, -1, -1, -1, -1};

	limits = limits ? limits : &unknown;
	tell_known(finding, "nofile_soft", limits->soft);
	tell_known(finding, "nofile_hard", limits->hard);
	tell_known(finding, "fds_open", limits->open);
	tell_known(finding, "files_open", limits->files_open);
	tell_known(finding, "files_max", limits->files_max);
}

static void tell_figures_of_process(const struct fd_limits *limits, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (!limits || limits->soft < 0)
		return;
	strbuf_add(&text, "It has ");
	if (limits->open >= 0) {
		units_count(&text, (uint64_t)limits->open);
		strbuf_add(&text, " files open; ");
	}
	strbuf_add(&text, "its limit, RLIMIT_NOFILE, is ");
	units_count(&text, (uint64_t)limits->soft);
	if (limits->hard > limits->soft) {
		strbuf_add(&text, ", and it may raise it to ");
		units_count(&text, (uint64_t)limits->hard);
		strbuf_add(&text, " by itself");
	}
	tell_sentence(finding, "%s.", strbuf_text(&text));
}

static void tell_figures_of_machine(const struct fd_limits *limits, struct finding *finding)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	if (!limits || limits->files_max < 0 || limits->files_open < 0)
		return;
	strbuf_add(&text, "The machine has ");
	units_count(&text, (uint64_t)limits->files_open);
	strbuf_add(&text, " files open, and fs.file-max is ");
	units_count(&text, (uint64_t)limits->files_max);
	tell_sentence(finding, "%s.", strbuf_text(&text));
}

static int64_t proposed_nofile(int64_t soft)
{
	int64_t proposed = NOFILE_LEAST;

	while (proposed < INT32_MAX && proposed / 4 < soft)
		proposed *= 2;
	return proposed;
}

static void advise_process(const struct facts *facts, const struct fd_limits *limits,
			   struct finding *finding)
{
	const struct process *process = failing(facts);
	int64_t soft = limits ? limits->soft : -1, proposed = proposed_nofile(soft);
	struct advice *advice;

	advice = tell_advice(finding, "raise RLIMIT_NOFILE",
			     "Raise its limit of open files to %" PRId64
			     " (ulimit -n, LimitNOFILE=; now: prlimit --pid %u --nofile=%" PRId64
			     ":%" PRId64 ").",
			     proposed, process ? process->pid : 0, proposed,
			     limits && limits->hard > proposed ? limits->hard : proposed);
	if (!advice)
		return;
	if (soft >= 0)
		tell_into(finding, &advice->present, "%" PRId64, soft);
	tell_into(finding, &advice->proposed, "%" PRId64, proposed);
	if (process)
		tell_into(finding, &advice->command,
			  "prlimit --pid %u --nofile=%" PRId64 ":%" PRId64, process->pid, proposed,
			  limits && limits->hard > proposed ? limits->hard : proposed);
}

static void advise_looking(const struct process *process, struct finding *finding)
{
	struct advice *advice;

	if (!process)
		return;
	advice = tell_advice(finding, "look for a leak",
			     "If it has far more files open than clients, it leaks them: "
			     "ls -l /proc/%u/fd.",
			     process->pid);
	if (advice)
		tell_into(finding, &advice->command, "ls -l /proc/%u/fd", process->pid);
}

static void advise_machine(const struct fd_limits *limits, struct finding *finding)
{
	bool known = limits && limits->files_max >= 0 && limits->files_max < INT64_MAX / 2;
	struct advice *advice = tell_advice(finding, "raise fs.file-max",
					    "Raise fs.file-max, and look for the process that "
					    "leaks files.");

	if (!advice || !known)
		return;
	tell_into(finding, &advice->present, "%" PRId64, limits->files_max);
	tell_into(finding, &advice->proposed, "%" PRId64, 2 * limits->files_max);
	tell_into(finding, &advice->command, "sysctl -w fs.file-max=%" PRId64,
		  2 * limits->files_max);
}

static void tell(const struct facts *facts, struct finding *finding)
{
	const struct fd_limits *limits = limits_of(facts);
	bool all = of_the_machine(facts);

	tell_sentence(finding,
		      "accept() failed with %s (%" PRIu64 " times) while clients waited: %s.",
		      all ? "ENFILE" : "EMFILE", facts->acceptance.failures,
		      all ? "the machine has no more open files to give"
			  : "the process may open no more files");
	tell_number(finding, "errno", facts->acceptance.failed_err);
	tell_number(finding, "failures", (int64_t)facts->acceptance.failures);
	tell_limits(limits, finding);
	if (all) {
		tell_figures_of_machine(limits, finding);
		advise_machine(limits, finding);
		return;
	}
	tell_figures_of_process(limits, finding);
	advise_process(facts, limits, finding);
	advise_looking(failing(facts), finding);
}

const struct rule_form rule_out_of_fds = {fits, tell, NULL};
