#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cuts.py [IMAGES]: power cuts. What passes and commands write and sync is recorded, in
order, with what they send. The workspace is then rebuilt as a disk may hold it after a
cut at some moment: all that was synced, and of the rest any part, whole or torn. Each
image must open, be whole, know of every message that had left, hold what a finished
command had promised; and passes that go on from it must double and lose nothing. At
every send the barest image is looked at as well: what was synced and nothing more."""
import os
import random
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene import DAY, Scene, build_shim, done, judge, keys_of, ledger, ok, shim  # noqa: E402
from peer_http import Peer                                                       # noqa: E402

SECTOR = 512
SESSION = [(["publish", "b"], 0), (["--run"], DAY), (["freeze", "a"], DAY),
           (["rollback", "a", "1"], DAY), (["unfreeze", "a"], DAY), (["--run"], 2 * DAY),
           (["test", "b"], 2 * DAY), (["rekey"], 2 * DAY)]


def record(scene, file):
    """The session as a list of (op, path, offset, bytes); "M" ends a command, with the
    number of the last entry of the audit trail then."""
    for args, clock in SESSION:
        env = {"DPSTUDIO_TEST_CLOCK": f"+{clock}"}
        p = scene.lab.run(*args, env={**env, **shim(record=file, under=scene.lab.workspace)})
        if p.returncode:
            raise SystemExit(f"not ok {args}: {p.stderr}")
        with open(file, "ab") as f:
            f.write(b"M %d 0 -\n" % last_audit(scene.lab.workspace))
    with open(file, "rb") as f:
        return list(records(f.read()))


def records(data):
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        op, offset, length, path = data[at:end].decode().split(" ", 3)
        at = end + 1 + int(length)
        yield op, path, int(offset), data[end + 1:at]


def last_audit(path):
    """Read-only: who opens it to write carries the log over when it closes, and the
    record knows nothing of that."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return db.execute("SELECT max(id) FROM audit").fetchone()[0]
    finally:
        db.close()


def apply(files, op, path, offset, data):
    if op == "U":
        files.pop(path, None)
        return
    f = files.setdefault(path, bytearray())
    end = offset if op == "T" else offset + len(data)
    if len(f) < end:
        f.extend(bytes(end - len(f)))
    if op == "T":
        del f[offset:]
    else:
        f[offset:end] = data


def survivors(pending, rng):
    """Of what was not synced, what the disk holds: nothing, all, or any of it, torn."""
    how = rng.choice(["none", "all", "some", "torn", "late"]) if rng else "none"
    for op, path, offset, data in pending:
        if how == "all" or (how != "none" and op != "W" and rng.random() < 0.5):
            yield op, path, offset, data
        elif op == "W" and how == "some" and rng.random() < 0.5:
            yield op, path, offset, data
        elif op == "W" and how == "late" and (op, path, offset, data) in pending[-3:]:
            yield op, path, offset, data
        elif op == "W" and how == "torn":
            for at in range(0, len(data), SECTOR):
                if rng.random() < 0.6:
                    yield op, path, offset + at, data[at:at + SECTOR]


class Disk:
    """Goes along the record; knows what is synced and what may or may not be there."""

    def __init__(self, scene):
        self.files, self.pending, self.sent, self.audit = {}, [], [], 0
        for name in os.listdir(scene.kept):
            if name.startswith("workspace.db"):
                with open(os.path.join(scene.kept, name), "rb") as f:
                    self.files[scene.lab.path(name)] = bytearray(f.read())

    def step(self, op, path, offset, data):
        if op == "N":
            self.sent.append(data)
        elif op == "M":
            self.audit = offset
        elif op == "S":
            for p in [p for p in self.pending if p[1] == path]:
                apply(self.files, *p)
            self.pending = [p for p in self.pending if p[1] != path]
        else:
            self.pending.append((op, path, offset, data))

    def image(self, scene, rng=None):
        files = {path: bytearray(f) for path, f in self.files.items()}
        for p in survivors(self.pending, rng):
            apply(files, *p)
        for name in os.listdir(scene.lab.folder):
            if name.startswith("workspace.db"):
                os.unlink(scene.lab.path(name))
        for path, f in files.items():
            with open(path, "wb") as out:
                out.write(f)

    def arrived(self):
        heads = [d.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")[1:]
                 for d in self.sent if d.startswith(b"POST ")]
        return keys_of([{"headers": [h.split(": ", 1) for h in head]} for head in heads])


def look(scene, disk, go_on):
    """What is wrong with the image that lies there."""
    lab, sent = scene.lab, disk.arrived()
    p = lab.run("list")
    if p.returncode:
        return [f"it does not open: {p.stderr}"]
    bad = judge(ledger(lab.workspace), sent, False, scene.old)
    if last_audit(lab.workspace) < disk.audit:
        bad.append("a command had ended, and is forgotten")
    verify = lab.run("audit", "verify")
    if verify.returncode:
        bad.append(f"audit: {verify.stderr}")
    if bad or not go_on:
        return bad
    before = len(scene.peer.requests)
    left, said = scene.settle(days=3)
    bad = judge(ledger(lab.workspace), sent + keys_of(scene.peer.requests[before:]), True,
                scene.old)
    return [*bad, *said] if bad else []


def campaign(images, seed):
    rng, wrong, looked, sends = random.Random(seed), [], 0, 0
    with Peer([{"status": 200}]) as peer:
        scene = Scene(peer)
        scene.reset()
        log = record(scene, scene.lab.path("record"))
        marks = [n for n, r in enumerate(log) if r[0] in "SNM"]
        cuts = sorted(rng.choice(marks) - rng.choice([0, 0, 1, 2, 5]) if rng.random() < 0.7
                      else rng.randrange(len(log)) for _ in range(images))
        disk, at = Disk(scene), 0
        for cut in cuts:
            while at <= cut:
                disk.step(*log[at])
                if log[at][0] == "N":
                    sends += 1
                    disk.image(scene)
                    bad = judge(ledger(scene.lab.workspace), disk.arrived(), False, scene.old)
                    if bad:
                        wrong.append((seed, at, "a GO left too early", *bad))
                at += 1
            disk.image(scene, rng)
            bad = look(scene, disk, looked % 4 == 0)
            looked += 1
            if bad:
                wrong.append((seed, cut, log[max(cut, 0)][:3], *bad))
        scene.fini()
    writes = sum(r[0] == "W" for r in log)
    syncs = sum(r[0] == "S" for r in log)
    ok(f"{looked} power cuts in {writes} writes and {syncs} syncs: each image is whole",
       not wrong and syncs > 20, f"{len(wrong)} are not", *wrong[:5])
    ok(f"{sends} messages left in between", sends > 3 and len(peer.requests) > 3)


if __name__ == "__main__":
    build_shim()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    for first in range(0, count, 1000):
        campaign(min(1000, count - first), int(os.environ.get("SEED", time.time())) + first)
    done()
