/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the text of the present second: a busy server has many lines in each.
 */
#include "render/live_clock.h"

#define NS_PER_S 1000000000ULL
#define NS_PER_MS 1000000ULL

void live_clock_print(struct live_clock *clock, uint64_t now_ns, struct strbuf *out)
{
	time_t second = now_ns / NS_PER_S;
	unsigned ms = now_ns % NS_PER_S / NS_PER_MS;
	const char digits[4] = {'0' + ms / 100, '0' + ms / 10 % 10, '0' + ms % 10, ' '};
	struct tm local;

	if (second != clock->second) {
		clock->second = second;
		localtime_r(&second, &local);
		strftime(clock->text, sizeof(clock->text), "%H:%M:%S.", &local);
	}
	strbuf_add(out, clock->text);
	strbuf_append(out, digits, sizeof(digits));
}
