/* SPDX-License-Identifier: BSD-2-Clause
 *
 * analyze/standing and its words: what readings alone tell, and that nothing more is claimed.
 */
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/finding.h"
#include "analyze/standing.h"
#include "build.h"
#include "golden.h"
#include "render/standing.h"

#define SECOND (1000 * MS)

static void listens(struct model *model, __u64 id, __u16 port)
{
	struct st_seen seen = build_seen(BUILD_START_NS, build_tcp(id, port, 0), 200, 3);

	seen.sock.state = TCP_LISTEN;
	seen.backlog = 5;
	build_feed(model, &seen);
}

static void reads(struct model *model, __u64 t_ns, __u64 id, __u32 depth, __u32 sk_drops)
{
	struct st_listener reading = build_reading(BUILD_START_NS + t_ns, id, depth, 5);

	reading.sk_drops = sk_drops;
	reading.flags = ST_LISTENER_POLLED;
	build_feed(model, &reading);
}

/* A quiet one; one full from 1 s to 3 s and dropping; one full for a moment. Ten seconds. */
static void fill(struct model *model)
{
	feed(model, build_netns(BUILD_START_NS, ST_COUNTER_LISTEN_OVERFLOWS, 1000));
	listens(model, 1, 80);
	listens(model, 2, 81);
	listens(model, 3, 82);
	reads(model, 0, 1, 0, 7);
	reads(model, 0, 2, 2, 40);
	reads(model, 0, 3, 0, 0);
	reads(model, 1 * SECOND, 2, 6, 40);
	reads(model, 2 * SECOND, 2, 6, 3040);
	reads(model, 3 * SECOND, 2, 1, 3041);
	reads(model, 4 * SECOND, 3, 6, 0);
	reads(model, 4 * SECOND + 100 * MS, 3, 3, 0);
	reads(model, 10 * SECOND, 1, 3, 7);
	feed(model, build_netns(BUILD_START_NS + 10 * SECOND, ST_COUNTER_LISTEN_OVERFLOWS, 4001));
	model_finish(model);
}

static void test_figures(void **state)
{
	struct standings standings;
	const struct standing *worst;

	fill(*state);
	assert_int_equal(standings_of(*state, &standings), 0);
	assert_int_equal(standings.len, 3);
	worst = standings.items;
	assert_int_equal(worst->listener->address.port, 81);
	assert_int_equal(worst->drops, 3001);
	assert_int_equal(worst->full_ns, 2 * SECOND);
	assert_int_equal(worst->depth_max, 6);
	assert_int_equal(worst->watched_ns, 10 * SECOND);
	assert_int_equal(worst[1].listener->address.port, 82);
	assert_int_equal(worst[1].full_ns, 100 * MS);
	assert_int_equal(worst[2].drops, 0);
	vec_release(&standings);
}

/* No rule can be told from readings alone. */
static void test_no_findings(void **state)
{
	struct findings findings;

	fill(*state);
	assert_int_equal(findings_of(*state, &findings), 0);
	assert_int_equal(findings.len, 0);
	findings_release(&findings);
	assert_int_equal(findings_ended(*state, 0, 10 * SECOND, &findings), 0);
	assert_int_equal(findings.len, 0);
	findings_release(&findings);
}

static void test_words(void **state)
{
	struct style style = {.width = 80};
	struct strbuf out = STRBUF_INIT;
	struct standings standings;

	fill(*state);
	vec_each (listener, &((struct model *)*state)->listeners)
		(*listener)->requested = 5;
	assert_int_equal(standings_of(*state, &standings), 0);
	standings_text(&style, *state, &standings, true, &out);
	golden_check("standing.txt", &out);
	strbuf_reset(&out);
	standings_text(&style, *state, &standings, false, &out);
	assert_non_null(strstr(strbuf_text(&out), "1 listener without drops"));
	assert_null(strstr(strbuf_text(&out), ":80 "));
	strbuf_release(&out);
	vec_release(&standings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_figures, build_setup, build_teardown),
		cmocka_unit_test_setup_teardown(test_no_findings, build_setup, build_teardown),
		cmocka_unit_test_setup_teardown(test_words, build_setup, build_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
