#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H3: 10,000 rows of 8 columns -> Markdown, and HTML -> POST, from PostgreSQL."""
import sys

from bench import (Contender, Sink, cpu, fill_orders, interleave, psql_binary, psql_env, ratio,
                   scratch, table)
import servers  # bench knows where it is
from h2 import QUERY, pipe, studio_for

AWK = """awk -F'|' '{ printf "|"; for (i = 1; i <= NF; i++) printf " %s |", $i; print "" }
NR == 1 { printf "|"; for (i = 1; i <= NF; i++) printf " --- |"; print "" }'"""


def measure(pg, form, rival, target, rounds):
    folder = scratch()
    with Sink() as sink:
        studio = studio_for(folder, pg, sink.url, form)
        ours = Contender("dpstudio --run TASK", studio.argv("--run", "push"), studio.env)
        env = psql_env(studio.env, pg)
        kind = "text/" + form
        wrapped = Contender(rival.format("psql"), pipe(rival_line(form, "psql"), sink.url, kind), env)
        binary = Contender(rival.format("psql binary"),
                           pipe(rival_line(form, psql_binary()), sink.url, kind), env)
        interleave([ours, wrapped, binary], rounds)
    table(f"H3  10,000 rows x 8 -> {form} -> POST", [ours, wrapped, binary])
    ratio("wall vs " + wrapped.name, ours, wrapped, target)
    ratio("wall vs the binary (no target)", ours, binary, 1)
    ratio("CPU (no target)", ours, wrapped, target, key=cpu)


def rival_line(form, psql):
    if form == "html":
        return f'{psql} -H -c "{QUERY}"'
    return f'{psql} -A -P footer=off -c "{QUERY}" | {AWK}'


def main(rows=10000, rounds=25):
    with servers.postgres() as pg:
        fill_orders(pg, rows)
        measure(pg, "markdown", "{} | awk | curl", 0.32, rounds)
        measure(pg, "html", "{} -H | curl", 0.35, rounds)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
