# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that extraMounts put into the pods of an API, as far as the Secrets are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname, join

from ansible_collections.dcn.glance.plugins.module_utils._ini.located import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import ExtraVolume, Mount, SecretRef, Volume
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret

KEYRING = re.compile(r"(?P<cluster>[^./]+)\.client\.(?P<user>.+)\.keyring")


@dataclass(frozen=True)
class MountedFile:
    """A file in a pod, with the Secret and the key that it comes from."""

    path: str
    ref: SecretRef
    secret: Secret
    key: str


@dataclass(frozen=True)
class PodFiles:
    """The mounted files of an API's pods. ``unknown`` maps directories with unknown files to the reason."""

    files: Mapping[str, MountedFile]
    unknown: Mapping[str, str]
    directories: tuple[str, ...]
    refs: Mapping[str, tuple[SecretRef, ...]]

    def is_mounted(self, path: str) -> bool:
        """Whether a volume is mounted at this path or above it."""
        return any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in self.directories)

    def unknown_reason(self, path: str) -> str:
        """Why it is unknown whether a file exists, or an empty string."""
        found = [why for each, why in self.unknown.items() if path == each or path.startswith(f"{each.rstrip('/')}/")]
        return found[0] if found else ""


def pod_files(deployment: GlanceDeployment, key: str, secrets: Mapping[str, Secret]) -> PodFiles:
    """The files in the pods of the API with this key."""
    return mounted_files([extra for extra in deployment.volumes if extra.matches(key)], secrets)


def mounted_files(matching: Sequence[ExtraVolume], secrets: Mapping[str, Secret]) -> PodFiles:
    """The files that these volumes put into pods."""
    files: dict[str, MountedFile] = {}
    unknown: dict[str, str] = {}
    directories: list[str] = []
    refs: dict[str, tuple[SecretRef, ...]] = {}
    volumes = {volume.name: volume for extra in matching for volume in extra.volumes}
    for extra in matching:
        for mount in extra.mounts:
            volume = volumes.get(mount.name)
            if volume is None or not mount.directory:
                continue
            directories.append(mount.directory)
            refs[mount.directory] = (*refs.get(mount.directory, ()), *volume.secrets)
            files.update(_files(mount, volume, secrets))
            reason = _unknown_reason(volume, secrets)
            if reason:
                unknown[mount.directory] = reason
    return PodFiles(files, unknown, tuple(directories), refs)


def _files(mount: Mount, volume: Volume, secrets: Mapping[str, Secret]) -> dict[str, MountedFile]:
    found: dict[str, MountedFile] = {}
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
            found[path] = MountedFile(path, ref, secret, key)
    return found


def _unknown_reason(volume: Volume, secrets: Mapping[str, Secret]) -> str:
    if volume.has_other_sources:
        return f"volume '{volume.name}' holds more than Secrets"
    for ref in volume.secrets:
        secret = secrets.get(ref.name)
        if secret is None or not secret.complete:
            return f"Secret '{ref.name}' was not read"
    return ""


def keyring_candidates(conf: str, user: str, conf_file: MountedFile | None) -> list[str]:
    """The files in which librados searches for the key of a user: those that the conf states, else its defaults."""
    cluster = basename(conf)[:-5] if conf.endswith(".conf") else basename(conf)
    name = f"client.{user}"
    text = conf_file.secret.texts.get(conf_file.key) if conf_file is not None else None
    if text:
        found = read(text, "ceph")
        for section in (name, "client", "global"):
            value = found.value(section, "keyring")
            if value:
                for variable, real in (("$cluster", cluster), ("$name", name), ("$id", user), ("$type", "client")):
                    value = value.replace(variable, real)
                return [part.strip() for part in value.split(",")]
    # The content of the conf is unknown and may state another name: accept all default names.
    names = (f"{cluster}.{name}.keyring", f"ceph.{name}.keyring", f"{cluster}.keyring", "keyring", "keyring.bin")
    return [join(dirname(conf), each) for each in names]
