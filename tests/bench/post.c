/* SPDX-License-Identifier: MIT */
/* post URL: one small POST by the module net, as a channel sends it. Exit status 0 when
 * the answer was 2xx. */
#include <stdio.h>

#include "src/net/net.h"

int
main(int argc, char **argv)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct http_request request = { .method = "POST", .url = argc > 1 ? argv[1] : "",
		.headers = headers, .body = STR("{\"one\":1}"), .deadline = deadline_in_us(10 * CLOCK_SECOND) };
	struct http_answer answer;
	struct err err = ERR_INIT;
	bool ok = http_perform(&request, &answer, &err);

	if (!ok)
		fprintf(stderr, "post: %s\n", err.msg);
	ok = ok && answer.status / 100 == 2;
	http_answer_fini(&answer);
	return ok ? 0 : 1;
}
