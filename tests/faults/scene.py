# SPDX-License-Identifier: MIT
"""A workspace with things to do, that can be put back as it was, and what must hold of
it after anything that happened to it. Shared by the campaigns of this folder."""
import collections
import os
import re
import shutil
import sqlite3
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from lab import Lab, done, ok, skip  # noqa: E402, F401  (handed on)

SHIM = os.path.join(TOP, "build/faults/shim.so")
DAY = 86400


def shim(**words):
    """The environment that makes the shim do this."""
    return {"LD_PRELOAD": SHIM,
            "DPSTUDIO_TEST_FAULT": ",".join(f"{k}={v}" for k, v in words.items())}


def build_shim():
    subprocess.run(["make", "-s", "build/faults/shim.so"], cwd=TOP, check=True)


def keys_of(requests):
    """How often each Idempotency-Key arrived."""
    return collections.Counter(next((v for k, v in r["headers"]
                                     if k.lower() == "idempotency-key"), "?") for r in requests)


def ledger(path):
    """Runs and deliveries as they stand in a workspace file, and its integrity."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    try:
        return {"integrity": [r[0] for r in db.execute("PRAGMA integrity_check")],
                "foreign": db.execute("PRAGMA foreign_key_check").fetchall(),
                "runs": [dict(r) for r in db.execute("SELECT * FROM run")],
                "deliveries": [dict(r) for r in db.execute(
                    "SELECT d.*, r.cause FROM delivery d JOIN run r ON r.id = d.run_id")]}
    finally:
        db.close()


class Scene:
    """Tasks a and b every day to a webhook that holds what is unknown: a has two versions
    and is published, b waits to be published."""

    def __init__(self, peer):
        self.peer = peer
        self.lab = lab = Lab()
        lab.sqlite("data", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
        with open(lab.path("url"), "w") as f:
            f.write(peer.url("/hook"))
        lab.must("destination", "add", "hook", "--channel", "webhook",
                 "url=@" + lab.path("url"), "on_unknown=hold")
        daily = {"cron": "0 0 * * *"}
        for sql in ("SELECT a FROM t", "SELECT a FROM t ORDER BY a"):
            lab.task("a", sql, destinations=("hook",), schedule=daily, missed={
                "all": {"max": 50, "age": "30d"}}, overlap="queue")
        lab.task("b", "SELECT a FROM t ORDER BY a", destinations=("hook",), schedule=daily,
                 publish=False)
        lab.must("test", "b")
        lab.must("submit", "b")
        lab.task("c", "SELECT a FROM t", destinations=("hook",), schedule=daily)
        self.keep()

    def keep(self):
        """From now on it is put back to what it is now."""
        self.kept = self.lab.folder + "-kept"
        shutil.rmtree(self.kept, True)
        shutil.copytree(self.lab.folder, self.kept)
        self.before = len(self.peer.requests)
        self.old = {d["id"] for d in ledger(self.lab.workspace)["deliveries"]}

    def reset(self):
        """As it was at first, whatever was done to it."""
        for name in os.listdir(self.lab.folder):
            if name.startswith("workspace.db") and \
                    not os.path.exists(os.path.join(self.kept, name)):
                os.unlink(self.lab.path(name))
        for name in os.listdir(self.kept):
            path = os.path.join(self.kept, name)
            if os.path.isfile(path):
                shutil.copy2(path, self.lab.folder)
        for name in ("out.db", "out.db-wal", "out.db-journal"):
            if os.path.exists(self.lab.path(name)):
                os.unlink(self.lab.path(name))
        self.before = len(self.peer.requests)

    def fini(self):
        shutil.rmtree(self.kept, True)

    def settle(self, days=1):
        """Quiet passes until nothing is open. What is left, and what they said."""
        said = []
        for n in range(6):
            clock = days * DAY + 1000 * n
            p = self.lab.run("--run", env={"DPSTUDIO_TEST_CLOCK": f"+{clock}"})
            said.append(f"{p.returncode} {p.stderr}")
            left = [r for r in ledger(self.lab.workspace)["runs"]
                    if r["state"] in ("waiting", "running")]
            if not left:
                break
        return left, said

    def faults(self, settled=True):
        """What does not hold, in words; nothing when all is well."""
        return judge(ledger(self.lab.workspace),
                     keys_of(self.peer.requests[self.before:]), settled, self.old)


def judge(now, arrived, settled=True, old=()):
    """`old`: deliveries that had arrived before."""
    bad = []
    if now["integrity"] != ["ok"]:
        bad.append(f"integrity: {now['integrity'][:3]}")
    if now["foreign"]:
        bad.append(f"foreign keys: {now['foreign'][:3]}")
    doubled = {k: n for k, n in arrived.items() if n > 1}
    if doubled:
        bad.append(f"doubled: {doubled}")
    slots = collections.Counter((r["task_id"], r["slot_us"]) for r in now["runs"]
                                if r["cause"] == "schedule")
    if [s for s, n in slots.items() if n > 1]:
        bad.append(f"a slot has two runs: {slots}")
    by_run = collections.defaultdict(list)
    for d in now["deliveries"]:
        by_run[d["run_id"]].append(d)
        key, state = d["idempotency_key"], d["state"]
        if d["id"] not in old and state in ("accepted", "queued") and not arrived[key]:
            bad.append(f"accepted, but never arrived: {d['id']}")
        if arrived[key] and state not in ("accepted", "queued", "sending", "unknown"):
            bad.append(f"arrived, but {state}: {d['id']}")
    strange = set(arrived) - {d["idempotency_key"] for d in now["deliveries"]}
    if strange:
        bad.append(f"arrived, but in no ledger: {strange}")
    due = {r["task_name"] for r in now["runs"] if r["cause"] == "schedule"}
    if settled and not {"a", "c"} <= due:
        bad.append(f"a slot was lost: only {due} ran")
    for r in now["runs"]:
        states = [d["state"] for d in by_run[r["id"]]]
        if r["state"] == "succeeded" and [s for s in states if s not in ("accepted", "queued")]:
            bad.append(f"run {r['id']} succeeded with {states}")
        if r["state"] == "failed" and not r["error"]:
            bad.append(f"run {r['id']} failed without a word")
        if settled and r["state"] in ("waiting", "running"):
            bad.append(f"run {r['id']} is stuck: {r['state']}")
    return bad


def locked(workspace):
    """A lock that is left on one of a workspace's files, in words; else None."""
    inodes = {os.stat(workspace + end).st_ino for end in ("", "-passes", "-shm")
              if os.path.exists(workspace + end)}
    with open("/proc/locks") as f:
        left = [line for line in f if int(line.split()[-3].split(":")[-1]) in inodes]
    return f"a lock is left: {left}" if left else None


def clean_end(p):
    """Whether a command ended as a command may; else why not."""
    if p.returncode < 0:
        return f"signal {-p.returncode}"
    if p.returncode > 7:
        return f"exit status {p.returncode}"
    if p.returncode and not p.stderr.strip() and not p.stdout.strip():
        return f"exit status {p.returncode} without a word"
    if re.search(r"assert|Sanitizer|corrupted|double free", p.stderr):
        return "a crash report"
    memory = [line for line in p.stderr.splitlines() if "out of memory: nothing" in line]
    if p.returncode == 4 and memory and p.stderr.splitlines()[-1] != memory[-1]:
        return "words after out of memory"
    return None
