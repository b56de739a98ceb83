# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying imports against workers in memory that refuse, die, and lose rights."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, ExecResult, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._workers import identity as pods_identity
from ansible_collections.dcn.glance.plugins.module_utils._workers import mark as pods_mark
from ansible_collections.dcn.glance.plugins.module_utils._workers import probe as pods_probe
from ansible_collections.dcn.glance.plugins.module_utils._workers import ring as pods_ring
from ansible_collections.dcn.glance.plugins.module_utils._workers import run as pods
from ansible_collections.dcn.glance.tests.support.fakes.pods import NAMESPACE, pod, url

ZERO, ONE, TWO = (f"glance-central-external-api-{number}" for number in range(3))


class Images:
    """What the workers do with images; ``broken`` steps answer otherwise."""

    def __init__(self, cluster):
        self.images = {}
        self.broken = {}
        self.left = []
        cluster.answers["image"] = self.answer
        self.steps = []

    def answer(self, name, options):
        step, image = options["step"], options["image"]
        if step == "find":
            return {"ok": True, "images": self.left, "seconds": 0.1}
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
    rings = pods_ring.rings(pods.find(api, NAMESPACE, ["service=glance"]), False, lambda: f"id{next(counter)}")
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


def left(image, until, mark=""):
    return {"id": image, "name": f"{pods_ring.NAME}-central-0-1", "tags": pods_ring.tags(until, mark), "status": "x"}


def remove(api):
    wish = pods_probe.Probe(identity={"token": "t0k3n"})
    return pods_probe.remove_earlier(api, pods.find(api, NAMESPACE, ["service=glance"]), wish)


def test_what_a_killed_proof_left_behind_goes(api, images):
    program = f"import sys; sys.path[:] = {sys.path}\n{MARK}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    soon = time.time() + 100
    images.left = [
        left("old", time.time() - 1, "elsewhere-1-1"),
        left("killed", soon, ended.stdout.decode().strip()),
        left("mine", soon, pods_mark.own()),
        left("elsewhere", soon, "elsewhere-1-1"),
        {"id": "user", "name": "my image", "tags": [pods_ring.NAME, "until-1"]},
        {"id": "tagged", "name": f"{pods_ring.NAME}-x", "tags": [pods_ring.NAME]},
    ]
    found = {item["image"]: item["removed"] for item in remove(api)}
    assert found == {"old": True, "killed": True, "mine": None, "elsewhere": None}
    assert {(name, image) for name, step, image in images.steps if step == "clean"} == {
        (name, image) for name in (ZERO, ONE, TWO) for image in ("old", "killed")
    }


MARK = """
from ansible_collections.dcn.glance.plugins.module_utils._workers import mark
print(mark.own())
"""


def test_what_is_left_and_cannot_go_is_told(api, images):
    images.left = [left("old", 1)]
    images.broken["clean"] = {"ok": True, "deleted": False, "error": "delete the image: HTTP 500: x", "seconds": 0.1}
    (item,) = remove(api)
    assert item["removed"] is False
    assert pods_ring.failures([], [item]) == [
        "The image old, which an earlier proof has left behind, could not be removed: delete the image: HTTP 500: x."
    ]


def test_images_say_whose_they_are(api, images):
    probe(api)
    tags = next(options["tags"] for _pod, _program, options in api.sent if options["step"] == "stage")
    assert tags[0] == pods_ring.NAME and tags[2] == f"by-{pods_mark.own()}"
    assert time.time() + 120 < int(tags[1].partition("-")[2]) < time.time() + 3600
