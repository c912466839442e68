/* SPDX-License-Identifier: BSD-2-Clause
 *
 * argv → what to do. Everything is checked here, so that commands can rely on it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "capture/source.h"
#include "render/live.h"
#include "render/style.h"

enum command {
	COMMAND_TRACE,
	COMMAND_RECORD,
	COMMAND_SHOW,
	COMMAND_EXPORT,
	COMMAND_VIEW,
	COMMAND_DIAGNOSE,
	COMMAND_CHECK,
	COMMAND_LIST,
	COMMAND_SET_BACKLOG,
	COMMAND_HELP,
	COMMAND_SURVEY, /* nothing was asked for */
	COMMAND_VERSION,
	COMMAND_MAX,
};

enum format {
	FORMAT_NONE,
	FORMAT_JSON,
	FORMAT_NDJSON,
	FORMAT_HTML,
	FORMAT_SVG,
	FORMAT_RECORDING,
	FORMAT_MAX,
};

struct output_file {
	const char *path;
	enum format format;
};

struct options {
	enum command command;
	struct source_options source;
	char **run;           /* COMMAND and its arguments, NULL-terminated; NULL: none */
	const char *user;     /* -u, for COMMAND */
	const char *calls;    /* -e, as typed; NULL: all */
	const char *file;     /* what show, export, view and diagnose read; NULL: none */
	VEC(struct output_file) outputs; /* -o */
	enum format format;   /* export --format; NONE: by the name of -o */
	bool json;            /* NDJSON on stdout */
	bool with_events;     /* event lines in NDJSON */
	bool quiet;           /* no line per event */
	bool count;           /* -c: what calls there were, instead of lines and drawings */
	bool exit_code;       /* diagnose: a finding shows in the status */
	int64_t interval_ns;  /* open connections repeated in NDJSON; 0: not */
	int64_t duration_ns;  /* 0: until stopped */
	uint64_t connection;  /* --conn, 0: none */
	bool flowchart;
	const char *listener; /* -L as typed: PORT; set-backlog: also ADDR:PORT, PATH */
	int64_t backlog;      /* set-backlog's N */
	bool yes;             /* do not ask */
	enum color_when color;
	bool ascii;
	struct live_options live;
	char text[ST_TEXT_LEN]; /* the target as typed */
};

/* 0, or -EINVAL and one line that names the wrong word. */
int options_parse(int argc, char **argv, struct options *out);
void options_release(struct options *options);

extern const char options_usage[];
