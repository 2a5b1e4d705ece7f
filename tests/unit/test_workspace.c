/* SPDX-License-Identifier: MIT */
/* The workspace as a file: making, opening, settings, key, copies, migrations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/path.h"
#include "src/workspace/audit.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/vault.h"
#include "tests/unit/lib_scratch.h"
#include "tests/unit/lib_workspace.h"

#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static int
enter_bare(void **state)
{
	(void)state;
	scratch_enter();
	clock_stand(TEST_EPOCH_US);
	return 0;
}

static int
leave_bare(void **state)
{
	(void)state;
	clock_set_hook(NULL);
	scratch_leave();
	return 0;
}

static void
resolving(void **state)
{
	struct err err = ERR_INIT;
	char *path;

	(void)state;
	setenv("HOME", "/home/x", 1);
	path = workspace_resolve(NULL, &err);
	assert_string_equal(path, "/home/x/.local/share/dpstudio/workspace.db");
	free(path);
	setenv("XDG_DATA_HOME", "/data", 1);
	path = workspace_resolve("", &err);
	assert_string_equal(path, "/data/dpstudio/workspace.db");
	free(path);
	setenv("DPSTUDIO_WORKSPACE", "/env/ws.db", 1);
	path = workspace_resolve(NULL, &err);
	assert_string_equal(path, "/env/ws.db");
	free(path);
	path = workspace_resolve("/given/../ws.db", &err);
	assert_string_equal(path, "/ws.db");
	free(path);
	unsetenv("DPSTUDIO_WORKSPACE");
	unsetenv("XDG_DATA_HOME");
}

static void
making_one(void **state)
{
	struct workspace_options options = { .timezone = "Europe/Berlin" };
	struct err err = ERR_INIT;
	struct workspace *ws;
	int64_t rows;

	(void)state;
	umask(0);
	assert_true(workspace_create(scratch_path("a/b/ws.db"), &options, &err));
	assert_int_equal(mode_of(scratch_path("a")), 0700);
	assert_int_equal(mode_of(scratch_path("a/b/ws.db")), 0600);
	assert_int_equal(mode_of(scratch_path(".config/dpstudio/key")), 0600);
	assert_int_equal(mode_of(scratch_path(".config/dpstudio")), 0700);
	check_refused(workspace_create(scratch_path("a/b/ws.db"), &options, &err), &err,
		ERR_STATE, "is there already", "-w");

	ws = workspace_open(scratch_path("a/b/ws.db"), WORKSPACE_WRITE, &err);
	assert_non_null(ws);
	assert_int_equal(strlen(workspace_uuid(ws)), 32);
	assert_string_equal(zone_name(workspace_zone(ws, &err)), "Europe/Berlin");
	assert_true(audit_verify(ws, &rows, &err));
	assert_int_equal(rows, 1);
	assert_true(workspace_check(ws, &err));
	assert_int_equal(mode_of(scratch_path("a/b/ws.db-wal")), 0600);
	assert_int_equal(mode_of(scratch_path("a/b/ws.db-shm")), 0600);
	workspace_close(ws);
	/* Only the three files of the database: no temporary is left. */
	assert_int_equal(unlink(scratch_path("a/b/ws.db")), 0);
	assert_int_equal(unlink(scratch_path("a/b/ws.db-wal")), 0);
	assert_int_equal(unlink(scratch_path("a/b/ws.db-shm")), 0);
	assert_int_equal(rmdir(scratch_path("a/b")), 0);

	options.timezone = "Europe/Berlyn";
	assert_false(workspace_create(scratch_path("ws2.db"), &options, &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_false(path_exists(scratch_path("ws2.db")));
	assert_null(workspace_open(scratch_path("ws2.db"), WORKSPACE_READ, &err));
	check_refused(false, &err, ERR_WORKSPACE, "there is no workspace", "dpstudio init");
}

static void
settings(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	const char *value;
	int64_t us;
	int jobs;

	assert_true(workspace_jobs(ws, &jobs, &err));
	assert_int_equal(jobs, 4);
	assert_true(workspace_retention_us(ws, &us, &err));
	assert_true(us == 90 * 86400 * CLOCK_SECOND);
	assert_true(workspace_set(ws, "jobs", "8", &err));
	assert_true(workspace_jobs(ws, &jobs, &err));
	assert_int_equal(jobs, 8);
	assert_true(workspace_set(ws, "retention", "0", &err));
	assert_true(workspace_retention_us(ws, &us, &err));
	assert_int_equal(us, 0);
	assert_true(workspace_set(ws, "retention", "12h", &err));
	assert_true(workspace_retention_us(ws, &us, &err));
	assert_true(us == 43200 * CLOCK_SECOND);
	check_refused(workspace_set(ws, "jobs", "0", &err), &err, ERR_INPUT, "1 to 64", NULL);
	check_refused(workspace_set(ws, "jobs", "x", &err), &err, ERR_INPUT, "'x'", NULL);
	check_refused(workspace_set(ws, "retention", "soon", &err), &err, ERR_INPUT, "'soon'",
		"90d");
	check_refused(workspace_set(ws, "timezone", "Mars", &err), &err, ERR_INPUT, "Mars", NULL);
	check_refused(workspace_set(ws, "job", "1", &err), &err, ERR_NOT_FOUND, "'job'", "jobs");
	check_refused(workspace_set(ws, "notify", "ops", &err), &err, ERR_NOT_FOUND, "'ops'",
		NULL);
	add_connections(ws);
	assert_true(workspace_set(ws, "notify", "ops", &err));
	assert_true(workspace_notify(ws, &a, &value, &err));
	assert_string_equal(value, "ops");
	check_refused(store_destination_remove(ws, "ops", &err), &err, ERR_STATE, "notices",
		"notify");
	assert_true(workspace_set(ws, "notify", "", &err));
	assert_true(workspace_get(ws, "notify", &a, &value, &err));
	assert_string_equal(value, "");
	assert_true(store_destination_remove(ws, "ops", &err));
	for (const struct workspace_setting *s = workspace_settings; s->name; s++)
		assert_true(workspace_get(ws, s->name, &a, &value, &err));
	arena_fini(&a);
}

/* For tests/integration/test_workspace_shared_sql: the texts, NUL-terminated. */
static void
hand_out_statements(const char *path)
{
	struct buf texts = BUF_INIT;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < db_sql_count(); i++) {
		buf_addf(&texts, "%s\n%s", db_sql_first()[i].name, db_sql_first()[i].text);
		buf_addc(&texts, '\0');
	}
	assert_true(path_write_atomic(path, buf_str(&texts), 0600, &err));
	buf_fini(&texts);
}

static void
every_statement_is_sound(void **state)
{
	const char *wanted = getenv("DPSTUDIO_TEST_STATEMENTS");
	struct err err = ERR_INIT;

	if (wanted)
		hand_out_statements(wanted);
	assert_true(db_sql_count() > 50);
	if (!db_check_statements(workspace_db(*state), &err))
		fail_msg("%s", err.msg);
}

/* --- key ------------------------------------------------------------------------------- */

static void
check_secret(struct workspace *ws, const char *expected)
{
	struct settings s = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	if (!store_destination_get(ws, "ops", &a, NULL, &s, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(settings_get(&s, "webhook"), expected);
	settings_fini(&s);
	arena_fini(&a);
}

#define WEBHOOK "https://oapi.example.com/robot/send?access_token=abcdef"

static void
keys_are_read(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ KEY_A, true },
		{ "  " KEY_A "\n\n", true },
		{ KEY_A "0", false },
		{ "", false },
		{ "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", false },
		{ "0011", false },
	};
	struct secret key = SECRET_INIT;
	struct err err = ERR_INIT;
	char id[17], other[17];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(vault_key_parse(str_from(cases[i].text), &key, &err),
			cases[i].ok);
	assert_true(vault_key_parse(STR(KEY_A), &key, &err));
	vault_key_id(&key, id);
	assert_true(vault_key_parse(STR(KEY_B), &key, &err));
	vault_key_id(&key, other);
	assert_string_not_equal(id, other);

	assert_true(path_write_new(scratch_path("k"), STR(KEY_A "\n"), 0644, &err));
	check_refused(vault_key_read(scratch_path("k"), &key, &err), &err, ERR_CONFIG,
		"read or written by others (mode 0644)", "chmod 600");
	chmod(scratch_path("k"), 0660);
	check_refused(vault_key_read(scratch_path("k"), &key, &err), &err, ERR_CONFIG, "0660",
		NULL);
	chmod(scratch_path("k"), 0640);
	assert_true(vault_key_read(scratch_path("k"), &key, &err));
	check_refused(vault_key_read(scratch_path("none"), &key, &err), &err, ERR_CONFIG,
		"cannot be read", NULL);
	check_refused(vault_key_create(scratch_path("k"), &key, &err), &err, ERR_STATE,
		"there already", NULL);
	secret_fini(&key);
}

static void
sealed_to_its_place(void **state)
{
	struct workspace *ws = *state;
	struct vault_place here = { "source_field", "u1", "password" };
	struct vault_place elsewhere[] = { { "destination_field", "u1", "password" },
		{ "source_field", "u2", "password" }, { "source_field", "u1", "token" },
		{ "source_fieldu1", "", "password" } };
	struct secret value = SECRET_INIT;
	struct buf sealed = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;

	assert_true(vault_seal(ws, &here, STR("s3cret"), &sealed, &err));
	assert_int_equal(str_find(buf_str(&sealed), STR("s3cret"), 0), SIZE_MAX);
	assert_true(vault_open(ws, &here, buf_str(&sealed), &value, &err));
	assert_true(str_is(secret_expose(&value), "s3cret"));
	assert_true(vault_seal(ws, &here, STR("s3cret"), &again, &err));
	assert_false(str_equal(buf_str(&sealed), buf_str(&again))); /* a nonce of its own */
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		check_refused(vault_open(ws, &elsewhere[i], buf_str(&sealed), &value, &err), &err,
			ERR_CONFIG, "cannot be opened", NULL);
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.p[i] ^= 1;
		assert_false(vault_open(ws, &here, buf_str(&sealed), &value, &err));
		sealed.p[i] ^= 1;
		assert_false(vault_open(ws, &here, str_slice(buf_str(&sealed), 0, i), &value,
			&err));
	}
	buf_clear(&sealed);
	assert_true(vault_seal(ws, &here, STR_NONE, &sealed, &err));
	assert_true(vault_open(ws, &here, buf_str(&sealed), &value, &err));
	assert_true(secret_is_empty(&value));
	secret_fini(&value);
	buf_fini(&sealed);
	buf_fini(&again);
}

static void
file_holds(const char *path, const char *word, bool expected)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	assert_true(path_read(path, (size_t)64 << 20, &text, &err));
	assert_int_equal(str_find(buf_str(&text), str_from(word), 0) != SIZE_MAX, expected);
	buf_fini(&text);
}

static void
wrong_or_missing_key(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct buf origin = BUF_INIT;
	const char *key = scratch_path(".config/dpstudio/key");

	add_connections(ws);
	assert_true(workspace_compact(ws, &err));
	file_holds(scratch_path("ws.db"), "access_token", false);
	file_holds(scratch_path("ws.db"), "oapi.example.com", true); /* what people may see */
	assert_true(workspace_key_origin(ws, &origin, &err));
	assert_non_null(strstr(buf_text(&origin), "/key"));
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);

	assert_int_equal(rename(key, scratch_path("kept")), 0);
	ws = *state = workspace_again(ws);
	check_refused(workspace_key_check(ws, &err), &err, ERR_CONFIG, "cannot be read",
		"put the key back");
	assert_true(path_write_new(key, STR(KEY_A "\n"), 0600, &err));
	check_refused(workspace_key_check(ws, &err), &err, ERR_CONFIG, "not the one", NULL);
	/* From the credentials of a service, and by a command. */
	assert_int_equal(mkdir(scratch_path("cred"), 0700), 0);
	assert_int_equal(rename(scratch_path("kept"), scratch_path("cred/dpstudio-key")), 0);
	setenv("CREDENTIALS_DIRECTORY", scratch_path("cred"), 1);
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	check_refused(workspace_rekey(ws, NULL, &err), &err, ERR_STATE, "cannot be written",
		"name a file");
	unsetenv("CREDENTIALS_DIRECTORY");
	buf_fini(&origin);
}

static void
key_by_command(void **state)
{
	struct workspace_options options = { .timezone = "UTC" };
	struct err err = ERR_INIT;
	struct workspace *ws;
	char command[400];

	(void)state;
	assert_true(path_write_new(scratch_path("k"), STR(KEY_A "\n"), 0600, &err));
	snprintf(command, sizeof(command), "!cat '%s'", scratch_path("k"));
	options.key_path = command;
	assert_true(workspace_create(scratch_path("ws.db"), &options, &err));
	assert_false(path_exists(scratch_path(".config/dpstudio/key")));
	ws = workspace_open(scratch_path("ws.db"), WORKSPACE_WRITE, &err);
	assert_true(workspace_key_check(ws, &err));
	add_connections(ws);
	ws = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	unlink(scratch_path("k"));
	ws = workspace_again(ws);
	check_refused(workspace_key_check(ws, &err), &err, ERR_CONFIG, "key command failed",
		NULL);
	/* After a change of key it is a file again. */
	assert_true(path_write_new(scratch_path("k"), STR(KEY_A "\n"), 0600, &err));
	assert_true(workspace_rekey(ws, scratch_path("new/key"), &err));
	unlink(scratch_path("k"));
	ws = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	workspace_close(ws);

	options.key_path = "!echo hello";
	check_refused(workspace_create(scratch_path("ws2.db"), &options, &err), &err, ERR_CONFIG,
		"64 hex digits", NULL);
}

static void
changing_the_key(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct secret url = SECRET_INIT;
	const char *key = scratch_path(".config/dpstudio/key");
	struct buf before = BUF_INIT, after = BUF_INIT;
	int64_t id;

	add_connections(ws);
	id = add_task(ws, "t", definition("t", "SELECT 1", "shop", "ops", NULL));
	assert_true(task_ping_get(ws, id, &url, &err));
	assert_true(secret_is_empty(&url));
	assert_true(task_ping_set(ws, id, STR("https://ping.example.com/1"), &err));
	assert_true(path_read(key, 1000, &before, &err));
	assert_true(workspace_rekey(ws, NULL, &err));
	assert_true(path_read(key, 1000, &after, &err));
	assert_false(str_equal(buf_str(&before), buf_str(&after)));
	assert_int_equal(mode_of(key), 0600);
	check_secret(ws, WEBHOOK);
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	assert_true(task_ping_get(ws, id, &url, &err));
	assert_true(str_is(secret_expose(&url), "https://ping.example.com/1"));
	/* Cut short before the new file was in its place. */
	assert_int_equal(rename(key, scratch_path(".config/dpstudio/key.new")), 0);
	assert_true(path_write_new(key, buf_str(&before), 0600, &err));
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	/* To another place: the file there must not be somebody's. */
	assert_true(path_write_new(scratch_path("other"), STR(KEY_B "\n"), 0600, &err));
	check_refused(workspace_rekey(ws, scratch_path("other"), &err), &err, ERR_STATE,
		"holds something else", NULL);
	assert_true(workspace_rekey(ws, scratch_path("k2"), &err));
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);
	assert_true(task_ping_set(ws, id, STR_NONE, &err));
	assert_true(task_ping_get(ws, id, &url, &err));
	assert_true(secret_is_empty(&url));
	secret_fini(&url);
	arena_fini(&a);
	buf_fini(&before);
	buf_fini(&after);
}

/* Two workspaces share the default key file: a change for one must not lock the other
 * out. */
static void
a_shared_key_file(void **state)
{
	struct workspace_options options = { .timezone = "UTC" };
	struct workspace *ws = *state, *other;
	struct err err = ERR_INIT;

	add_connections(ws);
	assert_true(workspace_create(scratch_path("ws2.db"), &options, &err));
	other = workspace_open(scratch_path("ws2.db"), WORKSPACE_WRITE, &err);
	assert_true(workspace_rekey(other, NULL, &err));
	assert_true(workspace_key_check(other, &err));
	workspace_close(other);
	ws = *state = workspace_again(ws);
	check_secret(ws, WEBHOOK);
}

/* --- copies and migrations ---------------------------------------------------------------- */

static void
backups(void **state)
{
	struct workspace *ws = *state, *copy;
	struct err err = ERR_INIT;
	const char *to = scratch_path("backup.db");

	umask(0);
	add_connections(ws);
	assert_true(workspace_backup(ws, to, &err));
	assert_true(workspace_backup(ws, to, &err)); /* each night over the last */
	assert_int_equal(mode_of(to), 0600);
	check_refused(workspace_backup(ws, scratch_path("ws.db"), &err), &err, ERR_USAGE,
		"itself", NULL);
	check_refused(workspace_backup(ws, scratch_path("no/backup.db"), &err), &err, ERR_IO,
		"no/", NULL);
	copy = workspace_open(to, WORKSPACE_WRITE, &err);
	assert_non_null(copy);
	check_secret(copy, WEBHOOK);
	assert_true(workspace_check(copy, &err));
	workspace_close(copy);
}

static void
a_newer_schema(void **state)
{
	struct err err = ERR_INIT;

	assert_true(db_script(workspace_db(*state), "PRAGMA user_version = 1000", &err));
	for (int mode = WORKSPACE_READ; mode <= WORKSPACE_UI; mode++) {
		assert_null(workspace_open(scratch_path("ws.db"), (enum workspace_mode)mode,
			&err));
		check_refused(false, &err, ERR_WORKSPACE, "newer dpstudio (schema 1000", "update");
	}
}

/* A file of the first schema alone, with something in it, as an older program left it. */
static void
an_older_schema(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct db *db;
	int64_t number;
	char kept[64];

	if (workspace_schema_number() < 2)
		skip();
	add_connections(ws);
	assert_true(db_script(workspace_db(ws), "DROP TABLE pass; DROP TABLE attempt;"
		"DROP TABLE notice; DROP TABLE delivery_body; DROP TABLE delivery; DROP TABLE run_event; DROP TABLE run_source; DROP TABLE run;"
		"DROP TABLE bucket; DROP TABLE streak; PRAGMA user_version = 1", &err));
	workspace_close(ws);
	ws = *state = workspace_open(scratch_path("ws.db"), WORKSPACE_READ, &err);
	if (!ws)
		fail_msg("%s", err.msg);
	assert_true(db_schema_number(workspace_db(ws), &number, &err));
	assert_int_equal(number, workspace_schema_number());
	check_secret(ws, WEBHOOK);
	snprintf(kept, sizeof(kept), "ws.db.before-%d", (int)workspace_schema_number());
	assert_int_equal(mode_of(scratch_path(kept)), 0600);
	db = db_open(scratch_path(kept), DB_READ, 0, &err);
	assert_true(db_schema_number(db, &number, &err));
	assert_int_equal(number, 1);
	db_close(db);
}

static void
opened_for_reading(void **state)
{
	struct err err = ERR_INIT;
	struct workspace *ws;
	struct arena a = ARENA_INIT;
	struct source_list list;

	add_connections(*state);
	ws = workspace_open(scratch_path("ws.db"), WORKSPACE_READ, &err);
	assert_true(store_source_list(ws, &a, &list, &err));
	assert_int_equal(list.count, 1);
	check_secret(ws, WEBHOOK);
	check_refused(workspace_set(ws, "jobs", "2", &err), &err, ERR_WORKSPACE, "read-only",
		NULL);
	workspace_close(ws);
	arena_fini(&a);
}

static void
the_studio_never_waits(void **state)
{
	struct err err = ERR_INIT;
	struct workspace *ui = workspace_open(scratch_path("ws.db"), WORKSPACE_UI, &err);
	int64_t before = clock_mono_us();

	assert_non_null(ui);
	assert_true(db_begin(workspace_db(*state), &err));
	check_refused(workspace_set(ui, "jobs", "2", &err), &err, ERR_BUSY, "locked", NULL);
	assert_true(clock_mono_us() - before < 2 * CLOCK_SECOND);
	db_rollback(workspace_db(*state));
	assert_true(workspace_set(ui, "jobs", "2", &err));
	workspace_close(ui);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
#define BARE(f) cmocka_unit_test_setup_teardown(f, enter_bare, leave_bare)
	const struct CMUnitTest tests[] = {
		BARE(resolving),
		BARE(making_one),
		TEST(settings),
		TEST(every_statement_is_sound),
		BARE(keys_are_read),
		TEST(sealed_to_its_place),
		TEST(wrong_or_missing_key),
		BARE(key_by_command),
		TEST(changing_the_key),
		TEST(a_shared_key_file),
		TEST(backups),
		TEST(a_newer_schema),
		TEST(an_older_schema),
		TEST(opened_for_reading),
		TEST(the_studio_never_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
