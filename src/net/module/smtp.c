/* SPDX-License-Identifier: MIT */
#include "src/net/module/transfer.h"

bool
net_smtp(const struct smtp_request *request, struct smtp_answer *answer, struct err *err)
{
	(void)answer;
	return err_set(err, ERR_CONNECT, "%s: mail is being built", request->host);
}

void
net_smtp_close_idle(void)
{
}
