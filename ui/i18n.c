/* SPDX-License-Identifier: MIT */
#include "ui/i18n.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
wanted(const char *language)
{
	static const char *const variables[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };

	if (language && *language && strcmp(language, "auto") != 0)
		return language;
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return value;
	}
	return "";
}

/* The catalogues stand in ../share/locale beside the program, or, in a checkout,
 * in build/gen/locale two levels up. */
static void
bind_catalogue(void)
{
	static const char *const places[] = { "../share/locale", "../gen/locale" };
	char self[PATH_MAX], path[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s/%s/zh_CN/LC_MESSAGES/" I18N_DOMAIN ".mo", self,
			places[i]);
		if (access(path, R_OK) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", self, places[i]);
		bindtextdomain(I18N_DOMAIN, path);
		break;
	}
	bind_textdomain_codeset(I18N_DOMAIN, "UTF-8");
}

void
i18n_start(const char *language)
{
	/* gettext translates only outside the "C" locale, and zh_CN itself is often not
	 * installed: C.UTF-8 with LANGUAGE does it on every system. */
	spoken_in(i18n_say);
	if (strncmp(wanted(language), "zh", 2) != 0) {
		setlocale(LC_MESSAGES, "C");
		return;
	}
	setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", "zh_CN", 1);
	bind_catalogue();
}

const char *
i18n_say(const char *text)
{
	return _(text);
}
