# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of distributed import, against workers in memory that refuse, die, and lose permissions."""

from __future__ import annotations

import itertools
import time

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FORBIDDEN, ExecResult, KubeError
from ansible_collections.dcn.glance.plugins.module_utils._workers import model, probe, ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.read import find_workers
from ansible_collections.dcn.glance.tests.support.fakes.pods import NAMESPACE, pod, url

ZERO, ONE, TWO = (f"glance-central-external-api-{number}" for number in range(3))


class Images:
    """How the workers answer; ``broken`` maps steps to other answers."""

    def __init__(self, cluster):
        self.images = {}
        self.broken = {}
        self.left = []
        cluster.answers["import_steps"] = self.answer
        self.steps = []

    def answer(self, name, options):
        step, image = options["step"], options["image"]
        if step == "find":
            return {"ok": True, "images": self.left, "seconds": 0.1}
        self.steps.append((name, step, image))
        broken = self.broken.get((name, step)) or self.broken.get(step)
        if broken is not None:
            if step == "stage" and broken.get("created"):
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


def all_workers(api):
    options = {"namespace": NAMESPACE, "apis": [], "pods": [], "label_selectors": ["service=glance"]}
    return find_workers(api, options)


def run_probe(api, **options):
    counter = itertools.count()
    rings = ring.rings(all_workers(api), False, lambda: f"id{next(counter)}")
    urls = {name: url(pod(ordinal=number)) for number, name in enumerate((ZERO, ONE, TWO))}
    given = probe.ProbeOptions(identity={"token": "t0k3n"}, concurrency=1, **options)
    return probe.probe_rings(api, rings, urls, given)[0]


def test_every_worker_stages_and_imports(api, images):
    result = run_probe(api, stores=("central",))
    assert (result["ok"], result["leftovers"], images.images) == (True, [], {})
    assert images.steps[:3] == [(ZERO, "stage", "id0"), (ONE, "import", "id0"), (ZERO, "clean", "id0")]
    assert [step[0] for step in images.steps[3:]] == [ONE, TWO, ONE, TWO, ZERO, TWO]
    sent = api.sent[0][2]
    assert (sent["url"], sent["token"], sent["name"]) == (
        "http://10.244.7.10:9292",
        "t0k3n",
        ring.NAME + "-central-0-1",
    )
    assert api.sent[1][2]["stores"] == ["central"]
    assert "t0k3n" not in repr(probe.ProbeOptions(identity={"token": "t0k3n"}))


REFUSED = {"ok": False, "error": "no", "status": 403, "seconds": 0.1}


def test_an_image_that_was_not_created_is_not_removed(api, images):
    images.broken["stage"] = {**REFUSED, "created": False}
    result = run_probe(api)
    assert (result["ok"], result["leftovers"]) == (False, [])
    assert {step for _name, step, _image in images.steps} == {"stage"}


@pytest.mark.parametrize(
    "created", [{**REFUSED, "created": True}, {"created": True, "answer": ExecResult(137, b"", b"")}]
)
def test_an_image_that_may_exist_is_removed(api, images, created):
    images.broken["stage"] = created
    result = run_probe(api)
    assert (result["ok"], result["leftovers"], images.images) == (False, [], {})


def test_the_importing_worker_deletes_if_the_staging_worker_cannot(api, images):
    answers = iter([{**REFUSED, "deleted": False, "error": "500"}])

    def clean(name, options):
        if options["step"] == "clean" and name == ZERO:
            return next(answers, None) or images.answer(name, options)
        return images.answer(name, options)

    api.answers["import_steps"] = clean
    assert run_probe(api)["leftovers"] == []
    cleaned = [
        name for name, program, options in api.sent if options.get("step") == "clean" and options["image"] == "id0"
    ]
    assert cleaned == [ZERO, ONE, ZERO]


def test_an_image_that_cannot_be_removed_is_reported(api, images):
    images.broken["clean"] = {"ok": True, "deleted": False, "error": "delete the image: HTTP 500: x", "seconds": 0.1}
    result = run_probe(api)
    assert result["ok"] is True
    assert len(result["leftovers"]) == 3
    assert result["leftovers"][0] == (
        f"the image id0 or its data in the staging directory of {ZERO} could not be removed:"
        " delete the image: HTTP 500: x"
    )
    assert len(ring.failures([result])) == 3


def test_a_pod_that_dies_during_the_import(api, images):
    images.broken[ONE, "import"] = {"answer": ExecResult(137, b"", b"Killed\n")}
    result = run_probe(api)
    assert [pair["ok"] for pair in result["pairs"]] == [False, True, True]
    assert "exited with code 137: Killed" in result["pairs"][0]["error"]
    assert images.images == {}


def test_a_permission_lost_during_the_test_is_reported_after_the_removal(api, images):
    asked = itertools.count()

    def lose(call):
        if next(asked) == 1:
            raise KubeError(FORBIDDEN, "It needs pods/exec.")

    api._reactors.insert(0, ("exec", "pods", lose))
    with pytest.raises(KubeError, match="pods/exec"):
        run_probe(api)
    assert "id0" not in images.images


def test_check_mode_returns_the_planned_pairs():
    made = [pod(ordinal=0), pod(ordinal=1)]
    rings = ring.rings(model.workers(made), False, lambda: "new")
    (api,) = probe.planned(rings)
    assert [(pair["status"], pair["image"], pair["ok"]) for pair in api["pairs"]] == [("planned", "", None)] * 2
    assert api["ok"] is None


def test_identity_by_the_option_authenticate():
    assert probe.identity("worker", {}) == {"service": True}
    auth = {"username": "u", "password": "p", "project_id": "1", "user_domain_name": None}
    assert probe.identity("pod", {"auth": auth}) == {"auth": {"username": "u", "password": "p", "project_id": "1"}}
    key = {"application_credential_id": "i", "application_credential_secret": "s"}
    assert probe.identity("pod", {"auth": key}) == {"auth": key}
    with pytest.raises(InputErrors) as caught:
        probe.identity("pod", {"auth": {"user_id": "1"}})
    assert [problem.path for problem in caught.value.problems] == [
        "openstack.auth.password",
        "openstack.auth.project_name",
    ]
    with pytest.raises(InputErrors, match="application_credential_secret"):
        probe.identity("pod", {"auth": {"application_credential_id": "i"}})


def left(image, until):
    return {"id": image, "name": f"{ring.NAME}-central-0-1", "tags": ring.tags(until), "status": "x"}


def remove(api):
    options = probe.ProbeOptions(identity={"token": "t0k3n"})
    return probe.remove_stale_images(api, all_workers(api), options)


def test_images_of_a_killed_run_are_removed_after_its_time(api, images):
    images.left = [
        left("old", time.time() - 1),
        left("running", time.time() + 100),
        {"id": "user", "name": "my image", "tags": [ring.NAME, "until-1"]},
        {"id": "tagged", "name": f"{ring.NAME}-x", "tags": [ring.NAME]},
    ]
    found = {item["image"]: item["removed"] for item in remove(api)}
    assert found == {"old": True, "running": None}
    assert {(name, image) for name, step, image in images.steps if step == "clean"} == {
        (name, "old") for name in (ZERO, ONE, TWO)
    }
    assert "another run may still use it, for at most" in remove(api)[1]["reason"]


def test_an_image_of_a_killed_run_that_cannot_be_removed_is_reported(api, images):
    images.left = [left("old", 1)]
    images.broken["clean"] = {"ok": True, "deleted": False, "error": "delete the image: HTTP 500: x", "seconds": 0.1}
    (item,) = remove(api)
    assert item["removed"] is False
    assert ring.failures([], [item]) == [
        "The test image old of an earlier run could not be removed: delete the image: HTTP 500: x."
    ]


def test_test_images_have_a_tag_with_the_end_of_their_run(api, images):
    run_probe(api)
    tags = next(options["tags"] for _pod, _program, options in api.sent if options["step"] == "stage")
    assert tags[0] == ring.NAME and len(tags) == 2
    assert time.time() + 120 < int(tags[1].partition("-")[2]) < time.time() + 3600
