# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What control_plane_glance forecasts, and what then happens: StatefulSet by StatefulSet, uid by uid."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, SECRETS
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys
from ansible_collections.dcn.glance.tests.support.kube.control_plane import Place, site_topology
from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn, control_plane

NAMESPACE = "t-cp-forecast"
EXTERNAL, INTERNAL = "glance-central-external-api", "glance-central-internal-api"
EDGE = "glance-dcn0-edge-api"
PARKED = ("glance-default-external-api", "glance-default-internal-api")
DATA = site_topology(NAMESPACE, "dcn0")


@pytest.fixture(scope="module")
def place(kubeconfig: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A control plane with one parked API of somebody else, and the operators' stand-in at work."""
    standin = StandIn(kubeconfig, NAMESPACE).open()
    try:
        parked = {
            "default": {"type": "split", "replicas": 0, "customServiceConfig": "[DEFAULT]\nenabled_backends=a:http\n"}
        }
        standin.create(control_plane(parked), "openstackcontrolplanes")
        found = Place(kubeconfig, NAMESPACE, Keys(tmp_path_factory.mktemp("recipient")))
        found.settled()
        yield found
    finally:
        standin.close()


def prove(place: Place, data: dict[str, Any], expected: dict[str, str], **options: Any) -> Any:
    """Run in check mode, run, wait, and hold the forecast against what has become of each StatefulSet and volume."""
    sets, claims = place.settled(), place.claims()
    planned = place.check(data, **options).ok().result
    run = place.run(data, **options).ok().result
    assert {key: run[key] for key in ("forecast", "apis", "keystone_endpoint", "secrets", "diff")} == {
        key: planned[key] for key in ("forecast", "apis", "keystone_endpoint", "secrets", "diff")
    }
    told = {each["statefulset"]: each["action"] for each in run["forecast"]}
    assert {name: action for name, action in told.items() if action != "none"} == expected
    place_after = place.settled()
    happened = {name: _happened(sets.get(name), place_after.get(name)) for name in told}
    assert happened == told
    _prove_claims(run["forecast"], claims, place.claims())
    again = place.run(data, **options).ok().result
    assert not again["changed"]
    assert {each["action"] for each in again["forecast"]} == {"none"}
    return run


def _happened(before: Any, after: Any) -> str:
    if before is None:
        return "created" if after is not None else "nothing"
    if after is None:
        return "removed"
    if before["metadata"]["uid"] != after["metadata"]["uid"]:
        return "recreated"
    if before["status"]["updateRevision"] != after["status"]["updateRevision"]:
        return "rolling"
    return "scaled" if before["spec"]["replicas"] != after["spec"]["replicas"] else "none"


def _prove_claims(forecasts: Any, before: dict[str, str], after: dict[str, str]) -> None:
    told = {claim["name"]: claim["action"] for each in forecasts for claim in each["pvcs"]}
    assert {name for name, action in told.items() if action == "created"} == set(after) - set(before)
    kept = [name for name, action in told.items() if action in ("kept", "left")]
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}


def changed(**sites: Any) -> dict[str, Any]:
    """The topology with other settings of the API of a site."""
    data = copy.deepcopy(DATA)
    for site, settings in sites.items():
        data["sites"][site]["glance"]["api"].update(settings)
    return data


def test_the_first_run_creates_all_apis_with_their_files(place: Place) -> None:
    made = {EXTERNAL: "created", INTERNAL: "created", EDGE: "created"}
    # The endpoint moves away from the unmanaged API, whose pods would restart if it had any.
    run = prove(place, DATA, {**made, **dict.fromkeys(PARKED, "rolling")})
    moved = {"before": "default", "after": "central", "reason": "", "next": "", "scale_back": {}}
    assert run["keystone_endpoint"] == moved
    for pod, files in (
        (
            f"{EXTERNAL}-0",
            ["central.client.glance.central.keyring", "central.conf", "dcn0.client.glance.central.keyring"],
        ),
        (f"{EDGE}-0", ["central.client.glance.dcn0.keyring", "central.conf", "dcn0.client.glance.dcn0.keyring"]),
    ):
        answer = place.api.execute(NAMESPACE, pod, "glance-httpd", ["ls", "/etc/ceph"])
        assert answer.stdout.decode().split() == [*files, "dcn0.conf"]


def test_a_second_run_changes_nothing(place: Place) -> None:
    place.settled()
    before = place.versions()
    for options in ({}, {"_ansible_check_mode": True}, {"files": {}}):
        assert not place.run(DATA, **options).ok().result["changed"]
    time.sleep(3)
    assert place.versions() == before


def test_an_option_causes_a_rolling_update(place: Place) -> None:
    data = copy.deepcopy(DATA)
    data["sites"]["dcn0"]["glance"]["options"] = {"DEFAULT": {"limit_param_default": "30"}}
    prove(place, data, {EDGE: "rolling"})
    # What the topology no longer states stays in the text.
    assert not place.check(DATA).ok().result["changed"]


def test_storage_recreates_and_replicas_scale(place: Place) -> None:
    data = changed(dcn0={"storage_request": "2G"})
    refused = place.run(data).failed("recreation_refused")
    assert "glanceAPIs.dcn0: storage: storageRequest becomes 2G" in refused.msg
    assert {each["action"] for each in refused.result["forecast"] if each["api"] == "dcn0"} == {"recreated"}
    run = prove(place, data, {EDGE: "recreated"}, allow_recreate=["dcn0"])
    notes = [claim["note"] for each in run["forecast"] for claim in each["pvcs"] if each["statefulset"] == EDGE]
    assert notes == ["keeps its size of 1G; only new PVCs get 2G"]
    more = changed(dcn0={"storage_request": "2G", "replicas": 2})
    assert not place.check(more).ok().result["changed"]
    prove(place, more, {EDGE: "scaled"}, replicas="topology")
    run = prove(place, DATA, {EDGE: "recreated"}, allow_recreate=["dcn0"], replicas="topology")
    left = [claim["action"] for each in run["forecast"] for claim in each["pvcs"] if each["statefulset"] == EDGE]
    assert left == ["kept", "left"]


def test_a_new_site_recreates_the_hub_only_if_that_is_allowed(place: Place) -> None:
    data = site_topology(NAMESPACE, "dcn0", "dcn1")
    before = place.versions()
    refused = place.run(data).failed("recreation_refused")
    assert f"{EXTERNAL} (1 ready)" in refused.msg and "glance.api.name of its site" in refused.msg
    assert place.versions() == before
    expected = {EXTERNAL: "recreated", INTERNAL: "recreated", "glance-dcn1-edge-api": "created"}
    prove(place, data, expected, allow_recreate=["central"])
    # And it leaves again: API, store, mount, keys and Secret; its volume stays.
    assert not place.run(DATA).ok().result["changed"]
    expected = {EXTERNAL: "recreated", INTERNAL: "recreated", "glance-dcn1-edge-api": "removed"}
    prove(place, DATA, expected, allow_recreate=["central"], purge="managed")
    assert place.api.get(SECRETS, NAMESPACE, "ceph-conf-files-dcn1") is None
    assert "dcn1" not in str(place.get(CONTROL_PLANES, "openstack")["metadata"]["annotations"])
    assert "dcn1" not in str(place.template())
    place.free_volumes("glance-dcn1-edge-api-0", f"{EDGE}-1")
    assert not [key for key in place.get(SECRETS, "ceph-conf-files-central")["data"] if key.startswith("dcn1")]


def test_a_store_is_added_without_an_outage(place: Place) -> None:
    data = changed(central={"name": "central2", "replicas": 2})
    data["sites"]["central"]["stores"]["more"] = {"type": "http"}
    # The spoke sees the store as well, and nobody minds.
    options = {"purge": "managed", "allow_recreate": ["dcn0"]}
    watch = Watch(place)
    with watch:
        first = place.run(data, **options).ok().result
        assert first["keystone_endpoint"]["after"] == "central"
        assert "stays in Keystone's catalog" in first["keystone_endpoint"]["reason"]
        place.settled()
        second = place.run(data, **options).ok().result
        assert second["keystone_endpoint"]["after"] == "central2"
        place.settled()
        third = place.run(data, **options).ok().result
        assert third["changed"]
        place.settled()
    assert watch.looks > 20 and watch.away == 0
    assert set(place.template()["glanceAPIs"]) == {"default", "central2", "dcn0"}
    assert not place.run(data, **options).ok().result["changed"]


class Watch:
    """Looks all the time whether one hub API has a ready pod."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.looks = self.away = 0

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join(10)

    def _look(self) -> None:
        while not self._end.wait(0.1):
            sets = self._place.sets()
            endpoint = self._place.template()["keystoneEndpoint"]
            ready = (sets.get(f"glance-{endpoint}-external-api") or {}).get("status", {}).get("readyReplicas", 0)
            self.looks += 1
            self.away += not ready
