# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create the directories of the volumes, and empty and release the volumes of deleted claims.

volumes.py DIRECTORY [COUNT OWNER]      print the changes; create directories only with COUNT

The reclaim policy is Retain, as users of the operators have it, so the volume of a deleted claim is Released and cannot
be bound again. Only volumes below DIRECTORY/volumes are changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def kubectl(base: Path, *arguments: str) -> str:
    command = [str(base / "bin" / "kubectl"), f"--kubeconfig={base / 'admin.kubeconfig'}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        sys.exit(f"kubectl {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def create_directories(base: Path, count: int, owner: int) -> list[str]:
    """Create the directories for the user of the pods, because fsGroup does not apply to hostPath volumes."""
    changed = []
    (base / "volumes").mkdir(mode=0o755, exist_ok=True)
    for number in range(1, count + 1):
        place = base / "volumes" / f"{number:02d}"
        if not place.is_dir():
            place.mkdir(mode=0o750)
            changed.append(str(place))
        if place.stat().st_uid != owner or place.stat().st_gid != owner:
            os.chown(place, owner, owner)
            changed.append(str(place))
    return changed


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
        # The API server compares the claim, so a volume that was bound meanwhile is not changed.
        claim = {"op": "test", "path": "/spec/claimRef/uid", "value": volume["spec"]["claimRef"]["uid"]}
        changes = json.dumps([claim, {"op": "remove", "path": "/spec/claimRef"}])
        kubectl(base, "patch", "persistentvolume", name, "--type=json", f"--patch={changes}")
        released.append(name)
    return released


def main(arguments: list[str]) -> None:
    base = Path(arguments[0])
    changed = create_directories(base, *map(int, arguments[1:])) if len(arguments) > 1 else []
    print("\n".join(changed + release(base)))


if __name__ == "__main__":
    main(sys.argv[1:])
