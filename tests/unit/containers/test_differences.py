# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported as a difference between the old and the new container."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._containers.differences import differences
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import Image, read_container, read_image
from ansible_collections.dcn.glance.tests.unit.containers.data import VERSIONS, changed, container, image, reported


def newer(version: str) -> Image:
    """Another image, with a label and a variable of its own."""
    data = changed(reported(f"{version}-image"), "Config.Labels", {"build": "two"})
    return read_image(changed(data, "Config.Env", ["PATH=/usr/bin", "KOLLA_BASE_DISTRO=rocky"]))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("platform", ["tripleo", "kolla"])
def test_only_the_image_differs(version: str, platform: str) -> None:
    data = reported(f"{version}-{platform}")
    data = changed(data, "Config.Labels", {**data["Config"]["Labels"], "build": "two", "config_data": "another"})
    kept = [entry for entry in data["Config"]["Env"] if not entry.startswith(("PATH", "KOLLA_BASE"))]
    data = changed(data, "Config.Env", [*kept, "PATH=/usr/bin", "KOLLA_BASE_DISTRO=rocky"])
    old = container(f"{version}-{platform}")
    assert differences(old, image(version), read_container(data), newer(version)) == []


CASES: dict[str, tuple[str, Any, str]] = {
    "memory": ("HostConfig.Memory", 0, "HostConfig.Memory: 2147483648 becomes nothing"),
    "capability": ("HostConfig.CapAdd", [], "HostConfig.CapAdd: ['CAP_AUDIT_WRITE'] becomes nothing"),
    "network": ("HostConfig.NetworkMode", "bridge", "HostConfig.NetworkMode: host becomes bridge"),
    "user": ("Config.User", "glance", "Config.User: root becomes glance"),
    "command": ("Config.Cmd", ["sh"], "Config.Cmd: ['kolla_start'] becomes ['sh']"),
    "pid file": ("ConmonPidFile", "/run/a.pid", "ConmonPidFile: nothing becomes /run/a.pid"),
    "hostname": ("Config.Hostname", "b", "Config.Hostname: controller1 becomes b"),
    "limits": (
        "HostConfig.Ulimits",
        [{"Name": "RLIMIT_NPROC", "Soft": 30000, "Hard": 30000}],
        "HostConfig.Ulimits: ['nofile=10000:20000'] becomes nothing",
    ),
    "log": (
        "HostConfig.LogConfig",
        {"Type": "k8s-file", "Path": "/var/log/a"},
        "HostConfig.LogConfig: ['journald'] becomes ['k8s-file', '/var/log/a']",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_difference_is_found(name: str) -> None:
    path, value, expected = CASES[name]
    new = read_container(changed(reported("podman-5-kolla"), path, value))
    assert differences(container("podman-5-kolla"), image("podman-5"), new, image("podman-5")) == [expected]


def test_a_lost_volume_is_found() -> None:
    data = reported("podman-5-kolla")
    new = read_container(changed(data, "HostConfig.Binds", data["HostConfig"]["Binds"][1:]))
    assert differences(container("podman-5-kolla"), image("podman-5"), new, image("podman-5")) == [
        "HostConfig.Binds: ['glance:/var/lib/glance:nodev,nosuid,rbind,rprivate,rw'] becomes nothing"
    ]


def test_values_of_variables_are_not_shown() -> None:
    old = read_container(changed(reported("podman-5-kolla"), "Config.Env", ["TOKEN=topsecret99", "OTHER=topsecret98"]))
    new = read_container(changed(reported("podman-5-kolla"), "Config.Env", ["TOKEN=topsecret97"]))
    assert differences(old, image("podman-5"), new, image("podman-5")) == [
        "Config.Env.OTHER: its value becomes nothing",
        "Config.Env.TOKEN: its value becomes another one",
    ]


def test_a_volume_of_a_container_that_was_started_has_no_label_word_any_more() -> None:
    data = reported("podman-5-tripleo")
    binds = [bind + (",z" if "/var/log" in bind else "") for bind in data["HostConfig"]["Binds"]]
    new = read_container(changed(changed(data, "HostConfig.Binds", binds), "HostConfig.Ulimits", []))
    assert differences(container("podman-5-tripleo"), image("podman-5"), new, image("podman-5")) == []
