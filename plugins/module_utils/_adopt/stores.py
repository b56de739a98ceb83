# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores that each place has, and the clusters that they are in."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DEFAULT, Config, Place, Setting
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DEFAULT_CEPH_CONF, DEFAULT_POOL
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import backends

RBD_DRIVER = "RBDDriver"


@dataclass(frozen=True)
class SeenStore:
    """A store in the glance-api.conf of a place. ``conf`` and ``cluster`` are empty for other types than rbd.

    ``cluster`` is the fsid, or the path of the conf while no fsid is known.
    """

    id: str
    type: str
    place: Place
    options: Mapping[str, Setting]
    where: str
    default: bool = False
    conf: str = ""
    cluster: str = ""

    def text(self, option: str) -> str:
        """The value of an option, '' if it is not set."""
        found = self.options.get(option)
        return found.value.strip() if found is not None else ""

    @property
    def pool(self) -> str:
        """The pool of an rbd store."""
        return self.text("rbd_store_pool") or DEFAULT_POOL

    @property
    def user(self) -> str:
        """The client of an rbd store, without ``client.``."""
        return self.text("rbd_store_user")


def cluster_key(place: Place, path: str) -> str:
    """What identifies the cluster of a conf: its fsid, or the name of the conf."""
    conf = place.conf(path)
    if conf is not None and conf.fsid:
        return conf.fsid
    name = posixpath.basename(path)
    return name[: -len(".conf")] if name.endswith(".conf") else name


def seen_stores(place: Place) -> list[SeenStore]:
    """The enabled stores of a place that have a section, in the order of enabled_backends."""
    found = place.glance
    if found is None:
        return []
    enabled = found.get(DEFAULT, "enabled_backends")
    default = found.text("glance_store", "default_backend")
    result = []
    for entry in backends(enabled.value if enabled is not None else ""):
        options = found.section(entry.id)
        if not entry.id or not entry.type or not (options or entry.type in ("http", "cinder")):
            continue
        conf = cluster = ""
        if entry.type == "rbd":
            setting = options.get("rbd_store_ceph_conf")
            conf = setting.value.strip() if setting is not None else DEFAULT_CEPH_CONF
            cluster = cluster_key(place, conf)
        where = next((setting.where for setting in options.values()), found.file)
        result.append(SeenStore(entry.id, entry.type, place, options, where, entry.id == default, conf or "", cluster))
    return result


@dataclass(frozen=True)
class Backend:
    """An rbd backend of cinder.conf."""

    name: str
    options: Mapping[str, Setting]
    cluster: str

    def text(self, option: str) -> str:
        """The value of an option, '' if it is not set."""
        found = self.options.get(option)
        return found.value.strip() if found is not None else ""


def cinder_backends(place: Place) -> list[Backend]:
    """The enabled rbd backends of a place."""
    found = place.cinder
    names = found.text(DEFAULT, "enabled_backends") if found is not None else ""
    result = []
    for name in (name.strip() for name in names.split(",")):
        options = found.section(name) if found is not None and name else {}
        driver = options.get("volume_driver")
        if driver is not None and driver.value.strip().endswith(RBD_DRIVER):
            conf = options.get("rbd_ceph_conf")
            path = conf.value.strip() if conf is not None else DEFAULT_CEPH_CONF
            result.append(Backend(name, options, cluster_key(place, path)))
    return result


def nova_cluster(found: Config | None, place: Place) -> str:
    """The cluster in which Nova of a place keeps disks, '' if it does not use one."""
    if found is None or found.text("libvirt", "images_type") != "rbd":
        return ""
    return cluster_key(place, found.text("libvirt", "images_rbd_ceph_conf") or DEFAULT_CEPH_CONF)


def data_cluster(place: Place) -> str:
    """The cluster that is at the place for sure: it is administered there, or has the disks or volumes of the place."""
    if place.admin is not None:
        return place.admin.fsid
    nova = nova_cluster(place.nova, place)
    volumes = cinder_backends(place)
    return nova or (volumes[0].cluster if volumes else "")


def image_cluster(place: Place) -> str:
    """The cluster of the default store. A site without a cluster has that of the hub there."""
    return next((store.cluster for store in seen_stores(place) if store.default and store.cluster), "")


def users_of(place: Place) -> list[str]:
    """The clients that the services of a place use on the cluster of the place, without ``client.``."""
    cluster = data_cluster(place) or image_cluster(place)
    found = [store.user for store in seen_stores(place) if store.user and cluster in ("", store.cluster)]
    if place.nova is not None and place.nova.text("libvirt", "rbd_user"):
        found.append(place.nova.text("libvirt", "rbd_user"))
    return [*found, *(backend.text("rbd_user") for backend in cinder_backends(place) if backend.text("rbd_user"))]
