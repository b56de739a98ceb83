# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the state of the machine before the node starts, and restore it.

machine.py remember DIRECTORY       record the kernel settings that a kubelet changes
machine.py clean DIRECTORY CGROUP NETWORK BRIDGE ADDRESS
    stop all processes of the node, unmount everything below its directory and undo its other changes; print each change
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from node import MARK, cgroup_trees

SETTINGS = ["kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory", "kernel/keys/root_maxkeys",
            "kernel/keys/root_maxbytes"]  # fmt: skip
# Directories that containerd, the CNI plugins and the kubelet always use. They are removed if they are empty.
OUTSIDE = ["/run/containerd/s", "/run/containerd/runc/k8s.io", "/run/containerd/runc", "/run/containerd",
           "/var/lib/cni/results", "/var/lib/cni", "/var/log/containers", "/var/lib/kubelet/device-plugins",
           "/var/lib/kubelet"]  # fmt: skip


def remember(base: Path) -> bool:
    file = base / "run" / "settings.json"
    if file.exists():
        return False
    found = {name: Path("/proc/sys", name).read_text().strip() for name in SETTINGS}
    file.parent.mkdir(mode=0o755, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n")
    return True


def restore(base: Path) -> Iterator[str]:
    file = base / "run" / "settings.json"
    for name, value in json.loads(file.read_text()).items() if file.exists() else ():
        place = Path("/proc/sys", name)
        if place.read_text().strip() != value:
            place.write_text(value)
            yield f"setting {name}"


def node_processes(base: Path, cgroup: str) -> set[int]:
    """Processes in the cgroup of the node or with its mark in their environment, except this one and its parents."""
    found = set()
    for tree in cgroup_trees():
        for file in (tree / cgroup.strip("/")).rglob("cgroup.procs"):
            found |= {int(line) for line in file.read_text().split()}
    mark = f"{MARK}={base}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in entry.joinpath("environ").read_bytes() + b"\0":
                found.add(int(entry.name))
        except OSError:
            continue
    return found - ancestors()


def ancestors() -> set[int]:
    found, pid = {0}, os.getpid()
    while pid not in found:
        found.add(pid)
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return found


def end(base: Path, cgroup: str) -> Iterator[str]:
    limit = time.monotonic() + 20
    while processes := node_processes(base, cgroup):
        if time.monotonic() > limit:
            sys.exit(f"These processes of the node cannot be stopped: {sorted(processes)}")
        for pid in processes:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            yield f"process {pid}"
        time.sleep(0.1)


def unmount(base: Path) -> Iterator[str]:
    """Unmount the newest mount first, because others may be below it."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    for line in reversed(lines):
        place = line.split()[4].encode().decode("unicode_escape")
        if Path(place).is_relative_to(base) and place != str(base):
            subprocess.run(["umount", "--lazy", "--no-canonicalize", place], check=True)
            yield f"mount {place}"


def remove_cgroups(cgroup: str) -> Iterator[str]:
    for tree in cgroup_trees():
        top = tree / cgroup.strip("/")
        if not top.is_dir():
            continue
        for place in sorted((entry for entry in top.rglob("*") if entry.is_dir()), reverse=True):
            place.rmdir()
        top.rmdir()
        yield f"cgroup {top}"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def disconnect(bridge: str, address: str) -> Iterator[str]:
    if run("ip", "-o", "link", "show", "dev", bridge):
        subprocess.run(["ip", "link", "delete", bridge], check=True)
        yield f"link {bridge}"
    if f" {address}/" in run("ip", "-o", "address", "show", "dev", "lo"):
        subprocess.run(["ip", "address", "delete", f"{address}/32", "dev", "lo"], check=True)
        yield f"address {address}"
    for family in ("ip", "ip6"):
        if f"table {family} kube-proxy" in run("nft", "list", "tables").splitlines():
            subprocess.run(["nft", "delete", "table", family, "kube-proxy"], check=True)
            yield f"nft table {family} kube-proxy"


def tidy(base: Path, network: str) -> Iterator[str]:
    """Remove the files of the node outside of its directory, and directories that are then empty."""
    for file in Path("/var/lib/cni/results").glob(f"{network}-*"):
        file.unlink()
        yield str(file)
    for file in Path("/var/log/containers").glob("*.log"):
        if file.is_symlink() and Path(os.readlink(file)).is_relative_to(base):
            file.unlink()
    running = run("pidof", "containerd").strip()
    for file in Path("/run/containerd/s").glob("*") if not running else ():
        file.unlink()
    for place in OUTSIDE if not running else ():
        try:
            Path(place).rmdir()
        except OSError:
            continue
        yield place


def clean(base: Path, cgroup: str, network: str, bridge: str, address: str) -> list[str]:
    started = (base / "run" / "settings.json").exists()
    (base / "run" / "supervisor.json").unlink(missing_ok=True)
    done = [*end(base, cgroup), *unmount(base), *remove_cgroups(cgroup)]
    # Without a node that was started, the rest belongs to something else.
    return done + [*disconnect(bridge, address), *restore(base), *tidy(base, network)] if started else done


def main(arguments: list[str]) -> None:
    base = Path(arguments[1])
    if arguments[0] == "remember":
        print("changed" if remember(base) else "")
    else:
        print("\n".join(clean(base, *arguments[2:])))


if __name__ == "__main__":
    main(sys.argv[1:])
