# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which APIs and workers of the topology to ask, and which sites ordinary users must be able to copy to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import ENDPOINT

_READ_ONLY = ("http",)
_EXPECTED = {policy.ADMIN: "refused", "owner": "allowed", policy.MEMBER: "allowed"}


def chosen(topology: Topology, sites: Collection[str]) -> list[Site]:
    """The sites to test, the hub first; no names mean all."""
    found = [site for site in topology.sites if not sites or site.name in sites]
    return sorted(found, key=lambda site: site.name != topology.hub_name)


def url_of(site: Site, endpoints: Mapping[str, str]) -> str:
    """The URL of the Glance of a site; '' where the catalog has it."""
    return endpoints.get(site.name) or site.glance.endpoint or ""


def verify_apis(
    topology: Topology,
    workers: Sequence[Mapping[str, str]],
    endpoints: Mapping[str, str],
    sites: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The option ``apis`` of glance_api_probe: the endpoint of each site, and the ``workers`` (host, site, url).

    The workers of the hub import; where none are known, as with Glance in pods, its endpoint does.
    """
    found = []
    for site in chosen(topology, sites):
        store = site.default_store
        entry = {"site": site.name, "store": store.id if store and store.type == "rbd" else ""}
        own = [worker for worker in workers if worker["site"] == site.name]
        imports = _imports(topology, site)
        if site.name == topology.hub_name or entry["store"] or site.glance.endpoint:
            found.append({**entry, "name": ENDPOINT, "url": url_of(site, endpoints), **({} if own else imports)})
        found += [{**entry, "name": worker["host"], "url": worker["url"], **imports} for worker in own]
    return found


def _imports(topology: Topology, site: Site) -> dict[str, Any]:
    """How a worker of a site takes part in imports; nothing where it does not."""
    if site.name != topology.hub_name or "glance-direct" not in glance.import_methods(topology, site):
        return {}
    conversion = glance.import_plugins(topology, site).get("image_conversion")
    stores = [store.id for _owner, store in matrix.visible_stores(topology, site) if store.type not in _READ_ONLY]
    converts = conversion is not None and conversion.get("output_format", "raw") == "raw"
    return {"imports": True, "converts": converts, "stores": stores}


def verify_copies(
    topology: Topology, endpoints: Mapping[str, str], sites: Collection[str] = ()
) -> list[dict[str, str]]:
    """The option ``sites`` of glance_copy_probe: the sites to which Nova copies, and what users may do."""
    found = []
    for site in chosen(topology, sites):
        target, asked = matrix.copy_target(site), policy.asked_site(topology, site)
        rule = policy.copy_policy(topology, asked)
        if site.name == topology.hub_name or target is None or rule is None:
            continue
        entry = {"site": site.name, "store": target.id, "url": url_of(asked, endpoints)}
        found.append({**entry, "expected": _EXPECTED.get(rule, "any")})
    return found


def nova_endpoint(site: Site) -> str:
    """The URL that nova.conf of a site names; '' where it names none, or a list of the user."""
    own = site.nova_options.get("glance", {})
    if "api_servers" in own:
        return ""
    return str(own.get("endpoint_override", site.glance.endpoint) or "")
