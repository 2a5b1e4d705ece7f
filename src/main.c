/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "src/base/api.h"

int
main(void)
{
	puts("dpstudio " DP_VERSION);
	return 0;
}
