/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private to src/model: the network namespaces by inode number.
 */
#pragma once

#include "model/index.h"

uint32_t netns_somaxconn(const struct model *model, uint32_t inum); /* 0: not known */
void netnses_release(struct model *model);
