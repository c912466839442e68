/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parses the command line; knows no command.
 */
#include "opts.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "capture/proc.h"
#include "opts_check.h"
#include "opts_value.h"

#define DEFAULT_BUFFER_MIB 16
#define SURVEY_NS 5000000000LL

enum long_option {
	OPT_CGROUP = 256,
	OPT_NO_FOLLOW,
	OPT_RPORT,
	OPT_DATA,
	OPT_DURATION,
	OPT_JSON,
	OPT_EVENTS,
	OPT_INTERVAL,
	OPT_CONN,
	OPT_FLOWCHART,
	OPT_EXIT_CODE,
	OPT_COLOR,
	OPT_ASCII,
	OPT_BUFFER,
	OPT_FORMAT,
	OPT_DEBUG,
	OPT_YES,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"cgroup", required_argument, NULL, OPT_CGROUP},
	{"no-follow", no_argument, NULL, OPT_NO_FOLLOW},
	{"rport", required_argument, NULL, OPT_RPORT},
	{"data", required_argument, NULL, OPT_DATA},
	{"duration", required_argument, NULL, OPT_DURATION},
	{"json", no_argument, NULL, OPT_JSON},
	{"events", no_argument, NULL, OPT_EVENTS},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"conn", required_argument, NULL, OPT_CONN},
	{"flowchart", no_argument, NULL, OPT_FLOWCHART},
	{"exit-code", no_argument, NULL, OPT_EXIT_CODE},
	{"color", required_argument, NULL, OPT_COLOR},
	{"ascii", no_argument, NULL, OPT_ASCII},
	{"buffer", required_argument, NULL, OPT_BUFFER},
	{"format", required_argument, NULL, OPT_FORMAT},
	{"debug", no_argument, NULL, OPT_DEBUG},
	{"yes", no_argument, NULL, OPT_YES},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{"quiet", no_argument, NULL, 'q'},
	{NULL, 0, NULL, 0},
};

static int add_pid(struct options *o, const char *text)
{
	unsigned long number;
	int r = value_number("-p", text, 1, 4194304, &number);
	pid_t pid;

	if (r)
		return r;
	pid = proc_of_thread(number);
	if (pid != (pid_t)number)
		log_warn("%lu is a thread: its process is meant, %d", number, pid);
	return vec_push(&o->source.pids, pid);
}

static int add_call(struct options *o, const char *name, size_t len)
{
	static const struct {
		const char *name;
		unsigned calls;
	} names[] = {
		{"socket", 1u << ST_CALL_SOCKET},
		{"socketpair", 1u << ST_CALL_SOCKETPAIR},
		{"bind", 1u << ST_CALL_BIND},
		{"listen", 1u << ST_CALL_LISTEN},
		{"accept", 1u << ST_CALL_ACCEPT},
		{"accept4", 1u << ST_CALL_ACCEPT},
		{"connect", 1u << ST_CALL_CONNECT},
		{"shutdown", 1u << ST_CALL_SHUTDOWN},
		{"close", 1u << ST_CALL_CLOSE},
		{"network", ALL_CALLS},
		{"all", ALL_CALLS},
	};

	if ((len == 4 && !strncmp(name, "send", 4)) || (len == 4 && !strncmp(name, "recv", 4))) {
		o->source.data = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) != len || strncmp(names[i].name, name, len))
			continue;
		o->source.calls |= names[i].calls;
		if (names[i].calls == ALL_CALLS)
			o->source.data = true;
		return 0;
	}
	return log_err_r(
		-EINVAL,
		"-e trace= knows socket, socketpair, bind, listen, accept, connect, send, recv, "
		"shutdown, close and all, not \"%.*s\"",
		(int)len, name);
}

static int set_calls(struct options *o, const char *text)
{
	int r = 0;

	if (!strncmp(text, "trace=", 6))
		text += 6;
	if (!*text)
		return log_err_r(-EINVAL, "-e trace= names no call: accept,connect or all, say");
	o->source.calls = 0;
	o->source.data = false;
	while (!r && *text) {
		size_t len = strcspn(text, ",");

		r = add_call(o, text, len);
		text += len + (text[len] == ',');
	}
	return r;
}

static enum format format_of(const char *name)
{
	static const char *const names[FORMAT_MAX] = {[FORMAT_JSON] = "json",
						      [FORMAT_NDJSON] = "ndjson",
						      [FORMAT_HTML] = "html",
						      [FORMAT_SVG] = "svg",
						      [FORMAT_RECORDING] = "skt"};

	for (int f = FORMAT_JSON; f < FORMAT_MAX; f++)
		if (!strcmp(name, names[f]))
			return f;
	return FORMAT_NONE;
}

static int add_output(struct options *o, const char *path)
{
	const char *dot = strrchr(path, '.');
	struct output_file file = {path, dot ? format_of(dot + 1) : FORMAT_NONE};

	return vec_push(&o->outputs, file);
}

static int set_color(struct options *o, const char *when)
{
	static const char *const names[COLOR_WHEN_MAX] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (int i = 0; i < COLOR_WHEN_MAX; i++)
		if (!strcmp(when, names[i])) {
			o->color = i;
			return 0;
		}
	return log_err_r(-EINVAL, "--color takes auto, always or never, not \"%s\"", when);
}

static int set_data(struct options *o, const char *mode)
{
	o->source.data_calls = !strcmp(mode, "events");
	o->source.data = o->source.data_calls || !strcmp(mode, "runs");
	if (!o->source.data && strcmp(mode, "off"))
		return log_err_r(-EINVAL, "--data takes off, runs or events, not \"%s\"", mode);
	return 0;
}

static int set_format(struct options *o, const char *name)
{
	o->format = format_of(name);
	if (o->format == FORMAT_NONE || o->format == FORMAT_RECORDING)
		return log_err_r(-EINVAL, "--format takes json, ndjson, html or svg, not \"%s\"",
				 name);
	return 0;
}

/* Options with a number or a time. */
static int set_number(struct options *o, int option, const char *text)
{
	unsigned long n = 0;
	int r;

	switch (option) {
	case 'L':
		o->listener = text;
		if (o->command == COMMAND_SET_BACKLOG)
			return 0;
		r = value_number("-L", text, 1, 65535, &n);
		o->source.local_port = n;
		o->source.unix_sockets = false; /* they have no port */
		return r;
	case OPT_RPORT:
		r = value_number("--rport", text, 1, 65535, &n);
		o->source.remote_port = n;
		o->source.unix_sockets = false;
		return r;
	case OPT_CONN:
		r = value_number("--conn", text[0] == '#' ? text + 1 : text, 1, UINT32_MAX, &n);
		o->connection = n;
		return r;
	case OPT_BUFFER:
		r = value_number("--buffer", text, 1, 1024, &n);
		o->source.buffer_bytes = n << 20;
		return r;
	case OPT_INTERVAL:
		return value_time("--interval", text, &o->interval_ns);
	default:
		return value_time("--duration", text, &o->duration_ns);
	}
}

/* Options that stand for themselves. False: it is none of them. */
static bool set_flag(struct options *o, int option)
{
	switch (option) {
	case 'a':
		o->source.all = true;
		break;
	case '4':
		o->source.ipv6 = o->source.unix_sockets = false;
		break;
	case '6':
		o->source.ipv4 = o->source.unix_sockets = false;
		break;
	case 'f':
		o->source.follow = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'c':
		o->count = true;
		break;
	case 'r':
		o->live.relative = true;
		break;
	case 'T':
		o->live.durations = true;
		break;
	case 'y':
		o->live.fds = true;
		break;
	case 'h':
		o->command = COMMAND_HELP;
		break;
	case OPT_NO_FOLLOW:
		o->source.follow = false;
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_EVENTS:
		o->with_events = true;
		break;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		break;
	case OPT_FLOWCHART:
		o->flowchart = true;
		break;
	case OPT_ASCII:
		o->ascii = true;
		break;
	case OPT_DEBUG:
		log_set_level(LOG_DEBUG);
		break;
	case OPT_YES:
		o->yes = true;
		break;
	case OPT_VERSION:
		o->command = COMMAND_VERSION;
		break;
	default:
		return false;
	}
	return true;
}

static int set_option(struct options *o, int option, const char *text)
{
	switch (option) {
	case 'p':
		return add_pid(o, text);
	case 'e':
		o->calls = text;
		return set_calls(o, text);
	case 'o':
		return add_output(o, text);
	case 'u':
		o->user = text;
		return 0;
	case OPT_CGROUP:
		o->source.cgroup = text;
		return 0;
	case OPT_COLOR:
		return set_color(o, text);
	case OPT_DATA:
		return set_data(o, text);
	case OPT_FORMAT:
		return set_format(o, text);
	case '?':
		return -EINVAL; /* getopt has said why */
	default:
		return set_flag(o, option) ? 0 : set_number(o, option, text);
	}
}

/* Removes the command's name from argv and says which it is. */
static enum command take_command(int *argc, char **argv)
{
	static const char *const names[COMMAND_HELP] = {
		[COMMAND_TRACE] = "trace",      [COMMAND_RECORD] = "record",
		[COMMAND_SHOW] = "show",        [COMMAND_EXPORT] = "export",
		[COMMAND_VIEW] = "view",        [COMMAND_CHECK] = "check",
		[COMMAND_LIST] = "list",        [COMMAND_SET_BACKLOG] = "set-backlog",
		[COMMAND_DIAGNOSE] = "diagnose"};

	for (int c = 0; c<COMMAND_HELP && * argc> 1; c++) {
		if (strcmp(argv[1], names[c]))
			continue;
		memmove(argv + 1, argv + 2, (*argc - 1) * sizeof(*argv));
		--*argc;
		return c;
	}
	return COMMAND_TRACE;
}

/* Cuts argv at "--": what follows is the command to run. */
static char **take_run(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		*argc = i;
		argv[i] = NULL;
		return argv + i + 1;
	}
	return NULL;
}

/* Nothing was asked for: every listener of the machine, for a moment. */
static void look_around(struct options *o)
{
	o->command = COMMAND_SURVEY;
	o->source.all = true;
	o->source.data = false;
	if (!o->duration_ns)
		o->duration_ns = SURVEY_NS;
}

int options_parse(int argc, char **argv, struct options *out)
{
	static char name[] = "socktrace";
	struct options *o = out;
	int option, words = argc, r = 0;

	*o = (struct options){0};
	argv[0] = name; /* getopt's own messages begin like ours */
	o->source.calls = ALL_CALLS;
	o->source.data = o->source.follow = true;
	o->source.ipv4 = o->source.ipv6 = o->source.unix_sockets = true;
	o->source.buffer_bytes = DEFAULT_BUFFER_MIB << 20;
	o->command = take_command(&argc, argv);
	o->run = take_run(&argc, argv);
	while (!r &&
	       (option = getopt_long(argc, argv, "p:ae:o:u:L:46cfqrTyh", long_options, NULL)) != -1)
		r = set_option(o, option, optarg);
	if (!r && words == argc && o->command == COMMAND_TRACE && optind == argc &&
	    !o->source.pids.len && !o->source.cgroup && !o->source.all && !o->user &&
	    !o->outputs.len && !o->count && o->source.calls == ALL_CALLS)
		look_around(o);
	if (!r)
		r = options_check(o, argv + optind);
	return r;
}

void options_release(struct options *options)
{
	vec_release(&options->source.pids);
	vec_release(&options->outputs);
}
