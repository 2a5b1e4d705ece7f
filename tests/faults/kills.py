#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""kills.py [N]: kill -9 campaign. Passes over a workspace with several tasks a minute
are killed at random moments, now the pass, now a worker; commands that change
versions are killed as well. Then everything is left to settle, and the ledger is
compared with what the receiving side wrote down:

  lost      a slot whose message did not arrive, and neither its delivery is unknown,
            rejected or deferred nor its run failed
  doubled   one part that arrived twice (the destination holds unknown ones)
  stuck     a run that is still open after quiet passes

All three must be 0, and the workspace must open every time."""
import collections
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from lab import Lab, done, ok  # noqa: E402
from peer_http import Peer     # noqa: E402

TASKS = 6
STEP = 60


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def settle(lab, clock):
    """Quiet passes until nothing is open; the clock goes on, so that waits end."""
    for _ in range(12):
        clock += 1000
        lab.run("--run", env={"DPSTUDIO_TEST_CLOCK": f"+{clock}"}, timeout=100)
        open_runs = [r for r in lab.json("runs", "-n", "100000")
                     if r["state"] in ("waiting", "running")]
        if not open_runs:
            return [], clock
    return open_runs, clock


def campaign(kills, seed):
    rng = random.Random(seed)
    lab = Lab()
    lab.sqlite("data", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
    with Peer([{"status": 200}]) as peer:
        url = lab.path("url")
        with open(url, "w") as f:
            f.write(peer.url("/hook"))
        lab.must("destination", "add", "hook", "--channel", "webhook", "url=@" + url,
                 "on_unknown=hold")
        for n in range(TASKS):
            lab.task(f"task-{n}", "SELECT a FROM t ORDER BY a", destinations=("hook",),
                     schedule={"cron": "* * * * *"}, missed={"all": {"max": 500, "age": "7d"}},
                     overlap="queue")
        tests = len(peer.requests)
        clock, opened = 0, True
        for n in range(kills):
            clock += STEP
            env = {"DPSTUDIO_TEST_CLOCK": f"+{clock}"}
            if n % 10 == 9:
                lab.run("freeze", "task-0", env=env)
                p = lab.start(rng.choice(["submit", "publish", "rollback"]), "task-1",
                              *(["1"] if n % 20 == 19 else []), env=env)
            else:
                p = lab.start("--run", env=env)
            time.sleep(rng.random() * 0.06)
            workers = children(p.pid)
            if workers and rng.random() < 0.5:
                kill(rng.choice(workers))
                time.sleep(rng.random() * 0.02)
            if rng.random() < 0.8:
                kill(p.pid)
            try:
                p.wait(100)
            except subprocess.TimeoutExpired:
                kill(p.pid)
            p.stdout.close()
            p.stderr.close()
            if n % 10 == 9:
                lab.run("unfreeze", "task-0", env=env)
                opened = opened and lab.run("list").returncode == 0
        left, clock = settle(lab, clock)
        runs = [r for r in lab.json("runs", "-n", "100000") if r["trigger"] == "schedule"]
        judge(kills, seed, lab, peer.requests[tests:], runs, left, opened)


def judge(kills, seed, lab, requests, runs, left, opened):
    arrived = collections.Counter(
        next((v for k, v in r["headers"] if k.lower() == "idempotency-key"), "?")
        for r in requests)
    doubled = {k: n for k, n in arrived.items() if n > 1}
    accepted = sum(d["state"] == "accepted" for r in runs for d in r["deliveries"])
    unknown = sum(d["state"] == "unknown" for r in runs for d in r["deliveries"])
    lost = [r for r in runs if r["state"] == "succeeded" and
            not all(d["state"] == "accepted" for d in r["deliveries"])]
    silent = [r for r in runs if r["state"] == "failed" and not r["error"]]
    slots = collections.Counter((r["task"], r["scheduled_at"]) for r in runs)
    ok(f"{kills} kills: the workspace opened every time", opened)
    ok(f"{kills} kills: no slot ran twice", not [s for s, n in slots.items() if n > 1])
    ok(f"{kills} kills: {len(arrived)} messages, 0 doubled", not doubled, seed, list(doubled)[:5])
    ok(f"{kills} kills: 0 lost ({accepted} accepted, {unknown} unknown)",
       not lost and len(arrived) >= accepted and len(arrived) <= accepted + unknown, seed,
       len(arrived), lost[:3])
    ok(f"{kills} kills: every failed run says why", not silent, silent[:3])
    ok(f"{kills} kills: nothing is stuck", not left, left[:3])
    check = lab.run("audit", "verify")
    ok(f"{kills} kills: the audit trail is whole", check.returncode == 0, check.stderr)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    batch = min(count, 250)
    for n in range(0, count, batch):
        campaign(batch, n + int(time.time()) if count > batch else 1)
    done()
