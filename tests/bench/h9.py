#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H9: a table of 10,000 rows to each channel's parts (no rivals: time and peak
memory); and 1,000 small deliveries in one pass against xargs -P8 curl."""
import json
import sqlite3
import subprocess
import sys

from bench import (ORDERS, Contender, Sink, Studio, interleave, median_ms, order_rows, ratio, scratch,
                   table)

HOOK = ("https://example.com/open-apis/bot/v2/hook/services/api/webhooks/1/x/v1/spaces/x/messages"
        "?access_token=nothing&key=nothing&token=nothing")
CHANNELS = [
    ("dingtalk", ("webhook", HOOK), []), ("lark", ("webhook", HOOK), []),
    ("wecom", ("webhook", HOOK), []), ("teams", ("webhook", HOOK), []),
    ("email", None, ["smtp_host=localhost", "sender=a@example.com", "receivers=b@example.com"]),
    ("slack", ("webhook", HOOK), []), ("discord", ("webhook", HOOK), []),
    ("telegram", ("token", "1:nothing"), ["chat_id=1"]), ("googlechat", ("webhook", HOOK), []),
    ("ntfy", None, ["topic=nothing"]), ("webhook", ("url", HOOK), []),
]


def make_studio(folder, rows):
    studio = Studio(folder)
    db = sqlite3.connect(folder + "/orders.db")
    db.execute(ORDERS)
    db.executemany("INSERT INTO orders VALUES (?,?,?,?,?,?,?,?)", order_rows(rows))
    db.commit()
    db.close()
    studio.source("shop", "sqlite", f"path={folder}/orders.db")
    return studio


def define(studio, name, sql, destinations):
    with open(f"{studio.folder}/{name}.json", "w") as f:
        json.dump({"format": 1, "name": name, "nodes": [
            {"name": "q", "kind": "query", "source": "shop", "sql": sql},
            {"name": "push", "kind": "push", "after": ["q"], "title": "Orders",
             "content": [{"kind": "table"}], "destinations": destinations}]}, f)
    studio.must("import", f"{studio.folder}/{name}.json")


def parts(rows, rounds):
    studio = make_studio(scratch(), rows)
    ours = []
    for channel, secret, words in CHANNELS:
        studio.destination("to-" + channel, channel, *words, secret=secret)
    define(studio, "push", "SELECT * FROM orders", ["to-webhook"])
    for channel, _, _ in CHANNELS:
        argv = studio.argv("preview", "push", "--to", "to-" + channel, "--as", "json")
        shown = subprocess.run(argv, env=studio.env, capture_output=True, check=True).stdout
        ours.append(Contender(f"{channel}, {len(shown) >> 10} KB", argv, studio.env))
    interleave(ours, rounds, warm=1)
    table(f"H9  {rows:,} rows x 8 to each channel's parts (preview --as json)", ours)


def deliveries(rounds, tasks=1, count=1000):
    """One run with as many destinations: the query once, then nothing but sending."""
    studio = make_studio(scratch(), 6)
    with Sink() as sink:
        names = [f"out-{n}" for n in range(count // tasks // 10)]
        for name in names:
            studio.destination(name, "webhook", secret=("url", sink.url))
        pushes = [f"push-{n}" for n in range(10)]
        for name in pushes:
            studio.task(name, "shop", "SELECT * FROM orders", names)
        ours = Contender("dpstudio --run, 10 tasks x 100", studio.argv("--run", *pushes), studio.env)
        body = studio.folder + "/body"
        with open(body, "w") as f:
            f.write("x" * 700)
        line = f"curl -sS -f -o /dev/null --data-binary @{body} {sink.url}"
        shell = Contender("xargs -P8 curl", ["sh", "-c", f"seq {count} | xargs -P8 -n1 sh -c '{line}'"],
                          studio.env)
        interleave([ours, shell], rounds, warm=0)
    table(f"H9  {count:,} small deliveries", [ours, shell])
    ratio("wall vs xargs -P8 curl", ours, shell, 0.1)
    print(f"  one delivery: {median_ms(ours) / count:.3f} ms")


def main(rows=10000, rounds=5):
    parts(rows, rounds)
    deliveries(max(1, rounds // 2))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
