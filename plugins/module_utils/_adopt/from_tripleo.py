# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the environment files of a TripleO stack.

Parameters and defaults: tripleo-heat-templates (stable/wallaby), deployment/glance/glance-api-container-puppet.yaml,
deployment/cinder/cinder-backend-rbd-puppet.yaml, deployment/nova/nova-compute-container-puppet.yaml and
deployment/cephadm/ceph-base.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    DECIDE,
    DEFAULT,
    UNSAID,
    WRONG,
    Conf,
    Config,
    Note,
    Place,
    Setting,
)
from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import conf_path
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node

_DEFAULTS = {
    "CephClusterName": "ceph",
    "CephClientUserName": "openstack",
    "GlanceBackend": "swift",
    "GlanceBackendID": "default_backend",
    "GlanceStoreDescription": "Default glance store backend.",
    "GlanceRbdPoolName": "images",
    "CinderRbdPoolName": "volumes",
    "NovaRbdPoolName": "vms",
    "CinderRbdBackendName": "tripleo_ceph",
    "GlanceEnabledImportMethods": "web-download",
    "GlanceImageImportPlugins": "no_op",
    "GlanceImageConversionOutputFormat": "raw",
}
_CACHE = {
    "GlanceImageCacheDir": "image_cache_dir",
    "GlanceImageCacheMaxSize": "image_cache_max_size",
    "GlanceImageCacheStallTime": "image_cache_stall_time",
}
_HIERA_METHODS = "glance::api::enabled_import_methods"


class Stack:
    """The parameters of a stack. A later file wins."""

    def __init__(self, name: str, documents: Iterable[Node]) -> None:
        self.name = name
        self.parameters: dict[str, Node] = {}
        for document in documents:
            for key, entry in document.children("parameter_defaults").items():
                self.parameters[key] = entry.node

    def has(self, key: str) -> bool:
        """Whether a file sets the parameter."""
        return key in self.parameters

    def text(self, key: str) -> str:
        """A parameter as text. The items of a list are joined by commas."""
        node = self.parameters.get(key)
        if node is None:
            return _DEFAULTS.get(key, "")
        return ",".join(item.string() for item in node.items) if node.items else node.string()

    def setting(self, key: str, value: str | None = None) -> Setting:
        """A parameter, or another value that it gives, and its place."""
        node = self.parameters.get(key)
        text = self.text(key) if value is None else value
        if node is None:
            return Setting(text, f"default of TripleO for {key}")
        return Setting(text, node.location.file, node.location.line)


def place(name: str, documents: Sequence[Node]) -> tuple[Place, list[Note]]:
    """The stack as a place of the site with its name."""
    stack = Stack(name, documents)
    notes: list[Note] = []
    zone = stack.text("NovaComputeAvailabilityZone") or stack.text("CinderStorageAvailabilityZone")
    rbd = stack.text("GlanceBackend") == "rbd" or stack.has("CephClusterName")
    if not stack.parameters:
        notes.append(Note(WRONG, name, "no file of the stack has parameter_defaults"))
    found = Place(
        name,
        kind="stack",
        site=name,
        platform="tripleo",
        glance=_glance(stack, notes),
        nova=_nova(stack) if rbd else None,
        cinder=_cinder(stack) if rbd else None,
        confs=tuple(_confs(stack, rbd)),
        zone=zone,
    )
    _unsaid(stack, notes)
    return found, notes


def _glance(stack: Stack, notes: list[Note]) -> Config:
    own = stack.text("GlanceBackendID")
    sections: dict[str, dict[str, Setting]] = {}
    enabled = [f"{own}:{stack.text('GlanceBackend')}"]
    sections[own] = _own_store(stack)
    multistore = stack.parameters.get("GlanceMultistoreConfig")
    for name, entry in multistore.children().items() if multistore is not None else ():
        kind = entry.node.string("GlanceBackend")
        enabled.append(f"{name}:{kind}")
        sections[name] = _remote_store(stack, entry.node)
        if not kind:
            notes.append(
                Note(WRONG, _where(entry.node), f"store {name} of GlanceMultistoreConfig has no GlanceBackend")
            )
    default = {
        "enabled_backends": stack.setting("GlanceMultistoreConfig", ",".join(enabled)),
        "enabled_import_methods": _methods(stack),
    }
    plugins = stack.setting("GlanceImageImportPlugins")
    sections["image_import_opts"] = {"image_import_plugins": _bracketed(plugins)}
    sections["image_conversion"] = {"output_format": stack.setting("GlanceImageConversionOutputFormat")}
    if stack.text("GlanceCacheEnabled").lower() == "true":
        default.update({option: stack.setting(key) for key, option in _CACHE.items() if stack.has(key)})
        sections["paste_deploy"] = {"flavor": stack.setting("GlanceCacheEnabled", "keystone+cachemanagement")}
    sections["glance_store"] = {"default_backend": stack.setting("GlanceBackendID")}
    return Config(stack.setting("GlanceBackendID").file, {DEFAULT: default, **sections})


def _own_store(stack: Stack) -> dict[str, Setting]:
    found = {"store_description": stack.setting("GlanceStoreDescription")}
    if stack.text("GlanceBackend") == "rbd":
        found["rbd_store_pool"] = stack.setting("GlanceRbdPoolName")
        found["rbd_store_user"] = stack.setting("CephClientUserName")
        found["rbd_store_ceph_conf"] = stack.setting("CephClusterName", conf_path(stack.text("CephClusterName")))
    if stack.text("GlanceSparseUploadEnabled").lower() == "true":
        found["rbd_thin_provisioning"] = stack.setting("GlanceSparseUploadEnabled", "True")
    return found


def _remote_store(stack: Stack, node: Node) -> dict[str, Setting]:
    """A store of GlanceMultistoreConfig. What it does not say is that of the own store, as in TripleO."""
    keys = {
        "store_description": "GlanceStoreDescription",
        "rbd_store_pool": "GlanceRbdPoolName",
        "rbd_store_user": "CephClientUserName",
        "rbd_store_ceph_conf": "CephClusterName",
    }
    found = {}
    for option, key in keys.items():
        if option.startswith("rbd_") and node.string("GlanceBackend") != "rbd":
            continue
        text = node.string(key) or stack.text(key)
        value = conf_path(text) if key == "CephClusterName" else text
        location = node.location_of(key)
        found[option] = Setting(value, location.file, location.line)
    return found


def _methods(stack: Stack) -> Setting:
    hiera = [node.get(_HIERA_METHODS) for key, node in stack.parameters.items() if key.endswith("ExtraConfig")]
    for found in hiera:
        if found is not None:
            text = ",".join(item.string() for item in found.items) if found.items else found.string()
            return _bracketed(Setting(text, found.location.file, found.location.line))
    return _bracketed(stack.setting("GlanceEnabledImportMethods"))


def _bracketed(setting: Setting) -> Setting:
    """Puppet writes the brackets."""
    return Setting("[" + setting.value.strip("[]").replace(" ", "") + "]", setting.file, setting.line)


def _nova(stack: Stack) -> Config:
    values = {
        "images_type": stack.setting("NovaEnableRbdBackend", "rbd"),
        "images_rbd_pool": stack.setting("NovaRbdPoolName"),
        "images_rbd_ceph_conf": stack.setting("CephClusterName", conf_path(stack.text("CephClusterName"))),
        "rbd_user": stack.setting("CephClientUserName"),
    }
    return Config("nova.conf", {"libvirt": values})


def _cinder(stack: Stack) -> Config:
    name = stack.text("CinderRbdBackendName").split(",")[0]
    values = {
        "volume_driver": Setting("cinder.volume.drivers.rbd.RBDDriver"),
        "volume_backend_name": stack.setting("CinderRbdBackendName", name),
        "rbd_pool": stack.setting("CinderRbdPoolName"),
        "rbd_user": stack.setting("CephClientUserName"),
        "rbd_ceph_conf": stack.setting("CephClusterName", conf_path(stack.text("CephClusterName"))),
    }
    for key in ("CinderRbdAvailabilityZone", "CinderStorageAvailabilityZone"):
        if stack.has(key):
            values.setdefault("backend_availability_zone", stack.setting(key))
    enabled = {"enabled_backends": stack.setting("CinderRbdBackendName", name)}
    return Config("cinder.conf", {DEFAULT: enabled, name: values})


def _confs(stack: Stack, rbd: bool) -> Iterable[Conf]:
    if rbd:
        yield Conf(conf_path(stack.text("CephClusterName")), stack.text("CephClusterFSID").lower())
    listed = stack.parameters.get("CephExternalMultiConfig")
    for node in listed.items if listed is not None else ():
        fsid = node.string("fsid").lower()
        name = node.string("cluster")
        if name:
            yield Conf(
                conf_path(name), fsid if words.FSID.fullmatch(fsid) else "", node.string("external_cluster_mon_ips")
            )


def _where(node: Node) -> str:
    return f"{node.location.file}:{node.location.line}"


def _unsaid(stack: Stack, notes: list[Note]) -> None:
    listed = stack.parameters.get("CephExternalMultiConfig")
    for node in listed.items if listed is not None else ():
        if not words.FSID.fullmatch(node.string("fsid")):
            text = (
                f"{node.string('fsid') or 'nothing'} is not an fsid, but that of the cluster {node.string('cluster')}"
            )
            notes.append(Note(WRONG, _where(node), text))
        for caps in (key.get("caps", "osd") for key in node.list("keys")):
            if caps is not None and caps.string().startswith("osd:"):
                notes.append(Note(WRONG, _where(caps), "the caps start with `osd:`, which Ceph does not read"))
    if stack.text("GlanceBackendID") == _DEFAULTS["GlanceBackendID"] and stack.has("GlanceMultistoreConfig"):
        text = (
            "GlanceBackendID is not set, so the own store is called default_backend; other sites need another id for it"
        )
        notes.append(Note(DECIDE, stack.name, text))
    extra = stack.parameters.get("CephExtraKeys")
    for node in extra.items if extra is not None else ():
        text = f"the key {node.string('name')} of CephExtraKeys is created by TripleO, which keeps its caps"
        notes.append(Note(UNSAID, _where(node), text))
