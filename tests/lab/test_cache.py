# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image cache of a spoke: set up, filled, read with the hub's cluster stopped, pruned, and switched off."""

from __future__ import annotations

import json
import uuid

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.lab.frozen import frozen_cluster
from ansible_collections.dcn.glance.tests.support.lab.modules import run_modules

pytestmark = pytest.mark.long

SPOKE, WORKER, HUB = "dcn1", "http://dcn1:9292", "http://glance.central:9292"
CONF = "/etc/glance/glance-api.conf"
DIRECTORY = "/srv/test-cache"
SIZE = 16 * 2**20
#: Room for one image: the pruner removes the second.
CACHE = {"max_size": "24Mi", "directory": DIRECTORY}


def topology(cache):
    """The lab's topology with a cache at the spoke, beside its store."""
    change = {"sites": {SPOKE: {"glance": {"cache": cache}}}}
    return f"{{{{ dcn_topology | combine({change}, recursive=true) }}}}"


def role(cache):
    """A play that configures Glance of the spoke."""
    variables = {"glance_api_topology": topology(cache)} if cache is not None else {}
    return {
        "name": "test",
        "hosts": SPOKE,
        "gather_facts": False,
        "vars": variables,
        "roles": ["dcn.glance.glance_api"],
    }


@pytest.fixture(scope="module")
def play(lab, tmp_path_factory):
    """Run one play; returns the run."""
    path = tmp_path_factory.mktemp("cache") / "play.yml"

    def run(content, *args):
        path.write_text(yaml.safe_dump([content]))
        return lab.playbook(str(path), *args)

    return run


@pytest.fixture(scope="module")
def modules(play):
    """Run modules on the hub against the worker of the spoke; returns their results in order."""

    def run(*tasks, fail=False):
        content = {
            **{"name": "test", "hosts": "central", "gather_facts": False},
            "module_defaults": {"group/dcn.glance.cloud": {"cloud": "dcn", "endpoint": WORKER, "api_timeout": 60}},
            "tasks": [
                {"name": f"task {number}", f"dcn.glance.{name}": options, "ignore_errors": fail}
                for number, (name, options) in enumerate(tasks)
            ],
        }
        done = play(content).ok()
        return [done.result(f"task {number}", "central") for number in range(len(tasks))]

    return run


@pytest.fixture(scope="module")
def cached(lab, play):
    """The spoke with a cache; without one again in the end."""
    before = lab.exec(SPOKE, "cat", CONF)
    try:
        yield play(role(CACHE)).ok()
    finally:
        play(role(None)).ok()
        assert lab.exec(SPOKE, "cat", CONF) == before
        assert "dcn-glance-cache" not in lab.exec(SPOKE, "ls", "/etc/systemd/system")
        lab.exec(SPOKE, "rm", "-r", DIRECTORY)


@pytest.fixture(scope="module")
def images(lab, cached, modules):
    """Two images that only the hub's store has."""
    names = [f"test-cache-{uuid.uuid4().hex[:8]}" for _each in range(2)]
    lab.exec("central", "dd", "if=/dev/urandom", "of=/var/tmp/test-cache", f"bs={SIZE}", "count=1")
    common = {"src": "/var/tmp/test-cache", "disk_format": "raw", "container_format": "bare", "stores": ["central"]}
    hub = {"endpoint": HUB}
    try:
        modules(
            ("glance_cache", {"clear": "all"}),
            ("glance_image_import", {**hub, "images": [{"name": name, **common} for name in names]}),
        )
        yield names
    finally:
        modules(
            ("glance_cache", {"clear": "all"}),
            ("glance_image_import", {**hub, "images": [{"name": name, "state": "absent"} for name in names]}),
        )
        lab.exec("central", "rm", "/var/tmp/test-cache")


def test_the_role_sets_up_the_cache(lab, cached):
    text = lab.exec(SPOKE, "cat", CONF)
    for line in (
        "flavor = keystone+cachemanagement",
        f"image_cache_dir = {DIRECTORY}",
        "image_cache_max_size = 25165824",
    ):
        assert f"\n{line}\n" in text
    assert lab.exec(SPOKE, "systemctl", "is-active", "dcn-glance-cache.timer").strip() == "active"
    assert lab.exec(SPOKE, "stat", "-c", "%U %a", f"{DIRECTORY}/queue").strip() == "glance 750"


def test_a_second_run_changes_nothing(play, cached):
    assert play(role(CACHE)).ok().changed() == set()


def test_images_are_read_with_the_hubs_cluster_stopped(lab, images, modules):
    first, second = images
    filled, again, probe = modules(
        ("glance_cache", {"images": [first], "timeout": 60}),
        ("glance_cache", {"images": [first]}),
        ("glance_cache_probe", {"image": second}),
    )
    assert (filled["changed"], again["changed"]) == (True, False)
    assert [(row["image"], row["before"], row["after"]) for row in filled["images"]] == [(first, "absent", "cached")]
    assert [(row["name"], row["size"], row["hits"]) for row in again["cached"]] == [(first, SIZE, 0)]
    assert (probe["filled"], probe["hit"]) == (True, True)

    with frozen_cluster(lab, "central"):
        (probe,) = modules(("glance_cache_probe", {"image": first, "fresh": False}))
    assert (probe["filled"], probe["hit"], probe["hits"]) == (False, True, 2)
    assert [(read["bytes"], read["intact"]) for read in probe["reads"]] == [(SIZE, True)] * 2

    removed, left = modules(("glance_cache", {"images": [second], "state": "absent"}), ("glance_cache", {}))
    assert removed["changed"]
    assert [row["name"] for row in left["cached"]] == [first]


def test_the_pruner_reduces_the_cache(lab, images, modules):
    modules(("glance_cache", {"images": images, "timeout": 60}))
    lab.exec(SPOKE, "systemctl", "start", "dcn-glance-cache.service")
    (left,) = modules(("glance_cache", {}))
    assert left["size"] == SIZE


@pytest.fixture
def cache_site(lab):
    """Arguments with which the spoke has a cache and no store; as before in the end."""
    site = {"ceph": {"cluster": SPOKE}, "stores": {}, "glance": {"endpoint": WORKER, "cache": {"max_size": "1Gi"}}}
    variables = {
        "test_lab": "{{ lab_template | dcn.glance.uniform_topology(hub='central', spokes=groups['lab_spokes']) }}",
        "test_site": {SPOKE: site},
        "dcn_topology": "{{ test_lab | combine({'sites': test_lab.sites | combine(test_site)}) }}",
    }
    yield ("-e", json.dumps(variables), "-e", "glance_api_purge=managed")
    lab.playbook("site", "-e", "glance_api_purge=managed").ok()


def test_a_site_with_a_cache_instead_of_stores(lab, cache_site, tmp_path):
    foreseen = lab.playbook("site", *cache_site, "--check").ok().changed()
    assert lab.playbook("site", *cache_site).ok().changed() == foreseen
    assert "enabled_backends = central:rbd\n" in lab.exec(SPOKE, "cat", CONF)
    assert f"{SPOKE}:rbd" not in lab.exec("central", "cat", CONF)
    assert lab.playbook("site", *cache_site).ok().changed() == set()

    name = f"test-cache-{uuid.uuid4().hex[:8]}"
    image = {"name": name, "src": "/etc/hostname", "disk_format": "raw", "stores": ["central"]}
    (made,) = run_modules(tmp_path, HUB, ("glance_image_import", {"images": [image]}))
    assert not made.get("failed"), made.get("msg")
    try:
        wanted = (*cache_site, "-e", json.dumps({"image_cache_images": [name]}))
        task = "dcn.glance.image_cache : Cache the images on this worker"
        foreseen = lab.playbook("cache_images", *wanted, "--check").ok()
        filled = lab.playbook("cache_images", *wanted).ok()
        assert foreseen.changed() == filled.changed() == {(SPOKE, task)}
        assert [(row["image"], row["after"]) for row in filled.result(task, SPOKE)["images"]] == [(name, "cached")]
        assert lab.playbook("cache_images", *wanted).ok().changed() == set()
    finally:
        run_modules(tmp_path, HUB, ("glance_image_import", {"images": [{"name": name, "state": "absent"}]}))

    run = lab.playbook("verify", *cache_site).ok()
    table = run.result("Show the image caches", "localhost")["msg"].splitlines()
    assert [line.split()[:3] for line in table[2:]] == [[SPOKE, SPOKE, "yes"]]
    rows = run.result("Show the result of each site", "localhost")["msg"].splitlines()[2:]
    assert SPOKE not in [row.split()[0] for row in rows]
