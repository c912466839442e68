/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What was typed must make sense together; knows no option's spelling but in messages.
 */
#include "opts_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "cmd/user.h"
#include "model/address.h"
#include "opts_value.h"

static int check_user(const struct options *o)
{
	uid_t uid;
	gid_t gid;

	if (!o->user)
		return 0;
	if (!o->run)
		return log_err_r(-EINVAL, "-u goes with -- COMMAND");
	if (!user_find(o->user, &uid, &gid))
		return log_err_r(-EINVAL, "-u %s: no such user in /etc/passwd", o->user);
	return 0;
}

static int check_target(const struct options *o, const char *operand)
{
	int kinds = (o->source.pids.len > 0) + (o->source.cgroup != NULL) + o->source.all +
		    (o->run != NULL);

	if (operand)
		return log_err_r(
			-EINVAL,
			"do not know what to do with \"%s\": did you mean `socktrace -- %s …` "
			"to run it, or -p PID?",
			operand, operand);
	if (o->run && !o->run[0])
		return log_err_r(-EINVAL, "no command after --");
	if (kinds == 0)
		return log_err_r(
			-EINVAL,
			"what to trace? -p PID, --cgroup PATH, -a or -- COMMAND (see --help)");
	if (kinds > 1)
		return log_err_r(-EINVAL, "-p, --cgroup, -a and -- COMMAND exclude each other");
	if (!o->source.ipv4 && !o->source.ipv6)
		return log_err_r(-EINVAL, "-4 and -6 exclude each other");
	if (o->command == COMMAND_DIAGNOSE && !(o->source.calls & 1u << ST_CALL_ACCEPT))
		return log_err_r(-EINVAL, "-e leaves out accept(), which tells what fills a queue");
	return check_user(o);
}

static int check_outputs(const struct options *o)
{
	vec_each (file, &o->outputs) {
		if ((o->command == COMMAND_TRACE || o->command == COMMAND_DIAGNOSE) &&
		    file->format == FORMAT_NONE)
			return log_err_r(-EINVAL,
					 "-o %s: the name must end in .json, .ndjson, .html, .svg "
					 "or .skt",
					 file->path);
		for (size_t i = 0; &o->outputs.items[i] != file; i++)
			if (!strcmp(o->outputs.items[i].path, file->path))
				return log_err_r(-EINVAL, "-o %s is given twice", file->path);
	}
	if (o->command == COMMAND_RECORD && o->outputs.len != 1)
		return log_err_r(-EINVAL, "record takes one -o FILE");
	if (o->command == COMMAND_RECORD && o->outputs.items[0].format != FORMAT_NONE &&
	    o->outputs.items[0].format != FORMAT_RECORDING)
		return log_err_r(-EINVAL, "record -o %s: it writes a recording, x.skt say; a "
					  "trace, or export, writes that",
				 o->outputs.items[0].path);
	if (o->command == COMMAND_EXPORT && o->outputs.len > 1)
		return log_err_r(-EINVAL, "export takes one -o FILE");
	return 0;
}

static int check_count(const struct options *o)
{
	if (!o->count)
		return 0;
	if (o->command != COMMAND_TRACE && o->command != COMMAND_SHOW)
		return log_err_r(-EINVAL, "-c goes with a trace, or with show FILE");
	if (o->json)
		return log_err_r(-EINVAL, "-c and --json exclude each other");
	if (o->connection || o->flowchart)
		return log_err_r(-EINVAL, "-c counts all calls: it draws no connection");
	return 0;
}

/* What says whom to trace, and what of it. NULL: none was given. */
static const char *narrowing_option(const struct options *o)
{
	if (o->source.pids.len)
		return "-p";
	if (o->source.cgroup)
		return "--cgroup";
	if (o->source.all)
		return "-a";
	if (o->run)
		return "--";
	if (o->listener)
		return "-L";
	if (o->source.remote_port)
		return "--rport";
	if (!o->source.ipv4 || !o->source.ipv6)
		return o->source.ipv4 ? "-4" : "-6";
	if (o->source.calls != ALL_CALLS)
		return "-e";
	return o->duration_ns ? "--duration" : NULL;
}

/* They would be taken to hold for the file, which has all that its trace had. */
static int check_recording(const struct options *o, const char *command)
{
	const char *option = narrowing_option(o);

	return option ? log_err_r(-EINVAL, "%s goes with a live trace: %s %s takes the file whole",
				  option, command, o->file)
		      : 0;
}

static int check_file(struct options *o, char **operands)
{
	const char *command = o->command == COMMAND_SHOW ? "show" : "export";

	if (!operands[0] || operands[1])
		return log_err_r(-EINVAL,
				 "%s takes one FILE, a recording made by `socktrace record`",
				 command);
	o->file = operands[0];
	if (check_recording(o, command))
		return -EINVAL;
	if (o->json)
		return log_err_r(-EINVAL, "%s takes no --json: `socktrace export FILE --format "
					  "ndjson` writes that", command);
	if (o->command == COMMAND_EXPORT && o->format == FORMAT_NONE && o->outputs.len)
		o->format = o->outputs.items[0].format;
	if (o->command == COMMAND_EXPORT &&
	    (o->format == FORMAT_NONE || o->format == FORMAT_RECORDING))
		return log_err_r(-EINVAL, "export needs --format json, ndjson, html or svg");
	return 0;
}

/* A recording, or a live target as of a trace. */
static int check_diagnose(struct options *o, char **operands)
{
	bool target = o->source.pids.len || o->source.cgroup || o->source.all || o->run;

	if (target || !operands[0])
		return check_target(o, operands[0]);
	if (operands[1])
		return log_err_r(-EINVAL, "diagnose takes one FILE, or a target such as -p PID");
	o->file = operands[0];
	return check_recording(o, "diagnose");
}

static int check_view(struct options *o, char **operands)
{
	if (operands[0] && operands[1])
		return log_err_r(-EINVAL, "view takes one FILE, or none for the viewer alone");
	if (o->outputs.len)
		return log_err_r(-EINVAL, "view takes no -o: `socktrace export FILE -o x.html` "
					  "writes a report to keep");
	o->file = operands[0];
	return o->file ? check_recording(o, "view") : 0;
}

/* The target is that of a trace, or everything; but nothing can be started for it. */
static int check_list(struct options *o, char **operands)
{
	if (o->run)
		return log_err_r(-EINVAL, "list shows what is there: it starts no command");
	if (o->outputs.len)
		return log_err_r(-EINVAL, "list takes no -o: it prints, with --json NDJSON");
	if (!o->source.pids.len && !o->source.cgroup)
		o->source.all = true;
	return check_target(o, operands[0]);
}

static int check_set_backlog(struct options *o, char **operands)
{
	struct address selector;
	unsigned long backlog;

	if (!operands[0] || operands[1] || !o->source.pids.len || !o->listener)
		return log_err_r(-EINVAL, "set-backlog N -p PID -L PORT: which number, for which "
					  "process, for which of its listeners?");
	if (!address_parse(o->listener, &selector))
		return log_err_r(-EINVAL, "-L takes a port, ADDRESS:PORT or a path, not \"%s\"",
				 o->listener);
	if (value_number("set-backlog", operands[0], 0, INT32_MAX, &backlog))
		return -EINVAL;
	o->backlog = backlog;
	return 0;
}

/* The target in the words of the command line, for the document. */
static void describe_target(struct options *o)
{
	struct strbuf text strbuf_cleanup = STRBUF_INIT;

	vec_each (pid, &o->source.pids)
		strbuf_printf(&text, "-p %d ", *pid);
	if (o->source.cgroup)
		strbuf_printf(&text, "--cgroup %s ", o->source.cgroup);
	if (o->source.all)
		strbuf_add(&text, "-a ");
	if (o->source.local_port)
		strbuf_printf(&text, "-L %u ", o->source.local_port);
	if (o->source.remote_port)
		strbuf_printf(&text, "--rport %u ", o->source.remote_port);
	if (!o->source.ipv4 || !o->source.ipv6)
		strbuf_add(&text, o->source.ipv4 ? "-4 " : "-6 ");
	if (o->calls)
		strbuf_printf(&text, "-e %s ", o->calls);
	if (o->run)
		strbuf_add(&text, "--");
	for (char **arg = o->run; arg && *arg; arg++)
		strbuf_printf(&text, " %s", *arg);
	snprintf(o->text, sizeof(o->text), "%s", strbuf_text(&text));
	while (o->text[0] && o->text[strlen(o->text) - 1] == ' ')
		o->text[strlen(o->text) - 1] = '\0';
	o->source.text = o->text;
}

int options_check(struct options *o, char **operands)
{
	int r;

	describe_target(o);
	if (o->command >= COMMAND_HELP)
		return 0;
	r = check_outputs(o);
	if (!r)
		r = check_count(o);
	if (r)
		return r;
	if (o->command == COMMAND_SHOW || o->command == COMMAND_EXPORT)
		return check_file(o, operands);
	if (o->command == COMMAND_VIEW)
		return check_view(o, operands);
	if (o->command == COMMAND_LIST)
		return check_list(o, operands);
	if (o->command == COMMAND_SET_BACKLOG)
		return check_set_backlog(o, operands);
	if (o->command == COMMAND_DIAGNOSE)
		return check_diagnose(o, operands);
	if (o->command == COMMAND_CHECK)
		return operands[0] ? log_err_r(-EINVAL, "check takes no argument") : 0;
	return check_target(o, operands[0]);
}
