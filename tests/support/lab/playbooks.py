# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running lab and the playbooks of the collection, for tests against real Ceph, Keystone and Glance."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from ansible_collections.dcn.glance_lab.plugins.plugin_utils import namespaces

ROOT = pathlib.Path(__file__).resolve().parents[3]
INVENTORY = ROOT / "inventories" / "lab"


@dataclass(frozen=True)
class Run:
    """A finished ansible-playbook: exit code, everything it printed, and its results where asked for."""

    rc: int
    output: str
    results: dict

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        return self.results["stats"]

    def changed(self) -> set[tuple[str, str]]:
        """Host and task name of everything that changed or would change."""
        return {
            (host, task["task"]["name"])
            for play in self.results["plays"]
            for task in play["tasks"]
            for host, result in task["hosts"].items()
            if result.get("changed")
        }

    def result(self, task_name: str, host: str) -> dict:
        """What one task returned on one host; not the check of a role's arguments, which repeats names."""
        for play in self.results["plays"]:
            for task in play["tasks"]:
                name = task["task"]["name"]
                if task_name in name and "Validating arguments" not in name and host in task["hosts"]:
                    return task["hosts"][host]
        raise KeyError(f"no task like {task_name!r} on {host}")

    def ok(self) -> Run:
        """This run, if it succeeded."""
        assert self.rc == 0, self.failures() or self.output[-6000:]
        return self

    def failures(self) -> str:
        """What the tasks that failed say."""
        return "\n".join(
            f"{host}: {task['task']['name']}: {result.get('msg')}"
            for play in self.results.get("plays", ())
            for task in play["tasks"]
            for host, result in task["hosts"].items()
            if result.get("failed") or result.get("unreachable")
        )


def _command(name: str, args: Sequence[str], inventory: pathlib.Path) -> list[str]:
    program = pathlib.Path(sys.executable).with_name("ansible-playbook")
    # A further lab beside the first one has its own network.
    variables = os.environ.get("DCN_LAB_VARIABLES")
    extra = ["-e", f"@{variables}"] if variables else []
    return [str(program), "-i", str(inventory), *extra, name if "." in name else f"dcn.glance.{name}", *args]


def _environment(structured: bool) -> dict[str, str]:
    env = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    env["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".cache" / "collections")
    # Tests look for secrets in everything that Ansible can show. Before 2.21 this is always so.
    env["ANSIBLE_INJECT_INVOCATION"] = "1"
    if structured:
        env["ANSIBLE_STDOUT_CALLBACK"] = "ansible.posix.json"
    return env


class Lab:
    """The lab as a test sees it."""

    sites = ("central", "dcn0", "dcn1")
    glance_hosts = ("central", "central2", "dcn0", "dcn1")

    def playbook(self, name: str, *args: str, inventory: pathlib.Path = INVENTORY, structured: bool = True) -> Run:
        """Run a playbook, of ``dcn.glance`` unless its name holds another collection; structured results by default."""
        done = subprocess.run(
            _command(name, args, inventory),
            cwd=ROOT,
            env=_environment(structured),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=1500,
            check=False,
        )
        start = done.stdout.find("{")
        results = json.loads(done.stdout[start:]) if structured and start >= 0 else {}
        return Run(done.returncode, done.stdout + done.stderr, results)

    @contextlib.contextmanager
    def killed_playbook(self, name: str, *args: str, inventory: pathlib.Path) -> Iterator[Callable[[], None]]:
        """Start a playbook, and kill it with all its processes at the end of the block.

        The block gets a function that fails when the playbook has ended.
        """

        def require_running() -> None:
            if process.poll() is not None:
                output.seek(0)
                pytest.fail(f"the playbook ended before it was killed: {output.read().decode()[-3000:]}")

        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                _command(name, args, inventory),
                cwd=ROOT,
                env=_environment(False),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield require_running
                require_running()
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def exec(self, host: str, *command: str, check: bool = True) -> str:
        """Run a command in a container of the lab; its standard output."""
        entered = namespaces.enter(host)
        done = subprocess.run(
            [*(entered or ["podman", "exec", host]), *command],
            env=namespaces.ENVIRONMENT if entered else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, f"{host}: {command}: {done.stdout}{done.stderr}"
        return done.stdout

    def main_pids(self) -> dict[str, str]:
        """Main process of glance-api on every worker."""
        return {
            host: self.exec(host, "systemctl", "show", "-p", "MainPID", "--value", "glance-api").strip()
            for host in self.glance_hosts
        }

    def cephx_keys(self) -> dict[tuple[str, str], str]:
        """Every cephx key of every cluster, by site and client."""
        found = {}
        for site in self.sites:
            dump = json.loads(self.exec(site, "ceph", "auth", "ls", "-f", "json"))["auth_dump"]
            found.update({(site, entity["entity"]): entity["key"] for entity in dump})
        return found
