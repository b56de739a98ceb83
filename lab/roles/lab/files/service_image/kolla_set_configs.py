# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the files that config.json names into the container, as the program of this name in Kolla's images does.

Written for the lab: it knows what TripleO and kolla-ansible write into config.json.
"""

from __future__ import annotations

import glob
import json
import os
import pathlib
import shutil
import sys

CONFIG = pathlib.Path("/var/lib/kolla/config_files/config.json")
COMMAND = pathlib.Path("/run_command")
CONFIGURED = pathlib.Path("/configured")


def set_owner(path, owner):
    """Give a file to ``user`` or ``user:group``; the group defaults to that of the same name."""
    user, _separator, group = owner.partition(":")
    shutil.chown(path, user, group or user)


def set_mode(path, perm):
    """Set the octal mode; a directory that may be read may also be entered."""
    mode = int(perm, 8)
    if path.is_dir():
        mode |= (mode & 0o444) >> 2
    path.chmod(mode)


def set_properties(source, dest, entry):
    if entry.get("preserve_properties"):
        shutil.copystat(source, dest)
        status = source.stat()
        os.chown(dest, status.st_uid, status.st_gid)
    else:
        set_owner(dest, entry["owner"])
        set_mode(dest, entry["perm"])


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists() or path.is_symlink():
        path.unlink()


def copy(source, dest, entry):
    """Copy a file or a directory with all its content; what else a directory contains stays."""
    if source.is_dir():
        if not dest.is_dir():
            remove(dest)
            dest.mkdir(parents=True)
        set_properties(source, dest, entry)
        for child in sorted(source.iterdir()):
            copy(child, dest / child.name, entry)
        return
    remove(dest)
    if source.is_symlink() and entry.get("merge") and entry.get("preserve_properties"):
        dest.symlink_to(source.readlink())
        return
    shutil.copyfile(source, dest)
    set_properties(source, dest, entry)


def copy_entry(entry):
    """Copy all sources of an entry. A destination that ends with a slash is the directory to copy into."""
    sources = glob.glob(entry["source"])
    if not sources and not entry.get("optional"):
        sys.exit(f"MissingRequiredSource: {entry['source']} file is not found")
    for source in sources:
        dest = entry["dest"]
        if dest.endswith("/"):
            dest = os.path.join(dest, os.path.basename(source))
        if not entry.get("merge"):
            remove(pathlib.Path(dest))
        pathlib.Path(dest).parent.mkdir(parents=True, exist_ok=True)
        print(f"Copying {source} to {dest}", file=sys.stderr)
        copy(pathlib.Path(source), pathlib.Path(dest), entry)


def set_permissions(entry):
    for name in glob.glob(entry["path"]):
        path = pathlib.Path(name)
        for each in [path, *(path.rglob("*") if entry.get("recurse") else ())]:
            set_owner(each, entry["owner"])
            if entry.get("perm"):
                set_mode(each, entry["perm"])


def main():
    strategy = os.environ.get("KOLLA_CONFIG_STRATEGY")
    if strategy not in ("COPY_ALWAYS", "COPY_ONCE"):
        sys.exit("InvalidConfig: KOLLA_CONFIG_STRATEGY is not set properly")
    if strategy == "COPY_ONCE" and CONFIGURED.exists():
        return
    config = json.loads(CONFIG.read_text())
    for entry in config.get("config_files", ()):
        copy_entry(entry)
    COMMAND.write_text(config["command"])
    COMMAND.chmod(0o644)
    for entry in config.get("permissions", ()):
        set_permissions(entry)
    CONFIGURED.touch()


if __name__ == "__main__":
    main()
