# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspecting workers and running commands in them, against a cluster in memory that can fail."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.errors import Request, response_error
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    PODS,
    TIMEOUT,
    ExecResult,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers import exec, read, result, run
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import parse_expected
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import inspect
from ansible_collections.dcn.glance.tests.support.fakes.pods import NAMESPACE, claim, keyring, pod

ZERO, ONE, TWO = (f"glance-central-external-api-{number}" for number in range(3))


def all_workers(cluster):
    options = {"namespace": NAMESPACE, "apis": [], "pods": [], "label_selectors": ["service=glance"]}
    return read.find_workers(cluster, options)


def test_results_are_in_order_whatever_ends_first():
    gate = threading.Event()

    def work(number):
        if number:
            gate.set()
        else:
            assert gate.wait(5)
        return number

    assert run.run_parallel(work, [0, 1, 2], 2) == [0, 1, 2]
    assert run.run_parallel(work, [], 2) == []


# Programs in pods


@pytest.mark.parametrize(
    ("answer", "rule", "text"),
    [
        (
            ExecResult(127, b"", b""),
            "python_missing",
            "Container glance-httpd of image glance:1 has no executable python3",
        ),
        (ExecResult(126, b"", b""), "python_missing", "has no executable python3"),
        (ExecResult(1, b"", b"Trace\nKeyError: 'x'\n"), "program_failed", "exited with code 1: KeyError: 'x'"),
        (ExecResult(1, b"", b"at mysql://a:hunter2x@b\n"), "program_failed", "mysql://a:********@b"),
        (ExecResult(0, b"hello", b""), "program_failed", "exited with code 0: no output"),
        (ExecResult(0, b"[]", b""), "program_failed", "exited with code 0"),
    ],
)
def test_programs_that_fail(api, answer, rule, text):
    api.answers["inspect"] = lambda name, options: answer
    with pytest.raises(run.PodError) as caught:
        run.run_program(api, all_workers(api)[0], inspect, {}, 5)
    assert caught.value.rule == rule
    assert text in str(caught.value)


def test_no_program_is_sent_to_a_pod_that_does_not_run(cluster):
    cluster.worker(state={"waiting": {"reason": "ContainerCreating"}})
    with pytest.raises(run.PodError, match="state waiting .ContainerCreating"):
        run.run_program(cluster, all_workers(cluster)[0], inspect, {}, 5)
    assert cluster.sent == []


def test_options_are_not_in_the_arguments(api):
    run.run_program(api, all_workers(api)[0], inspect, {"files": ["/x"]}, 5)
    command = next(call.body["command"] for call in api.asked if call.verb == "exec")
    assert command[:3] == ["python3", "-c", run.BOOT]
    assert len(command) == 5
    assert api.sent[0][1:] == ("inspect", {"files": ["/x"]})


# Commands


def test_a_command_in_each_worker_and_why_it_did_not_run(api):
    api.worker("dcn0", state={"waiting": {}}, kind="edge")

    def answer(call):
        if call.name == ONE:
            raise KubeError(TIMEOUT, "It did not end.")
        return ExecResult(0 if call.name == ZERO else 3, call.name.encode() + b"\xff", b"bad\nworse\n")

    api.on("exec", "pods", answer)
    results = exec.run_command(api, all_workers(api), exec.Command(("x", "y")), 8)
    assert [(item["pod"], item["rc"]) for item in results] == [
        (ZERO, 0),
        (ONE, None),
        (TWO, 3),
        ("glance-dcn0-edge-api-0", None),
    ]
    assert results[0]["stdout"] == ZERO + "\\xff"
    assert exec.failures(results) == [
        f"{ONE}: The command did not end within 60 seconds and was stopped.",
        f"{TWO}: the command exited with code 3: worse",
        "glance-dcn0-edge-api-0: The pod has container glance-httpd in state waiting.",
    ]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"found": True, "stopped": False}, "still runs in container glance-httpd: it could not be stopped."),
        ({"found": False, "stopped": False}, "It was not found in container glance-httpd afterwards"),
        (
            ExecResult(127, b"", b""),
            "may still run in container glance-httpd, because it could not be stopped: Container",
        ),
    ],
)
def test_a_command_that_cannot_be_stopped_is_reported(api, answer, text):
    def late(call):
        if call.body["command"] == ["x"]:
            raise KubeError(TIMEOUT, "It did not end.")

    api.on("exec", "pods", late)
    api.answers["stop"] = lambda name, options: answer
    (result, *_others) = exec.run_command(api, all_workers(api), exec.Command(("x",), timeout=1), 8)
    assert text in result["error"]


def test_a_large_output_is_truncated(api):
    api.on("exec", "pods", lambda call: ExecResult(0, b"x" * 100, b""))
    (result, *_others) = exec.run_command(api, all_workers(api), exec.Command(("x",), limit=10), 8)
    assert (result["stdout"], result["truncated"]) == ("x" * 10, True)


def test_a_missing_permission_ends_the_module(api):
    error = KubeError(FORBIDDEN, "It needs the verb 'create' on 'pods/exec'.")
    api.fail("exec", "pods", error)
    with pytest.raises(KubeError, match="pods/exec"):
        exec.run_command(api, all_workers(api), exec.Command(("x",)), 8)


# Inspection


def inspect_all(cluster, **options):
    options = result.InspectionOptions(**options)
    observed = read.inspect_workers(cluster, all_workers(cluster), options)
    read.add_claims(cluster, NAMESPACE, observed)
    problems = result.problems_of(observed, options)
    return [result.worker_result(item, observed, options) for item in observed], [(p.pod, p.rule) for p in problems]


def test_healthy(api):
    described, problems = inspect_all(api)
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


def test_a_worker_that_cannot_be_inspected_does_not_hide_the_others(api):
    api.worker(ordinal=3, state={"waiting": {"reason": "CrashLoopBackOff"}}, containers=["glance-httpd"])
    api.answers["inspect"] = lambda name, options: ExecResult(127, b"", b"") if name == ONE else api.inspections[name]
    described, problems = inspect_all(api)
    four = ZERO[:-1] + "3"
    assert problems == [(ONE, "python_missing"), (four, "pod_not_running"), (four, "container_restarting")]
    assert [item["staging"] is None for item in described] == [False, True, False, True]
    assert described[0]["reaches"] == {TWO: "ok"}


def test_a_reach_program_that_fails(api):
    api.answers["reach"] = lambda name, options: ExecResult(137, b"", b"Killed\n")
    described, problems = inspect_all(api)
    assert problems == [(name, "program_failed") for name in (ZERO, ONE, TWO)]
    assert described[0]["reaches"] == {}


def test_without_reach_no_worker_sends_requests(api):
    described, problems = inspect_all(api, reach=False, config=True)
    assert (problems, described[0]["reaches"]) == ([], {})
    assert {program for _pod, program, _options in api.sent} == {"inspect"}
    assert described[0]["config"]["central"]["rbd_store_user"] == "glance.central"


def test_a_file_that_a_worker_has_not_read_is_stale(api):
    late = api.inspections[ONE]["configuration"][0]
    late["modified"] = api.inspections[ONE]["process"]["started"] + 60.0
    described, problems = inspect_all(api)
    assert [each["stale_files"] for each in described] == [[], [late["path"]], []]
    assert problems == [(ONE, "config_stale")]


def test_expected_files_are_inspected_and_checked(api):
    foreign = keyring("/etc/ceph/dcn1.client.glance.dcn1.keyring", "client.glance.dcn1")
    api.inspections[ONE]["client_files"].append(foreign)
    expected = {"central": {"files": ["central.conf", "central.client.glance.central.keyring"]}, "dcn0": {"files": []}}
    described, problems = inspect_all(api, expected=parse_expected(expected))
    assert problems == [(ONE, "mount_foreign")]
    assert described[1]["mounts"]["extra"] == [foreign["path"]]
    options = next(options for name, program, options in api.sent if program == "inspect")
    assert options["files"] == ["/etc/ceph/central.conf", "/etc/ceph/central.client.glance.central.keyring"]


def test_a_pending_claim(api):
    api.add(claim(pod(ordinal=1), "Pending"))
    assert inspect_all(api)[1] == [(ONE, "pvc_pending")]


# Connections to the clusters of stores


def connection(step, error=""):
    return {"stores": [{"store": "central", "step": step, "error": error, "fsid": ""}]}


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (connection("done"), None),
        (
            connection("connect", "[errno 13] RADOS permission denied (error connecting to the cluster)"),
            "store_key_refused",
        ),
        (connection("connect", "[errno 110] RADOS timed out"), "store_unreachable"),
        (connection("pool", "[errno 2] RADOS object not found"), "store_pool_missing"),
        (ExecResult(1, b"", b"boom"), "program_failed"),
    ],
)
def test_connections_to_clusters(api, answer, rule):
    api.answers["connect"] = lambda name, options: answer
    options = result.InspectionOptions(connect=True)
    observed = read.inspect_workers(api, all_workers(api), options)
    read.add_claims(api, NAMESPACE, observed)
    problems = result.problems_of(observed, options)
    assert {problem.rule for problem in problems} == ({rule} if rule else set())
    sent = next(options for _pod, program, options in api.sent if program == "connect")
    assert sent["stores"] == [
        {"store": "central", "conf": "/etc/ceph/central.conf", "user": "glance.central", "pool": "images"}
    ]
    if rule == "store_key_refused":
        assert "client.glance.central, /etc/ceph/central.conf, pool images" in problems[0].message
        assert result.worker_result(observed[0], observed, options)["stores"]["central"].startswith(
            "connect: [errno 13]"
        )


def test_the_connection_of_a_store_without_files_is_not_tested(api):
    for each in api.inspections.values():
        each["client_files"] = []
    options = result.InspectionOptions(connect=True)
    problems = result.problems_of(read.inspect_workers(api, all_workers(api), options), options)
    assert {problem.rule for problem in problems} == {"store_conf_missing", "pvc_missing"}
    assert "connect" not in {program for _pod, program, _options in api.sent}


def test_the_permissions_for_commands_are_named():
    request = Request("https://k", "create", PODS, NAMESPACE, "x", "exec")
    error = response_error(request, 403, b'{"kind": "Status", "reason": "Forbidden", "message": "no"}')
    assert "It needs the verbs 'get' and 'create' on 'pods/exec'" in str(error)
