# SPDX-License-Identifier: MIT
"""What every bench script shares: interleaved runs of rival commands, medians,
ratios, peak memory. Nothing here judges: a figure is printed beside its rivals and
its target, and a person reads it."""
import json
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
SINK = os.path.join(TOP, "build/opt/bench/sink")

sys.path.insert(0, os.path.join(TOP, "tests/integration"))


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


def pss_mb(pid):
    """Memory of a process and its children, shared pages counted once; 0: gone."""
    kb = 0
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            pids = [pid, *map(int, f.read().split())]
    except OSError:
        return 0
    for one in pids:
        try:
            with open(f"/proc/{one}/smaps_rollup") as f:
                kb += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except OSError:
            pass
    return kb / 1024


def peak_pss(argv, env):
    """The greatest sum seen while a command runs, sampled."""
    import time
    process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, pss_mb(process.pid))
        time.sleep(0.003)
    return most


def fresh_copy(pristine, workspace):
    """Each round begins with the same workspace, on disk already."""
    for end in "", "-wal", "-shm", "-passes":
        if os.path.exists(workspace + end):
            os.unlink(workspace + end)
    shutil.copy(pristine, workspace)
    os.sync()


class Sink:
    """A receiver that takes everything; `with Sink() as sink`, sink.url or sink.port."""

    def __init__(self, kind="http"):
        self.process = subprocess.Popen([SINK, kind], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        self.url = f"http://127.0.0.1:{self.port}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Studio:
    """A workspace in a scratch folder, filled by the program's own commands."""

    def __init__(self, folder):
        self.folder, self.env = folder, environment(folder)
        self.workspace = folder + "/workspace.db"
        self.must("init", "--timezone", "UTC")

    @staticmethod
    def at(workspace):
        return [DPSTUDIO, "-w", workspace]

    def argv(self, *words):
        return [*self.at(self.workspace), *words]

    def must(self, *words, stdin=None):
        done = subprocess.run(self.argv(*words), env=self.env, input=stdin, text=True,
                              stdin=subprocess.DEVNULL if stdin is None else None,
                              capture_output=True)
        if done.returncode:
            sys.exit(f"dpstudio {' '.join(words)}: {done.returncode}: {done.stderr}")
        return done.stdout

    def source(self, name, kind, *fields):
        self.must("source", "add", name, "--kind", kind, *fields)

    def destination(self, name, channel, *fields, secret=None):
        """`secret`: the field that is read from standard input, and its value."""
        words = [f"{secret[0]}=-"] if secret else []
        self.must("destination", "add", name, "--channel", channel, *words, *fields,
                  stdin=secret[1] + "\n" if secret else None)

    def task(self, name, source, sql, destinations, content=None, **more):
        """A published task of one query and one push."""
        definition = {"format": 1, "name": name, "nodes": [
            {"name": "q", "kind": "query", "source": source, "sql": sql},
            {"name": "push", "kind": "push", "after": ["q"], "title": name,
             "content": content or [{"kind": "table"}], "destinations": list(destinations)}],
            **more}
        file = f"{self.folder}/{name}.json"
        with open(file, "w") as f:
            json.dump(definition, f)
        self.must("import", file)
        self.must("test", name)
        self.must("submit", name)
        self.must("publish", name)


ORDERS = """CREATE TABLE orders (id int, department text, day date, revenue numeric(12,2),
    cost numeric(12,2), share double precision, customer text, remark text)"""


def order_rows(rows):
    """Ten thousand of them are the table of H2, H3 and H9."""
    for n in range(rows):
        yield (n, f"Department {n % 37}", f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}",
               f"{n * 137 % 1000000 / 100:.2f}", f"{n * 91 % 700000 / 100:.2f}",
               n % 1000 / 8, f"Customer {n * 7919 % 10007}",
               'said "later", twice' if n % 20 == 0 else "nothing to remark")


def fill_orders(server, rows):
    values = ",".join("(%s)" % ",".join(
        str(v) if not isinstance(v, str) else "'" + v + "'" for v in row)
        for row in order_rows(rows))
    server.sql(f"{ORDERS}; INSERT INTO orders VALUES {values};")


def psql_env(env, server):
    """psql and python3-psycopg2 find the server by these."""
    return {**env, "PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": server.user,
            "PGDATABASE": server.database}


def psql_binary():
    import servers
    return servers.Postgres.bin() + "/psql"


def python_has(module):
    return subprocess.run(["/usr/bin/python3", "-c", "import " + module],
                          stderr=subprocess.DEVNULL).returncode == 0


def fsync_ms(folder, rounds=50):
    """What one small durable append costs on this disk: the median."""
    import time
    taken = []
    with open(folder + "/fsync", "wb") as f:
        for _ in range(rounds):
            f.write(b"x" * 4096)
            f.flush()
            begun = time.monotonic()
            os.fdatasync(f.fileno())
            taken.append(time.monotonic() - begun)
    return statistics.median(taken) * 1000


def fsyncs(argv, env, folder):
    """How many a command does, its children's included; None without strace."""
    if not have("strace"):
        return None
    log = folder + "/strace"
    quiet(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", log, *argv], env=env)
    with open(log) as f:
        return sum("sync(" in line for line in f)


def have(program):
    return shutil.which(program) is not None


def quiet(argv, **kw):
    return subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **kw)
