# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faults in topologies: lint reports them, and every later step accepts what lint passes.

``FUZZ_TOPOLOGIES`` is the number of topologies (2,000 if it is not set), ``FUZZ_SEED`` the seed of the first part.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import conf, delivery
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_input import desired_clients
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import edit_config
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, Finding
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_input import plan_conf
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, matrix, result
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import some_fsid
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules import hosts
from ansible_collections.dcn.glance.plugins.module_utils._verify.image import verify_plan
from ansible_collections.dcn.glance.tests.support.builders.random_topologies import mutate, valid_topologies

PARTS = 10
TOPOLOGIES = max(1, int(os.environ.get("FUZZ_TOPOLOGIES", "2000")) // PARTS)
SEED = int(os.environ.get("FUZZ_SEED", "1"))

VALID = valid_topologies()
INVENTORY = {"dcn_glance_api": {"a": "central", "b": "dcn0"}, "dcn_kubernetes": {"localhost": None}}
#: Rules that depend on the inventory, which does not fit the topologies.
HOST_RULES = {"kubernetes-host-missing", *(rule.id for rule in hosts.RULES)}
OWNERS = {service: {"owner": "root", "group": "root"} for service in SERVICES}
MON_HOST = "192.0.2.1"


def check_findings(findings: tuple[Finding, ...]) -> None:
    """Each finding has a path, is one short line, and shows no secret."""
    for finding in findings:
        assert finding.path
        assert finding.message
        assert "\n" not in finding.path + finding.message
        assert len(finding.message) < 1200
        assert "hush" not in str(finding)


def write_everything(topology: Topology) -> None:
    """Every pure step of the roles for every site."""
    verify_plan(topology, {})
    if topology.platform == "operators":
        for api in desired_glance(topology).apis:
            edit_config("", api.config, (), api.key)
    for site in topology.sites:
        write_services(topology, site)
        write_ceph(topology, site)
        matrix.expected_stores(topology, site)
        clients.probe_plan(topology, site)


def write_services(topology: Topology, site: Site) -> None:
    """The files of Nova, Cinder and Glance."""
    for options in (
        nova.nova_options(topology, site, some_fsid(site)),
        cinder.cinder_options(topology, site, some_fsid(site)),
    ):
        problems: list[Any] = []
        apply_edits(b"", option_edits(options, "options", problems), problems=problems)
    settings: Any = glance.glance_import_settings(topology, site)
    stores = glance.site_stores(topology, site)
    if not site.glance.enabled or not stores:
        return
    params = {
        "stores": stores,
        "reserved": {"staging": "/var/lib/glance/staging", "tasks": "/var/lib/glance/tasks"},
        "import_methods": settings["methods"],
        "import_plugins": list(settings["plugins"]),
        "worker_self_reference_url": "http://192.0.2.1:9292",
        "options": settings["options"],
        "purge": "managed",
        "purge_stores": None,
        "deferred_stores": [],
        "only_copies": None,
        "check_files": False,
        "missing_files": "defer",
    }
    plan_conf(params, FileState("/etc/glance/glance-api.conf", "/etc/glance/glance-api.conf"), Files())


class Files:
    """A host that has every file."""

    def __getattr__(self, name: str) -> Any:
        return lambda path: True


def write_ceph(topology: Topology, site: Site) -> None:
    """The clients of the cluster of a site, and the confs on the hosts of a site."""
    desired_clients(clients.cluster_clients(topology, site), "client.admin")
    results = {
        other.name: {"cluster_info": {"fsid": some_fsid(other), "mon_host": MON_HOST}, "clients": {}, "sealed": {}}
        for other in topology.sites
    }
    entries = clients.consumer_clusters(topology, site, SERVICES)
    files = delivery.client_files(entries, results, "host", OWNERS)
    for cluster in desired_clusters(files, lambda kind, name: 0):
        content = conf.ConfContent(cluster.fsid, cluster.mon_host, cluster.options)
        conf.render(None, content, f"/etc/ceph/{cluster.cluster}.conf")


def topologies(part: int) -> Iterator[dict[str, Any]]:
    """The topologies of a part, always the same ones for a seed."""
    rng = random.Random(f"topology {SEED + part}")
    for _number in range(TOPOLOGIES):
        yield mutate(rng.choice(VALID), rng)


@pytest.mark.parametrize("part", range(PARTS))
def test_later_steps_accept_what_lint_passes(part: int) -> None:
    passed = refused = 0
    for data in topologies(part):
        report = result.examine(data, INVENTORY)
        result.result(report)
        check_findings(report.findings)
        if any(finding.severity == ERROR and finding.rule not in HOST_RULES for finding in report.findings):
            refused += 1
            continue
        passed += 1
        try:
            topology = parse(data)
            write_everything(topology)
        except DcnError as error:
            pytest.fail(f"{error}\n{data}")
        assert normalised(parse(normalised(topology))) == normalised(topology), data
    assert TOPOLOGIES < 100 or (passed > TOPOLOGIES / 50 and refused > TOPOLOGIES / 5)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_module_finds_what_a_filter_finds(part: int) -> None:
    for data in topologies(part):
        try:
            as_json = json.loads(json.dumps(plain(data)))
        except (TypeError, ValueError, RecursionError):
            continue
        assert result.findings(result.examine(as_json)) == result.findings(result.examine(data)), data


def test_valid_topologies_are_written_completely() -> None:
    for data in VALID:
        assert not [finding for finding in result.examine(data).findings if finding.severity == ERROR]
        write_everything(parse(data))
