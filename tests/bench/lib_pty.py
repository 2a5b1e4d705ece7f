# SPDX-License-Identifier: MIT
"""A program in a pty of 40x120 whose answers are timed: from the key's write to the last
byte of what it draws because of it, and how many bytes that is."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

ROWS, COLS = 40, 120
QUIET = 0.030
PAGE_DOWN = b"\033[6~"


class Terminal:
    def __init__(self, argv, env=None, term="xterm-256color"):
        self.start = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
            os.environ.update(env or {}, TERM=term)
            for name in ("COLORTERM", "TMUX", "STY"):
                os.environ.pop(name, None)
            os.execvp(argv[0], argv)
        self.text, self.seen = b"", None

    def read(self, wait):
        """What came within `wait` seconds; b"" for nothing or the end."""
        ready, _, _ = select.select([self.fd], [], [], max(0.0, wait))
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        self.text = (self.text + data)[-65536:]
        return data

    def settle(self, since, quiet=QUIET, limit=5.0, until=b""):
        """Seconds until the last byte, and bytes, before `quiet` without any; not before
        `until` was on the screen: `seen` is when."""
        last, count, wait = since, 0, quiet * 4
        self.seen = None
        while time.monotonic() - since < limit:
            data = self.read(min(wait, since + limit - time.monotonic()))
            if not data and until in self.text:
                break
            if not data:
                continue
            last = time.monotonic()
            count += len(data)
            if until and self.seen is None and until in self.text:
                self.seen = last - since
            wait = quiet
        return last - since, count

    def key(self, keys, quiet=QUIET, until=b""):
        if until:
            self.text = b""
        since = time.monotonic()
        os.write(self.fd, keys)
        return self.settle(since, quiet, until=until)

    def echo(self, key):
        """Seconds until the first bytes of the answer; what comes later is waited for."""
        since = time.monotonic()
        os.write(self.fd, key)
        self.read(1.0)
        took = time.monotonic() - since
        self.settle(time.monotonic())
        return took

    def held(self, key, times=60, pause=0.01):
        """The key each 10 ms without waiting for anything: how long the last one's picture
        takes, and bytes a key."""
        total, last, since = 0, 0.0, 0.0
        for i in range(times):
            since = time.monotonic()
            os.write(self.fd, key)
            end = since + (pause if i < times - 1 else 0.5)
            while time.monotonic() < end:
                data = self.read(end - time.monotonic())
                if data:
                    total += len(data)
                    last = time.monotonic()
        return last - since, total / times

    def rss(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            for line in f:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def waiting(self):
        """Bytes that nobody has read yet."""
        count = 0
        while data := self.read(0):
            count += len(data)
        return count

    def cpu_ticks(self):
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def wakeups(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            for line in f:
                if line.startswith("voluntary_ctxt"):
                    return int(line.split()[1])
        return 0

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)
