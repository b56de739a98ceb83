# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook container_image on real containers: another image, a broken one, and runs that are killed."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.long
TASK = "dcn.glance.container_image : Set the image of the container, and wait for the API"
BUILD = "/etc/dcn-glance-lab-build"
DEFINITION = "/var/lib/tripleo-config/container-startup-config/step_4/glance_api.json"
#: An image whose Glance imports, and does not start.
BROKEN = """
FROM {base}
USER root
RUN printf '#!/usr/bin/python3\\nraise SystemExit("a library is missing")\\n' >"$(command -v glance-api)"
USER glance
"""
#: A podman that kills the program that called it, after the first command of a kind.
KILLER = """#!/bin/sh
/usr/bin/podman "$@"; status=$?
if [ "$1" = {command} ] && rm /run/kill-once 2>/dev/null; then kill -9 $PPID; fi
exit $status
"""


@pytest.fixture(scope="module", name="images")
def images_fixture(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The two builds of the lab, and a broken one. The hosts see the images of this machine."""
    listed = subprocess.run(
        ["podman", "images", "--format", "{{.Repository}}:{{.Tag}}"], capture_output=True, text=True, check=True
    ).stdout.split()
    one = [name for name in listed if "dcn-glance-lab" in name and ":1-" in name][0]
    found = {"1": one, "2": one.replace(":1-", ":2-"), "broken": "localhost/dcn-glance-lab-broken:1"}
    nothing = str(tmp_path_factory.mktemp("nothing"))
    subprocess.run(
        ["podman", "build", "--isolation=chroot", "--pull=never", "--tag", found["broken"], "-f", "-", nothing],
        input=BROKEN.format(base=one),
        text=True,
        check=True,
        capture_output=True,
    )
    yield found
    subprocess.run(["podman", "image", "rm", found["broken"]], check=False, capture_output=True)


class Poller(threading.Thread):
    """Asks a worker once a second, and counts the answers that are none."""

    def __init__(self, lab, host: str) -> None:
        super().__init__(daemon=True)
        self.lab, self.host, self.silent, self.asked, self.ended = lab, host, 0, 0, False

    def run(self) -> None:
        words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://{self.host}:9292/versions"]
        while not self.ended:
            self.asked += 1
            self.silent += self.lab.exec(self.host, *words, check=False) not in ("200", "300")
            time.sleep(1)


def swap(lab, image: str, *args: str):
    """A run with an image that the hosts have."""
    return lab.playbook(
        "container_image", "-e", f"container_image_reference={image}", "-e", "container_image_pull=never", *args
    )


def builds(lab) -> dict[str, str]:
    """The build that each host runs, as its container says."""
    return {host: lab.exec(host, "podman", "exec", "glance_api", "cat", BUILD).strip() for host in lab.glance_hosts}


def names(lab, host: str) -> list[str]:
    """The containers of Glance, and those that a swap has beside them."""
    listed = lab.exec(host, "podman", "ps", "--all", "--filter", "name=^glance_api", "--format", "{{.Names}}")
    return sorted(listed.split())


def options(lab) -> dict[str, object]:
    """What the containers have beside their image."""
    return {host: (found["HostConfig"], found["ConmonPidFile"]) for host, found in lab.containers().items()}


def test_all_workers_get_another_image(lab, images):
    before = options(lab)
    foreseen = swap(lab, images["2"], "--check", "--diff").ok().changed()
    assert foreseen == {(host, TASK) for host in lab.glance_hosts}
    assert set(builds(lab).values()) == {"1"} and options(lab) == before

    run = swap(lab, images["2"]).ok()
    assert run.changed() == foreseen
    assert set(builds(lab).values()) == {"2"}
    for host in lab.glance_hosts:
        result = run.result(TASK, host)
        assert result["check"] == "passed" and not result["repaired"]  # "action" is the module in these results
        assert (result["old"]["image"], result["new"]["image"]) == (images["1"], images["2"])
        assert result["old"]["digest"] != result["new"]["digest"]
        assert names(lab, host) == ["glance_api"]
    after = options(lab)
    for host, (had, pid_file) in before.items():
        has, same_pid_file = after[host]
        assert sorted(had["Binds"]) == sorted(has["Binds"]) and had["CapAdd"] == has["CapAdd"]
        assert had["NetworkMode"] == has["NetworkMode"] and (host == "dcn0" or pid_file == same_pid_file)
    assert f'"{images["2"]}"' in lab.exec("central", "cat", DEFINITION)

    assert swap(lab, images["2"]).ok().changed() == set()


def test_an_image_that_does_not_start_gives_way_to_the_old_one(lab, images):
    poller = Poller(lab, "central2")
    poller.start()
    run = swap(lab, images["broken"], "--limit", "central,central2")
    poller.ended = True
    assert run.rc != 0
    assert "a library is missing" in run.result(TASK, "central")["msg"]
    assert "runs again" in run.result(TASK, "central")["msg"]
    assert "central2: " in run.failures() and "Stop if another worker of the site" in run.failures()
    assert poller.asked > 5 and poller.silent == 0
    assert set(builds(lab).values()) == {"2"} and names(lab, "central") == ["glance_api"]
    assert f'"{images["2"]}"' in lab.exec("central", "cat", DEFINITION)


def test_runs_that_are_killed_are_repaired(lab, images):
    program = "/usr/local/sbin/podman"
    try:
        for command in ("create", "rename", "rm"):
            text = KILLER.format(command=command)
            lab.exec("dcn0", "sh", "-c", f'echo "$0" >{program}; chmod 755 {program}; touch /run/kill-once', text)
            run = swap(lab, images["1"], "--limit", "dcn0", "-e", "container_image_check=false")
            assert run.rc != 0, command
            assert lab.exec("dcn0", "sh", "-c", "ls /run/kill-once 2>/dev/null || true") == "", f"no {command} was run"
    finally:
        lab.exec("dcn0", "rm", "-f", program, "/run/kill-once")
    swap(lab, images["1"], "-e", "container_image_check=false").ok()
    assert set(builds(lab).values()) == {"1"}
    assert names(lab, "dcn0") == ["glance_api"]
