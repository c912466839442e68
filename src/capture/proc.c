/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads /proc/PID/{stat,status,cmdline,cgroup,ns,task}; keeps nothing.
 */
#include "capture/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_PID_NAMESPACE 0xEFFFFFFCU /* PROC_PID_INIT_INO: the same on every kernel */

/* Reads a small file whole; its length, or -errno. NUL-terminated. */
static ssize_t read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, out, size - 1);
	if (n < 0)
		n = -errno;
	else
		out[n] = '\0';
	close(fd);
	return n;
}

static ssize_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return read_file(path, out, size);
}

/* state, parent and start time (clock ticks since boot). The name may hold any
 * byte, so fields are counted from its last parenthesis. */
static int read_stat(pid_t pid, char *state, pid_t *parent, unsigned long long *start)
{
	char text[1024], *rest;

	if (read_proc(pid, "stat", text, sizeof(text)) <= 0)
		return -ESRCH;
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1,
			    " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d"
			    " %*d %*d %llu",
			    state, parent, start) != 3)
		return -ESRCH;
	return 0;
}

bool proc_numbers_are_the_hosts(void)
{
	struct stat ns;

	return stat("/proc/self/ns/pid", &ns) || ns.st_ino == FIRST_PID_NAMESPACE;
}

bool proc_exists(pid_t pid)
{
	unsigned long long start;
	pid_t parent;
	char state;

	return !read_stat(pid, &state, &parent, &start) && state != 'Z' && state != 'X';
}

pid_t proc_of_thread(pid_t tid)
{
	char text[4096];
	const char *tgid;

	if (read_proc(tid, "status", text, sizeof(text)) <= 0)
		return tid;
	tgid = strstr(text, "\nTgid:");
	return tgid ? atoi(tgid + strlen("\nTgid:")) : tid;
}

struct parent {
	pid_t pid, parent;
};

VEC_TYPE(parents, struct parent);

static int read_parents(struct parents *out)
{
	DIR *dir = opendir("/proc");
	unsigned long long start;
	struct dirent *entry;
	struct parent p;
	char state;
	int r = 0;

	while (dir && !r && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		p.pid = atoi(entry->d_name);
		if (!read_stat(p.pid, &state, &p.parent, &start))
			r = vec_push(out, p);
	}
	if (dir)
		closedir(dir);
	return r;
}

int proc_list(struct pid_list *out)
{
	struct parents all = {0};
	int r = read_parents(&all);

	vec_each (p, &all)
		if (!r)
			r = vec_push(out, p->pid);
	vec_release(&all);
	return r;
}

static int read_cgroup_procs(const char *path, struct pid_list *out)
{
	char name[PATH_MAX];
	FILE *file;
	pid_t pid;
	int r = 0;

	snprintf(name, sizeof(name), "%s/cgroup.procs", path);
	file = fopen(name, "re");
	while (file && !r && fscanf(file, "%d", &pid) == 1)
		r = vec_push(out, pid);
	if (file)
		fclose(file);
	return r;
}

int proc_in_cgroup(const char *path, struct pid_list *out)
{
	int r = read_cgroup_procs(path, out);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && !r && (entry = readdir(dir))) {
		char below[PATH_MAX];

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
		    (int)sizeof(below))
			r = proc_in_cgroup(below, out);
	}
	if (dir)
		closedir(dir);
	return r;
}

int proc_descendants(pid_t pid, struct pid_list *out)
{
	struct parents all = {0};
	size_t first = out->len;
	pid_t parent = pid;
	int r = read_parents(&all);

	/* Breadth first: what was found last is asked for its own children next. */
	for (size_t next = first; !r;) {
		vec_each (p, &all)
			if (p->parent == parent && !r)
				r = vec_push(out, p->pid);
		if (next == out->len)
			break;
		parent = out->items[next++];
	}
	vec_release(&all);
	return r;
}

static uint32_t status_number(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? strtoul(at + strlen(key), NULL, 10) : UINT32_MAX;
}

uint32_t proc_netns(pid_t pid)
{
	char path[64], target[64];
	unsigned inode = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return 0;
	target[n] = '\0';
	sscanf(target, "net:[%u]", &inode);
	return inode;
}

int proc_describe(pid_t pid, struct st_process *out)
{
	unsigned long long start;
	char status[4096], comm[64];
	pid_t parent;
	char state;
	ssize_t n;

	if (read_stat(pid, &state, &parent, &start) ||
	    read_proc(pid, "status", status, sizeof(status)) <= 0)
		return -ESRCH;
	out->pid = pid;
	out->ppid = parent;
	out->uid = status_number(status, "\nUid:");
	out->netns = proc_netns(pid);
	out->start_ns = start * (1000000000ULL / sysconf(_SC_CLK_TCK));
	n = read_proc(pid, "comm", comm, sizeof(comm));
	if (n > 0)
		memcpy(out->comm, comm,
		       n - 1 < ST_COMM_LEN ? n - 1 : ST_COMM_LEN); /* without the newline */
	n = read_proc(pid, "cmdline", out->cmdline, sizeof(out->cmdline));
	out->cmdline_len = n > 0 ? n : 0;
	return 0;
}

int proc_cgroup(pid_t pid, char *out, size_t size)
{
	char text[4096], *line;

	if (read_proc(pid, "cgroup", text, sizeof(text)) < 0)
		return -ESRCH;
	line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text - 1;
	if (!line)
		return -ENOENT;
	snprintf(out, size, "%.*s", (int)strcspn(line + 4, "\n"), line + 4);
	return 0;
}

/* A call that sends or receives, and which of its arguments the probes need. */
struct data_call {
	long number;
	uint8_t name; /* enum st_data_call_name */
	int8_t flags, address, address_len; /* places of arguments, -1: it has none */
};

static const struct data_call data_calls[] = {
	{SYS_sendto, ST_DATA_CALL_SENDTO, 3, 4, 5},
	{SYS_recvfrom, ST_DATA_CALL_RECVFROM, 3, 4, 5},
	{SYS_sendmsg, ST_DATA_CALL_SENDMSG, 2, 1, -1},
	{SYS_recvmsg, ST_DATA_CALL_RECVMSG, 2, 1, -1},
	{SYS_sendmmsg, ST_DATA_CALL_SENDMMSG, 3, 1, -1},
	{SYS_recvmmsg, ST_DATA_CALL_RECVMMSG, 3, 1, -1},
	{SYS_write, ST_DATA_CALL_WRITE, -1, -1, -1},
	{SYS_read, ST_DATA_CALL_READ, -1, -1, -1},
	{SYS_writev, ST_DATA_CALL_WRITEV, -1, -1, -1},
	{SYS_readv, ST_DATA_CALL_READV, -1, -1, -1},
	{SYS_sendfile, ST_DATA_CALL_SENDFILE, -1, -1, -1},
};

static bool parse_data_call(long number, const unsigned long long *a, struct st_thread *out)
{
	for (size_t i = 0; i < sizeof(data_calls) / sizeof(data_calls[0]); i++) {
		const struct data_call *call = &data_calls[i];

		if (call->number != number)
			continue;
		out->call = ST_CALL_OF_DATA(call->name);
		out->args[1] = call->flags < 0 ? 0 : a[call->flags];
		out->args[2] = call->address < 0 ? 0 : a[call->address];
		out->args[3] = call->address_len < 0 ? 0 : a[call->address_len];
		return true;
	}
	return false;
}

/* "288 0x3 0x7ffe… …": number and arguments of the call a thread sleeps in. */
static bool parse_syscall(const char *text, struct st_thread *out)
{
	unsigned long long a[6];
	long number;

	if (sscanf(text, "%ld %llx %llx %llx %llx %llx %llx", &number, &a[0], &a[1], &a[2], &a[3],
		   &a[4], &a[5]) != 7)
		return false; /* "running", or no call */
	*out = (struct st_thread){.args = {a[0], a[1], a[2], a[3]}};
	if (number == SYS_accept4)
		out->call = ST_CALL_ACCEPT;
#ifdef SYS_accept
	if (number == SYS_accept)
		out->call = ST_CALL_ACCEPT;
#endif
	if (number == SYS_connect)
		out->call = ST_CALL_CONNECT;
	return out->call != ST_CALL_NONE || parse_data_call(number, a, out);
}

int proc_threads(pid_t pid, struct pid_list *out)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (!r && dir && (entry = readdir(dir)))
		if (atoi(entry->d_name) > 0)
			r = vec_push(out, (pid_t)atoi(entry->d_name));
	if (dir)
		closedir(dir);
	return r;
}

void proc_calls_in_flight(pid_t pid,
			  void (*each)(void *context, uint32_t tid, const struct st_thread *call),
			  void *context)
{
	struct pid_list tids = {0};
	struct st_thread call;
	char text[256];

	proc_threads(pid, &tids);
	vec_each (tid, &tids)
		if (read_proc(*tid, "syscall", text, sizeof(text)) > 0 &&
		    parse_syscall(text, &call))
			each(context, *tid, &call);
	vec_release(&tids);
}
