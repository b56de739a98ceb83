# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane in a namespace of its own, with an inventory for it."""

from __future__ import annotations

import json
import pathlib
import shutil
from collections.abc import Callable

from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn
from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab, Run
from ansible_collections.dcn.glance.tests.support.wait import until

PLANES = "openstackcontrolplanes"


class Cloud:
    """A control plane of its own with a hub of two workers, and playbooks for it."""

    def __init__(self, lab: Lab, standin: StandIn, directory: pathlib.Path, keys: tuple[str, ...]) -> None:
        """``keys`` are the names that the API of the hub can have."""
        self.lab = lab
        self.standin = standin
        self._keys = keys
        self.inventory = directory / "inventories" / "kube_lab"
        shutil.copytree(ROOT / "inventories" / "kube_lab", self.inventory)
        self._topology = self.inventory / "group_vars" / "all" / "topology.yml"
        self.edit(
            ("namespace: openstack,", f"namespace: {standin.namespace},"),
            (".openstack.svc", f".{standin.namespace}.svc"),
            ("type: split, replicas: 1", "type: split, replicas: 2"),
            ("type: edge, replicas: 1", "type: edge, replicas: 0"),
        )

    def edit(self, *changes: tuple[str, str]) -> None:
        """Change the text of the topology."""
        text = self._topology.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        self._topology.write_text(text)

    def arguments(self, **variables: object) -> list[str]:
        given = {"dcn_kubeconfig": self.standin.kubeconfig, "glance_add_store_grace": 3, **variables}
        return ["-e", json.dumps(given)]

    def play(self, name: str, *words: str, **variables: object) -> Run:
        return self.lab.playbook(name, *self.arguments(**variables), *words, inventory=self.inventory)

    def kill_when(self, name: str, what: str, reached: Callable[[], bool], **variables: object) -> None:
        """Start the playbook and kill it at a point."""
        with self.lab.killed_playbook(name, *self.arguments(**variables), inventory=self.inventory) as running:

            def check() -> bool:
                running()
                return reached()

            until(what, check, 240)

    @property
    def template(self) -> dict:
        return self.standin.get(PLANES, "openstack")["spec"]["glance"]["template"]

    @property
    def endpoint(self) -> str:
        return str(self.template["keystoneEndpoint"])

    def ready(self, pod: str) -> bool:
        """Whether a pod is ready; not while it is replaced."""
        namespace = self.standin.namespace
        found = self.standin.core.list_namespaced_pod(namespace, field_selector=f"metadata.name={pod}").items
        conditions = found[0].status.conditions or [] if found else []
        return any(each.type == "Ready" and each.status == "True" for each in conditions)

    def hubs(self) -> list[str]:
        return [key for key in self.template["glanceAPIs"] if key in self._keys]

    def versions(self) -> dict[str, str]:
        found = [*self.standin.list(PLANES), *self.standin.list("glances"), *self.standin.list("glanceapis")]
        return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in found}
