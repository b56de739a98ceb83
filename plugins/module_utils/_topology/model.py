# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parsed topology: frozen, with every default filled in."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import PACKAGES

SERVICES = ("glance", "nova", "cinder")

#: The clients of a cluster that can have a given name: those of its own site, and Glance of all other sites.
REMOTE_GLANCE = "remote_glance"
GIVEN_CLIENTS = (*SERVICES, REMOTE_GLANCE)

#: How Nova makes the image of a server's snapshot: a clone in the pool of images, or an upload to Glance.
DIRECT, UPLOAD = SNAPSHOTS = ("direct", "upload")

#: The drivers of the image cache. Each keeps in another place which images a worker has.
CENTRALIZED_DB, SQLITE, XATTR = CACHE_DRIVERS = ("centralized_db", "sqlite", "xattr")
CACHE_DIRECTORY = "/var/lib/glance/image-cache"

#: The value of an option: text, several texts for an option that repeats, or None for an option to remove.
IniValue = Union[str, "tuple[str, ...]", None]
Sections = Mapping[str, Mapping[str, IniValue]]


@dataclass(frozen=True)
class Pools:
    """The pools of a cluster, by their use."""

    images: str = "images"
    volumes: str = "volumes"
    vms: str = "vms"


@dataclass(frozen=True)
class Ceph:
    """The Ceph cluster of a site. ``clients`` are those of GIVEN_CLIENTS that exist, without ``client.``.

    An ``external`` one has another owner, who creates the clients and hands over their keys.
    """

    cluster: str
    fsid: str | None = None
    mon_host: str | None = None
    pools: Pools = Pools()
    options: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, str] = field(default_factory=dict)
    external: bool = False

    @property
    def conf(self) -> str:
        """Path of the cluster's conf on every consumer."""
        return ceph_names.conf_path(self.cluster)

    def keyring(self, client: str) -> str:
        """Path of the keyring of ``client`` (such as ``client.glance.dcn0``) on a consumer."""
        return ceph_names.keyring_path(self.cluster, client)


@dataclass(frozen=True)
class Store:
    """A Glance store. ``pool`` is set for rbd only; ``options`` are those that the user sets, as text.

    ``repeated`` are those that the file can have more than once, with all their values.
    """

    id: str
    type: str
    default: bool
    description: str
    pool: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Volume:
    """A volume that the pods of an API mount. ``source`` is what Kubernetes knows as the source of a volume.

    ``type`` is the ``extraVolType`` of the operators; empty where it is not stated.
    """

    name: str
    mount_path: str
    source: Mapping[str, Any]
    type: str = ""
    sub_path: str | None = None
    read_only: bool = False


@dataclass(frozen=True)
class Api:
    """The API instance of a site on the platform operators: one key of ``glanceAPIs``.

    ``spec`` has more fields of it, with the operator's names.
    """

    name: str
    type: str
    replicas: int = 1
    storage_request: str = "10G"
    storage_class: str | None = None
    volumes: tuple[Volume, ...] = ()
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CinderVolume:
    """The cinder-volume of a site on the platform operators: one key of ``cinderVolumes``."""

    name: str
    network_attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataPlane:
    """The compute hosts of a site on the platform operators: its OpenStackDataPlaneNodeSets.

    ``service`` is the OpenStackDataPlaneService that takes the place of ``nova``, ``config_map`` holds its options.
    """

    node_sets: tuple[str, ...]
    service: str
    config_map: str


@dataclass(frozen=True)
class Operators:
    """The Kubernetes objects to edit: the control plane, or a Glance without one.

    ``spec`` has more fields of the Glance spec, with the operator's names.
    """

    namespace: str
    control_plane: str | None
    glance: str | None
    mount: str
    secret_name: str
    storage_class: str | None = None
    config_secret_name: str = "glance-config-secrets"
    spec: Mapping[str, Any] = field(default_factory=dict)

    def config_secret(self, api: str) -> str:
        """Name of the Secret with the secret options of the API instance ``api``."""
        return f"{self.config_secret_name}-{api}"

    def site_secret(self, api: str) -> str:
        """Name of the Secret with confs and keyrings that the pods of the API instance ``api`` mount."""
        return f"{self.secret_name}-{api}"

    def volume_secret(self, volume: str) -> str:
        """Name of the Secret with the conf and keyring that the pod of the cinder-volume ``volume`` mounts."""
        return f"{self.secret_name}-cinder-{volume}"

    def node_set_secret(self, node_set: str) -> str:
        """Name of the Secret with the conf and keyring for the hosts of a NodeSet."""
        return f"{self.secret_name}-nodes-{node_set}"


@dataclass(frozen=True)
class Cache:
    """The image cache of each worker of a site. ``max_size`` is a number of bytes, or a number with a unit.

    None means the default of Glance. ``prefetch`` are names or ids of images to cache before anyone reads them.
    """

    max_size: str = "10Gi"
    directory: str = CACHE_DIRECTORY
    driver: str | None = None
    stall_time: int | None = None
    prefetch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Glance:
    """How Glance runs at a site. None means that the site does not state it. ``api`` is set on operators only.

    A site with ``enabled`` false has no Glance of its own: that of the hub serves its stores.
    """

    enabled: bool = True
    endpoint: str | None = None
    methods: tuple[str, ...] | None = None
    plugins: Mapping[str, Mapping[str, str]] | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    options: Sections = field(default_factory=dict)
    api: Api | None = None
    copy_policy: str | None = None
    cache: Cache | None = None


@dataclass(frozen=True)
class Site:
    """The hub or a spoke. ``platform`` is how its services run.

    ``client_generations`` has the generation of the clients of each service of the site, where it is not 1.
    """

    name: str
    availability_zone: str
    ceph: Ceph | None = None
    stores: tuple[Store, ...] = ()
    glance: Glance = Glance()
    nova_options: Sections = field(default_factory=dict)
    cinder_options: Sections = field(default_factory=dict)
    data_plane: DataPlane | None = None
    cinder_volume: CinderVolume | None = None
    nova_snapshots: str = UPLOAD
    labels: Mapping[str, str] = field(default_factory=dict)
    platform: str = PACKAGES
    backend: str = ""
    client_generations: Mapping[str, int] = field(default_factory=dict)

    @property
    def cinder_backend(self) -> str:
        """The section of the site's backend in cinder.conf, which is also a part of the host of each volume."""
        return self.backend or self.name

    @property
    def default_store(self) -> Store | None:
        """The site's own store that its Glance writes to if a request names no store."""
        return next((store for store in self.stores if store.default), None)

    @property
    def image_pools(self) -> tuple[str, ...]:
        """The pools of the site's cluster that contain images, each once."""
        if self.ceph is None:
            return ()
        pools = [store.pool for store in self.stores if store.pool is not None]
        return tuple(dict.fromkeys(pools or [self.ceph.pools.images]))


@dataclass(frozen=True)
class Topology:
    """The hub and its spokes, the hub first and the spokes in the order written.

    ``platform`` is that of the sites that state none.
    """

    hub_name: str
    sites: tuple[Site, ...]
    client_names: Mapping[str, str]
    platform: str = PACKAGES
    operators: Operators | None = None

    @property
    def hub(self) -> Site:
        """The hub."""
        return self.site(self.hub_name)

    @functools.cached_property
    def spokes(self) -> tuple[Site, ...]:
        """All sites but the hub."""
        return tuple(site for site in self.sites if site.name != self.hub_name)

    def site(self, name: str) -> Site:
        """The site called ``name``; KeyError if there is none."""
        return self._by_name[name]

    @functools.cached_property
    def _by_name(self) -> Mapping[str, Site]:
        return {site.name: site for site in self.sites}

    def given_user(self, service: str, site: Site, owner: Site | None = None) -> str | None:
        """The name that the cluster of ``owner`` gives the client of a service of ``site``; None if it gives none."""
        owner = owner or site
        if owner.ceph is None:
            return None
        if owner.name != site.name:
            return owner.ceph.clients.get(REMOTE_GLANCE)
        return owner.ceph.clients.get("nova" if site.data_plane is not None and service != "glance" else service)

    def client(self, service: str, site: Site, owner: Site | None = None) -> str:
        """The cephx client that ``service`` of ``site`` uses on the cluster of ``owner``, which is ``site`` if None."""
        return f"client.{self.user(service, site, owner)}"

    def user(self, service: str, site: Site, owner: Site | None = None) -> str:
        """The same without ``client.``, as in rbd_store_user and rbd_user.

        The operators make one libvirt secret for each cluster, and read the user of its key from the name of the
        keyring, up to a dot. So Nova and Cinder share one client there, whose name has no dot.
        """
        given = self.given_user(service, site, owner)
        if given is not None:
            return given
        return self.own_user(service, site, self.generation(service, site, owner))

    def own_user(self, service: str, site: Site, generation: int) -> str:
        """The name that the collection gives the client of a service. A site's name has no dot, so names are unique."""
        if site.data_plane is not None and service != "glance":
            return f"{self.client_names['nova']}-{site.name}"
        name = f"{self.client_names[service]}.{site.name}"
        return name if generation == 1 else f"{name}.{generation}"

    def generation(self, service: str, site: Site, owner: Site | None = None) -> int:
        """How often the client of a service was replaced by a new one, from 1 on.

        1 where the name is given, and for Nova and Cinder of NodeSets: the operators make one libvirt secret with one
        key, so these cannot have two clients at a time.
        """
        shared = site.data_plane is not None and service != "glance"
        fixed = shared or self.given_user(service, site, owner) is not None
        return 1 if fixed else site.client_generations.get(service, 1)

    def shares_client(self, site: Site) -> bool:
        """Whether Nova and Cinder of a site use one client, so that one libvirt secret is enough."""
        return self.user("nova", site) == self.user("cinder", site)
