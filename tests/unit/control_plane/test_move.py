# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The move of the hub to a new API: what comes next follows from what exists."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.filter.topology import with_hub_api
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.hub_api import current_key
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import MergeContext, Merger, MergeResult
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import (
    DesiredGlance,
    Observed,
    RunOptions,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.move import (
    Move,
    ServiceUser,
    find_move,
    service_users,
    single_warning,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import plan_run, recreation_reasons
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import OperatorObjects
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.control_plane import control_plane, stateful_set, topology

OLD, NEW = "central", "central-b"
BEFORE, AFTER = topology("dcn0"), topology("dcn0", "dcn1")


def wanted(data: dict[str, Any], hub: str = "") -> DesiredGlance:
    return desired_glance(parse(copy.deepcopy(data)), hub)


def merged(live: dict[str, Any], data: dict[str, Any], hub: str = "", **around: Any) -> MergeResult:
    desired = wanted(data, hub)
    context = MergeContext(
        secrets=frozenset(api.key for api in desired.apis),
        existing=frozenset(api.secret for api in desired.apis),
        **around,
    )
    return Merger(live, desired, context).merge()


def template(item: dict[str, Any]) -> dict[str, Any]:
    return item["spec"]["glance"]["template"]


def observed(item: dict[str, Any], *created: str, ready: int = 2) -> Observed:
    """The object with its pods; ``created`` are the APIs of the hub from the oldest to the newest."""
    stamps = {
        f"glance-{key}-external": {"metadata": {"creationTimestamp": f"2026-01-0{day}T00:00:00Z"}, "spec": {}}
        for day, key in enumerate(created, 1)
    }
    sets = [stateful_set(f"glance-{key}-{part}-api", ready) for key in created for part in ("external", "internal")]
    return Observed(item, OperatorObjects("glance", stamps, {each["metadata"]["name"]: each for each in sets}))


def next_step(data: dict[str, Any], seen: Observed, **options: Any) -> Move:
    def reasons(key: str) -> tuple[str, ...]:
        return recreation_reasons(wanted(data, key), seen, RunOptions(**options))

    return find_move(wanted(data), seen, reasons)


@pytest.fixture
def begun() -> dict[str, Any]:
    """A cloud without dcn1."""
    return merged(control_plane(), BEFORE).after


READY = {OLD: 2, NEW: 2}


def created(begun: dict[str, Any]) -> dict[str, Any]:
    return merged(begun, AFTER, NEW, ready={OLD: 2}, endpoint="keep").after


def moved(begun: dict[str, Any]) -> dict[str, Any]:
    return merged(created(begun), AFTER, NEW, ready=READY).after


def retired(begun: dict[str, Any]) -> dict[str, Any]:
    return merged(moved(begun), AFTER, NEW, ready=READY, remove=frozenset({OLD})).after


def test_each_step_follows_from_what_exists(begun: dict[str, Any]) -> None:
    first = next_step(AFTER, observed(begun, OLD))
    assert (first.step, first.current, first.old, first.new) == ("create", OLD, OLD, NEW)
    assert first.reasons[0] == "enabled_backends central:rbd,dcn0:rbd becomes central:rbd,dcn0:rbd,dcn1:rbd"
    second = next_step(AFTER, observed(created(begun), OLD, NEW))
    assert (second.step, second.current, second.old, second.new) == ("move", OLD, OLD, NEW)
    third = next_step(AFTER, observed(moved(begun), OLD, NEW))
    assert (third.step, third.current, third.old, third.new) == ("retire", NEW, OLD, NEW)
    last = next_step(AFTER, observed(retired(begun), NEW))
    assert (last.step, last.current, last.old, last.new) == ("nothing", NEW, "", NEW)


def test_the_same_topology_needs_nothing(begun: dict[str, Any]) -> None:
    found = next_step(BEFORE, observed(begun, OLD))
    assert (found.step, found.new, found.old, found.back_to) == ("nothing", OLD, "", "")


def test_an_api_without_ready_pods_needs_no_new_one(begun: dict[str, Any]) -> None:
    assert next_step(AFTER, observed(begun, OLD, ready=0)).step == "nothing"


def test_the_next_store_goes_back_to_the_name_of_the_topology(begun: dict[str, Any]) -> None:
    found = next_step(topology("dcn0", "dcn1", "dcn2"), observed(retired(begun), NEW))
    assert (found.step, found.old, found.new) == ("create", NEW, OLD)


def test_another_name_in_the_topology_is_used(begun: dict[str, Any]) -> None:
    named = copy.deepcopy(AFTER)
    named["sites"]["central"]["glance"] = {"api": {"name": "hub2"}}
    found = next_step(named, observed(begun, OLD))
    assert (found.step, found.old, found.new) == ("create", OLD, "hub2")


def test_a_store_that_leaves_the_topology_needs_a_new_api_to_be_purged(begun: dict[str, Any]) -> None:
    live = retired(begun)
    kept = next_step(BEFORE, observed(live, NEW))
    assert (kept.step, kept.stale_stores) == ("nothing", ("dcn1",))
    assert next_step(AFTER, observed(live, NEW)).stale_stores == ()
    found = next_step(BEFORE, observed(live, NEW), purge=True)
    assert (found.step, found.new) == ("create", OLD)
    back = merged(live, BEFORE, OLD, ready={NEW: 2}, endpoint="keep").after
    text = template(back)["glanceAPIs"][OLD]["customServiceConfig"]
    assert stores_of(text) == (("central", "dcn0"), "central") and "dcn1" not in text
    assert merged(back, BEFORE, OLD, ready=READY).endpoint_after == OLD


def test_the_older_api_is_the_one_to_go_back_to(begun: dict[str, Any]) -> None:
    for live in (created(begun), moved(begun)):
        found = next_step(AFTER, observed(live, OLD, NEW))
        assert (found.back_to, found.drop) == (OLD, NEW)
        # By age, not by name.
        assert next_step(AFTER, observed(live, NEW, OLD)).back_to == NEW
        # The operator has not yet made the new one.
        assert next_step(AFTER, observed(live, OLD)).back_to == OLD
    assert next_step(AFTER, observed(retired(begun), NEW)).back_to == ""


def test_the_endpoint_stays_until_the_proof_and_moves_back_without_the_store(begun: dict[str, Any]) -> None:
    kept = merged(created(begun), AFTER, NEW, ready=READY, endpoint="keep")
    assert (kept.endpoint_after, kept.changed) == (OLD, False)
    live = moved(begun)
    assert template(live)["keystoneEndpoint"] == NEW
    desired = wanted(AFTER, OLD).without({OLD, "dcn0", "dcn1"})
    refused = Merger(live, desired, MergeContext(ready=READY)).merge()
    assert refused.endpoint_after == NEW and "does not have its store dcn1" in refused.endpoint_reason
    back = Merger(live, desired, MergeContext(ready=READY, endpoint="move_back")).merge()
    assert back.endpoint_after == OLD
    assert template(back.after)["glanceAPIs"] == template(live)["glanceAPIs"], "no API changes"
    drop = MergeContext(ready=READY, endpoint="move_back", remove=frozenset({NEW}))
    gone = Merger(back.after, desired, drop).merge().after
    assert NEW not in template(gone)["glanceAPIs"] and OLD in template(gone)["glanceAPIs"]
    assert set(read_managed(gone).stores) == {OLD, "dcn0", "dcn1"}
    assert "ceph-conf-files-central-b" not in str(template(gone)["extraMounts"])
    unready = Merger(live, desired, MergeContext(ready={NEW: 2}, endpoint="move_back")).merge()
    assert unready.endpoint_after == NEW and "no ready pod" in unready.endpoint_reason


def test_the_new_api_is_like_the_old_one(begun: dict[str, Any]) -> None:
    old = template(begun)["glanceAPIs"][OLD]
    old.update(replicas=3, networkAttachments=["storage"], apiTimeout=90, tls={"api": {"public": {"secretName": "c"}}})
    old["override"] = {"service": {"internal": {"spec": {"type": "LoadBalancer"}}}}
    old["customServiceConfig"] = "# by hand\n" + old["customServiceConfig"] + "[oslo_limit]\nregion = one\n"
    template(begun)["extraMounts"].append(
        {"name": "policy", "extraVol": [{"propagation": [OLD], "volumes": [], "mounts": []}]}
    )
    found = merged(begun, AFTER, NEW, ready={OLD: 2}, endpoint="keep")
    new = template(found.after)["glanceAPIs"][NEW]
    assert (new["replicas"], new["networkAttachments"], new["apiTimeout"]) == (3, ["storage"], 90)
    assert "override" not in new and "tls" not in new
    assert new["customServiceConfig"].startswith("# by hand\n") and "region = one" in new["customServiceConfig"]
    for words in ("override.service is not copied", "tls.api is not copied", "entry 'policy' has volumes"):
        assert any(words in text for text in found.warnings), words
    assert template(found.after)["glanceAPIs"][OLD] == old
    (change,) = [each for each in found.apis if each.key == NEW]
    assert change.action == "created" and {"networkAttachments", "customServiceConfig"} <= set(change.fields)


def test_a_store_without_keys_is_not_copied(begun: dict[str, Any]) -> None:
    dark = {NEW: frozenset({"dcn0"})}
    new = merged(begun, AFTER, NEW, ready={OLD: 2}, endpoint="keep", missing=dark).after
    assert stores_of(template(new)["glanceAPIs"][NEW]["customServiceConfig"])[0] == ("central", "dcn1")
    found = merged(new, AFTER, NEW, ready=READY, missing=dark)
    assert found.endpoint_after == OLD and "does not have its store dcn0" in found.endpoint_reason


def test_an_api_that_would_be_recreated_is_skipped_on_request(begun: dict[str, Any]) -> None:
    data = copy.deepcopy(BEFORE)
    data["sites"]["central"]["stores"] = {
        "central": {"type": "rbd", "default": True},
        "web": {"type": "http"},
    }
    seen = observed(begun, OLD)
    edge = stateful_set("glance-dcn0-edge-api")
    objects = OperatorObjects("glance", seen.objects.apis, {**seen.objects.statefulsets, "glance-dcn0-edge-api": edge})
    files: dict[str, Any] = {"central": [], "dcn0": []}
    options = RunOptions(skip_recreations=True, endpoint="keep", check=True)
    secrets = {"ceph-conf-files-central-b": None, "ceph-conf-files-central": None, "ceph-conf-files-dcn0": None}
    plan = plan_run(wanted(data, NEW), Observed(begun, objects, secrets), files, options)
    actions = {each.key: (each.action, each.reason) for each in plan.merge.apis}
    assert actions["dcn0"][0] in ("kept", "unchanged"), actions
    back = RunOptions(endpoint="move_back", check=True)
    nothing = plan_run(wanted(data, OLD).without({OLD, "dcn0"}), Observed(begun, objects, secrets), files, back)
    assert template(nothing.merge.after) == template(begun)


def test_two_sites_cannot_share_a_name() -> None:
    data = copy.deepcopy(BEFORE)
    data["sites"]["dcn0"]["glance"] = {"api": {"name": NEW}}
    with pytest.raises(InputErrors, match="sites.dcn0.glance.api.name: is 'central-b'"):
        wanted(data, NEW)


def test_the_current_name_is_the_managed_one_in_the_catalog(begun: dict[str, Any]) -> None:
    live = moved(begun)
    assert current_key(OLD, live, True) == NEW
    assert current_key(OLD, begun, True) == OLD and current_key(OLD, None, True) == OLD
    assert current_key("hub2", live, True) == "hub2"
    live["metadata"]["annotations"] = {}
    assert current_key(OLD, live, True) == OLD, "nobody knows whose it is"


def test_filter_sets_the_name_in_use(begun: dict[str, Any]) -> None:
    found = with_hub_api(AFTER, moved(begun))
    assert parse(found).hub.glance.api.name == NEW  # type: ignore[union-attr]
    assert with_hub_api(AFTER, begun) == AFTER == with_hub_api(AFTER, {})
    assert parse(with_hub_api(AFTER, "other")).hub.glance.api.name == "other"  # type: ignore[union-attr]


def test_users_of_a_service_are_named() -> None:
    content = {
        "cinder": {"customServiceConfig": "[DEFAULT]\nglance_api_servers = http://glance-central-internal.os.svc:9292"},
        "list": ["https://glance-central-public.os", "http://glance-central-b-internal.os", "glance-central"],
    }
    assert service_users(content, "central", "spec") == [
        ServiceUser("spec.cinder.customServiceConfig", "glance-central-internal"),
        ServiceUser("spec.list[0]", "glance-central-public"),
    ]
    assert service_users(content, "central-b", "spec") == [ServiceUser("spec.list[1]", "glance-central-b-internal")]


def test_one_worker_is_said_before(begun: dict[str, Any]) -> None:
    one = next_step(AFTER, observed(begun, OLD, ready=1))
    assert "central has one ready pod" in single_warning(one, True)
    assert single_warning(next_step(AFTER, observed(begun, OLD)), True) == ""
