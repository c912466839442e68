/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to stderr, one line each, prefixed "socktrace: ". The text names the
 * thing that failed and, where there is one, the remedy.
 */
#pragma once

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVEL_MAX };

void log_set_level(enum log_level level);
bool log_wants(enum log_level level); /* whether a message of that level is printed */

__attribute__((format(printf, 2, 3))) void log_print(enum log_level level, const char *format, ...);

#define log_err(...) log_print(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

/* Says it and evaluates to r: `return log_err_r(-EINVAL, "...")`. */
#define log_err_r(r, ...) (log_err(__VA_ARGS__), (r))
