#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H4: one small push of 6 rows, from PostgreSQL; the ledger durable."""
import sys

from bench import (Contender, Sink, fill_orders, fsync_ms, fsyncs, interleave, median_ms, psql_binary,
                   psql_env, ratio, scratch, table)
import servers  # bench knows where it is
from h2 import QUERY, pipe, studio_for


def main(rounds=60):
    folder = scratch()
    with servers.postgres() as pg, Sink() as sink:
        fill_orders(pg, 6)
        studio = studio_for(folder, pg, sink.url, "csv")
        env = psql_env(studio.env, pg)
        ours = Contender("dpstudio --run TASK", studio.argv("--run", "push"), studio.env)
        wrapped = Contender("psql | curl", pipe(f'psql --csv -c "{QUERY}"', sink.url), env)
        binary = Contender("psql binary | curl",
                           pipe(f'{psql_binary()} --csv -c "{QUERY}"', sink.url), env)
        interleave([ours, wrapped, binary], rounds)
        syncs = fsyncs(ours.argv, ours.env, folder)
    table("H4  one small push, 6 rows, from PostgreSQL", [ours, wrapped, binary])
    each = fsync_ms(folder)
    ratio("wall vs psql binary | curl", ours, binary, 1.0)
    if syncs is not None:
        bare = (median_ms(ours) - syncs * each) / median_ms(binary)
        print(f"  {syncs} fsyncs of {each:.2f} ms; without them {bare:.3f} (target <= 1.0: "
              f"{'reached' if bare <= 1 else 'NOT reached'})")
    ratio("wall vs psql | curl (no target)", ours, wrapped, 1.0)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
