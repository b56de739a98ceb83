# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single modules on the hosts of the lab, many in one run of Ansible; dcn0 administers, central consumes.

Everything has names of its own and is removed at the end.
"""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Step:
    """One task on one host; other steps see its result under ``hostvars[host][register]``."""

    host: str
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    check: bool = False
    register: str = "result"

    def play(self) -> dict[str, Any]:
        name = self.module if "." in self.module else f"dcn.glance.{self.module}"
        task = {
            name: self.arguments,
            "check_mode": self.check,
            "diff": True,
            "register": self.register,
            "ignore_errors": True,
        }
        play: dict[str, Any] = {"hosts": self.host, "gather_facts": False, "tasks": [task]}
        if self.host == "localhost":
            play["vars"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        return play


def command(host: str, *words: str) -> Step:
    return Step(host, "ansible.builtin.command", {"argv": list(words)})


def shell(host: str, text: str) -> Step:
    return Step(host, "ansible.builtin.shell", {"cmd": text})


def _ansible(steps: tuple[Step, ...], *flags: str, callback: str) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_STDOUT_CALLBACK": callback,
    }
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook:
        yaml.safe_dump([step.play() for step in steps], playbook)
        playbook.flush()
        done = subprocess.run(
            [str(program), "-i", str(ROOT / "inventories" / "lab"), *flags, playbook.name],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout + (done.stderr if callback == "default" else "")


def run(*steps: Step) -> list[dict[str, Any]]:
    """The result of each step, in order. A step that fails does not stop the others."""
    output = _ansible(steps, callback="ansible.posix.json")
    plays = json.loads(output[output.index("{") :])["plays"]
    return [play["tasks"][0]["hosts"][step.host] for play, step in zip(plays, steps)]


def printed(*steps: Step) -> str:
    """Everything that Ansible prints at its highest verbosity."""
    return _ansible(steps, "-vvvv", callback="default")


ADMIN, CONSUMER = "dcn0", "central"
DIRECTORY, RECIPIENT = "/etc/ceph-test", "/run/dcn.glance-test"
GLANCE = "client.test.glance"
CAPS = {"mon": "profile rbd", "mgr": "profile rbd pool=images", "osd": "profile rbd pool=images"}
KEYRING, CONF = f"{DIRECTORY}/dcn0.{GLANCE}.keyring", f"{DIRECTORY}/dcn0.conf"
IMAGE = "dcn-test-image"
# A monitor that was stopped: the port is open, and nobody speaks.
SILENT = """
import socket, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 3999))
s.listen(50)
time.sleep(120)
"""
# Notes every command line and environment until its file is gone.
WATCH = """
import glob, os, sys
seen = set()
with open(sys.argv[1], "w", 1) as log:
    while os.path.exists(sys.argv[1]):
        for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
            try:
                text = open(path, "rb").read().replace(b"\\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if text not in seen:
                seen.add(text)
                log.write(text + "\\n")
"""


def clients_of(lab) -> list[str]:
    """The names of this file's clients on the cluster."""
    dump = json.loads(lab.exec(ADMIN, "ceph", "auth", "ls", "-f", "json"))["auth_dump"]
    return [entry["entity"] for entry in dump if entry["entity"].startswith("client.test.")]


@pytest.fixture(autouse=True)
def clean(lab) -> Iterator[None]:
    """No client, file or image of these tests before and after."""

    def sweep() -> None:
        for name in clients_of(lab):
            lab.exec(ADMIN, "ceph", "auth", "rm", name)
        for host in (ADMIN, CONSUMER):
            lab.exec(host, "rm", "-rf", DIRECTORY, RECIPIENT)
        if IMAGE in lab.exec(ADMIN, "rbd", "ls", "images"):
            lab.exec(ADMIN, "rbd", "snap", "unprotect", f"images/{IMAGE}@snap", check=False)
            lab.exec(ADMIN, "rbd", "snap", "purge", f"images/{IMAGE}")
            lab.exec(ADMIN, "rbd", "rm", f"images/{IMAGE}")

    # Names are fixed, so that what a killed run leaves is found: two runs on one lab take turns.
    with open(pathlib.Path(tempfile.gettempdir()) / "dcn-glance-lab-ceph.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        yield
        sweep()


def background(host: str, program: str, *arguments: str) -> None:
    subprocess.run(
        ["podman", "exec", "-d", host, "timeout", "300", "python3", "-c", program, *arguments],
        check=True,
        capture_output=True,
    )


def client(name: str = GLANCE, **caps: str) -> dict[str, Any]:
    return {"name": name, "caps": caps or CAPS}


def manage(*clients: dict[str, Any], host: str = ADMIN, check: bool = False, **more: Any) -> Step:
    return Step(host, "ceph_client", {"cluster": "dcn0", "clients": list(clients) or [client()], **more}, check)


def delivery(check: bool = False) -> list[Step]:
    """The whole way of a key: what the host has, what the cluster gives, what becomes of the files."""
    held = f"{{{{ hostvars.{CONSUMER}.found.key_ids['{KEYRING}'] | default({{}}) }}}}"
    who = {
        "host": CONSUMER,
        "public_key": f"{{{{ hostvars.{CONSUMER}.found.public_key }}}}",
        "clients": [GLANCE],
        "key_ids": held,
    }
    made = f"hostvars.{ADMIN}.made"
    wanted = {
        "name": GLANCE,
        "key_id": f"{{{{ {made}.clients[0].key_id }}}}",
        "sealed": f"{{{{ ({made}.sealed.{CONSUMER} | default({{}}))['{GLANCE}'] | default(omit) }}}}",
        "owner": "glance",
        "group": "glance",
    }
    cluster = {
        "cluster": "dcn0",
        "fsid": f"{{{{ {made}.cluster_info.fsid }}}}",
        "mon_host": f"{{{{ {made}.cluster_info.mon_host }}}}",
        "options": {"client_mount_timeout": 10, "rados_mon_op_timeout": 10},
        "clients": [wanted],
    }
    ceph_client = {"cluster": "dcn0", "clients": [client()], "recipients": [who]}
    files = {"directory": DIRECTORY, "recipient_directory": RECIPIENT, "clusters": [cluster]}
    return [
        Step(CONSUMER, "key_recipient", {"directory": RECIPIENT, "keyrings": [KEYRING]}, check, "found"),
        Step(ADMIN, "ceph_client", ceph_client, check, "made"),
        Step(CONSUMER, "ceph_client_files", files, check, "files"),
    ]


def store(**changes: Any) -> dict[str, Any]:
    return {"store": "s", "cluster": "dcn0", "conf": CONF, "client": GLANCE, "pool": "images", **changes}


def probe(*stores: dict[str, Any], check: bool = False) -> Step:
    arguments = {"user": "glance", "timeout": 4, "fail": False, "stores": list(stores) or [store()]}
    return Step(CONSUMER, "ceph_store_probe", arguments, check)


def actions(result: dict[str, Any]) -> list[str]:
    return [item["action"] for item in result["files"]]
