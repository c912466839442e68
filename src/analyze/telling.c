/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the memory that goes into a finding. Knows no rule.
 */
#include "analyze/telling.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"

void tell_number(struct finding *finding, const char *key, int64_t value)
{
	struct evidence evidence = {key, value, true};

	if (vec_push(&finding->evidence, evidence))
		finding->error = -ENOMEM;
}

void tell_time(struct finding *finding, const char *key, int64_t ns)
{
	struct evidence evidence = {key, ns == TIME_UNKNOWN ? 0 : ns, ns != TIME_UNKNOWN};

	if (vec_push(&finding->evidence, evidence))
		finding->error = -ENOMEM;
}

static char *text_of(struct finding *finding, const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		finding->error = -ENOMEM;
		return NULL;
	}
	return text;
}

void tell_summary(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	free(finding->summary);
	finding->summary = text_of(finding, format, args);
	va_end(args);
}

void tell_sentence(struct finding *finding, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_of(finding, format, args);
	va_end(args);
	if (text && vec_push(&finding->sentences, text)) {
		finding->error = -ENOMEM;
		free(text);
	}
}

void tell_excluded(struct finding *finding, enum rule rule, const char *format, ...)
{
	struct exclusion exclusion = {.rule = rule};
	va_list args;

	va_start(args, format);
	exclusion.because = text_of(finding, format, args);
	va_end(args);
	if (exclusion.because && vec_push(&finding->excluded, exclusion)) {
		finding->error = -ENOMEM;
		free(exclusion.because);
	}
}

void tell_contributing(struct finding *finding, enum rule rule)
{
	if (vec_push(&finding->contributing, (uint8_t)rule))
		finding->error = -ENOMEM;
}

struct advice *tell_advice(struct finding *finding, const char *action, const char *format, ...)
{
	struct advice advice = {0};
	va_list args;

	va_start(args, format);
	advice.text = text_of(finding, format, args);
	va_end(args);
	if (asprintf(&advice.action, "%s", action) < 0)
		advice.action = NULL;
	if (!advice.text || !advice.action || vec_push(&finding->advice, advice)) {
		free(advice.text);
		free(advice.action);
		finding->error = -ENOMEM;
		return NULL;
	}
	return &finding->advice.items[finding->advice.len - 1];
}

void tell_into(struct finding *finding, char **member, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	free(*member);
	*member = text_of(finding, format, args);
	va_end(args);
}

void tell_count(struct strbuf *out, uint64_t count, const char *one, const char *many)
{
	units_count(out, count);
	strbuf_add_char(out, ' ');
	strbuf_add(out, count == 1 ? one : many);
}

void tell_span(struct strbuf *out, int64_t ns)
{
	units_time(out, ns, UNITS_SPACED);
}
