/* SPDX-License-Identifier: MIT */
/* Pictures for Lark (channels.md 2.7): a webhook cannot upload, an app of the same
 * tenant can. Token and image keys are kept for the life of the worker, so a picture
 * that goes to several groups, or again after a failure, is uploaded once. */
#ifndef DP_CHANNEL_LARK_PICTURE_H
#define DP_CHANNEL_LARK_PICTURE_H

#include "src/channel/channel.h"

#define LARK_PICTURE_MAX ((size_t)10 << 20)

/* The image_key of the part's bytes, appended to *key. False: *outcome says why. */
bool lark_picture_upload(const struct send_request *request, struct buf *key,
	struct outcome *outcome);

#endif
