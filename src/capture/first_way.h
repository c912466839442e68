/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For tests: the environment variable SOCKTRACE_FIRST_WAY makes rows of the probe plan begin
 * with a later way than this kernel needs, as in "sends and receives=3;dropped last ACKs=2".
 */
#pragma once

/* The index of the way that the row is to begin with at the earliest: 0 unless text, which may
 * be NULL, says otherwise. */
int first_way(const char *text, const char *row);
