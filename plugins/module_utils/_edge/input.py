# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert the options of the modules to the desired state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import (
    NODE_SET_LABEL,
    VOLUME_LABEL,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    DesiredCinder,
    DesiredCompute,
    DesiredDataPlane,
    DesiredVolume,
    Files,
    SecretHolder,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cinder import cinder_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.nova import nova_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    CinderVolume,
    DataPlane,
    Operators,
    Site,
    Topology,
)

_NOT_REACHED = "the cluster {cluster} was not reached, so its fsid is not known; state `ceph.fsid` in the topology"


def operators_of(topology: Topology) -> Operators:
    """The Kubernetes objects. Raises ``InputErrors`` on other platforms."""
    if topology.operators is None:
        message = f"is {topology.platform}, but this module needs `platform: operators`"
        raise InputErrors([Problem("platform", message)])
    return topology.operators


def desired_cinder(topology: Topology, files: Files) -> DesiredCinder:
    """The cinder-volumes of the sites that state one."""
    operators = operators_of(topology)
    volumes = tuple(
        _volume(topology, operators, site, site.cinder_volume, files) for site in topology.sites if site.cinder_volume
    )
    if volumes and operators.control_plane is None:
        message = "is a Glance without a control plane, which has no Cinder: set operators.control_plane"
        raise InputErrors([Problem("operators.glance", message)])
    return DesiredCinder(operators.namespace, operators.control_plane or "", operators.mount, volumes)


def _volume(topology: Topology, operators: Operators, site: Site, volume: CinderVolume, files: Files) -> DesiredVolume:
    name = volume.name
    secret = operators.volume_secret(name)
    holder = _holder(topology, site, name, secret, "cinder", VOLUME_LABEL)
    fsid = _fsid(site, files)
    options = cinder_options(topology, site, fsid) if fsid else []
    edits = _edits(options, f"sites.{site.name}.cinder.options")
    return DesiredVolume(holder, site.name, volume.network_attachments, edits, "" if fsid else _waiting(site))


def desired_data_plane(topology: Topology, files: Files) -> DesiredDataPlane:
    """Nova of the sites that state their NodeSets."""
    operators = operators_of(topology)
    sites = tuple(
        _compute(topology, operators, site, site.data_plane, files) for site in topology.sites if site.data_plane
    )
    return DesiredDataPlane(operators.namespace, operators.mount, sites)


def _compute(topology: Topology, operators: Operators, site: Site, plane: DataPlane, files: Files) -> DesiredCompute:
    holders = tuple(
        _holder(topology, site, name, operators.node_set_secret(name), "nova", NODE_SET_LABEL)
        for name in plane.node_sets
    )
    fsid = _fsid(site, files)
    options = nova_options(topology, site, fsid) if fsid else []
    path = f"sites.{site.name}.nova.options"
    secrets = [
        Problem(f"{path}.{option['section']}.{option['option']}", "is a secret, and would be written to a ConfigMap")
        for option in options
        if is_secret_option(str(option["option"]))
    ]
    if secrets:
        raise InputErrors(secrets)
    waiting = "" if fsid else _waiting(site)
    return DesiredCompute(site.name, plane.service, plane.config_map, holders, _edits(options, path), waiting)


def _holder(topology: Topology, site: Site, name: str, secret: str, service: str, label: str) -> SecretHolder:
    clusters = (site.ceph.cluster,) if site.ceph is not None else ()
    return SecretHolder(name, site.name, secret, topology.client(service, site), clusters, service.capitalize(), label)


def _edits(options: list[Option], path: str) -> tuple[OptionEdit, ...]:
    problems: list[Problem] = []
    edits = option_edits(options, path, problems)
    if problems:
        raise InputErrors(problems)
    return tuple(edits)


def _fsid(site: Site, files: Files) -> str | None:
    """The fsid that the cluster of the site reported in this run, else the one of the topology."""
    if site.ceph is None:
        return None
    entries: list[Mapping[str, Any]] = [
        entry for entry in files.get(site.name) or () if entry.get("cluster") == site.ceph.cluster
    ]
    return next((str(entry["fsid"]) for entry in entries if entry.get("fsid")), site.ceph.fsid)


def _waiting(site: Site) -> str:
    return _NOT_REACHED.format(cluster=site.ceph.cluster if site.ceph is not None else site.name)
