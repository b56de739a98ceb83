# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control the processes of the one-node Kubernetes without systemd.

node.py DIRECTORY start NAME     start or restart a component unless it runs with the same configuration;
                                 print "changed" if it was started
node.py DIRECTORY supervise      restart components that ended; this is the component "supervisor"
node.py DIRECTORY stop NAME...   stop components
node.py DIRECTORY status         print a line for each component

DIRECTORY/etc/components.json lists the components in the order of their start: name, argv, env, cwd, cgroup, files (a
change of their content restarts the component) and ready (a URL or a socket that responds). Components continue when
the program that started them ends: each has its own session and, where the machine allows that, its own cgroup.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

MARK = "DCN_GLANCE_KUBE"  # in the environment of each process of the node; its value is the directory
LOG_LIMIT = 20 * 2**20
SUPERVISOR = "supervisor"


class Failed(Exception):
    """A component does not run; the text is the message for the user."""


class Component:
    def __init__(self, base: Path, spec: dict) -> None:
        self.base, self.spec, self.name = base, spec, spec["name"]
        self.log = base / "logs" / f"{self.name}.log"
        self.record = base / "run" / f"{self.name}.json"

    def digest(self) -> str:
        """Hash of the configuration of a component."""
        text = json.dumps([self.spec, os.path.realpath(self.spec["argv"][0])], sort_keys=True)
        found = hashlib.sha256(text.encode())
        for name in self.spec.get("files", []):
            path = Path(name)
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                found.update(file.read_bytes())
        return found.hexdigest()

    def recorded(self) -> dict:
        try:
            return json.loads(self.record.read_text())
        except (OSError, ValueError):
            return {}

    def pid(self) -> int | None:
        """The process ID, if the process still runs."""
        known = self.recorded()
        return known["pid"] if known.get("start_time") and start_time(known["pid"]) == known["start_time"] else None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.spec["argv"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.spec.get("cwd", "/"),
                env={**os.environ, **self.spec.get("env", {}), MARK: str(self.base)},
                start_new_session=True,
            )
        if self.spec.get("cgroup"):
            join_cgroup(self.spec["cgroup"], process.pid)
        record = {"pid": process.pid, "start_time": start_time(process.pid), "digest": self.digest()}
        new = self.record.with_suffix(".new")
        new.write_text(json.dumps(record))
        new.replace(self.record)

    def stop(self, timeout: float = 10) -> bool:
        pid = self.pid()
        if pid is None:
            return False
        started = self.recorded()["start_time"]
        for number, seconds in ((signal.SIGTERM, timeout), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                reap()
                if start_time(pid) != started:
                    return True
                time.sleep(0.02)
        raise Failed(f"{self.name} (process {pid}) cannot be stopped")

    def tail(self, lines: int = 15) -> str:
        try:
            text = self.log.read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            text = []
        return "\n".join([f"The end of {self.log}:", *text])

    def wait(self) -> None:
        """Wait until the component is ready or has ended."""
        ready = self.spec.get("ready")
        if not ready:
            return
        end, error = time.monotonic() + ready.get("timeout", 60), ""
        while time.monotonic() < end:
            reap()
            if self.pid() is None:
                raise Failed(f"{self.name} ended while it started.\n{self.tail()}")
            error = probe(ready)
            if not error:
                return
            time.sleep(0.1)
        raise Failed(f"{self.name} does not respond at {ready.get('url') or ready['socket']}: {error}\n{self.tail()}")


def start_time(pid: int) -> str | None:
    """The start time of a process, which distinguishes it from others with the same ID; None if it does not run."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in "ZX":
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def cgroup_trees() -> list[Path]:
    """The roots of the cgroup hierarchies: one on cgroup v2, one for each controller on v1."""
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.procs").exists():
        return [root]
    return sorted(tree for tree in root.iterdir() if (tree / "cgroup.procs").exists() and not tree.is_symlink())


def join_cgroup(name: str, pid: int) -> None:
    """Move a process from the cgroup of its parent, which may be stopped as a whole, to the cgroup of the node.

    The kubelet requires that the cgroup exists with all controllers. On v1, a process cannot join a new cpuset before
    its CPUs are set, so errors are ignored.
    """
    for tree in cgroup_trees():
        place = tree / name.strip("/") / "node"
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
        for parent in (tree, place.parent) if (tree / "cgroup.controllers").exists() else ():
            for controller in (tree / "cgroup.controllers").read_text().split():
                with contextlib.suppress(OSError):
                    (parent / "cgroup.subtree_control").write_text(f"+{controller}")
        with contextlib.suppress(OSError):
            (place / "cgroup.procs").write_text(str(pid))


def probe(ready: dict) -> str:
    """Why a component is not ready; empty if it is ready."""
    try:
        if "socket" in ready:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(ready["socket"])
            return ""
        context = None
        if ready["url"].startswith("https"):
            context = ssl.create_default_context(cafile=ready["ca"])
            context.load_cert_chain(ready["cert"], ready["key"])
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(ready["url"], timeout=5) as answer:
            return "" if answer.status == 200 else f"status {answer.status}"
    except urllib.error.HTTPError as error:
        return f"status {error.code}: {error.read(300).decode(errors='replace')}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


def components(base: Path) -> list[Component]:
    return [Component(base, spec) for spec in json.loads((base / "etc" / "components.json").read_text())]


@contextlib.contextmanager
def locked(base: Path) -> Iterator[None]:
    """Start and stop components one at a time, so that the supervisor does not interfere with a restart."""
    with (base / "run" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(base: Path, name: str) -> bool:
    component = next(one for one in components(base) if one.name == name)
    with locked(base):
        fits = component.pid() is not None and component.recorded()["digest"] == component.digest()
        if not fits:
            component.stop()
            component.start()
    component.wait()
    return not fits


def supervise(base: Path) -> None:
    """Restart components that ended, those that fail repeatedly at increasing intervals."""
    pause: dict[str, float] = {}
    due: dict[str, float] = {}
    while True:
        reap()
        for component in components(base):
            now, name = time.monotonic(), component.name
            if name == SUPERVISOR or not component.recorded() or now < due.get(name, 0):
                continue
            with locked(base):
                if component.recorded() and component.pid() is None:
                    print(f"{time.strftime('%F %T')} {name} has ended: restarting it", flush=True)
                    component.start()
                    pause[name] = min(pause.get(name, 0.5) * 2, 60) if now - due.get(name, 0) < 120 else 1.0
                    due[name] = now + pause[name]
        time.sleep(1)


def stop(base: Path, names: list[str]) -> list[str]:
    known = {component.name: component for component in components(base)}
    stopped = []
    for name in names:
        component = known.get(name) or Component(base, {"name": name})
        with locked(base):
            if component.stop():
                stopped.append(name)
            component.record.unlink(missing_ok=True)  # the supervisor does not restart it
    return stopped


def status(base: Path) -> None:
    for component in components(base):
        pid = component.pid()
        print(f"{component.name:<26}{f'runs, process {pid}' if pid else 'does not run'}")


def main(arguments: list[str]) -> None:
    base, action, names = Path(arguments[0]), arguments[1], arguments[2:]
    for place in ("logs", "run"):
        (base / place).mkdir(mode=0o755, exist_ok=True)
    if action == "supervise":
        supervise(base)
    elif action == "start":
        print("\n".join("changed" for name in names if start(base, name)))
    elif action == "stop":
        print("\n".join(stop(base, names)))
    elif action == "status":
        status(base)
    else:
        raise Failed(__doc__ or action)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failed as failure:
        sys.exit(str(failure))
