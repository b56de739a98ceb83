# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program virsh with secrets in a file, with the answers and refusals of libvirt 11."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python}
import json, re, sys
from pathlib import Path
directory = Path({directory!r})
state = json.loads((directory / "state.json").read_text())
arguments = sys.argv[1:]
with (directory / "calls").open("a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
command, rest = arguments[3], arguments[4:]
secrets = state["secrets"]

def fail(*lines):
    print(*("error: " + line for line in lines), sep="\\n", file=sys.stderr)
    sys.exit(1)

if state.get("down"):
    fail("failed to connect to the hypervisor", state["down"])
if command in state["failing"]:
    fail(state["failing"][command])
data = sys.stdin.read() if "/dev/stdin" in rest and not state.get("deaf") else ""
if command == "secret-list":
    for uuid, secret in secrets.items():
        print(f" {{uuid}}   {{secret['type']}} {{secret['usage']}}")
    sys.exit()
if command == "secret-define":
    new = dict(re.findall(r"(ephemeral|private)='(\\w+)'", data), type="ceph")
    new["usage"] = re.search("<name>(.*)</name>", data)[1]
    uuid = re.search("<uuid>(.*)</uuid>", data)[1]
    old = secrets.get(uuid)
    if old and (old["type"], old["usage"]) != (new["type"], new["usage"]):
        fail("Failed to set attributes from /dev/stdin", f"internal error: {{uuid}} is already defined for use with x")
    if old and (old["private"], new["private"]) == ("yes", "no"):
        fail("Failed to set attributes from /dev/stdin", "internal error: cannot change private flag")
    secrets[uuid] = dict(new, value=old["value"] if old else None)
else:
    uuid = rest[0]
    if uuid not in secrets:
        fail(f"failed to get secret '{{uuid}}'", f"Secret not found: no secret with matching uuid '{{uuid}}'")
    secret = secrets[uuid]
    if command == "secret-dumpxml":
        kind = secret["type"]
        element = {{"ceph": "name", "volume": "volume", "iscsi": "target"}}[kind]
        usage = secret["usage"].replace("&", "&amp;").replace("<", "&lt;")
        print(f"<secret ephemeral='{{secret['ephemeral']}}' private='{{secret['private']}}'>\\n  <uuid>{{uuid}}</uuid>")
        print(f"  <usage type='{{kind}}'>\\n    <{{element}}>{{usage}}</{{element}}>\\n  </usage>\\n</secret>\\n")
    elif command == "secret-get-value":
        if secret["private"] == "yes":
            fail("Invalid secret: secret is private")
        if secret["value"] is None:
            fail(f"Secret not found: secret '{{uuid}}' does not have a value")
        print(secret["value"])
    elif command == "secret-set-value":
        secret["value"] = data
    elif command == "secret-undefine":
        del secrets[uuid]
(directory / "state.json").write_text(json.dumps(state))
"""


class FakeVirsh:
    """The program in a directory, its secrets, and what it was called with."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self.program = directory / "virsh"
        self.program.write_text(_PROGRAM.format(python=sys.executable, directory=str(directory)))
        self.program.chmod(0o755)
        self.change(secrets={}, failing={})

    @property
    def path(self) -> str:
        """A value for PATH with the program in front."""
        return f"{self.directory}:{os.environ['PATH']}"

    @property
    def secrets(self) -> dict[str, dict[str, Any]]:
        """The secrets by uuid."""
        return dict(self._state()["secrets"])

    def calls(self) -> list[list[str]]:
        """The arguments of all calls."""
        path = self.directory / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def change(self, **changes: Any) -> None:
        """Change the state: secrets, failing (message by command), down (a message), deaf (no standard input)."""
        state = self._state() if (self.directory / "state.json").exists() else {}
        (self.directory / "state.json").write_text(json.dumps({**state, **changes}))

    def add(self, uuid: str, usage: str, value: str | None, **changes: str) -> None:
        """Add or replace a secret."""
        secret = {"type": "ceph", "usage": usage, "ephemeral": "no", "private": "no", "value": value, **changes}
        self.change(secrets={**self.secrets, uuid: secret})

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory / "state.json").read_text())
        return found
