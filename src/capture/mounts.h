/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two file systems that probes need, tracefs and the root of cgroup v2.
 * Where one is not mounted it is mounted privately: nobody else sees it.
 */
#pragma once

/* libbpf finds tracefs afterwards. 0, or -errno without a word: it can be done without. */
int mounts_tracefs(void);

/* An open directory of the root cgroup v2, or -errno without a word: it can be done without. */
int mounts_cgroup_root(void);

/* The id of a cgroup directory and its depth below the root.
 * 0 or -errno, and then one line says what is wrong with `path`. */
int mounts_cgroup_id(const char *path, unsigned long long *id, unsigned *level);
