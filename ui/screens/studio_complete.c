/* SPDX-License-Identifier: MIT */
/* What the SQL editor offers: the task's parameters behind ${, else tables and columns of
 * the node's source, then keywords of its dialect. */
#include "src/sql/lexer.h"
#include "ui/screens/draft.h"
#include "ui/screens/studio_private.h"

#define KEYWORD_MIN 2 /* letters */

static bool
begins(const char *word, struct str prefix)
{
	return str_equal_nocase(str_slice(str_from(word), 0, prefix.len), prefix);
}

/* In the letters that are typed: SEL gives SELECT, sel select. */
static void
offer_keywords(enum sql_dialect dialect, struct str prefix, completion_add_fn add, void *sink)
{
	const char *word;
	bool known, upper = prefix.len && prefix.p[0] >= 'A' && prefix.p[0] <= 'Z';

	for (size_t i = 0; (word = sql_keyword_at(i, dialect, &known)) != NULL; i++) {
		char text[64];
		size_t len = strlen(word);

		if (!known || !begins(word, prefix) || len >= sizeof(text))
			continue;
		for (size_t k = 0; k <= len; k++)
			text[k] = (char)(upper && word[k] >= 'a' && word[k] <= 'z' ? word[k] - 32
										   : word[k]);
		add(sink, text, _("keyword"));
	}
}

bool
desk_complete(void *context, struct editor *editor, struct str prefix, completion_add_fn add,
	void *sink)
{
	struct desk *d = context;
	size_t dot = prefix.len;

	if (str_find(prefix, STR("${"), 0) != SIZE_MAX) {
		draft_offer_parameters(d->model, prefix, add, sink);
		return true;
	}
	if (desk_query_is_script(desk_query_node(d)))
		return false;
	while (dot > 0 && prefix.p[dot - 1] != '.')
		dot--;
	desk_sources_offer(d, editor, str_slice(prefix, 0, dot ? dot - 1 : 0),
		str_slice(prefix, dot, prefix.len), add, sink);
	if (dot == 0 && prefix.len >= KEYWORD_MIN)
		offer_keywords(editor->highlight.dialect, prefix, add, sink);
	return true;
}
