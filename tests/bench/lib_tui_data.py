# SPDX-License-Identifier: MIT
"""What the terminal bench works on: one SQL file of 5 MB, and a workspace with tasks on a
table of 10,000 rows (SQLite) and on PostgreSQL."""
import json
import os
import sqlite3
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STUDIO = os.path.join(TOP, "build", "opt", "dpstudio")
FIRST = b"the_first_line"
NEEDLE = b"the_needle_in_the_stack"
LINES = [
    "-- {n}: what {w} earned in {c}, by {w2} and {c2}",
    "SELECT {c}, {c2}, sum({c}) AS total_{n} FROM {w}_{n}",
    "  LEFT JOIN {w2} ON {w2}.{c} = {w}.{c2} AND {w2}.id > {n}",
    " WHERE ds = '${{date}}' AND {c} BETWEEN {n} AND {m}",
    "   AND {w}_name IN ('{w2}', '{c}', '{c2}') OR {c} IS NULL",
    " GROUP BY {c}, {c2} HAVING count(*) > {n}",
    " ORDER BY total_{n} DESC LIMIT {m};",
    "",
    "INSERT INTO {w}_{m} ({c}, {c2}) VALUES ({n}, 'the {w2} of {m}');",
    "UPDATE {w2} SET {c} = {c} * 1.{m}, {c2} = '{w}' WHERE id = {n};",
    "CREATE TEMPORARY TABLE {w}_{c}_{n} AS SELECT * FROM {w2};",
]
WORDS = "sales orders refunds customers department invoice payment region product stock".split()
FIELDS = "amount revenue quantity price discount created_at status owner margin tax".split()
# Twenty rows whose last column cannot be taken for the statement's own text.
TWENTY = ("SELECT n AS id, 'department ' || n AS department, n * 7 %% 101 AS amount, "
          "n || upper('%s') AS word FROM generate_series(1, 20) AS n")


def big_file(folder):
    """100,000 lines of SQL, 5 MB, as varied as people write it."""
    path = os.path.join(folder, "big.sql")
    seed = 42

    def pick(n):
        nonlocal seed
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (seed >> 8) % n

    with open(path, "w", encoding="ascii") as f:
        for i in range(100000):
            if i == 0:
                f.write(f"-- {FIRST.decode()}\n")
                continue
            if i == 78000:
                f.write(f"SELECT '{NEEDLE.decode()}' FROM dual;\n")
                continue
            f.write(LINES[pick(len(LINES))].format(
                n=pick(100000), m=pick(1000), w=WORDS[pick(10)], w2=WORDS[pick(10)],
                c=FIELDS[pick(10)], c2=FIELDS[pick(10)]) + "\n")
    return path


def make_rows(folder):
    """10,000 rows as a database and as CSV."""
    db = sqlite3.connect(os.path.join(folder, "big.db"))
    db.execute("CREATE TABLE big (id INTEGER, department TEXT, product TEXT, amount NUMERIC, "
               "price NUMERIC, day TEXT, note TEXT, done INTEGER)")
    rows = [(i, f"Department {i % 37}", f"product {i * 7 % 1009}", i * 13 % 9973 / 4, i % 99 / 2,
             f"2026-01-{i % 28 + 1:02d}", f"what there is to say about number {i}", i % 2)
            for i in range(10000)]
    db.executemany("INSERT INTO big VALUES (?,?,?,?,?,?,?,?)", rows)
    db.commit()
    db.close()
    with open(os.path.join(folder, "rows.csv"), "w", encoding="ascii") as f:
        f.write("id,department,product,amount,price,day,note,done\n")
        for row in rows:
            f.write(",".join(map(str, row)) + "\n")


def define(folder, name, nodes):
    path = os.path.join(folder, name + ".json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"format": 1, "name": name, "nodes": nodes}, f)
    return path


def workspace(folder, postgres):
    """Its environment. `postgres` (servers.postgres() that runs, or None): tasks on it too."""
    make_rows(folder)
    query = {"name": "rows", "kind": "query", "source": "big", "sql":
             "SELECT * FROM big ORDER BY id;\n"}
    push = {"name": "push", "kind": "push", "after": ["rows"], "title": "Bench",
            "content": [{"kind": "markdown", "text": "There are rows. "}, {"kind": "table"}],
            "destinations": ["out"]}
    tasks = [define(folder, "bench", [query, push]), define(folder, "alone", [query])]
    steps = [["init"],
             ["source", "add", "big", "--kind", "sqlite", f"path={folder}/big.db"],
             ["destination", "add", "out", "--channel", "file", f"path={folder}/out"]]
    if postgres:
        columns = ", ".join(f"{field} text" for field in FIELDS)
        postgres.sql("".join(f"CREATE TABLE {word} ({columns});" for word in WORDS))
        steps.append(["source", "add", "pg", "--kind", "postgres",
                      *postgres.env["DPSTUDIO_TEST_PG"].split()])
        tasks.append(define(folder, "served", [
            {"name": "rows", "kind": "query", "source": "pg", "sql":
             TWENTY % "jolt" + ";\n\n" + TWENTY % "fizz" + ";\n"}]))
        tasks.append(define(folder, "typed", [
            {"name": "rows", "kind": "query", "source": "pg", "sql": "\n"}]))
    steps.append(["import", *tasks])
    env = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder,
           "XDG_STATE_HOME": folder}
    for words in steps:
        subprocess.run([STUDIO] + words, env={**os.environ, **env}, check=True,
                       stdout=subprocess.DEVNULL)
    return env
