# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses one site. Problems are noted in the reader; what is returned is usable as far as it goes."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._topology import addresses
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    Ceph,
    Glance,
    IniValue,
    Pools,
    Sections,
    Site,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_operators import parse_api
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_store import parse_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import Reader
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import (
    ValueProblem,
    ini_value,
    option_name,
    scalar,
)

CEPH_OPTIONS: Mapping[str, str] = {"client_mount_timeout": "10", "rados_mon_op_timeout": "10"}
METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
PLUGINS: Mapping[str, tuple[str, ...]] = {
    "no_op": (),
    "inject_image_metadata": ("inject", "ignore_user_roles"),
    "image_decompression": (),
    "image_conversion": ("output_format",),
}

_OWN_CEPH_OPTIONS = {
    "fsid": "say it as `ceph.fsid`",
    "mon_host": "say it as `ceph.mon_host`",
    "keyring": "it follows from the cluster's and the client's name",
}


def parse_site(name: str, reader: Reader) -> Site:
    """The site called ``name``."""
    zone = reader.text("availability_zone", names.ZONE, "letters, digits, blanks and . _ - only")
    ceph_reader = reader.mapping(
        "ceph", empty="is empty; write {} for a cluster with every default, or remove the key at a site without storage"
    )
    ceph_written = reader.has("ceph")
    ceph = parse_ceph(name, ceph_reader) if ceph_reader is not None else None
    stores = parse_stores(name, reader, ceph, ceph_written)
    glance = parse_glance(reader)
    nova = parse_service(reader, "nova")
    cinder = parse_service(reader, "cinder")
    reader.finish()
    return Site(name, zone or name, ceph, stores, glance, nova, cinder)


def parse_ceph(site: str, reader: Reader) -> Ceph:
    """The cluster of a site."""
    cluster = reader.text("cluster", names.CLUSTER, "the name of a cluster is made of letters and digits only")
    if reader.raw("cluster") is None and not names.CLUSTER.fullmatch(site):
        reader.problem(
            reader.at("cluster"),
            f"is not set, and the site's name {names.show(site)} cannot serve: "
            "the name of a cluster is made of letters and digits only. Set it",
        )
    fsid = reader.text("fsid", names.FSID, "a fsid looks like 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60 (see `ceph fsid`)")
    pools = parse_pools(reader)
    options = parse_ceph_options(reader)
    mon_host = _checked(reader, "mon_host", addresses.mon_host_problem)
    reader.finish()
    return Ceph(cluster or site, fsid.lower() if fsid else None, mon_host, pools, options)


def _checked(reader: Reader, key: str, check: addresses.Check) -> str | None:
    value = reader.raw(key)
    if value is None:
        return None
    if not isinstance(value, str):
        reader.problem(reader.at(key), f"must be text, not {names.kind(value)} ({names.show(value)})")
        return None
    problem = check(value)
    if problem:
        reader.problem(reader.at(key), problem)
        return None
    return str(value).strip()


def parse_pools(reader: Reader) -> Pools:
    """The pools of a cluster."""
    pools = reader.optional("pools")
    rule = "the name of a pool is made of letters, digits and _ . -, and starts with no . or -"
    found = {key: pools.text(key, names.POOL, rule) or key for key in ("images", "volumes", "vms")}
    pools.finish()
    return Pools(**found)


def parse_ceph_options(reader: Reader) -> dict[str, str]:
    """Options for [client] of the conf, on top of the defaults; null takes a default away."""
    found = dict(CEPH_OPTIONS)
    options = reader.optional("options")
    for key, value in options.items():
        if key in _OWN_CEPH_OPTIONS:
            options.problem(options.at(key), f"does not belong here: {_OWN_CEPH_OPTIONS[key]}")
        elif value is None:
            found.pop(key, None)
        else:
            try:
                found[option_name(key)] = scalar(value)
            except ValueProblem as problem:
                options.problem(options.at(key), str(problem))
    return found


def parse_glance(reader: Reader) -> Glance:
    """How Glance runs at the site."""
    glance = reader.optional("glance")
    endpoint = _checked(glance, "endpoint", addresses.endpoint_problem)
    methods, plugins = parse_import(glance)
    weights = parse_weights(glance)
    options = parse_sections(glance)
    api = parse_api(glance)
    glance.finish()
    return Glance(endpoint.rstrip("/") if endpoint else None, methods, plugins, weights, options, api)


def parse_import(reader: Reader) -> tuple[tuple[str, ...] | None, Mapping[str, Mapping[str, str]] | None]:
    """Import methods and plugins, in the order written."""
    imports = reader.optional("import")
    methods = imports.choices("methods", METHODS)
    found: dict[str, dict[str, str]] | None = None
    plugins = imports.mapping("plugins")
    if plugins is not None:
        found = {}
        for name, _value in plugins.items():
            if name in PLUGINS:
                found[name] = parse_plugin(name, plugins.optional(name))
            else:
                hint = names.suggest(name, PLUGINS)
                plugins.problem(plugins.at(name), f"is not one of {names.one_of(PLUGINS)}{hint}")
    imports.finish()
    return methods, found


def parse_plugin(name: str, reader: Reader) -> dict[str, str]:
    """The options of one import plugin."""
    found: dict[str, str] = {}
    for key in PLUGINS[name]:
        value = reader.raw(key)
        if value is None:
            continue
        try:
            found[key] = _plugin_value(value)
        except ValueProblem as problem:
            reader.problem(reader.at(key), str(problem))
    output = found.get("output_format", "raw")
    if output not in ("raw", "qcow2", "vmdk"):
        reader.problem(reader.at("output_format"), f"{names.show(output)} is not one of raw, qcow2, vmdk")
    reader.finish()
    return found


def _plugin_value(value: object) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{scalar(key)}:{scalar(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ",".join(scalar(item) for item in value)
    return scalar(value)


def parse_weights(reader: Reader) -> dict[str, int]:
    """Which store this site's Glance prefers: {store: weight}."""
    found: dict[str, int] = {}
    weights = reader.optional("weights")
    for key, value in weights.items():
        if isinstance(value, bool) or not isinstance(value, int):
            weights.problem(weights.at(key), f"must be a whole number, not {names.show(value)}")
        else:
            found[key] = int(value)
    return found


def parse_service(reader: Reader, service: str) -> Sections:
    """The user's own options for Nova or Cinder."""
    found = reader.optional(service)
    sections = parse_sections(found)
    found.finish()
    return sections


def parse_sections(reader: Reader) -> Sections:
    """{section: {option: value}}; null as a value removes the option, a list repeats it."""
    found: dict[str, dict[str, IniValue]] = {}
    options = reader.optional("options")
    for section, _value in options.items():
        if not names.SECTION.fullmatch(section):
            options.problem(options.at(section), "is not the name of a section")
        content = options.optional(section)
        for key, value in content.items():
            try:
                found.setdefault(section, {})[option_name(key)] = ini_value(value)
            except ValueProblem as problem:
                content.problem(content.at(key), str(problem))
    return found
