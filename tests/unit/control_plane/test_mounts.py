# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""extraMounts: what others put into the managed entry or its items stays."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.mounts import DesiredMounts, merge_extra_mounts


def part(key: str, volume: str = "", *more: str, secret: str = "") -> dict[str, Any]:
    """An item as this collection writes it, or with another volume, more words in propagation and another Secret."""
    name = volume or f"dcn-glance-{key}"
    return {
        "extraVolType": "Ceph",
        "propagation": [key, *more],
        "volumes": [{"name": name, "secret": {"secretName": secret or f"ceph-{key}"}}],
        "mounts": [{"name": name, "mountPath": "/etc/ceph", "readOnly": True}],
    }


CINDER = part("CinderVolume", "ceph", secret="cinder")
POLICY = {
    "propagation": ["GlanceAPI"],
    "volumes": [{"name": "policy", "configMap": {"name": "glance-policy"}}],
    "mounts": [{"name": "policy", "mountPath": "/etc/glance/policy.d"}],
}
OTHER = {"name": "v1", "region": "r1", "extraVol": [CINDER]}


def mounts_for(*keys: str, name: str = "dcn-glance", **more: Any) -> DesiredMounts:
    given: dict[str, Any] = {
        "names": {name},
        "secrets": {f"ceph-{key}": key for key in keys},
        "keys": {*keys, "theirs"},
        **more,
    }
    return DesiredMounts(name, {key: part(key, f"{name}-{key}") for key in keys}, **given)


def entry(*parts: dict[str, Any], name: str = "dcn-glance", **more: Any) -> dict[str, Any]:
    return {"name": name, **more, "extraVol": list(parts)}


def with_more(old: dict[str, Any]) -> dict[str, Any]:
    """The item with another file that was added by hand."""
    found = copy.deepcopy(old)
    found["volumes"].append({"name": "ca", "configMap": {"name": "ca"}})
    found["mounts"].append({"name": "ca", "mountPath": "/etc/ca", "readOnly": True})
    found["volumes"][0]["secret"]["defaultMode"] = 0o440
    return found


CASES: dict[str, tuple[list[Any], DesiredMounts, list[Any]]] = {
    "nothing there": ([], mounts_for("az0"), [entry(part("az0"))]),
    "entries of other names stay": ([OTHER], mounts_for("az0"), [OTHER, entry(part("az0"))]),
    "nothing desired": ([OTHER, entry(CINDER)], mounts_for(), [OTHER, entry(CINDER)]),
    "the live order stays": (
        [entry(part("az0"), part("az1")), OTHER],
        mounts_for("az1", "az0"),
        [entry(part("az0"), part("az1")), OTHER],
    ),
    "an unmanaged item in the managed entry": (
        [entry(CINDER, POLICY, region="r"), OTHER],
        mounts_for("az0"),
        [entry(CINDER, POLICY, part("az0"), region="r"), OTHER],
    ),
    "two entries of that name": (
        [entry(CINDER), OTHER, entry(part("az0"), POLICY)],
        mounts_for("az0"),
        [entry(CINDER), OTHER, entry(part("az0"), POLICY)],
    ),
    "unmanaged fields in a managed item": (
        [entry(with_more(part("az0")))],
        mounts_for("az0"),
        [entry(with_more(part("az0")))],
    ),
    "unmanaged fields in a managed item that is renamed": (
        [entry(with_more(part("az0", "old-az0")), name="old", region="r")],
        mounts_for("az0", names={"old", "dcn-glance"}),
        [entry(with_more(part("az0")), region="r")],
    ),
    "pods of other services get it too": (
        [entry(part("az0", "", "CinderBackup"))],
        mounts_for("az0"),
        [entry(part("az0", "", "CinderBackup"))],
    ),
    "other pods of Glance must not get it": (
        [entry(part("az0", "", "CinderBackup", "theirs", "GlanceAPI"))],
        mounts_for("az0"),
        [entry(part("az0", "", "CinderBackup"))],
    ),
    "another Secret": ([entry(part("az0", secret="old"))], mounts_for("az0"), [entry(part("az0"))]),
    "another volume name for the managed Secret": (
        [entry(part("az0", "ceph"))],
        mounts_for("az0"),
        [entry(part("az0"))],
    ),
    "an item that is no longer needed is removed": (
        [entry(part("az0"), CINDER, part("az1"))],
        mounts_for("az0"),
        [entry(part("az0"), CINDER)],
    ),
    "an emptied entry is removed": ([OTHER, entry(part("az1"))], mounts_for(), [OTHER]),
    "a managed item that stays unchanged": (
        [entry(with_more(part("az1")), part("az0", secret="old"))],
        mounts_for("az0", unchanged={"az1"}, secrets={"ceph-az1": "az1"}),
        [entry(with_more(part("az1")), part("az0"))],
    ),
    "a managed item that stays unchanged under the old name": (
        [entry(part("az1", "old-az1"), CINDER, name="old")],
        mounts_for("az0", unchanged={"az1"}, names={"old", "dcn-glance"}),
        [entry(CINDER, name="old"), entry(part("az1", "old-az1"), part("az0"))],
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_merged_extra_mounts(name: str) -> None:
    live, mounts, expected = CASES[name]
    before = copy.deepcopy(live)
    assert merge_extra_mounts(live, mounts) == expected
    assert live == before
    # The second run no longer knows the old name.
    again = DesiredMounts(mounts.name, mounts.items, {mounts.name}, mounts.secrets, mounts.unchanged, mounts.keys)
    assert merge_extra_mounts(expected, again) == expected
