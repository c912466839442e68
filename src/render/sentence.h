/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is said of a connection in words, wherever it is shown: who, between
 * where, how it ended, how much went over it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/model.h"
#include "render/style.h"

const char *protocol_text(enum protocol protocol); /* "tcp", "udp", "unix", "socket" */

/* "python3[4242]"; with tid, where it is another thread, "python3[4242/4250]". */
void sentence_who(const struct style *style, const char *comm, uint32_t pid, uint32_t tid,
		  struct strbuf *out);

/* "10.0.0.7:53112 → 10.0.0.1:8088"; brief: "→ :8088" where the port says it all
 * (one address, or a server of this host). An unnamed end is left out. */
void sentence_route(const struct style *style, const struct connection *connection, bool brief,
		    struct strbuf *out);

/* "closed by server", "refused", "timed out after 4 SYNs", "still open", … */
void sentence_outcome(const struct style *style, const struct connection *connection,
		      struct strbuf *out);

/* "SYN dropped", "ACK dropped"; full: ", queue 6 of 5" too. event: a drop. */
void sentence_drop(const struct event *event, bool full, struct strbuf *out);

/* Of one that was turned away and got in: "got in after 2 SYNs, 1.03 s". */
void sentence_retries(const struct style *style, const struct connection *connection,
		      struct strbuf *out);

/* "26 B to the client", "512 B to the server, 26 B to the client", "no data"; with
 * "at least" before it where the sums may lack something; "bytes not known". */
void sentence_bytes(const struct style *style, const struct connection *connection,
		    struct strbuf *out);

/* "complete: 8,211 events, none lost", or what was lost and what helps. No newline. */
void sentence_completeness(const struct style *style, const struct capture *capture,
			   struct strbuf *out);
