# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Glance modules in this process against a loopback Keystone and Glance; the lab has the real ones."""

from __future__ import annotations

import json

import pytest

from ansible_collections.dcn.glance.tests.support.modules import set_arguments

from ansible_collections.dcn.glance.tests.support.fakes.cloud import PASSWORD, Fault, FakeCloud  # isort: skip
from ansible_collections.dcn.glance.plugins.module_utils._glance import module as glance_module
from ansible_collections.dcn.glance.plugins.modules import (
    glance_cache,
    glance_cache_probe,
    glance_image_import,
    glance_image_info,
    glance_image_placement,
    glance_store_drain,
    glance_store_info,
)
from ansible_collections.dcn.glance.tests.support.fakes.glance import store

# openstacksdk warns of its own future.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]

MODULES = {
    glance_cache: {},
    glance_cache_probe: {"image": "a", "fresh": False},
    glance_store_info: {},
    glance_image_info: {},
    glance_image_import: {"images": [{"name": "a", "state": "absent"}]},
    glance_store_drain: {"stores": ["dcn0"]},
    glance_image_placement: {"images": [{"image": "a", "stores": ["central"]}]},
}


@pytest.fixture
def cloud(monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "/nonexistent")
    with FakeCloud().serve() as running:
        yield running


@pytest.fixture
def run(cloud, capsys, monkeypatch):
    """Run a module; every run also proves that the password is in nothing that it prints."""

    def call(module, check=False, **options):
        set_arguments(monkeypatch, {"auth": cloud.auth, **options}, check=check, diff=True)
        with pytest.raises(SystemExit):
            module.main()
        output = capsys.readouterr()
        result = json.loads(output.out)
        # Where other tests have loaded Ansible's controller, warnings go to the screen in place of the result.
        result["all_warnings"] = f"{result.get('warnings')} {' '.join(output.err.split())}"
        shown = {key: value for key, value in result.items() if key != "invocation"}
        assert PASSWORD not in json.dumps(shown)
        assert PASSWORD not in json.dumps(result["invocation"])
        return result

    return call


@pytest.fixture
def src(tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(b"\0" * 4096)
    return str(path)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
class TestEveryModule:
    def test_without_the_library(self, run, module, monkeypatch):
        monkeypatch.setattr(glance_module, "HAS_SDK", False)
        result = run(module, **MODULES[module])
        assert result["failed"]
        assert "openstacksdk" in result["msg"]
        assert "python3-openstacksdk" in result["msg"]

    def test_an_error_of_the_api_is_one_sentence_with_the_request_id(self, run, cloud, module):
        cloud.faults.append(Fault("GET", "/v2/", 500, times=99))
        result = run(module, **MODULES[module])
        assert (result["failed"], result["status"]) == (True, 500)
        assert result["request_id"] in result["msg"]
        assert "exception" not in result

    def test_it_changes_nothing_twice(self, run, cloud, module):
        cloud.glance.add("a")
        cloud.glance.cached = {}
        run(module, **MODULES[module])
        assert run(module, **MODULES[module])["changed"] is False


def test_store_info(run, cloud):
    cloud.glance.stores[1] = store("dcn0", fsid=None)
    expected = [{"id": "central", "default": True, "type": "rbd"}, {"id": "dcn0"}, {"id": "dcn7", "site": "dcn7"}]
    result = run(glance_store_info, expected=expected)
    assert (result["changed"], result["default_store"], result["detailed"]) == (False, "central", True)
    assert [item["reachable"] for item in result["stores"]] == [True, False, True]
    assert [(item["store"], item["severity"]) for item in result["problems"]] == [
        ("dcn0", "error"),
        ("dcn1", "info"),
        ("dcn7", "error"),
    ]
    failed = run(glance_store_info, expected=expected, fail_on_problems=True)
    assert failed["failed"]
    assert f"The stores of {cloud.url} have problems:\ndcn0: Glance cannot connect" in failed["msg"]
    assert "dcn7: The API does not have this store of site dcn7." in failed["msg"]
    assert "dcn1:" not in failed["msg"]
    assert len(failed["problems"]) == 3


def test_store_info_with_only_infos_does_not_fail(run, cloud):
    cloud.glance.admin = False
    result = run(glance_store_info, fail_on_problems=True)
    assert not result.get("failed")
    assert result["problems"][0]["severity"] == "info"


def test_images_that_would_be_lost_without_stores(run, cloud):
    glance = cloud.glance
    glance.add("safe", "file,central")
    glance.add("empty", "", status="queued")
    lost = glance.add("lost", "file,http")
    coming = glance.add("coming", "file", os_glance_importing_to_stores="central,dcn1")
    hidden = glance.add("hidden", "http", os_hidden=True)
    result = run(glance_image_info, without_copy_in=["central", "dcn0"])
    assert {image["name"] for image in result["images"]} == {"lost", "coming", "hidden"}
    labels = {item["name"]: f"{item['name']} ({item['id']})" for item in (lost, coming, hidden)}
    assert {store: set(images) for store, images in result["only_copies"].items()} == {
        "file": {labels["lost"], labels["coming"]},
        "http": {labels["lost"], labels["hidden"]},
        "central": {labels["coming"]},
        "dcn1": {labels["coming"]},
    }
    assert "only_copies" not in run(glance_image_info)


def test_only_an_administrator_knows_which_images_would_be_lost(run, cloud):
    cloud.glance.admin = False
    cloud.glance.add("a", "central")
    result = run(glance_image_info, without_copy_in=["central"])
    assert result["failed"]
    assert "(it has member): not all images are visible, so the images" in result["msg"]
    assert len(run(glance_image_info)["images"]) == 1


def test_image_info(run, cloud):
    good = cloud.glance.add("good", os="x", locations=[{"url": "s3://key:secret-of-s3@host/b/i"}])
    stuck = cloud.glance.add("stuck", stores="", status="importing", os_glance_failed_import="central")
    locked = cloud.glance.add("locked")
    cloud.glance.lock(locked, "failure", "Atoms")
    result = run(glance_image_info, images=["stuck", good["id"], "none", "locked", "stuck"])
    assert [item["id"] for item in result["images"]] == [stuck["id"], good["id"], locked["id"]]
    assert [item["state"] for item in result["images"]] == ["import_failed", "active", "lock_leaked"]
    assert result["missing"] == ["none"]
    assert result["images"][1]["locations"] == ["s3://***@host/b/i"]
    assert result["images"][1]["properties"] == {"os": "x"}
    assert [item["tasks"] for item in result["images"][:2]] == [[], None]
    assert result["images"][2]["tasks"][0]["message"] == "Atoms"
    everything = run(glance_image_info, tasks=True)
    assert [item["name"] for item in everything["images"]] == ["good", "stuck", "locked"]
    assert everything["images"][0]["tasks"] == []


def test_import_check_real_and_again(run, cloud, src):
    images = [{"name": "a", "src": src, "disk_format": "raw", "stores": ["central", "dcn0"], "properties": {"n": 1}}]
    predicted = run(glance_image_import, check=True, images=images)
    assert cloud.glance.images == {}
    done = run(glance_image_import, images=images, interval=0.01)
    again = run(glance_image_import, images=images)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["diff"] == done["diff"]
    assert again["diff"]["before"] == again["diff"]["after"] == done["diff"]["after"]
    assert done["images"][0]["stores"] == ["central", "dcn0"]


def test_import_reports_all_input_problems(run):
    result = run(glance_image_import, images=[{"name": "a", "stores": []}, {"name": "b", "uri": "u", "stores": ["x"]}])
    assert result["failed"]
    assert len(result["problems"]) == 5
    assert result["msg"].splitlines() == result["problems"]


def test_import_that_fails_returns_the_images(run, cloud, src):
    cloud.glance.failing = {"dcn1"}
    images = [{"name": "a", "src": src, "disk_format": "raw", "stores": ["central", "dcn1"]}]
    result = run(glance_image_import, images=images, interval=0.01)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["images"][0]["failed_stores"] == ["dcn1"]
    assert result["diff"]["after"]["a"]["stores"] == ["central"]
    assert "failed for dcn1" in result["msg"]


def test_placement_check_real_and_again(run, cloud):
    image = cloud.glance.add("a", stores="central,dcn1")
    options = {"images": [{"image": "a", "stores": ["central", "dcn0"]}], "purge": True, "interval": 0.01}
    predicted = run(glance_image_placement, check=True, **options)
    assert image["stores"] == "central,dcn1"
    done = run(glance_image_placement, **options)
    again = run(glance_image_placement, **options)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["diff"] == done["diff"]
    assert predicted["bytes_copied"] == done["bytes_copied"] == 1000
    assert [done["placements"][0][key] for key in ("copied", "removed")] == [["dcn0"], ["dcn1"]]
    assert image["stores"] == "central,dcn0"


def test_placement_all(run, cloud):
    cloud.glance.add("a")
    result = run(glance_image_placement, images=[{"image": "a", "stores": "all"}], interval=0.01)
    assert set(result["placements"][0]["after"]) == {"central", "dcn0", "dcn1"}


def test_failed_placements_are_named_and_the_others_done(run, cloud):
    cloud.glance.add("a")
    result = run(
        glance_image_placement,
        images=[{"image": "none", "stores": ["dcn0"]}, {"image": "a", "stores": ["dcn0"]}],
        interval=0.01,
    )
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "Image none: the image does not exist."
    assert result["placements"][1]["copied"] == ["dcn0"]


def test_placement_warns_before_removal_if_a_cluster_is_unproved(run, cloud):
    cloud.glance.stores = [store(name) for name in ("central", "dcn0")]
    for item in cloud.glance.stores:
        del item["properties"]["fsid"]
    cloud.glance.add("a", stores="central,dcn0")
    options = {"images": [{"image": "a", "stores": ["central"]}], "purge": True}
    result = run(glance_image_placement, check=True, **options)
    assert "whether it reaches the cluster of store dcn0" in result["all_warnings"]


class TestCache:
    def test_an_api_without_a_cache(self, run, cloud):
        result = run(glance_cache)
        assert result["failed"]
        assert "has no image cache" in result["msg"]
        assert "glance.cache" in result["msg"]

    def test_fill_list_and_clear(self, run, cloud):
        cloud.glance.cached = {}
        image = cloud.glance.add("cirros")
        other = cloud.glance.add("other")
        assert run(glance_cache, check=True, images=["cirros"])["images"][0]["after"] == "cached"
        assert cloud.glance.queued == []
        result = run(glance_cache, images=["cirros", other["id"]], timeout=5)
        assert result["changed"]
        assert [(row["id"], row["before"], row["after"]) for row in result["images"]] == [
            (image["id"], "absent", "cached"),
            (other["id"], "absent", "cached"),
        ]
        assert not run(glance_cache, images=["cirros"])["changed"]
        del cloud.glance.images[other["id"]]
        assert {row["id"]: row["exists"] for row in run(glance_cache)["cached"]} == {
            image["id"]: True,
            other["id"]: False,
        }
        assert run(glance_cache, images=[other["id"]], state="absent")["changed"]
        assert list(cloud.glance.cached) == [image["id"]]
        assert run(glance_cache, clear="all")["changed"]
        assert cloud.glance.cached == {}

    def test_images_that_cannot_be_cached(self, run, cloud):
        cloud.glance.cached = {}
        cloud.glance.add("empty", size=0)
        result = run(glance_cache, images=["empty", "none"])
        assert result["failed"]
        assert len(result["problems"]) == 2
        assert cloud.glance.queued == []

    def test_the_proof(self, run, cloud):
        cloud.glance.cached = {}
        cloud.glance.add("cirros")
        assert run(glance_cache_probe, check=True, image="cirros")["changed"]
        assert cloud.glance.cached == {}
        result = run(glance_cache_probe, image="cirros")
        assert (result["hit"], result["hits"]) == (True, 1)

    def test_other_data(self, run, cloud):
        cloud.glance.cached = {}
        cloud.glance.add("cirros", os_hash_algo="sha256", os_hash_value="0" * 64)
        result = run(glance_cache_probe, image="cirros")
        assert result["failed"]
        assert "sent other data" in result["msg"]
