/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Owns the configuration and the maps of state.h, and the licence of the object.
 */
#include "state.h"

const volatile struct st_config config = {};

struct targets_map targets SEC(".maps");
struct threads_map threads SEC(".maps");
struct sockets_map sockets SEC(".maps");
struct ports_map ports SEC(".maps");
struct names_map names SEC(".maps");
struct tuples_map tuples SEC(".maps");
struct announced_map announced SEC(".maps");
struct losses_map losses SEC(".maps");
struct blank_map blank SEC(".maps");
struct ring_map ring SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";
