# SPDX-License-Identifier: MIT
"""A workspace of its own in a scratch folder, and the program run on it as cron or a
person would. For the integration tests; nothing here talks to anything outside."""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("DPSTUDIO", os.path.join(TOP, "build/opt/dpstudio"))

_failed = 0


def ok(name, condition, *what):
    """One result line; what explains a failure."""
    global _failed
    if condition:
        print(f"ok {name}", flush=True)
    else:
        _failed += 1
        print(f"not ok {name}", flush=True)
        for w in what:
            print("#   " + str(w).replace("\n", "\n#   "), flush=True)
    return condition


def skip(name, why):
    print(f"skip {name}: {why}", flush=True)


def done():
    sys.exit(1 if _failed else 0)


class Lab:
    def __init__(self, timezone="UTC"):
        self.folder = tempfile.mkdtemp(prefix="dpstudio-lab-")
        atexit.register(shutil.rmtree, self.folder, True)
        self.workspace = os.path.join(self.folder, "workspace.db")
        self.env = {"PATH": os.environ["PATH"], "HOME": self.folder,
                    "XDG_CONFIG_HOME": self.folder + "/config",
                    "XDG_DATA_HOME": self.folder + "/data",
                    "XDG_STATE_HOME": self.folder + "/state"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        if timezone:
            self.must("init", "--timezone", timezone)

    def path(self, name):
        return os.path.join(self.folder, name)

    def argv(self, *args):
        return [PROGRAM, "-w", self.workspace, *args]

    def run(self, *args, env=None, stdin=None, timeout=120):
        """stdout, stderr and returncode of one command."""
        return subprocess.run(self.argv(*args), env={**self.env, **(env or {})}, input=stdin,
                              stdin=subprocess.DEVNULL if stdin is None else None,
                              capture_output=True, text=True, errors="replace", timeout=timeout)

    def start(self, *args, env=None):
        return subprocess.Popen(self.argv(*args), env={**self.env, **(env or {})},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def must(self, *args, **kw):
        p = self.run(*args, **kw)
        if p.returncode:
            raise SystemExit(f"not ok setup {' '.join(args)}: {p.returncode}: {p.stderr}")
        return p.stdout

    def json(self, *args):
        return json.loads(self.must(*args, "--json"))

    def sqlite(self, name, sql):
        """A SQLite data source of that name with this content."""
        import sqlite3
        db = sqlite3.connect(self.path(name + ".db"))
        db.executescript(sql)
        db.close()
        self.must("source", "add", name, "--kind", "sqlite", "path=" + self.path(name + ".db"))

    def file_destination(self, name):
        folder = self.path(name)
        os.makedirs(folder, exist_ok=True)
        self.must("destination", "add", name, "--channel", "file", "path=" + folder)
        return folder

    def task(self, name, sql="SELECT 1 AS one", source="data", destinations=("out",), publish=True,
             **more):
        """A task of one query and one push; published unless told otherwise."""
        definition = {"format": 1, "name": name, "nodes": [
            {"name": "q", "kind": "query", "source": source, "sql": sql},
            {"name": "push", "kind": "push", "after": ["q"], "title": f"{name}",
             "content": [{"kind": "markdown", "text": "Hello"}, {"kind": "table"}],
             "destinations": list(destinations)}]}
        definition.update(more)
        self.define(definition)
        if publish:
            self.must("test", name)
            self.must("submit", name)
            self.must("publish", name)

    def define(self, definition):
        file = self.path(definition["name"] + ".json")
        with open(file, "w") as f:
            json.dump(definition, f)
        self.must("import", file)

    def messages(self, folder):
        return sorted(f for f in os.listdir(folder) if not f.startswith("."))
