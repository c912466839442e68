/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the rules of a sound record: its size, its enums, its lengths, its times.
 * Does not know what a record means, nor which one came before.
 */
#include "decode/decode.h"

#include <errno.h>
#include <stdbool.h>

/* Later than any clock gets; so differences of two times fit in 64 signed bits. */
#define TIME_LIMIT_NS (1ULL << 62)

#define TCP_STATES 13 /* TCP_ESTABLISHED is 1, TCP_NEW_SYN_RECV 12, then TCP_BOUND_INACTIVE */

static const __u16 record_size[ST_TYPE_MAX] = {
	[ST_CALL] = sizeof(struct st_call),        [ST_CALL_UNIX] = sizeof(struct st_call_unix),
	[ST_SEEN] = sizeof(struct st_seen),        [ST_STATE] = sizeof(struct st_state),
	[ST_TCP] = sizeof(struct st_tcp),          [ST_DATA] = sizeof(struct st_data),
	[ST_RELEASE] = sizeof(struct st_release),  [ST_PROCESS] = sizeof(struct st_process),
	[ST_LISTENER] = sizeof(struct st_listener), [ST_DROP] = sizeof(struct st_drop),
	[ST_SAMPLE] = sizeof(struct st_sample),     [ST_NETNS] = sizeof(struct st_netns),
	[ST_DATA_CALL] = sizeof(struct st_data_call),
	[ST_HOST] = sizeof(struct st_host),        [ST_PROBE] = sizeof(struct st_probe),
	[ST_TARGET] = sizeof(struct st_target),    [ST_CGROUP] = sizeof(struct st_cgroup),
	[ST_LOSS] = sizeof(struct st_loss_record), [ST_END] = sizeof(struct st_end),
	[ST_PROCESS_LIMITS] = sizeof(struct st_process_limits),
	[ST_CPU_QUOTA] = sizeof(struct st_cpu_quota),
	[ST_CALL_JOIN] = sizeof(struct st_call_join),
	[ST_ACCEPT_WAITS] = sizeof(struct st_accept_waits),
	[ST_UNWANTED] = sizeof(struct st_unwanted),
	[ST_EMPTY] = sizeof(struct st_empty),
};

static bool time_sound(__u64 ns)
{
	return ns < TIME_LIMIT_NS;
}

static bool sock_sound(const struct st_sock *sock)
{
	return sock->state <= TCP_STATES && sock->v4 <= 1;
}

static bool call_extra_sound(const struct st_call *call)
{
	if (call->call == ST_CALL_ACCEPT)
		return time_sound(call->running_ns) && time_sound(call->runnable_ns);
	return call->name.v4 <= 1 && call->name.path_len <= ST_PATH_LEN;
}

static bool call_sound(const struct st_call *call)
{
	return sock_sound(&call->sock) && time_sound(call->enter_ns) &&
	       call->call != ST_CALL_NONE && call->call < ST_CALL_MAX && call->ret > -4096 &&
	       call_extra_sound(call);
}

static bool call_unix_sound(const struct st_call_unix *unix_call)
{
	return call_sound(&unix_call->call) && unix_call->path_len <= ST_PATH_LEN;
}

static bool call_join_sound(const struct st_call_join *join)
{
	return call_sound(&join->call) && time_sound(join->handshake.established_ns) &&
	       time_sound(join->handshake.queued_ns) && time_sound(join->handshake.syn_ns);
}

static bool seen_sound(const struct st_seen *seen)
{
	return sock_sound(&seen->sock) && seen->path_len <= ST_PATH_LEN;
}

static bool state_sound(const struct st_state *state)
{
	return sock_sound(&state->sock) && time_sound(state->queued_ns) &&
	       time_sound(state->syn_ns) && time_sound(state->fin_sent_ns) &&
	       time_sound(state->fin_received_ns) &&
	       state->old <= TCP_STATES && state->new <= TCP_STATES && state->err < 4096;
}

static bool tcp_sound(const struct st_tcp *tcp)
{
	return sock_sound(&tcp->sock) && tcp->event >= ST_TCP_RETRANSMIT && tcp->event < ST_TCP_MAX;
}

static bool data_sound(const struct st_data *data)
{
	return data->direction < ST_DIRECTION_MAX && data->v4 <= 1 && time_sound(data->first_ns) &&
	       time_sound(data->last_ns) && data->first_ns <= data->last_ns;
}

static bool runs_sound(const struct st_runs *runs)
{
	return time_sound(runs->first_ns);
}

static bool process_sound(const struct st_process *process)
{
	return process->event >= ST_PROCESS_SEEN && process->event < ST_PROCESS_MAX &&
	       time_sound(process->start_ns) && process->cmdline_len <= ST_CMDLINE_LEN;
}

static bool drop_sound(const struct st_drop *drop)
{
	return sock_sound(&drop->sock) && drop->path >= ST_DROP_SYN && drop->path < ST_DROP_MAX;
}

static bool sample_sound(const struct st_sample *sample)
{
	return sample->state >= ST_THREAD_RUNNING && sample->state < ST_THREAD_MAX &&
	       time_sound(sample->running_ns) && time_sound(sample->runnable_ns);
}

static bool data_call_sound(const struct st_data_call *call)
{
	return sock_sound(&call->sock) && time_sound(call->enter_ns) &&
	       call->enter_ns <= call->h.ts_ns && call->call > ST_DATA_CALL_NONE &&
	       call->call < ST_DATA_CALL_MAX && call->direction < ST_DIRECTION_MAX &&
	       call->v4 <= 1 && call->ret > -4096;
}

static bool empty_sound(const struct st_empty *empty)
{
	return time_sound(empty->first_ns) && empty->first_ns <= empty->last_ns &&
	       empty->last_ns <= empty->h.ts_ns && empty->ret <= 0 &&
	       empty->direction < ST_DIRECTION_MAX;
}

static bool quota_sound(const struct st_cpu_quota *quota)
{
	return quota->version >= 1 && quota->version <= 2 && time_sound(quota->quota_ns) &&
	       time_sound(quota->period_ns) && time_sound(quota->throttled_ns);
}

static bool waits_sound(const struct st_accept_waits *waits)
{
	return waits->enter_ns <= waits->h.ts_ns;
}

static bool record_sound(const struct record *record)
{
	switch (record->header->type) {
	case ST_CALL:
		return call_sound(record->call);
	case ST_CALL_UNIX:
		return call_unix_sound(record->call_unix);
	case ST_CALL_JOIN:
		return call_join_sound(record->call_join);
	case ST_SEEN:
		return seen_sound(record->seen);
	case ST_STATE:
		return state_sound(record->state);
	case ST_TCP:
		return tcp_sound(record->tcp);
	case ST_DATA:
		return data_sound(record->data);
	case ST_RUNS:
		return runs_sound(record->runs);
	case ST_PROCESS:
		return process_sound(record->process);
	case ST_DROP:
		return drop_sound(record->drop);
	case ST_SAMPLE:
		return sample_sound(record->sample);
	case ST_DATA_CALL:
		return data_call_sound(record->data_call);
	case ST_CPU_QUOTA:
		return quota_sound(record->cpu_quota);
	case ST_EMPTY:
		return empty_sound(record->empty);
	case ST_ACCEPT_WAITS:
		return waits_sound(record->accept_waits);
	default:
		return true;
	}
}

/* All records of a type are of one size, but for those with places for some runs. */
static bool size_sound(const struct st_header *header)
{
	if (header->type != ST_RUNS)
		return header->size == record_size[header->type];
	return header->size >= ST_RUNS_SIZE(0) && header->size <= ST_RUNS_SIZE(ST_RUNS_MAX) &&
	       (header->size - ST_RUNS_SIZE(0)) % sizeof(struct st_run) == 0;
}

int decode_record(const void *bytes, size_t len, struct record *out)
{
	const struct st_header *header = bytes;

	if (len < sizeof(*header) || header->size < sizeof(*header) || header->size % 8 ||
	    header->size > len)
		return -ENODATA;
	out->header = header;
	if (header->type == ST_TYPE_NONE || header->type >= ST_TYPE_MAX)
		return -ENOMSG;
	if (!size_sound(header) || !time_sound(header->ts_ns) ||
	    !record_sound(out))
		return -EBADMSG;
	return 0;
}
