#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H6: 1,000,000 rows of 20 columns to a CSV file, from SQLite."""
import os
import sqlite3
import sys

from bench import DPSTUDIO, Contender, environment, interleave, peak, quiet, ratio, scratch, table


def make(path, rows):
    db = sqlite3.connect(path)
    columns = ", ".join(f"c{i} {'INTEGER' if i % 4 == 0 else 'REAL' if i % 4 == 1 else 'TEXT'}"
                        for i in range(20))
    db.execute(f"CREATE TABLE big ({columns})")
    db.executemany(f"INSERT INTO big VALUES ({','.join('?' * 20)})", (
        [n * 7 + i if i % 4 == 0 else n / 8 + i if i % 4 == 1 else f"text {n} {i}" if i % 4 == 2
         else 'say "hi", twice' if n % 10 == 0 else "plain" for i in range(20)]
        for n in range(rows)))
    db.commit()
    db.close()


def main(rows=1000000, rounds=3):
    folder = scratch()
    env = environment(folder)
    data, workspace = folder + "/big.db", folder + "/workspace.db"
    make(data, rows)
    quiet([DPSTUDIO, "-w", workspace, "init"], env=env, stderr=-3)
    quiet([DPSTUDIO, "-w", workspace, "source", "add", "big", "--kind", "sqlite", "path=" + data],
          env=env, stderr=-3)
    out = folder + "/out.csv"
    ours = Contender("dpstudio sql --format csv", [
        DPSTUDIO, "-w", workspace, "sql", "big", "-c", "SELECT * FROM big", "--format", "csv",
        "--max-rows", "all", "-o", out], env)
    shell = Contender("sqlite3 -csv", ["sh", "-c", 'exec sqlite3 -readonly -csv -header "$0" '
                                       f'"SELECT * FROM big" > "{out}.shell"', data], env)
    interleave([ours, shell], rounds, warm=1)
    table(f"H6  {rows:,} x 20 to CSV, from SQLite ({os.path.getsize(out) >> 20} MB)", [ours, shell])
    ratio("wall vs sqlite3 CLI", ours, shell, 0.75)
    peak("peak memory", ours, 16)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
