#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H5: 1,000 small tasks due in one minute, from PostgreSQL, each a POST; the ledger
durable. And what a pass and its workers hold in memory together."""
import sys

from bench import (FILL, Contender, Sink, Studio, environment, fresh_copy, fsync_ms, fsyncs,
                   interleave, peak_pss, psql_env, python_has, quiet, ratio, scratch, table)
import servers  # bench knows where it is

QUERY = "SELECT 1 AS one, 'two' AS two"
PYTHON = """
import csv, http.client, io, sys, psycopg2
db = psycopg2.connect("")
db.autocommit = True
c = db.cursor()
h = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
for i in range(int(sys.argv[2])):
    c.execute(sys.argv[3])
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow([d[0] for d in c.description])
    w.writerows(c)
    h.request("POST", "/", out.getvalue(), {"Content-Type": "text/csv"})
    h.getresponse().read()
"""


def xargs(query, sink, tasks):
    line = f"{query} | curl -sS -f -o /dev/null -H 'Content-Type: text/csv' --data-binary @- {sink.url}"
    return ["sh", "-c", f'seq {tasks} | xargs -P8 -n1 sh -c "$0"', line]


def rivals(pg, sink, tasks, env):
    ready = psql_env(env, pg)
    found = [Contender("xargs -P8 psql | curl", xargs(f'psql --csv -c "{QUERY}"', sink, tasks),
                       ready),
             Contender("xargs -P8 psql binary | curl",
                       xargs(f'{pg.bin()}/psql --csv -c "{QUERY}"', sink, tasks), ready)]
    python = ["/usr/bin/python3", "-c", PYTHON, str(sink.port), str(tasks), QUERY]
    if python_has("psycopg2"):
        found.append(Contender("one python3 process, psycopg2", python, ready))
    return found


def main(tasks=1000, rounds=5, jobs=4):
    folder = scratch()
    env = environment(folder)
    pristine, workspace = folder + "/pristine.db", folder + "/workspace.db"
    later = {**env, "DPSTUDIO_TEST_CLOCK": "+120"}
    with servers.postgres() as pg, Sink() as sink:
        quiet([FILL, pristine, str(tasks), pg.env["DPSTUDIO_TEST_PG"], "webhook", "url", sink.url],
              env=env)
        ours = Contender(f"dpstudio --run --jobs {jobs}", Studio.at(workspace) + [
            "--run", "--jobs", str(jobs)], later, prepare=lambda: fresh_copy(pristine, workspace))
        others = rivals(pg, sink, tasks, env)
        interleave([ours, *others[2:]], rounds, warm=1)
        interleave(others[:2], 1, warm=0)
        fresh_copy(pristine, workspace)
        syncs = fsyncs(ours.argv, later, folder)
        fresh_copy(pristine, workspace)
        most = peak_pss(ours.argv, later)
    table(f"H5  {tasks:,} small tasks due at once, from PostgreSQL", [ours, *others])
    print(f"  ours includes {syncs} fsyncs of the ledger, {fsync_ms(folder):.2f} ms each here")
    ratio("wall vs xargs -P8", ours, others[0], 0.02)
    if len(others) > 2:
        ratio("wall vs one python process", ours, others[2], 0.3)
    print(f"  pass and workers together, PSS: {most:.1f} MB (target < 64 MB: "
          f"{'reached' if most < 64 else 'NOT reached'})")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
