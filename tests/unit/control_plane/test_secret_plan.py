# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets of the pods: confs and keyrings as on a host, only the keys that are needed, other keys unchanged."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import (
    decoded,
    is_managed,
    secret_body,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan, plan_secrets
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.builders.control_plane import NAMESPACE, Keys, desired, topology

DATA = topology("dcn0", "dcn1")
WANT = desired(DATA)
NAME = "ceph-conf-files-dcn0"
CONF = """\
[global]
fsid = {fsid}
mon_host = 192.0.2.11

[client]
client_mount_timeout = 10

[client.glance.dcn0]
keyring = /etc/ceph/{cluster}.client.glance.dcn0.keyring
"""


def plans(files: Any, live: Any = None, check: bool = False) -> dict[str, SecretPlan]:
    return {each.api: each for each in plan_secrets(WANT.apis, live or {}, files, NAMESPACE, check)}


def written(plan: SecretPlan, keys: Keys) -> dict[str, Any]:
    """The Secret after the plan was carried out."""
    contents = keys.opener.contents(plan)
    return secret_body(plan.live, plan.name, NAMESPACE, plan.labels, [*plan.keys, *plan.stale_keys], contents)


@pytest.fixture
def secret(keys: Keys) -> dict[str, Any]:
    """The Secret of dcn0 after a first run."""
    return written(plans(keys.files(WANT))["dcn0"], keys)


OWNER = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": "vault", "controller": True}


def test_a_spoke_holds_only_its_own_cluster_and_the_hub_s(secret: dict[str, Any]) -> None:
    data = decoded(secret)
    assert sorted(data) == [
        "central.client.glance.dcn0.keyring",
        "central.conf",
        "dcn0.client.glance.dcn0.keyring",
        "dcn0.conf",
    ]
    found = next(entry for entry in data["dcn0.conf"].decode().splitlines() if entry.startswith("fsid"))
    assert data["dcn0.conf"].decode() == CONF.format(fsid=found.partition(" = ")[2], cluster="dcn0")
    assert data["dcn0.client.glance.dcn0.keyring"].decode().startswith("[client.glance.dcn0]\n\tkey = AQ")
    assert secret["metadata"]["labels"] == {"dcn.glance/site": "dcn0", "dcn.glance/api": "dcn0"}
    assert secret["type"] == "Opaque"
    assert is_managed(secret)


def test_the_hub_holds_every_cluster(keys: Keys) -> None:
    hub = plans(keys.files(WANT))["central"]
    assert hub.action == "create"
    assert [key for key in hub.keys if key.endswith(".conf")] == ["central.conf", "dcn0.conf", "dcn1.conf"]


def test_a_second_run_needs_no_sealed_key_and_changes_nothing(keys: Keys, secret: dict[str, Any]) -> None:
    found = plans({"dcn0": keys.files(WANT, sealed=False)["dcn0"]}, {NAME: secret})["dcn0"]
    assert found.action == "none"
    assert not found.missing
    assert all(item.action == "none" for item in found.files)


def test_another_key_replaces_one_value_and_nothing_else(keys: Keys, secret: dict[str, Any]) -> None:
    secret["data"]["theirs"] = base64.b64encode(b"kept").decode()
    secret["metadata"]["annotations"]["theirs"] = "kept"
    files = {"dcn0": keys.files(WANT, generation=2)["dcn0"][:1] + keys.files(WANT)["dcn0"][1:]}
    found = plans(files, {NAME: secret})["dcn0"]
    assert found.action == "update"
    assert found.other_keys == ("theirs",)
    changed = [(item.path, item.reason) for item in found.files if item.action != "none"]
    assert [path for path, _reason in changed] == ["/etc/ceph/dcn0.client.glance.dcn0.keyring"]
    assert changed[0][1].startswith("has another key (")
    after = written(found, keys)
    differing = [key for key in after["data"] if after["data"][key] != secret["data"][key]]
    assert differing == ["dcn0.client.glance.dcn0.keyring"]
    assert {**after, "data": None} == {**secret, "data": None}


def test_a_missing_key_that_is_not_sealed_is_a_problem(keys: Keys) -> None:
    with pytest.raises(InputErrors) as caught:
        plans({"dcn0": keys.files(WANT, sealed=False)["dcn0"]})
    assert [problem.path for problem in caught.value.problems] == [
        "files.dcn0[0].clients[0].sealed",
        "files.dcn0[1].clients[0].sealed",
    ]
    assert plans({"dcn0": keys.files(WANT, sealed=False)["dcn0"]}, check=True)["dcn0"].action == "create"


def test_a_cluster_without_files_keeps_its_keys_in_the_secret(keys: Keys, secret: dict[str, Any]) -> None:
    only_own = keys.files(WANT, clusters=["dcn0"])
    first = plans(only_own)["dcn0"]
    assert (first.action, first.missing) == ("create", {"central"})
    later = plans(only_own, {NAME: secret})["dcn0"]
    assert (later.action, later.missing) == ("none", frozenset())
    assert plans({})["dcn1"].missing == {"dcn1", "central"}
    assert plans({})["dcn1"].action == "none"
    assert not plans({})["dcn1"].exists_after


def test_managed_keys_that_are_no_longer_needed_are_stale(keys: Keys, secret: dict[str, Any]) -> None:
    secret["data"]["dcn9.conf"] = secret["data"]["dcn0.conf"]
    secret["metadata"]["annotations"]["dcn.glance/keys"] += ",dcn9.conf"
    found = plans(keys.files(WANT), {NAME: secret})["dcn0"]
    assert (found.action, found.stale_keys, found.other_keys) == ("none", ("dcn9.conf",), ())
    dropped = secret_body(secret, NAME, NAMESPACE, found.labels, found.keys, {}, found.stale_keys)
    assert "dcn9.conf" not in dropped["data"]
    assert "dcn9" not in dropped["metadata"]["annotations"]["dcn.glance/keys"]


def test_an_unmanaged_keyring_that_the_pods_can_read_is_a_warning(keys: Keys, secret: dict[str, Any]) -> None:
    secret["data"]["dcn1.client.openstack.keyring"] = ""
    found = plans(keys.files(WANT), {NAME: secret})["dcn0"]
    assert found.other_keys == ("dcn1.client.openstack.keyring",)
    assert "dcn1.client.openstack.keyring, which the pods of dcn0 can read and do not need" in found.warnings[0]


def test_lost_labels_are_restored(keys: Keys, secret: dict[str, Any]) -> None:
    secret["metadata"]["labels"] = {}
    found = plans(keys.files(WANT), {NAME: secret})["dcn0"]
    assert found.action == "update"
    assert written(found, keys)["metadata"]["labels"] == found.labels


def test_keys_that_the_pods_must_not_hold_are_refused(keys: Keys) -> None:
    files = keys.files(WANT)
    files["dcn0"].append(copy.deepcopy(files["dcn1"][0]))
    files["dcn1"][0]["clients"][0]["name"] = "client.admin"
    files["dcn7"] = []
    with pytest.raises(InputErrors) as caught:
        plans(files)
    assert [problem.path for problem in caught.value.problems] == [
        "files.dcn7",
        "files.dcn0[2].cluster",
        "files.dcn0[2].clients[0].name",
        "files.dcn1[0].clients[0].name",
    ]
    assert "Glance of dcn0 uses only dcn0 and central" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"immutable": True}, "Secret openstack/ceph-conf-files-dcn0: is immutable"),
        ({"metadata": {"ownerReferences": [OWNER]}}, "belongs to ExternalSecret vault, which overwrites it"),
        ({"metadata": {"labels": {"dcn.glance/api": "dcn1"}}}, "has the label of the API dcn1"),
    ],
)
def test_secrets_that_cannot_be_written_are_refused(
    keys: Keys, secret: dict[str, Any], change: Any, expected: str
) -> None:
    with pytest.raises(InputErrors, match=expected):
        plans(keys.files(WANT, generation=7), {NAME: {**secret, **change}})


@pytest.mark.parametrize("change", [{"immutable": True}, {"metadata": {"ownerReferences": [OWNER]}}])
def test_secrets_that_cannot_be_written_are_used_with_the_right_keys(
    keys: Keys, secret: dict[str, Any], change: Any
) -> None:
    found = plans(keys.files(WANT), {NAME: {**secret, **change}})["dcn0"]
    assert (found.action, found.missing, found.exists_after) == ("none", frozenset(), True)


def test_unmanaged_options_of_a_conf_stay(keys: Keys, secret: dict[str, Any]) -> None:
    text = "# theirs\n[client]\nrbd cache = false\n"
    secret["data"]["dcn0.conf"] = base64.b64encode(text.encode()).decode()
    after = decoded(written(plans(keys.files(WANT), {NAME: secret})["dcn0"], keys))["dcn0.conf"].decode()
    assert after.startswith("# theirs\n[client]\nrbd cache = false\nclient_mount_timeout = 10\n")


def test_no_plan_and_no_diff_shows_a_key(keys: Keys, secret: dict[str, Any]) -> None:
    found = plans(keys.files(WANT, generation=3), {NAME: secret})
    shown = repr(found) + "".join(item.before + item.after for each in found.values() for item in each.files)
    assert keys.used
    assert not [key for key in keys.used if key in shown]
