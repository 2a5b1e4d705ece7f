# SPDX-License-Identifier: MIT
"""Values that try to act, and judges that read what a channel received as that channel's
clients would (channels.md 12). A judge knows what the author wrote; all else that is a
mention, link, mark, tag, colour, heading or table break came from data and is named.

The message: a title "T VALUE", a paragraph "V0: VALUE end" and one that is the value alone
for each, and a table of n rows with the columns id, evil, last."""
import csv
import email
import email.policy
import html.parser
import io
import json
import re

from markdown_it import MarkdownIt

VALUES = [
    "a|b", "||spoiler||", "a\\|b", "*bold* **bold**", "_it_ __it__", "a*b*c", "1_000_000", "~~gone~~",
    "`code`", "a`b", "`` ` ``", "``` fence", "```\nfence\n```", "# head", "## head", "> quote",
    ">>> quote", "- item", "* item", "+ item", "1. item", "3) item", "---", "***", "===", "___",
    "    code", "\tcode", "[x](https://evil.example)", "[x](javascript:alert(1))",
    "[x](java\nscript:alert(1))", "[x][1]", "[1]: https://evil.example", "[^1]", "- [x] task",
    "![](https://evil.example/a.png)", "![a](b)", "<https://evil.example>", "<evil@example.org>",
    "<at id=all></at>", '<at user_id="all">all</at>', "<at email=a@b.c></at>", "<at>Ann</at>",
    "<@userid>", "<@all>", "<@123456>", "<@&123456>", "<#123456>", "<!channel>", "<!here>",
    "<!subteam^S1>", "<users/all>", "@everyone", "@here", "@all", "@所有人", "@13800000000",
    "<font color='red'>x</font>", '<font color="warning">x</font>', "<text_tag color='red'>x</text_tag>",
    "<person id='x'></person>", "<b>x</b>", "</pre><b>x", "</td></tr></table><b>x", "<br>", "<hr>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", 'x" onmouseover="y',
    "<a href='https://evil.example'>x</a>", "<!-- c -->", "<?php ?>", "<![CDATA[x]]>", "&lt;b&gt;",
    "&#42;x&#42;", "&nbsp;", "&amp;amp;", "\\*x\\*", "\\", "\\\\", "{{DATE(2024-01-01T00:00:00Z)}}",
    "{{TIME(x)}}", "{{{", "${date}", "$[yyyymmdd]", "$x^2$", ":tada:", ":SMILE:", '"}],"at":{"isAtAll":true}',
    "'; DROP TABLE x; --", "=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "%s%n", "a\r\nBcc: x@y.z",
    "a\nb", "a\tb", "a\rb", "\u202eevil\u202c", "\u2066x\u2069", "a\u2028b\u2029c", "\x1b[31mred", "a\x07b",
    "a\x7fb", "a\x85b", "x" * 700, "中" * 300,
]
# Written by SQL: what no text of Python holds.
RAW = ["CAST(x'41FF42' AS TEXT)", "CAST(x'41C3' AS TEXT)", "CAST(x'EDA080' AS TEXT)", "x'0041'"]
COUNT = len(VALUES) + len(RAW)
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
BREAK = "\u200b"  # between the two signs of what would be syntax


class Bad(Exception):
    pass


def refuse(pattern, text, what):
    for found in re.finditer(pattern, text):
        around = text[max(0, found.start() - 30):found.end() + 30]
        raise Bad(f"{what}: {around!r}")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


# --- Markdown -----------------------------------------------------------------------------

FORBIDDEN = {"html_inline", "html_block", "image", "em_open", "strong_open", "s_open", "code_inline",
             "fence", "code_block", "hr", "blockquote_open", "bullet_list_open",
             "ordered_list_open", "heading_open"}


def walk(tokens):
    for token in tokens:
        yield token
        if token.children:
            yield from walk(token.children)


def links(tokens):
    """Links that are not what they show (a bare address shows itself)."""
    tokens = list(walk(tokens))
    for i, token in enumerate(tokens):
        if token.type == "link_open" and token.markup not in ("linkify", "autolink"):
            yield token.attrs.get("href")


def read_markdown(text, ours=()):
    """Tokens; Bad when one of them is not of the author."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    allowed = list(ours)
    for token in walk(tokens):
        if token.type not in FORBIDDEN:
            continue
        mark = token.type + token.tag
        if mark in allowed:
            allowed.remove(mark)
            continue
        raise Bad(f"{token.type}: {token.content[:80]!r} {token.map and text.splitlines()[token.map[0]][:80]!r}")
    for link in links(tokens):
        raise Bad(f"a link to {link}")
    return tokens


def our_list(text):
    """Where tables are lists: one list, each row with its first cell in bold."""
    return ["bullet_list_openul"] + ["strong_openstrong"] * len(re.findall(r"(?m)^- \*\*", text))


def table_rows(text, tokens):
    """Cells of each row; the parser drops those that are too many, so bars are counted."""
    rows = []
    for line in text.split("\n"):
        if line.startswith("| ") and len(re.findall(r"(?<!\\)\|", line)) != 4:
            raise Bad(f"a row with more or fewer bars: {line[:80]!r}")
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        if token.type in ("td_open", "th_open"):
            rows[-1] += 1
    return rows


def check_rows(rows):
    if any(cells != 3 for cells in rows):
        raise Bad(f"rows of {sorted(set(rows))} cells")
    return len(rows) - 1 if rows else 0


# --- one judge for each channel: the rows of data it saw ------------------------------------


def dingtalk(body):
    at = body["at"]
    if at["isAtAll"] or at["atMobiles"] or at["atUserIds"]:
        raise Bad(f"mentions {at}")
    text = body["markdown"]["text"]
    refuse(r"<[a-zA-Z/!?@]", text, "a tag")
    ours = our_list(text) if "| --- |" not in text else []
    rows = check_rows(table_rows(text, read_markdown(text, ["heading_openh4"] + ours)))
    return rows or len(re.findall(r"(?m)^- \*\*", text))


def wecom(body):
    if body["msgtype"] == "markdown_v2":
        text = body["markdown_v2"]["content"]
        refuse(r"<[a-zA-Z/!?@]", text, "a tag")
        return check_rows(table_rows(text, read_markdown(text, ["heading_openh2"])))
    if body["msgtype"] == "text":
        if set(body["text"]) - {"content"}:
            raise Bad(f"mentions {body['text']}")
        return None
    text = body["markdown"]["content"]
    refuse(r"<(font|@|/font)", text, "a colour or mention")
    refuse(r"\[[^\]\n]*\]\([^)\n]*\)", text, "a link")
    refuse(r"\*\*[^*\n]+\*\*", re.sub(r"(?m)^- \*\*\d+\*\* —", "", text), "bold")
    refuse(r"`[^`\n]+`", text, "code")
    refuse(r"(?m)^\s*>", text, "a quote")
    refuse(r"(?m)^#{1,6} ", text.split("\n", 1)[1], "a heading")
    return None


LARK_TAG = r"<(?!br>)[a-zA-Z/!?@]"


def lark(body):
    rows = 0
    for element in body["card"]["body"]["elements"]:
        if element["tag"] == "markdown":
            refuse(LARK_TAG, element["content"], "a tag")
            read_markdown(element["content"])
        elif element["tag"] == "table":
            kinds = {c["name"]: c["data_type"] for c in element["columns"]}
            rows += len(element["rows"])
            for row in element["rows"]:
                if set(row) != set(kinds):
                    raise Bad(f"a row of {list(row)}")
                for name, text in row.items():
                    if kinds[name] != "text":
                        refuse(LARK_TAG, re.sub("</?font[^>]*>", "", text), "a tag")
        else:
            raise Bad(f"an element {element['tag']}")
    return rows


def teams(body):
    content = body["attachments"][0]["content"]
    rows = 0
    if "entities" in content["msteams"]:
        raise Bad("a mention")
    for text in strings(content):
        refuse(r"\{\{", text, "a function")
    for element in content["body"]:
        if element["type"] == "TextBlock":  # no HTML there
            text = re.sub("[<&]", "x", element["text"])
            read_markdown(text, our_list(text) if text.startswith("- **") else [])
            rows += len(re.findall(r"(?m)^- \*\*", text))
        elif element["type"] == "Table":
            rows += check_rows([len(r["cells"]) for r in element["rows"]])
        elif element["type"] != "RichTextBlock":
            raise Bad(f"an element {element['type']}")
    return rows


def marks(text, what):
    """*x* _x_ ~x~ `x` of Slack and Google Chat: a mark at a word's edge."""
    for mark in "*_~`":
        m = re.escape(mark)
        refuse(rf"(?<![\w{m}]){m}(?![\s{BREAK}{m}])[^{m}\n]*[^\s{m}{BREAK}]{m}(?![\w{m}])", text,
               f"{what} {mark}")


def slack(body):
    rows = 0
    for block in body["blocks"]:
        if block["type"] == "section":
            refuse("<", block["text"]["text"], "a tag or mention")
            marks(block["text"]["text"], "a mark")
            refuse(r"(?m)^(&gt;|>)", block["text"]["text"], "a quote")
        elif block["type"] == "table":
            rows += check_rows([len(r) for r in block["rows"]])
            if {c["type"] for r in block["rows"] for c in r} != {"raw_text"}:
                raise Bad("a cell that is not raw")
    refuse("<", body["text"], "a tag or mention")
    return rows


def discord(body):
    allowed = body["allowed_mentions"]
    if allowed["parse"] or allowed["users"] or allowed.get("roles"):
        raise Bad(f"mentions {allowed}")
    rows = 0
    text = re.sub(r"(?s)```\n(.*?)\n```", lambda m: keep_code(m[1]), body["content"])
    for line in text.split("\n"):
        rows += line.startswith("CODE")
    text = "\n".join(x for x in text.split("\n") if not x.startswith(("CODE", "HEAD")))
    refuse(r"(?<!\\)<[@#:/a-z!]", text, "a mention")
    refuse(r"(?<!\\)\|\|", text, "a spoiler")
    read_markdown(text, ["strong_openstrong"])
    return rows


def keep_code(text):
    if "```" in text:
        raise Bad("the end of a code block")
    return "\n".join(("CODE" if i > 1 else "HEAD") + x for i, x in enumerate(text.split("\n")))


class Html(html.parser.HTMLParser):
    def __init__(self, allowed):
        super().__init__(convert_charrefs=True)
        self.allowed, self.open, self.rows, self.cells = allowed, [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in self.allowed:
            raise Bad(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or re.match(r"\s*(javascript|data|vbscript):", value or "", re.I):
                raise Bad(f"<{tag} {name}={value!r}>")
            if name == "href":
                raise Bad(f"a link to {value}")
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th") and self.rows:
            self.rows[-1] += 1
        if tag not in ("br", "meta", "img", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise Bad(f"</{tag}> closes nothing")

    def handle_comment(self, data):
        raise Bad(f"a comment {data!r}")

    def handle_pi(self, data):
        raise Bad(f"an instruction {data!r}")


def telegram(body):
    if body["parse_mode"] != "HTML":
        raise Bad(body["parse_mode"])
    parser = Html({"b", "pre"})
    parser.feed(body["text"])
    parser.close()
    if parser.open:
        raise Bad(f"{parser.open} stay open")
    return None


def googlechat(body):
    text = re.sub(r"(?s)```\n.*?\n```", "", body["text"])
    refuse("<", body["text"], "a tag or mention")
    title, _, rest = text.partition("\n")
    marks(rest, "a mark")
    return None


def ntfy(body):
    if "markdown" in body or "actions" in body or "attach" in body or "click" in body:
        raise Bad(f"{list(body)}")
    return None


def webhook(body):
    for table in body["tables"]:  # data as it came: it stands nowhere but in JSON
        for row in table["rows"]:
            row[1] = ""
    return len(body["tables"][0]["rows"])


def mail(raw):
    message = email.message_from_string(raw, policy=email.policy.strict)
    for name in ("Bcc", "Cc"):
        if message[name]:
            raise Bad(f"{name}: {message[name]}")
    for name, value in message.items():
        if len(message.get_all(name)) != 1:
            raise Bad(f"{name} twice")
        refuse(UNWANTED, str(value), f"a control in {name}")
    parser = Html({"html", "head", "meta", "body", "table", "tbody", "thead", "tr", "td", "th", "p", "br",
                   "div", "span", "h1", "h2", "h3", "title", "b", "strong", "style", "center"})
    parser.feed(message.get_body(("html",)).get_content())
    if parser.open and set(parser.open) - {"html", "body"}:
        raise Bad(f"{parser.open} stay open")
    sheets = [p for p in message.iter_attachments() if p.get_content_type() == "text/csv"]
    rows = list(csv.reader(io.StringIO(sheets[0].get_content().lstrip("\ufeff"), newline="")))
    for row in rows[1:]:
        if len(row) != 3:
            raise Bad(f"a CSV row of {len(row)}")
        if row[1][:1] in tuple("=+-@\t\r") and not re.fullmatch(r"[-+]?[\d.]+", row[1]):
            raise Bad(f"a formula {row[1]!r}")
    return len(rows) - 1


JUDGES = {f.__name__: f for f in (dingtalk, wecom, lark, teams, slack, discord, telegram, googlechat,
                                  ntfy, webhook)}


def judge_http(channel, bodies):
    """Every part of one message; the parts' rows together are the table's."""
    bodies = [json.loads(b) for b in bodies]
    rows = [JUDGES[channel](b) for b in bodies]
    for body in bodies:
        for text in strings(body):
            refuse(UNWANTED, text.replace("\n", ""), "a control or direction character")
    if None not in rows and sum(rows) != COUNT:
        raise Bad(f"{sum(rows)} of {COUNT} rows")
