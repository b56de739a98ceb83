# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses where the operators run Nova and Cinder of a site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    DNS_LABEL,
    DNS_LABEL_RULE,
    DNS_SUBDOMAIN,
    DNS_SUBDOMAIN_RULE,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    SNAPSHOTS,
    UPLOAD,
    CinderVolume,
    DataPlane,
    Site,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader


def parse_data_plane(reader: MappingReader) -> DataPlane | None:
    """``data_plane`` of ``nova``, with empty text for names that are not stated; None without it."""
    if not reader.has("data_plane"):
        return None
    found = reader.optional("data_plane")
    names = _names(found, "node_sets")
    if found.raw("node_sets") is None:
        found.problem(found.at("node_sets"), "is missing; list the OpenStackDataPlaneNodeSets of the site")
    service = found.text("service", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    config_map = found.text("config_map", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    if service == "nova":
        found.problem(found.at("service"), "is nova, which the operator overwrites; use another name")
    found.finish()
    return DataPlane(names, service or "", config_map or "")


def parse_nova(reader: MappingReader) -> tuple[DataPlane | None, str]:
    """Where the operators run Nova, and how it makes snapshots."""
    return parse_data_plane(reader), reader.choice("snapshots", SNAPSHOTS) or UPLOAD


def parse_cinder_volume(reader: MappingReader) -> CinderVolume | None:
    """``volume`` of ``cinder``, with empty text for a name that is not stated; None without it."""
    if not reader.has("volume"):
        return None
    found = reader.optional("volume")
    name = found.text("name", DNS_LABEL, DNS_LABEL_RULE)
    networks = _names(found, "network_attachments")
    found.finish()
    return CinderVolume(name or "", networks)


def parse_cinder(reader: MappingReader) -> tuple[CinderVolume | None, str]:
    """Where the operators run cinder-volume, and the name of the backend; empty if it is not stated."""
    volume = parse_cinder_volume(reader)
    backend = reader.text("backend", words.STORE, "the name of a backend consists of letters, digits, _ and -")
    if backend is not None and backend.lower() in words.CINDER_GROUPS:
        reader.problem(reader.at("backend"), "is the name of a section of cinder.conf; choose another name")
    return volume, backend or ""


def _names(reader: MappingReader, key: str) -> tuple[str, ...]:
    """A list of names of Kubernetes objects, each once."""
    value = reader.raw(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        what = "is empty" if value == [] else f"must be a list, not {words.kind(value)}"
        reader.problem(reader.at(key), f"{what}; list at least one name")
        return ()
    found: dict[str, None] = {}
    for index, name in enumerate(value):
        path = f"{reader.at(key)}[{index}]"
        if not isinstance(name, str) or not DNS_SUBDOMAIN.fullmatch(name):
            reader.problem(path, f"{words.show(name)} is not a name: {DNS_SUBDOMAIN_RULE}")
        elif name in found:
            reader.problem(path, f"{words.show(name)} is in the list twice; remove one")
        else:
            found[name] = None
    return tuple(found)


def fill_edge(sites: Mapping[str, Site], platform: str, problems: list[Problem]) -> dict[str, Site]:
    """The sites with all names set. On other platforms, and at a site without a cluster, a problem for each."""
    found = {name: _filled(site, platform, problems) for name, site in sites.items()}
    _check_names(found.values(), problems)
    return found


def _filled(site: Site, platform: str, problems: list[Problem]) -> Site:
    base = f"sites.{words.key(site.name)}"
    for path, stated in ((f"{base}.nova.data_plane", site.data_plane), (f"{base}.cinder.volume", site.cinder_volume)):
        if stated is not None and platform != "operators":
            problems.append(Problem(path, "is for `platform: operators` only; remove it, or set the platform"))
        elif stated is not None and site.ceph is None:
            problems.append(Problem(path, "needs a Ceph cluster, and the site has no `ceph`; add it, or remove this"))
    volume, data_plane = site.cinder_volume, site.data_plane
    if volume is not None and not volume.name:
        volume = replace(volume, name=_of_site(site, "", f"{base}.cinder.volume.name", problems))
    if data_plane is not None:
        service = data_plane.service or _of_site(site, "nova-custom-ceph-", f"{base}.nova.data_plane.service", problems)
        name = data_plane.config_map
        name = name or _of_site(site, "ceph-nova-", f"{base}.nova.data_plane.config_map", problems)
        data_plane = replace(data_plane, service=service, config_map=name)
    return replace(site, cinder_volume=volume, data_plane=data_plane)


def _of_site(site: Site, prefix: str, path: str, problems: list[Problem]) -> str:
    if not DNS_LABEL.fullmatch(site.name):
        why = f"is not set, and the name of the site cannot be used ({words.show(site.name)}): {DNS_LABEL_RULE}. Set it"
        problems.append(Problem(path, why))
    return f"{prefix}{site.name}"


def _check_names(sites: Iterable[Site], problems: list[Problem]) -> None:
    """Two sites must not share an object: each has the cluster and the Glance of its site."""
    seen: dict[tuple[str, str], str] = {}
    for site in sites:
        base = f"sites.{words.key(site.name)}"
        claims = []
        if site.cinder_volume is not None:
            claims.append(("cinder-volume", site.cinder_volume.name, f"{base}.cinder.volume.name"))
        if site.data_plane is not None:
            plane, path = site.data_plane, f"{base}.nova.data_plane"
            claims += [("NodeSet", name, f"{path}.node_sets[{index}]") for index, name in enumerate(plane.node_sets)]
            claims += [("service", plane.service, f"{path}.service")]
            claims += [("ConfigMap", plane.config_map, f"{path}.config_map")]
        for what, name, path in claims:
            other = seen.setdefault((what, name), path)
            if other != path:
                problems.append(Problem(path, f"the {what} {words.show(name)} is taken by {other}"))
