# SPDX-License-Identifier: MIT
"""The real program in a real terminal: a tmux server of our own with one window."""
import itertools
import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.environ.get("DPSTUDIO", os.path.join(TOP, "build", "opt", "dpstudio"))
WAIT = 15.0
number = itertools.count(1)  # a server that ends may still listen


class Lost(Exception):
    """The screen did not come to show what it should."""


def dense(text):
    """The line of steps as a narrow screen has it: the mark stands at the name."""
    return text.replace("✗ ", "✗").replace("✓ ", "✓")


class Terminal:
    """One tmux server of our own with one window."""
    started = []

    def __init__(self, folder, columns, rows, argv):
        Terminal.started.append(self)
        self.socket = os.path.join(folder, f"tmux{next(number)}")
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC",
                            "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        command = "exec env -u DPSTUDIO_SCRIPT TERM=tmux-256color " + " ".join(argv)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  command)
        self.tmux("set-option", "-g", "escape-time", "0")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], env=self.environment,
                              capture_output=True, text=True, check=False)

    def screen(self):
        return self.tmux("capture-pane", "-p").stdout

    def wait(self, *texts, gone=()):
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            now = self.screen()
            if all(dense(t) in dense(now) for t in texts) and \
                    not any(dense(t) in dense(now) for t in gone):
                return now
            time.sleep(0.03)
        raise Lost(f"waited for {texts} without {gone}:\n{self.screen()}")

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def pid(self):
        return int(self.tmux("list-panes", "-F", "#{pane_pid}").stdout.split()[0])

    def ended(self):
        return self.tmux("has-session").returncode != 0

    def close(self):
        self.tmux("kill-server")


def run(folder, *words):
    return subprocess.run([PROGRAM, *words], env={"PATH": os.environ["PATH"], "HOME": folder},
                          capture_output=True, text=True, check=False)


def command(folder, *words):
    return run(folder, *words).stdout


def gone(t):
    """Waits until it has ended."""
    end = time.monotonic() + WAIT
    while not t.ended():
        if time.monotonic() > end:
            raise Lost("it did not end:\n" + t.screen())
        time.sleep(0.03)


def leave(t):
    """Ctrl-Q, and waits until it has ended."""
    t.keys("C-q")
    gone(t)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


def run_steps(steps):
    """Steps (name, function) in order; the first that fails ends it. The exit status."""
    for name, step in steps:
        try:
            step()
            print(f"ok {name}", flush=True)
        except (Lost, ValueError) as why:
            print(f"not ok {name}\n{why}", flush=True)
            for t in Terminal.started:  # nothing goes on behind a failure
                t.close()
            return 1
    return 0
