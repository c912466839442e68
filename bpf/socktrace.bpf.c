/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The one object: a file per kernel area, compiled as one, because the linker of
 * libbpf 1.1 cannot join objects that call the same kernel function (read.h).
 */
#include "calls.bpf.c"
#include "cgroup.bpf.c"
#include "connections.bpf.c"
#include "data.bpf.c"
#include "data_calls.bpf.c"
#include "drops.bpf.c"
#include "every_call.bpf.c"
#include "listeners.bpf.c"
#include "peers.bpf.c"
#include "process.bpf.c"
#include "samples.bpf.c"
#include "snapshot.bpf.c"
#include "tcp.bpf.c"
#include "unix.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
