# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses one site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Callable, Optional, TypeVar

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import glance_option
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import IMPORT_METHODS, IMPORT_PLUGINS
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import Option
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._topology import addresses
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    GIVEN_CLIENTS,
    Ceph,
    Glance,
    IniValue,
    Pools,
    Sections,
    Site,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_cache import parse_cache
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_clients import parse_generations
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_edge import (
    parse_cinder,
    parse_nova,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_operators import parse_api
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_platform import parse_site_platform
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse_store import parse_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import (
    InvalidValue,
    ini_value,
    option_name,
    option_value,
    scalar,
    section_name,
)

#: (section, option) -> the option if its type is known.
OptionLookup = Callable[[str, str], Optional[Option]]
Parsed = TypeVar("Parsed")

CEPH_OPTIONS: Mapping[str, str] = {"client_mount_timeout": "10", "rados_mon_op_timeout": "10"}

#: Options of a conf that have another key in the topology, or none.
_OTHER_CEPH_KEYS = {
    "fsid": "use `ceph.fsid`",
    "mon_host": "use `ceph.mon_host`",
    "keyring": "the path follows from the names of the cluster and the client",
    "key": "every user can read the conf. The collection writes keys to keyrings; remove it and replace the key",
    "keyfile": "the collection writes keys to keyrings; remove it",
}
#: A word, or a rule of oslo.policy on one line. Glance refuses everything by a rule that it cannot read.
_COPY_POLICY = re.compile(r"admin|owner|member|[@!]|[^\n:]*[A-Za-z_]+:[^\n]+")
#: Options in seconds. Ceph ignores a value that is not a number, and waits 300 s.
_SECONDS = ("client_mount_timeout", "rados_mon_op_timeout", "rados_osd_op_timeout")


def parse_site(name: str, reader: MappingReader) -> Site:
    """The site called ``name``."""
    zone = reader.text("availability_zone", words.ZONE, "use letters, digits, blanks, ., _ and - only")
    ceph_reader = reader.mapping(
        "ceph",
        empty="is empty; set it to {} for a cluster with all defaults, or remove the key at a site without storage",
    )
    ceph_written = reader.has("ceph")
    ceph = parse_ceph(name, ceph_reader) if ceph_reader is not None else None
    stores = parse_stores(name, reader, ceph, ceph_written)
    glance = parse_glance(reader)
    nova, (data_plane, snapshots) = parse_service(reader, "nova", parse_nova)
    cinder, (volume, backend) = parse_service(reader, "cinder", parse_cinder)
    labels = parse_labels(reader)
    platform = parse_site_platform(reader)
    generations = parse_generations(reader)
    for service in ("nova", "cinder") if data_plane is not None else ():
        if service in generations:
            text = "has no effect: with nova.data_plane, Nova and Cinder use one client, which stays; remove it"
            reader.problem(f"{reader.at('client_generations')}.{service}", text)
    reader.finish()
    services = (glance, nova, cinder, data_plane, volume, snapshots)
    return Site(name, zone or name, ceph, stores, *services, labels, platform, backend, generations)


def parse_labels(reader: MappingReader) -> dict[str, str]:
    """Labels by which the rules for images select sites. Numbers and booleans count as text."""
    found: dict[str, str] = {}
    labels = reader.optional("labels")
    for key, value in labels.items():
        text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, (int, str)) else ""
        if not words.LABEL.fullmatch(key):
            labels.problem(labels.at(key), f"{words.show(key)} cannot be used as a label: {words.LABEL_RULE}")
        elif not words.LABEL.fullmatch(text):
            labels.problem(labels.at(key), f"{words.show(value)} cannot be used as a value: {words.LABEL_RULE}")
        else:
            found[key] = text
    return found


def parse_ceph(site: str, reader: MappingReader) -> Ceph:
    """The cluster of a site."""
    cluster = reader.text("cluster", words.CLUSTER, words.CLUSTER_RULE)
    if reader.raw("cluster") is None and not words.CLUSTER.fullmatch(site):
        reader.problem(
            reader.at("cluster"),
            f"is not set, and the name of the site cannot be used ({words.show(site)}): {words.CLUSTER_RULE}. Set it",
        )
    fsid = reader.text("fsid", words.FSID, "an fsid looks like 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60 (see `ceph fsid`)")
    pools = parse_pools(reader)
    options = parse_ceph_options(reader)
    mon_host = _checked(reader, "mon_host", addresses.mon_host_problem)
    mon_host = addresses.with_commas(mon_host) if mon_host else None
    clients = parse_given_clients(reader)
    external = reader.flag("external") or False
    for key in ("fsid", "mon_host") if external else ():
        if reader.raw(key) is None:
            reader.problem(
                reader.at(key),
                "is required with `external: true`, because nobody here can ask the cluster. Its owner finds it with "
                "`ceph config generate-minimal-conf`",
            )
    reader.finish()
    return Ceph(cluster or site, fsid.lower() if fsid else None, mon_host, pools, options, clients, external)


def parse_given_clients(reader: MappingReader) -> dict[str, str]:
    """The names of clients that exist, by their use."""
    given = reader.optional("clients")
    names = {use: given.text(use, words.GIVEN_CLIENT, words.GIVEN_CLIENT_RULE) for use in GIVEN_CLIENTS}
    given.finish()
    return {use: name for use, name in names.items() if name is not None}


def _checked(reader: MappingReader, key: str, check: addresses.Check) -> str | None:
    value = reader.raw(key)
    if value is None:
        return None
    if not isinstance(value, str):
        reader.problem(reader.at(key), f"must be text, not {words.kind(value)} ({words.show(value)})")
        return None
    problem = check(value)
    if problem:
        reader.problem(reader.at(key), problem)
        return None
    return str(value).strip()


def parse_pools(reader: MappingReader) -> Pools:
    """The pools of a cluster."""
    pools = reader.optional("pools")
    found = {key: pools.text(key, words.POOL, words.POOL_RULE) or key for key in ("images", "volumes", "vms")}
    pools.finish()
    return Pools(**found)


def parse_ceph_options(reader: MappingReader) -> dict[str, str]:
    """Options for [client] of the conf, added to the defaults; null removes a default."""
    found = dict(CEPH_OPTIONS)
    options = reader.optional("options")
    for key, value in options.items():
        name = key.strip().replace("-", "_").replace(" ", "_").lower()
        if name in _OTHER_CEPH_KEYS:
            options.problem(options.at(key), f"cannot be set here: {_OTHER_CEPH_KEYS[name]}")
        elif is_secret_option(name):
            options.problem(options.at(key), "cannot be set here: it is a secret, and every user can read the conf")
        elif value is None:
            found.pop(key, None)
        else:
            try:
                found[option_name(key)] = _ceph_value(key, value)
            except InvalidValue as problem:
                options.problem(options.at(key), str(problem))
    return found


def _ceph_value(name: str, value: object) -> str:
    text = scalar(value, "ceph")
    if name in _SECONDS and (isinstance(value, bool) or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)):
        raise InvalidValue(f"must be a number of seconds, not {words.show(value)}")
    if not text:
        raise InvalidValue("is empty; set a value, or null to remove the default")
    return text


def parse_glance(reader: MappingReader) -> Glance:
    """How Glance runs at the site."""
    glance = reader.optional("glance")
    enabled = glance.flag("enabled")
    if enabled is False:
        for key in ("endpoint", "import", "weights", "options", "api", "copy_policy", "cache"):
            if glance.raw(key) is not None:
                glance.problem(
                    glance.at(key), "has no effect, because the site has `enabled: false`; remove one of the two"
                )
        glance.finish()
        return Glance(enabled=False)
    endpoint = _checked(glance, "endpoint", addresses.endpoint_problem)
    methods, plugins = parse_import(glance)
    weights = parse_weights(glance)
    options = parse_sections(glance, glance_option)
    api = parse_api(glance)
    policy = glance.text("copy_policy", _COPY_POLICY, "it must be admin, owner, member, or a rule such as role:creator")
    cache = parse_cache(glance)
    glance.finish()
    root = endpoint.rstrip("/") if endpoint else None
    return Glance(True, root, methods, plugins, weights, options, api, policy, cache)


def parse_import(reader: MappingReader) -> tuple[tuple[str, ...] | None, Mapping[str, Mapping[str, str]] | None]:
    """Import methods and plugins, in the order written."""
    imports = reader.optional("import")
    methods = imports.choices("methods", IMPORT_METHODS)
    found: dict[str, dict[str, str]] | None = None
    plugins = imports.mapping("plugins")
    if plugins is not None:
        found = {}
        for name, _value in plugins.items():
            if name in IMPORT_PLUGINS:
                found[name] = parse_plugin(name, plugins.optional(name))
            else:
                hint = words.suggest(name, IMPORT_PLUGINS)
                plugins.problem(plugins.at(name), f"is not one of {words.one_of(IMPORT_PLUGINS)}{hint}")
    imports.finish()
    return methods, found


def parse_plugin(name: str, reader: MappingReader) -> dict[str, str]:
    """The options of one import plugin."""
    found: dict[str, str] = {}
    for key, option in IMPORT_PLUGINS[name].options.items():
        value = reader.raw(key)
        if value is None:
            continue
        try:
            found[key] = option_value(option, key, value)
        except InvalidValue as problem:
            reader.problem(reader.at(key), str(problem))
    reader.finish()
    return found


def parse_weights(reader: MappingReader) -> dict[str, int]:
    """The weights of stores at this site: {store: weight}."""
    found: dict[str, int] = {}
    weights = reader.optional("weights")
    for key, value in weights.items():
        if not words.STORE.fullmatch(key):
            weights.problem(weights.at(key), "is not the id of a store: use letters, digits, _ and - only")
        elif isinstance(value, bool) or not isinstance(value, int):
            weights.problem(weights.at(key), f"must be a whole number, not {words.show(value)}")
        else:
            found[key] = int(value)
    return found


def parse_service(
    reader: MappingReader, service: str, parse_more: Callable[[MappingReader], Parsed]
) -> tuple[Sections, Parsed]:
    """The user's options for Nova or Cinder, and what ``parse_more`` finds beside them."""
    found = reader.optional(service)
    sections = parse_sections(found)
    more = parse_more(found)
    found.finish()
    return sections, more


def parse_sections(reader: MappingReader, known: OptionLookup = lambda section, name: None) -> Sections:
    """{section: {option: value}}. A value of null removes the option, a list repeats it.

    The value of an option that ``known`` returns is checked against its type.
    """
    found: dict[str, dict[str, IniValue]] = {}
    options = reader.optional("options")
    for section, _value in options.items():
        content = options.optional(section)
        try:
            section_name(section)
        except InvalidValue as problem:
            options.problem(options.at(section), str(problem))
            continue
        for key, value in content.items():
            try:
                found.setdefault(section, {})[option_name(key)] = ini_value(value, known(section, key))
            except InvalidValue as problem:
                content.problem(content.at(key), str(problem))
    return found
