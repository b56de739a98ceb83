# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods get beyond their stores: volumes, fields of the operator, placeholders; and the rules about them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.glance import site_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import RULES, lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Volume
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

NFS = {"mount_path": "/var/lib/glance/images", "source": {"nfs": {"server": "192.0.2.50", "path": "/glance"}}}
FILES = {"type": "file", "options": {"filesystem_store_datadir": "/var/lib/glance/images"}}
ARCHIVE = "sites/central/stores/archive"
BASE: dict[str, Any] = {
    "hub": "central",
    "platform": "operators",
    "sites": {
        "central": {"ceph": {}, "stores": {"central": {"type": "rbd", "default": True}}, "glance": {"api": {}}},
        "dcn0": {"ceph": {}, "glance": {"endpoint": "http://192.0.2.20:9292", "api": {}}},
    },
}


def changed(*changes: Any) -> dict[str, Any]:
    """BASE with other values: path, value, path, value, ..."""
    data = copy.deepcopy(BASE)
    for path, value in zip(changes[::2], changes[1::2]):
        node = data
        *parents, last = path.split("/")
        for key in parents:
            node = node.setdefault(key, {})
        node[last] = copy.deepcopy(value)
    return data


API, SPOKE = "sites/central/glance/api", "sites/dcn0/glance/api"
FILE_STORE = [ARCHIVE, {**FILES, "default": False}]

#: (rule, changes, path of the finding)
REPORTED: list[tuple[str, list[Any], str]] = [
    ("file-store-not-shared", FILE_STORE, "sites.central.stores.archive"),
    ("file-store-not-shared", [*FILE_STORE, API, {"type": "single", "replicas": 2}], "sites.central.stores.archive"),
    ("file-store-not-shared", [*FILE_STORE, f"{API}/volumes", {"v": {**NFS, "mount_path": "/x"}}], "sites.central."),
    ("volume-path", [f"{API}/volumes", {"v": {**NFS, "mount_path": "/var/lib/glance"}}], "sites.central.glance.api."),
    ("volume-path", [f"{API}/volumes", {"v": {**NFS, "mount_path": "/var/lib"}}], "sites.central.glance.api."),
    ("volume-path", [f"{API}/volumes", {"v": {**NFS, "mount_path": "/etc/ceph"}}], "sites.central.glance.api."),
    ("volume-path", [f"{API}/volumes", {"v": {**NFS, "mount_path": "/etc"}}], "sites.central.glance.api."),
    ("volume-path", [f"{API}/volumes", {"v": NFS, "w": NFS}], "sites.central.glance.api.volumes.w.mount_path"),
    ("volume-name-long", [f"{API}/volumes", {"v" * 50: NFS}], f"sites.central.glance.api.volumes.{'v' * 50}"),
    (
        "field-refused",
        [f"{API}/spec", {"override": {"service": {"admin": {}}}}],
        "sites.central.glance.api.spec.override.service.admin",
    ),
    (
        "field-refused",
        [f"{SPOKE}/spec", {"topologyRef": {"name": "t", "namespace": "other"}}],
        "sites.dcn0.glance.api.spec.topologyRef.namespace",
    ),
    (
        "field-refused",
        [f"{API}/spec", {"imageCache": {"size": "2 GB"}}],
        "sites.central.glance.api.spec.imageCache.size",
    ),
    ("field-refused", [f"{API}/name", "a" * 25, f"{API}/spec", {"imageCache": {"size": "2G"}}], "sites.central."),
    ("field-refused", [f"{API}/name", "a" * 25, "operators/spec", {"imageCache": {"size": "2G"}}], "sites.central."),
    (
        "region-placeholder",
        [ARCHIVE, {"type": "swift", "options": {"swift_store_region": "{{ .Region }}"}}],
        "sites.central.stores.archive.options.swift_store_region",
    ),
    (
        "region-placeholder",
        ["sites/dcn0/glance/options", {"oslo_limit": {"endpoint_region_name": "{{ .Region }}"}}],
        "sites.dcn0.glance.options.oslo_limit.endpoint_region_name",
    ),
]

#: (rule, changes)
NOT_REPORTED: list[tuple[str, list[Any]]] = [
    ("file-store-not-shared", [*FILE_STORE, f"{API}/volumes", {"v": NFS}]),
    ("file-store-not-shared", [*FILE_STORE, API, {"type": "single"}]),
    ("file-store-remote", [*FILE_STORE, f"{API}/volumes", {"v": NFS}, f"{SPOKE}/volumes", {"w": NFS}]),
    ("volume-path", [f"{API}/volumes", {"v": NFS, "w": {**NFS, "mount_path": "/etc/httpd/conf_custom"}}]),
    ("volume-name-long", [f"{API}/volumes", {"v" * 40: NFS}]),
    ("field-refused", [f"{API}/spec", {"override": {"service": {"public": {}, "internal": {}}}, "imageCache": None}]),
    ("field-refused", [f"{API}/name", "a" * 60]),
    ("region-placeholder", ["sites/central/glance/options", {"oslo_limit": {"endpoint_region_name": "{{ .Region }}"}}]),
    ("placeholder", [ARCHIVE, {"type": "swift", "options": {"swift_store_auth_address": "{{ .KeystonePublicURL }}"}}]),
    ("swift-no-account", [ARCHIVE, {"type": "swift"}]),
]


@pytest.mark.parametrize(("rule", "changes", "path"), REPORTED)
def test_reported(rule: str, changes: list[Any], path: str) -> None:
    found = [finding for finding in lint(parse(mask(changed(*changes)))) if finding.rule == rule]
    assert [finding.path.startswith(path) for finding in found] == [True], found


@pytest.mark.parametrize(("rule", "changes"), NOT_REPORTED)
def test_not_reported(rule: str, changes: list[Any]) -> None:
    assert [finding for finding in lint(parse(mask(changed(*changes)))) if finding.rule == rule] == []


def test_every_rule_of_pods_is_tested() -> None:
    assert {rule for rule, *_rest in REPORTED} == {
        rule.id for rule in RULES if rule.check.__module__.endswith("rules.pods")
    }


def test_a_placeholder_of_a_person_is_reported_beside_one_of_the_operator() -> None:
    data = changed(
        ARCHIVE, {"type": "swift", "options": {"swift_store_auth_address": "{{ .KeystonePublicURL }}/{{ x }}"}}
    )
    assert "placeholder" in [finding.rule for finding in lint(parse(data))]


def test_the_type_of_a_volume_follows_from_its_source() -> None:
    config = {
        "mount_path": "/etc/policy",
        "source": {"configMap": {"name": "policy"}},
        "read_only": True,
        "sub_path": "a",
    }
    topology = parse(changed(f"{API}/volumes", {"nfs": NFS, "policy": {**config, "type": "Undefined"}}))
    assert topology.hub.glance.api is not None
    assert topology.hub.glance.api.volumes == (
        Volume("nfs", NFS["mount_path"], NFS["source"], "Nfs"),
        Volume("policy", "/etc/policy", config["source"], "Undefined", "a", True),
    )
    normal = normalised(topology)
    assert normalised(parse(normal)) == normal


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([f"{API}/volumes", {"v": {"source": NFS["source"]}}], "volumes.v.mount_path: is missing"),
        ([f"{API}/volumes", {"v": {**NFS, "mount_path": "x"}}], "volumes.v.mount_path: 'x' cannot be used"),
        ([f"{API}/volumes", {"v": {**NFS, "sub_path": "../x"}}], "volumes.v.sub_path: '../x' cannot be used"),
        ([f"{API}/volumes", {"v": {"mount_path": "/x"}}], "volumes.v.source: is missing"),
        ([f"{API}/volumes", {"v": {**NFS, "source": {}}}], "must have exactly one key"),
        ([f"{API}/volumes", {"v": {**NFS, "source": {"nfs": {"server": "a"}}}}], "source.nfs: has no path"),
        ([f"{API}/volumes", {"v": {**NFS, "source": {"hostPath": {"path": "/x"}}}}], "use persistentVolumeClaim"),
        ([f"{API}/volumes", {"V_": NFS}], "cannot be the name of a volume"),
        ([f"{API}/volumes", {"v": None}], "set at least its"),
        ([f"{API}/spec", {"replicas": 3}], "spec.replicas: cannot be set here: use `api.replicas`"),
        ([f"{API}/spec", {"extraMounts": []}], "use `api.volumes`"),
        ([f"{API}/spec", {"apiTimeout": "60"}], "spec.apiTimeout: must be a whole number of seconds"),
        ([f"{API}/spec", {"networkAttachments": "storage"}], "must be a list of texts"),
        ([f"{API}/spec", {"nodeSelector": {"disk": 1}}], "put the value in quotes"),
        ([f"{API}/spec", {"topologyRef": "spread"}], "with the `name` of an object"),
        ([f"{API}/spec", {"override": {"service": ["internal"]}}], "service must be a mapping"),
        ([f"{API}/spec", {"override": {"service": {"internal": 1}}}], "service.internal must be a mapping"),
        (["operators/spec", {"storage": {}}], "operators.spec.storage: cannot be set here"),
        (["operators/spec", {"quotas": {"imageCountTotal": -1}}], "must have a whole number from 0"),
    ],
)
def test_refused(changes: list[Any], message: str) -> None:
    with pytest.raises(InputErrors) as raised:
        parse(changed(*changes))
    assert message in str(raised.value)


def test_unknown_fields_are_passed_on_as_they_are() -> None:
    fields = {"newField": {"deep": [1, {"a": None}]}, "apiTimeout": 90, "imageCache": None}
    topology = parse(changed(f"{API}/spec", fields, "operators/spec", {"alsoNew": True}))
    assert topology.hub.glance.api is not None and topology.operators is not None
    assert topology.hub.glance.api.spec == fields
    assert topology.operators.spec == {"alsoNew": True}


@pytest.mark.parametrize("kind", ["swift", "cinder"])
def test_stores_use_the_account_of_glance_unless_they_name_one(kind: str) -> None:
    address = {"swift": "swift_store_auth_address", "cinder": "cinder_store_auth_address"}[kind]
    topology = parse(changed(ARCHIVE, {"type": kind}))
    found = site_stores(topology, topology.hub)[1]
    assert found["options"][address] == "{{ .KeystoneInternalURL }}"
    assert "{{ .ServicePassword }}" in found["options"].values()
    own = changed(ARCHIVE, {"type": kind, "options": {address: "http://k"}})
    assert site_stores(parse(own), parse(own).hub)[1]["options"] == {address: "http://k"}
    hosts = {**changed(ARCHIVE, {"type": kind}), "platform": "packages"}
    for site in hosts["sites"].values():
        site["glance"].pop("api")
    assert site_stores(parse(hosts), parse(hosts).hub)[1]["options"] == {}


def test_names_of_secrets_in_fields_are_no_secrets() -> None:
    fields = {"tls": {"caBundleSecretName": "combined-ca-bundle"}, "customServiceConfigSecrets": ["more"]}
    volume = {"mount_path": "/x", "source": {"secret": {"secretName": "files"}}}
    data = changed(f"{API}/spec", fields, f"{API}/volumes", {"v": volume}, "operators/spec", {"secret": "osp-secret"})
    assert mask(data) == data
    store = changed("sites/central/stores/api/options", {"s3_store_secret_key": "hush"})
    assert "hush" not in str(mask(store))
