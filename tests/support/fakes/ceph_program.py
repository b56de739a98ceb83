# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaves like the ceph program: ``ceph_program.py STATE ceph OPTIONS [COMMAND]``.

It prints leading newlines, messages on standard error, and no exit codes of commands on standard input.
STATE is a JSON file with ``clients``, ``pools``, ``faults`` (command to errno name), ``start`` (a message and an exit
code instead of a run), ``start_single`` (the same for a run of one command), ``sleep`` (seconds), ``hang`` (start of a
command on standard input at which it hangs) and ``argv`` (the arguments of each run).
"""

from __future__ import annotations

import base64
import json
import shlex
import struct
import sys
import time
from pathlib import Path
from typing import Any

#: What Ceph 18 prints when the monitors refuse a key.
REFUSED = (
    "-1 AuthRegistry(0x7f) no keyring found at /etc/ceph/ceph.keyring, disabling cephx\n"
    "-1 monclient(hunting): handle_auth_bad_method server allowed_methods [2] but i only support [2]\n"
    "[errno 13] RADOS permission denied (error connecting to the cluster)"
)
CODES = {"ENOENT": 2, "EACCES": 13, "EINVAL": 22, "ETIMEDOUT": 110}


def command(state: dict[str, Any], words: list[str]) -> tuple[str, str, str]:
    """(name of the errno or '', standard output, standard error)"""
    text = " ".join(words[:3])
    for start, name in state.get("faults", {}).items():
        if text.startswith(start):
            return name, "", "made to fail"
    clients = state["clients"]
    if words[:2] == ["mon", "dump"]:
        address = {"type": "v2", "addr": "192.0.2.1:3300", "nonce": 0}
        mons = [{"name": "a", "public_addrs": {"addrvec": [address]}}]
        return "", json.dumps({"fsid": "f", "mons": mons}), "dumped monmap epoch 1"
    if words[:3] == ["osd", "pool", "ls"]:
        return "", json.dumps(state["pools"]), ""
    if words[:2] == ["mon", "stat"]:
        return "", "{}", ""
    verb, name = words[1], words[2]
    caps = dict(zip(words[3::2], words[4::2]))
    if verb == "rm":
        return "", "", "updated" if clients.pop(name, None) else f"entity {name} does not exist"
    if verb == "get-or-create" and name not in clients:
        key = struct.pack("<HIIH", 1, 1, 0, 16) + bytes([len(clients)]) * 16
        clients[name] = {"entity": name, "key": base64.b64encode(key).decode(), "caps": caps}
    elif verb == "get-or-create" and clients[name]["caps"] != caps:
        return "EINVAL", "", f"key for {name} exists but cap mon does not match"
    if name not in clients:
        return "ENOENT", "", f"failed to find {name} in keyring"
    if verb == "caps":
        clients[name]["caps"] = caps
        return "", "", f"updated caps for {name}"
    return "", json.dumps([clients[name]]), f"exported keyring for {name}" if verb == "get" else ""


def main() -> int:
    path = Path(sys.argv[1])
    state = json.loads(path.read_text())
    arguments = sys.argv[2:]
    state.setdefault("argv", []).append(arguments)
    words = arguments[arguments.index("--format") + 2 :]
    print("2026-01-01T00:00:00.000+0000 7f0000000000 -1 message of a library", file=sys.stderr)
    if "sleep" in state:
        time.sleep(state["sleep"])
    try:
        if state.get("start"):
            print(state["start"][0], file=sys.stderr)
            return int(state["start"][1])
        if words and state.get("start_single"):
            print(state["start_single"][0], file=sys.stderr)
            return int(state["start_single"][1])
        if words[:2] == ["--keyfile", "-"]:
            client = state["clients"].get(arguments[arguments.index("--name") + 1], {})
            if sys.stdin.read() != f"{client.get('key')}\n":
                print(REFUSED, file=sys.stderr)
                return 13
            words = words[2:]
        if words:
            name, out, text = command(state, words)
            print(f"Error {name}: {text}" if name else text, file=sys.stderr)
            if not name:
                print(f"\n{out}")
            return CODES.get(name, 0)
        for line in sys.stdin:
            if state.get("hang") and line.startswith(state["hang"]):
                sys.stdout.flush()
                time.sleep(60)
            name, out, text = command(state, shlex.split(line))
            print(f"Error {name}: {text}" if name else text, file=sys.stderr)
            if not name and out:
                print(out)
        return 0
    finally:
        path.write_text(json.dumps(state))


if __name__ == "__main__":
    sys.exit(main())
