# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers among pods, their selection, and the container for commands."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._workers import model
from ansible_collections.dcn.glance.tests.support.fakes.pods import pod


def job() -> dict:
    made = pod()
    made["metadata"].update(
        name="glance-db-purge-1", ownerReferences=[{"kind": "Job", "name": "x", "controller": True}]
    )
    return made


def bare() -> dict:
    made = pod()
    made["metadata"].update(name="debug", ownerReferences=[])
    return made


def test_only_pods_of_statefulsets_are_workers_in_order():
    items = [job(), pod("dcn0", 10, "edge"), pod("dcn0", 9, "edge"), bare(), pod(kind="internal"), pod(ordinal=1)]
    found = model.workers(items)
    assert [(worker.api, worker.kind, worker.ordinal) for worker in found] == [
        ("central", "external", 1),
        ("central", "internal", 0),
        ("dcn0", "edge", 9),
        ("dcn0", "edge", 10),
    ]
    assert found[0].host == "glance-central-external-api-1.glance-central-external-api.openstack.svc"
    assert (found[0].stateful_set, found[0].node) == ("glance-central-external-api", "node1")


@pytest.mark.parametrize(
    ("label", "key", "kind"),
    [
        ("glance-az0-external", "az0", "external"),
        ("glance-my-own-api-single", "my-own-api", "single"),
        ("glance-edge-edge", "edge", "edge"),
        ("glance-internal-internal", "internal", "internal"),
        ("something", "something", ""),
        (None, "glance-central-external-api", ""),
    ],
)
def test_api_and_type_from_the_label(label, key, kind):
    made = pod()
    made["metadata"]["labels"] = {"glanceAPI": label} if label else {}
    worker = model.workers([made])[0]
    assert (worker.api, worker.kind) == (key, kind)


@pytest.mark.parametrize(
    ("names", "wanted", "chosen"),
    [
        (["glance-log", "glance-httpd"], "", "glance-httpd"),
        (["glance-log", "glance-httpd", "glance-api"], "", "glance-api"),
        (["glance-log", "api"], "", "api"),
        (["glance-log"], "", ""),
        (["glance-log", "glance-httpd"], "glance-log", "glance-log"),
        (["glance-log", "glance-httpd"], "glance-api", ""),
    ],
)
def test_the_serving_container(names, wanted, chosen):
    worker = model.workers([pod(containers=names)], wanted)[0]
    assert worker.container == chosen
    assert bool(worker.unavailable) == (not chosen)
    if not chosen:
        assert worker.unavailable == f"does not have this container; it has {', '.join(names)}"


WAITING = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        ({"state": WAITING}, "has container glance-httpd in state waiting (CrashLoopBackOff: back-off 10s)"),
        ({"state": {"terminated": {"reason": "Error"}}}, "has container glance-httpd in state terminated (Error)"),
        ({"deleted": True}, "is being deleted"),
        (
            {
                "containerStatuses": [],
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node"}
                ],
            },
            "is not scheduled to a node (Unschedulable: no node)",
        ),
        ({"containerStatuses": [], "phase": "Failed", "reason": "Evicted"}, "is in phase Failed (Evicted)"),
    ],
)
def test_why_no_command_can_run(changes, text):
    assert model.workers([pod(**changes)])[0].unavailable == text


def test_the_url_of_a_worker():
    assert model.workers([pod()])[0].url == "http://10.244.7.10:9292"
    secure = model.workers([pod(scheme="HTTPS", containers=["glance-httpd"])])[0]
    assert secure.url == f"https://{secure.host}:9292"
    assert model.workers([pod(podIP="fd00::7")])[0].url == "http://[fd00::7]:9292"
    odd = pod()
    odd["spec"]["containers"][0].pop("readinessProbe")
    odd["spec"]["containers"][1]["readinessProbe"] = {"httpGet": {"port": "named"}}
    odd["spec"]["containers"][1]["livenessProbe"] = {"httpGet": {"port": 9393}}
    assert model.workers([odd])[0].url == "http://10.244.7.10:9393"


def test_selection_of_workers():
    found = model.workers([pod(), pod(ordinal=1), pod("dcn0", kind="edge")])
    assert model.select(found, [], []) == found
    assert [worker.name for worker in model.select(found, ["dcn0"], [])] == ["glance-dcn0-edge-api-0"]
    assert [worker.ordinal for worker in model.select(found, [], ["glance-central-external-api-1"])] == [1]
    assert model.select(found, ["dcn0"], ["glance-central-external-api-1"]) == []


def test_all_unknown_names_are_reported():
    found = model.workers([pod(), pod("dcn0", kind="edge")])
    with pytest.raises(InputErrors) as caught:
        model.select(found, ["dcn9", "dcn0"], ["x"])
    assert [problem.path for problem in caught.value.problems] == ["apis[0]", "pods[0]"]
    assert "existing: central, dcn0" in str(caught.value)
    with pytest.raises(DcnError, match=r"no Glance worker in namespace here .*service=glance a=b"):
        model.require_workers([], "here", ["service=glance", "a=b"])


def test_containers_with_their_last_termination():
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-01-01T00:00:09Z"}}
    log, web = model.containers(pod(restarts=2, last=last))
    assert (log["restarts"], log["last_exit_code"], log["state"]) == (0, None, "running")
    assert (web["restarts"], web["last_reason"], web["last_exit_code"]) == (2, "OOMKilled", 137)
    waiting = model.containers(pod(state=WAITING, containerStatuses=[]))
    assert [item["state"] for item in waiting] == ["absent", "absent"]
