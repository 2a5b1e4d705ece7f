#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H2: 10,000 rows of 8 columns -> CSV -> POST, from PostgreSQL; the ledger durable."""
import sys

from bench import (Contender, Sink, Studio, cpu, fill_orders, fsync_ms, fsyncs, interleave, psql_binary,
                   psql_env, python_has, ratio, scratch, table)
import servers  # bench knows where it is

QUERY = "SELECT * FROM orders"
PYTHON = """
import csv, io, sys, urllib.request, psycopg2
db = psycopg2.connect("")
c = db.cursor()
c.execute("SELECT * FROM orders")
out = io.StringIO()
w = csv.writer(out)
w.writerow([d[0] for d in c.description])
w.writerows(c)
urllib.request.urlopen(urllib.request.Request(sys.argv[1], out.getvalue().encode(),
                                              {"Content-Type": "text/csv"})).read()
"""


def pipe(query, url, kind="text/csv"):
    """A shell line that posts what `query` prints."""
    return ["bash", "-o", "pipefail", "-c", f"{query} | curl -sS -f -o /dev/null "
            f"-H 'Content-Type: {kind}' --data-binary @- {url}"]


def studio_for(folder, pg, url, form):
    studio = Studio(folder)
    studio.source("shop", "postgres", *pg.env["DPSTUDIO_TEST_PG"].split())
    studio.destination("out", "webhook", "format=" + form, secret=("url", url))
    studio.task("push", "shop", QUERY, ["out"])
    return studio


def rivals(pg, maria, url, env):
    ready = psql_env(env, pg)
    found = [Contender("psql --csv | curl", pipe(f'psql --csv -c "{QUERY}"', url), ready),
             Contender("psql binary --csv | curl",
                       pipe(f'{psql_binary()} --csv -c "{QUERY}"', url), ready)]
    if maria:
        found.append(Contender("mariadb --batch (TSV) | curl", pipe(
            f'mariadb --no-defaults -h127.0.0.1 -P{maria.port} -utester -B -q test -e "{QUERY}"',
            url), env))
    if python_has("psycopg2"):
        found.append(Contender("python3, psycopg2", ["/usr/bin/python3", "-c", PYTHON, url], ready))
    return found


def measure(pg, maria, rounds):
    folder = scratch()
    with Sink() as sink:
        studio = studio_for(folder, pg, sink.url, "csv")
        ours = Contender("dpstudio --run TASK", studio.argv("--run", "push"), studio.env)
        others = rivals(pg, maria, sink.url, studio.env)
        interleave([ours, *others], rounds)
        syncs = fsyncs(ours.argv, ours.env, folder)
    table("H2  10,000 rows x 8 -> CSV -> POST, from PostgreSQL", [ours, *others])
    print(f"  ours includes {syncs} fsyncs of the ledger, {fsync_ms(folder):.2f} ms each here")
    ratio("wall vs psql --csv | curl", ours, others[0], 0.45)
    ratio("wall vs the binary", ours, others[1], 0.8)
    ratio("CPU vs psql --csv | curl", ours, others[0], 0.32, key=cpu)


def main(rows=10000, rounds=25):
    with servers.postgres() as pg:
        fill_orders(pg, rows)
        if servers.missing("mariadb"):
            measure(pg, None, rounds)
            return
        with servers.mariadb() as maria:
            fill_orders(maria, rows)
            measure(pg, maria, rounds)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
