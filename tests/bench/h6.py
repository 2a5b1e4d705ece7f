#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H6: 1,000,000 rows of 20 columns to a CSV file, from PostgreSQL and from SQLite."""
import csv
import os
import sqlite3
import sys

from bench import (Contender, Studio, interleave, peak, psql_binary, psql_env, ratio, scratch, table)
import servers  # bench knows where it is


def kind(i):
    return "INTEGER" if i % 4 == 0 else "DOUBLE PRECISION" if i % 4 == 1 else "TEXT"


def make_rows(rows):
    for n in range(rows):
        yield [n * 7 + i if i % 4 == 0 else n / 8 + i if i % 4 == 1 else f"text {n} {i}" if i % 4 == 2
               else 'say "hi", twice' if n % 10 == 0 else "plain" for i in range(20)]


CREATE = f"CREATE TABLE big ({', '.join(f'c{i} {kind(i)}' for i in range(20))})"


def make_sqlite(path, rows):
    db = sqlite3.connect(path)
    db.execute(CREATE)
    db.executemany(f"INSERT INTO big VALUES ({','.join('?' * 20)})", make_rows(rows))
    db.commit()
    db.close()


def make_postgres(pg, folder, rows):
    os.chmod(folder, 0o755)  # the server reads it as another account
    path = folder + "/big.csv"
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows(make_rows(rows))
    pg.sql(f"{CREATE}; COPY big FROM '{path}' CSV; ANALYZE big")
    os.unlink(path)


def export(studio, source, out):
    return Contender("dpstudio sql --format csv", studio.argv(
        "sql", source, "-c", "SELECT * FROM big", "--format", "csv", "--max-rows", "all", "-o", out),
        studio.env)


def shell(line, env, name):
    return Contender(name, ["sh", "-c", "exec " + line], env)


def from_postgres(rows, rounds):
    folder = scratch()
    studio, out = Studio(folder), folder + "/out.csv"
    with servers.postgres() as pg:
        make_postgres(pg, folder, rows)
        studio.source("big", "postgres", *pg.env["DPSTUDIO_TEST_PG"].split())
        env, ours = psql_env(studio.env, pg), export(studio, "big", out)
        fetch = shell(f"{psql_binary()} --csv -v FETCH_COUNT=1000 -o {out}.psql -c 'SELECT * FROM big'",
                      env, "psql --csv, FETCH_COUNT")
        whole = shell(f"{psql_binary()} --csv -o {out}.psql -c 'SELECT * FROM big'", env, "psql --csv")
        copy = shell(f"{psql_binary()} -o {out}.copy -c 'COPY big TO STDOUT CSV HEADER'", env, "psql COPY")
        interleave([ours, fetch, whole, copy], rounds, warm=1)
    table(f"H6  {rows:,} x 20 to CSV, from PostgreSQL ({os.path.getsize(out) >> 20} MB)",
          [ours, fetch, whole, copy])
    ratio("wall vs psql --csv FETCH_COUNT", ours, fetch, 0.75)
    ratio("wall vs psql COPY (no target)", ours, copy, 1)
    peak("peak memory", ours, 16)


def from_sqlite(rows, rounds):
    folder = scratch()
    studio, out, data = Studio(folder), folder + "/out.csv", folder + "/big.db"
    make_sqlite(data, rows)
    studio.source("big", "sqlite", "path=" + data)
    ours = export(studio, "big", out)
    rival = shell(f"sqlite3 -readonly -csv -header {data} 'SELECT * FROM big' > {out}.shell",
                  studio.env, "sqlite3 -csv")
    interleave([ours, rival], rounds, warm=1)
    table(f"H6  {rows:,} x 20 to CSV, from SQLite ({os.path.getsize(out) >> 20} MB)", [ours, rival])
    ratio("wall vs sqlite3 CLI", ours, rival, 0.75)
    peak("peak memory", ours, 16)


def main(rows=1000000, rounds=3):
    from_postgres(rows, rounds)
    from_sqlite(rows, rounds)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
