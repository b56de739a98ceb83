# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cell of a test boot: yes only if everything was proved, else one sentence with the reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify import boot_evidence, boot_report

BOOT = {
    "site": "dcn0",
    "zone": "dcn0",
    "skipped": "",
    "ok": True,
    "failed_step": "",
    "error": "",
    "image": "img",
    "instance": "vm1",
    "volume_instance": "vm2",
    "volumes": ["v1", "v2"],
    "seconds": {"boot": 16.8, "volume boot": 15.2},
}
PARENT = {"pool": "images", "image": "img", "snapshot": "snap"}
ANSWERS = {
    "disks": {"images": [{"name": "vm1_disk", "exists": True, "parent": PARENT, "used": 4096}]},
    "volumes": {
        "images": [
            {"name": "volume-v1", "exists": True, "parent": PARENT, "used": 0},
            {"name": "volume-v2", "exists": True, "parent": PARENT, "used": 4096},
        ]
    },
}


def cell(boot: dict[str, Any], answers: dict[str, Any]) -> str:
    return boot_report.boot_cell({"sites": [boot]}, "dcn0", answers)


def test_a_proved_boot_says_how_long_it_took() -> None:
    assert cell(BOOT, ANSWERS) == "yes, 17 s, volume 15 s"
    assert cell({**BOOT, "volumes": []}, {"disks": ANSWERS["disks"]}) == "yes, 17 s"


def test_a_site_without_nova_has_no_result() -> None:
    assert cell({**BOOT, "ok": None, "skipped": "Nova has no availability zone dcn0"}, {}) == "-"
    assert boot_report.boot_cell(None, "dcn0", {}) == "-"
    assert boot_report.boot_cell({"skipped": True}, "dcn0", {}) == "-"
    assert boot_report.boot_cell({"sites": [BOOT]}, "dcn1", {}) == "-"


UNPROVED: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda found: found.pop("disks"), "could not be inspected"),
    (lambda found: found["disks"]["images"][0].update(parent=None), "vm1_disk is a full copy"),
    (lambda found: found["disks"]["images"][0].update(parent={**PARENT, "image": "other"}), "is a full copy"),
    (lambda found: found["disks"]["images"][0].update(used=0), "holds nothing"),
    (lambda found: found["disks"]["images"][0].update(exists=False), "missing in the cluster of the site: vm1_disk"),
    (lambda found: found.update(disks={"failed": True, "msg": "no monitor"}), "the disk: no monitor"),
    (lambda found: found["volumes"]["images"][0].update(parent=None), "full copies, without a parent"),
    (lambda found: found["volumes"]["images"][1].update(used=0), "volume-v2 holds nothing"),
    (lambda found: found.pop("volumes"), "the volumes could not be inspected"),
]


@pytest.mark.parametrize(("change", "text"), UNPROVED, ids=[text for _change, text in UNPROVED])
def test_a_boot_that_is_not_proved_is_a_problem(change: Callable[[dict[str, Any]], Any], text: str) -> None:
    answers = copy.deepcopy(ANSWERS)
    change(answers)
    assert text in cell(BOOT, answers)
    assert not cell(BOOT, answers).startswith(("yes", "-"))


UNITS = [{"name": "nova-compute", "exists": True, "active": True}]
LOST = "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures"
FAULTS = [
    (
        "boot",
        "libvirt.libvirtError: Secret not found: no secret with matching uuid '11aa'",
        "libvirt on edge1 has no secret 11aa, so QEMU has no key for the disks of instances",
    ),
    ("volume boot", "libvirtError: Secret not found: no secret with matching uuid '22bb'", "no key for volumes"),
    (
        "boot",
        "glanceclient.exc.HTTPForbidden: HTTP 403 Forbidden: You are not authorized to complete copy_image action.",
        "the policy copy_image of the site's Glance does not permit it",
    ),
    ("boot", "qemu: error connecting: Operation not permitted", "does not accept the key in the libvirt secret"),
    ("boot", "rados.PermissionDeniedError: [errno 13]", "does not accept the client of Nova on edge1"),
    ("boot", "rbd: write: No space left on device", "no space for the disk"),
]


@pytest.mark.parametrize(("step", "line", "text"), FAULTS, ids=[text for _step, _line, text in FAULTS])
def test_the_log_of_the_host_names_the_reason(step: str, line: str, text: str) -> None:
    boot = {**BOOT, "ok": False, "failed_step": step, "error": LOST}
    said = cell(boot, {"evidence": {"host": "edge1", "units": UNITS, "lines": [line]}})
    assert said.startswith(f"{step}: ")
    assert text in said
    assert LOST in said


def test_a_service_that_does_not_run_is_named_first() -> None:
    boot = {**BOOT, "ok": False, "failed_step": "boot", "error": "No valid host was found."}
    units = [{"name": "nova-compute", "exists": True, "active": False}]
    said = cell(boot, {"evidence": {"host": "edge1", "units": units, "lines": []}})
    assert said.startswith("boot: nova-compute does not run on edge1.")


def test_a_full_pool_is_named_by_the_clone_probe() -> None:
    boot = {**BOOT, "ok": False, "failed_step": "boot", "error": "The instance vm1 still has the state BUILD."}
    clone = {"clones": [{"status": "pool_full", "error": "the pool vms is full."}]}
    said = cell(boot, {"evidence": {"host": "edge1", "units": UNITS, "lines": []}, "clone": clone})
    assert said.startswith("boot: the pool vms is full (")


def test_without_evidence_the_error_is_the_answer() -> None:
    assert cell({**BOOT, "ok": False, "failed_step": "image", "error": "no."}, {}) == "image: no"


def test_relevant_lines_name_the_resource_and_trouble_and_no_password() -> None:
    log = (
        "2026 1 INFO nova vm1 started\n"
        "2026 1 ERROR nova [instance: vm1] amqp://u:secret@host lost\n"
        "2026 1 ERROR nova [instance: other] lost\n"
        "2026 1 ERROR nova [instance: vm1] libvirt.libvirtError: no\n"
    )
    lines = boot_evidence.relevant_lines(log, ["vm1"])
    assert len(lines) == 2
    assert "secret" not in "".join(lines)


def test_frames_of_a_traceback_are_left_out() -> None:
    """Each line of a traceback has the level and the instance, and Nova logs several of them."""
    begin = "1 ERROR nova.compute.manager [instance: vm1] "
    frames = ["Traceback (most recent call last):", '  File "x.py", line 1, in f', "    raise Error(", ""]
    reason = f"{begin}glanceclient.exc.HTTPForbidden: HTTP 403 Forbidden"
    log = "\n".join([*(begin + frame for frame in frames), reason])
    assert boot_evidence.relevant_lines(log, ["vm1"]) == [reason]


def test_the_end_of_a_long_line_stays() -> None:
    """QEMU repeats its arguments before it says what is wrong."""
    (line,) = boot_evidence.relevant_lines(
        "1 ERROR vm1 " + "{}" * 900 + ": error connecting: Permission denied", ["vm1"]
    )
    assert line.startswith("1 ERROR vm1")
    assert line.endswith("error connecting: Permission denied")
    assert len(line) < 800
