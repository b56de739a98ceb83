# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology as data: frozen, complete, every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names

SERVICES = ("glance", "nova", "cinder")
PLATFORMS = ("packages", "operators")

#: One value of an INI option: text, several values (an option that repeats), or None (the option must go).
IniValue = Union[str, "tuple[str, ...]", None]
Sections = Mapping[str, Mapping[str, IniValue]]


@dataclass(frozen=True)
class Pools:
    """The pools of a cluster, by what is in them."""

    images: str = "images"
    volumes: str = "volumes"
    vms: str = "vms"


@dataclass(frozen=True)
class Ceph:
    """The Ceph cluster of a site, as its consumers see it."""

    cluster: str
    fsid: str | None = None
    mon_host: str | None = None
    pools: Pools = Pools()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def conf(self) -> str:
        """Path of the cluster's conf on every consumer."""
        return ceph_names.conf_path(self.cluster)

    def keyring(self, client: str) -> str:
        """Path of the keyring of ``client`` (such as ``client.glance.dcn0``) on a consumer."""
        return ceph_names.keyring_path(self.cluster, client)


@dataclass(frozen=True)
class Store:
    """A Glance store. ``pool`` is set for rbd only; ``options`` are the user's, as text."""

    id: str
    type: str
    default: bool
    description: str
    pool: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Api:
    """One key of ``glanceAPIs``: the API instance of a site on the operators' platform."""

    name: str
    type: str
    replicas: int = 1
    storage_request: str = "10G"
    storage_class: str | None = None


@dataclass(frozen=True)
class Operators:
    """Where Glance is on Kubernetes: the object to edit is ``control_plane``, or else the lone ``glance``."""

    namespace: str
    control_plane: str | None
    glance: str | None
    mount: str
    secret_name: str
    storage_class: str | None = None

    def site_secret(self, api: str) -> str:
        """Name of the Secret with confs and keyrings that the pods of the API instance ``api`` mount."""
        return f"{self.secret_name}-{api}"


@dataclass(frozen=True)
class Glance:
    """How Glance runs at a site. None means: not stated here; ``api`` is set on the operators' platform only."""

    endpoint: str | None = None
    methods: tuple[str, ...] | None = None
    plugins: Mapping[str, Mapping[str, str]] | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    options: Sections = field(default_factory=dict)
    api: Api | None = None


@dataclass(frozen=True)
class Site:
    """A place: the hub or a spoke."""

    name: str
    availability_zone: str
    ceph: Ceph | None = None
    stores: tuple[Store, ...] = ()
    glance: Glance = Glance()
    nova_options: Sections = field(default_factory=dict)
    cinder_options: Sections = field(default_factory=dict)

    @property
    def default_store(self) -> Store | None:
        """The store that a Glance of this site writes to when nobody names one."""
        return next((store for store in self.stores if store.default), None)

    @property
    def image_pools(self) -> tuple[str, ...]:
        """The pools of this site's cluster that hold images, each once."""
        if self.ceph is None:
            return ()
        pools = [store.pool for store in self.stores if store.pool is not None]
        return tuple(dict.fromkeys(pools or [self.ceph.pools.images]))


@dataclass(frozen=True)
class Topology:
    """One hub and its spokes, in the order in which they were written (the hub first)."""

    hub_name: str
    sites: tuple[Site, ...]
    client_names: Mapping[str, str]
    platform: str = "packages"
    operators: Operators | None = None

    @property
    def hub(self) -> Site:
        """The hub."""
        return self.site(self.hub_name)

    @property
    def spokes(self) -> tuple[Site, ...]:
        """All sites but the hub."""
        return tuple(site for site in self.sites if site.name != self.hub_name)

    def site(self, name: str) -> Site:
        """The site called ``name``; KeyError if there is none."""
        for site in self.sites:
            if site.name == name:
                return site
        raise KeyError(name)

    def client(self, service: str, site: Site) -> str:
        """The cephx entity with which ``service`` of ``site`` asks every cluster that it sees."""
        return f"client.{self.user(service, site)}"

    def user(self, service: str, site: Site) -> str:
        """The same without ``client.``, as rbd_store_user and rbd_user want it."""
        return f"{self.client_names[service]}.{site.name}"
