/* SPDX-License-Identifier: MIT */
#include "src/base/json.h"
#include "src/base/zone.h"
#include "src/channel/channel.h"
#include "tests/unit/lib_doc.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct catcher {
	struct part_sink sink;
	struct buf body;
	int parts;
	struct part last;
	char title[64];
};

static bool
catch_part(struct part_sink *self, const struct part *part, struct err *err)
{
	struct catcher *c = (struct catcher *)self;

	(void)err;
	c->parts++;
	c->last = *part;
	snprintf(c->title, sizeof(c->title), "%.*s", STR_ARG(part->title));
	c->last.title = str_from(c->title);
	buf_clear(&c->body);
	buf_add_str(&c->body, part->body);
	c->last.body = buf_str(&c->body);
	return true;
}

static void
make_folder(char path[64])
{
	snprintf(path, 64, "/tmp/test_channel_file.XXXXXX");
	assert_non_null(mkdtemp(path));
}

static void
remove_folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	char name[400];

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
			unlink(name);
		}
	if (d)
		closedir(d);
	rmdir(path);
}

static char *
read_file(const char *folder, const char *name)
{
	char path[400];
	struct buf b = BUF_INIT;
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("no file %s", name);
	while ((c = fgetc(f)) != EOF)
		buf_addc(&b, (char)c);
	fclose(f);
	buf_addc(&b, '\0');
	return buf_take(&b);
}

static void
check_file(const char *folder, const char *name, const char *needle)
{
	char *text = read_file(folder, name);

	if (!strstr(text, needle))
		fail_msg("%s has no '%s':\n%s", name, needle, text);
	free(text);
}

static void
build_sales(struct fixture *f, struct settings *s, struct catcher *c, const char *formats)
{
	static struct block blocks[2];
	const struct channel *channel = channel_find("file");

	blocks[0] = (struct block){ .kind = BLOCK_MARKDOWN,
		.text = "Total **${revenue|sum}**\n\n- ${department}: ${revenue}" };
	blocks[1] = lib_sales_table();
	lib_sales(f);
	f->in.zone = zone_get("Asia/Shanghai", &f->err);
	assert_non_null(f->in.zone);
	lib_blocks(f, blocks, 2);
	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
	if (formats)
		settings_set(s, "formats", str_from(formats), false);
	*c = (struct catcher){ .sink = { catch_part } };
	if (!channel_settings_check(channel, s, &f->err) ||
		!channel->build(&f->doc, s, &c->sink, &f->err))
		fail_msg("%s", f->err.msg);
	assert_int_equal(c->parts, 1);
}

static void
test_sends_files(void **state)
{
	const struct channel *channel = channel_find("file");
	struct settings s = SETTINGS_INIT;
	struct send_request request = { .settings = &s };
	struct outcome outcome = OUTCOME_INIT;
	struct fixture f;
	struct catcher c;
	char folder[64], expected[128];
	char *first, *second;

	(void)state;
	make_folder(folder);
	settings_set(&s, "path", str_from(folder), false);
	build_sales(&f, &s, &c, "txt, md,html,csv,json,xlsx");
	assert_int_equal(c.last.rows, 3);
	assert_true(str_is(c.last.title, "Sales 20240102"));
	request.part = &c.last;
	channel->send(&request, &outcome);
	assert_int_equal(outcome.state, OUTCOME_ACCEPTED);
	snprintf(expected, sizeof(expected), "%s/daily-sales_20240102_0800.txt", folder);
	assert_string_equal(outcome.message, expected);
	check_file(folder, "daily-sales_20240102_0800.txt", "-1000 CNY ▼ │");
	check_file(folder, "daily-sales_20240102_0800.md",
		"| 1 | Dept. 1 | 11000 | -1000 CNY ▼ |\n");
	check_file(folder, "daily-sales_20240102_0800.html",
		"<span style=\"color:#cf222e\">-1000 CNY ▼</span>");
	check_file(folder, "daily-sales_20240102_0800.csv",
		"\xEF\xBB\xBFid,Department,Revenue,Change\r\n1,Dept. 1,11000,-1000\r\n");
	check_file(folder, "daily-sales_20240102_0800.json",
		"\"rows\":[[1,\"Dept. 1\",11000,-1000],[2,\"Dept. 2\",20000,-1000],[3,\"Dept. "
		"3\",10000,5000]]");
	check_file(folder, "daily-sales_20240102_0800.json",
		"\"scheduled_at\":\"2024-01-03T08:00:00+08:00\",\"business_date\":\"2024-01-02\"");
	check_file(folder, "daily-sales_20240102_0800.xlsx", "PK");
	first = read_file(folder, "daily-sales_20240102_0800.md");
	channel->send(&request, &outcome); /* again: the same files */
	assert_int_equal(outcome.state, OUTCOME_ACCEPTED);
	second = read_file(folder, "daily-sales_20240102_0800.md");
	assert_string_equal(first, second);
	free(first);
	free(second);
	buf_fini(&c.body);
	settings_fini(&s);
	lib_fini(&f);
	remove_folder(folder);
}

static void
test_build_is_pure(void **state)
{
	struct settings s = SETTINGS_INIT;
	struct fixture f, g;
	struct catcher c, d;

	(void)state;
	settings_set(&s, "path", STR("/nowhere"), false);
	build_sales(&f, &s, &c, "txt,md,html,csv,json,xlsx");
	build_sales(&g, &s, &d, NULL);
	assert_true(str_equal(c.last.body, d.last.body));
	buf_fini(&c.body);
	buf_fini(&d.body);
	settings_fini(&s);
	lib_fini(&f);
	lib_fini(&g);
}

static void
test_makes_missing_folders(void **state)
{
	const struct channel *channel = channel_find("file");
	struct settings s = SETTINGS_INIT;
	struct send_request request = { .settings = &s };
	struct outcome outcome = OUTCOME_INIT;
	struct fixture f;
	struct catcher c;
	char folder[64], inner[128];

	(void)state;
	make_folder(folder);
	snprintf(inner, sizeof(inner), "%s/a/b", folder);
	settings_set(&s, "path", str_from(inner), false);
	build_sales(&f, &s, &c, "md");
	request.part = &c.last;
	channel->send(&request, &outcome);
	assert_int_equal(outcome.state, OUTCOME_ACCEPTED);
	check_file(inner, "daily-sales_20240102_0800.md", "# Sales 20240102");
	remove_folder(inner);
	snprintf(inner, sizeof(inner), "%s/a", folder);
	remove_folder(inner);
	remove_folder(folder);
	buf_fini(&c.body);
	settings_fini(&s);
	lib_fini(&f);
}

/* A file where the folder should be refuses also the superuser. */
static void
test_says_why_it_cannot(void **state)
{
	const struct channel *channel = channel_find("file");
	struct settings s = SETTINGS_INIT;
	struct send_request request = { .settings = &s };
	struct outcome outcome = OUTCOME_INIT;
	struct fixture f;
	struct catcher c;

	(void)state;
	settings_set(&s, "path", STR("/dev/null/reports"), false);
	build_sales(&f, &s, &c, "md");
	request.part = &c.last;
	channel->send(&request, &outcome);
	assert_int_equal(outcome.state, OUTCOME_REJECTED);
	assert_int_equal(outcome.class, CLASS_TARGET_GONE);
	assert_string_equal(outcome.message,
		"cannot open the folder /dev/null/reports: Not a directory");
	assert_non_null(strstr(outcome.advice, "writable"));
	settings_set(&s, "path", STR("/dev/full"), false);
	channel->send(&request, &outcome);
	assert_int_equal(outcome.state, OUTCOME_REJECTED);
	buf_fini(&c.body);
	settings_fini(&s);
	lib_fini(&f);
}

static void
test_hostile_bodies(void **state)
{
	static const char *const bodies[] = {
		"",
		"{}",
		"{\"files\":[{\"name\":\"../x\",\"text\":\"\"}]}",
		"{\"files\":[{\"name\":\".x\",\"text\":\"\"}]}",
		"{\"files\":[{\"name\":\"x\"}]}",
		"{\"files\":[{\"name\":\"x\",\"base64\":\"*\"}]}",
	};
	const struct channel *channel = channel_find("file");
	struct settings s = SETTINGS_INIT;
	struct part part = { .number = 1, .of = 1 };
	struct send_request request = { .settings = &s, .part = &part };
	char folder[64];

	(void)state;
	make_folder(folder);
	settings_set(&s, "path", str_from(folder), false);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct outcome outcome = OUTCOME_INIT;

		part.body = str_from(bodies[i]);
		channel->send(&request, &outcome);
		assert_int_equal(outcome.state, OUTCOME_REJECTED);
		assert_int_equal(outcome.class, CLASS_CONTENT);
	}
	assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
	settings_fini(&s);
}

static void
test_settings(void **state)
{
	const struct channel *channel = channel_find("file");
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	char key[65], other[65];
	double refill;
	int burst;

	(void)state;
	assert_false(channel_settings_check(channel, &s, &err)); /* path */
	settings_set(&s, "path", STR("/tmp"), false);
	settings_set(&s, "formats", STR("md,pdf"), false);
	assert_false(channel_settings_check(channel, &s, &err));
	assert_non_null(strstr(err.msg, "pdf"));
	settings_set(&s, "formats", STR("md"), false);
	settings_set(&s, "pace", STR("fast"), false);
	assert_false(channel_settings_check(channel, &s, &err));
	settings_set(&s, "pace", STR("20/60s"), false);
	assert_true(channel_settings_check(channel, &s, &err));
	assert_true(channel_pace(channel, &s, &burst, &refill, &err));
	assert_int_equal(burst, 20);
	assert_true(refill == 3.0);
	channel_bucket_key(channel, &s, key);
	settings_set(&s, "formats", STR("csv"), false);
	channel_bucket_key(channel, &s, other);
	assert_string_equal(key, other);
	settings_set(&s, "webhook", STR("https://h/send?access_token=abc&x=1"), true);
	channel_bucket_key(channel, &s, key);
	settings_set(&s, "webhook", STR("https://h/send?access_token=abc"), true);
	channel_bucket_key(channel, &s, other);
	assert_string_equal(key, other);
	settings_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sends_files),
		cmocka_unit_test(test_build_is_pure),
		cmocka_unit_test(test_makes_missing_folders),
		cmocka_unit_test(test_says_why_it_cannot),
		cmocka_unit_test(test_hostile_bodies),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
