# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses what a topology says of Kubernetes: the platform, the object to edit, and the API instance of each site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import PLATFORMS, Api, Operators, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import Reader

#: What the operator's definition allows.
TYPES = ("split", "single", "edge")
MAX_REPLICAS = 32

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
OBJECT = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?")

LABEL_RULE = "lower case letters, digits and -, 63 at most, with a letter or digit at both ends"
OBJECT_RULE = "lower case letters, digits, - and ., with a letter or digit at both ends"
QUANTITY_RULE = "an amount such as 10G or 20Gi"

DEFAULT_REQUEST = "10G"


def parse_platform(reader: Reader) -> tuple[str, Operators | None]:
    """The platform, and for operators where Glance is."""
    platform = reader.text("platform", re.compile("|".join(PLATFORMS)), f"it is one of {names.one_of(PLATFORMS)}")
    written = reader.has("operators")
    operators = reader.optional("operators")
    if platform != "operators":
        if written and platform is not None:
            reader.problem("operators", "is for `platform: operators` only; remove it, or set the platform")
        elif written and reader.raw("platform") is None:
            reader.problem("operators", "needs `platform: operators`, which is not set")
        return platform or PLATFORMS[0], None
    return platform, parse_operators(operators)


def parse_operators(reader: Reader) -> Operators:
    """Which objects of which namespace are ours."""
    namespace = reader.text("namespace", LABEL, LABEL_RULE)
    control_plane = reader.text("control_plane", OBJECT, OBJECT_RULE)
    glance = reader.text("glance", OBJECT, OBJECT_RULE)
    if control_plane and glance:
        reader.problem(
            reader.at("glance"),
            "is the name of a Glance that no control plane owns, but `control_plane` is set too; keep one",
        )
    mount = reader.text("mount", LABEL, LABEL_RULE)
    secret = reader.text("secret_name", OBJECT, OBJECT_RULE)
    storage_class = reader.text("storage_class", OBJECT, OBJECT_RULE)
    reader.finish()
    return Operators(
        namespace or "openstack",
        None if glance else control_plane or "openstack",
        glance,
        mount or "dcn-glance",
        secret or "ceph-conf-files",
        storage_class,
    )


def parse_api(reader: Reader) -> Api | None:
    """What a site states of its API instance (empty text and -1 where it is silent); None without a word."""
    if not reader.has("api"):
        return None
    api = reader.optional("api")
    name = api.text("name", LABEL, LABEL_RULE)
    kind = api.text("type", re.compile("|".join(TYPES)), f"it is one of {names.one_of(TYPES)}")
    replicas = _replicas(api)
    request = api.text("storage_request", QUANTITY, QUANTITY_RULE)
    storage_class = api.text("storage_class", OBJECT, OBJECT_RULE)
    api.finish()
    return Api(name or "", kind or "", replicas, request or "", storage_class)


def _replicas(api: Reader) -> int:
    value = api.raw("replicas")
    if value is None:
        return -1
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_REPLICAS:
        api.problem(api.at("replicas"), f"must be a whole number from 0 to {MAX_REPLICAS}, not {names.show(value)}")
        return -1
    return int(value)


def fill_apis(sites: Mapping[str, Site], hub: str | None, platform: str, problems: list[Problem]) -> dict[str, Site]:
    """The sites with their API instances complete on operators; a problem for each that states one elsewhere."""
    found: dict[str, Site] = {}
    for name, site in sites.items():
        path = f"sites.{names.key(name)}.glance.api"
        if platform != "operators":
            if site.glance.api is not None:
                problems.append(Problem(path, "is for `platform: operators` only; remove it, or set the platform"))
            found[name] = site
        elif site.glance.api is None and not site.stores and name != hub:
            # As on hosts: a site without stores of its own has an API only if it says so.
            found[name] = site
        else:
            api = _complete(site, name == hub, path, problems)
            found[name] = replace(site, glance=replace(site.glance, api=api))
    _check_names(found.values(), problems)
    return found


def _complete(site: Site, is_hub: bool, path: str, problems: list[Problem]) -> Api:
    stated = site.glance.api or Api("", "", -1, "")
    name = stated.name or site.name
    if not LABEL.fullmatch(name):
        problems.append(
            Problem(
                f"{path}.name",
                f"is not set, and the site's name {names.show(site.name)} cannot serve: {LABEL_RULE}. Set it",
            )
        )
    if is_hub and stated.type == "edge":
        problems.append(
            Problem(f"{path}.type", "is edge, but the hub's API is the one in Keystone's catalog; take split or single")
        )
    return Api(
        name,
        stated.type or ("split" if is_hub else "edge"),
        stated.replicas if stated.replicas >= 0 else 1,
        stated.storage_request or DEFAULT_REQUEST,
        stated.storage_class,
    )


def _check_names(sites: Iterable[Site], problems: list[Problem]) -> None:
    seen: dict[str, str] = {}
    for site in sites:
        if site.glance.api is None:
            continue
        path = f"sites.{names.key(site.name)}.glance.api.name"
        other = seen.setdefault(site.glance.api.name, path)
        if other != path:
            problems.append(Problem(path, f"the API name {names.show(site.glance.api.name)} is taken by {other}"))
