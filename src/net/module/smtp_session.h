/* SPDX-License-Identifier: MIT */
/* A mail session: libcurl connects, secures and logs in (CURLOPT_CONNECT_ONLY), the
 * dialogue after that is ours over curl_easy_send and curl_easy_recv, because
 * libcurl's own gives neither the code of each recipient nor a sure answer to "was
 * the final dot out?". One session is kept for the next mail of the same account. */
#ifndef DP_NET_MODULE_SMTP_SESSION_H
#define DP_NET_MODULE_SMTP_SESSION_H

#include "src/net/module/transfer.h"

struct smtp_reply {
	long code;
	char text[256]; /* last line, cleaned, secrets masked */
};

struct smtp_session {
	CURL *easy;
	curl_socket_t fd;
	struct endpoint to;
	const struct smtp_request *request; /* of the mail under way */
	char detail[CURL_ERROR_SIZE];
	struct buf in;		 /* what came and was not read yet */
	unsigned char key[32];	 /* digest of server, account and password */
	int64_t used_us;
	/* Offered by the server after the last EHLO. */
	bool has_pipelining, has_utf8;
	size_t max_size;
	bool authenticated;
	bool greeted;		 /* any line came at all */
	struct smtp_reply last;	 /* newest line while libcurl talks */
};

/* The kept session when it fits and still answers (*is_reused), else a new one; NULL
 * with answer and err filled. */
struct smtp_session *smtp_session_open(const struct smtp_request *request,
	struct smtp_answer *answer, bool *is_reused, struct err *err);
/* Keeps it for the next mail. */
void smtp_session_keep(struct smtp_session *s);
/* Closes; an idle one (no mail half-way) says QUIT first, without waiting. */
void smtp_session_close(struct smtp_session *s, bool is_idle);

/* All of it, or false with err (ERR_CONNECT, ERR_TIMEOUT, ERR_CANCELLED). */
bool smtp_session_write(struct smtp_session *s, struct str bytes, struct err *err);
/* One reply, of one or more lines. */
bool smtp_session_read(struct smtp_session *s, struct smtp_reply *reply, struct err *err);

#endif
