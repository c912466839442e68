/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socktrace view: a report in the temporary directory, and the desktop's browser on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "render/html.h"

extern char **environ;

enum kind { KIND_RECORDING, KIND_DOCUMENT };

/* By its first byte, unpacked if need be: a document is an object, and so is a line. */
static int kind_of(const char *path, enum kind *kind)
{
	gzFile file = gzopen(path, "re");
	int first;

	if (!file)
		return log_err_r(-errno, "cannot open %s: %s", path, strerror(errno));
	first = gzgetc(file);
	gzclose(file);
	*kind = first == '{' ? KIND_DOCUMENT : KIND_RECORDING;
	return 0;
}

/* zlib reads what is not packed as it is. */
static int copy_document(const char *path, FILE *out)
{
	char bytes[64 << 10];
	gzFile file = gzopen(path, "re");
	int len = -1, r = 0;

	while (file && !r && (len = gzread(file, bytes, sizeof(bytes))) > 0)
		if (fwrite(bytes, 1, len, out) != (size_t)len)
			r = -errno;
	if (file)
		gzclose(file);
	if (!r && len < 0)
		return log_err_r(-EIO, "cannot read %s", path);
	return r ? log_err_r(r, "cannot write the report: %s", strerror(-r)) : 0;
}

static int page_failed(int r)
{
	if (r == -ENOSYS)
		return log_err_r(r, "this socktrace was built without the viewer (make VIEWER=0)");
	return r ? log_err_r(r, "cannot write the report: %s", strerror(-r)) : 0;
}

static int write_document(const char *path, FILE *out)
{
	struct html *html = NULL;
	int r = page_failed(html_new(out, &html));

	if (!r)
		r = copy_document(path, html_data(html));
	if (!r)
		r = page_failed(html_finish(html));
	html_free(&html);
	return r;
}

static int write_page(const char *document, const char *path)
{
	FILE *out = fopen(path, "we");
	int r;

	if (!out)
		return log_err_r(-errno, "cannot create %s: %s", path, strerror(errno));
	r = document ? write_document(document, out) : page_failed(html_write_empty(out));
	if (fclose(out) && !r)
		r = page_failed(-errno);
	return r;
}

static int write_report(const struct options *options, const char *path)
{
	struct options export = *options;
	struct output_file file = {path, FORMAT_HTML};
	enum kind kind = KIND_DOCUMENT;
	int r = options->file ? kind_of(options->file, &kind) : 0;

	if (r || kind == KIND_DOCUMENT)
		return r ? r : write_page(options->file, path);
	export.format = FORMAT_HTML;
	export.outputs.items = &file;
	export.outputs.len = 1;
	return cmd_export(&export) == STATUS_OK ? 0 : -EIO;
}

/* Readable by its owner alone, as a recording is. */
static int create_file(char *path, size_t size)
{
	static const char suffix[] = ".html";
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(path, size, "%s/socktrace-XXXXXX%s", folder && *folder ? folder : "/tmp", suffix);
	fd = mkostemps(path, strlen(suffix), O_CLOEXEC);
	if (fd < 0)
		return log_err_r(-errno, "cannot create %s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

static bool has_desktop(void)
{
	return getenv("DISPLAY") || getenv("WAYLAND_DISPLAY");
}

static bool open_in_browser(char *path)
{
	static char program[] = "xdg-open";
	char *argv[] = {program, path, NULL};
	posix_spawn_file_actions_t actions;
	int status, r;
	pid_t pid;

	if (!has_desktop() || posix_spawn_file_actions_init(&actions))
		return false;
	/* the path alone stands on standard output */
	r = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	if (!r)
		r = posix_spawnp(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int cmd_view(const struct options *options)
{
	char path[PATH_MAX];

	if (create_file(path, sizeof(path)))
		return STATUS_FAILED;
	if (write_report(options, path)) {
		unlink(path);
		return STATUS_FAILED;
	}
	if (puts(path) < 0 || fflush(stdout))
		return STATUS_FAILED;
	if (!open_in_browser(path))
		log_warn("there is no desktop to open it with: open that file in a browser");
	return STATUS_OK;
}
