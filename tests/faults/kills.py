#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""kills.py [N]: kill -9 campaign. Passes over a workspace with several tasks a minute are
killed, now the pass, now a worker, most of them at a chosen call (the n-th that reads or
writes a file or a socket), the rest at a random moment; so are commands that publish and
roll back, and the first opening of a workspace of an older schema. Then everything is
left to settle, and the ledger is compared with what the receiving side wrote down:

  lost      a slot without a run; a run without a message, of which neither a delivery is
            unknown, rejected or deferred nor the run failed; one of these without a notice
  doubled   one part that arrived twice (the destination holds unknown ones)
  stuck     a run or a notice that is still open after quiet passes

All must be 0, and the workspace must open every time. Which phases were hit is counted."""
import collections
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene import Lab, build_shim, done, ok, shim  # noqa: E402
from peer_http import Peer                         # noqa: E402

TASKS = 5
STEP = 60
BATCH = 250
PHASES = ("claim", "query", "render", "plan", "send", "record", "publish", "rollback", "migrate")
CALLS = {"pass": 260, "worker": 160, "render": 60, "command": 120, "migrate": 500}
COMMANDS = (("rollback", "task-1", "1"), ("rollback", "task-1", "1", "--publish"),
            ("publish", "task-1", "1"), ("publish", "task-1", "2"))


def read(path, sql, *args):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


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


class Campaign:
    """One workspace and what is done to it."""

    def __init__(self, seed, peer):
        self.rng, self.seed, self.peer = random.Random(seed), seed, peer
        self.kills, self.phases, self.clock, self.shut = 0, collections.Counter(), 0, []
        self.lab = lab = Lab()
        self.died = lab.path("died")
        lab.sqlite("data", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);"
                           "CREATE TABLE u (a);")
        for name in ("hook", "ops"):
            with open(lab.path("url"), "w") as f:
                f.write(peer.url("/" + name))
            lab.must("destination", "add", name, "--channel", "webhook",
                     "url=@" + lab.path("url"), "on_unknown=hold")
        lab.must("workspace", "set", "notify=ops")
        every = {"destinations": ("hook",), "schedule": {"cron": "* * * * *"},
                 "missed": {"all": {"max": 500, "age": "7d"}}, "overlap": "queue"}
        lab.task("task-1", "SELECT a FROM t", **every)
        for n in range(TASKS):
            lab.task(f"task-{n}", "SELECT a FROM t ORDER BY a", **every)
        lab.task("bad", "SELECT a FROM u", retry={"times": 0}, **every)
        self.before = len(peer.requests)

    def env(self, **fault):
        env = {"DPSTUDIO_TEST_CLOCK": f"+{self.clock}"}
        return {**env, **shim(**{"call": "io", "died": self.died, **fault})} if fault else env

    def last_words(self):
        """What was about to be called when it was killed; "" when it was not."""
        if not os.path.exists(self.died):
            return ""
        with open(self.died) as f:
            words = f.read().splitlines()[0]
        os.unlink(self.died)
        return words

    # --- what is killed

    def pass_at_call(self):
        how = self.rng.choice(["pass"] * 6 + ["worker"] * 3 + ["render"])
        who = "main" if how == "pass" else "worker"
        p = self.lab.run("--run", env=self.env(n=self.rng.randrange(1, CALLS[how]), who=who,
                                               call="render" if how == "render" else "io"))
        words = self.last_words()
        if not words:
            return
        self.kills += 1
        if who == "worker":
            self.phases[phase_of_worker(words)] += 1
        elif p.returncode == -signal.SIGKILL:
            self.phases[self.phase_of_pass()] += 1

    def pass_at_random(self):
        p = self.lab.start("--run", env=self.env())
        time.sleep(self.rng.random() * 0.1)
        workers = children(p.pid)
        if workers and self.rng.random() < 0.5:
            kill(self.rng.choice(workers))
            self.kills += 1
            time.sleep(self.rng.random() * 0.02)
        if p.poll() is None and self.rng.random() < 0.8:
            kill(p.pid)
            self.kills += 1
        p.communicate(timeout=100)
        if p.returncode == -signal.SIGKILL:
            self.phases[self.phase_of_pass()] += 1

    def command(self):
        args = self.rng.choice(COMMANDS)
        p = self.lab.run(*args, env=self.env(n=self.rng.randrange(1, CALLS["command"]),
                                             who="main"))
        if self.last_words() and p.returncode == -signal.SIGKILL:
            self.kills += 1
            self.phases["publish" if "publish" in "".join(args) else "rollback"] += 1
        elif p.returncode not in (0, 3):
            self.shut.append((args, p.returncode, p.stderr))
        self.must_open(self.lab.workspace)

    def migrate(self):
        """A copy of the workspace as an older program had left it."""
        copy = self.lab.path("old.db")
        for name in os.listdir(self.lab.folder):
            if name.startswith("old.db"):
                os.unlink(self.lab.path(name))
        shutil.copy(self.lab.workspace, copy)
        if os.path.exists(self.lab.workspace + "-wal"):
            shutil.copy(self.lab.workspace + "-wal", copy + "-wal")
        make_old(copy)
        before = read(copy, "SELECT id, idempotency_key, hex(body) FROM delivery ORDER BY id")
        for _ in range(8):
            p = subprocess.run([*self.lab.argv()[:1], "-w", copy, "list"], capture_output=True,
                               text=True, env={**self.lab.env, **self.env(
                                   n=self.rng.randrange(1, CALLS["migrate"]), who="main")})
            if self.last_words() and p.returncode == -signal.SIGKILL:
                self.kills += 1
                self.phases["migrate"] += 1
            if p.returncode == 0:
                break
        self.must_open(copy)
        after = read(copy, "SELECT d.id, d.idempotency_key, hex(b.body) FROM delivery d JOIN"
                           " delivery_body b ON b.delivery_id = d.id ORDER BY d.id")
        if after != before:
            self.shut.append(("migrated", len(before), len(after)))

    def must_open(self, path):
        p = subprocess.run([*self.lab.argv()[:1], "-w", path, "list"], capture_output=True,
                           text=True, env=self.lab.env)
        if p.returncode:
            self.shut.append((path, p.returncode, p.stderr))

    def phase_of_pass(self):
        """Where the runs of the pass that was killed stood."""
        sending = read(self.lab.workspace, "SELECT idempotency_key FROM delivery d JOIN run r ON"
                       " r.id = d.run_id WHERE d.state = 'sending' AND r.state = 'running'")
        if sending:
            arrived = {key_of(r) for r in self.peer.requests[-40:]}
            return "record" if any(k in arrived for k, in sending) else "send"
        open_runs = read(self.lab.workspace, "SELECT state, (SELECT count(*) FROM delivery WHERE"
                         " run_id = r.id), (SELECT count(*) FROM run_event WHERE run_id = r.id"
                         " AND kind = 'query') FROM run r WHERE state IN ('waiting', 'running')"
                         " AND pass_id <> 0")
        if any(n for _, n, _ in open_runs):
            return "plan"
        if any(q for _, _, q in open_runs):
            return "render"
        if any(s == "running" for s, _, _ in open_runs):
            return "query"
        return "claim" if open_runs else "before or after"

    # --- all of it

    def go(self, kills):
        ways = [self.pass_at_call] * 14 + [self.pass_at_random] * 3 + [self.command] * 2 + \
            [self.migrate]
        turn = 0
        while self.kills < kills and not self.shut:
            turn += 1
            self.clock += STEP
            if turn % 25 == 0:  # the task fails for a while, then recovers
                db = sqlite3.connect(self.lab.path("data.db"))
                db.execute("ALTER TABLE u RENAME TO v" if turn % 50 else
                           "ALTER TABLE v RENAME TO u")
                db.close()
            self.rng.choice(ways)()
        return self.settle()

    def settle(self):
        """Quiet passes until nothing is open; the clock goes on, so that waits end."""
        for _ in range(12):
            self.clock += 1000
            self.lab.run("--run", env=self.env(), timeout=100)
            left = read(self.lab.workspace, "SELECT id, state FROM run WHERE state IN"
                        " ('waiting', 'running')") + \
                read(self.lab.workspace, "SELECT id, title FROM notice")
            if not left:
                break
        return left

    def judge(self, left):
        name, path = f"{self.kills} kills (seed {self.seed})", self.lab.workspace
        arrived = collections.Counter(key_of(r) for r in self.peer.requests[self.before:])
        runs = read(path, "SELECT id, task_name, slot_us, state, error, finished_us FROM run"
                          " WHERE cause = 'schedule' ORDER BY finished_us, id")
        told = {i for i, in read(path, "SELECT run_id FROM run_event WHERE kind = 'notice'")}
        sends = read(path, "SELECT d.run_id, d.state, d.idempotency_key FROM delivery d JOIN run"
                           " r ON r.id = d.run_id WHERE r.cause = 'schedule'")
        ok(f"{name}: the workspace opened every time", not self.shut, *self.shut[:3])
        ok(f"{name}: every slot has one run", not (bad := wrong_slots(runs)), *bad[:5])
        ok(f"{name}: {sum(arrived.values())} messages, 0 doubled",
           not (bad := doubled(arrived)), *bad[:5])
        ok(f"{name}: 0 lost of {len(runs)} runs", not (bad := lost(runs, sends, arrived)),
           *bad[:5])
        ok(f"{name}: each trouble has its notice ({len(told)})",
           not (bad := untold(runs, sends, told, arrived)), *bad[:5])
        ok(f"{name}: nothing is stuck", not left, left[:3])
        check = self.lab.run("audit", "verify")
        ok(f"{name}: the audit trail is whole", check.returncode == 0, check.stderr)
        shutil.rmtree(self.lab.folder, True)


def key_of(request):
    return next((v for k, v in request["headers"] if k.lower() == "idempotency-key"), "?")


def phase_of_worker(words):
    call, _, path = words.split(" ", 1)[1].partition(" ")
    if call == "send-net":
        return "send"
    if call == "send-parent":
        return "record" if path == "sent" else "plan"
    if path.endswith("data.db"):
        return "query"
    return "render" if "render" in path else "starting a worker"


def make_old(path):
    """The schema before delivery_body."""
    db = sqlite3.connect(path)
    db.executescript("""
        DROP TABLE notice; DROP INDEX run_open_task;
        ALTER TABLE delivery ADD COLUMN body BLOB NOT NULL DEFAULT x'';
        UPDATE delivery SET body = (SELECT body FROM delivery_body WHERE delivery_id = delivery.id);
        DROP TABLE delivery_body; PRAGMA user_version = 2;""")
    db.close()


def wrong_slots(runs):
    """A task's slots from its first to its last: one a minute, each once."""
    by_task = collections.defaultdict(list)
    for _, task, slot, *_ in runs:
        by_task[task].append(slot // 1000000)
    return [(task, len(slots)) for task, slots in by_task.items()
            if sorted(slots) != list(range(min(slots), max(slots) + 1, 60))]


def doubled(arrived):
    return [k for k, n in arrived.items() if n > 1 and not k.startswith("<notice")]


def lost(runs, sends, arrived):
    states, bad = collections.defaultdict(list), []
    for run, state, key in sends:
        states[run].append(state)
        if state == "accepted" and not arrived[key]:
            bad.append((run, "accepted, but never arrived"))
        if arrived[key] and state not in ("accepted", "unknown"):
            bad.append((run, "arrived, but " + state))
    for run, task, _, state, error, _ in runs:
        if state == "succeeded" and (not states[run] or set(states[run]) != {"accepted"}):
            bad.append((run, task, state, states[run]))
        elif state == "failed" and not error:
            bad.append((run, task, "failed without a word"))
        elif state not in ("succeeded", "failed"):
            bad.append((run, task, state))
    return bad + [k for k in set(arrived) - {k for *_, k in sends} if not k.startswith("<notice")]


def untold(runs, sends, told, arrived):
    """Runs that began a streak, or of which an outcome is unknown: a notice, and it came."""
    unknown = {run for run, state, _ in sends if state == "unknown"}
    notices = {int(k[len("<notice.run"):k.index("@")]) for k in arrived if k[0] == "<"}
    fails, bad = set(), []
    for run, task, _, state, error, _ in runs:
        if state == "failed" and (task not in fails or run in unknown) and run not in told:
            bad.append((run, task, "no notice", error))
        (fails.add if state == "failed" else fails.discard)(task)
    return bad + [(run, "its notice never came") for run in told - notices]


if __name__ == "__main__":
    build_shim()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    seed = int(os.environ.get("SEED", time.time()))
    phases = collections.Counter()
    for n in range(0, count, BATCH):
        with Peer([{"status": 200}]) as receiver:
            c = Campaign(seed + n, receiver)
            c.judge(c.go(min(BATCH, count - n)))
            phases += c.phases
    ok(f"phases: {dict(phases)}", count < 250 or all(phases[p] for p in PHASES))
    done()
