/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

void
channel_settings(struct settings *settings, const char *name, const char *const *words)
{
	const struct channel *channel = channel_find(name);
	struct err err = ERR_INIT;

	assert_non_null(channel);
	*settings = (struct settings)SETTINGS_INIT;
	for (; words && *words; words++) {
		struct str word = str_from(*words);
		size_t at = str_find(word, STR("="), 0);
		char *key = str_dup(str_slice(word, 0, at));
		const struct field *field = field_find(channel->fields, channel->field_count, key);

		settings_set(settings, key, str_slice(word, at + 1, word.len),
			field && field_is_secret(field));
		free(key);
	}
	if (!channel_settings_check(channel, settings, &err))
		fail_msg("%s: %s", name, err.msg);
}

bool
caught_part(struct part_sink *self, const struct part *part, struct err *err)
{
	struct caught *c = (struct caught *)self;
	struct part *copy;

	(void)err;
	c->list = xreallocarray(c->list, c->count + 1, sizeof(*c->list));
	copy = &c->list[c->count++];
	*copy = *part;
	copy->body = (struct str){ str_dup(part->body), part->body.len };
	copy->title = (struct str){ str_dup(part->title), part->title.len };
	return true;
}

void
channel_build(const char *name, struct document *doc, const struct settings *settings,
	struct caught *caught)
{
	struct err err = ERR_INIT;

	*caught = (struct caught){ .sink = { caught_part } };
	if (!channel_find(name)->build(doc, settings, &caught->sink, &err))
		fail_msg("%s: %s", name, err.msg);
	assert_true(caught->count > 0);
}

void
caught_fini(struct caught *caught)
{
	for (size_t i = 0; i < caught->count; i++) {
		free((char *)caught->list[i].body.p);
		free((char *)caught->list[i].title.p);
	}
	free(caught->list);
}

void
channel_send(const char *name, const struct settings *settings, const struct part *part,
	struct outcome *outcome)
{
	struct send_request request = { .settings = settings, .part = part,
		.idempotency_key = "0b0f1b7e-0000-4000-8000-000000000001",
		.deadline = deadline_in_us(5 * CLOCK_SECOND) };

	channel_find(name)->send(&request, outcome);
}

void
judge(struct str input, const char *const *words)
{
	char path[512], output[4096];
	const char *argv[40] = { "/usr/bin/python3", path };
	char name[] = "/tmp/dp-judge-XXXXXX";
	size_t argc = 2;
	int fd = mkstemp(name), out[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, input.p, input.len), (ssize_t)input.len);
	lseek(fd, 0, SEEK_SET);
	peer_script(path, sizeof(path), "channel_judge.py");
	for (; *words && argc < ARRAY_LEN(argv) - 1; words++)
		argv[argc++] = *words;
	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fd, 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(out[0]);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(out[1]);
	close(fd);
	while ((n = read(out[0], output + len, sizeof(output) - 1 - (size_t)len)) > 0)
		len += n;
	output[len] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("%s: %s", argv[2], output);
}
