# SPDX-License-Identifier: MIT
"""A studio on the demo's task, and what has become of its draft."""
import os

from terminal import PROGRAM, Lost, Terminal, command

TASK = "daily-sales"


def start(folder):
    t = Terminal(folder, 120, 40, [PROGRAM, "studio", TASK])
    t.wait("SELECT", "✓ Check")
    t.keys("M-3", "C-End")
    return t


def expect_draft(folder, word, there=True):
    if (word in command(folder, "show", TASK)) != there:
        raise Lost(f"the draft has {word}: not {there}")


def unsaved(folder):
    """Names of what is kept aside."""
    path = os.path.join(folder, ".local", "state", "dpstudio", "unsaved")
    return [n for n in os.listdir(path) if n[0] != "."] if os.path.isdir(path) else []
