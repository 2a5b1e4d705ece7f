/* SPDX-License-Identifier: MIT */
#include "src/content/render_markdown.h"

#include "src/base/utf8.h"
#include "src/content/render_html.h"

#define ZWSP "\xE2\x80\x8B" /* U+200B: splits what would be syntax, shows nothing */

/* How a channel's data values are neutralised: the rows NEUTRAL below are the table of
 * channels.md 12, one a channel and place. */
struct neutral {
	const char *const *map; /* what stands for each ASCII character; NULL: itself */
	const char *guard; /* before what begins a list, quote or heading; NULL: none needed */
};

/* Whether the line so far holds nothing but marks of quotes and lists. */
static bool
at_line_start(const struct buf *to)
{
	static const bool marks[256] = { [' '] = true, ['\t'] = true, ['>'] = true, ['-'] = true,
		['*'] = true, ['+'] = true, ['.'] = true, [')'] = true, ['\0'] = true,
		['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
		['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true };

	for (size_t i = to->len; i > 0; i--) {
		char c = to->p[i - 1];

		if (c == '\n')
			return true;
		if (!marks[(unsigned char)c])
			return false;
	}
	return true;
}

/* Bytes after which a guard must stand so that `s` begins no block; SIZE_MAX: none. */
static size_t
guard_position(struct str s)
{
	size_t digits = 0;
	char next = s.len > 1 ? s.p[1] : ' ';

	if (s.len == 0)
		return SIZE_MAX;
	if (s.p[0] == '#' || s.p[0] == '>')
		return 0;
	if (strchr("-+*=", s.p[0]))
		return next == ' ' || next == s.p[0] ? 0 : SIZE_MAX;
	while (digits < s.len && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (digits && digits < s.len && (s.p[digits] == '.' || s.p[digits] == ')') &&
		(digits + 1 == s.len || s.p[digits + 1] == ' '))
		return digits;
	return SIZE_MAX;
}

/* Blanks there would make a code block, or show nothing. */
static struct str
without_indent(struct str s)
{
	while (s.len && s.p[0] == ' ')
		s = str_slice(s, 1, s.len);
	return s;
}

static void
neutralise(struct buf *to, struct str s, const struct neutral *n)
{
	size_t guard = SIZE_MAX, from = 0;

	if (n->guard && at_line_start(to)) {
		s = without_indent(s);
		guard = guard_position(s);
	}
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *text = c < 128 ? n->map[c] : NULL;

		if (!text && i != guard)
			continue;
		buf_add_str(to, str_slice(s, from, i));
		/* An entity is read as the sign before lines are looked at. */
		if (i == guard && (!text || text[0] == '&'))
			buf_adds(to, n->guard);
		buf_adds(to, text ? text : "");
		from = text ? i + 1 : i;
	}
	buf_add_str(to, str_slice(s, from, s.len));
}

#define NEUTRAL(name, guard_, ...)                                                          \
	static const char *const name##_map[128] = { ['\n'] = " ", __VA_ARGS__ };           \
	static void name(struct buf *to, struct str data)                                  \
	{                                                                                   \
		static const struct neutral n = { name##_map, guard_ };                     \
                                                                                            \
		neutralise(to, data, &n);                                                   \
	}

NEUTRAL(gfm_marks, "\\", ['\\'] = "\\\\", ['*'] = "\\*", ['_'] = "\\_", ['`'] = "\\`",
	['['] = "\\[", [']'] = "\\]", ['<'] = "\\<", ['>'] = "\\>", ['|'] = "\\|",
	['~'] = "\\~", ['&'] = "&amp;")
NEUTRAL(dingtalk_data, ZWSP, ['|'] = "｜", ['*'] = "＊", ['_'] = "＿", ['`'] = "｀",
	['~'] = "～", ['<'] = "＜", ['>'] = "＞", ['['] = "［", [']'] = "］")
NEUTRAL(wecom_data, ZWSP, ['*'] = "＊", ['`'] = "｀", ['<'] = "＜", ['['] = "［")
NEUTRAL(wecom_v2_data, ZWSP, ['|'] = "｜", ['*'] = "＊", ['_'] = "＿", ['`'] = "｀",
	['~'] = "～", ['<'] = "＜", ['['] = "［", [']'] = "］")
NEUTRAL(slack_data, ZWSP, ['*'] = ZWSP "*" ZWSP, ['_'] = ZWSP "_" ZWSP,
	['~'] = ZWSP "~" ZWSP, ['`'] = ZWSP "`" ZWSP, ['<'] = "&lt;", ['>'] = "&gt;",
	['&'] = "&amp;")
NEUTRAL(discord_data, "\\", ['\\'] = "\\\\", ['*'] = "\\*", ['_'] = "\\_", ['~'] = "\\~",
	['|'] = "\\|", ['`'] = "\\`", ['['] = "\\[", [']'] = "\\]", ['<'] = "\\<",
	['>'] = "\\>")
NEUTRAL(googlechat_data, ZWSP, ['*'] = ZWSP "*" ZWSP, ['_'] = ZWSP "_" ZWSP,
	['~'] = ZWSP "~" ZWSP, ['`'] = ZWSP "`" ZWSP, ['<'] = "‹")
NEUTRAL(lark_marks, "&#8203;", ['&'] = "&amp;", ['<'] = "&#60;", ['>'] = "&#62;",
	['*'] = "&#42;", ['_'] = "&#95;", ['`'] = "&#96;", ['~'] = "&#126;",
	['['] = "&#91;", [']'] = "&#93;", ['('] = "&#40;", [')'] = "&#41;",
	['|'] = "&#124;", ['\\'] = "&#92;", ['$'] = "&#36;", ['!'] = "&#33;")
NEUTRAL(teams_marks, "\\", ['\\'] = "\\\\", ['*'] = "\\*", ['_'] = "\\_", ['`'] = "\\`",
	['~'] = "\\~", ['['] = "\\[", [']'] = "\\]", ['('] = "\\(", [')'] = "\\)")
NEUTRAL(code_data, NULL, ['`'] = "｀")
NEUTRAL(googlechat_code, NULL, ['`'] = "｀", ['<'] = "‹")
NEUTRAL(slack_code, NULL, ['`'] = "｀", ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;")
NEUTRAL(slack_author, NULL, ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;")
NEUTRAL(plain_data, NULL, ['\r'] = " ")

static bool
has_marks(struct str s, const char *const *map)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 128 && map[(unsigned char)s.p[i]])
			return true;
	return false;
}

/* Inside an address that links itself no escape is read: such a one must not link. */
static void
gfm_data(struct buf *to, struct str data)
{
	bool may_link = data.len && (memchr(data.p, ':', data.len) || memchr(data.p, 'w', data.len));
	size_t at = 0, scheme, www;

	if (may_link && has_marks(data, gfm_marks_map))
		while ((scheme = str_find(data, STR("://"), at)),
			(www = str_find(data, STR("www."), at)), scheme != www) {
			at = scheme < www ? scheme : www + 3;
			gfm_marks(to, str_slice(data, 0, at));
			buf_addc(to, '\\');
			data = str_slice(data, at, data.len);
			at = 1;
		}
	gfm_marks(to, data);
}

/* At the start of a line Lark takes entities for the marks themselves. */
static void
lark_data(struct buf *to, struct str data)
{
	if (at_line_start(to))
		data = without_indent(data);
	if (at_line_start(to) && guard_position(data) == 0) {
		buf_addf(to, "&#%d;", data.p[0]);
		data = str_slice(data, 1, data.len);
	}
	for (size_t colon; (colon = str_find(data, STR(":"), 0)) != SIZE_MAX;) {
		char next = colon + 1 < data.len ? data.p[colon + 1] : ' ';
		bool emoji = (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z');

		lark_marks(to, str_slice(data, 0, colon));
		buf_adds(to, emoji ? "&#58;" : ":");
		data = str_slice(data, colon + 1, data.len);
	}
	lark_marks(to, data);
}

/* Teams evaluates {{DATE(…)}} wherever it stands. */
static void
teams_data(struct buf *to, struct str data)
{
	for (size_t brace; (brace = str_find(data, STR("{{"), 0)) != SIZE_MAX;) {
		teams_marks(to, str_slice(data, 0, brace + 1));
		buf_adds(to, ZWSP);
		data = str_slice(data, brace + 1, data.len);
	}
	teams_marks(to, data);
}

static void
html_data(struct buf *to, struct str data)
{
	for (size_t i = 0; i < data.len; i++) {
		char c = data.p[i];

		if (c == '&')
			buf_adds(to, "&amp;");
		else if (c == '<')
			buf_adds(to, "&lt;");
		else if (c == '>')
			buf_adds(to, "&gt;");
		else
			buf_addc(to, c);
	}
}

static bool
is_word(struct str s, size_t i)
{
	return i < s.len && (((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z') ||
				    (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] & 0x80));
}

/* The author's literal text of the tree, so that reading it again gives the same. */
static void
gfm_author(struct buf *to, struct str s)
{
	size_t guard = at_line_start(to) ? guard_position(s) : SIZE_MAX;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool mark = c == '\\' || c == '*' || c == '`' || c == '[' || c == ']' ||
			    (c == '_' && !(i && is_word(s, i - 1) && is_word(s, i + 1))) ||
			    (c == '<' && i + 1 < s.len && s.p[i + 1] != ' ' && s.p[i + 1] != '=');

		if (mark || i == guard)
			buf_addc(to, '\\');
		buf_addc(to, c);
	}
}

#define HASHES { { "# ", "" }, { "## ", "" }, { "### ", "" }, { "#### ", "" },               \
		 { "##### ", "" }, { "###### ", "" } }
#define ALL_LEVELS(open, close) { { open, close }, { open, close }, { open, close },         \
				  { open, close }, { open, close }, { open, close } }
#define LARK_FONT(name) { "<font color='" name "'>", "</font>" }

const struct md_dialect md_dialect_gfm = {
	.name = "gfm", .data = gfm_data, .cell = gfm_data, .code = code_data,
	.author = gfm_author, .heading = HASHES, .strong = { "**", "**" }, .emph = { "*", "*" },
	.strike = { "~~", "~~" }, .inline_code = { "`", "`" }, .code_block = { "```\n", "\n```" },
	.quote = { "> ", NULL }, .bullet = "- ", .task_open = "[ ] ", .task_done = "[x] ",
	.paragraph = "\n\n", .soft_break = "\n", .hard_break = "  \n", .rule = "---",
	.cell_break = "<br>", .table = MD_TABLE_GFM, .link = MD_LINK_INLINE,
	.image = MD_IMAGE_INLINE, .html_passes = true,
};

const struct md_dialect md_dialect_dingtalk = {
	.name = "dingtalk", .marks = "*_`<", .data = dingtalk_data, .cell = dingtalk_data, .code = code_data,
	.heading = HASHES, .strong = { "**", "**" }, .emph = { "*", "*" },
	.inline_code = { "`", "`" }, .code_block = { "```\n", "\n```" }, .quote = { "> ", NULL },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = "\n", .hard_break = "  \n", .rule = "---", .cell_break = " ",
	.table = MD_TABLE_GFM, .link = MD_LINK_INLINE, .image = MD_IMAGE_INLINE,
	.extra_scheme = "dingtalk",
};

const struct md_dialect md_dialect_lark = {
	.name = "lark", .marks = "*_`~<", .data = lark_data, .cell = lark_data, .code = code_data,
	.heading = HASHES, .strong = { "**", "**" }, .emph = { "*", "*" },
	.strike = { "~~", "~~" }, .inline_code = { "`", "`" }, .code_block = { "```\n", "\n```" },
	.quote = { "> ", NULL },
	.colors = { [COLOR_GREEN] = LARK_FONT("green"), [COLOR_RED] = LARK_FONT("red"),
		[COLOR_ORANGE] = LARK_FONT("orange"), [COLOR_BLUE] = LARK_FONT("blue"),
		[COLOR_GREY] = LARK_FONT("grey") },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = "\n", .hard_break = "<br>", .rule = "<hr>", .cell_break = " ",
	.table = MD_TABLE_GFM, .link = MD_LINK_INLINE, .image = MD_IMAGE_LINK,
};

const struct md_dialect md_dialect_wecom = {
	.name = "wecom", .marks = "<", .data = wecom_data, .cell = wecom_data, .code = code_data,
	.heading = HASHES, .strong = { "**", "**" }, .inline_code = { "`", "`" },
	.quote = { "> ", NULL },
	.colors = { [COLOR_GREEN] = { "<font color=\"info\">", "</font>" },
		[COLOR_RED] = { "<font color=\"warning\">", "</font>" },
		[COLOR_ORANGE] = { "<font color=\"warning\">", "</font>" },
		[COLOR_GREY] = { "<font color=\"comment\">", "</font>" } },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = " ", .hard_break = "\n", .rule = "──────────", .cell_break = " ",
	.table = MD_TABLE_LIST, .link = MD_LINK_INLINE, .image = MD_IMAGE_LINK,
	.tight_lists = true,
};

const struct md_dialect md_dialect_wecom_v2 = {
	.name = "wecom_v2", .marks = "*_`<", .data = wecom_v2_data, .cell = wecom_v2_data, .code = code_data,
	.heading = HASHES, .strong = { "**", "**" }, .emph = { "*", "*" },
	.inline_code = { "`", "`" }, .code_block = { "```\n", "\n```" }, .quote = { "> ", NULL },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = "\n", .hard_break = "  \n", .rule = "---", .cell_break = " ",
	.table = MD_TABLE_GFM, .link = MD_LINK_INLINE, .image = MD_IMAGE_INLINE,
};

const struct md_dialect md_dialect_teams = {
	.name = "teams", .marks = "*_", .data = teams_data, .cell = teams_data, .code = teams_data,
	.heading = ALL_LEVELS("**", "**"), .strong = { "**", "**" }, .emph = { "_", "_" },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = " ", .hard_break = "\n\n", .rule = "──────────", .cell_break = " ",
	.table = MD_TABLE_LIST, .link = MD_LINK_INLINE, .image = MD_IMAGE_LINK,
	.tight_lists = true,
};

const struct md_dialect md_dialect_slack = {
	.name = "slack", .marks = "*_`~", .data = slack_data, .cell = slack_data, .code = slack_code,
	.author = slack_author, .heading = ALL_LEVELS("*", "*"), .strong = { "*", "*" },
	.emph = { "_", "_" }, .strike = { "~", "~" }, .inline_code = { "`", "`" },
	.code_block = { "```\n", "\n```" }, .quote = { "> ", NULL }, .bullet = "• ",
	.task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n", .soft_break = " ",
	.hard_break = "\n", .rule = "──────────", .cell_break = " ", .table = MD_TABLE_CODE,
	.link = MD_LINK_ANGLE, .image = MD_IMAGE_LINK, .tight_lists = true,
};

const struct md_dialect md_dialect_discord = {
	.name = "discord", .marks = "*_`~|<", .data = discord_data, .cell = discord_data, .code = code_data,
	.heading = { { "# ", "" }, { "## ", "" }, { "### ", "" }, { "**", "**" }, { "**", "**" },
		{ "**", "**" } },
	.strong = { "**", "**" }, .emph = { "*", "*" }, .strike = { "~~", "~~" },
	.inline_code = { "`", "`" }, .code_block = { "```\n", "\n```" }, .quote = { "> ", NULL },
	.bullet = "- ", .task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n",
	.soft_break = " ", .hard_break = "\n", .rule = "──────────", .cell_break = " ",
	.table = MD_TABLE_CODE, .link = MD_LINK_INLINE, .image = MD_IMAGE_LINK,
	.tight_lists = true,
};

const struct md_dialect md_dialect_telegram = {
	.name = "telegram", .data = html_data, .cell = html_data, .code = html_data,
	.author = html_data, .heading = ALL_LEVELS("<b>", "</b>"), .strong = { "<b>", "</b>" },
	.emph = { "<i>", "</i>" }, .strike = { "<s>", "</s>" },
	.inline_code = { "<code>", "</code>" }, .code_block = { "<pre>", "</pre>" },
	.quote = { "<blockquote>", "</blockquote>" }, .bullet = "• ", .task_open = "☐ ",
	.task_done = "☑ ", .paragraph = "\n\n", .soft_break = " ", .hard_break = "\n",
	.rule = "──────────", .cell_break = " ", .table = MD_TABLE_CODE, .link = MD_LINK_HTML,
	.image = MD_IMAGE_LINK, .tight_lists = true,
};

const struct md_dialect md_dialect_googlechat = {
	.name = "googlechat", .marks = "*_`~<", .data = googlechat_data, .cell = googlechat_data,
	.code = googlechat_code, .heading = ALL_LEVELS("*", "*"), .strong = { "*", "*" },
	.emph = { "_", "_" }, .strike = { "~", "~" }, .inline_code = { "`", "`" },
	.code_block = { "```\n", "\n```" }, .quote = { "> ", NULL }, .bullet = "• ",
	.task_open = "☐ ", .task_done = "☑ ", .paragraph = "\n\n", .soft_break = " ",
	.hard_break = "\n", .rule = "──────────", .cell_break = " ", .table = MD_TABLE_CODE,
	.link = MD_LINK_ANGLE, .image = MD_IMAGE_LINK, .tight_lists = true,
};

const struct md_dialect md_dialect_ntfy = {
	.name = "ntfy", .data = plain_data, .cell = plain_data, .code = plain_data,
	.quote = { "> ", NULL }, .bullet = "• ", .task_open = "☐ ", .task_done = "☑ ",
	.paragraph = "\n\n", .soft_break = " ", .hard_break = "\n", .rule = "──────────",
	.cell_break = " ", .table = MD_TABLE_LIST, .link = MD_LINK_PLAIN, .image = MD_IMAGE_LINK,
	.tight_lists = true,
};

const struct md_dialect md_dialect_text = {
	.name = "text", .data = plain_data, .cell = plain_data, .code = plain_data,
	.quote = { "> ", NULL }, .bullet = "- ", .task_open = "[ ] ", .task_done = "[x] ",
	.paragraph = "\n\n", .soft_break = " ", .hard_break = "\n", .rule = "----------",
	.cell_break = " ", .table = MD_TABLE_CODE, .link = MD_LINK_PLAIN, .image = MD_IMAGE_LINK,
	.tight_lists = true,
};

const struct md_dialect *
md_dialect_find(const char *name)
{
	static const struct md_dialect *const all[] = { &md_dialect_gfm, &md_dialect_dingtalk,
		&md_dialect_lark, &md_dialect_wecom, &md_dialect_wecom_v2, &md_dialect_teams,
		&md_dialect_slack, &md_dialect_discord, &md_dialect_telegram,
		&md_dialect_googlechat, &md_dialect_ntfy, &md_dialect_text };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}
