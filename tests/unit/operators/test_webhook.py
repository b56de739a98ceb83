# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the webhook or Kubernetes would refuse, with paths."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._operators import quantities
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import find_mount_problems
from ansible_collections.dcn.glance.plugins.module_utils._operators.webhook import find_problems, is_invented_config

RBD = "[DEFAULT]\nenabled_backends=a:rbd\n"
PART: dict[str, Any] = {
    "keystoneEndpoint": "central",
    "glanceAPIs": {
        "central": {"type": "split", "replicas": 1, "customServiceConfig": RBD},
        "dcn0": {"type": "edge", "replicas": 1, "customServiceConfig": RBD},
    },
}
REMOVE = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    part = copy.deepcopy(PART)
    *parents, name = path.split(".")
    place: Any = part
    for parent in parents:
        place = place.setdefault(parent, {})
    if value is REMOVE:
        del place[name]
    else:
        place[name] = value
    return part


def problems(after: dict[str, Any], before: dict[str, Any] | None = None, glance: str = "glance") -> list[str]:
    return [str(each) for each in find_problems(PART if before is None else before, after, "spec", glance, "openstack")]


def test_a_valid_spec_has_no_problem() -> None:
    assert problems(PART) == []


RULES = [
    ("keystoneEndpoint", "gone", "spec.keystoneEndpoint: names 'gone', but the APIs are: central, dcn0"),
    ("keystoneEndpoint", "dcn0", "spec.keystoneEndpoint: names 'dcn0', which is of type edge"),
    ("keystoneEndpoint", "", "spec.keystoneEndpoint: is empty"),
    ("glanceAPIs.central.type", "single", "spec.glanceAPIs.central.type: is split and cannot become single"),
    ("glanceAPIs.dcn0.type", REMOVE, "spec.glanceAPIs.dcn0.type: is edge and cannot become split"),
    (
        "glanceAPIs.central.customServiceConfig",
        "[DEFAULT]\nenabled_backends=f:file",
        "glanceAPIs.central.type: is split",
    ),
    ("glanceAPIs.central.customServiceConfig", "", "spec.glanceAPIs.central.type: is split, and its only store"),
    ("glanceAPIs.central.customServiceConfig", "enabled_backends=a:rbd,", "has the entry '', which is not id:type"),
    ("glanceAPIs.central.customServiceConfig", "enabled_backends=a: rbd", "has the entry 'a: rbd'"),
    ("glanceAPIs.central.replicas", 33, "spec.glanceAPIs.central.replicas: is 33; it can be 0 to 32"),
    ("glanceAPIs.foo_bar", {"type": "edge"}, "spec.glanceAPIs.foo_bar: the name 'foo_bar' cannot be used"),
    (
        "glanceAPIs.dcn0.storage.storageRequest",
        "10 G",
        "spec.glanceAPIs.dcn0.storage.storageRequest: is '10 G', which is not",
    ),
    ("glanceAPIs.dcn0.override.service.admin", {}, "spec.glanceAPIs.dcn0.override.service.admin: is neither"),
    ("glanceAPIs.dcn0.topologyRef.namespace", "other", "spec.glanceAPIs.dcn0.topologyRef.namespace: is 'other'"),
    ("topologyRef.namespace", "other", "spec.topologyRef.namespace: is 'other'"),
    ("notificationBusInstance", "bus", "spec.notificationBusInstance: cannot change"),
    (
        "glanceAPIs.dcn0.override.probes.livenessProbes.path",
        "health",
        "livenessProbes.path: 'health' does not start with /",
    ),
    ("glanceAPIs.dcn0.override.probes.startupProbes.type", "Exec", "startupProbes.command: is missing"),
    ("glanceAPIs.dcn0.override.probes.readinessProbes.periodSeconds", -1, "readinessProbes.periodSeconds: is -1"),
]


@pytest.mark.parametrize(("path", "value", "expected"), RULES)
def test_refused_values(path: str, value: Any, expected: str) -> None:
    found = problems(changed(path, value))
    assert any(expected in each for each in found), found
    assert len(found) == 1, found


ALLOWED = [
    ("glanceAPIs.central.replicas", 0),
    ("glanceAPIs.central.customServiceConfig", "[DEFAULT]\nenabled_backends=f:file,a:rbd"),
    ("glanceAPIs.new", {"type": "single", "customServiceConfig": "[DEFAULT]\nenabled_backends=f:file"}),
    ("glanceAPIs.dcn0.topologyRef.namespace", "openstack"),
    ("glanceAPIs.dcn0.override.service.public", {}),
    ("glanceAPIs.dcn0.storage.storageRequest", "1.5Ti"),
]


@pytest.mark.parametrize(("path", "value"), ALLOWED)
def test_accepted_values(path: str, value: Any) -> None:
    assert problems(changed(path, value)) == []


def test_an_api_with_no_replicas_needs_no_store() -> None:
    part = changed("glanceAPIs.central.customServiceConfig", "")
    part["glanceAPIs"]["central"]["replicas"] = 0
    assert problems(part) == []


def test_a_single_api_needs_no_keystone_endpoint() -> None:
    part = {"keystoneEndpoint": "", "glanceAPIs": {"central": PART["glanceAPIs"]["central"]}}
    assert problems(part, part) == []


# By name of the Glance and type, how long a key can be without and with an image cache.
LENGTHS = [
    ("glance", "split", 32, 22),
    ("glance", "edge", 36, 26),
    ("glance", "single", 38, 28),
    ("glance-xxxxx", "split", 26, 16),
    ("glance-xxxxx", "edge", 30, 20),
    ("glance-xxxxx", "single", 32, 22),
]


@pytest.mark.parametrize(("glance", "kind", "plain", "cached"), LENGTHS)
@pytest.mark.parametrize("with_cache", [False, True])
def test_the_longest_name_of_an_api(glance: str, kind: str, plain: int, cached: int, with_cache: bool) -> None:
    limit = cached if with_cache else plain
    for length, wrong in ((limit, False), (limit + 1, True)):
        api = {"type": kind, "customServiceConfig": RBD, "imageCache": {"size": "10G" if with_cache else ""}}
        part = copy.deepcopy(PART)
        part["glanceAPIs"]["x" * length] = api
        found = problems(part, glance=glance)
        assert bool(found) == wrong, (length, found)
        assert not wrong or f"has {length} characters, and the maximum is {limit} for" in found[0]


def test_a_cached_api_with_two_digit_ordinals_has_a_shorter_name() -> None:
    part = copy.deepcopy(PART)
    api = {"type": "split", "replicas": 12, "customServiceConfig": RBD, "imageCache": {"size": "10G"}}
    part["glanceAPIs"]["x" * 22] = api
    (found,) = problems(part)
    assert "the name has 22 characters, and the maximum is 21 for a split API" in found and "CronJobs" in found
    del part["glanceAPIs"]["x" * 22]
    part["glanceAPIs"]["x" * 21] = api
    assert problems(part) == []


@pytest.mark.parametrize("field", ["storage.storageRequest", "imageCache.size"])
@pytest.mark.parametrize(
    ("size", "accepted"),
    [("5u", True), (".5Gi", True), ("1e3", True), ("5m", True), ("1.2.3G", False), ("0G", False), ("10GB", False)],
)
def test_sizes_are_what_kubernetes_accepts(field: str, size: str, accepted: bool) -> None:
    found = problems(changed(f"glanceAPIs.dcn0.{field}", size))
    assert found == (
        [] if accepted else [f"spec.glanceAPIs.dcn0.{field}: is {size!r}, which is not {quantities.SIZE_RULE}"]
    )


@pytest.mark.parametrize(("length", "accepted"), [(36, True), (64, False)])
def test_a_name_is_a_dns_label(length: int, accepted: bool) -> None:
    found = problems(changed(f"glanceAPIs.{'x' * length}", {"type": "edge", "customServiceConfig": RBD}))
    assert bool(found) != accepted
    assert accepted or "cannot be used: lower case letters, digits and -, 63 at most" in found[0]


def test_all_problems_are_returned_together() -> None:
    part = changed("keystoneEndpoint", "gone")
    part["glanceAPIs"]["central"]["replicas"] = 40
    part["glanceAPIs"]["dcn0"]["type"] = "single"
    assert len(problems(part)) == 3


def entry(name: str, propagation: list[str] | None, volume: str = "v", path: str = "/etc/ceph") -> dict[str, Any]:
    extra: dict[str, Any] = {"volumes": [{"name": volume}], "mounts": [{"name": volume, "mountPath": path}]}
    if propagation is not None:
        extra["propagation"] = propagation
    return {"name": name, "extraVol": [extra]}


MANAGED = entry("managed", ["central"], "managed-central")

MOUNTS = [
    # propagation, volume and path of another entry, number of problems
    (["GlanceAPI"], "theirs", "/etc/ceph", 1),
    (["Glance"], "theirs", "/etc/ceph/", 1),
    (["All"], "theirs", "/etc/ceph", 1),
    (["central", "CinderBackup"], "theirs", "/etc/ceph", 1),
    (None, "theirs", "/etc/ceph", 1),
    ([], "theirs", "/etc/ceph", 1),
    (["GlanceAPI"], "managed-central", "/elsewhere", 1),
    (["GlanceAPI"], "managed-central", "/etc/ceph", 2),
    (["Glance", "GlanceAPI"], "theirs", "/elsewhere", 2),
    (["dcn0"], "theirs", "/etc/ceph", 0),
    (["CinderVolume"], "theirs", "/etc/ceph", 0),
    (["GlanceAPI"], "theirs", "/etc/glance/policy.d", 0),
    (["dcn0"], "v" * 64, "/etc/ceph", 0),
]


@pytest.mark.parametrize(("propagation", "volume", "path", "count"), MOUNTS)
@pytest.mark.parametrize("outside", [False, True])
def test_duplicate_volumes_and_mounts(
    propagation: list[str] | None, volume: str, path: str, count: int, outside: bool
) -> None:
    theirs = entry("theirs", propagation, volume, path)
    part, outer = (
        ({"extraMounts": [MANAGED]}, {"extraMounts": [theirs]}) if outside else ({"extraMounts": [MANAGED, theirs]}, {})
    )
    found = find_mount_problems(part, outer, ["central"], "spec.glance.template")
    assert len(found) == count, found
    place = "spec.extraMounts[0].extraVol[0]" if outside else "spec.glance.template.extraMounts[1].extraVol[0]"
    assert all(problem.path == place and "central" in problem.message for problem in found)


def test_volume_names_have_a_limit() -> None:
    found = find_mount_problems({"extraMounts": [entry("managed", ["central"], "v" * 64)]}, {}, ["central"], "spec")
    assert [each.path for each in found] == ["spec.extraMounts[0].extraVol[0]"]
    assert "which has 64 characters: lower case letters" in found[0].message


def test_unmanaged_apis_are_checked_only_against_the_webhook() -> None:
    odd = {"type": "edge", "customServiceConfig": "enabled_backends=a: rbd\n", "storage": {"storageRequest": "big"}}
    part = {"glanceAPIs": {"k" * 37: odd, "central": {}}, "keystoneEndpoint": "central"}
    part["glanceAPIs"]["central"] = {"type": "split", "customServiceConfig": "enabled_backends=a:rbd\n"}
    assert not find_problems({}, part, "spec", "glance", "openstack", ["central"])
    assert len(find_problems({}, part, "spec", "glance", "openstack", ["central", "k" * 37])) == 3


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("[DEFAULT]\nenabled_backends=backend1:type1 # CHANGE_ME", True),
        ("enabled_backends = backend1:type1 # CHANGE_ME\n", True),
        ("[DEFAULT]\ndebug=true\nenabled_backends=backend1:type1 # CHANGE_ME\n", False),
        ("[DEFAULT]\nenabled_backends=a:rbd\n", False),
        ("", False),
    ],
)
def test_the_placeholder_of_the_webhook_is_recognized(text: str, invented: bool) -> None:
    assert is_invented_config(text) == invented
