# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of removed sites that are used elsewhere, and writes without an answer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import MANAGED_ANNOTATION
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import RecreationRefused
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import secret_diffs, shown_object
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import ControlPlaneResult, stored_object
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    CONTROL_PLANES,
    NOT_FOUND,
    SECRETS,
    UNREACHABLE,
    KubeError,
    Resource,
)
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    NAMESPACE,
    claim,
    glance,
    stateful_set,
    topology,
)
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube

DATA, SPOKE = topology("dcn0"), topology("dcn0", "dcn1")
GONE = "ceph-conf-files-dcn1"
Run = Callable[..., ControlPlaneResult]


def read(kube: FakeKube, resource: Resource, name: str) -> dict[str, Any]:
    found = kube.get(resource, NAMESPACE, name)
    assert found is not None
    return found


def test_a_secret_with_unmanaged_keys_only_loses_the_managed_ones(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    theirs = {"theirs": base64.b64encode(b"x").decode()}
    kube.change(SECRETS, NAMESPACE, GONE, {"data": theirs, "metadata": {"labels": {"team": "a"}}})
    planned = run(DATA, purge=True, check=True).plan
    found = run(DATA, purge=True)
    assert (found.plan.removed, found.plan.emptied) == (planned.removed, planned.emptied) == ((), (GONE,))
    assert any(f"{GONE} holds theirs, which is not managed: the Secret stays" in text for text in found.plan.warnings)
    left = read(kube, SECRETS, GONE)
    assert left["data"] == theirs
    assert (left["metadata"]["labels"], left["metadata"]["annotations"]) == ({"team": "a"}, {})
    count = len(kube.writes)
    assert not run(DATA, purge=True).changed
    assert len(kube.writes) == count


@pytest.mark.parametrize("check", [True, False])
def test_purge_reports_the_pvcs_that_stay(kube: FakeKube, run: Run, check: bool) -> None:
    run(SPOKE)
    owner = read(kube, CONTROL_PLANES, "openstack")["metadata"]["uid"]
    names = [
        f"{template}-glance-dcn1-edge-api-{number}" for template in ("glance", "glance-cache") for number in (0, 1)
    ]
    kube.add(glance(owner), *(claim(name) for name in [*names, "glance-glance-dcn0-edge-api-0"]))
    assert not [text for text in run(DATA, check=True).plan.warnings if "PVC" in text]
    found = [text for text in run(DATA, purge=True, check=check).plan.warnings if "PVC" in text]
    assert found == [
        f"The PVCs {', '.join(sorted(names))} of the removed API dcn1 stay, with the staged files. To delete them: "
        f"kubectl -n openstack delete pvc {' '.join(sorted(names))}"
    ]


def test_a_secret_that_is_used_elsewhere_stays(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    plane = read(kube, CONTROL_PLANES, "openstack")
    plane["spec"]["extraMounts"][0]["extraVol"][0]["volumes"][0]["secret"]["secretName"] = GONE
    kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"extraMounts": plane["spec"]["extraMounts"]}})
    before = read(kube, SECRETS, GONE)
    found = run(DATA, purge=True)
    where = "spec.extraMounts[0].extraVol[0].volumes[0].secret.secretName"
    assert any(f"is kept because {where} names it" in text for text in found.plan.warnings)
    assert read(kube, SECRETS, GONE) == before
    assert not run(DATA, purge=True).changed


def test_a_key_added_just_before_the_removal_is_kept(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    theirs = {"theirs": base64.b64encode(b"x").decode()}
    moved = []

    def other_client(_call: Any) -> None:
        if not moved:
            moved.append(1)
            kube.change(SECRETS, NAMESPACE, GONE, {"data": theirs})
            raise KubeError(CONFLICT, "the precondition does not hold", status=409, verb="delete")

    kube.on("delete", "secrets", other_client)
    assert run(DATA, purge=True).conflicts == 1
    assert read(kube, SECRETS, GONE)["data"] == theirs


def test_the_diff_shows_the_state_after_the_run(kube: FakeKube, run: Run) -> None:
    run(SPOKE)
    found = run(DATA, purge=True)
    after = shown_object(stored_object(found), True)
    assert (
        after["annotations"][MANAGED_ANNOTATION]
        == read(kube, CONTROL_PLANES, "openstack")["metadata"]["annotations"][MANAGED_ANNOTATION]
    )
    titles = [each["before_header"] for each in secret_diffs(found.secrets, found.plan, True, NAMESPACE)]
    hub = "Secret openstack/ceph-conf-files-central: "
    assert sorted(titles[:2]) + titles[2:] == [
        f"{hub}dcn1.client.glance.central.keyring",
        f"{hub}dcn1.conf",
        f"Secret openstack/{GONE}",
    ]


def test_a_secret_deleted_between_reading_and_writing_is_recreated(kube: FakeKube, run: Run) -> None:
    run(DATA)
    broken = {"dcn0.conf": base64.b64encode(b"").decode()}
    kube.change(SECRETS, NAMESPACE, "ceph-conf-files-dcn0", {"data": broken})
    moved = []

    def other_client(call: Any) -> None:
        if not call.dry_run and not moved:
            moved.append(1)
            raise KubeError(NOT_FOUND, "gone", status=404, verb="update")

    kube.on("update", "secrets", other_client)
    assert run(DATA).conflicts == 1


def test_a_write_without_an_answer_is_reported_as_unknown(kube: FakeKube, run: Run) -> None:
    def cut(call: Any) -> None:
        if not call.dry_run:
            raise KubeError(UNREACHABLE, "No answer.", verb="update")

    kube.on("update", "openstackcontrolplanes", cut)
    with pytest.raises(KubeError) as caught:
        run(DATA)
    assert "Written before: Secret ceph-conf-files-central, Secret ceph-conf-files-dcn0." in str(caught.value)
    assert "Whether OpenStackControlPlane openstack was written is unknown" in str(caught.value)
    assert "Nothing was changed" not in str(caught.value)


def test_a_refusal_after_a_write_reports_the_write(kube: FakeKube, run: Run) -> None:
    run(DATA)
    moved = []

    def other_client(call: Any) -> None:
        if not call.dry_run and not moved:
            moved.append(1)
            owner = read(kube, CONTROL_PLANES, "openstack")["metadata"]["uid"]
            kube.add(glance(owner), stateful_set("glance-central-external-api"))
            kube.change(CONTROL_PLANES, NAMESPACE, "openstack", {"spec": {"theirs": 1}})

    kube.on("update", "openstackcontrolplanes", other_client)
    with pytest.raises(
        RecreationRefused, match="^Only Secret ceph-conf-files-central, Secret ceph-conf-files-dcn1 was"
    ):
        run(SPOKE)
