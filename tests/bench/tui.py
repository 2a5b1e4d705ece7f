#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""T1 to T12: the studio against nano, vim, tig, pspg, pgcli and psql, on the same files, in
a pty of 40x120, under xterm-256color and tmux-256color.

All programs are open at the same time and take turns key by key, so that the host's moods
hit each alike; one that waits uses nothing. Medians are printed, and their ratio to the
rival that the target names. T11 is a studio that is left alone meanwhile, for a minute at
least. Usage: tui.py [ROUNDS [TERM…]]
"""
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from lib_pty import PAGE_DOWN, ROWS, Terminal
from lib_tui_data import FIRST, NEEDLE, STUDIO, TOP, TWENTY, big_file, workspace

sys.path.insert(0, os.path.join(TOP, "tests", "integration"))
import servers  # noqa: E402

F5 = b"\033[15~"
TYPED = b"abcdefgh jklm 012"
IDLE = 60.0
# Lines of text each shows: nano has a title, a status and two lines of help.
TEXT_ROWS = {"dpstudio": ROWS - 3, "nano": ROWS - 4}
EDITORS = {
    "dpstudio": dict(
        argv=lambda f: [STUDIO, "edit", f], go=b"\0070000\177\177\177\17750000\r",
        undo=b"\032", search=b"\006" + NEEDLE + b"\r", insert=b"", leave=b""),
    "nano": dict(
        argv=lambda f: ["nano", f], go=b"\03750000\r", undo=b"\033u", search=None, insert=b"",
        leave=b""),
    "vim": dict(
        argv=lambda f: ["vim", "-u", "NONE", "-i", "NONE", "-n", "-N", "-c", "syntax on",
                        "-c", "set ruler", f],
        go=b"50000G", undo=b"u", search=b"/" + NEEDLE + b"\r", insert=b"i", leave=b"\033"),
}


class Results:
    def __init__(self, term):
        self.term = term
        self.values = {}

    def put(self, name, key, value):
        self.values.setdefault((name, key), []).append(value)

    def of(self, name, key):
        return self.values.get((name, key))

    def median(self, name, key):
        values = self.of(name, key)
        return statistics.median(values) if values else None


def in_turn(terminals, times, results, what, keys, quiet=0.030):
    """Each terminal's next key, one after the other."""
    for i in range(times):
        for name, t in terminals.items():
            took, count = t.key(keys(name, i), quiet)
            results.put(name, what, took * 1000)
            results.put(name, what + " bytes", count)


# --- T1 -------------------------------------------------------------------------------------


def start_programs(folder, env):
    programs = {"dpstudio": ([STUDIO, "studio", "bench"], b"Preview", env)}
    minimal = os.path.join(folder, "minimal")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "minimal_tui.c")
    if subprocess.run(["cc", "-O2", "-o", minimal, source, "-lncursesw", "-ltinfo"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        programs["minimal"] = ([minimal], b"pane 3", None)
    if shutil.which("tig"):
        programs["tig"] = (["tig"], b"main", None)
    return programs


def start_round(programs, results):
    for name, (argv, until, env) in programs.items():
        t = Terminal(argv, env, results.term)
        took, count = t.settle(t.start, 0.12, until=until)
        results.put(name, "start", took * 1000)
        results.put(name, "start bytes", count)
        t.end()


# --- T2 to T7 -------------------------------------------------------------------------------


def forget_locks(path):
    """A killed editor leaves its lock file, and asks about it the next time."""
    for name in os.listdir(os.path.dirname(path)):
        if name != os.path.basename(path):
            os.unlink(os.path.join(os.path.dirname(path), name))


def open_editors(path, names, results):
    terminals = {}
    for name in names:
        forget_locks(path)
        t = Terminal(EDITORS[name]["argv"](path), None, results.term)
        took, _ = t.settle(t.start, 0.15, until=FIRST)
        results.put(name, "open", took * 1000)
        results.put(name, "rss", t.rss())
        terminals[name] = t
    return terminals


def edit_round(path, names, results):
    terminals = open_editors(path, names, results)
    for name, t in terminals.items():
        t.key(EDITORS[name]["go"], 0.1)
        t.key(b"\033[B\033[B\033[C" * 12, 0.05)  # into the middle of a line
        if EDITORS[name]["insert"]:
            t.key(EDITORS[name]["insert"], 0.05)
    in_turn(terminals, 40, results, "type", lambda _, i: TYPED[i % 17:i % 17 + 1])
    in_turn(terminals, 5, results, "newline", lambda *_: b"\r")
    for name, t in terminals.items():
        if EDITORS[name]["leave"]:
            t.key(EDITORS[name]["leave"], 0.1)
    in_turn(terminals, 4, results, "undo", lambda name, _: EDITORS[name]["undo"])
    in_turn(terminals, 12, results, "page", lambda *_: PAGE_DOWN)
    for name, t in terminals.items():
        lag, count = t.held(PAGE_DOWN)
        results.put(name, "held", lag * 1000)
        results.put(name, "held bytes", count)
        t.end()
    for name in terminals:
        for what in ("page bytes", "held bytes"):
            if name in TEXT_ROWS:
                results.put(name, what + " a row",
                            results.of(name, what)[-1] / TEXT_ROWS[name])


def search_round(path, names, results):
    """From the first line. vim's is timed from Enter, the studio's from the first key: it
    searches while one types."""
    for name in names:
        keys = EDITORS[name]["search"]
        if not keys:
            continue
        forget_locks(path)
        t = Terminal(EDITORS[name]["argv"](path), None, results.term)
        t.settle(t.start, 0.15, until=FIRST)
        if name == "vim":
            t.key(keys[:-1], 0.1)
            keys = keys[-1:]
        took, _ = t.key(keys, 0.1, until=b"dual")
        results.put(name, "search", took * 1000)
        t.end()


# --- T8, T9 ---------------------------------------------------------------------------------


def psql_words(postgres, program):
    return [program, "-h", "127.0.0.1", "-p", str(postgres.port), "-U", postgres.user,
            "-d", postgres.database]


def open_prompt(postgres, program, folder, results):
    """psql or pgcli, connected and waiting."""
    env = {"HOME": folder, "XDG_CONFIG_HOME": folder, "PSQLRC": "/dev/null", "PAGER": "cat",
           "PSQL_HISTORY": "/dev/null"}
    t = Terminal(psql_words(postgres, program), env, results.term)
    t.settle(t.start, 0.3, limit=20.0, until=postgres.database.encode())
    return t


def completion_round(postgres, folder, env, results):
    """Keys inside words of a statement, most with the list of tables, columns or keywords on
    the screen."""
    statement = b"SELECT * FROM customers WHERE created_at = margin AND revenue > discount"
    terminals = {"dpstudio": Terminal([STUDIO, "studio", "typed"], env, results.term)}
    terminals["dpstudio"].settle(time.monotonic(), 0.5, until=b"Result")
    terminals["dpstudio"].key(b"\0333", 0.2)
    if shutil.which("pgcli"):
        terminals["pgcli"] = open_prompt(postgres, shutil.which("pgcli"), folder, results)
        terminals["pgcli"].settle(time.monotonic(), 0.3)
    for i in range(len(statement)):
        inside = statement[max(0, i - 2):i + 1].isalpha() and i > 2
        for name, t in terminals.items():
            took, count = t.key(statement[i:i + 1], 0.06)
            if inside:
                results.put(name, "complete", took * 1000)
                results.put(name, "complete bytes", count)
    for t in terminals.values():
        t.end()


def first_query(argv, env, results, name, keys):
    """From nothing to rows: psql is started with the statement typed ahead; the studio has
    been open, without a connection."""
    t = Terminal(argv, env, results.term)
    if name == "dpstudio":
        t.settle(t.start, 0.5, until=b"Result")
        t.key(b"\0333", 0.1)
        took, _ = t.key(keys, 0.06, until=b"JOLT")
    else:
        os.write(t.fd, keys)
        took, _ = t.settle(t.start, 0.06, until=b"JOLT")
    results.put(name, "connect", took * 1000)
    return t


def query_round(postgres, folder, env, results):
    psql_env = {"HOME": folder, "PSQLRC": "/dev/null", "PAGER": "cat",
                "PSQL_HISTORY": "/dev/null"}
    typed = {word: (TWENTY % word + ";\n").encode() for word in ("jolt", "fizz")}
    for i in range(4):
        psql = first_query(psql_words(postgres, postgres.bin() + "/psql"), psql_env, results,
                           "psql", typed["jolt"])
        ours = first_query([STUDIO, "studio", "served"], env, results, "dpstudio", F5)
        if i < 3:
            psql.end()
            ours.end()
    for i in range(20):
        word = ("fizz", "jolt")[i % 2]
        ours.key((b"\033[1;5F", b"\033[1;5H")[i % 2], 0.15)
        took, _ = ours.key(F5, 0.03, until=word.upper().encode())
        results.put("dpstudio", "query", took * 1000)
        took, _ = psql.key(typed[word], 0.03, until=word.upper().encode())
        results.put("psql", "query", took * 1000)
    ours.end()
    psql.end()


# --- T10 to T12 -----------------------------------------------------------------------------


def grid_round(folder, env, results):
    ours = Terminal([STUDIO, "studio", "bench"], env, results.term)
    ours.settle(ours.start, 0.5, until=b"Result")
    ours.key(b"\0333", 0.05)
    ours.key(F5, 0.05, until=b"department")
    results.put("dpstudio", "grid open", ours.seen * 1000)
    ours.settle(time.monotonic(), 0.3)  # the preview of all those rows
    ours.key(b"\0334", 0.1)
    terminals = {"dpstudio": ours}
    if shutil.which("pspg"):
        t = Terminal(["pspg", "--csv", "--csv-header=on", "-f", os.path.join(folder, "rows.csv")],
                     None, results.term)
        t.settle(t.start, 0.5, until=b"department")
        results.put("pspg", "grid open", t.seen * 1000)
        terminals["pspg"] = t
    in_turn(terminals, 10, results, "grid down", lambda *_: b"\033OB")
    in_turn(terminals, 10, results, "grid page", lambda *_: PAGE_DOWN)
    for name, t in terminals.items():
        results.put(name, "grid held", t.held(PAGE_DOWN)[0] * 1000)
        t.end()


def preview_round(env, results):
    """Typing SQL beside a live preview of 10,000 rows, and in a task without one, in turn.
    The preview comes later, of its own: what counts is the key's own echo."""
    terminals = {}
    for name, task in (("preview on", "bench"), ("preview off", "alone")):
        t = terminals[name] = Terminal([STUDIO, "studio", task], env, results.term)
        t.settle(t.start, 0.5, until=b"Preview")
        t.key(b"\0333", 0.05)
        t.key(F5, 0.8)
        t.key(b"\033[1;5F", 0.2)
    for i in range(30):
        for name, t in terminals.items():
            results.put(name, "echo", t.echo(TYPED[i % 17:i % 17 + 1]) * 1000)
    for t in terminals.values():
        t.end()


@contextlib.contextmanager
def idle(env, results):
    """A studio with a result and its preview that nobody touches while the rest is measured."""
    t = Terminal([STUDIO, "studio", "bench"], env, results.term)
    t.settle(t.start, 0.5, until=b"Result")
    t.key(b"\0333", 0.05)
    t.key(F5, 1.0)
    t.settle(time.monotonic(), 0.5)
    since, ticks, wakeups = time.monotonic(), t.cpu_ticks(), t.wakeups()
    yield
    time.sleep(max(0.0, since + IDLE - time.monotonic()))
    results.put("dpstudio", "idle", (time.monotonic() - since, t.waiting(),
                                     t.cpu_ticks() - ticks, t.wakeups() - wakeups))
    t.end()


# --- the table ------------------------------------------------------------------------------

TARGETS = [
    ("T1", "first paint, ms", "start", "minimal", 2.5),
    ("T1", "first paint, ms", "start", "tig", 0.6),
    ("T2", "open 5 MB, ms", "open", "vim", 0.8),
    ("T2", "resident, MB", "rss", "vim", 0.85),
    ("T3", "type, ms", "type", "nano", 0.85),
    ("T4", "type, bytes", "type bytes", "nano", 0.5),
    ("T5", "newline, ms", "newline", "nano", 0.2),
    ("T5", "undo, ms", "undo", "nano", 0.15),
    ("T5", "page, ms", "page", "nano", 0.5),
    ("T5", "page, bytes a row", "page bytes a row", "nano", 0.65),
    ("T6", "held page lag, ms", "held", "nano", 0.6),
    ("T6", "held page, bytes a row", "held bytes a row", "nano", 0.55),
    ("T7", "search to 78 %, ms", "search", "vim", 0.35),
    ("T8", "completion, ms", "complete", "pgcli", 0.05),
    ("T8", "completion, bytes", "complete bytes", "pgcli", 0.35),
    ("T9", "20 rows, ms", "query", "psql", 1.5),
    ("T9", "connect and 20 rows, ms", "connect", "psql", 0.6),
    ("T10", "10,000 rows, ms", "grid open", "pspg", 0.4),
    ("T10", "row down, ms", "grid down", "pspg", 0.6),
    ("T10", "page down, ms", "grid page", "pspg", 0.7),
    ("T10", "held page lag, ms", "grid held", "pspg", 0.03),
]
LINE = "{:4} {:26} {:>9} {:>9} {:10} {:>6} {:>6}  {}"


def row(number, what, ours, theirs, rival, limit):
    if ours is None or theirs is None:
        print(LINE.format(number, what, "", "", rival, "", limit, "not measured"))
        return
    ratio = ours / max(1e-9, theirs)
    print(LINE.format(number, what, f"{ours:.2f}", f"{theirs:.2f}", rival, f"{ratio:.2f}", limit,
                      "reached" if ratio <= limit else "NOT reached"))


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p))]


def report(results):
    print(f"\nTERM={results.term}, {ROWS} rows, medians")
    print(LINE.format("", "", "dpstudio", "rival", "", "ratio", "limit", ""))
    for number, what, key, rival, limit in TARGETS:
        row(number, what, results.median("dpstudio", key), results.median(rival, key), rival,
            limit)
        if number == "T3":
            ours, nano = results.of("dpstudio", "type"), results.of("nano", "type")
            row("T3", "type, p95 ms", percentile(ours, 0.95),
                percentile(nano, 0.95) if nano else None, "nano", 1)
            row("T3", "type, longest ms", max(ours), 8.0, "8 ms", 1)
    if results.of("dpstudio", "idle"):
        seconds, count, ticks, wakeups = results.of("dpstudio", "idle")[-1]
        print(f"T11  idle for {seconds:.0f} s: {count} bytes, {ticks} ticks of CPU, "
              f"{wakeups} wakeups")
    row("T12", "key echo, preview, ms", results.median("preview on", "echo"),
        results.median("preview off", "echo"), "without", 1.1)


def measure(rounds, place, postgres, results):
    names = [n for n in EDITORS if n == "dpstudio" or shutil.which(n)]
    path, studio, env, programs = place
    for _ in range(rounds):
        for _ in range(3):
            start_round(programs, results)
            search_round(path, names, results)
        edit_round(path, names, results)
        grid_round(studio, env, results)
        preview_round(env, results)
        if postgres:
            completion_round(postgres, studio, env, results)
            query_round(postgres, studio, env, results)


def main():
    with contextlib.suppress(OSError):
        os.nice(-15)  # other work on the host shall not be measured
    os.chdir(TOP)
    sys.stdout.reconfigure(line_buffering=True)  # what was measured is seen at once
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with contextlib.ExitStack() as stack:
        postgres = None if servers.missing("postgres") else stack.enter_context(servers.postgres())
        folder = tempfile.mkdtemp(prefix="dpstudio-bench-")
        stack.callback(shutil.rmtree, folder, True)
        edit, studio = os.path.join(folder, "edit"), os.path.join(folder, "studio")
        os.mkdir(edit)
        os.mkdir(studio)
        env = workspace(studio, postgres)
        place = big_file(edit), studio, env, start_programs(folder, env)
        for term in sys.argv[2:] or ["xterm-256color", "tmux-256color"]:
            results = Results(term)
            with idle(env, results):
                measure(rounds, place, postgres, results)
            report(results)


main()
