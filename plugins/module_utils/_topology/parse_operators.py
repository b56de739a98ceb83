# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the platform, the Kubernetes objects to edit, and the API instance of each site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    API_TYPES,
    DNS_LABEL,
    DNS_LABEL_RULE,
    DNS_SUBDOMAIN,
    DNS_SUBDOMAIN_RULE,
    MAX_REPLICAS,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, SIZE_RULE
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import PACKAGES, PLATFORMS
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Operators, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_pods import (
    API_SPEC,
    GLANCE_SPEC,
    parse_spec,
    parse_volumes,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

DEFAULT_REQUEST = "10G"


def parse_platform(reader: MappingReader) -> tuple[str, Operators | None]:
    """The platform, and the Kubernetes objects if it is ``operators``."""
    platform = reader.choice("platform", PLATFORMS)
    written = reader.has("operators")
    operators = reader.optional("operators")
    if platform != "operators":
        if written and platform is not None:
            reader.problem("operators", "is for `platform: operators` only; remove it, or set the platform")
        elif written and reader.raw("platform") is None:
            reader.problem("operators", "needs `platform: operators`, which is not set")
        return platform or PACKAGES, None
    return platform, parse_operators(operators)


def parse_operators(reader: MappingReader) -> Operators:
    """The names of the Kubernetes objects that the collection manages."""
    namespace = reader.text("namespace", DNS_LABEL, DNS_LABEL_RULE)
    control_plane = reader.text("control_plane", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    glance = reader.text("glance", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    if control_plane and glance:
        reader.problem(
            reader.at("glance"),
            "is the name of a Glance without a control plane, but `control_plane` is also set; remove one of the two",
        )
    mount = reader.text("mount", DNS_LABEL, DNS_LABEL_RULE)
    secret = reader.text("secret_name", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    storage_class = reader.text("storage_class", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    config_secret = reader.text("config_secret_name", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    spec = parse_spec(reader, GLANCE_SPEC)
    reader.finish()
    return Operators(
        namespace or "openstack",
        None if glance else control_plane or "openstack",
        glance,
        mount or "dcn-glance",
        secret or "ceph-conf-files",
        storage_class,
        config_secret or "glance-config-secrets",
        spec,
    )


def parse_api(reader: MappingReader) -> Api | None:
    """The API instance as the site states it (empty text and -1 for what is not stated); None without ``api``."""
    if not reader.has("api"):
        return None
    api = reader.optional("api")
    name = api.text("name", DNS_LABEL, DNS_LABEL_RULE)
    kind = api.choice("type", API_TYPES)
    replicas = _replicas(api)
    request = api.text("storage_request", SIZE, SIZE_RULE)
    storage_class = api.text("storage_class", DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE)
    volumes = parse_volumes(api)
    spec = parse_spec(api, API_SPEC)
    api.finish()
    return Api(name or "", kind or "", replicas, request or "", storage_class, volumes, spec)


def _replicas(api: MappingReader) -> int:
    value = api.raw("replicas")
    if value is None:
        return -1
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_REPLICAS:
        api.problem(api.at("replicas"), f"must be a whole number from 0 to {MAX_REPLICAS}, not {words.show(value)}")
        return -1
    return int(value)


def fill_apis(sites: Mapping[str, Site], hub: str | None, platform: str, problems: list[Problem]) -> dict[str, Site]:
    """The sites with their API instances complete on operators; on other platforms a problem for each one stated."""
    found: dict[str, Site] = {}
    for name, site in sites.items():
        path = f"sites.{words.key(name)}.glance.api"
        if platform != "operators":
            if site.glance.api is not None:
                problems.append(Problem(path, "is for `platform: operators` only; remove it, or set the platform"))
            found[name] = site
        elif not site.glance.enabled or (site.glance.api is None and not _has_glance(site) and name != hub):
            # As on hosts: a site without stores has an API only if it states one, or a cache.
            found[name] = site
        else:
            api = _complete(site, name == hub, path, problems)
            found[name] = replace(site, glance=replace(site.glance, api=api))
    _check_names(found.values(), problems)
    return found


def _has_glance(site: Site) -> bool:
    return bool(site.stores) or site.glance.cache is not None


def _complete(site: Site, is_hub: bool, path: str, problems: list[Problem]) -> Api:
    stated = site.glance.api or Api("", "", -1, "")
    name = stated.name or site.name
    if not DNS_LABEL.fullmatch(name):
        problems.append(
            Problem(
                f"{path}.name",
                f"is not set, and the name of the site cannot be used ({words.show(site.name)}): {DNS_LABEL_RULE}. "
                "Set it",
            )
        )
    if is_hub and stated.type == "edge":
        problems.append(
            Problem(
                f"{path}.type", "is edge, but the API of the hub is the one in Keystone's catalog; use split or single"
            )
        )
    return Api(
        name,
        stated.type or ("split" if is_hub else "edge"),
        stated.replicas if stated.replicas >= 0 else 1,
        stated.storage_request or DEFAULT_REQUEST,
        stated.storage_class,
        stated.volumes,
        stated.spec,
    )


def _check_names(sites: Iterable[Site], problems: list[Problem]) -> None:
    seen: dict[str, str] = {}
    for site in sites:
        if site.glance.api is None:
            continue
        path = f"sites.{words.key(site.name)}.glance.api.name"
        other = seen.setdefault(site.glance.api.name, path)
        if other != path:
            problems.append(Problem(path, f"the API name {words.show(site.glance.api.name)} is taken by {other}"))
