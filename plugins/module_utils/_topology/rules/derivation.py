# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules that derive everything for every site, and report what a later step would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names, words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import IMPORT_PLUGINS, PLUGINS_OPTION
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    COMMONLY_SUBSTITUTED,
    substituted_names,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import new_file_problems
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_SUBDOMAIN, DNS_SUBDOMAIN_RULE
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option, option, some_fsid
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Ceph, IniValue, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import option_key, section_key


def service_options(topology: Topology, site: Site, service: str) -> list[Option]:
    """The options of a service at a site, as the roles write them with oslo_config or glance_store_config."""
    if service == "nova":
        return nova.nova_options(topology, site, some_fsid(site))
    if service == "cinder":
        return cinder.cinder_options(topology, site, some_fsid(site))
    settings = glance.glance_import_settings(topology, site)
    stores = [
        option(store.id, name, value)
        for owner, store in matrix.visible_stores(topology, site)
        for name, value in (
            ("store_description", store.description),
            *glance.store_options(topology, site, owner, store).items(),
        )
    ]
    return [*stores, *settings["options"]]  # type: ignore[misc]


def derivation(context: Context) -> Hits:
    for site in context.topology.sites:
        for service in SERVICES:
            if any(_misspelt_sections(context.topology, site, service)):
                continue
            path = f"sites.{site.name}.{service}.options"
            problems: list[Problem] = []
            edits = option_edits(service_options(context.topology, site, service), path, problems)
            # The rule dollar-sign reports references to options that are not set, each with its path.
            problems += new_file_problems(edits)
            yield from (Hit(path, problem.message) for problem in problems)
        if site.ceph is not None:
            yield from _conf(f"sites.{site.name}.ceph", site.ceph)


def _conf(path: str, ceph: Ceph) -> Iterator[Hit]:
    # Checked without writing a file, as the other services.
    rules = DIALECTS["ceph"]
    entries = [(name, value, f"{path}.{name}") for name, value in _identity(ceph)]
    entries += [(name, value, f"{path}.options.{name}") for name, value in ceph.options.items()]
    for name, value, where in entries:
        for problem in (rules.option_problem(name), rules.value_problem(value)):
            if problem:
                yield Hit(where, problem)


def _identity(ceph: Ceph) -> Iterator[tuple[str, str]]:
    for name, value in (("fsid", ceph.fsid), ("mon_host", ceph.mon_host)):
        if value is not None:
            yield name, value


def section_spelling(context: Context) -> Hits:
    for site in context.topology.sites:
        for service in SERVICES:
            for name, other in _misspelt_sections(context.topology, site, service):
                yield Hit(
                    f"sites.{site.name}.{service}.options.{words.key(name)}",
                    f"is the same section as {other} to oslo.config, which ignores case. Use {other}",
                )


def _misspelt_sections(topology: Topology, site: Site, service: str) -> Iterator[tuple[str, str]]:
    """(section that the user writes, other spelling of the same section) for the sections of a service."""
    stated = {"glance": site.glance.options, "nova": site.nova_options, "cinder": site.cinder_options}
    known = {section_key(name): name for name in _derived_sections(topology, site, service)}
    for name in stated[service]:
        other = known.setdefault(section_key(name), name)
        if other != name:
            yield name, other


def _derived_sections(topology: Topology, site: Site, service: str) -> Iterable[str]:
    if service == "nova":
        return ("DEFAULT", "libvirt", "glance", "cinder")
    if service == "cinder":
        return ("DEFAULT", site.cinder_backend)
    stores = (store.id for _owner, store in matrix.visible_stores(topology, site))
    plugins = (plugin.section for plugin in IMPORT_PLUGINS.values() if plugin.section)
    return ("DEFAULT", "glance_store", PLUGINS_OPTION[0], *plugins, *stores)


def dollar_sign(context: Context) -> Hits:
    seen: set[str] = set()
    for site in context.topology.sites:
        for service in SERVICES:
            for path, option_text, name in _unset(context.topology, site, service):
                if path in seen:
                    continue
                seen.add(path)
                what = "a dollar sign with a name" if is_secret_option(option_text) else f"${name}"
                yield Hit(
                    path,
                    f"contains {what}, which oslo.config replaces by the value of an option that is not set, so the "
                    "service fails. Write $$ for a dollar sign, or set that option here",
                )


def _unset(topology: Topology, site: Site, service: str) -> Iterator[tuple[str, str, str]]:
    """(path, option, name) for each name after a dollar sign that no option of the file has."""
    known: set[tuple[str, str]] | None = None
    for path, section, option_text, value in _stated_values(topology, site, service):
        texts = (value,) if isinstance(value, str) else value or ()
        for name in (name for text in texts for name in substituted_names(text)):
            if known is None:
                options = service_options(topology, site, service)
                known = {option_key(str(entry["section"]), str(entry["option"])) for entry in options}
            group, _dot, rest = name.partition(".")
            keys = {option_key(section, name), option_key("DEFAULT", name), option_key(group, rest)}
            if name not in COMMONLY_SUBSTITUTED and not keys & known:
                yield path, option_text, name


def _stated_values(topology: Topology, site: Site, service: str) -> Iterator[tuple[str, str, str, IniValue]]:
    """(path, section, option, value) of everything that the user states for the file of a service."""
    stated = {"glance": site.glance.options, "nova": site.nova_options, "cinder": site.cinder_options}
    path = f"sites.{site.name}.{service}"
    for section, options in stated[service].items():
        yield from ((f"{path}.options.{words.key(section)}.{name}", section, name, options[name]) for name in options)
    if service != "glance":
        return
    for owner, store in matrix.visible_stores(topology, site):
        where = f"sites.{owner.name}.stores.{store.id}"
        yield f"{where}.description", store.id, "store_description", store.description
        yield from ((f"{where}.options.{name}", store.id, name, value) for name, value in store.options.items())
    for plugin, values in (site.glance.plugins or {}).items():
        section = IMPORT_PLUGINS[plugin].section
        yield from ((f"{path}.import.plugins.{plugin}.{name}", section, name, values[name]) for name in values)


def client_name(context: Context) -> Hits:
    topology = context.topology
    for owner in topology.sites:
        for use, given in owner.ceph.clients.items() if owner.ceph is not None else ():
            refused = ceph_names.client_problem(f"client.{given}")
            if refused:
                yield Hit(f"sites.{owner.name}.ceph.clients.{use}", f"{refused}. Use another name")
    for service in SERVICES:
        sites = (site for site in topology.sites if topology.given_user(service, site) is None)
        clients = ((site, ceph_names.client_problem(topology.client(service, site))) for site in sites)
        # One site is enough, because the name in `client_names` is a part of the names at all sites.
        site, problem = next(((site, problem) for site, problem in clients if problem), (None, None))
        if site is not None:
            yield Hit(
                f"client_names.{service}",
                f"{problem}. It is the client of {service} at site {site.name}. Use another name",
            )


def secret_name(context: Context) -> Hits:
    operators = context.topology.operators
    for site in context.topology.sites if operators is not None else ():
        api = site.glance.api
        if operators is None or api is None:
            continue
        names = {
            "secret_name": operators.site_secret(api.name),
            "config_secret_name": operators.config_secret(api.name),
        }
        for key, name in names.items():
            if not DNS_SUBDOMAIN.fullmatch(name):
                yield Hit(
                    f"operators.{key}",
                    f"the name of the Secret for site {site.name} would be {words.show(name)}, which Kubernetes "
                    f"refuses: {DNS_SUBDOMAIN_RULE}. Use a shorter name",
                )


RULES = (
    Rule("derivation", ERROR, "a later step would refuse what follows from the topology", derivation),
    Rule("section-spelling", ERROR, "a section is written in another case than a derived one", section_spelling),
    Rule("dollar-sign", ERROR, "oslo.config replaces a part of a value by an option that is not set", dollar_sign),
    Rule("client-name", ERROR, "the name of a client cannot be used", client_name),
    Rule("secret-name", ERROR, "Kubernetes refuses the name of a Secret", secret_name),
)
