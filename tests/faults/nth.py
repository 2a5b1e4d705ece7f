#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""nth.py [--all | --seconds N] [WORD…]: the Nth call fails. Commands of the core are run
with one call after the other failing (write, pwrite, fsync, fdatasync, open, connect,
malloc; in the program or in its workers; once, or from then on). Each must end cleanly,
with success or with words, and quiet passes afterwards must find a whole ledger that
agrees with what the receiving side saw. WORD: only scenarios or calls of that name."""
import errno
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene import DAY, Scene, build_shim, clean_end, done, ok, shim  # noqa: E402
from peer_http import Peer                                            # noqa: E402

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


def run(scene, name, **words):
    args, env = SCENARIOS[name]
    args = [scene.lab.path(a) if a.endswith(".db") else a for a in args]
    return scene.lab.run(*args, env={**env, **shim(**words)}, timeout=60)


def count_calls(scene, name, call):
    """{"main": most calls of it in one process, "worker": …}"""
    scene.reset()
    file = scene.lab.path("count")
    if os.path.exists(file):
        os.unlink(file)
    p = run(scene, name, call=call, n=0, count=file)
    if p.returncode:
        raise SystemExit(f"not ok {name}: {p.stderr}")
    most = {"main": 0, "worker": 0}
    with open(file) as f:
        for line in f:
            who, n = line.split()
            most[who] = max(most[who], int(n))
    return most


def cases(scene, words, everything):
    """(scenario, call, who, n, more): the long list is thinned where a call is frequent."""
    for name in SCENARIOS:
        for call in CALLS:
            if words and not {name, call} & set(words):
                continue
            for who, most in count_calls(scene, name, call).items():
                for n in range(1, most + 1):
                    if everything and n > 200 and n % (most // 400 + 1):
                        continue
                    # A peer that stays away is tried for 21 s: once is enough.
                    for more in (0, 1) if call != "connect" or everything else (0,):
                        yield name, call, who, n, more


def leaves(scene, name, call, who, n, more):
    """What is wrong after this case; None when all is well."""
    scene.reset()
    try:
        p = run(scene, name, call=call, n=n, who=who, more=more, errno=CALLS[call])
    except Exception as e:
        return f"it hangs: {e}"
    why = clean_end(p)
    said = f"{p.returncode} {p.stdout}{p.stderr}"
    if why:
        return f"{why}: {said}"
    if call == "malloc" and p.returncode == 4 and who == "main" and not more and \
            "out of memory" in p.stderr and len(p.stderr.splitlines()) != 1:
        return f"more than one line: {said}"
    left, settling = scene.settle(days=2)
    bad = scene.faults()
    if bad:
        return "\n".join([*bad, said, *settling])
    verify = scene.lab.run("audit", "verify")
    if verify.returncode:
        return f"audit: {verify.stdout}{verify.stderr}"
    if name == "backup" and p.returncode == 0:
        copy = scene.lab.run("audit", "verify", env=None)
        if copy.returncode or not os.path.exists(scene.lab.path("out.db")):
            return f"no whole copy: {copy.stderr}"
    return None


def campaign(seconds, everything, words, seed):
    tried, wrong = {}, []
    until = time.monotonic() + seconds
    with Peer([{"status": 200}]) as peer:
        scene = Scene(peer)
        work = list(cases(scene, words, everything))
        if not everything:
            work = sample(work, random.Random(seed))
        for case in work:
            # On a busy machine the time is short: each call is tried once all the same.
            if time.monotonic() > until and (words or set(tried) == set(CALLS)):
                break
            if time.monotonic() > until and case[1] in tried:
                continue
            why = leaves(scene, *case)
            tried[case[1]] = tried.get(case[1], 0) + 1
            if why:
                wrong.append((case, why))
                if everything:
                    print("# ", case, why.replace("\n", "\n#     "), flush=True)
        scene.fini()
    for call, count in tried.items():
        bad = [w for w in wrong if w[0][1] == call]
        ok(f"{call} fails: {count} of {sum(w[1] == call for w in work)} cases", not bad, seed,
           *bad[:5])
    ok("every call was tried", bool(words) or set(tried) == set(CALLS), tried)


def sample(work, rng):
    """In turn one of each scenario, call and process, until time is up."""
    groups = {}
    for case in work:
        groups.setdefault(case[:3], []).append(case)
    for group in groups.values():
        rng.shuffle(group)
    order = list(groups.values())
    rng.shuffle(order)
    turns = max(len(g) for g in order)
    return [g[n] for n in range(turns) for g in order if n < len(g)]


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
