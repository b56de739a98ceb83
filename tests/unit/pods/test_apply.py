# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking into workers, running commands, trying imports: against a cluster in memory that can fail."""

from __future__ import annotations

import itertools
import threading

import pytest

from ansible_collections.dcn.glance.plugins.module_utils.apply import (
    pods,
    pods_exec,
    pods_identity,
    pods_inside_look,
    pods_look,
    pods_probe,
)
from ansible_collections.dcn.glance.plugins.module_utils.clients.kube import (
    FORBIDDEN,
    TIMEOUT,
    ExecResult,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils.plan import pods_ring
from ansible_collections.dcn.glance.plugins.module_utils.plan.pods_files import parse_expected
from ansible_collections.dcn.glance.tests.support.fake_pods import NAMESPACE, claim, keyring, pod, url

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
    assert len(command) == 4
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
        f"{ONE}: It did not end.",
        f"{TWO}: the command ended with 3: worse",
        "glance-dcn0-edge-api-0: The pod has container glance-httpd waiting.",
    ]


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


# Trying imports


class Images:
    """What the workers do with images; ``broken`` steps answer otherwise."""

    def __init__(self, cluster):
        self.images = {}
        self.broken = {}
        cluster.answers["image"] = self.answer
        self.steps = []

    def answer(self, name, options):
        step, image = options["step"], options["image"]
        self.steps.append((name, step, image))
        broken = self.broken.get((name, step)) or self.broken.get(step)
        if broken is not None:
            if step == "stage" and broken.get("made"):
                self.images[image] = name
            return broken.get("answer", broken)
        if step == "stage":
            self.images[image] = name
            return {"ok": True, "stage_host": url(pod(ordinal=int(name[-1]))), "note": "", "seconds": 1.0}
        if step == "import":
            body = {"id": image, "status": "active"}
            return {"ok": True, "image": body, "tasks": [], "finished": True, "seconds": 1.0}
        self.images.pop(image, None)
        return {"ok": True, "deleted": True, "error": "", "files": [], "seconds": 0.1}


@pytest.fixture
def images(api):
    return Images(api)


def probe(api, **options):
    counter = itertools.count()
    rings = pods_ring.rings(found(api), False, lambda: f"id{next(counter)}")
    urls = {name: url(pod(ordinal=number)) for number, name in enumerate((ZERO, ONE, TWO))}
    wish = pods_probe.Probe(identity={"token": "t0k3n"}, concurrency=1, **options)
    return pods_probe.try_rings(api, rings, urls, wish)[0]


def test_a_ring(api, images):
    result = probe(api, stores=("central",))
    assert (result["ok"], result["leftovers"], images.images) == (True, [], {})
    assert images.steps[:3] == [(ZERO, "stage", "id0"), (ONE, "import", "id0"), (ZERO, "clean", "id0")]
    assert [step[0] for step in images.steps[3:]] == [ONE, TWO, ONE, TWO, ZERO, TWO]
    sent = api.sent[0][2]
    assert (sent["url"], sent["token"], sent["name"]) == (
        "http://10.244.7.10:9292",
        "t0k3n",
        pods_ring.NAME + "-central-0-1",
    )
    assert api.sent[1][2]["stores"] == ["central"]
    assert "t0k3n" not in repr(pods_probe.Probe(identity={"token": "t0k3n"}))


REFUSED = {"ok": False, "error": "no", "status": 403, "seconds": 0.1}


def test_what_was_never_made_is_not_cleaned(api, images):
    images.broken["stage"] = {**REFUSED, "made": False}
    result = probe(api)
    assert (result["ok"], result["leftovers"]) == (False, [])
    assert {step for _name, step, _image in images.steps} == {"stage"}


@pytest.mark.parametrize("made", [{**REFUSED, "made": True}, {"made": True, "answer": ExecResult(137, b"", b"")}])
def test_what_may_have_been_made_is(api, images, made):
    images.broken["stage"] = made
    result = probe(api)
    assert (result["ok"], result["leftovers"], images.images) == (False, [], {})


def test_the_other_worker_deletes_where_the_staging_one_cannot(api, images):
    answers = iter([{**REFUSED, "deleted": False, "error": "500"}])

    def clean(name, options):
        if options["step"] == "clean" and name == ZERO:
            return next(answers, None) or images.answer(name, options)
        return images.answer(name, options)

    api.answers["image"] = clean
    assert probe(api)["leftovers"] == []
    cleaned = [
        name for name, program, options in api.sent if options.get("step") == "clean" and options["image"] == "id0"
    ]
    assert cleaned == [ZERO, ONE, ZERO]


def test_what_cannot_be_removed_is_told(api, images):
    images.broken["clean"] = {"ok": True, "deleted": False, "error": "delete the image: HTTP 500: x", "seconds": 0.1}
    result = probe(api)
    assert result["ok"] is True
    assert len(result["leftovers"]) == 3
    assert result["leftovers"][0] == (
        f"the image id0 or its data in the staging directory of {ZERO} could not be removed:"
        " delete the image: HTTP 500: x"
    )
    assert len(pods_ring.failures([result])) == 3


def test_a_pod_that_dies_in_between(api, images):
    images.broken[ONE, "import"] = {"answer": ExecResult(137, b"", b"Killed\n")}
    result = probe(api)
    assert [pair["ok"] for pair in result["pairs"]] == [False, True, True]
    assert "ended with 137: Killed" in result["pairs"][0]["error"]
    assert images.images == {}


def test_a_right_that_is_lost_in_between_is_told_after_cleaning(api, images):
    asked = itertools.count()

    def lose(call):
        if next(asked) == 1:
            raise KubeError(FORBIDDEN, "It needs pods/exec.")

    api._reactors.insert(0, ("exec", "pods", lose))
    with pytest.raises(KubeError, match="pods/exec"):
        probe(api)
    assert "id0" not in images.images


def test_plan():
    made = [pod(ordinal=0), pod(ordinal=1)]
    rings = pods_ring.rings(pods.plan.workers(made), False, lambda: "new")
    (api,) = pods_probe.planned(rings)
    assert [(pair["status"], pair["image"], pair["ok"]) for pair in api["pairs"]] == [("planned", "", None)] * 2
    assert api["ok"] is None


def test_identities():
    assert pods_identity.identity("worker", {}) == {"service": True}
    auth = {"username": "u", "password": "p", "project_id": "1", "user_domain_name": None}
    assert pods_identity.identity("pod", {"auth": auth}) == {
        "auth": {"username": "u", "password": "p", "project_id": "1"}
    }
    key = {"application_credential_id": "i", "application_credential_secret": "s"}
    assert pods_identity.identity("pod", {"auth": key}) == {"auth": key}
    with pytest.raises(InputErrors) as caught:
        pods_identity.identity("pod", {"auth": {"user_id": "1"}})
    assert [problem.path for problem in caught.value.problems] == [
        "openstack.auth.password",
        "openstack.auth.project_name",
    ]
    with pytest.raises(InputErrors, match="application_credential_secret"):
        pods_identity.identity("pod", {"auth": {"application_credential_id": "i"}})
