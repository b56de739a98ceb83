# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secret options of stores: in a Secret of each API, never in the control plane; and the operator reads it."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_secret import KEY
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import secret_diffs, secret_result
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import ControlPlaneResult
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, SECRETS
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    NAMESPACE,
    stateful_set,
    template_of,
    topology,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

Run = Callable[..., ControlPlaneResult]
NAME = "glance-config-secrets-central"
KEYS = ("access-key-one", "secret-key-one")


def with_s3(secret: str = KEYS[1], **more: Any) -> dict[str, Any]:
    """A hub with a Ceph cluster and an s3 store."""
    data = topology(**more)
    options = {
        "s3_store_host": "https://s3.example.com",
        "s3_store_access_key": KEYS[0],
        "s3_store_secret_key": secret,
        "s3_store_bucket": "images",
    }
    stores = {"central": {"type": "rbd", "default": True}, "archive": {"type": "s3", "options": options}}
    data["sites"]["central"]["stores"] = stores
    return data


def content(kube: FakeKube, name: str = NAME) -> str:
    secret = kube.get(SECRETS, NAMESPACE, name)
    assert secret is not None
    return base64.b64decode(secret["data"][KEY]).decode()


def central(kube: FakeKube) -> dict[str, Any]:
    item = kube.get(CONTROL_PLANES, NAMESPACE, "openstack")
    assert item is not None
    return dict(template_of(item)["glanceAPIs"]["central"])


def test_keys_are_only_in_the_secret_that_the_api_names(kube: FakeKube, run: Run) -> None:
    found = run(with_s3())
    assert content(kube) == f"[archive]\ns3_store_access_key = {KEYS[0]}\ns3_store_secret_key = {KEYS[1]}\n"
    assert central(kube)["customServiceConfigSecrets"] == [NAME]
    shown = json.dumps(
        [secret_result(found.secrets, found.plan, False), secret_diffs(found.secrets, found.plan, False, "x")]
    )
    item = json.dumps(kube.get(CONTROL_PLANES, NAMESPACE, "openstack"))
    assert "s3_store_bucket = images" in item
    assert not [key for key in KEYS for text in (item, shown, repr(found)) if key in text]
    assert "s3_store_secret_key = ******** (new)" in shown
    assert not run(with_s3()).changed


def test_keys_that_were_in_the_control_plane_are_moved(kube: FakeKube, run: Run) -> None:
    run(topology())
    item = copy.deepcopy(kube.get(CONTROL_PLANES, NAMESPACE, "openstack"))
    text = central(kube)["customServiceConfig"].replace("central:rbd", "central:rbd,archive:s3")
    text += f"\n[archive]\ns3_store_access_key = {KEYS[0]}\ns3_store_secret_key = {KEYS[1]}\n"
    template_of(item)["glanceAPIs"]["central"]["customServiceConfig"] = text
    kube.add(item)
    run(with_s3())
    assert KEYS[1] not in json.dumps(kube.get(CONTROL_PLANES, NAMESPACE, "openstack"))
    assert KEYS[1] in content(kube)


def test_another_key_changes_only_the_secret_and_restarts_the_pods(kube: FakeKube, run: Run) -> None:
    run(with_s3())
    for instance in ("external", "internal"):
        kube.add(stateful_set(f"glance-central-{instance}-api"))
    before = kube.get(CONTROL_PLANES, NAMESPACE, "openstack")
    expected = run(with_s3("secret-key-two"), check=True)
    found = run(with_s3("secret-key-two"))
    for plan in (expected.plan, found.plan):
        central_sets = {(each.action, each.reasons) for each in plan.forecasts if each.api == "central"}
        assert central_sets == {("rolling", (f"the Secret {NAME} changes",))}
    assert kube.get(CONTROL_PLANES, NAMESPACE, "openstack") == before
    assert "secret-key-two" in content(kube) and KEYS[1] not in content(kube)


def test_secrets_of_others_stay_before_it(kube: FakeKube, run: Run) -> None:
    item = copy.deepcopy(kube.get(CONTROL_PLANES, NAMESPACE, "openstack"))
    template_of(item)["customServiceConfigSecrets"] = ["theirs"]
    kube.add(item)
    run(with_s3())
    assert central(kube)["customServiceConfigSecrets"] == ["theirs", NAME]
    run(topology(), purge=True)
    assert "customServiceConfigSecrets" not in central(kube)
    assert kube.get(SECRETS, NAMESPACE, NAME) is None


def test_an_api_that_replaces_another_has_a_secret_of_its_own(kube: FakeKube, run: Run) -> None:
    """What a new API takes over from the old one does not include its Secret, which goes with the old one."""
    run(with_s3())
    renamed = with_s3()
    renamed["sites"]["central"]["glance"] = {"api": {"name": "hub2", "replicas": 2}}
    run(renamed)
    item = kube.get(CONTROL_PLANES, NAMESPACE, "openstack")
    assert item is not None
    apis = template_of(item)["glanceAPIs"]
    assert apis["hub2"]["customServiceConfigSecrets"] == ["glance-config-secrets-hub2"]
    assert apis["central"]["customServiceConfigSecrets"] == [NAME]
    assert content(kube) == content(kube, "glance-config-secrets-hub2")


def test_a_list_in_the_topology_and_the_own_secret(kube: FakeKube, run: Run) -> None:
    data = with_s3()
    data["sites"]["central"]["glance"] = {"api": {"spec": {"customServiceConfigSecrets": ["more"]}}}
    run(data)
    assert central(kube)["customServiceConfigSecrets"] == ["more", NAME]
    assert not run(data).changed


def test_without_purge_the_keys_of_a_kept_store_stay(kube: FakeKube, run: Run) -> None:
    run(with_s3())
    found = run(topology())
    assert "archive:s3" in central(kube)["customServiceConfig"]
    assert central(kube)["customServiceConfigSecrets"] == [NAME]
    assert KEYS[1] in content(kube)
    assert not run(topology()).changed
    assert [each.action for each in found.secrets if each.name == NAME] == ["none"]


def test_placeholders_of_the_operator_are_no_secrets(kube: FakeKube, run: Run) -> None:
    data = topology()
    stores = {"central": {"type": "rbd", "default": True}, "archive": {"type": "swift"}}
    data["sites"]["central"]["stores"] = stores
    run(data)
    assert "swift_store_key = {{ .ServicePassword }}" in central(kube)["customServiceConfig"]
    assert kube.get(SECRETS, NAMESPACE, NAME) is None


def test_secret_options_of_glance_itself(kube: FakeKube, run: Run) -> None:
    data = topology()
    data["sites"]["central"]["glance"] = {"options": {"keystone_authtoken": {"memcache_secret_key": "hush-hush"}}}
    run(data)
    assert content(kube) == "[keystone_authtoken]\nmemcache_secret_key = hush-hush\n"
    assert "hush" not in central(kube)["customServiceConfig"]


@pytest.mark.parametrize("value", ["a{{b", "{{ .ServicePassword }}x"])
def test_a_key_that_the_operator_would_expand_is_refused(run: Run, value: str) -> None:
    with pytest.raises(InputErrors, match="begins an instruction to the operator's template") as raised:
        run(with_s3(value))
    assert value not in str(raised.value)


def test_a_secret_of_another_api_is_refused(kube: FakeKube, run: Run) -> None:
    labels = {"dcn.glance/api": "dcn0"}
    metadata = {"name": NAME, "namespace": NAMESPACE, "labels": labels}
    kube.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {}})
    with pytest.raises(InputErrors, match="has the label of the API dcn0.*operators.config_secret_name"):
        run(with_s3())
