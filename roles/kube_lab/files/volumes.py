# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Empties the volumes whose claims are gone, and offers them again: volumes.py DIRECTORY

The class keeps volumes (Retain), as the operator's users have them, so a deleted claim leaves its volume Released, which
nothing binds any more. Only volumes below DIRECTORY/volumes are touched. Prints the name of each.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path


def kubectl(base: Path, *arguments: str) -> str:
    command = [str(base / "bin" / "kubectl"), f"--kubeconfig={base / 'admin.kubeconfig'}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        sys.exit(f"kubectl {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def empty(directory: Path) -> None:
    for entry in directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def release(base: Path) -> list[str]:
    released = []
    for volume in json.loads(kubectl(base, "get", "persistentvolumes", "--output=json"))["items"]:
        name, place = volume["metadata"]["name"], Path(volume["spec"].get("hostPath", {}).get("path", "/"))
        if volume["status"].get("phase") != "Released" or place.parent != base / "volumes":
            continue
        if place.is_dir():
            empty(place)
        # The claim is compared by the server: one that was bound meanwhile stays.
        claim = {"op": "test", "path": "/spec/claimRef/uid", "value": volume["spec"]["claimRef"]["uid"]}
        changes = json.dumps([claim, {"op": "remove", "path": "/spec/claimRef"}])
        kubectl(base, "patch", "persistentvolume", name, "--type=json", f"--patch={changes}")
        released.append(name)
    return released


if __name__ == "__main__":
    print("\n".join(release(Path(sys.argv[1]))))
