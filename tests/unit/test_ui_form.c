/* SPDX-License-Identifier: MIT */
/* Forms, driven as a person would: keys through a scripted screen, what is shown by the
 * script's own expectations, what was read by the form's functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ui/form.h"

static const struct field fields[] = {
	{ .name = "host", .label = "Host", .required = true, .help = "name or address" },
	{ .name = "port", .label = "Port", .kind = FIELD_INTEGER, .initial = "5432" },
	{ .name = "password", .label = "Password", .kind = FIELD_SECRET },
	{ .name = "tls", .label = "TLS", .kind = FIELD_CHOICE, .choices = "auto|on|off",
		.initial = "auto" },
	{ .name = "unknown", .label = "Unknown", .kind = FIELD_CHOICE, .choices = "hold|resend" },
	{ .name = "plain", .label = "Plain", .kind = FIELD_BOOL, .initial = "false" },
	{ .name = "headers", .label = "Headers", .kind = FIELD_HEADERS },
	{ .name = "host_key", .label = "Host key" },
};

struct page {
	struct screen screen;
	struct form form;
	int submits, changes;
	char last[32];
};

static void
layout(struct screen *screen, struct rect area)
{
	pane_place(&((struct page *)screen)->form.pane, area, FRAME_BOX);
}

static void
close_page(struct screen *screen)
{
	form_fini(&((struct page *)screen)->form);
}

static const struct screen_ops ops = {
	.name = "page", .title = "Page", .layout = layout, .close = close_page,
};

static void
submit(void *context)
{
	((struct page *)context)->submits++;
}

static void
changed(void *context, const char *name)
{
	struct page *p = context;

	p->changes++;
	snprintf(p->last, sizeof(p->last), "%s", name);
}

static bool
suggest(void *context, const char *name, struct buf *items)
{
	(void)context;
	if (strcmp(name, "host") != 0)
		return false;
	buf_adds(items, "first.example\nsecond.example\n");
	return true;
}

static struct ui *
begin(struct page *p, const char *script, const struct settings *values)
{
	struct ui_options options = { .script_fd = memfd_create("script", MFD_CLOEXEC),
		.rows = 24, .cols = 80 };
	struct err err = ERR_INIT;
	struct ui *ui;

	assert_int_equal(write(options.script_fd, script, strlen(script)), strlen(script));
	assert_int_equal(lseek(options.script_fd, 0, SEEK_SET), 0);
	ui = ui_new(&options, &err);
	assert_non_null(ui);
	*p = (struct page){ 0 };
	screen_init(&p->screen, &ops, ui);
	form_init(&p->form, "Form", p);
	p->form.submit = submit;
	p->form.changed = changed;
	p->form.suggest = suggest;
	screen_add_pane(&p->screen, &p->form.pane);
	form_add_table(&p->form, fields, ARRAY_LEN(fields), values);
	ui_push_screen(ui, &p->screen);
	return ui;
}

/* Runs the script; its expectations must hold. */
static void
play(struct ui *ui)
{
	assert_int_equal(ui_run(ui), 0);
}

static void
test_typing(void **state)
{
	struct settings read = SETTINGS_INIT;
	struct page p;
	struct ui *ui = begin(&p, "type  db.example \nkey Down Home\ntype 1\nkey Tab\n"
				  "type  s3cret \nrefuse s3cret\nexpect 15432\n", NULL);

	(void)state;
	assert_false(form_is_changed(&p.form));
	play(ui);
	assert_true(form_is_changed(&p.form));
	form_read(&p.form, &read);
	assert_string_equal(settings_get(&read, "host"), "db.example");
	assert_string_equal(settings_get(&read, "port"), "15432");
	assert_string_equal(settings_get(&read, "password"), " s3cret ");
	assert_string_equal(settings_get(&read, "tls"), "auto");
	assert_false(settings_has(&read, "unknown"));
	assert_false(settings_has(&read, "host_key"));
	assert_string_equal(p.last, "password");
	settings_fini(&read);
	ui_free(ui);
}

static void
test_stored_secret(void **state)
{
	struct settings stored = SETTINGS_INIT, read = SETTINGS_INIT;
	struct page p;
	struct ui *ui;

	(void)state;
	settings_set(&stored, "password", STR("hunter22"), true);
	ui = begin(&p, "refuse hunter22\nexpect kept\nkey Down Down\nrefuse hunter22\n", &stored);
	play(ui);
	form_read(&p.form, &read);
	assert_true(form_keeps_secret(&p.form, "password"));
	assert_string_equal(form_get(&p.form, "password"), "");
	assert_false(settings_has(&read, "password"));
	ui_free(ui);

	ui = begin(&p, "key Down Down\ntype new\nrefuse kept\nrefuse new\n", &stored);
	play(ui);
	form_read(&p.form, &read);
	assert_false(form_keeps_secret(&p.form, "password"));
	assert_string_equal(settings_get(&read, "password"), "new");
	settings_fini(&read);
	settings_fini(&stored);
	ui_free(ui);
}

static void
test_choices(void **state)
{
	static const struct {
		const char *script, *name, *want;
	} cases[] = {
		{ "key Down Down Down Right\n", "tls", "on" },
		{ "key Down Down Down Left\n", "tls", "off" },
		{ "key Down Down Down Space Space Space\n", "tls", "auto" },
		{ "key Down Down Down Enter\nkey Down Enter\n", "tls", "on" },
		{ "key Down Down Down Enter\nkey Down Esc\n", "tls", "auto" },
		{ "key Down Down Down Down Right\n", "unknown", "hold" },
		{ "key Down Down Down Down Left\n", "unknown", "resend" },
		{ "key Down Down Down Down Right Right Right\n", "unknown", "" },
		{ "key Down Down Down Down Down Space\n", "plain", "true" },
		{ "key Down Down Down Down Down Space Left\n", "plain", "false" },
		{ "click 8 20\n", "plain", "true" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct page p;
		struct ui *ui = begin(&p, cases[i].script, NULL);

		play(ui);
		if (strcmp(form_get(&p.form, cases[i].name), cases[i].want) != 0)
			fail_msg("case %zu: '%s' instead of '%s'", i,
				form_get(&p.form, cases[i].name), cases[i].want);
		ui_free(ui);
	}
}

static void
test_headers(void **state)
{
	struct settings read = SETTINGS_INIT;
	struct page p;
	struct ui *ui = begin(&p, "key PgDn Up\ntype X-One: 1 | X-Two: 2\n", NULL);

	(void)state;
	play(ui);
	form_read(&p.form, &read);
	assert_string_equal(settings_get(&read, "headers"), "X-One: 1\nX-Two: 2");
	settings_fini(&read);
	ui_free(ui);
}

static void
test_moving(void **state)
{
	static const struct {
		const char *script;
		size_t at;
		int submits;
	} cases[] = {
		{ "key Up\n", 0, 0 },
		{ "key Tab Tab Shift-Tab\n", 1, 0 },
		{ "type a\nkey Enter Enter\n", 2, 0 },
		{ "key PgDn\n", 7, 0 },
		{ "key PgDn Enter Enter\n", 7, 2 },
		{ "key PgDn Down\n", 7, 0 },
		{ "key PgDn PgUp\n", 0, 0 },
		{ "click 5 5\n", 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct page p;
		struct ui *ui = begin(&p, cases[i].script, NULL);

		play(ui);
		if (p.form.current != cases[i].at || p.submits != cases[i].submits)
			fail_msg("case %zu: at %zu, %d submits", i, p.form.current, p.submits);
		ui_free(ui);
	}
}

static void
test_suggestions(void **state)
{
	struct page p;
	struct ui *ui = begin(&p, "key Enter\nexpect second.example\nkey Down Enter\n", NULL);

	(void)state;
	play(ui);
	assert_string_equal(form_get(&p.form, "host"), "second.example");
	assert_int_equal(p.changes, 1);
	ui_free(ui);
}

/* The field is found by the whole word of the message; the longest one counts. */
static void
test_errors(void **state)
{
	struct err err = ERR_INIT;
	struct page p;
	struct ui *ui = begin(&p, "expect no such key\nexpect !Host key\nkey Up\n"
				  "refuse no such key\nkey Down\ntype x\nrefuse no such key\n", NULL);

	(void)state;
	err_set(&err, ERR_INPUT, "host_key: no such key");
	form_error(&p.form, NULL, &err);
	assert_int_equal(p.form.current, 7);
	play(ui);
	assert_null(p.form.fields[7].error);
	ui_free(ui);
}

static void
test_long_error_is_wrapped(void **state)
{
	struct err err = ERR_INIT;
	struct page p;
	struct ui *ui = begin(&p, "size 24 30\nexpect last word\n", NULL);

	(void)state;
	err_set(&err, ERR_INPUT, "a message that is longer than one line, to the very last word");
	form_error(&p.form, "port", &err);
	play(ui);
	ui_free(ui);
}

static void
test_read_only(void **state)
{
	struct page p;
	struct ui *ui = begin(&p, "type x\npaste y\n", NULL);

	(void)state;
	form_set(&p.form, "host", "fixed");
	form_set_read_only(&p.form, "host");
	play(ui);
	assert_string_equal(form_get(&p.form, "host"), "fixed");
	assert_false(form_is_changed(&p.form));
	ui_free(ui);
}

/* Nothing breaks where nothing fits. */
static void
test_small(void **state)
{
	struct buf script = BUF_INIT;
	struct page p;
	struct ui *ui;

	(void)state;
	for (int rows = 1; rows <= 8; rows++)
		for (int cols = 1; cols <= 21; cols += 4)
			buf_addf(&script, "size %d %d\nkey Down Tab Up PgDn PgUp Right\nclick 2 2\n",
				rows, cols);
	buf_adds(&script, "key Esc Esc\nsize 24 80\nexpect Password\n");
	ui = begin(&p, buf_text(&script), NULL);
	play(ui);
	buf_fini(&script);
	ui_free(ui);
}

/* --- in a dialog -------------------------------------------------------------------- */

struct answer {
	int button, calls;
	char host[64];
};

static bool
answered(void *context, struct form *form, int button)
{
	struct answer *a = context;

	a->button = button;
	a->calls++;
	snprintf(a->host, sizeof(a->host), "%s", form_get(form, "host"));
	return *a->host != '\0';
}

static void
test_dialog(void **state)
{
	struct answer answer = { .button = -2 };
	struct page p;
	struct ui *ui = begin(&p, "expect Ask me\nkey F2\nexpect Ask me\ntype h\nkey Tab Tab\n"
				  "key Right Enter\nrefuse Ask me\n", NULL);
	struct form *form = form_dialog(ui, "Ask me", "OK|Other", answered, &answer);

	(void)state;
	form_add_table(form, fields, 2, NULL);
	play(ui);
	assert_int_equal(answer.calls, 2);
	assert_int_equal(answer.button, 1);
	assert_string_equal(answer.host, "h");
	ui_free(ui);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typing),
		cmocka_unit_test(test_stored_secret),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_long_error_is_wrapped),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_dialog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
