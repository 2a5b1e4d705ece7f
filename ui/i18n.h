/* SPDX-License-Identifier: MIT */
/* Words on the screen: _("…") where they are shown, N_("…") in tables that are
 * translated when shown. English stands in the code, share/locale/zh_CN.po holds
 * Simplified Chinese. Data, names and SQL are never translated. */
#ifndef DP_UI_I18N_H
#define DP_UI_I18N_H

#include <libintl.h>

#include "src/base/mark.h"

#define I18N_DOMAIN "dpstudio"
#define _(text) dgettext(I18N_DOMAIN, text)
/* Plural: ngettext of our domain. */
#define NN_(one, many, n) dngettext(I18N_DOMAIN, one, many, (unsigned long)(n))

/* Chooses the language: `language` of the config ("en", "zh_CN", "auto" or NULL). */
void i18n_start(const char *language);
/* _() for the engine (say_fn). */
const char *i18n_say(const char *text) DP_FORMAT_ARG(1);

#endif
