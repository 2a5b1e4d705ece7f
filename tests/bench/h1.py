#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""H1: a pass with nothing due, 10,000 published tasks."""
import sys
import time

from bench import DPSTUDIO, FILL, Contender, environment, interleave, peak, quiet, ratio, scratch, table


def main(tasks=10000, rounds=300):
    folder = scratch()
    env = environment(folder)
    workspace = folder + "/workspace.db"
    quiet([FILL, workspace, str(tasks)], env=env)
    # The same read by the sqlite3 shell.
    read = ("SELECT EXISTS (SELECT 1 FROM task WHERE next_us <= 1),"
            " EXISTS (SELECT 1 FROM run WHERE wake_us <= 1)")
    true = Contender("true", ["true"], env)
    ours = Contender("dpstudio --run", [DPSTUDIO, "-w", workspace, "--run"], env)
    shell = Contender("sqlite3 CLI, same read", ["sqlite3", "-readonly", workspace, read], env)
    time.sleep(3)  # cron looks a minute after the last change, not at once
    interleave([true, ours, shell], rounds)
    table(f"H1  nothing due, {tasks:,} published tasks", [true, ours, shell])
    ratio("wall vs true", ours, true, 2.0)
    ratio("wall vs sqlite3 CLI", ours, shell, 0.9)
    peak("peak memory", ours, 3.5)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
