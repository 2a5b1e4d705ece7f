# SPDX-License-Identifier: MIT
"""What the tests of the command line share: the program, a workspace of one's own,
and a count of what was expected.

    from lib_cli import Bench
    with Bench() as b:
        b.dp("init", "--timezone", "UTC")
        b.check("init makes the file", os.path.exists(b.workspace))
        b.refused("no such task", 3, "there is no task", "show", "nothing")
    # prints ok / not ok lines; exits 1 when something failed
"""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("DPSTUDIO", os.path.join(TOP, "build/opt/dpstudio")))


def own_mounts():
    """The words before a command that may then mount something for itself alone; [] where
    this is not allowed. A chroot has no user namespaces, and no propagation to change."""
    folder = tempfile.mkdtemp(prefix="dp-mount-")
    ways = [["unshare", "-rm"], ["unshare", "-m"], ["unshare", "-m", "--propagation", "unchanged"]]
    try:
        for words in ways if shutil.which("unshare") else []:
            if subprocess.run([*words, "mount", "-t", "tmpfs", "none", folder], capture_output=True).returncode == 0:
                return words
        return []
    finally:
        os.rmdir(folder)


class Answer:
    """How a command ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")
        self.raw = done.stdout

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"status {self.code}\n--- out\n{self.out}--- err\n{self.err}---"


class Bench:
    """A workspace of its own; its end is the process's, unless `more` follows."""

    def __init__(self, more=False):
        self.more = more
        self.folder = tempfile.mkdtemp(prefix="dp-cli-")
        self.workspace = os.path.join(self.folder, "workspace.db")
        self.failed = 0
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "LANG": "C",
            "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "XDG_DATA_HOME": os.path.join(self.folder, "data"),
            "XDG_STATE_HOME": os.path.join(self.folder, "state"),
            "DPSTUDIO_WORKSPACE": self.workspace,
            "USER": "tester",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            import traceback

            traceback.print_exception(kind, value, trace)
            print("not ok the test itself ended early")
            self.failed += 1
        shutil.rmtree(self.folder, ignore_errors=True)
        sys.stdout.flush()
        if self.failed or not self.more:
            os._exit(1 if self.failed else 0)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(path, mode) as f:
            f.write(text)
        return path

    def dp(self, *words, input=None, env=None, timeout=60, **more):
        """Runs the program; nothing of the test's own environment gets in."""
        if input is None:
            more.setdefault("stdin", subprocess.DEVNULL)
        return Answer(
            subprocess.run(
                [PROGRAM, *words],
                input=input.encode() if isinstance(input, str) else input,
                env={**self.env, **(env or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=timeout,
                **more,
            )
        )

    def must(self, *words, **more):
        """Like dp, but everything after it depends on it."""
        answer = self.dp(*words, **more)
        if answer.code != 0:
            raise AssertionError(f"dpstudio {' '.join(words)}\n{answer}")
        return answer

    def check(self, name, holds, answer=None):
        print(f"{'ok' if holds else 'not ok'} {name}")
        if not holds:
            self.failed += 1
            if answer is not None:
                print(str(answer))
        return holds

    def equal(self, name, got, wanted):
        if not self.check(name, got == wanted):
            print(f"got    {got!r}\nwanted {wanted!r}")

    def succeeds(self, name, *words, **more):
        answer = self.dp(*words, **more)
        self.check(name, answer.code == 0, answer)
        return answer

    def refused(self, name, code, text, *words, **more):
        """Ends with `code`, says `text` on stderr and nothing on stdout."""
        answer = self.dp(*words, **more)
        self.check(name, answer.code == code and text in answer.err and answer.out == "", answer)
        return answer

    def sqlite(self, name, script):
        path = self.path(name)
        db = sqlite3.connect(path)
        db.executescript(script)
        db.commit()
        db.close()
        return path

    def task(self, name, sql, **more):
        """A definition as one JSON file: one query, one push to 'box'."""
        push = {
            "name": "push",
            "kind": "push",
            "after": ["q"],
            "title": more.pop("title", "Title"),
            "content": more.pop("content", [{"kind": "table"}]),
            "destinations": more.pop("destinations", ["box"]),
        }
        query = {"name": "q", "kind": "query", "source": more.pop("source", "db"), "sql": sql}
        query.update(more.pop("query", {}))
        task = {"format": 1, "name": name, "nodes": [query, push]}
        task.update(more)
        return self.write(f"{name}.json", json.dumps(task))
