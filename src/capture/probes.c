/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the loaded BPF object and its links. Picks the way each row runs: by what
 * the kernel has, then by what it lets us load, then by what it lets us attach.
 */
#include "capture/probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/log.h"
#include "base/syscalls.h"
#include "capture/first_way.h"
#include "capture/kernel_features.h"
#include "capture/map_sizes.h"
#include "capture/mounts.h"
#include "capture/probe_rows.h"
#include "capture/source.h"
#include "socktrace/config.h"

#include "socktrace.skel.h" /* wants config.h before it */

#define NO_METHOD (-1)

struct probes {
	struct socktrace_bpf *skeleton;
	struct kernel_features features;
	const struct source_options *options; /* during load and attach only */
	int tracefs; /* 0, or -errno: nowhere to be had */
	int cgroup; /* the root of cgroup v2, or -errno */
	unsigned long long target_cgroup; /* --cgroup: its id, else 0 */
	unsigned target_level;
	int method[ROW_MAX]; /* index into the row's methods, or NO_METHOD */
	VEC(struct bpf_link *) links;
};

static const struct probe_method *row_method(const struct probes *probes, enum plan_row row)
{
	int method = probes->method[row];

	return method == NO_METHOD ? NULL : &probe_rows[row].methods[method];
}

const char *probes_row_name(enum plan_row row)
{
	return probe_rows[row].name;
}

const char *probes_row_without(enum plan_row row)
{
	return probe_rows[row].without;
}

const char *probes_row_method(const struct probes *probes, enum plan_row row)
{
	const struct probe_method *method = row_method(probes, row);

	return method ? method->label : NULL;
}

struct socktrace_bpf *probes_skeleton(struct probes *probes)
{
	return probes->skeleton;
}

static int next_method(const struct probes *probes, enum plan_row row)
{
	int next = probes->method[row] + 1;

	if (next >= ROW_METHODS || !probe_rows[row].methods[next].label)
		return NO_METHOD;
	/* by the tracepoints of calls */
	if (row == ROW_DATA && next == METHOD_DATA_BY_CALLS && probes->tracefs)
		return NO_METHOD;
	return next;
}

static void skip_first_methods(struct probes *probes)
{
	const char *text = getenv("SOCKTRACE_FIRST_WAY");

	for (int row = 0; row < ROW_MAX; row++)
		while (probes->method[row] != NO_METHOD &&
		       probes->method[row] < first_way(text, probe_rows[row].name))
			probes->method[row] = next_method(probes, row);
}

/* By what the kernel has and the user wants. */
static void choose_methods(struct probes *probes)
{
	const struct kernel_features *has = &probes->features;

	memset(probes->method, 0, sizeof(probes->method));
	if (probes->tracefs) {
		probes->method[ROW_CALLS] = METHOD_EVERY_CALL;
		probes->method[ROW_DATA_CALLS] = NO_METHOD;
	}
	if (!has->cookies || probes->cgroup < 0) {
		/* Without cookies a cgroup program cannot say which socket it means. */
		probes->method[ROW_IDENTITY] = NO_METHOD;
		probes->method[ROW_RELEASE] = NO_METHOD;
		probes->method[ROW_PEERS] = NO_METHOD;
	}
	if (!has->data_events)
		probes->method[ROW_DATA] = 1;
	if (!probes->options->data)
		probes->method[ROW_DATA] = probes->method[ROW_PEERS] = NO_METHOD;
	if (!probes->options->data || !probes->options->data_calls)
		probes->method[ROW_DATA_CALLS] = NO_METHOD;
	if (!has->counters)
		probes->method[ROW_SYN_DROPS] = probes->method[ROW_ACK_DROPS] = NO_METHOD;
	else if (!has->listen_overflow)
		probes->method[ROW_ACK_DROPS] = 1;
	if (!has->send_reset)
		probes->method[ROW_RESETS] = NO_METHOD;
	if (!has->for_each)
		probes->method[ROW_LISTENERS] = 1;
	if (!has->task_file)
		probes->method[ROW_SNAPSHOT] = probes->method[ROW_THREADS] = NO_METHOD;
	skip_first_methods(probes);
}

/* In the order of the pairs enter_X, exit_X in the first way of ROW_CALLS. */
static const struct {
	uint8_t call; /* in options->calls */
	uint8_t name; /* in config.calls */
	uint16_t number;
} calls[] = {
	{ST_CALL_SOCKET, ST_CALL_SOCKET, SYS_socket},
	{ST_CALL_SOCKETPAIR, ST_CALL_SOCKETPAIR, SYS_socketpair},
	{ST_CALL_BIND, ST_CALL_BIND, SYS_bind},
	{ST_CALL_LISTEN, ST_CALL_LISTEN, SYS_listen},
	{ST_CALL_ACCEPT, ST_CALL_ACCEPT, SYS_accept},
	{ST_CALL_ACCEPT, ST_CALL_ACCEPT4, SYS_accept4},
	{ST_CALL_CONNECT, ST_CALL_CONNECT, SYS_connect},
	{ST_CALL_SHUTDOWN, ST_CALL_SHUTDOWN, SYS_shutdown},
	{ST_CALL_CLOSE, ST_CALL_CLOSE, SYS_close},
};

static bool call_wanted(const struct probes *probes, size_t at)
{
	return probes->options->calls & 1u << calls[at].call;
}

static void mark_calls(const struct probes *probes, __u8 *table)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (call_wanted(probes, i))
			table[calls[i].number] = calls[i].name;
}

/* Nothing but the calls themselves shows sends and receives here. */
static bool data_by_calls(const struct probes *probes)
{
	return probes->method[ROW_DATA] == METHOD_DATA_BY_CALLS;
}

bool probes_data_calls(const struct probes *probes)
{
	return data_by_calls(probes) || probes->method[ROW_DATA_CALLS] != NO_METHOD;
}

static bool program_wanted(const struct probes *probes, enum plan_row row, size_t program)
{
	if (row == ROW_DATA_CALLS && data_by_calls(probes))
		return false; /* they run for that row already */
	return row != ROW_CALLS || probes->method[row] == METHOD_EVERY_CALL ||
	       call_wanted(probes, program / 2);
}

static void set_autoload(struct probes *probes, enum plan_row only)
{
	struct bpf_object *object = probes->skeleton->obj;
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, false);
	for (int row = 0; row < ROW_MAX; row++) {
		const struct probe_method *method = row_method(probes, row);

		if (!method || (only != ROW_MAX && row != (int)only))
			continue;
		for (size_t i = 0; i < METHOD_PROGRAMS && method->programs[i]; i++)
			if (program_wanted(probes, row, i))
				bpf_program__set_autoload(bpf_object__find_program_by_name(
								  object, method->programs[i]),
							  true);
	}
}

/* The machine's calls whose first argument is an fd. */
static void mark_fd_calls(__u64 *bits)
{
	struct utsname host;

	if (uname(&host))
		return;
	for (int number = 0; number < ST_CALL_NUMBERS; number++)
		if (syscall_has_fd(host.machine, number))
			bits[number / 64] |= 1ULL << number % 64;
}

static int configure(struct probes *probes)
{
	const struct source_options *options = probes->options;
	struct st_config config = {
		.cgroup = probes->target_cgroup,
		.cgroup_level = probes->target_level,
		.self = getpid(),
		.wakeup_bytes = options->buffer_bytes / 4,
		.local_port = options->local_port,
		.remote_port = options->remote_port,
		.all = options->all,
		.follow = options->follow,
		.cookies = probes->method[ROW_IDENTITY] != NO_METHOD,
		.release = probes->method[ROW_RELEASE] != NO_METHOD,
		.ipv4 = options->ipv4,
		.ipv6 = options->ipv6,
		.unix_sockets = options->unix_sockets,
		.casts = probes->features.casts,
		.data_sums = data_by_calls(probes),
		.registers = probes->features.registers,
		.cpus = libbpf_num_possible_cpus(),
		.sockets_mask = map_sizes_sockets() - 1,
		.listen_overflow = probes->features.listen_overflow,
	};

	mark_fd_calls(config.fd_calls);
	mark_calls(probes, config.calls);
	memcpy(config.counter_index, probes->features.counter_index, sizeof(config.counter_index));
	if (getrandom(&config.pointer_secret, sizeof(config.pointer_secret), 0) < 0)
		return -errno;
	memcpy((void *)&probes->skeleton->rodata->config, &config, sizeof(config));
	return 0;
}

/* Opens and loads the rows that have a way, or `only` one of them. */
static int load(struct probes *probes, enum plan_row only)
{
	int r;

	socktrace_bpf__destroy(probes->skeleton);
	probes->skeleton = socktrace_bpf__open();
	if (!probes->skeleton)
		return -errno;
	r = configure(probes);
	if (!r)
		r = map_sizes_set(probes->skeleton, probes->options);
	if (r)
		return r;
	set_autoload(probes, only);
	return socktrace_bpf__load(probes->skeleton);
}

/* The whole did not load: find the rows that do not load alone, and take their next way or none. */
static void degrade(struct probes *probes)
{
	for (int row = 0; row < ROW_MAX; row++) {
		while (probes->method[row] != NO_METHOD && load(probes, row))
			probes->method[row] = next_method(probes, row);
	}
	if (probes->method[ROW_IDENTITY] == NO_METHOD)
		probes->method[ROW_RELEASE] = probes->method[ROW_PEERS] = NO_METHOD;
}

static int load_error(int r)
{
	if (r == -EPERM || r == -EACCES)
		return log_err_r(
			-EPERM,
			"no privilege to load BPF programs: run as root, or give the program "
			"CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_SYS_PTRACE");
	return log_err_r(r,
			 "this kernel refuses the BPF programs (%s): --debug shows where",
			 strerror(-r));
}

static int load_what_loads(struct probes *probes)
{
	int r = load(probes, ROW_MAX);

	if (r == -EPERM && geteuid() != 0)
		return load_error(r);
	if (r && probes->skeleton) {
		degrade(probes);
		r = load(probes, ROW_MAX);
	}
	for (int row = 0; row < ROW_MAX && !r; row++)
		if (probes->method[row] == NO_METHOD && !probe_rows[row].without)
			r = -ENOTSUP;
	return r ? load_error(r) : 0;
}

#define LOG_SHOWN 4096 /* of what the verifier says; the end tells why */

static int debug(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text = NULL, *line, *next;
	int len = log_wants(LOG_DEBUG) ? vasprintf(&text, format, args) : -1;

	(void)level;
	if (len < 0)
		return 0;
	line = len > LOG_SHOWN ? text + len - LOG_SHOWN : text;
	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		log_debug("%.*s", (int)(next - line), line);
		next += *next == '\n';
	}
	free(text);
	return 0;
}

int probes_load(const struct source_options *options, struct probes **out)
{
	struct probes *probes = calloc(1, sizeof(*probes));
	int r;

	if (!probes)
		return -ENOMEM;
	libbpf_set_print(debug);
	probes->options = options;
	probes->cgroup = -ENOENT;
	r = kernel_features_read(&probes->features);
	if (!r && options->cgroup)
		r = mounts_cgroup_id(options->cgroup, &probes->target_cgroup,
				     &probes->target_level);
	if (!r) {
		probes->tracefs = mounts_tracefs();
		probes->cgroup = mounts_cgroup_root();
		choose_methods(probes);
		r = load_what_loads(probes);
	}
	if (r)
		probes_free(&probes);
	else
		*out = probes;
	return r;
}

static int attach_program(struct probes *probes, enum plan_row row, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(probes->skeleton->obj, name);
	struct bpf_link *link;
	int r;

	if (row == ROW_SNAPSHOT || row == ROW_IDLE || row == ROW_THREADS || row == ROW_LISTENERS ||
	    row == ROW_SYN_DROPS)
		return 0; /* iterators run when they are read, lookups are joined to namespaces */
	if (row == ROW_IDENTITY || row == ROW_RELEASE || row == ROW_PEERS)
		link = bpf_program__attach_cgroup(program, probes->cgroup);
	else
		link = bpf_program__attach(program);
	if (!link)
		return -errno;
	r = vec_push(&probes->links, link);
	if (r)
		bpf_link__destroy(link);
	return r;
}

/* The programs find the kernel's counters of each CPU by what this one leaves. A CPU that is
 * off now has nothing to count. */
static void learn_cpu_offsets(struct probes *probes)
{
	int program = bpf_program__fd(probes->skeleton->progs.learn_cpu_offset);
	int cpus = libbpf_num_possible_cpus();

	for (int cpu = 0; program >= 0 && cpu < cpus; cpu++) {
		DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .flags = BPF_F_TEST_RUN_ON_CPU,
				    .cpu = cpu);

		if (bpf_prog_test_run_opts(program, &options))
			log_debug("CPU %d: its counters are not found", cpu);
	}
}

int probes_attach(struct probes *probes)
{
	int r = 0;

	learn_cpu_offsets(probes);
	/* Calls last: when one is seen, everything it leads to is. */
	for (int row = ROW_MAX - 1; row >= 0 && !r; row--) {
		const struct probe_method *method = row_method(probes, row);

		for (size_t i = 0; method && i < METHOD_PROGRAMS && method->programs[i] && !r; i++)
			if (program_wanted(probes, row, i))
				r = attach_program(probes, row, method->programs[i]);
		if (!r)
			continue;
		if (!probe_rows[row].without)
			return log_err_r(r, "cannot attach to %s: %s", method->label, strerror(-r));
		log_warn("%s: cannot attach to %s (%s): %s", probe_rows[row].name, method->label,
			 strerror(-r), probe_rows[row].without);
		probes->method[row] = NO_METHOD;
		r = 0;
	}
	if (row_method(probes, ROW_ACK_DROPS))
		probes->skeleton->bss->drops_seen = 1 << ST_DROP_ACK;
	return r;
}

void probes_free(struct probes **probes)
{
	struct probes *p = *probes;

	if (!p)
		return;
	vec_each (link, &p->links)
		bpf_link__destroy(*link);
	vec_release(&p->links);
	socktrace_bpf__destroy(p->skeleton);
	if (p->cgroup >= 0)
		close(p->cgroup);
	free(p);
	*probes = NULL;
}
