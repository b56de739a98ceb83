# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an instance did not boot, in one sentence, from the log of its host and the state of its units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TROUBLE = re.compile(r" (?:ERROR|WARNING|CRITICAL) |Error|Exception|not authorized")
#: The frames of a traceback, which would crowd out the reason of the one before it.
_FRAME = re.compile(r"\] (?: |Traceback|During handling|The above exception|$)")
_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+(@)")
#: What the log says, and the sentence for it. The first that matches is the cause of those below it.
_CAUSES = (
    (
        re.compile(r"[Ss]ecret not found: no secret with matching uuid '([^']+)'"),
        "libvirt on {host} has no secret {found}, so QEMU has no key for {disk}. Run the playbook site, which creates "
        "it",
    ),
    (
        re.compile(r"complete (copy_image) action|copy_image.*(?:403|Forbidden)"),
        "this account may not have Glance copy the image to the site: the policy copy_image of the site's Glance "
        "does not permit it. Set glance.copy_policy in the topology, and run the playbook site",
    ),
    (
        re.compile(r"error connecting: (Operation not permitted|Permission denied|Invalid argument)"),
        "the cluster does not accept the key in the libvirt secret on {host} ({found}). Run the playbook site, which "
        "repairs it",
    ),
    (
        re.compile(r"(?:rados|rbd)\.(Permission(?:Denied)?Error|ObjectNotFound)"),
        "the cluster does not accept the client of Nova on {host} ({found}): its key or its capabilities are wrong. "
        "Run the playbook site, which repairs them",
    ),
    (
        re.compile(r"(No space left on device|Disk quota exceeded)"),
        "the cluster of the site has no space for the disk ({found}). Free space there, or raise the quota of the pool",
    ),
)


#: Of a long line, the begin and the end: QEMU repeats its arguments before it says what is wrong.
_BEGIN, _END = 300, 400


def _shortened(line: str) -> str:
    return line if len(line) <= _BEGIN + _END else f"{line[:_BEGIN]} [...] {line[-_END:]}"


def relevant_lines(text: str, ids: Sequence[str]) -> list[str]:
    """The lines of a log that name one of the ids and trouble, without passwords in URLs."""
    return [
        _shortened(_PASSWORD.sub(r"\1********\2", line))
        for line in text.splitlines()
        if any(item in line for item in ids) and _TROUBLE.search(line) and not _FRAME.search(line)
    ]


def explain(boot: Mapping[str, Any], evidence: Mapping[str, Any] | None, full_pool: str = "") -> str:
    """Why the test boot of a site failed. ``full_pool`` says which pool is full, where one is."""
    step, error = boot["failed_step"], str(boot["error"]).rstrip(".")
    reason = _reason(boot, evidence or {}, full_pool.rstrip("."))
    return f"{step}: {reason} ({error})" if reason else f"{step}: {error}"


def _reason(boot: Mapping[str, Any], evidence: Mapping[str, Any], full_pool: str) -> str:
    host = str(evidence.get("host") or "the compute host")
    dead = [unit["name"] for unit in evidence.get("units") or () if unit["exists"] and not unit["active"]]
    if dead:
        return f"{', '.join(dead)} does not run on {host}. Start it, and see its log there"
    if full_pool:
        return full_pool
    log = "\n".join(evidence.get("lines") or ())
    disk = "volumes" if str(boot["failed_step"]).startswith("volume") else "the disks of instances"
    for pattern, sentence in _CAUSES:
        match = pattern.search(log) or pattern.search(str(boot["error"]))
        if match:
            found = next((group for group in match.groups() if group), match[0])
            return sentence.format(host=host, found=found, disk=disk)
    return ""
