# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make artifacts of installed collections, as a collection server has them: collection_artifact.py DIRECTORY NAME..."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import ansible_collections


def installed(name: str) -> Path:
    """The directory of an installed collection."""
    for root in ansible_collections.__path__:
        found = Path(root, *name.split("."))
        if (found / "MANIFEST.json").is_file():
            return found
    raise SystemExit(f"The collection {name} is not installed with a MANIFEST.json.")


def build(name: str, directory: Path) -> Path:
    """The artifact. A package may leave out some of the files that its collection lists."""
    source = installed(name)
    manifest = json.loads((source / "MANIFEST.json").read_text(encoding="utf-8"))
    listed = json.loads((source / "FILES.json").read_text(encoding="utf-8"))
    listed["files"] = [entry for entry in listed["files"] if (source / entry["name"]).exists()]
    files = json.dumps(listed).encode()
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    info = manifest["collection_info"]
    path = directory / f"{info['namespace']}-{info['name']}-{info['version']}.tar.gz"
    with tarfile.open(path, "w:gz") as artifact:
        add(artifact, "MANIFEST.json", json.dumps(manifest).encode())
        add(artifact, "FILES.json", files)
        for entry in listed["files"]:
            if entry["name"] != ".":
                artifact.add(source / entry["name"], entry["name"], recursive=False)
    return path


def add(artifact: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file with this content."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o644
    artifact.addfile(member, io.BytesIO(content))


if __name__ == "__main__":
    for wanted in sys.argv[2:]:
        print(build(wanted, Path(sys.argv[1])))
