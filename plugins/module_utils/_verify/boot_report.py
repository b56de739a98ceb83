# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says about the test boot of one site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_evidence import explain

Answer = Mapping[str, Any]
POOL_FULL = "pool_full"


def boot_cell(boots: Answer | None, site: str, answers: Mapping[str, Answer]) -> str:
    """The cell of one site: '-' where nothing was booted, 'yes' with the seconds, or what is wrong."""
    boot = next((item for item in (boots or {}).get("sites") or () if item["site"] == site), None)
    if boot is None or boot["skipped"]:
        return "-"
    if not boot["ok"]:
        return explain(boot, answers.get("evidence"), _full_pool(answers.get("clone")))
    wrong = _disk_problem(boot, answers.get("disks")) or _volume_problem(boot, answers.get("volumes"))
    return wrong or _proved(boot)


def _proved(boot: Mapping[str, Any]) -> str:
    seconds = boot["seconds"]
    text = f"yes, {seconds['boot']:.0f} s"
    return f"{text}, volume {seconds['volume boot']:.0f} s" if boot["volumes"] else text


def _full_pool(clone: Answer | None) -> str:
    """What the clone probe says about a full pool; '' if it does not."""
    for item in (clone or {}).get("clones") or ():
        if item.get("status") == POOL_FULL:
            return str(item["error"])
    return ""


def _disk_problem(boot: Mapping[str, Any], disks: Answer | None) -> str:
    """The disk must be a clone of the site's copy, and hold what the guest has written."""
    (disk, *_rest), text = _images(disks, "the disk")
    if text:
        return text
    parent = (disk.get("parent") or {}).get("image")
    if parent != boot["image"]:
        return f"the disk {disk['name']} is a full copy: it has no parent in the cluster of the site"
    if not disk.get("used"):
        return f"the guest wrote to its disk, but {disk['name']} holds nothing in the cluster of the site"
    return ""


def _volume_problem(boot: Mapping[str, Any], volumes: Answer | None) -> str:
    if not boot["volumes"]:
        return ""
    found, text = _images(volumes, "the volumes")
    if text:
        return text
    flat = [volume["name"] for volume in found if (volume.get("parent") or {}).get("image") != boot["image"]]
    if flat:
        return f"full copies, without a parent in the cluster of the site: {', '.join(flat)}"
    return "" if found[-1].get("used") else f"the guest wrote to its disk, but {found[-1]['name']} holds nothing"


def _images(answer: Answer | None, what: str) -> tuple[list[Mapping[str, Any]], str]:
    """The images that were inspected, and what is wrong with the inspection."""
    if not answer:
        return [{}], f"{what} could not be inspected: no host of Nova at the site was reached"
    images = list(answer.get("images") or ())
    missing = [image["name"] for image in images if not image.get("exists")]
    if not images or missing:
        reason = answer.get("msg") or f"missing in the cluster of the site: {', '.join(missing)}"
        return [{}], f"{what}: {reason}"
    return images, ""
