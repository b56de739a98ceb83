# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud that the collection has configured gives back the topology that it was configured from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import Evidence
from ansible_collections.dcn.glance.plugins.module_utils._adopt.report import result
from ansible_collections.dcn.glance.plugins.module_utils._topology.clients import cluster_clients
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import size_in_bytes
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.adopted_hosts import fsid, places

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "topologies"
TOPOLOGIES = sorted(
    path for path in FIXTURES.glob("*.yml") if not path.name.endswith(".golden.yml") and "\nsites:" in path.read_text()
)


def comparable(topology: Topology) -> dict[str, Any]:
    """The topology, without what no file of a host says, and with what only the hosts know.

    Options that follow from nothing stay in the files, where nobody changes them. Where a site has clients with names
    of their own, adopt states those of all sites, so the names themselves are compared.
    """
    found: Any = normalised(topology)
    found["names"] = {
        site.name: sorted(str(client["name"]) for client in cluster_clients(topology, site)) for site in topology.sites
    }
    if any(site.ceph is not None and site.ceph.clients for site in topology.sites):
        found.pop("client_names")
        for part in found["sites"].values():
            part["ceph"].pop("clients", None)
    for site in topology.sites:
        part = found["sites"][site.name]
        part.pop("labels", None)
        for service in ("glance", "nova", "cinder"):
            part[service].pop("options", None)
        if site.ceph is not None:
            part["ceph"].update(fsid=fsid(site), mon_host=None)
            part["ceph"].pop("external", None)
        if site.glance.cache is not None:
            part["glance"]["cache"].pop("prefetch", None)
            part["glance"]["cache"]["max_size"] = size_in_bytes(site.glance.cache)
        if site.ceph is None:
            part["availability_zone"] = site.name
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("stated", [True, False], ids=["sites stated", "sites found"])
def test_the_topology_comes_back(path: Path, stated: bool) -> None:
    data = yaml.safe_load(path.read_text())
    topology = parse(data)
    found = result(Evidence(places(topology, stated)), hub=topology.hub_name)
    assert comparable(parse(found["topology"])) == comparable(topology)
    assert found["changes"] == []
