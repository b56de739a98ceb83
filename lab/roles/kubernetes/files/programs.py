# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the programs on this machine, and link those that the node uses.

programs.py missing NAME...                  print the names that are neither in KUBEBUILDER_ASSETS nor in PATH
programs.py link DIRECTORY BUILT NAME...     link each program in DIRECTORY: from the machine, else from BUILT;
                                             print the changes
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

SYSTEM = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]


def find(name: str) -> str | None:
    places = [os.environ.get("KUBEBUILDER_ASSETS", ""), *os.environ.get("PATH", "").split(":"), *SYSTEM]
    return shutil.which(name, path=":".join(place for place in places if place))


def link(directory: Path, built: str, name: str) -> bool:
    target = find(name) or os.path.join(built, name)
    if not os.access(target, os.X_OK):
        sys.exit(f"The program {name} is not installed, and {target} does not exist.")
    place = directory / name
    if place.is_symlink() and os.readlink(place) == target:
        return False
    new = directory / f".{name}.new"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(place)
    return True


def main(arguments: list[str]) -> None:
    if arguments[0] == "missing":
        lines = [name for name in arguments[1:] if find(name) is None]
    else:
        directory, built, *names = arguments[1:]
        Path(directory).mkdir(mode=0o755, parents=True, exist_ok=True)
        lines = [name for name in names if link(Path(directory), built, name)]
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
