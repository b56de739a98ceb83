# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a pod sees through its mounts, as far as Secrets are at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join

from ansible_collections.dcn.glance.plugins.module_utils._ini.located import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import Mount, SecretRef, Volume
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret

KEYRING = re.compile(r"(?P<cluster>[^./]+)\.client\.(?P<user>.+)\.keyring")


@dataclass(frozen=True)
class Seen:
    """A file in a pod: from which Secret and key."""

    path: str
    ref: SecretRef
    secret: Secret
    key: str


@dataclass(frozen=True)
class View:
    """What an API's pods see. ``unknown``: directories whose content is not all known, with the reason."""

    files: Mapping[str, Seen]
    unknown: Mapping[str, str]
    directories: tuple[str, ...]
    refs: Mapping[str, tuple[SecretRef, ...]]

    def covers(self, path: str) -> bool:
        """Whether something is mounted at or above a file."""
        return any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in self.directories)

    def why_unknown(self, path: str) -> str:
        """Why it cannot be said whether a file is there, or ''."""
        found = [why for each, why in self.unknown.items() if path == each or path.startswith(f"{each.rstrip('/')}/")]
        return found[0] if found else ""


def view(deployment: Deployment, key: str, secrets: Mapping[str, Secret]) -> View:
    """The files of an API's pods."""
    files: dict[str, Seen] = {}
    unknown: dict[str, str] = {}
    directories: list[str] = []
    refs: dict[str, tuple[SecretRef, ...]] = {}
    reach = [extra for extra in deployment.volumes if extra.matches(key)]
    volumes = {volume.name: volume for extra in reach for volume in extra.volumes}
    for extra in reach:
        for mount in extra.mounts:
            volume = volumes.get(mount.name)
            if volume is None or not mount.directory:
                continue
            directories.append(mount.directory)
            refs[mount.directory] = (*refs.get(mount.directory, ()), *volume.secrets)
            files.update(_files(mount, volume, secrets))
            why = _why(volume, secrets)
            if why:
                unknown[mount.directory] = why
    return View(files, unknown, tuple(directories), refs)


def _files(mount: Mount, volume: Volume, secrets: Mapping[str, Secret]) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for ref in volume.secrets:
        secret = secrets.get(ref.name)
        if secret is None:
            continue
        for key, name in ref.items or [(key, key) for key in secret.keys]:
            if key not in secret.keys:
                continue
            if not mount.sub_path:
                path = join(mount.directory, name)
            elif mount.sub_path == name:
                path = mount.directory
            else:
                continue
            found[path] = Seen(path, ref, secret, key)
    return found


def _why(volume: Volume, secrets: Mapping[str, Secret]) -> str:
    if volume.others:
        return f"volume '{volume.name}' holds more than Secrets"
    for ref in volume.secrets:
        secret = secrets.get(ref.name)
        if secret is None or not secret.complete:
            return f"Secret '{ref.name}' was not read"
    return ""


def keyring_candidates(conf: str, user: str, seen: Seen | None) -> list[str]:
    """The files in which librados looks for a key: what the conf says, else its defaults."""
    cluster = basename(conf)[:-5] if conf.endswith(".conf") else basename(conf)
    name = f"client.{user}"
    text = seen.secret.texts.get(seen.key) if seen is not None else None
    if text:
        found = read(text, "ceph")
        for section in (name, "client", "global"):
            value = found.value(section, "keyring")
            if value:
                for variable, real in (("$cluster", cluster), ("$name", name), ("$id", user), ("$type", "client")):
                    value = value.replace(variable, real)
                return [part.strip() for part in value.split(",")]
    # The names may be changed in the conf, which was not read: then any of these will do.
    names = (f"{cluster}.{name}.keyring", f"ceph.{name}.keyring", f"{cluster}.keyring", "keyring", "keyring.bin")
    return [join(dirname(conf), each) for each in names]
