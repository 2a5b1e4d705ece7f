# SPDX-License-Identifier: MIT
"""What every bench script shares: interleaved runs of rival commands, medians,
ratios, peak memory. Nothing here judges: a figure is printed beside its rivals and
its target, and a person reads it."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DPSTUDIO = os.path.join(TOP, "build/opt/dpstudio")
FILL = os.path.join(TOP, "build/opt/bench/fill")
CLOCK = os.path.join(TOP, "build/opt/bench/clock")


def scratch():
    """A folder of this run's own; removed at exit."""
    import atexit
    folder = tempfile.mkdtemp(prefix="dpstudio-bench-")
    atexit.register(shutil.rmtree, folder, True)
    return folder


def environment(folder):
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "TZDIR")}
    env.update(HOME=folder, XDG_CONFIG_HOME=folder + "/config", XDG_DATA_HOME=folder + "/data",
               XDG_STATE_HOME=folder + "/state", LANG="C.UTF-8")
    return env


class Contender:
    def __init__(self, name, argv, env=None, ok=(0,), prepare=None):
        self.name, self.argv, self.env, self.ok, self.prepare = name, argv, env, ok, prepare
        self.wall, self.cpu, self.rss = [], [], 0

    def once(self):
        if self.prepare:
            self.prepare()
        out = subprocess.run([CLOCK, *self.argv], env=self.env, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, check=True).stdout.split()
        wall, cpu, peak_kb, status = (int(word) for word in out)
        if status not in self.ok:
            sys.exit(f"{self.name}: exit status {status}: {self.argv}")
        return wall / 1e6, cpu / 1e6, peak_kb / 1024


def interleave(contenders, rounds, warm=2):
    """Runs all of them in turn, so that the host's moods hit each alike."""
    for n in range(rounds + warm):
        for c in contenders:
            wall, cpu, rss = c.once()
            if n >= warm:
                c.wall.append(wall)
                c.cpu.append(cpu)
                c.rss = max(c.rss, rss)
    return contenders


def median_ms(c):
    return statistics.median(c.wall) * 1000


def table(title, contenders):
    print(f"\n{title}")
    for c in contenders:
        spread = statistics.quantiles(c.wall, n=20) if len(c.wall) > 1 else [c.wall[0]] * 19
        print(f"  {c.name:34} {median_ms(c):10.2f} ms  (p5 {spread[0] * 1000:.2f}, "
              f"p95 {spread[-1] * 1000:.2f})  cpu {statistics.median(c.cpu) * 1000:8.2f} ms  "
              f"peak {c.rss:7.1f} MB")


def ratio(what, a, b, target, key=median_ms):
    value = key(a) / key(b)
    verdict = "reached" if value <= target else "NOT reached"
    print(f"  {what}: {value:.3f} (target <= {target}: {verdict})")
    return value


def peak(what, c, target):
    verdict = "reached" if c.rss <= target else "NOT reached"
    print(f"  {what}: {c.rss:.1f} MB (target <= {target} MB: {verdict})")


def cpu(c):
    return statistics.median(c.cpu)


def have(program):
    return shutil.which(program) is not None


def quiet(argv, **kw):
    return subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **kw)
