# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks commands that run a program in a container."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Programs whose option -t gives a command in a container a terminal.
_CONTAINER_TOOLS = frozenset("crictl docker kubectl nerdctl oc podman".split())
_TERMINAL = re.compile(r"--tty(?:=(?i:1|t|true))?|-[diqlP]*t[diqlP]*")
_INTERACTIVE = re.compile(r"-[dqlP]*i[dqlP]*")


def terminal_problem(command: Sequence[str], program: str) -> str | None:
    """Why ``command`` cannot pass input to ``program``: it gives the program a terminal.

    On a terminal a program shows a prompt and does not end with its input.
    """
    tool = next((index for index, word in enumerate(command) if word.rpartition("/")[2] in _CONTAINER_TOOLS), None)
    if tool is None:
        return None
    end = command.index("--", tool) if "--" in command[tool:] else len(command)
    found = [word for word in command[tool:end] if _TERMINAL.fullmatch(word)]
    if not found:
        return None
    words = ", ".join(_without_terminal(command, found))
    return f"'{found[0]}' gives {program} a terminal, where it waits for input and does not end: write [{words}]"


def _without_terminal(command: Sequence[str], found: Sequence[str]) -> list[str]:
    words = [re.sub("t", "", word) if word in found and not word.startswith("--") else word for word in command]
    words = [word for word in words if word != "-" and word not in found]
    if not any(word == "--interactive" or _INTERACTIVE.fullmatch(word) for word in words):
        words.insert(command.index(found[0]), "-i")
    return words
