/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns the two character sets, the colours and how they are chosen; knows no
 * layout.
 */
#include "render/style.h"

#include <assert.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/units.h"
#include "render/escape.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 20
#define WIDTH_MAX 1000

struct glyph_form {
	const char *utf8, *ascii;
};

static const struct glyph_form glyphs[] = {
	[GLYPH_DASH] = {"─", "-"},      [GLYPH_HEAD_RIGHT] = {"▶", ">"},
	[GLYPH_HEAD_LEFT] = {"◀", "<"}, [GLYPH_LOST] = {"╳", "X"},
	[GLYPH_LANE] = {"│", "|"},      [GLYPH_CALL] = {"●", "*"},
	[GLYPH_KERNEL] = {"├", "+"},    [GLYPH_WAIT] = {"┆", ":"},
	[GLYPH_QUEUE] = {"▒", "#"},     [GLYPH_MORE] = {"⋮", "~"},
	[GLYPH_SERVED] = {"█", "="},    [GLYPH_FAILED] = {"✗", "x"},
	[GLYPH_ABSENT] = {"–", "-"},    [GLYPH_TO] = {"→", "->"},
	[GLYPH_TIMES] = {"×", "x"},     [GLYPH_ELLIPSIS] = {"…", "..."},
	[GLYPH_GOOD] = {"✓", "+"},
};
static_assert(sizeof(glyphs) / sizeof(*glyphs) == GLYPH_MAX, "a glyph without a form");

static const struct glyph_form levels[STYLE_LEVELS] = {
	{"▁", "."}, {"▂", ":"}, {"▃", "-"}, {"▄", "="},
	{"▅", "+"}, {"▆", "*"}, {"▇", "#"}, {"█", "@"},
};

static const struct glyph_form eighths[STYLE_LEVELS] = {
	{"▏", "="}, {"▎", "="}, {"▍", "="}, {"▌", "="},
	{"▋", "="}, {"▊", "="}, {"▉", "="}, {"█", "="},
};

static const char *const paints[] = {
	[PAINT_NONE] = "\033[0m",  [PAINT_DIM] = "\033[2m",   [PAINT_WAIT] = "\033[33m",
	[PAINT_FAIL] = "\033[31m", [PAINT_TITLE] = "\033[1m",
};
static_assert(sizeof(paints) / sizeof(*paints) == PAINT_MAX, "a paint without a sequence");

/* One character, one column, as the locale sees it. */
static bool one_column(const char *text)
{
	wchar_t wide[4];

	return mbstowcs(wide, text, 4) == 1 && wcwidth(wide[0]) == 1;
}

static bool locale_draws(void)
{
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return false;
	for (unsigned i = 0; i < GLYPH_MAX; i++)
		if (!one_column(glyphs[i].utf8))
			return false;
	for (unsigned i = 0; i < STYLE_LEVELS; i++)
		if (!one_column(levels[i].utf8) || !one_column(eighths[i].utf8))
			return false;
	return true;
}

static unsigned terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = {0};
	unsigned long width = 0;

	if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width && columns)
		width = strtoul(columns, NULL, 10);
	if (!width)
		return WIDTH_DEFAULT;
	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

void style_init(struct style *style, int fd, enum color_when when, bool ascii)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	bool wanted = !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);

	style->color = when == COLOR_ALWAYS || (when == COLOR_AUTO && wanted && isatty(fd));
	style->ascii = ascii || !locale_draws();
	style->width = terminal_width(fd);
}

void style_paint(const struct style *style, enum paint paint, struct strbuf *out)
{
	if (style->color)
		strbuf_add(out, paints[paint]);
}

const char *style_glyph(const struct style *style, enum glyph glyph)
{
	return style->ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8;
}

const char *style_level(const struct style *style, unsigned level)
{
	return style->ascii ? levels[level - 1].ascii : levels[level - 1].utf8;
}

const char *style_eighth(const struct style *style, unsigned level)
{
	return style->ascii ? eighths[level - 1].ascii : eighths[level - 1].utf8;
}

void style_time(const struct style *style, bool spaced, int64_t ns, struct strbuf *out)
{
	units_time(out, ns, (spaced ? UNITS_SPACED : 0) | (style->ascii ? UNITS_ASCII : 0));
}

void style_bytes(const struct style *style, uint64_t bytes, struct strbuf *out)
{
	units_bytes(out, bytes, UNITS_SPACED | (style->ascii ? UNITS_ASCII : 0));
}

void style_name(const struct style *style, const char *name, struct strbuf *out)
{
	escape_terminal(out, name, strlen(name), style->ascii);
}

void style_address(const struct style *style, const struct address *address, struct strbuf *out)
{
	struct strbuf plain strbuf_cleanup = STRBUF_INIT;

	if (address->family != FAMILY_UNIX) {
		address_print(address, out);
		return;
	}
	/* a path may hold characters that are harmless in themselves but not here */
	address_print(address, &plain);
	escape_terminal(out, strbuf_text(&plain), plain.len, style->ascii);
}
