/* SPDX-License-Identifier: MIT */
/* What the previews say a channel will show and leave out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/content/render_text.h"
#include "tests/unit/lib_channel.h"

static const struct {
	const char *name;
	const char *words[4];
	const char *has, *lacks; /* in the text; "" nothing */
	bool colors;
} rows[] = {
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x" },
		"does not show: colours, the mail body", "Dear", false },
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x" }, "Phones may show", "",
		false },
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x", "tables=list" },
		"Department: Dept. 2", "Phones", false },
	{ "lark", { "webhook=https://o.example/hook/x" }, "does not show: the mail body", "colours",
		true },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, "colours, the mail body", "",
		false },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown" },
		"Department: Dept. 2", "colours", false },
	{ "teams", { "webhook=https://o.example/x" }, "the mail body", "colours", true },
	{ "slack", { "webhook=https://o.example/x" }, "colours, the mail body", "", false },
	{ "discord", { "webhook=https://o.example/x" }, "colours, the mail body", "", false },
	{ "telegram", { "token=1:x", "chat_id=1" }, "colours, the mail body", "", false },
	{ "googlechat", { "webhook=https://o.example/x?key=k&token=t" }, "colours, the mail body",
		"", false },
	{ "ntfy", { "topic=t" }, "Department: Dept. 2", "", false },
	{ "email", { "smtp_host=h", "sender=a@x.org", "receivers=b@x.org" },
		"+ daily-sales_20240102_2.csv (", "Total 41", true },
	{ "email", { "smtp_host=h", "sender=a@x.org", "receivers=b@x.org" }, "Dear reader",
		"does not show", true },
};

static bool
has_red(struct str styled)
{
	enum text_role role = TEXT_PLAIN;
	struct str run;

	while (text_run_next(&styled, &role, &run))
		if (role == TEXT_RED && run.len > 0)
			return true;
	return false;
}

static void
previews(void **state)
{
	struct fixture f;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total 41" },
		lib_sales_table(), { .kind = BLOCK_EMAIL_BODY, .text = "Dear reader" } };
	lib_blocks(&f, blocks, 3);
	if (!lib_compose(&f))
		fail_msg("%s", f.err.msg);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings settings;
		struct buf styled = BUF_INIT, text = BUF_INIT;

		channel_settings(&settings, rows[i].name, rows[i].words);
		assert_true(channel_find(rows[i].name)->preview(&f.doc, &settings, 76, &styled,
			&f.err));
		text_role_strip(&text, buf_str(&styled));
		if (!strstr(buf_text(&text), rows[i].has) ||
			(rows[i].lacks[0] && strstr(buf_text(&text), rows[i].lacks)) ||
			!strstr(buf_text(&text), "Sales 20240102") ||
			has_red(buf_str(&styled)) != rows[i].colors)
			fail_msg("%s, row %zu:\n%s", rows[i].name, i, buf_text(&text));
		settings_fini(&settings);
		buf_fini(&styled);
		buf_fini(&text);
	}
	lib_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(previews) };

	return cmocka_run_group_tests_name("channel_preview", tests, NULL, NULL);
}
