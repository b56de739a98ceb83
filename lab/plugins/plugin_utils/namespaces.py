# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that enters a container of the lab by its namespaces, without starting podman."""

from __future__ import annotations

import os
import pathlib
import shutil

#: Podman writes the id of a container's first process to <directory>/<network>/<container>.pid when it starts it.
PID_FILES = pathlib.Path("/run")
#: The network of the lab unless another one is named.
NETWORK = "dcn-glance-lab"
#: What podman exec gives to a process.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "TERM": "xterm",
    "container": "podman",
}
#: Joins the cgroups of the process $1 of this machine, and then its namespaces.
_ENTER = r"""
pid=$1; shift; cd /
while IFS=: read -r number controllers path; do
  [ "$path" != / ] || continue
  for root in "/sys/fs/cgroup/${controllers#name=}" /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e "$root$path/cgroup.procs" ] || continue
    { echo $$ >"$root$path/cgroup.procs"; } 2>/dev/null
    break
  done
done <"/proc/$pid/cgroup"
exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup "$@"
"""


def enter(container: str, network: str = NETWORK) -> list[str]:
    """The words before a command that runs it in this container, as root.

    Empty where only podman can enter it: for a user who is not root, with other image stores than those of this
    machine, or if no process of a container of this name runs.
    """
    if os.geteuid() != 0 or "CONTAINERS_STORAGE_CONF" in os.environ or not shutil.which("nsenter"):
        return []
    try:
        pid = (PID_FILES / network / f"{container}.pid").read_text(encoding="ascii").strip()
        name = (pathlib.Path("/proc") / pid / "root" / "etc" / "hostname").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return []
    # The process may have ended, and its id may belong to another one.
    return ["sh", "-c", _ENTER, "sh", pid] if name == container else []
