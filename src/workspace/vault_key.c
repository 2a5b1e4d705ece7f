/* SPDX-License-Identifier: MIT */
#include "src/workspace/vault_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/path.h"
#include "src/workspace/handle.h"

#define KEY_FILE_MAX 4096

extern char **environ;

/* --- its text -------------------------------------------------------------------- */

bool
vault_key_parse(struct str text, struct secret *key, struct err *err)
{
	unsigned char bytes[VAULT_KEY_BYTES];
	size_t made = 0;
	const char *end = NULL;
	bool ok;

	secret_ready();
	text = str_trim(text);
	ok = text.len == 2 * VAULT_KEY_BYTES &&
		sodium_hex2bin(bytes, sizeof(bytes), text.p, text.len, NULL, &made, &end) == 0 &&
		made == sizeof(bytes) && end == text.p + text.len;
	if (ok)
		secret_set(key, (struct str){ (const char *)bytes, sizeof(bytes) });
	secret_wipe(bytes, sizeof(bytes));
	if (!ok)
		return err_set(err, ERR_CONFIG, "a key is %d hex digits", 2 * VAULT_KEY_BYTES);
	return true;
}

void
vault_key_text(const struct secret *key, struct buf *to)
{
	char hex[2 * VAULT_KEY_BYTES + 1];

	sodium_bin2hex(hex, sizeof(hex), key->bytes, VAULT_KEY_BYTES);
	buf_reserve(to, sizeof(hex) + 1); /* one piece: no copies left behind by growth */
	buf_adds(to, hex);
	buf_addc(to, '\n');
	secret_wipe(hex, sizeof(hex));
}

void
vault_key_id(const struct secret *key, char id[VAULT_KEY_ID_SIZE])
{
	static const unsigned char purpose[] = "dpstudio key id";
	unsigned char digest[crypto_generichash_BYTES_MIN];

	secret_ready();
	crypto_generichash(digest, sizeof(digest), purpose, sizeof(purpose), key->bytes,
		key->len);
	sodium_bin2hex(id, VAULT_KEY_ID_SIZE, digest, (VAULT_KEY_ID_SIZE - 1) / 2);
}

/* --- files -------------------------------------------------------------------------- */

static bool
check_mode(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		err_set(err, ERR_CONFIG, "the key file %s cannot be read: %s", path,
			strerror(errno));
		return err_hint(err, "put the key back in its place: the secrets cannot be read without "
			"it");
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "the key file %s is not a regular file", path);
	if (st.st_mode & 0037) {
		err_set(err, ERR_CONFIG, "the key file %s may be read or written by others "
			"(mode %04o)", path, (unsigned)(st.st_mode & 07777));
		return err_hint(err, "chmod 600 %s (640 for a group)", path);
	}
	return true;
}

bool
vault_key_read(const char *path, struct secret *key, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (!check_mode(path, err))
		return false;
	ok = path_read(path, KEY_FILE_MAX, &text, err);
	if (!ok)
		err->code = ERR_CONFIG;
	ok = ok && (vault_key_parse(buf_str(&text), key, err) ||
		err_wrap(err, "the key file %s", path));
	secret_wipe(text.p, text.len);
	buf_fini(&text);
	return ok;
}

static bool
write_key(const char *path, const struct secret *key, bool replace, struct err *err)
{
	struct buf text = BUF_INIT;
	char *dir = path_dir(path);
	bool ok = path_make_dirs(dir, 0700, err);

	vault_key_text(key, &text);
	ok = ok && (replace ? path_write_atomic(path, buf_str(&text), 0600, err) :
			      path_write_new(path, buf_str(&text), 0600, err));
	secret_wipe(text.p, text.len);
	buf_fini(&text);
	free(dir);
	return ok;
}

bool
vault_key_create(const char *path, struct secret *key, struct err *err)
{
	secret_random(key, VAULT_KEY_BYTES);
	return write_key(path, key, false, err);
}

bool
vault_key_write(const char *path, const struct secret *key, struct err *err)
{
	return write_key(path, key, true, err);
}

/* --- a command ------------------------------------------------------------------------ */

static bool
spawn_shell(const char *command, int out, pid_t *pid, struct err *err)
{
	char *const argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	rc = posix_spawn(pid, "/bin/sh", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc == 0)
		return true;
	return err_set(err, ERR_CONFIG, "the key command cannot be started: %s", strerror(rc));
}

/* Until end of file, the deadline or too much. */
static bool
read_output(int fd, struct buf *text)
{
	struct deadline deadline = deadline_in_us(VAULT_COMMAND_SECONDS * CLOCK_SECOND);

	while (deadline_left_us(&deadline) > 0 && text->len < KEY_FILE_MAX) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char chunk[KEY_FILE_MAX];
		ssize_t n;

		if (poll(&p, 1, deadline_poll_ms(&deadline, 1000)) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			return true;
		if (n > 0)
			buf_add(text, chunk, (size_t)n);
		secret_wipe(chunk, n > 0 ? (size_t)n : 0);
	}
	return false;
}

static bool
end_command(pid_t pid, bool finished, struct err *err)
{
	int status = 0;

	if (!finished)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!finished)
		return err_set(err, ERR_CONFIG, "the key command gave no key within %d seconds",
			VAULT_COMMAND_SECONDS);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_CONFIG, "the key command failed (status %d)",
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return true;
}

bool
vault_key_from_command(const char *command, struct secret *key, struct err *err)
{
	struct buf text = BUF_INIT;
	int ends[2];
	bool ok, started;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_errno(err, "the key command cannot be started");
	started = spawn_shell(command, ends[1], &pid, err);
	close(ends[1]);
	ok = started && end_command(pid, read_output(ends[0], &text), err);
	close(ends[0]);
	ok = ok && (vault_key_parse(buf_str(&text), key, err) ||
		err_wrap(err, "the key command's answer"));
	secret_wipe(text.p, text.len);
	buf_fini(&text);
	return ok;
}

/* --- which one --------------------------------------------------------------------------- */

char *
vault_credentials_path(void)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *path;

	if (!dir || dir[0] != '/')
		return NULL;
	path = path_join(dir, "dpstudio-key");
	if (path_exists(path))
		return path;
	free(path);
	return NULL;
}

bool
vault_key_first(const char *path, const char *command, struct secret *key, bool *created,
	struct err *err)
{
	char *credentials = vault_credentials_path();
	bool ok;

	*created = false;
	if (credentials) {
		ok = vault_key_read(credentials, key, err);
	} else if (command) {
		ok = vault_key_from_command(command, key, err);
	} else if (path_exists(path)) {
		ok = vault_key_read(path, key, err);
	} else {
		ok = vault_key_create(path, key, err);
		*created = ok;
	}
	free(credentials);
	return ok;
}

static bool
is_wanted(const struct secret *key, const char *wanted)
{
	char id[VAULT_KEY_ID_SIZE];

	vault_key_id(key, id);
	return strcmp(id, wanted) == 0;
}

/* A change of key that was cut short leaves the new key beside (".new"); a file shared
 * with another workspace keeps the former one under its id. */
static bool
load_beside(const char *path, const char *wanted, struct secret *key)
{
	struct err ignored = ERR_INIT;
	char *fresh = xasprintf("%s.new", path), *former = xasprintf("%s.%s", path, wanted);
	bool ok = path_exists(fresh) && vault_key_read(fresh, key, &ignored) &&
		is_wanted(key, wanted);

	if (!ok)
		ok = path_exists(former) && vault_key_read(former, key, &ignored) &&
			is_wanted(key, wanted);
	free(fresh);
	free(former);
	return ok;
}

static bool
wrong_key(const char *origin, struct err *err)
{
	err_set(err, ERR_CONFIG, "the key of %s is not the one this workspace's secrets were "
		"sealed under", origin);
	return err_hint(err, "put the right key back in its place");
}

static bool
load_from_file(struct workspace *ws, const char *path, const char *wanted, struct err *err)
{
	struct err first = ERR_INIT;
	bool readable = vault_key_read(path, &ws->key, &first);

	if (readable && is_wanted(&ws->key, wanted))
		return true;
	if (load_beside(path, wanted, &ws->key))
		return true;
	if (readable)
		return wrong_key(path, err);
	*err = first;
	return false;
}

static bool
load(struct workspace *ws, struct arena *a, struct err *err)
{
	char *credentials = vault_credentials_path();
	const char *path, *command, *wanted;
	bool ok;

	ok = workspace_meta_get(ws, META_KEY_PATH, a, &path, err) &&
		workspace_meta_get(ws, META_KEY_COMMAND, a, &command, err) &&
		workspace_meta_get(ws, META_KEY_ID, a, &wanted, err);
	if (ok && credentials)
		ok = vault_key_read(credentials, &ws->key, err) &&
			(is_wanted(&ws->key, wanted) || wrong_key(credentials, err));
	else if (ok && *command)
		ok = vault_key_from_command(command, &ws->key, err) &&
			(is_wanted(&ws->key, wanted) || wrong_key("the key command", err));
	else if (ok)
		ok = load_from_file(ws, path, wanted, err);
	free(credentials);
	return ok;
}

bool
vault_key_load(struct workspace *ws, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok;

	if (!secret_is_empty(&ws->key))
		return true;
	ok = load(ws, &a, err);
	if (!ok)
		secret_fini(&ws->key);
	arena_fini(&a);
	return ok;
}
