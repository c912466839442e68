/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The probe plan: a row per thing to see, each with its ways to see it, best
 * first. A row that cannot run degrades by itself and says what is lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_link;
struct socktrace_bpf;
struct source_options;

enum plan_row {
	ROW_CALLS,
	ROW_STATES,
	ROW_IDENTITY,
	ROW_RELEASE,
	ROW_DATA,
	ROW_DATA_CALLS,
	ROW_PEERS,
	ROW_SYN_DROPS,
	ROW_ACK_DROPS,
	ROW_LISTENERS,
	ROW_RETRANSMITS,
	ROW_RESETS,
	ROW_PROCESSES,
	ROW_SNAPSHOT,
	ROW_IDLE,
	ROW_THREADS,
	ROW_MAX,
};

struct probes;

/* Loads what the kernel and the privileges allow. 0, or -errno and one line. */
int probes_load(const struct source_options *options, struct probes **out);
int probes_attach(struct probes *probes);
void probes_free(struct probes **probes);

struct socktrace_bpf *probes_skeleton(struct probes *probes);

const char *probes_row_name(enum plan_row row);
/* How the row runs; NULL: it does not. */
const char *probes_row_method(const struct probes *probes, enum plan_row row);
/* Whether calls that send and receive are seen one by one, for either row. */
bool probes_data_calls(const struct probes *probes);
/* What is not seen when the row does not run. */
const char *probes_row_without(enum plan_row row);
