# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of platforms, and what the variable dcn_platform changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._platforms.keys import KEYS, SERVICES, WORDS
from ansible_collections.dcn.glance.plugins.module_utils._platforms.service import platform_service
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import PLATFORMS, SITE_PLATFORMS
from ansible_collections.dcn.glance.tests.support.platforms import table

PAGE = Path(__file__).parents[3] / "docs" / "platforms.md"
CONTAINER = {
    "conf": "/srv/glance/glance-api.conf",
    "unit": "my-glance",
    "engine": "docker",
    "container": "my_glance",
    "user": "161",
    "group": "161",
    "ceph_directory": "/srv/ceph",
    "data_directory": "/srv/images",
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("service", SERVICES)
def test_all_keys_are_always_set(platform: str, service: str) -> None:
    found = platform_service(platform, service)
    assert list(found) == list(KEYS)
    for name, key in KEYS.items():
        wanted = list if key.type == WORDS or name in ("path_map", "config_files", "mounts") else str
        assert isinstance(found[name], wanted), name
    assert (found["platform"], found["service"]) == (platform, service)


@pytest.mark.parametrize(
    ("platform", "service", "wanted"),
    [
        (
            "packages",
            "glance",
            {
                "conf": "/etc/glance/glance-api.conf",
                "conf_inside": "/etc/glance/glance-api.conf",
                "unit": "glance-api",
                "engine": "",
                "user": "glance",
                "ceph_directory": "/etc/ceph",
                "policy": "/etc/glance/policy.d/50-dcn-glance.yaml",
                "exec": [],
                "run": [],
                "path_map": [],
                "config_files": [],
            },
        ),
        (
            "tripleo",
            "glance",
            {
                "conf": "/var/lib/config-data/puppet-generated/glance_api/etc/glance/glance-api.conf",
                "conf_inside": "/etc/glance/glance-api.conf",
                "unit": "tripleo_glance_api",
                "user": "42415",
                "ceph_directory": "/etc/ceph",
                "exec": ["podman", "exec", "-i", "glance_api"],
                "run": [],
                "definition": "/var/lib/tripleo-config/container-startup-config/step_4/glance_api.json",
                "config_json": "/var/lib/kolla/config_files/glance_api.json",
                "log": "/var/log/containers/glance/api.log",
            },
        ),
        (
            "tripleo",
            "nova",
            {
                "conf": "/var/lib/config-data/puppet-generated/nova_libvirt/etc/nova/nova.conf",
                "unit": "tripleo_nova_compute",
                "user": "42436",
                "policy": "",
                "libvirt_exec": ["podman", "exec", "-i", "nova_virtsecretd"],
            },
        ),
        (
            "kolla",
            "glance",
            {
                "conf": "/etc/kolla/glance-api/glance-api.conf",
                "unit": "kolla-glance_api-container",
                "ceph_directory": "/etc/kolla/glance-api/ceph",
                "data_directory": "/var/lib/containers/storage/volumes/glance/_data",
                "log": "/var/log/kolla/glance/glance-api.log",
                "config_json": "/etc/kolla/glance-api/config.json",
                "definition": "",
                "programs": "",
            },
        ),
        (
            "kolla",
            "cinder",
            {"conf": "/etc/kolla/cinder-volume/cinder.conf", "unit": "kolla-cinder_volume-container", "user": "42407"},
        ),
    ],
)
def test_values(platform: str, service: str, wanted: dict[str, Any]) -> None:
    found = platform_service(platform, service)
    assert {key: found[key] for key in wanted} == wanted


def test_a_name_of_a_container_gives_its_unit_and_its_command() -> None:
    found = platform_service("kolla", "glance", {"glance": {"container": "my_glance", "engine": "docker"}})
    assert found["unit"] == "kolla-my_glance-container"
    assert found["exec"] == ["docker", "exec", "-i", "my_glance"]
    assert found["data_directory"] == "/var/lib/docker/volumes/glance/_data"
    stated = platform_service("tripleo", "glance", {"glance": {"container": "a", "unit": "b", "exec": ["c"]}})
    assert (stated["unit"], stated["exec"]) == ("b", ["c"])


def test_a_throwaway_container_needs_an_image() -> None:
    run = platform_service("tripleo", "glance", image="registry/glance:1")["run"]
    assert run[:4] == ["podman", "run", "--rm", "-i"]
    assert run[run.index("--volumes-from") + 1 : -4] == ["glance_api", "registry/glance:1"]
    assert run[-4:-2] == ["sh", "-c"] and "kolla_set_configs" in run[-2] and "runuser -u glance" in run[-2]


def test_paths_that_differ_in_the_container() -> None:
    found = platform_service("tripleo", "glance", {"glance": {"ceph_directory": "/var/lib/tripleo-config/ceph"}})
    assert {"inside": "/etc/ceph", "host": "/var/lib/tripleo-config/ceph"} in found["path_map"]
    pairs = {entry["inside"]: entry["host"] for entry in platform_service("kolla", "glance")["path_map"]}
    assert pairs == {
        "/etc/glance/glance-api.conf": "/etc/kolla/glance-api/glance-api.conf",
        "/etc/glance/policy.d/50-dcn-glance.yaml": "/etc/kolla/glance-api/policy.d/50-dcn-glance.yaml",
        "/etc/glance/glance-swift.conf": "/etc/kolla/glance-api/glance-swift.conf",
        "/etc/ceph": "/etc/kolla/glance-api/ceph",
        "/var/lib/glance": "/var/lib/containers/storage/volumes/glance/_data",
    }


def test_what_a_container_of_kolla_must_copy() -> None:
    entries = platform_service("kolla", "glance")["config_files"]
    assert [(entry["source"], entry["dest"], entry.get("optional", False)) for entry in entries] == [
        ("/var/lib/kolla/config_files/glance-api.conf", "/etc/glance/glance-api.conf", False),
        ("/var/lib/kolla/config_files/ceph", "/etc/ceph", True),
        ("/var/lib/kolla/config_files/policy.d", "/etc/glance/policy.d", True),
        ("/var/lib/kolla/config_files/glance-swift.conf", "/etc/glance/glance-swift.conf", True),
    ]
    assert {(entry["owner"], entry["perm"]) for entry in entries} == {("glance", "0600")}


def test_custom_takes_every_value_from_the_variable() -> None:
    assert platform_service("custom", "glance")["unit"] == "glance-api"
    found = platform_service("custom", "glance", {"glance": CONTAINER})
    assert {key: found[key] for key in CONTAINER} == CONTAINER
    assert found["conf_inside"] == "/etc/glance/glance-api.conf"
    assert found["exec"] == ["docker", "exec", "-i", "my_glance"]


@pytest.mark.parametrize(
    ("platform", "overrides", "problems"),
    [
        ("kolla", [], ["dcn_platform: must be a mapping of glance, nova, cinder"]),
        ("kolla", {"glanse": {}}, ["dcn_platform.glanse: is not one of glance, nova, cinder"]),
        ("kolla", {"glance": "x"}, ["dcn_platform.glance: must be a mapping, not text"]),
        (
            "kolla",
            {"glance": {"cnf": "/a", "user": 42415, "engine": "crio"}, "nova": {"log": "a.log", "exec": "podman"}},
            [
                "dcn_platform.glance.cnf: is not a key of a service",
                "dcn_platform.glance.user: must be text, not a number; put numbers in quotes",
                "dcn_platform.glance.engine: must be podman, docker or empty, not",
                "dcn_platform.nova.log: must be an absolute path, not",
                "dcn_platform.nova.exec: must be a list of words",
            ],
        ),
        (
            "custom",
            {"glance": {"engine": "podman", "conf": "/a"}},
            [
                f"dcn_platform.glance.{key}: is missing; `platform: custom` needs it for a service in a container"
                for key in ("unit", "container", "user", "group", "ceph_directory", "data_directory")
            ],
        ),
        (
            "packages",
            {"glance": {"ceph_directory": "/srv"}},
            ["dcn_platform.glance.ceph_directory: has an effect for a"],
        ),
        ("kolla", {"glance": {"platform": "tripleo"}}, ["dcn_platform.glance.platform: is not a key of a service"]),
    ],
)
def test_all_problems_of_the_variable(platform: str, overrides: Any, problems: list[str]) -> None:
    with pytest.raises(InputErrors) as caught:
        platform_service(platform, "glance", overrides)
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == len(problems), found
    for text, start in zip(found, problems):
        assert text.startswith(start)


def test_the_page_has_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for service in SERVICES:
        assert table(service, SITE_PLATFORMS[:3]) in page
    for name, key in KEYS.items():
        assert f"| `{name}` | {key.meaning} |" in page
