# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking into workers and running commands in them: against a cluster in memory that can fail."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube import errors as kube_errors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    PODS,
    TIMEOUT,
    ExecResult,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers import exec as pods_exec
from ansible_collections.dcn.glance.plugins.module_utils._workers import look as pods_look
from ansible_collections.dcn.glance.plugins.module_utils._workers import run as pods
from ansible_collections.dcn.glance.plugins.module_utils._workers.files import parse_expected
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import look as pods_inside_look
from ansible_collections.dcn.glance.tests.support.fakes.pods import NAMESPACE, claim, keyring, pod

ZERO, ONE, TWO = (f"glance-central-external-api-{number}" for number in range(3))


def found(cluster):
    return pods.find(cluster, NAMESPACE, ["service=glance"])


def test_results_come_in_order_whoever_ends_first():
    gate = threading.Event()

    def work(number):
        if number:
            gate.set()
        else:
            assert gate.wait(5)
        return number

    assert pods.everywhere(work, [0, 1, 2], 2) == [0, 1, 2]
    assert pods.everywhere(work, [], 2) == []


# Programs in pods


@pytest.mark.parametrize(
    ("answer", "rule", "text"),
    [
        (ExecResult(127, b"", b""), "python_missing", "Container glance-httpd of image glance:1 has no python3"),
        (ExecResult(126, b"", b""), "python_missing", "has no python3"),
        (ExecResult(1, b"", b"Trace\nKeyError: 'x'\n"), "look_failed", "ended with 1: KeyError: 'x'"),
        (ExecResult(1, b"", b"at mysql://a:hunter2x@b\n"), "look_failed", "mysql://a:********@b"),
        (ExecResult(0, b"hello", b""), "look_failed", "ended with 0: it said nothing"),
        (ExecResult(0, b"[]", b""), "look_failed", "ended with 0"),
    ],
)
def test_programs_that_do_not_answer(api, answer, rule, text):
    api.answers["look"] = lambda name, options: answer
    with pytest.raises(pods.PodFault) as caught:
        pods.run(api, found(api)[0], pods_inside_look, {}, 5)
    assert caught.value.reason == rule
    assert text in str(caught.value)


def test_a_pod_that_does_not_run_is_not_asked(cluster):
    cluster.worker(state={"waiting": {"reason": "ContainerCreating"}})
    with pytest.raises(pods.PodFault, match="waiting .ContainerCreating"):
        pods.run(cluster, found(cluster)[0], pods_inside_look, {}, 5)
    assert cluster.sent == []


def test_nothing_secret_is_in_the_arguments(api):
    pods.run(api, found(api)[0], pods_inside_look, {"files": ["/x"]}, 5)
    command = next(call.body["command"] for call in api.asked if call.verb == "exec")
    assert command[:3] == ["python3", "-c", pods.BOOT]
    assert len(command) == 5
    assert api.sent[0][1:] == ("look", {"files": ["/x"]})


# Commands


def test_a_command_in_each_and_what_keeps_it_from_running(api):
    api.worker("dcn0", state={"waiting": {}}, kind="edge")

    def answer(call):
        if call.name == ONE:
            raise KubeError(TIMEOUT, "It did not end.")
        return ExecResult(0 if call.name == ZERO else 3, call.name.encode() + b"\xff", b"bad\nworse\n")

    api.on("exec", "pods", answer)
    results = pods_exec.run_command(api, found(api), pods_exec.Command(("x", "y")), 8)
    assert [(item["pod"], item["rc"]) for item in results] == [
        (ZERO, 0),
        (ONE, None),
        (TWO, 3),
        ("glance-dcn0-edge-api-0", None),
    ]
    assert results[0]["stdout"] == ZERO + "\\xff"
    assert pods_exec.failed(results) == [
        f"{ONE}: The command did not end within 60 seconds and was ended.",
        f"{TWO}: the command ended with 3: worse",
        "glance-dcn0-edge-api-0: The pod has container glance-httpd waiting.",
    ]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"found": True, "ended": False}, "still runs in container glance-httpd: it could not be ended."),
        ({"found": False, "ended": False}, "It was not found in container glance-httpd afterwards"),
        (ExecResult(127, b"", b""), "may still run in container glance-httpd, where it could not be ended: Container"),
    ],
)
def test_a_command_that_cannot_be_ended_is_told(api, answer, text):
    def late(call):
        if call.body["command"] == ["x"]:
            raise KubeError(TIMEOUT, "It did not end.")

    api.on("exec", "pods", late)
    api.answers["stop"] = lambda name, options: answer
    (result, *_others) = pods_exec.run_command(api, found(api), pods_exec.Command(("x",), timeout=1), 8)
    assert text in result["error"]


def test_what_is_returned_of_a_large_output(api):
    api.on("exec", "pods", lambda call: ExecResult(0, b"x" * 100, b""))
    (result, *_others) = pods_exec.run_command(api, found(api), pods_exec.Command(("x",), limit=10), 8)
    assert (result["stdout"], result["truncated"]) == ("x" * 10, True)


def test_a_missing_right_ends_it_all(api):
    error = KubeError(FORBIDDEN, "It needs the verb 'create' on 'pods/exec'.")
    api.fail("exec", "pods", error)
    with pytest.raises(KubeError, match="pods/exec"):
        pods_exec.run_command(api, found(api), pods_exec.Command(("x",)), 8)


# Looking


def look_into(cluster, **options):
    wish = pods_look.Wish(**options)
    seen = pods_look.look_into(cluster, found(cluster), wish)
    pods_look.add_claims(cluster, NAMESPACE, seen)
    problems = pods_look.judge(seen, wish)
    return [pods_look.describe(item, seen, wish) for item in seen], [(p.pod, p.rule) for p in problems]


def test_healthy(api):
    described, problems = look_into(api)
    assert problems == []
    assert [item["reaches"] for item in described] == [
        {ONE: "ok", TWO: "ok"},
        {ZERO: "ok", TWO: "ok"},
        {ZERO: "ok", ONE: "ok"},
    ]
    assert described[0]["pvc"]["phase"] == "Bound"
    assert described[0]["client_files"][1]["clients"] == {"client.glance.central": "0123456789ab"}
    assert "config" not in described[0]
    assert "hunter2x" not in str(described)
    # Two programs for each worker and two lists.
    assert api.calls == 2 + 6


def test_one_that_cannot_be_looked_into_does_not_hide_the_others(api):
    api.worker(ordinal=3, state={"waiting": {"reason": "CrashLoopBackOff"}}, containers=["glance-httpd"])
    api.answers["look"] = lambda name, options: ExecResult(127, b"", b"") if name == ONE else api.looks[name]
    described, problems = look_into(api)
    four = ZERO[:-1] + "3"
    assert problems == [(ONE, "python_missing"), (four, "pod_not_running"), (four, "container_restarting")]
    assert [item["staging"] is None for item in described] == [False, True, False, True]
    assert described[0]["reaches"] == {TWO: "ok"}


def test_a_program_that_does_not_come_back_from_asking_others(api):
    api.answers["reach"] = lambda name, options: ExecResult(137, b"", b"Killed\n")
    described, problems = look_into(api)
    assert problems == [(name, "look_failed") for name in (ZERO, ONE, TWO)]
    assert described[0]["reaches"] == {}


def test_nobody_is_asked_when_that_is_not_wanted(api):
    described, problems = look_into(api, reach=False, config=True)
    assert (problems, described[0]["reaches"]) == ([], {})
    assert {program for _pod, program, _options in api.sent} == {"look"}
    assert described[0]["config"]["central"]["rbd_store_user"] == "glance.central"


def test_expected_files_are_looked_for_and_judged(api):
    foreign = keyring("/etc/ceph/dcn1.client.glance.dcn1.keyring", "client.glance.dcn1")
    api.looks[ONE]["client_files"].append(foreign)
    expected = {"central": {"files": ["central.conf", "central.client.glance.central.keyring"]}, "dcn0": {"files": []}}
    described, problems = look_into(api, expected=parse_expected(expected))
    assert problems == [(ONE, "mount_foreign")]
    assert described[1]["mounts"]["extra"] == [foreign["path"]]
    options = next(options for name, program, options in api.sent if program == "look")
    assert options["files"] == ["/etc/ceph/central.conf", "/etc/ceph/central.client.glance.central.keyring"]


def test_a_claim_that_waits(api):
    api.add(claim(pod(ordinal=1), "Pending"))
    assert look_into(api)[1] == [(ONE, "pvc_pending")]


# Stores tried


def told(step, error=""):
    return {"stores": [{"store": "central", "step": step, "error": error, "fsid": ""}]}


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (told("done"), None),
        (told("connect", "[errno 13] RADOS permission denied (error connecting to the cluster)"), "store_key_refused"),
        (told("connect", "[errno 110] RADOS timed out"), "store_unreachable"),
        (told("pool", "[errno 2] RADOS object not found"), "store_pool_missing"),
        (ExecResult(1, b"", b"boom"), "look_failed"),
    ],
)
def test_whether_a_cluster_lets_a_worker_in(api, answer, rule):
    api.answers["store"] = lambda name, options: answer
    wish = pods_look.Wish(connect=True)
    seen = pods_look.look_into(api, found(api), wish)
    pods_look.add_claims(api, NAMESPACE, seen)
    problems = pods_look.judge(seen, wish)
    assert {problem.rule for problem in problems} == ({rule} if rule else set())
    sent = next(options for _pod, program, options in api.sent if program == "store")
    assert sent["stores"] == [
        {"store": "central", "conf": "/etc/ceph/central.conf", "user": "glance.central", "pool": "images"}
    ]
    if rule == "store_key_refused":
        assert "client.glance.central, /etc/ceph/central.conf, pool images" in problems[0].message
        assert pods_look.describe(seen[0], seen, wish)["stores"]["central"].startswith("connect: [errno 13]")


def test_a_store_without_its_files_is_not_tried(api):
    for each in api.looks.values():
        each["client_files"] = []
    wish = pods_look.Wish(connect=True)
    problems = pods_look.judge(pods_look.look_into(api, found(api), wish), wish)
    assert {problem.rule for problem in problems} == {"store_conf_missing", "pvc_missing"}
    assert "store" not in {program for _pod, program, _options in api.sent}


def test_the_rights_for_commands_are_told_as_servers_want_them():
    request = kube_errors.Request("https://k", "create", PODS, NAMESPACE, "x", "exec")
    error = kube_errors.answered(request, 403, b'{"kind": "Status", "reason": "Forbidden", "message": "no"}')
    assert "It needs the verbs 'get' and 'create' on 'pods/exec'" in str(error)
