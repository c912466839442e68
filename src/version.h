/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The version that --version prints.
 */
#pragma once

#define SOCKTRACE_VERSION "0.1"
