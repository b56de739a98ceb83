# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit has read. A system that did not answer is missing here, and is listed as unreachable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Unreachable
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Store, Topology

#: The snapshot that Glance makes of every RBD image.
SNAPSHOT = "snap"
#: The only group of a host that is a pod.
POD = "pod"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot, and the names of its clones."""

    protected: bool
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class RbdObject:
    """An RBD image of a pool. ``format`` is '' for raw, ``digest`` '' where the data were not read."""

    name: str
    size: int | None = None
    created: str = ""
    watchers: int = 0
    format: str = ""
    digest: str = ""
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    error: str = ""

    @property
    def children(self) -> tuple[str, ...]:
        """The clones of all its snapshots."""
        return tuple(child for snapshot in self.snapshots.values() for child in snapshot.children)


@dataclass(frozen=True)
class Cluster:
    """A cluster that answered. ``clients`` is None where they could not be listed.

    ``keys_created`` has the time when the key of each was made, ``''`` where the key does not say it. ``sessions`` has
    the addresses from which each is connected, None where the monitors did not tell.
    """

    fsid: str
    pools: Mapping[str, Mapping[str, RbdObject]]
    missing_pools: tuple[str, ...] = ()
    clients: tuple[str, ...] | None = None
    keys_created: Mapping[str, str] = field(default_factory=dict)
    sessions: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class SeenImage:
    """An image with its state. ``earlier`` is the image before the clusters were read, None if it was not there."""

    image: Image
    state: str = "active"
    explanation: str = ""
    earlier: Image | None = None
    earlier_state: str = ""

    @property
    def steady(self) -> bool:
        """Whether nothing has changed the image while the clusters were read."""
        before = self.earlier
        return (
            before is not None
            and (before.status, before.stores, before.lock) == (self.image.status, self.image.stores, self.image.lock)
            and (before.importing, before.updated_at) == (self.image.importing, self.image.updated_at)
        )


@dataclass(frozen=True)
class StoreProblem:
    """What an API says of its stores that differs from the topology."""

    store: str
    severity: str
    message: str


@dataclass(frozen=True)
class StagedFile:
    """A file in a staging directory; ``image`` is '' where its name is no id, ``age`` in seconds."""

    path: str
    image: str
    size: int
    age: int


@dataclass(frozen=True)
class ClientFile:
    """A conf or keyring on a host."""

    name: str
    path: str
    days: int


@dataclass(frozen=True)
class Service:
    """A service of a host, those of its files that its process has not read, and (client, file) that they name."""

    name: str
    exists: bool
    active: bool
    newer_files: tuple[str, ...] = ()
    clients: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Instance:
    """An instance on a host, with (client, uuid of the libvirt secret) of its disks and volumes."""

    name: str
    uuid: str
    running: bool
    clients: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Host:
    """A host, or a pod, that answered.

    ``secrets`` has (uuid, usage) of libvirt. ``libvirt_error`` says why these and the instances are not known.
    """

    name: str
    site: str
    groups: tuple[str, ...] = ()
    staged: tuple[StagedFile, ...] = ()
    client_files: tuple[ClientFile, ...] = ()
    units: tuple[Service, ...] = ()
    instances: tuple[Instance, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    libvirt_error: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that was read. ``images`` is None if they are not known: then nothing is said about any image.

    ``hosts`` maps every host of the inventory to its site and groups. ``wanted`` and ``cleared`` come from placement
    rules: the stores that must have an image, and the images that must be nowhere else. ``old`` is the age in seconds
    from which data that nobody finishes count as forgotten, ``key_max_age`` that in days from which a key is old (0:
    never).
    """

    made_at: str
    topology: Topology
    hosts: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    images: Mapping[str, SeenImage] | None = None
    gone: frozenset[str] = frozenset()
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    apis: Mapping[str, tuple[StoreProblem, ...]] = field(default_factory=dict)
    answered: Mapping[str, Host] = field(default_factory=dict)
    unreachable: tuple[Unreachable, ...] = ()
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()
    algorithm: str = ""
    old: int = 86400
    key_max_age: int = 0

    def stores(self) -> dict[str, tuple[str, Store]]:
        """Every store of the topology by id, with the name of its site."""
        return {store.id: (site.name, store) for site in self.topology.sites for store in site.stores}
