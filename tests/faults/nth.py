#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""nth.py [--all | --seconds N] [WORD…]: the Nth call fails. Commands of the core are run
with one call after the other failing (write, pwrite, fsync, fdatasync, open, connect; in
the program or in its workers; once, or from then on). Memory is asked for too often for
that: each chain of calls that leads to a malloc is a case of its own, in which its first,
second and last malloc of the command fail, and, where the program goes on after that, all
from the first on. Each must end cleanly, with success or with words, and quiet passes
afterwards must find a whole ledger that agrees with what the receiving side saw. What each
malloc led to is written to build/faults/malloc.txt. Without --all: a sample, of mallocs
always the same. WORD: only scenarios or calls of that name."""
import collections
import errno
import os
import random
import re
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene import DAY, TOP, Scene, build_shim, clean_end, done, locked, ok, shim  # noqa: E402
from peer_http import Peer                                                    # noqa: E402

DUE = {"DPSTUDIO_TEST_CLOCK": f"+{DAY}"}
SCENARIOS = {
    "pass": (["--run"], DUE),
    "test": (["test", "a"], {}),
    "publish": (["publish", "b"], {}),
    "rollback": (["rollback", "a", "1"], {}),
    "backup": (["backup", "out.db"], {}),
    "idle": (["--run"], {}),
}
CALLS = {"write": errno.ENOSPC, "pwrite": errno.ENOSPC, "fsync": errno.EIO,
         "fdatasync": errno.EIO, "open": errno.EMFILE, "connect": errno.ECONNREFUSED,
         "malloc": errno.ENOMEM}
ONE_OF = 397  # sites of malloc are in the sample
NO_MEMORY = "dpstudio: out of memory: nothing"
AGAIN = 5  # times for what depends on which process was quicker
# The C library's own: without memory for its configuration it asserts, or reads through NULL.
FALLS = ("nss_database", "getpwuid")
SAID = r"((\w+: version \d+ is published|passed\. Next: .*)\n)?"
LIST = os.path.join(TOP, "build/faults/malloc.txt")

Case = collections.namedtuple("Case", "name call who n more site", defaults=("",))


def run(scene, name, **words):
    args, env = SCENARIOS[name]
    args = [scene.lab.path(a) if a.endswith(".db") else a for a in args]
    return scene.lab.run(*args, env={**env, **shim(**words)}, timeout=60)


def count_calls(scene, name, call):
    """{(who, site): most calls of it in one process}; only malloc has sites."""
    scene.reset()
    file = scene.lab.path("count")
    if os.path.exists(file):
        os.unlink(file)
    p = run(scene, name, call=call, n=0, count=file)
    if p.returncode:
        raise SystemExit(f"not ok {name}: {p.stderr}")
    most = collections.Counter()
    with open(file) as f:
        for line in f:
            who, *site, n = line.split()
            key = who, "".join(site)
            most[key] = max(most[key], int(n))
    return most


def cases(scene, words, everything):
    """All of them: a case that goes on failing comes after the one that fails once."""
    for name in SCENARIOS:
        for call in CALLS:
            if words and not {name, call} & set(words):
                continue
            for (who, site), most in count_calls(scene, name, call).items():
                if site and not everything and int(site, 16) % ONE_OF:
                    continue
                for n in sorted({1, 2, most} & set(range(most + 1))) if site else \
                        range(1, most + 1):
                    yield Case(name, call, who, n, 0, site)
                    # A peer that stays away is tried for 21 s: once is enough.
                    if n == 1 if site else call != "connect" or everything:
                        yield Case(name, call, who, n, 1, site)


class Trial:
    """One case, what came of it and what is wrong with that (None: all is well)."""

    def __init__(self, scene, case):
        self.case, self.fates, self.said = case, [], ""
        died = scene.lab.path("died")
        if os.path.exists(died):
            os.unlink(died)
        scene.reset()
        words = {"site": case.site, "died": died} if case.site else {}
        try:
            p = run(scene, case.name, call=case.call, n=case.n, who=case.who, more=case.more,
                    errno=CALLS[case.call], **words)
        except Exception as e:
            self.why = f"it hangs: {e}"
            return
        if os.path.exists(died):
            with open(died) as f:
                self.fates = [line.split(" ", 1)[1].strip() for line in f]
        said = self.said = f"{p.returncode} {p.stdout}{p.stderr}"
        why = not self.fell(p) and clean_end(p) or self.wrong_fate(p) or locked(scene.lab.workspace)
        self.why = f"{why}: {said}" if why else self.wrong_ledger(scene, p, said)

    def failed(self):
        return not self.case.site or "failed" in self.fates

    def ended(self):
        """The process that got no memory ended at once: it goes on nowhere."""
        return "ended 4" in self.fates

    def fell(self, p):
        return p.returncode in (-signal.SIGSEGV, -signal.SIGABRT) and \
            any(name in fate for fate in self.fates for name in FALLS)

    def wrong_fate(self, p):
        if not self.case.site:
            return None
        lines = sum(line.startswith(NO_MEMORY) for line in p.stderr.splitlines())
        if lines > self.fates.count("ended 4"):
            return "out of memory, but not exit status 4"
        # What was done may have been said before, as it is true.
        if lines and self.case.who == "main" and not re.fullmatch(SAID + r".*\n", p.stderr):
            return "more than one line"
        return None

    def wrong_ledger(self, scene, p, said):
        left, settling = scene.settle(days=2)
        bad = scene.faults()
        if bad:
            return "\n".join([*bad, said, *settling])
        verify = scene.lab.run("audit", "verify")
        if verify.returncode:
            return f"audit: {verify.stdout}{verify.stderr}"
        if self.case.name == "backup" and p.returncode == 0:
            copy = scene.lab.run("audit", "verify", env=None)
            if copy.returncode or not os.path.exists(scene.lab.path("out.db")):
                return f"no whole copy: {copy.stderr}"
        return None

    def line(self):
        c = self.case
        end = "WRONG: " + self.why if self.why else "exit " + self.said.strip()
        return f"{c.name} {c.who} {c.site} n={c.n} more={c.more} {'/'.join(self.fates)}: " + \
            end.replace("\n", " | ")


def campaign(seconds, everything, words, seed):
    trials, over = [], set()
    until = time.monotonic() + seconds
    with Peer([{"status": 200}]) as peer:
        scene = Scene(peer)
        work = list(cases(scene, words, everything))
        if everything:  # should time run out: each place once before any twice
            work.sort(key=lambda c: bool(c.site) and (c.n, c.more) != (1, 0))
        else:
            work = sample(work, random.Random(seed))
        tried = set()
        for case in work:
            # On a busy machine the time is short: each call is tried once all the same.
            if time.monotonic() > until and (everything or not case.site) and \
                    (words or tried == set(CALLS) or case.call in tried):
                continue
            key = case.name, case.who, case.site
            if case.more and case.site and key in over:
                continue
            trial = Trial(scene, case)
            for _ in range(AGAIN):
                if trial.why or trial.failed():
                    break
                trial = Trial(scene, case)
            trials.append(trial)
            tried.add(case.call)
            if case.n == 1 and not case.more and trial.ended():
                over.add(key)
            if trial.why and everything:
                print("# ", case, trial.why.replace("\n", "\n#     "), flush=True)
        scene.fini()
    tell(trials, work, seed)
    ok("every call was tried", bool(words) or tried == set(CALLS), tried)


def tell(trials, work, seed):
    for call in dict.fromkeys(t.case.call for t in trials):
        mine = [t for t in trials if t.case.call == call]
        bad = [(t.case, t.why) for t in mine if t.why]
        sites = {(t.case.name, t.case.who, t.case.site) for t in mine}
        what = f"{len(mine)} of {sum(c.call == call for c in work)} cases"
        if call == "malloc":
            reached = {(t.case.name, t.case.who, t.case.site) for t in mine if t.failed()}
            what = f"{len(mine)} cases, {len(sites)} places, {len(sites - reached)} not met again"
            bad += [(site, "not met") for site in sites - reached][len(sites) // 100:]
        ok(f"{call} fails: {what}", not bad, seed, *bad[:5])
        if call == "malloc":
            with open(LIST, "w") as f:
                f.writelines(t.line() + "\n" for t in mine)


def sample(work, rng):
    """The mallocs, then in turn one of each scenario, call and process, until time is up."""
    groups = {}
    for case in work:
        if not case.site:
            groups.setdefault(case[:3], []).append(case)
    for group in groups.values():
        rng.shuffle(group)
    order = list(groups.values())
    rng.shuffle(order)
    turns = max((len(g) for g in order), default=0)
    return [c for c in work if c.site] + \
        [g[n] for n in range(turns) for g in order if n < len(g)]


def main():
    args = sys.argv[1:]
    everything = "--all" in args
    seconds = float(args[args.index("--seconds") + 1]) if "--seconds" in args else 1e9
    words = [a for a in args if a in SCENARIOS or a in CALLS]
    build_shim()
    campaign(seconds, everything, words, int(os.environ.get("SEED", time.time())))
    done()


if __name__ == "__main__":
    main()
