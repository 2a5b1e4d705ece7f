#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H10: what grows. 100,000 runs in the ledger: `runs`, the idle pass, the pass that
takes over what another left; then a pass and `list` from 100 to 100,000 tasks."""
import sqlite3
import subprocess
import sys
import time

from bench import (DPSTUDIO, FILL, Contender, Sink, environment, interleave, median_ms, quiet, scratch,
                   table)

LIMIT_SECONDS = 240  # a fill that takes longer ends the growth


def argv(workspace, *words):
    return [DPSTUDIO, "-w", workspace, *words]


def grow_ledger(workspace, runs):
    """Copies of the runs that are there, with their deliveries and attempts."""
    db = sqlite3.connect(workspace)
    made = db.execute("SELECT count(*) FROM run").fetchone()[0]
    runs_of = [c[1] for c in db.execute("PRAGMA table_info(run)") if c[1] not in ("id", "slot_us")]
    sent_of = [c[1] for c in db.execute("PRAGMA table_info(delivery)") if c[1] not in ("id", "run_id")]
    for n in range(1, runs // made):
        minute = 60000000 * n
        base = db.execute("SELECT max(id) FROM run").fetchone()[0]
        sent = db.execute("SELECT max(id) FROM delivery").fetchone()[0]
        columns, sends = ", ".join(runs_of), ", ".join(sent_of)
        db.execute(f"INSERT INTO run (id, slot_us, {columns}) SELECT id + {base}, slot_us - {minute}, "
                   f"{columns} FROM run WHERE id <= {made}")
        db.execute(f"INSERT INTO delivery (id, run_id, {sends}) SELECT id + {sent}, run_id + {base}, "
                   f"{sends} FROM delivery WHERE run_id <= {made}")
    db.execute("INSERT INTO delivery_body (delivery_id, body) SELECT id, 'as it was sent' FROM delivery WHERE id NOT IN "
               "(SELECT delivery_id FROM delivery_body)")
    db.commit()
    db.close()


def leave_behind(workspace, count):
    """Runs as a pass that was killed leaves them: running, held by nobody alive."""
    db = sqlite3.connect(workspace)
    db.execute("INSERT INTO pass (host, pid, started_us) VALUES ('here', 1, 0)")
    held = db.execute("SELECT max(id) FROM pass").fetchone()[0]
    db.execute("UPDATE run SET state = 'running', pass_id = ?, starts = 1, wake_us = 0, "
               "finished_us = NULL WHERE id IN (SELECT id FROM run ORDER BY id DESC LIMIT ?)",
               (held, count))
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("DELETE FROM delivery WHERE run_id IN (SELECT id FROM run WHERE state = 'running')")
    db.commit()
    db.close()


def ledger(runs, rounds):
    folder = scratch()
    env = environment(folder)
    later = {**env, "DPSTUDIO_TEST_CLOCK": "+120"}
    workspace, orders = folder + "/workspace.db", folder + "/data.db"
    sqlite3.connect(orders).close()
    with Sink() as sink:
        quiet([FILL, workspace, "100", orders, "webhook", "url", sink.url], env=env)
        quiet(argv(workspace, "--run"), env=later)
        found = []
        for size in 100, runs:
            if size > 100:
                grow_ledger(workspace, size)
            recover = Contender(f"pass that takes 10 runs over, {size:,} runs",
                                argv(workspace, "--run"), later,
                                prepare=lambda: leave_behind(workspace, 10))
            same = [Contender(f"runs, {size:,} runs", argv(workspace, "runs"), env),
                    Contender(f"idle pass, {size:,} runs", argv(workspace, "--run"), later), recover]
            for one in same:
                interleave([one], rounds)
            found += same
    table(f"H10  the ledger from 100 to {runs:,} runs", found)
    grown(found, 3)


def grown(found, step):
    for n in range(step):
        first, last = found[n], found[-step + n]
        print(f"  {last.name}: {median_ms(last) / median_ms(first):.2f} times {first.name}")


def tasks(most, rounds):
    found, size = [], 100
    while size <= most:
        folder = scratch()
        env = environment(folder)
        workspace = folder + "/workspace.db"
        begun = time.monotonic()
        try:
            subprocess.run([FILL, workspace, str(size)], env=env, check=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"  {size:,} tasks take longer than {LIMIT_SECONDS} s to make: left out")
            break
        print(f"  {size:,} tasks made and published in {time.monotonic() - begun:.1f} s")
        same = [Contender(f"idle pass, {size:,} tasks", argv(workspace, "--run"), env),
                Contender(f"list, {size:,} tasks", argv(workspace, "list"), env)]
        interleave(same, rounds)
        found += same
        size *= 10 if size > 100 else 100
    table("H10  growth with tasks", found)
    grown(found, 2)


def main(runs=100000, most=100000, rounds=15):
    ledger(runs, rounds)
    tasks(most, rounds)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
