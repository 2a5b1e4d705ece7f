/* SPDX-License-Identifier: MIT */
#include "ui/colour.h"

#include <stdio.h>
#include <stdlib.h>

#define NCURSES_NOMACROS
#include <curses.h>

const struct look look_plain = { { COLOUR_DEFAULT, 0 }, { COLOUR_DEFAULT, 0 }, 0 };

static const struct {
	unsigned bit;
	char number;
	const char *capability;
} attributes[] = {
	{ ATTR_BOLD, '1', "bold" },
	{ ATTR_DIM, '2', "dim" },
	{ ATTR_ITALIC, '3', "sitm" },
	{ ATTR_UNDERLINE, '4', "smul" },
	{ ATTR_REVERSE, '7', "rev" },
};

static const char *
capability(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (const char *)-1 ? s : NULL;
}

static enum depth
find_depth(void)
{
	const char *no_color = getenv("NO_COLOR"), *colorterm = getenv("COLORTERM");
	const char *setaf = capability("setaf");
	int count = tigetnum("colors");

	if ((no_color && *no_color) || !setaf || strncmp(setaf, "\033[", 2) != 0 || count < 8)
		return DEPTH_MONO;
	if ((colorterm && (!strcmp(colorterm, "truecolor") || !strcmp(colorterm, "24bit"))) ||
		tigetflag("RGB") > 0 || tigetflag("Tc") > 0)
		return DEPTH_TRUE;
	return count >= 256 ? DEPTH_256 : count >= 16 ? DEPTH_16 : DEPTH_8;
}

void
colours_init(struct colours *c)
{
	struct theme theme;

	*c = (struct colours){ .depth = find_depth() };
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		const char *s = capability(attributes[i].capability);

		if (s && strncmp(s, "\033[", 2) == 0)
			c->attrs |= attributes[i].bit;
	}
	c->ansi = c->attrs || c->depth != DEPTH_MONO;
	c->no_default = tigetflag("AX") <= 0 && !capability("op");
	theme_default(&theme);
	colours_use(c, &theme);
}

static uint32_t
rgb_of_index(uint32_t i)
{
	static const uint32_t basic[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee,
		0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff,
		0xff00ff, 0x00ffff, 0xffffff };
	static const uint32_t steps[6] = { 0, 95, 135, 175, 215, 255 };

	if (i < 16)
		return basic[i];
	if (i >= 232)
		return (8 + (i - 232) * 10) * 0x010101;
	i -= 16;
	return steps[i / 36] << 16 | steps[i / 6 % 6] << 8 | steps[i % 6];
}

static uint32_t
nearest_index(uint32_t rgb, uint32_t first, uint32_t end)
{
	uint32_t best = first;
	long best_distance = -1;

	for (uint32_t i = first; i < end; i++) {
		uint32_t other = rgb_of_index(i);
		long r = (long)(rgb >> 16) - (long)(other >> 16);
		long g = (long)(rgb >> 8 & 255) - (long)(other >> 8 & 255);
		long b = (long)(rgb & 255) - (long)(other & 255);
		long distance = 2 * r * r + 4 * g * g + 3 * b * b;

		if (best_distance < 0 || distance < best_distance) {
			best = i;
			best_distance = distance;
		}
	}
	return best;
}

static struct colour
reduce(struct colour colour, enum depth depth)
{
	uint32_t count = depth == DEPTH_8 ? 8 : 16;

	if (colour.kind != COLOUR_INDEX && colour.kind != COLOUR_RGB)
		return colour;
	if (depth == DEPTH_MONO)
		return (struct colour){ COLOUR_DEFAULT, 0 };
	if (depth == DEPTH_TRUE || (depth == DEPTH_256 && colour.kind == COLOUR_INDEX))
		return colour;
	if (depth == DEPTH_256)
		return (struct colour){ COLOUR_INDEX, nearest_index(colour.value, 16, 256) };
	if (colour.kind == COLOUR_INDEX && colour.value < 16)
		return (struct colour){ COLOUR_INDEX, colour.value % count };
	if (colour.kind == COLOUR_INDEX)
		colour.value = rgb_of_index(colour.value);
	return (struct colour){ COLOUR_INDEX, nearest_index(colour.value, 0, count) };
}

void
colours_use(struct colours *c, const struct theme *theme)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const struct style *s = &theme->styles[i];
		struct look *look = &c->looks[i];

		look->attrs = (c->depth == DEPTH_MONO ? s->mono_attrs : s->attrs) & c->attrs;
		/* Dark grey is not among 8 colours: bold black is. */
		if (c->depth == DEPTH_8 && s->fg.kind == COLOUR_INDEX && s->fg.value >= 8 &&
			s->fg.value < 16)
			look->attrs |= ATTR_BOLD & c->attrs;
		look->fg = reduce(s->fg, c->depth);
		look->bg = reduce(s->bg, c->depth);
		/* Two colours that fell together would hide the text. */
		if (look->fg.kind == COLOUR_INDEX && look->bg.kind == COLOUR_INDEX &&
			look->fg.value == look->bg.value)
			look->fg.value = look->bg.value == 0 ? 7 : 0;
	}
}

struct look
colours_look(const struct colours *c, uint8_t role, uint8_t over)
{
	struct look look = c->looks[role];

	if (over) {
		const struct look *top = &c->looks[over];

		if (top->fg.kind != COLOUR_BELOW && c->depth != DEPTH_MONO)
			look.fg = top->fg;
		if (top->bg.kind != COLOUR_BELOW && c->depth != DEPTH_MONO)
			look.bg = top->bg;
		look.attrs |= top->attrs;
	}
	if (look.fg.kind == COLOUR_BELOW)
		look.fg.kind = COLOUR_DEFAULT;
	if (look.bg.kind == COLOUR_BELOW)
		look.bg.kind = COLOUR_DEFAULT;
	return look;
}

static bool
colour_equal(struct colour a, struct colour b)
{
	return a.kind == b.kind && (a.kind == COLOUR_DEFAULT || a.value == b.value);
}

bool
look_equal(struct look a, struct look b)
{
	return a.attrs == b.attrs && colour_equal(a.fg, b.fg) && colour_equal(a.bg, b.bg);
}

bool
look_blank_equal(struct look a, struct look b)
{
	if ((a.attrs | b.attrs) & (ATTR_REVERSE | ATTR_UNDERLINE))
		return look_equal(a, b);
	return colour_equal(a.bg, b.bg);
}

struct params {
	char text[96];
	int len;
};

static void
add_param(struct params *p, const char *text)
{
	p->len += snprintf(p->text + p->len, sizeof(p->text) - (size_t)p->len, "%s%s",
		p->len ? ";" : "", text);
}

/* base: 30 for the foreground, 40 for the background. */
static void
add_colour(struct params *p, struct colour colour, unsigned base)
{
	char text[32];
	uint32_t v = colour.value;

	if (colour.kind == COLOUR_DEFAULT)
		snprintf(text, sizeof(text), "%u", base + 9);
	else if (colour.kind == COLOUR_RGB)
		snprintf(text, sizeof(text), "%u;2;%u;%u;%u", base + 8, v >> 16 & 255,
			v >> 8 & 255, v & 255);
	else if (v < 8)
		snprintf(text, sizeof(text), "%u", base + v);
	else if (v < 16)
		snprintf(text, sizeof(text), "%u", base + 60 + v - 8);
	else
		snprintf(text, sizeof(text), "%u;5;%u", base + 8, v);
	add_param(p, text);
}

static void
add_attrs(struct params *p, unsigned attrs)
{
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (attrs & attributes[i].bit) {
			const char number[2] = { attributes[i].number, '\0' };

			add_param(p, number);
		}
}

void
colours_change(const struct colours *c, struct buf *out, struct look from, struct look to)
{
	struct params step = { "", 0 }, fresh = { "", 0 };
	bool can_step = (from.attrs & ~to.attrs) == 0;
	bool to_default = (to.fg.kind == COLOUR_DEFAULT && from.fg.kind != COLOUR_DEFAULT) ||
			  (to.bg.kind == COLOUR_DEFAULT && from.bg.kind != COLOUR_DEFAULT);

	if (!c->ansi || look_equal(from, to))
		return;
	if (c->no_default && to_default)
		can_step = false;
	if (can_step) {
		add_attrs(&step, to.attrs & ~from.attrs);
		if (!colour_equal(from.fg, to.fg))
			add_colour(&step, to.fg, 30);
		if (!colour_equal(from.bg, to.bg))
			add_colour(&step, to.bg, 40);
	}
	if (!look_equal(to, look_plain)) {
		add_param(&fresh, "0");
		add_attrs(&fresh, to.attrs);
		if (to.fg.kind != COLOUR_DEFAULT)
			add_colour(&fresh, to.fg, 30);
		if (to.bg.kind != COLOUR_DEFAULT)
			add_colour(&fresh, to.bg, 40);
	}
	buf_addf(out, "\033[%sm", can_step && step.len <= fresh.len ? step.text : fresh.text);
}
