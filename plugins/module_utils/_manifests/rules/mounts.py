# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for extraMounts: the volumes and mounts in the pods of each API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import (
    ERROR,
    WARNING,
    Hit,
    Hits,
    Rule,
    SourceLocation,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import ExtraVolume
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import walk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules.storage import STATE
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import EVERY_API
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_LABEL, DNS_LABEL_RULE

#: Mappings whose keys are instance names that a propagation may use.
_INSTANCES = re.compile(r"(^|\.)(cinderVolumes|cinderBackups|manilaShares|glanceAPIs|octaviaRsyslog)$")
_REJECTED = "the API server rejects the StatefulSet"


def _api_keys(deployment: GlanceDeployment) -> list[str]:
    """The keys of the APIs; an empty key stands for any API if a patch has none."""
    return [api.key for api in deployment.apis] or [""]


def _volumes_of(deployment: GlanceDeployment, key: str) -> list[ExtraVolume]:
    """The entries of extraVol that the pods of an API get."""
    return [extra for extra in deployment.volumes if extra.matches(key)]


class _Conflicts:
    """Collects conflicts: one hit for each location, with the keys of all affected APIs."""

    def __init__(self) -> None:
        self.found: dict[tuple[SourceLocation, str], tuple[str, list[str]]] = {}

    def add(self, location: SourceLocation, path: str, message: str, key: str) -> None:
        self.found.setdefault((location, path), (message, []))[1].append(key)

    def hits(self, deployment: GlanceDeployment) -> Iterator[Hit]:
        for (location, path), (message, keys) in self.found.items():
            named = [key for key in keys if key]
            affected = f" This affects the pods of {', '.join(named)}." if named else ""
            site = named[0] if len(named) == 1 else ""
            yield deployment.hit(path, message + affected, location, site)


def propagation_twice(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        conflicts = _Conflicts()
        for key in _api_keys(deployment):
            for extra in deployment.volumes:
                matches = extra.matches(key)
                if len(matches) > 1:
                    listed = " and ".join(f"'{word}'" for word, _location in matches)
                    message = (
                        f"has {listed}, which select the same pods. The operator adds the volume once for each, so "
                        f"{_REJECTED}. Keep one of them."
                    )
                    conflicts.add(matches[1][1], f"{extra.path}.propagation", message, key)
        yield from conflicts.hits(deployment)


#: (name that must be unique in a pod, field path, location) of the parts of an extraVol.
Names = Iterable[tuple[str, str, SourceLocation]]


def _twice(
    workspace: Workspace, field: str, names_in: Callable[[ExtraVolume], Names], message: Callable[[str, str], str]
) -> Hits:
    """Duplicates in the same pods. ``message`` gets the name and the field path of its first use."""
    for deployment in workspace.deployments:
        conflicts = _Conflicts()
        for key in _api_keys(deployment):
            seen: dict[str, str] = {}
            for extra in _volumes_of(deployment, key):
                for name, path, location in names_in(extra):
                    first = seen.setdefault(name, path)
                    if first != path and name:
                        conflicts.add(location, f"{path}.{field}", message(name, first), key)
        yield from conflicts.hits(deployment)


def volume_twice(workspace: Workspace) -> Hits:
    def message(name: str, first: str) -> str:
        return f"is '{name}', which {first} in the same pods also has, so {_REJECTED}. Rename one of them."

    return _twice(workspace, "name", lambda extra: ((v.name, v.path, v.location) for v in extra.volumes), message)


def volume_name(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        for extra in deployment.volumes:
            for volume in extra.volumes:
                if volume.name and "{{" not in volume.name and not DNS_LABEL.fullmatch(volume.name):
                    message = f"is '{volume.name}', which is not a DNS label, so {_REJECTED}. Use {DNS_LABEL_RULE}"
                    yield deployment.hit(f"{volume.path}.name", message, volume.location)


def mount_twice(workspace: Workspace) -> Hits:
    def message(directory: str, first: str) -> str:
        return (
            f"is {directory}, which {first} in the same pods also has, so {_REJECTED}. Put both Secrets into one "
            "projected volume, or restrict the propagation."
        )

    return _twice(
        workspace, "mountPath", lambda extra: ((m.directory, m.path, m.location) for m in extra.mounts), message
    )


def mount_state(workspace: Workspace) -> Hits:
    """Mounts at the path where the operator mounts the PVC."""
    for deployment in workspace.deployments:
        conflicts = _Conflicts()
        for api in deployment.apis:
            template = deployment.template
            stored = any(node.string("storage", "storageRequest") for node in (api.node, template))
            external = any(node.flag("storage", "external") for node in (api.node, template))
            for extra in _volumes_of(deployment, api.key):
                for mount in extra.mounts:
                    if mount.directory == STATE and stored and not external:
                        message = (
                            f"is {STATE}, where the operator mounts the staging PVC, so {_REJECTED}. Use another path, "
                            "or set storage.external."
                        )
                        conflicts.add(mount.location, f"{mount.path}.mountPath", message, api.key)
        yield from conflicts.hits(deployment)


def mount_dangling(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        conflicts = _Conflicts()
        for key in _api_keys(deployment):
            matching = _volumes_of(deployment, key)
            volumes = {volume.name for extra in matching for volume in extra.volumes}
            for extra in matching:
                for mount in extra.mounts:
                    if mount.name and mount.name not in volumes:
                        message = (
                            f"is '{mount.name}', and no volume with this name is in the same pods, so {_REJECTED}. Use "
                            "the name of one of the volumes."
                        )
                        conflicts.add(mount.name_location, f"{mount.path}.name", message, key)
        yield from conflicts.hits(deployment)


def propagation_unknown(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        known = {api.key for api in deployment.apis}
        for path, node in walk(deployment.root):
            if _INSTANCES.search(path):
                known |= set(node.entries)
        # The operator copies all extraMounts into each GlanceAPI, which does not show the other APIs.
        whole = not deployment.partial and deployment.kind != "GlanceAPI"
        complete = whole or deployment.kind == "values"
        for extra in deployment.volumes:
            for word, location in extra.propagation:
                message = _unknown_word(word, known, complete)
                if message:
                    yield deployment.hit(f"{extra.path}.propagation", message, location)


def _unknown_word(word: str, known: set[str], complete: bool) -> str:
    if word in known or word in EVERY_API or not word:
        return ""
    meant = next((name for name in EVERY_API if name.lower() == word.lower()), "")
    if meant:
        return f"is '{word}', which selects no pod. Write {meant}"
    # The words of other services start with a capital letter, names of instances do not.
    if complete and not word[:1].isupper():
        return f"is '{word}', which is neither an API nor another instance, so it selects no pod. Correct or remove it"
    return ""


RULES = (
    Rule("propagation-twice", ERROR, "a pod gets a volume twice", propagation_twice),
    Rule("volume-twice", ERROR, "two volumes of a pod have the same name", volume_twice),
    Rule("volume-name", ERROR, "the name of a volume is not a DNS label", volume_name),
    Rule("mount-twice", ERROR, "two mounts of a pod have the same path", mount_twice),
    Rule("mount-over-pvc", ERROR, "a mount has the path of the staging PVC", mount_state),
    Rule("mount-without-volume", ERROR, "a mount has no volume", mount_dangling),
    Rule("propagation-unknown", WARNING, "a propagation selects nothing", propagation_unknown),
)
