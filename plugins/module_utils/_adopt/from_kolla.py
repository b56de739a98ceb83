# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the variables of kolla-ansible: globals.yml, and variables of groups and hosts that replace some.

Names and defaults: kolla-ansible ansible/group_vars/all (ceph, glance, cinder, nova) and its guide to external Ceph.
One Glance serves all clusters, so a cluster beside the first becomes a site without a Glance of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    DEFAULT,
    UNSAID,
    Conf,
    Config,
    Note,
    Place,
    Setting,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import conf_path
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node

_DEFAULTS = {
    "ceph_cluster": "ceph",
    "ceph_glance_user": "glance",
    "ceph_glance_pool_name": "images",
    "ceph_cinder_user": "cinder",
    "ceph_cinder_pool_name": "volumes",
    "ceph_nova_user": "nova",
    "ceph_nova_pool_name": "vms",
    "glance_backend_ceph": "no",
    "glance_backend_file": "yes",
    "glance_backend_swift": "no",
    "glance_backend_s3": "no",
    "cinder_backend_ceph": "no",
    "nova_backend_ceph": "no",
}
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*(?:\|\s*bool\s*)?\}\}")
_TRUE = ("yes", "true", "on", "1")
_OTHERS = {"glance_backend_file": "file", "glance_backend_swift": "swift", "glance_backend_s3": "s3"}


class Variables:
    """The variables of all files. A later file wins."""

    def __init__(self, documents: Iterable[Node], notes: list[Note]) -> None:
        self.notes = notes
        self.found: dict[str, Node] = {}
        for document in documents:
            self.found.update({key: entry.node for key, entry in document.children().items()})

    def text(self, name: str) -> str:
        """A variable as text."""
        node = self.found.get(name)
        return _DEFAULTS.get(name, "") if node is None else self.value(node)

    def value(self, node: Node) -> str:
        """The text of a node. A template that is one variable is replaced."""
        text = node.string()
        match = _VARIABLE.fullmatch(text.strip())
        if match and (match.group(1) in self.found or match.group(1) in _DEFAULTS):
            return self.text(match.group(1))
        if "{{" in text:
            where = f"{node.location.file}:{node.location.line}"
            self.notes.append(
                Note(UNSAID, where, f"the template {text} is not evaluated. Set the value in the topology")
            )
            return ""
        return text

    def flag(self, text: str) -> bool:
        """Whether a text is true."""
        return text.lower() in _TRUE

    def backends(self, name: str, switch: str) -> list[dict[str, Any]]:
        """The enabled entries of a list of backends, with the node of each as ``node``."""
        node = self.found.get(name)
        if node is None:
            return []
        result = []
        for item in node.items:
            values: dict[str, Any] = {key: self.value(entry.node) for key, entry in item.children().items()}
            if self.flag(values.get("enabled") or self.text(switch)):
                result.append({**values, "node": item})
        return result

    def setting(self, node: Node | None, value: str) -> Setting:
        """A value that comes from a node."""
        return Setting(value) if node is None else Setting(value, node.location.file, node.location.line)


def places(name: str, documents: Sequence[Node]) -> tuple[list[Place], list[Note]]:
    """The site with the Glance, and one for each other cluster."""
    notes: list[Note] = []
    variables = Variables(documents, notes)
    stores = variables.backends("glance_ceph_backends", "glance_backend_ceph")
    if not stores and variables.flag(variables.text("glance_backend_ceph")):
        stores = [{"name": "rbd", "type": "rbd", "node": None}]
    volumes = variables.backends("cinder_ceph_backends", "cinder_backend_ceph")
    if not volumes and variables.flag(variables.text("cinder_backend_ceph")):
        volumes = [{"name": "rbd-1", "node": None}]
    own = variables.text("ceph_cluster")
    clusters = list(dict.fromkeys([*(_cluster(variables, item) for item in (*stores, *volumes)), own]))
    confs = tuple(Conf(conf_path(cluster)) for cluster in clusters)
    found = []
    first = _cluster(variables, stores[0]) if stores else own
    for cluster in sorted(clusters, key=lambda cluster: cluster != first):
        here = cluster == first
        backends = [item for item in volumes if _cluster(variables, item) == cluster]
        nova = variables.flag(variables.text("nova_backend_ceph")) and _nova_cluster(variables) == cluster
        found.append(
            Place(
                name if here else f"{name} {cluster}",
                kind="globals",
                site=name if here else cluster,
                platform="kolla",
                glance=_glance(variables, stores) if here else None,
                nova=_nova(variables, cluster) if nova else None,
                cinder=_cinder(variables, backends) if backends else None,
                confs=confs,
            )
        )
    return found, notes


def _cluster(variables: Variables, item: dict[str, Any]) -> str:
    return str(item.get("cluster") or variables.text("ceph_cluster"))


def _glance(variables: Variables, stores: Sequence[dict[str, Any]]) -> Config:
    sections: dict[str, dict[str, Setting]] = {}
    enabled = []
    for item in stores:
        node = item["node"]
        enabled.append(f"{item['name']}:rbd")
        sections[item["name"]] = {
            "rbd_store_pool": variables.setting(node, item.get("pool") or variables.text("ceph_glance_pool_name")),
            "rbd_store_user": variables.setting(node, item.get("user") or variables.text("ceph_glance_user")),
            "rbd_store_ceph_conf": variables.setting(node, conf_path(_cluster(variables, item))),
        }
    for switch, kind in _OTHERS.items():
        if variables.flag(variables.text(switch)) and (kind != "file" or not stores or switch in variables.found):
            enabled.append(f"{kind}:{kind}")
            directory = {"filesystem_store_datadir": Setting("/var/lib/glance/images/")} if kind == "file" else {}
            sections[kind] = directory or {"store_description": Setting(f"{kind} {kind} store")}
            if kind != "file":
                where = variables.found[switch].location if switch in variables.found else None
                place = f"{where.file}:{where.line}" if where is not None else "globals"
                variables.notes.append(
                    Note(UNSAID, place, f"the options of the {kind} store are in templates of kolla")
                )
    node = variables.found.get("glance_ceph_backends")
    default = {"enabled_backends": variables.setting(node, ", ".join(enabled))}
    first = enabled[0].partition(":")[0] if enabled else ""
    sections["glance_store"] = {"default_backend": variables.setting(node, first)}
    return Config(node.location.file if node is not None else "globals.yml", {DEFAULT: default, **sections})


def _nova_cluster(variables: Variables) -> str:
    node = variables.found.get("nova_cell_ceph_backend")
    text = variables.value(cluster) if node is not None and (cluster := node.get("cluster")) is not None else ""
    return text or variables.text("ceph_cluster")


def _nova(variables: Variables, cluster: str) -> Config:
    node = variables.found.get("nova_cell_ceph_backend")
    user = node.string("vms", "user") if node is not None else ""
    pool = node.string("vms", "pool") if node is not None else ""
    values = {
        "images_type": Setting("rbd"),
        "images_rbd_pool": variables.setting(
            node, pool if pool and "{{" not in pool else variables.text("ceph_nova_pool_name")
        ),
        "images_rbd_ceph_conf": variables.setting(node, conf_path(cluster)),
        "rbd_user": variables.setting(node, user if user and "{{" not in user else variables.text("ceph_nova_user")),
    }
    return Config("nova.conf", {"libvirt": values})


def _cinder(variables: Variables, items: Sequence[dict[str, Any]]) -> Config:
    sections: dict[str, dict[str, Setting]] = {}
    for item in items:
        node = item["node"]
        values = {
            "volume_driver": Setting("cinder.volume.drivers.rbd.RBDDriver"),
            "volume_backend_name": variables.setting(node, item.get("backend_name") or item["name"]),
            "rbd_pool": variables.setting(node, item.get("pool") or variables.text("ceph_cinder_pool_name")),
            "rbd_user": variables.setting(node, item.get("user") or variables.text("ceph_cinder_user")),
            "rbd_ceph_conf": variables.setting(node, conf_path(_cluster(variables, item))),
        }
        if item.get("availability_zone"):
            values["backend_availability_zone"] = variables.setting(node, item["availability_zone"])
        sections[item["name"]] = values
    enabled = {"enabled_backends": Setting(",".join(sections))}
    return Config("cinder.conf", {DEFAULT: enabled, **sections})
