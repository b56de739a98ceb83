# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge of a topology into a live object: managed content is set, everything else stays."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.catalog import MergeContext
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import MANAGED_ANNOTATION, read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import Merger, MergeResult
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import yaml_lines
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.tests.support.builders.control_plane import (
    EXISTING_CONFIG,
    control_plane,
    desired,
    template_of,
    topology,
)

GOLDEN = Path(__file__).parent / "golden"
HEADER = "# SPDX-License-Identifier: GPL-3.0-or-later\n---\n"


def merge(live: dict[str, Any], data: dict[str, Any], **around: Any) -> MergeResult:
    want = desired(data)
    around.setdefault("secrets", frozenset(api.key for api in want.apis))
    around.setdefault("existing", frozenset(read_managed(live).secrets))
    frozen = copy.deepcopy(live)
    found = Merger(live, want, MergeContext(**around)).merge()
    assert live == frozen, "the merge has changed what it was given"
    return found


def deployed(data: dict[str, Any], live: dict[str, Any] | None = None) -> dict[str, Any]:
    """The control plane after a first run."""
    return merge(live or control_plane(), data).after


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hub_only", topology()),
        ("two_spokes", topology("dcn0", "dcn1", mount="ceph", secret_name="keys", storage_class="fast")),
    ],
)
def test_golden(name: str, data: dict[str, Any]) -> None:
    """After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/control_plane, then read the difference."""
    path = GOLDEN / f"{name}.golden.yml"
    after = deployed(data)
    text = "".join(f"{line}\n" for line in yaml_lines(after))
    assert yaml.safe_load(text.replace("********", "{{ .ServicePassword }}")) == after
    found = HEADER + text
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        path.write_text(found)
    assert found == path.read_text()


def test_a_glance_without_a_control_plane_gets_the_same_spec() -> None:
    data = topology("dcn0", glance="glance")
    part = template_of(control_plane())
    lone = {"kind": "Glance", "metadata": {"name": "glance"}, "spec": {**part, "containerImage": "image"}}
    after = merge(lone, data).after
    assert after["spec"].pop("containerImage") == "image"
    assert after["spec"] == template_of(deployed(topology("dcn0")))


def test_everything_unmanaged_stays_unchanged() -> None:
    live = control_plane()
    template_of(live)["extraMounts"] = [{"name": "theirs", "extraVol": [{"volumes": [], "mounts": []}]}]
    template_of(live)["unknown"] = {"deep": ["kept"]}
    after = deployed(topology("dcn0"), live)
    part = template_of(after)
    assert part["glanceAPIs"]["default"] == template_of(live)["glanceAPIs"]["default"]
    assert part["extraMounts"][0] == template_of(live)["extraMounts"][0]
    assert [entry["name"] for entry in part["extraMounts"]] == ["theirs", "dcn-glance"]
    managed = ("glanceAPIs", "keystoneEndpoint", "extraMounts")
    assert {key: value for key, value in part.items() if key not in managed} == {
        key: value for key, value in template_of(live).items() if key not in managed
    }
    for part in (after, live):
        part["metadata"].pop("annotations", None)
        part["spec"]["glance"].pop("template")
    assert after == live


def test_a_second_merge_changes_nothing() -> None:
    live = deployed(topology("dcn0", "dcn1"))
    again = merge(live, topology("dcn0", "dcn1"))
    assert not again.changed
    assert {change.action for change in again.apis} == {"unchanged"}


def test_only_managed_fields_of_an_existing_api_change() -> None:
    theirs = {
        "replicas": 3,
        "type": "split",
        "override": {"service": {"internal": {"spec": {"type": "LoadBalancer"}}}},
        "networkAttachments": ["storage"],
        "customServiceConfig": EXISTING_CONFIG,
        "storage": {"storageClass": "slow"},
    }
    live = control_plane(glanceAPIs={"central": copy.deepcopy(theirs)}, keystoneEndpoint="central")
    found = merge(live, topology("dcn0"))
    api = template_of(found.after)["glanceAPIs"]["central"]
    assert found.apis[0].action == "updated"
    assert found.apis[0].fields == ("customServiceConfig", "storage")
    assert {name: api[name] for name in ("replicas", "type", "override", "networkAttachments")} == {
        name: theirs[name] for name in ("replicas", "type", "override", "networkAttachments")
    }
    assert api["storage"] == {"storageClass": "slow", "storageRequest": "10G"}
    assert api["customServiceConfig"].startswith("# The team for storage wrote this\n[DEFAULT]\ndebug = true  \n")


@pytest.mark.parametrize(
    ("live", "stated", "replicas", "after"),
    [(3, 1, "keep", 3), (3, 1, "topology", 1), (0, 2, "keep", 0), (1, 1, "topology", 1)],
)
def test_replicas_of_an_existing_api(live: int, stated: int, replicas: str, after: int) -> None:
    data = topology()
    data["sites"]["central"]["glance"] = {"api": {"replicas": stated}}
    item = deployed(topology())
    template_of(item)["glanceAPIs"]["central"]["replicas"] = live
    assert template_of(merge(item, data, replicas=replicas).after)["glanceAPIs"]["central"]["replicas"] == after


def test_an_api_that_inherited_its_text_gets_a_copy_of_it() -> None:
    live = control_plane(customServiceConfig=EXISTING_CONFIG, glanceAPIs={})
    found = merge(live, topology())
    part = template_of(found.after)
    assert part["customServiceConfig"] == EXISTING_CONFIG
    assert "password = {{ .ServicePassword }}" in part["glanceAPIs"]["central"]["customServiceConfig"]
    assert "starts as a copy" in found.warnings[0]
    assert not merge(found.after, topology()).warnings


PLACEHOLDER = "[DEFAULT]\nenabled_backends=backend1:type1 # CHANGE_ME"


@pytest.mark.parametrize("inherited", [PLACEHOLDER, f"{PLACEHOLDER}\n", PLACEHOLDER.partition("\n")[2]])
@pytest.mark.parametrize("existing", [None, "", PLACEHOLDER])
def test_the_placeholder_of_the_webhook_is_never_copied(inherited: str, existing: str | None) -> None:
    apis = {} if existing is None else {"central": {"replicas": 0, "customServiceConfig": existing}}
    found = merge(control_plane(customServiceConfig=inherited, glanceAPIs=apis), topology("dcn0"))
    glance = template_of(found.after)
    assert glance["customServiceConfig"] == inherited
    texts = [glance["glanceAPIs"][key]["customServiceConfig"] for key in ("central", "dcn0")]
    assert [text.splitlines()[1] for text in texts] == [
        "enabled_backends = central:rbd,dcn0:rbd",
        "enabled_backends = dcn0:rbd,central:rbd",
    ]
    assert not [text for text in found.warnings if "starts as a copy" in text]


def test_an_inherited_text_that_glance_cannot_load_is_refused() -> None:
    live = control_plane(customServiceConfig="[DEFAULT]\ndebug = true\nenabled_backends = old:type1\n", glanceAPIs={})
    with pytest.raises(InputErrors) as caught:
        merge(live, topology("dcn0"))
    assert [problem.path for problem in caught.value.problems] == [
        "spec.glance.template.glanceAPIs.central.customServiceConfig",
        "spec.glance.template.glanceAPIs.dcn0.customServiceConfig",
    ]
    assert "is a copy of spec.glance.template.customServiceConfig" in str(caught.value)


ENDPOINT = [
    # live endpoint, ready pods by API, endpoint afterwards
    ("default", {}, "central"),
    ("", {}, "central"),
    ("gone", {"gone": 1}, "central"),
    ("default", {"default": 2}, "default"),
    ("default", {"default": 2, "central": 1}, "central"),
]


@pytest.mark.parametrize(("live", "ready", "after"), ENDPOINT)
def test_the_endpoint_never_moves_from_an_api_with_ready_pods_to_one_without(
    live: str, ready: dict[str, int], after: str
) -> None:
    found = merge(control_plane(keystoneEndpoint=live), topology(), ready=ready)
    assert template_of(found.after)["keystoneEndpoint"] == found.endpoint_after == after
    assert bool(found.endpoint_reason) == (after != "central")


def test_the_api_that_the_webhook_creates_can_be_managed() -> None:
    data = topology()
    data["sites"]["central"]["glance"] = {"api": {"name": "default"}}
    invented = {"replicas": 0, "customServiceConfig": "[DEFAULT]\nenabled_backends=backend1:type1 # CHANGE_ME"}
    api = template_of(merge(control_plane(glanceAPIs={"default": invented}), data).after)["glanceAPIs"]["default"]
    assert api["replicas"] == 0 and "\nenabled_backends = central:rbd\n" in api["customServiceConfig"]


def test_an_edge_api_does_not_keep_the_endpoint() -> None:
    live = control_plane(keystoneEndpoint="far", glanceAPIs={"far": {"type": "edge", "replicas": 1}})
    assert merge(live, topology(), ready={"far": 1}).endpoint_after == "central"


STORAGE = [
    # storage at the top, afterwards
    ({}, {"storageRequest": "10G"}),
    ({"external": True}, {"external": False, "storageRequest": "10G"}),
    ({"external": True, "storageRequest": "5G"}, {"external": False, "storageRequest": "5G"}),
    ({"storageRequest": "5G", "storageClass": "x"}, {"storageRequest": "5G", "storageClass": "x"}),
]


@pytest.mark.parametrize(("live", "after"), STORAGE)
def test_the_storage_at_the_top_lets_the_apis_get_pvcs(live: dict[str, Any], after: dict[str, Any]) -> None:
    assert template_of(deployed(topology(), control_plane(storage=live)))["storage"] == after


def test_the_storage_of_an_unmanaged_api_is_not_changed_through_the_top() -> None:
    live = control_plane(storage={"external": True}, keystoneEndpoint="nfs")
    template_of(live)["glanceAPIs"]["nfs"] = {"type": "single", "replicas": 2}
    with pytest.raises(InputErrors, match=r"^spec.glance.template.storage: is external.*would change nfs too"):
        merge(live, topology())
    template_of(live)["glanceAPIs"]["nfs"]["storage"] = {"external": True, "storageRequest": "10G"}
    assert template_of(merge(live, topology()).after)["storage"]["external"] is False


def without(data: dict[str, Any], site: str) -> dict[str, Any]:
    return {**data, "sites": {name: value for name, value in data["sites"].items() if name != site}}


def test_an_api_that_leaves_the_topology_stays_until_it_is_purged() -> None:
    data = topology("dcn0", "dcn1")
    live = deployed(data)
    kept = merge(live, without(data, "dcn1"))
    assert not kept.changed
    assert [(change.key, change.action) for change in kept.apis if change.action == "kept"] == [("dcn1", "kept")]
    purged = merge(live, without(data, "dcn1"), purge=True)
    part = template_of(purged.after)
    assert list(part["glanceAPIs"]) == ["default", "central", "dcn0"]
    assert "dcn1" not in json.dumps(part)
    assert read_managed(purged.after).stores == {"central": ("central", "dcn0"), "dcn0": ("dcn0", "central")}
    # The Secret still exists, and stays recorded until it is removed.
    assert "ceph-conf-files-dcn1" in read_managed(purged.after).secrets
    gone = merge(purged.after, without(data, "dcn1"), purge=True, existing=frozenset())
    assert set(read_managed(gone.after).secrets) == {"ceph-conf-files-central", "ceph-conf-files-dcn0"}


def test_unmanaged_stores_are_never_purged() -> None:
    data = topology("dcn0")
    live = deployed(data)
    api = template_of(live)["glanceAPIs"]["central"]
    api["customServiceConfig"] = api["customServiceConfig"].replace("dcn0:rbd", "dcn0:rbd,theirs:file")
    text = template_of(merge(live, without(data, "dcn0"), purge=True).after)["glanceAPIs"]["central"]
    assert "enabled_backends = central:rbd,theirs:file\n" in text["customServiceConfig"]


def test_an_api_is_replaced_in_three_runs() -> None:
    data = topology()
    live = merge(control_plane(), data).after
    renamed = copy.deepcopy(data)
    renamed["sites"]["central"]["glance"] = {"api": {"name": "central2"}}
    first = merge(live, renamed, purge=True, ready={"central": 1})
    part = template_of(first.after)
    assert (part["keystoneEndpoint"], list(part["glanceAPIs"])) == ("central", ["default", "central", "central2"])
    mounts = part["extraMounts"][0]["extraVol"]
    assert [each["propagation"] for each in mounts] == [["central"], ["central2"]]
    assert mounts[0] == template_of(live)["extraMounts"][0]["extraVol"][0]
    second = merge(first.after, renamed, purge=True, ready={"central": 1, "central2": 1})
    part = template_of(second.after)
    assert (part["keystoneEndpoint"], list(part["glanceAPIs"])) == ("central2", ["default", "central", "central2"])
    third = merge(second.after, renamed, purge=True, ready={"central": 1, "central2": 1})
    part = template_of(third.after)
    assert list(part["glanceAPIs"]) == ["default", "central2"]
    assert [each["propagation"] for each in part["extraMounts"][0]["extraVol"]] == [["central2"]]
    standing = frozenset({"ceph-conf-files-central2"})
    last = merge(third.after, renamed, purge=True, existing=standing)
    assert set(read_managed(last.after).secrets) == standing
    assert not merge(last.after, renamed, purge=True, existing=standing).changed


def renamed_site(data: dict[str, Any], site: str, name: str) -> dict[str, Any]:
    """The topology with another name for the API of a site."""
    found = copy.deepcopy(data)
    found["sites"][site]["glance"] = {"api": {"name": name}}
    return found


READY = {"central": 2, "central2": 2, "dcn0": 2, "dcn0b": 2}


def test_a_new_hub_api_takes_over_only_with_every_store_of_the_old_one() -> None:
    data = topology("dcn0", "dcn1")
    renamed = renamed_site(data, "central", "central2")
    dark = {"central2": frozenset({"dcn1"})}
    created = merge(deployed(data), renamed, missing=dark, ready={"central": 2}).after
    for purge in (False, True):
        found = merge(created, renamed, missing=dark, ready=READY, purge=purge)
        assert found.endpoint_after == "central" and "central" in template_of(found.after)["glanceAPIs"]
        assert found.endpoint_reason.startswith(
            "central stays in Keystone's catalog: central2 does not have its store dcn1"
        )
        assert any(found.endpoint_reason in text for text in found.warnings)
    # The run that adds the store recreates the pods, so the endpoint moves in the next one.
    added = merge(created, renamed, ready=READY)
    assert added.endpoint_after == "central" and "dcn1" in added.endpoint_reason
    assert "dcn1:rbd" in template_of(added.after)["glanceAPIs"]["central2"]["customServiceConfig"]
    moved = merge(added.after, renamed, ready=READY, purge=True)
    assert (moved.endpoint_after, moved.endpoint_reason) == ("central2", "")
    assert "central" not in template_of(merge(moved.after, renamed, ready=READY, purge=True).after)["glanceAPIs"]


def test_purge_keeps_a_former_hub_api_while_the_new_one_does_not_have_every_store() -> None:
    data = topology("dcn0", "dcn1")
    renamed = renamed_site(data, "central", "central2")
    dark = {"central2": frozenset({"dcn1"})}
    live = merge(deployed(data), renamed, missing=dark, ready={"central": 2}).after
    template_of(live)["keystoneEndpoint"] = "central2"
    found = merge(live, renamed, missing=dark, ready=READY, purge=True)
    (kept,) = [change for change in found.apis if change.key == "central"]
    assert kept.action == "kept"
    assert kept.reason.startswith("no longer in the topology; central2 does not have its store dcn1")
    assert any("glanceAPIs.central: " in text and "dcn1" in text for text in found.warnings)


def test_purge_keeps_an_edge_api_until_the_new_one_serves_with_every_store() -> None:
    data = topology("dcn0")
    renamed = renamed_site(data, "dcn0", "dcn0b")
    live = deployed(data)

    def edge_change(item: dict[str, Any], **around: Any) -> tuple[str, str]:
        found = merge(item, renamed, purge=True, **around)
        (change,) = [change for change in found.apis if change.key == "dcn0"]
        return change.action, change.reason

    assert edge_change(live, ready={"dcn0": 2}) == (
        "kept",
        "no longer in the topology; it has 2 ready pods and dcn0b has no ready pod yet. Run this again when dcn0b is "
        "ready.",
    )
    dark = {"dcn0b": frozenset({"central"})}
    created = merge(live, renamed, missing=dark, ready={"dcn0": 2}).after
    assert "does not have its store central" in edge_change(created, missing=dark, ready=READY)[1]
    complete = merge(live, renamed, ready={"dcn0": 2}).after
    assert edge_change(complete, ready=READY, outdated=frozenset({"dcn0b"}))[0] == "kept"
    assert edge_change(complete, ready=READY) == ("removed", "no longer in the topology")


def add_unmanaged_store(item: dict[str, Any]) -> None:
    api = template_of(item)["glanceAPIs"]["central"]
    api["customServiceConfig"] = api["customServiceConfig"].replace("dcn0:rbd", "dcn0:rbd,theirs:file")


def inherit_placeholder(item: dict[str, Any]) -> None:
    template_of(item)["customServiceConfig"] = PLACEHOLDER
    del template_of(item)["glanceAPIs"]["central"]["customServiceConfig"]


@pytest.mark.parametrize(("replicas", "ready", "after"), [(0, 0, "central2"), (0, 1, "central"), (1, 0, "central")])
def test_an_api_without_workers_is_replaced_whatever_its_stores(replicas: int, ready: int, after: str) -> None:
    data = topology("dcn0")
    renamed = renamed_site(data, "central", "central2")
    live = merge(deployed(data), renamed, ready={"central": 2}).after
    add_unmanaged_store(live)
    template_of(live)["glanceAPIs"]["central"]["replicas"] = replicas
    assert merge(live, renamed, ready={"central": ready, "central2": 2}).endpoint_after == after


REPLACED = [
    # change of the old API, sites that leave the topology, outdated APIs, the missing store or the cause
    (None, (), (), ""),
    (None, ("dcn0",), (), ""),
    (None, (), ("central2",), "the operator has not applied the configuration of central2 yet"),
    (None, (), ("central",), ""),
    (add_unmanaged_store, (), (), "central2 does not have its store theirs"),
    (inherit_placeholder, (), (), ""),
]


@pytest.mark.parametrize(("act", "gone", "outdated", "cause"), REPLACED)
def test_when_the_endpoint_moves(act: Any, gone: tuple[str, ...], outdated: tuple[str, ...], cause: str) -> None:
    data = topology("dcn0", "dcn1")
    renamed = renamed_site(data, "central", "central2")
    live = merge(deployed(data), renamed, ready={"central": 2}).after
    if act is not None:
        act(live)
    for site in gone:
        renamed = without(renamed, site)
    found = merge(live, renamed, ready=READY, outdated=frozenset(outdated))
    assert found.endpoint_after == ("central" if cause else "central2")
    assert cause in found.endpoint_reason and bool(found.endpoint_reason) == bool(cause)


def test_the_managed_entry_is_renamed_and_keeps_unmanaged_fields() -> None:
    live = deployed(topology())
    entry = template_of(live)["extraMounts"][0]
    entry["extraVol"][0]["volumes"][0]["secret"]["defaultMode"] = 0o440
    entry["region"] = "r"
    assert not merge(live, topology()).changed
    renamed = template_of(merge(live, topology(mount="other")).after)["extraMounts"]
    assert [each["name"] for each in renamed] == ["other"]
    assert renamed[0]["extraVol"][0]["volumes"][0]["name"] == "other-central"


def test_an_api_without_its_files_is_deferred_and_gets_no_mount() -> None:
    data = topology("dcn0")
    missing = {"dcn0": frozenset({"dcn0", "central"})}
    found = merge(control_plane(), data, secrets=frozenset({"central"}), missing=missing)
    part = template_of(found.after)
    assert list(part["glanceAPIs"]) == ["default", "central"]
    assert [each["propagation"] for each in part["extraMounts"][0]["extraVol"]] == [["central"]]
    assert {change.key: change.action for change in found.apis} == {"central": "created", "dcn0": "deferred"}
    assert "glanceAPIs.dcn0 is left unchanged" in found.warnings[-1]


def test_a_first_run_without_the_files_of_the_hub_reports_what_is_missing() -> None:
    live = control_plane(keystoneEndpoint="", glanceAPIs={})
    missing = {"central": frozenset({"central"})}
    with pytest.raises(
        InputErrors, match=r"Keystone's catalog yet, because central is deferred: .*no conf and keyring"
    ):
        merge(live, topology("dcn0"), secrets=frozenset({"dcn0"}), missing=missing)


def test_an_annotation_that_cannot_be_parsed_records_nothing() -> None:
    for text in ("", "{", "[]", '{"apis": 3}', "null"):
        item = {"metadata": {"annotations": {MANAGED_ANNOTATION: text}}}
        assert not read_managed(item).stores
        assert not read_managed(item).secrets


def test_problems_of_all_texts_are_raised_together() -> None:
    broken = {"type": "split", "customServiceConfig": "nothing\n"}
    live = control_plane(glanceAPIs={"central": broken, "dcn0": {**broken, "type": "edge"}})
    with pytest.raises(InputErrors) as caught:
        merge(live, topology("dcn0"))
    assert [problem.path for problem in caught.value.problems] == [
        "spec.glance.template.glanceAPIs.central.customServiceConfig, line 1",
        "spec.glance.template.glanceAPIs.dcn0.customServiceConfig, line 1",
    ]
