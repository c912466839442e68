/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks uname, the clocks and /proc/sys; keeps nothing.
 */
#include "capture/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "capture/source.h"

static __u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void record_stamp(struct st_header *header, enum st_type type, unsigned size)
{
	header->type = type;
	header->size = size;
	header->cpu = 0;
	header->ts_ns = clock_ns(CLOCK_MONOTONIC);
}

static void read_boot_id(char *out, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file && fgets(out, size, file))
		out[strcspn(out, "\n")] = '\0';
	if (file)
		fclose(file);
}

void host_record(struct st_host *out)
{
	struct utsname u;

	*out = (struct st_host){0};
	record_stamp(&out->h, ST_HOST, sizeof(*out));
	out->started_at_ns = clock_ns(CLOCK_REALTIME);
	out->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	read_boot_id(out->boot_id, sizeof(out->boot_id));
	if (uname(&u))
		return;
	snprintf(out->name, sizeof(out->name), "%.63s", u.nodename);
	snprintf(out->kernel, sizeof(out->kernel), "%.63s", u.release);
	snprintf(out->machine, sizeof(out->machine), "%.15s", u.machine);
}

void target_record(struct st_target *out, const struct source_options *options,
		   const char *data_mode)
{
	*out = (struct st_target){0};
	record_stamp(&out->h, ST_TARGET, sizeof(*out));
	snprintf(out->text, sizeof(out->text), "%s", options->text);
	snprintf(out->data_mode, sizeof(out->data_mode), "%s", data_mode);
	out->calls_left_out = ALL_CALLS & ~options->calls;
}
