/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Taking probes back when everything else is done.
 */
#pragma once

/* Has detach(what) done by another process, after this one has ended; by this one if there can
 * be no other. The caller leaves `what` alone afterwards, and ends soon. */
void detach_aside(void (*detach)(void *what), void *what);
