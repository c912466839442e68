/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the way from a connection to its drawing.
 */
#include "chart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "golden.h"
#include "render/flowchart_svg.h"
#include "render/flowchart_text.h"

void chart_check(const char *name, const struct style *style, const struct connection *connection)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct flowchart chart;

	assert_int_equal(flowchart_of_connection(style, connection, &chart), 0);
	flowchart_text(style, &chart, &out);
	golden_check(name, &out);
	flowchart_release(&chart);
}

void chart_check_svg(const char *name, const struct connection *connection)
{
	struct strbuf out strbuf_cleanup = STRBUF_INIT;
	struct flowchart chart;

	assert_int_equal(flowchart_of_connection(&style_utf8, connection, &chart), 0);
	flowchart_svg(&chart, &out);
	golden_check(name, &out);
	flowchart_release(&chart);
}
