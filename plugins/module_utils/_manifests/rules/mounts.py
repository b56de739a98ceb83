# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: extraMounts as they reach the pods of each API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import EVERY_API, ExtraVolume
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Place, walk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.rules.storage import STATE
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_operators import LABEL

#: Mappings whose keys are names of instances that a propagation may name, beside glanceAPIs.
_INSTANCES = re.compile(r"(^|\.)(cinderVolumes|cinderBackups|manilaShares|glanceAPIs|octaviaRsyslog)$")
_REFUSED = "the operator cannot make its StatefulSet"


def keys_of(deployment: Deployment) -> list[str]:
    """The APIs; '' for any API where a patch names none."""
    return [api.key for api in deployment.apis] or [""]


def reaching(deployment: Deployment, key: str) -> list[ExtraVolume]:
    """What reaches the pods of an API."""
    return [extra for extra in deployment.volumes if extra.matches(key)]


class _Clashes:
    """Collects one hit for each place, with all the APIs that it concerns."""

    def __init__(self) -> None:
        self.found: dict[tuple[Place, str], tuple[str, list[str]]] = {}

    def add(self, place: Place, path: str, message: str, key: str) -> None:
        self.found.setdefault((place, path), (message, []))[1].append(key)

    def hits(self, label: str) -> Iterator[Hit]:
        for (place, path), (message, keys) in self.found.items():
            named = [key for key in keys if key]
            whose = f" Pods of {', '.join(named)} are concerned." if named else ""
            site = named[0] if len(named) == 1 else ""
            yield Hit(place, path, message + whose, site, object=label)


def propagation_twice(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        clashes = _Clashes()
        for key in keys_of(deployment):
            for extra in deployment.volumes:
                words = extra.matches(key)
                if len(words) > 1:
                    listed = " and ".join(f"'{word}'" for word, _place in words)
                    message = (
                        f"reaches the same pods by {listed}, and the volume is added once for each: {_REFUSED}. Keep "
                        "one of them."
                    )
                    clashes.add(words[1][1], f"{extra.path}.propagation", message, key)
        yield from clashes.hits(deployment.label)


#: Of one part of extraMounts: (what may be there once per pod, its path, its place).
Claims = Iterable[tuple[str, str, Place]]


def _twice(
    workspace: Workspace, field: str, claims: Callable[[ExtraVolume], Claims], say: Callable[[str, str], str]
) -> Hits:
    """Whatever two parts bring to the same pods; ``say`` makes the message of what it is and where it was first."""
    for deployment in workspace.deployments:
        clashes = _Clashes()
        for key in keys_of(deployment):
            seen: dict[str, str] = {}
            for extra in reaching(deployment, key):
                for name, path, place in claims(extra):
                    first = seen.setdefault(name, path)
                    if first != path and name:
                        clashes.add(place, f"{path}.{field}", say(name, first), key)
        yield from clashes.hits(deployment.label)


def volume_twice(workspace: Workspace) -> Hits:
    def say(name: str, first: str) -> str:
        return f"is called '{name}' like {first}, and both reach the same pods: {_REFUSED}. Give it another name."

    return _twice(workspace, "name", lambda extra: ((v.name, v.path, v.place) for v in extra.volumes), say)


def volume_name(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        for extra in deployment.volumes:
            for volume in extra.volumes:
                if volume.name and "{{" not in volume.name and not LABEL.fullmatch(volume.name):
                    message = (
                        f"is '{volume.name}', which is no name for a volume ({_REFUSED}): at most 63 of a-z, 0-9 and "
                        "-, with a letter or digit at both ends. Give it another name"
                    )
                    yield Hit(volume.place, f"{volume.path}.name", message, object=deployment.label)


def mount_twice(workspace: Workspace) -> Hits:
    def say(directory: str, first: str) -> str:
        return (
            f"is {directory} like that of {first}, and both reach the same pods: {_REFUSED}. Put "
            "both Secrets into one projected volume, or narrow the propagation."
        )

    return _twice(workspace, "mountPath", lambda extra: ((m.directory, m.path, m.place) for m in extra.mounts), say)


def mount_state(workspace: Workspace) -> Hits:
    """A mount over the PVC that the operator mounts itself."""
    for deployment in workspace.deployments:
        clashes = _Clashes()
        for api in deployment.apis:
            template = deployment.template
            stored = any(node.string("storage", "storageRequest") for node in (api.node, template))
            external = any(node.flag("storage", "external") for node in (api.node, template))
            for extra in reaching(deployment, api.key):
                for mount in extra.mounts:
                    if mount.directory == STATE and stored and not external:
                        message = (
                            f"is {STATE}, where the operator mounts the staging PVC: {_REFUSED}. Mount it elsewhere, "
                            "or set storage.external."
                        )
                        clashes.add(mount.place, f"{mount.path}.mountPath", message, api.key)
        yield from clashes.hits(deployment.label)


def mount_dangling(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        clashes = _Clashes()
        for key in keys_of(deployment):
            reach = reaching(deployment, key)
            volumes = {volume.name for extra in reach for volume in extra.volumes}
            for extra in reach:
                for mount in extra.mounts:
                    if mount.name and mount.name not in volumes:
                        message = (
                            f"is '{mount.name}', and no volume of that name reaches the same pods: {_REFUSED}. Name "
                            "one of the volumes beside it."
                        )
                        clashes.add(mount.name_place, f"{mount.path}.name", message, key)
        yield from clashes.hits(deployment.label)


def propagation_unknown(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        known = {api.key for api in deployment.apis}
        for path, node in walk(deployment.root):
            if _INSTANCES.search(path):
                known |= set(node.entries)
        for extra in deployment.volumes:
            for word, place in extra.propagation:
                message = _unknown(word, known, not deployment.partial or deployment.kind == "values")
                if message:
                    yield Hit(place, f"{extra.path}.propagation", message, object=deployment.label)


def _unknown(word: str, known: set[str], complete: bool) -> str:
    if word in known or word in EVERY_API or not word:
        return ""
    meant = next((name for name in EVERY_API if name.lower() == word.lower()), "")
    if meant:
        return f"is '{word}', which nothing is called, so no Glance pod gets the volume. Write {meant}"
    # Words of other services begin with a capital; instances are lower case.
    if complete and not word[:1].isupper():
        return (
            f"is '{word}', which is neither an API nor another instance here: it reaches no pod. Correct or remove it"
        )
    return ""


RULES = (
    Rule("propagation-twice", ERROR, "a volume reaches one pod twice", propagation_twice),
    Rule("volume-twice", ERROR, "two volumes of one pod have one name", volume_twice),
    Rule("volume-name", ERROR, "the name of a volume is no DNS label", volume_name),
    Rule("mount-twice", ERROR, "two mounts of one pod are in one place", mount_twice),
    Rule("mount-over-pvc", ERROR, "a mount is where the staging PVC is", mount_state),
    Rule("mount-without-volume", ERROR, "a mount has no volume", mount_dangling),
    Rule("propagation-unknown", WARNING, "a propagation names nothing", propagation_unknown),
)
