/* SPDX-License-Identifier: MIT */
#include "ui/input.h"

#include <stdio.h>
#include <stdlib.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "src/base/clock.h"
#include "src/base/utf8.h"

#define PASTE_END "\033[201~"
#define DOUBLE_CLICK_US 400000
#define LEARNED_MAX 64
#define SEQUENCE_MAX 64 /* bytes; longer ones are noise */

struct learned {
	const char *bytes;
	uint32_t code;
	unsigned mods;
};

struct input {
	struct buf bytes; /* not yet understood */
	size_t at;	  /* taken from the front */
	bool pasting;
	struct buf paste;
	struct learned learned[LEARNED_MAX];
	size_t learned_count;
	struct mouse last_press;
	int64_t last_press_us;
};

struct input *
input_new(void)
{
	struct input *in = xcalloc(1, sizeof(*in));

	in->paste.ceiling = INPUT_PASTE_MAX;
	return in;
}

void
input_free(struct input *in)
{
	if (!in)
		return;
	buf_fini(&in->bytes);
	buf_fini(&in->paste);
	free(in);
}

static const struct {
	const char *capability;
	uint32_t code;
	unsigned mods;
} described[] = {
	{ "kcuu1", K_UP, 0 },
	{ "kcud1", K_DOWN, 0 },
	{ "kcub1", K_LEFT, 0 },
	{ "kcuf1", K_RIGHT, 0 },
	{ "khome", K_HOME, 0 },
	{ "kend", K_END, 0 },
	{ "kpp", K_PAGE_UP, 0 },
	{ "knp", K_PAGE_DOWN, 0 },
	{ "kich1", K_INSERT, 0 },
	{ "kdch1", K_DELETE, 0 },
	{ "kcbt", K_TAB, MOD_SHIFT },
	{ "kent", K_ENTER, 0 },
	{ "kLFT", K_LEFT, MOD_SHIFT },
	{ "kRIT", K_RIGHT, MOD_SHIFT },
	{ "kri", K_UP, MOD_SHIFT },
	{ "kind", K_DOWN, MOD_SHIFT },
	{ "kHOM", K_HOME, MOD_SHIFT },
	{ "kEND", K_END, MOD_SHIFT },
};

static void
learn(struct input *in, const char *capability, uint32_t code, unsigned mods)
{
	const char *bytes = tigetstr(capability);

	if (!bytes || bytes == (const char *)-1 || strlen(bytes) < 2 ||
		in->learned_count == LEARNED_MAX)
		return;
	in->learned[in->learned_count++] = (struct learned){ bytes, code, mods };
}

void
input_learn(struct input *in)
{
	char name[8];

	for (size_t i = 0; i < ARRAY_LEN(described); i++)
		learn(in, described[i].capability, described[i].code, described[i].mods);
	for (unsigned n = 1; n <= 20; n++) {
		snprintf(name, sizeof(name), "kf%u", n);
		learn(in, name, K_F1 + n - 1, 0);
	}
}

void
input_feed(struct input *in, struct str bytes)
{
	if (in->at == in->bytes.len) {
		buf_clear(&in->bytes);
		in->at = 0;
	} else if (in->at > in->bytes.len / 2) {
		buf_consume(&in->bytes, in->at);
		in->at = 0;
	}
	buf_add_str(&in->bytes, bytes);
}

bool
input_is_pending(const struct input *in)
{
	return in->at < in->bytes.len && !in->pasting;
}

static struct str
rest(const struct input *in)
{
	return (struct str){ in->bytes.p + in->at, in->bytes.len - in->at };
}

/* --- single sequences: each returns its length, 0 for "more bytes are needed" ------ */

static const struct {
	char final;
	uint32_t code;
	unsigned mods;
} finals[] = {
	{ 'A', K_UP, 0 },
	{ 'B', K_DOWN, 0 },
	{ 'C', K_RIGHT, 0 },
	{ 'D', K_LEFT, 0 },
	{ 'H', K_HOME, 0 },
	{ 'F', K_END, 0 },
	{ 'Z', K_TAB, MOD_SHIFT },
	{ 'M', K_ENTER, 0 },
	{ 'P', K_F1, 0 },
	{ 'Q', K_F1 + 1, 0 },
	{ 'R', K_F1 + 2, 0 },
	{ 'S', K_F1 + 3, 0 },
	{ 'a', K_UP, MOD_SHIFT },
	{ 'b', K_DOWN, MOD_SHIFT },
	{ 'c', K_RIGHT, MOD_SHIFT },
	{ 'd', K_LEFT, MOD_SHIFT },
};

static const struct {
	unsigned number;
	uint32_t code;
} tildes[] = {
	{ 1, K_HOME },
	{ 2, K_INSERT },
	{ 3, K_DELETE },
	{ 4, K_END },
	{ 5, K_PAGE_UP },
	{ 6, K_PAGE_DOWN },
	{ 7, K_HOME },
	{ 8, K_END },
	{ 11, K_F1 },
	{ 12, K_F1 + 1 },
	{ 13, K_F1 + 2 },
	{ 14, K_F1 + 3 },
	{ 15, K_F1 + 4 },
	{ 17, K_F1 + 5 },
	{ 18, K_F1 + 6 },
	{ 19, K_F1 + 7 },
	{ 20, K_F1 + 8 },
	{ 21, K_F1 + 9 },
	{ 23, K_F1 + 10 },
	{ 24, K_F1 + 11 },
	{ 25, K_F1 + 12 },
	{ 26, K_F1 + 13 },
	{ 28, K_F1 + 14 },
	{ 29, K_F1 + 15 },
	{ 31, K_F1 + 16 },
	{ 32, K_F1 + 17 },
	{ 33, K_F1 + 18 },
	{ 34, K_F1 + 19 },
};

/* xterm's modifier parameter: 1 + bits. */
static unsigned
modifiers(unsigned parameter)
{
	unsigned bits = parameter ? parameter - 1 : 0;

	return ((bits & 1) ? MOD_SHIFT : 0u) | ((bits & (2 | 8)) ? MOD_ALT : 0u) |
	       ((bits & 4) ? MOD_CTRL : 0u);
}

static struct key
plain_byte(unsigned char b)
{
	switch (b) {
	case '\r':
	case '\n':
		return (struct key){ K_ENTER, 0 };
	case '\t':
		return (struct key){ K_TAB, 0 };
	case 0x7F:
	case 0x08:
		return (struct key){ K_BACKSPACE, 0 };
	case 0x1B:
		return (struct key){ K_ESC, 0 };
	case 0:
		return (struct key){ ' ', MOD_CTRL };
	default:
		break;
	}
	if (b < 0x1B)
		return (struct key){ (uint32_t)b + 'a' - 1, MOD_CTRL };
	if (b < 0x20)
		return (struct key){ (uint32_t)b + 0x40, MOD_CTRL };
	return (struct key){ b, 0 };
}

/* A code as kitty and xterm's modifyOtherKeys give it. */
static struct key
reported(unsigned code, unsigned mods)
{
	struct key k = { code, mods };

	if (code < 0x20 || code == 0x7F)
		k.code = plain_byte((unsigned char)code).code;
	if (k.code < K_ENTER && k.code > 0x20 && !(mods & MOD_CTRL))
		k.mods &= ~(unsigned)MOD_SHIFT;
	if ((k.mods & MOD_CTRL) && k.code >= 'A' && k.code <= 'Z')
		k.code += 'a' - 'A';
	return k;
}

struct csi {
	unsigned numbers[6];
	size_t count;
	char prefix, final; /* prefix: '<', '?', or 0 */
	size_t len;
};

/* s begins behind "ESC [". */
static bool
parse_csi(struct str s, struct csi *csi)
{
	size_t i = 0;

	*csi = (struct csi){ .count = 1 };
	if (i < s.len && (s.p[i] == '<' || s.p[i] == '?' || s.p[i] == '>'))
		csi->prefix = s.p[i++];
	for (; i < s.len && i < SEQUENCE_MAX; i++) {
		char ch = s.p[i];
		unsigned *n = &csi->numbers[csi->count - 1];

		if (ch >= '0' && ch <= '9' && *n < 1000000) {
			*n = *n * 10 + (unsigned)(ch - '0');
		} else if ((ch == ';' || ch == ':') && csi->count < ARRAY_LEN(csi->numbers)) {
			csi->count++;
		} else if (ch >= 0x40 || ch == '$') {
			csi->final = ch;
			csi->len = i + 1;
			return true;
		} else if (ch < 0x20) {
			break;
		}
	}
	/* Broken or endless: what was read goes away. */
	csi->len = i;
	return i < s.len || i >= SEQUENCE_MAX;
}

static void
count_clicks(struct input *in, struct mouse *m)
{
	const struct mouse *last = &in->last_press;
	int64_t now = clock_mono_us();
	bool again = last->row == m->row && last->col == m->col && last->button == m->button &&
		     now - in->last_press_us < DOUBLE_CLICK_US;

	m->clicks = again ? last->clicks % 3 + 1 : 1;
	in->last_press = *m;
	in->last_press_us = now;
}

static bool
sgr_mouse(struct input *in, const struct csi *csi, struct event *e)
{
	unsigned b = csi->numbers[0];
	struct mouse m = { .button = (int)(b & 3) + 1,
		.row = (int)csi->numbers[2] - 1,
		.col = (int)csi->numbers[1] - 1 };

	m.mods = ((b & 4) ? MOD_SHIFT : 0u) | ((b & 8) ? MOD_ALT : 0u) | ((b & 16) ? MOD_CTRL : 0u);
	if (csi->count < 3 || m.row < 0 || m.col < 0 || (b & 128))
		return false;
	if (b & 64) {
		if ((b & 3) > 1)
			return false;
		m.kind = (b & 1) ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	} else if (csi->final == 'm') {
		m.kind = MOUSE_RELEASE;
	} else if (b & 32) {
		m.kind = MOUSE_DRAG;
	} else {
		m.kind = MOUSE_PRESS;
		count_clicks(in, &m);
	}
	e->kind = EVENT_MOUSE;
	e->mouse = m;
	return true;
}

static bool
csi_tilde(const struct csi *csi, struct key *k)
{
	unsigned n = csi->numbers[0];

	if (n == 27 && csi->count >= 3) {
		*k = reported(csi->numbers[2], modifiers(csi->numbers[1]));
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(tildes); i++)
		if (tildes[i].number == n) {
			k->code = tildes[i].code;
			k->mods = csi->count > 1 ? modifiers(csi->numbers[1]) : 0;
			/* rxvt says it by the last character. */
			if (csi->final == '$' || csi->final == '@')
				k->mods |= MOD_SHIFT;
			if (csi->final == '^' || csi->final == '@')
				k->mods |= MOD_CTRL;
			return true;
		}
	return false;
}

static bool
csi_key(const struct csi *csi, struct key *k)
{
	if (strchr("~^$@", csi->final) && csi->final)
		return csi_tilde(csi, k);
	if (csi->final == 'u') {
		*k = reported(csi->numbers[0], csi->count > 1 ? modifiers(csi->numbers[1]) : 0);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(finals); i++)
		if (finals[i].final == csi->final) {
			k->code = finals[i].code;
			k->mods = finals[i].mods;
			if (csi->count > 1)
				k->mods |= modifiers(csi->numbers[1]);
			return true;
		}
	return false;
}

static size_t
decode_csi(struct input *in, struct str s, struct event *e, bool *got)
{
	struct csi csi;

	/* The Linux console's F1 to F5: ESC [ [ A. */
	if (s.len > 2 && s.p[2] == '[') {
		if (s.len < 4)
			return 0;
		*got = s.p[3] >= 'A' && s.p[3] <= 'E';
		e->key = (struct key){ K_F1 + (uint32_t)(s.p[3] - 'A'), 0 };
		return 4;
	}
	/* The old mouse report, three bytes behind M: swallowed. */
	if (s.len > 2 && s.p[2] == 'M')
		return s.len < 6 ? 0 : 6;
	if (!parse_csi(str_slice(s, 2, s.len), &csi))
		return 0;
	if (csi.prefix == '<' && (csi.final == 'M' || csi.final == 'm'))
		*got = sgr_mouse(in, &csi, e);
	else if (!csi.prefix && csi.final == '~' && csi.numbers[0] == 200)
		in->pasting = true;
	else if (!csi.prefix)
		*got = csi_key(&csi, &e->key);
	return 2 + csi.len;
}

static size_t
decode_ss3(struct str s, struct event *e, bool *got)
{
	if (s.len < 3)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(finals); i++)
		if (finals[i].final == s.p[2]) {
			e->key = (struct key){ finals[i].code, finals[i].mods };
			/* rxvt's Ctrl-arrows are lower-case here. */
			if (s.p[2] >= 'a')
				e->key.mods = MOD_CTRL;
			*got = true;
		}
	return 3;
}

static size_t
decode_learned(const struct input *in, struct str s, struct event *e, bool *got)
{
	size_t best = 0;

	for (size_t i = 0; i < in->learned_count; i++) {
		struct str bytes = str_from(in->learned[i].bytes);

		if (bytes.len > best && str_starts(s, bytes)) {
			best = bytes.len;
			e->key = (struct key){ in->learned[i].code, in->learned[i].mods };
			*got = true;
		}
	}
	return best;
}

static size_t
decode_character(struct str s, bool waited, struct event *e, bool *got)
{
	unsigned char b = (unsigned char)s.p[0];
	size_t need = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
	uint32_t c;
	size_t n;

	if (s.len < need && !waited)
		return 0;
	n = utf8_decode(s, &c);
	*got = true;
	e->key = c < 0x20 || c == 0x7F ? plain_byte((unsigned char)c) : (struct key){ c, 0 };
	/* C1 controls are no keys, nor is what is not UTF-8. */
	if ((c >= 0x80 && c < 0xA0) || (n == 1 && b >= 0x80))
		*got = false;
	return n;
}

static size_t decode(struct input *in, struct str s, bool waited, struct event *e, bool *got);

static size_t
decode_escape(struct input *in, struct str s, bool waited, struct event *e, bool *got)
{
	size_t n = decode_learned(in, s, e, got);

	if (n)
		return n;
	if (s.len > 1 && (s.p[1] == '[' || s.p[1] == 'O')) {
		n = s.p[1] == '[' ? decode_csi(in, s, e, got) : decode_ss3(s, e, got);
		if (n || !waited)
			return n;
		/* Alt-[ or Alt-O, typed by hand. */
		*got = s.len == 2;
		e->key = (struct key){ (unsigned char)s.p[1], MOD_ALT };
		return s.len;
	}
	if (s.len == 1) {
		*got = waited;
		e->key = (struct key){ K_ESC, 0 };
		return waited ? 1 : 0;
	}
	n = decode(in, str_slice(s, 1, s.len), waited, e, got);
	if (n && *got && e->kind == EVENT_KEY)
		e->key.mods |= MOD_ALT;
	return n ? n + 1 : 0;
}

static size_t
decode(struct input *in, struct str s, bool waited, struct event *e, bool *got)
{
	e->kind = EVENT_KEY;
	if (s.p[0] != 033)
		return decode_character(s, waited, e, got);
	/* ESC ESC: the first is Alt for what follows; three in a row are a person. */
	if (s.len > 2 && s.p[1] == 033 && s.p[2] == 033) {
		e->key = (struct key){ K_ESC, 0 };
		*got = true;
		return 1;
	}
	return decode_escape(in, s, waited, e, got);
}

/* Moves pasted bytes over; true when the end was seen. */
static bool
take_paste(struct input *in, struct event *e)
{
	struct str s = rest(in);
	size_t end = str_find(s, STR(PASTE_END), 0);
	/* The end mark itself may have come only in part. */
	size_t keep = sizeof(PASTE_END) - 2;

	if (end == SIZE_MAX) {
		size_t n = s.len > keep ? s.len - keep : 0;

		buf_add(&in->paste, s.p, n);
		in->at += n;
		return false;
	}
	buf_add(&in->paste, s.p, end);
	in->at += end + sizeof(PASTE_END) - 1;
	in->pasting = false;
	e->kind = EVENT_PASTE;
	e->paste = buf_str(&in->paste);
	return true;
}

bool
input_next(struct input *in, bool waited, struct event *event)
{
	if (!in->pasting && in->paste.len)
		buf_fini(&in->paste);
	while (in->at < in->bytes.len) {
		bool got = false;
		size_t n;

		if (in->pasting)
			return take_paste(in, event);
		n = decode(in, rest(in), waited, event, &got);
		if (n == 0)
			return false;
		in->at += n;
		if (got)
			return true;
	}
	return false;
}
