/* SPDX-License-Identifier: MIT */
#include "src/task/task_json.h"

#include <sodium.h>

static void
digest_json(const cJSON *json, char digest[TASK_DIGEST_SIZE])
{
	unsigned char hash[(TASK_DIGEST_SIZE - 1) / 2];
	struct buf text = BUF_INIT;

	json_print_compact(&text, json);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)buf_text(&text), text.len,
		NULL, 0);
	sodium_bin2hex(digest, TASK_DIGEST_SIZE, hash, sizeof(hash));
	buf_fini(&text);
}

/* What counts stands in "parameters" and "nodes", but for where it is sent. */
void
task_content_digest(const struct task *t, char digest[TASK_DIGEST_SIZE])
{
	cJSON *json = task_to_json(t), *content = cJSON_CreateObject(), *node;
	cJSON *parameters = cJSON_DetachItemFromObjectCaseSensitive(json, "parameters");
	cJSON *nodes = cJSON_DetachItemFromObjectCaseSensitive(json, "nodes");

	if (parameters)
		cJSON_AddItemToObject(content, "parameters", parameters);
	cJSON_ArrayForEach(node, nodes)
		cJSON_DeleteItemFromObjectCaseSensitive(node, "destinations");
	cJSON_AddItemToObject(content, "nodes", nodes);
	digest_json(content, digest);
	cJSON_Delete(content);
	cJSON_Delete(json);
}

void
task_digest(const struct task *t, char digest[TASK_DIGEST_SIZE])
{
	cJSON *json = task_to_json(t);

	digest_json(json, digest);
	cJSON_Delete(json);
}
