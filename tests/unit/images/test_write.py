# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules against the Glance in memory: what a plan predicts is what happens, and faults stop only what they must."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._images.data import from_data
from ansible_collections.dcn.glance.plugins.module_utils._images.progress import Progress
from ansible_collections.dcn.glance.plugins.module_utils._images.write import apply, predict, prepare

SITES = {"central": "central", "dcn0": "dcn0", "dcn1": "dcn1"}
EVERYWHERE = list(SITES)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "raw"
    path.write_bytes(bytes(1000))
    return str(path)


@pytest.fixture
def place(client, clock, tmp_path):
    """Predict and apply some rules; both results."""

    def run(*rules: dict[str, Any], path: str = "", **limits: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        parsed = [from_data(rule, index) for index, rule in enumerate(rules)]
        plan = prepare(client, parsed, SITES, "central")
        predicted = predict(plan)
        chosen = CopyLimits(**{"interval": 1.0, "retry_delay": 1.0, "retries": 0, "sites": SITES, **limits})
        return predicted, apply(plan, chosen, clock, Progress(path, clock))

    return run


def rule(source: str, version: str = "", **changes: Any) -> dict[str, Any]:
    given = {"src": source, "disk_format": "raw", "container_format": "bare"}
    return {"name": "a", "stores": EVERYWHERE, "source": given, "version": version, **changes}


def named(glance: Any, name: str) -> list[dict[str, Any]]:
    return [image for image in glance.images.values() if image["name"] == name]


def test_an_import_into_all_stores_is_predicted_exactly(place, glance, source):
    predicted, done = place(rule(source, "1"))
    assert done["problems"] == []
    assert (predicted["changed"], predicted["diff"], predicted["traffic"]) == (True, done["diff"], done["traffic"])
    assert done["traffic"]["wan"] == 2000
    (image,) = named(glance, "a")
    assert (image["stores"], image["dcn_version"]) == ("central,dcn0,dcn1", "1")
    assert [body["method"]["name"] for body in glance.bodies] == ["glance-direct"]
    again, nothing = place(rule(source, "1"))
    assert (again["changed"], nothing["changed"], again["diff"]["before"]) == (False, False, again["diff"]["after"])
    assert nothing["table"] == ["1 of 1 images are in place already."]


def test_what_an_import_misses_is_copied_in_the_same_run(place, glance, source):
    glance.passing["dcn1"] = 1
    _predicted, done = place(rule(source))
    (row,) = done["images"]
    assert (done["problems"], row["imported"], row["copied"]) == ([], ["central", "dcn0"], ["dcn1"])
    assert row["after"] == EVERYWHERE


def test_a_new_version_is_everywhere_before_the_old_one_is_hidden(place, glance, source):
    old = glance.add("a", stores="central,dcn0,dcn1", dcn_version="1")
    predicted, done = place(rule(source, "2"))
    new = next(image for image in named(glance, "a") if image is not old)
    assert (new["stores"], new["os_hidden"]) == ("central,dcn0,dcn1", False)
    assert (old["os_hidden"], old["dcn_replaced_by"]) == (True, new["id"])
    assert predicted["diff"] == done["diff"]
    assert done["old_versions"][0]["action"] == "hidden"
    order = [line for line in glance.log if line.startswith(("import", "patch"))]
    assert order[-1].startswith("patch")
    assert place(rule(source, "2"))[1]["changed"] is False


def test_the_old_version_stays_while_the_new_one_is_not_everywhere(place, glance, source):
    old = glance.add("a", stores="central,dcn0,dcn1", dcn_version="1")
    glance.failing.add("dcn1")
    _predicted, done = place(rule(source, "2", old="delete"))
    assert old["os_hidden"] is False
    (outcome,) = done["old_versions"]
    assert (outcome["action"], outcome["delete"]) == ("kept", False)
    assert "not copied to store dcn1" in done["problems"][0]
    glance.failing.clear()
    _predicted, done = place(rule(source, "2", old="delete"))
    assert [(item["action"], item["delete"]) for item in done["old_versions"]] == [("hidden", True)]
    _predicted, done = place(rule(source, "2", old="delete"))
    assert [(item["action"], item["delete"]) for item in done["old_versions"]] == [("unchanged", True)]


def test_a_failed_import_keeps_the_old_version_and_does_not_stop_others(place, glance, source):
    old = glance.add("a", stores="central", dcn_version="1")
    glance.add("b")
    glance.stage_limit = 10
    _predicted, done = place(rule(source, "2"), {"name": "b", "stores": ["dcn0"]})
    assert [row["copied"] for row in done["images"]] == [[], ["dcn0"]]
    assert "Image exceeds the storage quota" in done["problems"][0]
    assert (old["os_hidden"], named(glance, "a")) == (False, [old])


def test_copies_elsewhere_are_removed_only_on_request_and_never_the_last(place, glance):
    glance.add("a", stores="central,dcn0")
    glance.add("b", stores="dcn1")
    _predicted, done = place({"name": "a", "stores": ["central"]}, {"name": "b", "stores": ["dcn1"]})
    assert done["changed"] is False
    predicted, done = place(
        {"name": "a", "stores": ["central"], "elsewhere": "remove"},
        {"name": "b", "stores": ["central"], "elsewhere": "remove"},
    )
    assert [row["removed"] for row in done["images"]] == [["dcn0"], ["dcn1"]]
    assert (predicted["diff"], predicted["traffic"]) == (done["diff"], done["traffic"])
    assert done["traffic"]["sites"]["dcn1"]["freed"] == 1000
    assert done["traffic"]["wan"] == 1000  # b is read from dcn1


def test_nothing_is_removed_from_a_cluster_that_does_not_answer(place, glance):
    glance.add("a", stores="central,dcn0")
    glance.stores[1]["properties"]["fsid"] = None
    _predicted, done = place({"name": "a", "stores": ["central"], "elsewhere": "remove"})
    assert "cannot reach its cluster" in done["problems"][0]
    assert named(glance, "a")[0]["stores"] == "central,dcn0"


def test_empty_images_are_named_and_not_copied(place, glance):
    glance.add("snap", size=0, image_type="snapshot", block_device_mapping="[]")
    glance.add("full", stores="dcn0", image_type="snapshot")
    _predicted, done = place({"property": {"image_type": "snapshot"}, "stores": ["central"]})
    assert [row["copied"] for row in done["images"]] == [["central"]]
    assert ([item["name"] for item in done["not_copied"]], done["problems"]) == (["snap"], [])
    assert done["traffic"]["wan"] == 1000
    assert any("it has 0 bytes, as a snapshot of a server" in line for line in done["table"])


def test_a_named_image_that_is_not_there_is_a_problem_and_a_tag_is_not(place, glance):
    glance.add("broken", status="queued", stores="", size=None)
    rules = [
        {"name": "no", "stores": ["dcn0"]},
        {"tag": "x", "stores": ["dcn0"]},
        {"name": "broken", "stores": ["dcn0"]},
    ]
    _predicted, done = place(*rules)
    assert len(done["problems"]) == 2
    assert done["problems"][0].startswith("rules[0]: no image has the name 'no'")
    assert done["problems"][1].startswith("rules[2]: image broken")


def test_a_store_that_the_api_lacks_is_an_input_error(place):
    with pytest.raises(InputErrors, match=r"rules\[1\].stores: the API has no store 'far'"):
        place({"name": "a", "stores": ["dcn0"]}, {"name": "b", "stores": ["far"]})


def test_a_site_gets_only_so_many_images_at_once(place, glance, client, monkeypatch):
    for number in range(4):
        glance.add(f"i{number}", tags=["t"], size=1000)
    glance.add("other", tags=["u"])
    running: list[int] = []
    start = glance.start_import

    def counted(image_id, body):
        start(image_id, body)
        locked = [image for image in glance.images.values() if image.get("os_glance_import_task")]
        running.append(sum("dcn0" in image["os_glance_importing_to_stores"] for image in locked))

    monkeypatch.setattr(glance, "start_import", counted)
    rules = [{"tag": "t", "stores": ["dcn0"]}, {"tag": "u", "stores": ["dcn1"]}]
    _predicted, done = place(*rules, per_site=1, concurrency=4)
    assert (done["problems"], max(running)) == ([], 1)
    order = [line.split()[1] for line in glance.log if line.startswith("import ")]
    assert order.index(named(glance, "other")[0]["id"]) == 1  # it did not wait for the busy site


def test_the_progress_is_written_and_a_missing_place_stops_nothing(place, glance, tmp_path, source):
    glance.add("b")
    path = tmp_path / "progress"
    path.touch()
    place(rule(source), {"name": "b", "stores": ["dcn0"]}, path=str(path))
    images = json.loads(path.read_text())["images"]
    assert [[item["state"] for item in image["stores"]] for image in images] == [["imported"] * 3, ["copied"]]
    glance.add("c")
    _predicted, done = place({"name": "c", "stores": ["dcn0"]}, path=str(tmp_path / "no" / "place"))
    assert (done["problems"], done["changed"]) == ([], True)
