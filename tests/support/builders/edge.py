# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nova and Cinder on the operators: a topology, the objects of a deployed cloud, and runs of the modules' code."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import yaml_lines
from ansible_collections.dcn.glance.plugins.module_utils._edge.cinder_plan import plan_cinder
from ansible_collections.dcn.glance.plugins.module_utils._edge.input import desired_cinder, desired_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    CONFIG_MAPS,
    DATA_PLANE_SERVICES,
    DEPLOYMENTS,
    NODE_SETS,
    RunOptions,
    SecretHolder,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.nova_plan import plan_nova
from ansible_collections.dcn.glance.plugins.module_utils._edge.read import read_cinder, read_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.write import Outcome, Writer
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.control_plane import NAMESPACE, Clock, Keys, control_plane
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube
from ansible_collections.dcn.glance.tests.support.fakes.kube_store import KNOWN

RESOURCES = [*KNOWN, CONFIG_MAPS, DATA_PLANE_SERVICES, DEPLOYMENTS, NODE_SETS]
SERVICES = ["bootstrap", "run-os", "install-certs", "ovn", "neutron-metadata", "libvirt", "nova", "telemetry"]
THEIR_VOLUME = {
    "replicas": 1,
    "networkAttachments": ["storage"],
    "customServiceConfig": "# by the storage team\n[DEFAULT]\nenabled_backends=lvm\n[lvm]\nvolume_group=v\n",
}


GOLDEN = Path(__file__).parents[2] / "unit" / "edge" / "golden"


def golden(name: str, content: Any) -> None:
    """After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/edge, then read the difference."""
    path = GOLDEN / f"{name}.golden.yml"
    found = "".join(
        ["# SPDX-License-Identifier: GPL-3.0-or-later\n---\n", *(f"{line}\n" for line in yaml_lines(content))]
    )
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        path.write_text(found)
    assert found == path.read_text()


def edge_topology(*spokes: str, namespace: str = NAMESPACE, **hub: Any) -> dict[str, Any]:
    """A hub whose Nova and Cinder are elsewhere, and spokes with both on the operators."""
    sites: dict[str, Any] = {"central": {"ceph": {}, **hub}}
    for name in spokes:
        sites[name] = {
            "ceph": {},
            "glance": {"endpoint": f"http://glance-{name}-internal.{namespace}.svc:9292"},
            "nova": {"data_plane": {"node_sets": [f"{name}-edpm"]}},
            "cinder": {"volume": {}},
        }
    return {"hub": "central", "platform": "operators", "operators": {"namespace": namespace}, "sites": sites}


def cloud(namespace: str = NAMESPACE) -> dict[str, Any]:
    """A control plane with Cinder and a volume of others."""
    item = control_plane()
    item["metadata"]["namespace"] = namespace
    item["spec"]["extraMounts"] = []
    item["spec"]["cinder"] = {
        "enabled": True,
        "template": {
            "databaseInstance": "openstack",
            "secret": "osp-secret",
            "memcachedInstance": "memcached",
            "cinderAPI": {"replicas": 1},
            "cinderScheduler": {"replicas": 1},
            "customServiceConfig": "[DEFAULT]\nstorage_availability_zone=central\n",
            "cinderVolumes": {"theirs": copy.deepcopy(THEIR_VOLUME)},
        },
    }
    return item


def node_set(name: str, namespace: str = NAMESPACE, services: Iterable[str] = tuple(SERVICES)) -> dict[str, Any]:
    """A NodeSet as a user writes it, with a mount and variables of its own."""
    theirs = {
        "extraVolType": "Logs",
        "volumes": [{"name": "logs", "emptyDir": {}}],
        "mounts": [{"name": "logs", "mountPath": "/runner/artifacts"}],
    }
    ansible = {"ansibleVars": {"edpm_network_config_hide_sensitive_logs": False}}
    template = {"ansibleSSHPrivateKeySecret": "ssh", "ansible": ansible, "extraMounts": [theirs]}
    return {
        "apiVersion": NODE_SETS.api_version,
        "kind": NODE_SETS.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {"theirs": "yes"}},
        "spec": {"nodes": {"edpm-0": {"hostName": "edpm-0"}}, "nodeTemplate": template, "services": list(services)},
    }


def nova_service(namespace: str = NAMESPACE, name: str = "nova") -> dict[str, Any]:
    """The service that the operator creates."""
    sources = [{"secretRef": {"name": "nova-cell1-compute-config"}}, {"secretRef": {"name": "nova-migration-ssh-key"}}]
    return {
        "apiVersion": DATA_PLANE_SERVICES.api_version,
        "kind": DATA_PLANE_SERVICES.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "caCerts": "combined-ca-bundle",
            "dataSources": sources,
            "edpmServiceType": "nova",
            "playbook": "osp.edpm.nova",
        },
    }


def deployment(name: str, node_sets: list[str], services: list[str], created: str, ready: str) -> dict[str, Any]:
    return {
        "apiVersion": DEPLOYMENTS.api_version,
        "kind": DEPLOYMENTS.kind,
        "metadata": {"name": name, "namespace": NAMESPACE, "creationTimestamp": created},
        "spec": {"nodeSets": node_sets, **({"servicesOverride": services} if services else {})},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def kube(*names: str) -> FakeKube:
    """An API with a cloud and the NodeSets of these sites."""
    return FakeKube(resources=RESOURCES).add(cloud(), nova_service(), *(node_set(f"{name}-edpm") for name in names))


def files_for(keys: Keys, holders: Iterable[SecretHolder], **options: Any) -> Any:
    """The option ``files``, with keys as the Ceph admin hosts seal them."""
    want: Any = SimpleNamespace(apis=list(holders))
    return keys.files(want, **options)


def run_cinder(api: Any, keys: Keys, data: Mapping[str, Any], files: Any = None, **options: Any) -> Outcome:
    topology = parse(copy.deepcopy(dict(data)))
    given = files_for(keys, desired_cinder(topology, {}).holders) if files is None else files
    want, chosen = desired_cinder(topology, given), RunOptions(**options)

    def plan() -> Any:
        return plan_cinder(want, read_cinder(api, want), given, chosen)

    return Writer(api, want.namespace, plan, chosen, keys.opener, Clock()).run()


def run_nova(api: Any, keys: Keys, data: Mapping[str, Any], files: Any = None, **options: Any) -> Outcome:
    topology = parse(copy.deepcopy(dict(data)))
    given = files_for(keys, desired_data_plane(topology, {}).holders) if files is None else files
    want, chosen = desired_data_plane(topology, given), RunOptions(**options)

    def plan() -> Any:
        return plan_nova(want, read_data_plane(api, want), given, chosen)

    return Writer(api, want.namespace, plan, chosen, keys.opener, Clock()).run()
