# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes by other clients that the operators have not applied yet, in the forecast of a change that does nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import SpecChange
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import (
    Forecast,
    OperatorObjects,
    forecast,
    recreation_problems,
)

RBD = "[DEFAULT]\nenabled_backends=a:rbd,b:rbd\n"
MOUNTS = [
    {
        "name": "ca",
        "extraVol": [
            {"propagation": ["dcn0"], "volumes": [{"name": "ca", "secret": {"secretName": "ca"}}], "mounts": []}
        ],
    }
]
#: What the operators write for the same, with the fields that programs add.
WRITTEN_MOUNTS = [
    {
        "name": "ca",
        "region": "",
        "extraVol": [
            {"extraVolType": "", "propagation": ["dcn0"], "volumes": [{"name": "ca", "secret": {"secretName": "ca"}}]}
        ],
    }
]
OUTER = {"storageClass": "local", "nodeSelector": {"zone": "a"}}
GLANCE: dict[str, Any] = {
    "keystoneEndpoint": "central",
    "memcachedInstance": "memcached",
    "storage": {"storageRequest": "10G"},
    "apiTimeout": 60,
    "extraMounts": MOUNTS,
    "glanceAPIs": {
        "central": {"type": "single", "replicas": 2, "customServiceConfig": RBD, "nodeSelector": {}},
        "dcn0": {"type": "edge", "replicas": 2, "customServiceConfig": RBD},
    },
}
NAMES = {
    "central": ("glance-central-single", "glance-central-single"),
    "dcn0": ("glance-dcn0-edge", "glance-dcn0-edge-api"),
}


class Cluster:
    """A control plane; the operators have applied its Glance spec completely."""

    def __init__(self) -> None:
        self.outer: dict[str, Any] = copy.deepcopy(OUTER)
        self.spec: dict[str, Any] = copy.deepcopy(GLANCE)
        self.version: dict[str, Any] = {}
        self.glance: dict[str, Any] = {
            "metadata": {"name": "glance", "annotations": {"glance.openstack.org/wsgi": "true"}},
            "spec": {**copy.deepcopy(GLANCE), "containerImage": "glance:1", "secret": "osp-secret"},
        }
        self.glance["spec"]["glanceAPIs"]["dcn0"]["tls"] = {"api": {"internal": {"secretName": "cert"}}}
        self.apis = {"central": self._api("central", True), "dcn0": self._api("dcn0", False)}
        self.apis["central"]["spec"]["nodeSelector"] = {}
        self.apis["dcn0"]["spec"]["tls"] = {"api": {"internal": {"secretName": "cert"}, "public": {}}}
        self.statefulsets = {key: self._statefulset(NAMES[key][1]) for key in self.apis}

    @staticmethod
    def _api(key: str, registered: bool) -> dict[str, Any]:
        annotations = {"glance.openstack.org/wsgi": "true", **({"keystoneEndpoint": "true"} if registered else {})}
        return {
            "kind": "GlanceAPI",
            "metadata": {"name": NAMES[key][0], "generation": 4, "annotations": annotations},
            "spec": {
                "replicas": 2,
                "customServiceConfig": RBD,
                "storage": {"storageClass": "local", "storageRequest": "10G"},
                "imageCache": {"size": "", "cleanerScheduler": "*/30 * * * *"},
                "extraMounts": copy.deepcopy(WRITTEN_MOUNTS),
                "nodeSelector": {"zone": "a"},
                "resources": {},
                "override": {},
                "apiTimeout": 60,
                "quota": False,
                "containerImage": "glance:1",
                "memcachedInstance": "memcached",
                "secret": "osp-secret",
                "databaseAccount": "glance",
            },
            "status": {"observedGeneration": 4, "hash": {"input": "h1"}},
        }

    @staticmethod
    def _statefulset(name: str) -> dict[str, Any]:
        box = {"name": "glance-httpd", "env": [{"name": "CONFIG_HASH", "value": "h1"}]}
        return {
            "metadata": {"name": name},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "glance-log"}, box]}}},
            "status": {"readyReplicas": 2},
        }

    def forecast(self) -> dict[str, Forecast]:
        objects = OperatorObjects(
            "glance",
            {NAMES[key][0]: api for key, api in self.apis.items()},
            {NAMES[key][1]: found for key, found in self.statefulsets.items()},
            {},
            self.glance,
            self.version,
        )
        found = forecast(SpecChange(self.spec, self.spec, self.outer, "spec.glance.template"), objects)
        assert not recreation_problems(found, False, "spec.glance.template")
        return {each.api: each for each in found}


def test_nothing_is_pending_after_the_operators_have_applied_everything() -> None:
    found = Cluster().forecast()
    assert {key: (each.action, each.reasons) for key, each in found.items()} == {
        "central": ("none", ()),
        "dcn0": ("none", ()),
    }


def test_another_form_of_the_same_values_is_no_difference() -> None:
    cluster = Cluster()
    cluster.spec["glanceAPIs"]["dcn0"]["resources"] = {"limits": {"memory": "2048Mi", "cpu": "1000m"}, "requests": {}}
    cluster.apis["dcn0"]["spec"]["resources"] = {"limits": {"memory": "2Gi", "cpu": 1}}
    cluster.spec["topologyRef"] = {"name": "spread"}
    for api in cluster.apis.values():
        api["spec"]["topologyRef"] = {"name": "spread", "namespace": "openstack"}
    assert {each.action for each in cluster.forecast().values()} == {"none"}


def test_a_namespace_without_a_glance_object_is_no_difference() -> None:
    cluster = Cluster()
    cluster.glance = {}
    assert {each.action for each in cluster.forecast().values()} == {"none"}


def test_the_image_of_an_api_takes_precedence_over_the_release() -> None:
    cluster = Cluster()
    cluster.version = {"status": {"containerImages": {"glanceAPIImage": "glance:2"}}}
    cluster.glance["spec"]["glanceAPIs"]["dcn0"]["containerImage"] = cluster.glance["spec"]["containerImage"]
    assert {key: each.action for key, each in cluster.forecast().items()} == {"central": "rolling", "dcn0": "none"}


#: (where, path, value, actions of central and dcn0, the start of a reason)
PENDING = [
    ("spec", "customServiceConfigSecrets", ["extra"], "rr", "customServiceConfigSecrets change"),
    ("spec", "glanceAPIs/dcn0/customServiceConfigSecrets", ["extra"], "Nr", "customServiceConfigSecrets change"),
    ("spec", "glanceAPIs/dcn0/customServiceConfig", f"{RBD}debug = true\n", "Nr", "customServiceConfig changes"),
    (
        "spec",
        "glanceAPIs/dcn0/customServiceConfig",
        "[DEFAULT]\nenabled_backends=a:rbd\n",
        "NR",
        "enabled_backends a:rbd,b",
    ),
    ("spec", "extraMounts", [], "Nr", "extraMounts change"),
    ("outer", "extraMounts", [{"name": "x", "extraVol": [{"volumes": [{"name": "x"}]}]}], "rr", "extraMounts change"),
    ("outer", "nodeSelector", {"zone": "b"}, "Nr", "nodeSelector changes"),
    ("spec", "nodeSelector", {"zone": "b"}, "Nr", "nodeSelector changes"),
    ("spec", "nodeSelector", {}, "Nr", "nodeSelector changes"),
    ("spec", "glanceAPIs/central/nodeSelector", {"zone": "b"}, "rN", "nodeSelector changes"),
    ("spec", "topologyRef", {"name": "spread"}, "rr", "topologyRef changes"),
    ("outer", "topologyRef", {"name": "spread"}, "rr", "topologyRef changes"),
    ("spec", "glanceAPIs/dcn0/topologyRef", {"name": "spread"}, "Nr", "topologyRef changes"),
    ("spec", "keystoneEndpoint", "other", "rN", "Keystone's catalog no longer names it"),
    ("spec", "keystoneEndpoint", "dcn0", "rr", "Keystone's catalog"),
    ("spec", "glanceAPIs/dcn0/networkAttachments", ["storage"], "Nr", "networkAttachments change"),
    ("spec", "glanceAPIs/dcn0/resources", {"limits": {"memory": "2Gi"}}, "Nr", "resources change"),
    (
        "spec",
        "glanceAPIs/dcn0/override/probes",
        {"livenessProbes": {"path": "/healthcheck"}},
        "Nr",
        "override.probes change",
    ),
    ("spec", "glanceAPIs/dcn0/override/service", {"internal": {}}, "NN", ""),
    ("spec", "glanceAPIs/dcn0/replicas", 3, "Ns", "replicas 2 becomes 3"),
    ("spec", "apiTimeout", 90, "rr", "apiTimeout changes"),
    ("spec", "quotas", {"imageCountTotal": 10}, "rr", "quotas are switched on or off"),
    ("spec", "quotas", {"imageCountTotal": 0}, "NN", ""),
    ("spec", "storage", {"storageRequest": "20G"}, "RR", "storage: storageRequest becomes 20G"),
    ("spec", "imageCache", {"size": "5G"}, "RR", "the size of the image cache becomes 5G"),
    (
        "glance",
        "metadata/annotations",
        {"glance.openstack.org/wsgi": "false"},
        "rr",
        "the annotation glance.openstack.org/wsgi",
    ),
    ("glance", "spec/containerImage", "glance:2", "rr", "containerImage changes"),
    ("glance", "spec/glanceAPIs/dcn0/containerImage", "glance:2", "Nr", "containerImage changes"),
    ("version", "status/containerImages/glanceAPIImage", "glance:2", "rr", "containerImage changes"),
    ("version", "status/containerImages/otherImage", "other:2", "NN", ""),
    ("version", "status/serviceDefaults/glanceWsgi", "false", "rr", "the annotation glance.openstack.org/wsgi"),
    ("glance", "spec/secret", "other", "rr", "secret changes"),
    ("glance", "spec/glanceAPIs/dcn0/tls", {"caBundleSecretName": "ca"}, "Nr", "tls changes"),
    ("glance", "spec/glanceAPIs/dcn0/auth", {"applicationCredentialSecret": "ac"}, "NN", ""),
    (
        "apis",
        "dcn0/metadata/generation",
        5,
        "Nr",
        "GlanceAPI glance-dcn0-edge: its operator has observed generation 4 of 5",
    ),
    ("apis", "dcn0/status/hash", {"input": "h2"}, "Nr", "the StatefulSet does not have the current configuration"),
]
LETTERS = {"N": "none", "R": "recreated", "r": "rolling", "s": "scaled"}


@pytest.mark.parametrize(("where", "path", "value", "actions", "reason"), PENDING)
def test_a_change_that_is_not_applied_yet_is_forecast(
    where: str, path: str, value: Any, actions: str, reason: str
) -> None:
    cluster = Cluster()
    *parents, name = path.split("/")
    place: Any = getattr(cluster, where)
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    found = cluster.forecast()
    assert [found[key].action for key in ("central", "dcn0")] == [LETTERS[letter] for letter in actions]
    for each in found.values():
        assert not each.own or each.action == "none"
        assert all(text.endswith("(not yet applied by the operator)") for text in each.reasons)
    reasons = [each.reasons[0] for each in found.values() if each.action != "none"]
    assert all(text.startswith(reason) for text in reasons)
    assert bool(reasons) == bool(reason)
