/* SPDX-License-Identifier: MIT */
/* The two halves of the email channel: email.c writes the message, email_send.c
 * gives it to the server and says what became of each receiver. */
#ifndef DP_CHANNEL_EMAIL_H
#define DP_CHANNEL_EMAIL_H

#include "src/channel/channel.h"

void email_send(const struct send_request *request, struct outcome *outcome);

#endif
