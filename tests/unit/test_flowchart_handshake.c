/* SPDX-License-Identifier: BSD-2-Clause
 *
 * render/flowchart_handshake: how connections come about, or do not.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chart.h"
#include "fixture.h"

static void test_dropped(void **state)
{
	struct fixture *fixture = fixture_new();

	(void)state;
	chart_check("flowchart-dropped.txt", &style_utf8, story_dropped(fixture));
	chart_check("flowchart-dropped-local.txt", &style_utf8, story_dropped_local(fixture));
	chart_check("flowchart-dropped-ack.txt", &style_utf8, story_dropped_ack(fixture));
	chart_check("flowchart-dropped-ascii.txt", &style_ascii, story_dropped(fixture));
	chart_check("flowchart-dropped-narrow.txt", &style_narrow, story_dropped_local(fixture));
	chart_check_svg("flowchart-dropped-local.svg", story_dropped_local(fixture));
	fixture_free(fixture);
}

/* TCP_DEFER_ACCEPT: the client is connected, and its data puts it into the queue later. A server
 * whose peer is gone for good closes without a FIN. */
static void test_deferred(void **state)
{
	struct fixture *fixture = fixture_new();
	struct connection *connection = story_local(fixture);

	(void)state;
	vec_each (event, &connection->events) {
		bool client = event->side == SIDE_CLIENT;

		if (client ? event->name > EVENT_CONNECT && event->name < EVENT_SYN
			   : event->name == EVENT_ESTABLISHED || event->name > EVENT_LISTEN)
			event->t_ns += 500000000;
	}
	connection->server.fin_sent = false;
	connection->outcome = OUTCOME_TIMED_OUT;
	chart_check("flowchart-deferred.txt", &style_utf8, connection);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_deferred),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
