/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel side has lost since it was loaded, by kind (enum st_loss).
 */
#pragma once

#include "capture/probes.h"
#include "socktrace/record.h"

/* 0 or -ENOMEM. */
int losses_read(struct probes *probes, __u64 count[ST_LOSS_MAX]);
