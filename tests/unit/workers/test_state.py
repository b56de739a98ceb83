# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of a worker: pod, volume, staging directory, configuration."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers import model, state
from ansible_collections.dcn.glance.plugins.module_utils._workers.config import parse_config
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import WorkerLimits
from ansible_collections.dcn.glance.tests.support.fakes.pods import claim, inspection, pod

LIMITS = WorkerLimits()


def worker(**changes):
    return model.workers([pod(**changes)])[0]


def rules(found):
    return [(problem.rule, problem.severity) for problem in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"ready": False}, [("pod_not_ready", "warning")]),
        ({"state": {"waiting": {"reason": "ImagePullBackOff"}}}, [("pod_not_running", "error")]),
        ({"restarts": 1}, [("container_restarting", "warning")]),
        (
            {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restarts": 4, "containers": ["glance-httpd"]},
            [("pod_not_running", "error"), ("container_restarting", "error")],
        ),
    ],
)
def test_problems_of_the_pod(changes, expected):
    assert rules(state.check_pod(worker(**changes), LIMITS)) == expected


def test_allowed_restarts_and_the_reason_of_the_last_one():
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    found = state.check_pod(worker(restarts=3, last=last), WorkerLimits(restarts=2))
    assert found[0].message == ("Container glance-httpd was restarted 3 times, last after OOMKilled (exit code 137).")
    assert state.check_pod(worker(restarts=3, last=last), WorkerLimits(restarts=3)) == []


def test_claims():
    made = pod()
    own = claim(made)
    found = state.claims_of(worker(), {own["metadata"]["name"]: own})
    assert found == [
        {
            "name": "glance-glance-central-external-api-0",
            "phase": "Bound",
            "modes": [],
            "size": "10G",
            "requested": "10G",
            "class": "local",
            "volume": "pv1",
            "mount": "/var/lib/glance",
        }
    ]
    assert state.check_claims(worker(), found, "/var/lib/glance/os_glance_staging_store") == []
    assert rules(state.check_claims(worker(), found, "/tmp/staging")) == [("pvc_missing", "warning")]
    assert rules(state.check_claims(worker(), [], "")) == [("pvc_missing", "warning")]


def test_a_pending_and_a_missing_claim():
    waiting = claim(pod(), "Pending")
    found = state.claims_of(worker(), {waiting["metadata"]["name"]: waiting})
    problems = state.check_claims(worker(), found, "")
    assert rules(problems) == [("pvc_pending", "error")]
    assert "(class local, 10G) is Pending" in problems[0].message
    assert "is Missing" in state.check_claims(worker(), state.claims_of(worker(), {}), "")[0].message


def test_the_claim_that_contains_a_path():
    claims = [{"mount": "/var/lib/glance"}, {"mount": "/var/lib/glance/cache"}, {"mount": ""}]
    assert state.claim_of_path(claims, "/var/lib/glance/cache/x")["mount"] == "/var/lib/glance/cache"
    assert state.claim_of_path(claims, "/var/lib/glance/cached")["mount"] == "/var/lib/glance"
    assert state.claim_of_path(claims, "/var/lib/glanceX") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"exists": False, "error": "No such file or directory"}, [("staging_missing", "error")]),
        ({"writable": False}, [("staging_unwritable", "error")]),
        ({"free_bytes": (1 << 30) - 1}, [("staging_full", "warning")]),
        ({"free_bytes": (64 << 20) - 1}, [("staging_full", "error")]),
        ({"files": [{"image": "a", "size": 1, "age": 86400}]}, []),
        ({"files": [{"image": "a", "size": 3 << 20, "age": 86401}]}, [("staged_leftover", "warning")]),
    ],
)
def test_problems_of_the_staging_directory(changes, expected):
    found = state.check_staging(worker(), {**inspection(pod())["staging"], **changes}, LIMITS)
    assert rules(found) == expected


def test_the_limit_of_free_space_is_an_option():
    staging = {**inspection(pod())["staging"], "free_bytes": 100 << 20}
    assert state.check_staging(worker(), staging, WorkerLimits(free_bytes=100 << 20)) == []
    # A full directory is an error regardless of the option.
    assert rules(state.check_staging(worker(), {**staging, "free_bytes": 0}, WorkerLimits(free_bytes=0))) == [
        ("staging_full", "error")
    ]


def config_problems(**changes):
    found = {**inspection(pod()), **changes}
    return state.check_config(worker(), parse_config(found["configuration"]), found, LIMITS)


def test_problems_of_the_configuration():
    assert config_problems() == []
    assert rules(config_problems(process=None)) == [("process_missing", "warning")]
    assert rules(config_problems(configuration=[])) == [("config_missing", "error")]
    broken = [{"path": "/c/1.conf", "modified": 1.0, "text": "[DEFAULT\n"}]
    assert rules(config_problems(configuration=broken)) == [("config_unreadable", "error")]


def test_files_that_are_newer_than_the_process():
    files = inspection(pod())["configuration"]
    files[0]["modified"] = 1000.9  # written at the start of the container
    files[1]["modified"] = 5000.0  # the worker's own file, written by the process itself
    files[2]["modified"] = 1002.1
    found = config_problems(configuration=files)
    assert rules(found) == [("config_stale", "warning")]
    assert "02-config.conf changed" in found[0].message
    assert "00-config" not in found[0].message


@pytest.mark.parametrize(
    ("name", "after", "stale"),
    [
        ("00-config.conf", 1.9, False),  # Kubernetes writes it when the container starts
        ("00-config.conf", 2.1, True),
        ("01-config.conf", 119.0, False),  # the process itself writes it
        ("01-config.conf", 121.0, True),
    ],
)
def test_when_a_file_is_stale(name: str, after: float, stale: bool) -> None:
    path = f"/etc/glance/glance.conf.d/{name}"
    seen = {"process": {"started": 1000.0}, "configuration": [{"path": path, "modified": 1000.0 + after}]}
    assert state.stale_files(seen, LIMITS) == ([path] if stale else [])
    assert state.stale_files({**seen, "process": None}, LIMITS) == []


def test_workers_of_one_statefulset_have_the_same_configuration():
    made = [pod(ordinal=0), pod(ordinal=1), pod(kind="internal")]
    found = model.workers(made)
    looks = [inspection(made[0]), inspection(made[1], custom="x = 1\n"), inspection(made[2], custom="y = 1\n")]
    configs = {w.name: parse_config(item["configuration"]) for w, item in zip(found, looks)}
    problems = state.check_same_config(configs, found)
    assert rules(problems) == [("config_differs", "warning")]
    assert problems[0].pod == "glance-central-external-api-1"
    assert "from that of glance-central-external-api-0: [central] x." in problems[0].message
    assert state.check_same_config({}, found) == []


def test_two_workers_on_one_volume():
    found = state.check_shared_claims({"a": {"name": "x"}, "b": {"name": "x"}, "c": {"name": "y"}, "d": None})
    assert [(item.pod, item.rule) for item in found] == [("a", "pvc_shared"), ("b", "pvc_shared")]
    assert "which b also uses" in found[0].message


def test_a_claim_that_is_being_deleted_is_reported():
    made = pod()
    own = claim(made)
    own["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    found = state.claims_of(worker(), {own["metadata"]["name"]: own})
    (problem,) = state.check_claims(worker(), found, "/var/lib/glance/x")
    assert "is Terminating" in problem.message and "import or copy" in problem.hint
