# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale where something is wrong: each fault is named, and a second run gets there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlparse

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, PVCS, STATEFULSETS, Object, Resource
from ansible_collections.dcn.glance.tests.support.kube.scale import Run, Space
from ansible_collections.dcn.glance.tests.support.kube.statefulsets import IMAGE
from ansible_collections.dcn.glance.tests.support.kube.tcp_proxy import TcpProxy
from ansible_collections.dcn.glance.tests.support.wait import until

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
ADMISSION = "admissionregistration.k8s.io"
POLICIES = Resource(ADMISSION, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", False)
BINDINGS = Resource(ADMISSION, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", False)
STAGING = "/var/lib/glance/os_glance_staging_store"


@pytest.fixture(scope="module")
def space(kubeconfig: str) -> Iterator[Space]:
    space = Space(kubeconfig)
    yield space
    space.close()


def reasons(run: Run) -> set[str]:
    return {finding["reason"] for finding in run.target["failure"]["diagnosis"]}


def test_image_config_crash_and_unschedulable(space: Space) -> None:
    secret = [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "no-such-secret", "key": "x"}}}]
    crash = ["sh", "-c", "echo the disk is full >&2; exit 3"]
    faults: dict[str, tuple[Object, str]] = {
        "image": ({"container": {"image": "localhost/none:0"}}, "localhost/none:0"),
        "config": ({"container": {"env": secret}}, "no-such-secret"),
        "crash": ({"container": {"command": crash}}, "the disk is full"),
        "unschedulable": ({"pod": {"nodeSelector": {"no": "such"}}}, "no node accepts the pod"),
    }
    for name, (more, _words) in faults.items():
        space.statefulset(f"bad-{name}", 0, ready=False, **more)
    targets = [{"name": f"bad-{name}", "replicas": 1} for name in faults]
    run = space.scale(targets=targets, timeout=12).failed("timeout")
    for target, (name, (_more, words)) in zip(run.result["targets"], faults.items()):
        found = target["failure"]["diagnosis"]
        assert name in {finding["reason"] for finding in found}, found
        assert words in run.msg, run.msg
    assert "exit code 3" in run.msg
    for name in faults:
        space.api.delete(STATEFULSETS, space.name, f"bad-{name}")


def test_no_volume_left(space: Space) -> None:
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "900Gi"}}}
    claim = {"metadata": {"name": "data"}, "spec": {"storageClassName": "local-storage", **body}}
    space.statefulset("novol", 0, ready=False, volumeClaimTemplates=[claim])
    before = space.scale(name="novol", replicas=1).failed("no_volume")
    assert "900Gi" in before.msg and space.replicas("novol") == 0
    late = space.scale(name="novol", replicas=1, volume_shortage="warn", timeout=5).failed("timeout")
    assert "volume" in reasons(late) and "data-novol-0" in late.msg
    assert space.scale(name="novol", replicas=0).ok()


def test_a_quota_is_named(space: Space) -> None:
    hard = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}}
    space.statefulset("quota", 1)
    have = len(space.api.list(PODS, space.name)[0])
    hard["spec"]["hard"]["pods"] = str(have + 1)
    space.api.create(QUOTAS, space.name, hard)
    until(
        "the quota is counted", lambda: (space.api.get(QUOTAS, space.name, "few") or {}).get("status", {}).get("used")
    )
    run = space.scale(name="quota", replicas=4, timeout=6).failed("timeout")
    assert "quota" in reasons(run) and "exceeded quota: few" in run.msg and "Raise the ResourceQuota" in run.msg
    space.api.delete(QUOTAS, space.name, "few")
    assert space.scale(name="quota", replicas=1).ok()


def policy(space: Space, expression: str) -> tuple[Object, Object]:
    """What refuses a scale in the namespace."""
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["statefulsets/scale"]}
    where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space.name}}}
    rules = {"expression": expression, "message": "that is too many", "reason": "Forbidden"}
    spec = {"matchConstraints": {"resourceRules": [rule]}, "validations": [rules]}
    bound = {"policyName": space.name, "validationActions": ["Deny"], "matchResources": where}
    common = {"apiVersion": POLICIES.api_version, "metadata": {"name": space.name}}
    return {**common, "kind": POLICIES.kind, "spec": spec}, {**common, "kind": BINDINGS.kind, "spec": bound}


def test_a_policy_that_refuses_one_of_two(space: Space) -> None:
    space.statefulset("first", 0, ready=False)
    space.statefulset("second", 0, ready=False)
    made = policy(space, "object.spec.replicas < 3")
    space.api.create(POLICIES, "", made[0])
    space.api.create(BINDINGS, "", made[1])
    try:
        until("the second module fails", lambda: space.check(name="second", replicas=3).rc, 30)
        run = space.scale(targets=[{"name": "first", "replicas": 1}, {"name": "second", "replicas": 3}])
        assert "that is too many" in run.failed("invalid").msg and "needs the verb" not in run.msg
        assert space.replicas("first") == space.replicas("second") == 0 and not run.result["changed"]
    finally:
        space.api.delete(BINDINGS, "", space.name)
        space.api.delete(POLICIES, "", space.name)


def test_init_containers_and_sidecars(space: Space) -> None:
    inits = {
        "prep": {"command": ["sleep", "100"]},
        "side": {"restartPolicy": "Always", "readinessProbe": {"exec": {"command": ["false"]}, "periodSeconds": 1}},
    }
    for name, more in inits.items():
        container = {"name": name, "image": IMAGE, "command": ["sleep", "1000"], **more}
        space.statefulset(f"init-{name}", 0, ready=False, pod={"initContainers": [container]})
    run = space.scale(targets=[{"name": f"init-{name}", "replicas": 1} for name in inits], timeout=8).failed("timeout")
    assert "init container prep is still running" in run.msg and "container side runs but is not ready" in run.msg
    for name in inits:
        space.api.delete(STATEFULSETS, space.name, f"init-{name}")


def test_ordered_ready_names_the_pod_that_all_wait_for(space: Space) -> None:
    space.statefulset(
        "order", 0, podManagementPolicy="OrderedReady", container={"image": "localhost/none:0"}, ready=False
    )
    run = space.scale(name="order", replicas=3, timeout=4).failed("timeout")
    assert {"image", "predecessor"} <= reasons(run) and "waits for order-0" in run.msg


def test_a_pod_held_by_a_finalizer(space: Space) -> None:
    space.statefulset("held", 2)
    hold = {"metadata": {"finalizers": ["example.com/hold"]}}
    space.api.patch(PODS, space.name, "held-1", hold)
    run = space.scale(name="held", replicas=1, timeout=5).failed("timeout")
    assert "terminating" in reasons(run) and "example.com/hold" in run.msg
    space.api.patch(PODS, space.name, "held-1", {"metadata": {"finalizers": None}})
    assert not space.scale(name="held", replicas=1).ok().result["changed"]


def test_somebody_else_scales_during_the_wait(space: Space) -> None:
    space.statefulset("fight", 1, container={"image": "localhost/none:0"}, ready=False)
    at_work = space.start(name="fight", replicas=3)
    until("the module has set the replicas", lambda: space.replicas("fight") == 3)
    space.api.patch(STATEFULSETS, space.name, "fight", {"spec": {"replicas": 1}}, subresource="scale")
    run = at_work.end().failed("reverted")
    assert run.target["failure"]["manager"] == "dcn.glance" and "replicas were reverted from 3 to 1" in run.msg


def test_the_api_becomes_unreachable_during_the_wait(space: Space) -> None:
    space.statefulset("away", 1)
    url = urlparse(space.api.host)
    proxy = TcpProxy(url.hostname or "", url.port or 443)
    way = {"host": f"https://127.0.0.1:{proxy.port}", "validate_certs": False}
    space.api.patch(PODS, space.name, "away-0", {"metadata": {"finalizers": ["example.com/hold"]}})
    at_work = space.start(name="away", replicas=0, **way)
    until("the replicas are 0", lambda: space.replicas("away") == 0)
    proxy.cut()
    space.api.patch(PODS, space.name, "away-0", {"metadata": {"finalizers": None}})
    until("the pod is gone", lambda: space.api.get(PODS, space.name, "away-0") is None)
    proxy.mend()
    assert at_work.end().ok().result["changed"]
    away = space.start(name="away", replicas=1, timeout=4, **way)
    until("the replicas are 1", lambda: space.replicas("away") == 1)
    proxy.cut()
    run = away.end()
    if run.rc:
        assert run.result["reason"] == "api_unreachable" and "cannot be reached" in run.msg
    none = space.scale(name="away", replicas=2, **way).failed("unreachable")
    assert "cannot be reached" in none.msg and not none.result.get("changed")
    proxy.close()


def test_staged_images_are_not_lost(space: Space) -> None:
    space.statefulset("glance", 2, volumes=("glance",))
    space.api.execute(space.name, "glance-1", "main", ["mkdir", "-p", STAGING])
    script = f"cat > {STAGING}/0b1c"
    done = space.api.execute(space.name, "glance-1", "main", ["sh", "-c", script], stdin=b"bytes of an image")
    assert done.rc == 0
    for arguments in ({"replicas": 1}, {"replicas": 0}):
        run = space.scale(name="glance", **arguments).failed("guard_refused")
        assert "0b1c" in run.msg and "glance-1" in run.msg and space.replicas("glance") == 2
    assert space.check(name="glance", replicas=1).failed("guard_refused")
    space.api.execute(space.name, "glance-1", "main", ["rm", f"{STAGING}/0b1c"])
    run = space.scale(name="glance", replicas=1, pvc="delete_removed").ok()
    assert run.target["pvcs"]["deleted"] == ["glance-glance-1"]
    left = space.scale(name="glance", replicas=0).ok()
    assert left.target["pvcs"]["left_over"] == ["glance-glance-0"]
    unseen = space.scale(name="glance", replicas=0, pvc="delete_removed").failed("guard_refused")
    assert "cannot be checked" in unseen.msg
    assert space.api.get(PVCS, space.name, "glance-glance-0")
    assert space.scale(name="glance", replicas=0, pvc="delete_removed", guard_staged=False).ok().result["changed"]
    space.free_volumes()
