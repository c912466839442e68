/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the capture's own facts and the way of each record into the model. Does not
 * know what a record does to sockets and connections.
 */
#include "model/model.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "model/acceptors.h"
#include "model/attempts.h"
#include "model/connections.h"
#include "model/listeners.h"
#include "model/netnses.h"
#include "model/paths.h"
#include "model/processes.h"
#include "model/records.h"
#include "model/sockets.h"
#include "model/tcp.h"
#include "model/wire.h"

static const char *const loss_names[] = {
	[ST_LOSS_CALL] = "call",
	[ST_LOSS_STATE] = "state",
	[ST_LOSS_DATA] = "data",
	[ST_LOSS_PROCESS] = "process",
	[ST_LOSS_SOCKET_MAP] = "socket_map",
	[ST_LOSS_THREAD_MAP] = "thread_map",
	[ST_LOSS_RECURSION] = "recursion",
	[ST_LOSS_DAMAGED] = "damaged",
};

static_assert(sizeof(loss_names) / sizeof(*loss_names) == ST_LOSS_MAX,
	      "every kind of loss has a name");

const char *loss_name(enum st_loss loss)
{
	return loss < ST_LOSS_MAX ? loss_names[loss] : "?";
}

bool capture_left_out(const struct capture *capture, enum st_call_name call)
{
	return capture->calls_left_out & 1u << call;
}

uint64_t capture_lost(const struct capture *capture)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ST_LOSS_MAX; i++)
		sum += capture->lost[i];
	return sum;
}

int model_new(struct model **out, const struct model_watch *watch)
{
	struct model *model = calloc(1, sizeof(*model));
	struct model_index *index = calloc(1, sizeof(*index));

	if (!model || !index) {
		free(model);
		free(index);
		return -ENOMEM;
	}
	index->next_process = index->next_socket = index->next_listener = index->next_connection =
		1;
	model->index = index;
	model->connection_events_max = CONNECTION_EVENTS_MAX;
	if (watch)
		model->watch = *watch;
	*out = model;
	return 0;
}

void model_free(struct model **at)
{
	struct model *model = *at;

	if (!model)
		return;
	conns_release(model);
	acceptors_release(model);
	listeners_release(model);
	sockets_release(model);
	processes_release(model);
	hashmap_release(&model->index->pairs);
	hashmap_release(&model->index->tuples);
	hashmap_release(&model->index->flows);
	hashmap_release(&model->index->attempts);
	hashmap_release(&model->index->unix_queued);
	hashmap_release(&model->index->unix_pending);
	interns_release(&model->index->paths);
	netnses_release(model);
	vec_release(&model->capture.probes);
	vec_release(&model->capture.losses);
	free(model->index);
	free(model);
	*at = NULL;
}

static void host_apply(struct capture *capture, const struct st_host *host)
{
	capture->started_at_ns = host->started_at_ns;
	capture->cpus = host->cpus;
	wire_text(capture->host, host->name, sizeof(host->name));
	wire_text(capture->kernel, host->kernel, sizeof(host->kernel));
	wire_text(capture->machine, host->machine, sizeof(host->machine));
	wire_text(capture->boot_id, host->boot_id, sizeof(host->boot_id));
}

static void probe_apply(struct model *model, const struct st_probe *probe)
{
	struct probe_row row;

	wire_text(row.row, probe->row, sizeof(probe->row));
	wire_text(row.method, probe->method, sizeof(probe->method));
	vec_each (known, &model->capture.probes)
		if (!strcmp(known->row, row.row)) {
			*known = row;
			return;
		}
	if (model->capture.probes.len < NAMES_MAX && vec_push(&model->capture.probes, row))
		model_fail(model);
}

static void target_apply(struct capture *capture, const struct st_target *target)
{
	wire_text(capture->target, target->text, sizeof(target->text));
	wire_text(capture->data_mode, target->data_mode, sizeof(target->data_mode));
	capture->calls_left_out = target->calls_left_out;
}

/* Counts are absolute; several sources may report. */
static void loss_apply(struct model *model, const struct st_loss_record *loss)
{
	struct capture *capture = &model->capture;
	uint64_t before = capture_lost(capture);
	struct loss_moment moment = {.t_ns = wire_time(model, loss->h.ts_ns)};

	for (size_t i = 0; i < ST_LOSS_MAX; i++)
		if (loss->count[i] > capture->lost[i])
			capture->lost[i] = loss->count[i];
	moment.sum = capture_lost(capture);
	if (moment.sum == before)
		return;
	if (capture->losses.len == LOSSES_MAX)
		capture->losses.items[LOSSES_MAX - 1] = moment;
	else if (vec_push(&capture->losses, moment))
		model_fail(model);
}

/* Of how the capture was made, and of what only user space can read. */
static void apply_capture(struct model *model, const struct record *record)
{
	switch (record->header->type) {
	case ST_HOST:
		host_apply(&model->capture, record->host);
		break;
	case ST_PROBE:
		probe_apply(model, record->probe);
		break;
	case ST_TARGET:
		target_apply(&model->capture, record->target);
		break;
	case ST_CGROUP:
		process_apply_cgroup(model, record->cgroup);
		break;
	case ST_PROCESS_LIMITS:
		process_apply_limits(model, record->process_limits);
		break;
	case ST_CPU_QUOTA:
		process_apply_quota(model, record->cpu_quota);
		break;
	case ST_ACCEPT_WAITS:
		listener_apply_waits(model, record->accept_waits);
		break;
	case ST_LOSS:
		loss_apply(model, record->loss);
		break;
	case ST_END:
		model->capture.ended = true;
		break;
	}
}

static void apply(struct model *model, const struct record *record)
{
	switch (record->header->type) {
	case ST_CALL:
		call_apply(model, record->call, "", 0);
		break;
	case ST_CALL_UNIX:
		call_apply(model, &record->call_unix->call,
			   path_keep(model, record->call_unix->path, record->call_unix->path_len),
			   record->call_unix->path_len);
		break;
	case ST_CALL_JOIN:
		tcp_apply_handshake(model, record->call_join);
		call_apply(model, &record->call_join->call, "", 0);
		break;
	case ST_SEEN:
		seen_apply(model, record->seen);
		break;
	case ST_STATE:
		tcp_apply_state(model, record->state);
		break;
	case ST_TCP:
		tcp_apply_event(model, record->tcp);
		break;
	case ST_DATA:
		data_apply(model, record->data);
		break;
	case ST_RUNS:
		runs_apply(model, record->runs);
		break;
	case ST_EMPTY:
		empty_apply(model, record->empty);
		break;
	case ST_DATA_CALL:
		data_call_apply(model, record->data_call);
		break;
	case ST_RELEASE:
		release_apply(model, record->release);
		break;
	case ST_UNWANTED:
		sock_unwanted(model, record->unwanted->id);
		break;
	case ST_PROCESS:
		process_apply(model, record->process);
		break;
	case ST_SAMPLE:
		acceptor_apply_sample(model, record->sample);
		break;
	case ST_DROP:
		drop_apply(model, record->drop);
		break;
	case ST_LISTENER:
		reading_apply(model, record->listener);
		break;
	case ST_NETNS:
		netns_apply(model, record->netns);
		break;
	default:
		apply_capture(model, record);
	}
}

int model_apply(struct model *model, const struct record *record)
{
	const struct st_header *header = record->header;
	struct model_index *index = model->index;
	int64_t t;

	/* all times count from the host record, which comes first */
	if (!index->begun && (st_is_event(header->type) || header->type == ST_HOST)) {
		model->capture.started_mono_ns = header->ts_ns;
		index->begun = true;
	}
	index->error = 0;
	t = wire_time(model, header->ts_ns);
	if (index->begun && t > index->now_ns)
		index->now_ns = model->capture.duration_ns = t;
	if (st_is_event(header->type))
		model->capture.events++;
	index->records++;
	apply(model, record);
	sockets_depart_due(model);
	attempts_depart_due(model);
	process_sweep(model);
	listener_sweep(model);
	paths_sweep(model);
	return index->error;
}

void model_finish(struct model *model)
{
	vec_each (at, &model->connections)
		if (!(*at)->retired)
			conn_finish(model, conn_of(*at));
}
