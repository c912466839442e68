/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how times, sizes and counts are rounded and spelled; knows no layout.
 */
#include "base/units.h"

#define SECOND_NS 1000000000ULL
#define MINUTE_NS (60 * SECOND_NS)
#define HOUR_NS (60 * MINUTE_NS)
#define DAY_NS (24 * HOUR_NS)

void units_decimal(struct strbuf *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = '0' + number % 10;
		number /= 10;
	} while (number);
	strbuf_append(out, digits + at, sizeof(digits) - at);
}

void units_count(struct strbuf *out, uint64_t count)
{
	char text[27];
	size_t at = sizeof(text);
	unsigned digits = 0;

	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = '0' + count % 10;
		digits++;
		count /= 10;
	} while (count);
	strbuf_append(out, text + at, sizeof(text) - at);
}

/* value / unit, rounded to three digits, without zeros at the end of a fraction. */
static void units_scaled(struct strbuf *out, uint64_t value, uint64_t unit)
{
	uint64_t hundredths = value / unit * 100 + (value % unit + unit / 200) / (unit / 100);
	unsigned fraction;

	if (hundredths >= 10000) {
		units_decimal(out, value / unit + (value % unit >= unit / 2));
		return;
	}
	if (hundredths >= 1000) /* from the value: rounding twice could round up twice */
		hundredths = value / unit * 100 + (value % unit + unit / 20) / (unit / 10) * 10;
	units_decimal(out, hundredths / 100);
	fraction = hundredths % 100;
	if (!fraction)
		return;
	strbuf_add_char(out, '.');
	strbuf_add_char(out, '0' + fraction / 10);
	if (fraction % 10)
		strbuf_add_char(out, '0' + fraction % 10);
}

/* "2m05s": the two largest of days, hours, minutes, seconds. */
static void units_long_time(struct strbuf *out, uint64_t ns)
{
	static const struct {
		uint64_t ns;
		char letter;
	} units[] = {
		{DAY_NS, 'd'},
		{HOUR_NS, 'h'},
		{MINUTE_NS, 'm'},
		{SECOND_NS, 's'},
	};
	unsigned i = 0;
	uint64_t rest;

	while (i < 2 && ns < units[i].ns)
		i++;
	rest = ns % units[i].ns / units[i + 1].ns;
	units_decimal(out, ns / units[i].ns);
	strbuf_add_char(out, units[i].letter);
	strbuf_add_char(out, '0' + rest / 10);
	strbuf_add_char(out, '0' + rest % 10);
	strbuf_add_char(out, units[i + 1].letter);
}

static void units_suffix(struct strbuf *out, const char *suffix, unsigned flags)
{
	if (flags & UNITS_SPACED)
		strbuf_add_char(out, ' ');
	strbuf_add(out, suffix);
}

void units_time(struct strbuf *out, int64_t ns, unsigned flags)
{
	uint64_t value = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	if (ns < 0)
		strbuf_add_char(out, '-');
	if (value >= 2 * MINUTE_NS) {
		units_long_time(out, value);
	} else if (value < 1000) {
		units_decimal(out, value);
		/* a bare 0 needs no unit to be understood */
		if (value)
			units_suffix(out, "ns", flags);
	} else if (value < 999500) {
		units_decimal(out, (value + 500) / 1000);
		units_suffix(out, flags & UNITS_ASCII ? "us" : "µs", flags);
	} else if (value < 999500000) {
		units_scaled(out, value, 1000000);
		units_suffix(out, "ms", flags);
	} else {
		units_scaled(out, value, SECOND_NS);
		units_suffix(out, "s", flags);
	}
}

void units_bytes(struct strbuf *out, uint64_t bytes, unsigned flags)
{
	static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1;
	unsigned i = 0;

	while (i < 6 && bytes / unit + (bytes % unit >= (unit + 1) / 2 && unit > 1) >= 1000) {
		unit *= 1000;
		i++;
	}
	if (i == 0)
		units_decimal(out, bytes);
	else
		units_scaled(out, bytes, unit);
	units_suffix(out, names[i], flags);
}
