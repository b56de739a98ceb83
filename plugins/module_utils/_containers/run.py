# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What container_image does and returns. ``module`` is an AnsibleModule with its options."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers import repair as repairs
from ansible_collections.dcn.glance.plugins.module_utils._containers.definition_files import (
    known_definitions,
    stale_definitions,
    write_definitions,
)
from ansible_collections.dcn.glance.plugins.module_utils._containers.fetch import Wanted, fetch
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import (
    NEXT,
    PREVIOUS,
    Container,
    Image,
    full_name,
    split,
)
from ansible_collections.dcn.glance.plugins.module_utils._containers.swap import Host, present, repair, swap
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import UNKNOWN, DryRun
from ansible_collections.dcn.glance.plugins.module_utils._glance.start_check import PASSED, SKIPPED

#: Actions of the result.
NONE, SWAPPED, STARTED, DEFINED, REPAIRED = "none", "swapped", "started", "definitions", "repaired"


@dataclass(frozen=True)
class Plan:
    """What this run does. ``stale`` are files that name another image."""

    current: Container
    image: Image
    reference: str
    wanted: Wanted
    repaired: tuple[str, ...]
    stale: dict[str, str]

    @property
    def action(self) -> str:
        """The most that happens."""
        if not self.wanted.is_image_of(self.current.image_id, self.image.digests):
            return SWAPPED
        if not self.current.running and not self.repaired:
            return STARTED
        return DEFINED if self.stale else REPAIRED if self.repaired else NONE


def run(module: Any) -> dict[str, Any]:
    """Repair, compare, and swap."""
    begin = time.monotonic()
    check_options(module)
    host = Host.of(module)
    host.service.check_unit()
    plan = make_plan(host)
    checked, removed = DryRun(""), False
    others = [name for name in host.engine.users_of(plan.current.image_id) if not name.startswith(host.name)]
    if not module.check_mode:
        checked, removed = apply(host, plan, bool(others))
    warn(module, plan, checked, others)
    new = plan.wanted.image
    return {
        "changed": plan.action != NONE,
        "action": plan.action,
        "old": _described(plan.current.image, plan.image),
        "new": {
            "image": plan.reference,
            "id": new.id if new else "",
            "digest": new.digest(plan.reference) if new else plan.wanted.digest,
            "source": plan.wanted.source,
        },
        "repaired": list(plan.repaired),
        "check": checked.state,
        "check_reason": "" if checked.state == PASSED else checked.reason,
        "definitions": sorted(plan.stale),
        "same_image": others,
        "removed": removed,
        "seconds": round(time.monotonic() - begin, 1),
        "diff": _diff(plan),
    }


def check_options(module: Any) -> None:
    """InputErrors with all mistakes."""
    given, problems = module.params, []
    if not split(given["image"])[0]:
        problems.append(
            Problem("image", f"'{given['image']}' is no name of an image, such as registry/glance-api:tag.")
        )
    if given["auth_file"] and given["engine"] == "docker" and not given["auth_file"].endswith("/config.json"):
        problems.append(Problem("auth_file", "Docker reads credentials from a file named config.json only."))
    if given["engine"] == "docker" and not given["validate_certs"]:
        problems.append(Problem("validate_certs", "Docker takes this from insecure-registries of its daemon."))
    if problems:
        raise InputErrors(problems)


def make_plan(host: Host) -> Plan:
    """Repair what an earlier run left, get the image, and compare."""
    found = present(host)
    steps = repairs.repair(found) if host.module.check_mode else repair(host, found)
    current = _current(host, found) if host.module.check_mode else host.engine.container(host.name)
    image = host.engine.image(current.image_id) if current else None
    if not current or not image:
        raise DcnError(f"The image of the container {host.name} is not on this host, so its options are not known.")
    if current.host.get("AutoRemove"):
        raise DcnError(f"The engine removes {host.name} when it stops, so it cannot be kept until the new one works.")
    if not (current.running or host.module.check_mode):
        host.service.start_early()
    reference = full_name(host.module.params["image"])
    wanted = fetch(host.module, host.engine, reference)
    return Plan(current, image, reference, wanted, tuple(steps), stale_definitions(host.module, reference))


def _current(host: Host, found: repairs.Present) -> Container | None:
    """The container that a repair would leave."""
    steps = repairs.repair(found)
    end = PREVIOUS if repairs.RESTORE_PREVIOUS in steps else NEXT if repairs.PROMOTE_NEXT in steps else ""
    return host.engine.container(host.name + end)


def apply(host: Host, plan: Plan, shared: bool) -> tuple[DryRun, bool]:
    """Do what the plan says. Returns the answer of the check, and whether the old image was removed."""
    checked, removed = DryRun(""), False
    if plan.action == SWAPPED and plan.wanted.image:
        checked = swap(host, plan.current, plan.image, plan.reference, plan.wanted.image)
        if not host.module.params["keep_previous"] and not shared:
            removed = host.engine.try_run("image", "rm", plan.current.image_id)[0] == 0
    elif plan.action == STARTED:
        host.service.start()
        host.service.wait()
    if plan.action != SWAPPED:
        write_definitions(host.module, plan.reference)
    return checked, removed


def warn(module: Any, plan: Plan, checked: DryRun, others: list[str]) -> None:
    """What the user has to know although nothing failed."""
    if plan.repaired:
        module.warn(f"An earlier swap was interrupted. To repair it: {', '.join(plan.repaired)}.")
    if checked.state in (SKIPPED, UNKNOWN):
        module.warn(f"Glance of {plan.reference} was not asked about its configuration: {checked.reason}.")
    if plan.action != SWAPPED:
        return
    if module.params["definitions"] and not known_definitions(module):
        module.warn(
            f"None of {', '.join(module.params['definitions'])} holds the container {module.params['name']}. The "
            "next run of the deployment tool returns to its own image."
        )
    if module.params["reminder"]:
        module.warn(module.params["reminder"])
    if others:
        module.warn(f"Other containers still use the old image {plan.current.image}: {', '.join(others)}.")


def _described(reference: str, image: Image) -> dict[str, str]:
    return {"image": reference, "id": image.id, "digest": image.digest(reference)}


def _diff(plan: Plan) -> list[dict[str, str]]:
    """The image of the container, and of each file."""
    if plan.action == NONE:
        return []
    new = plan.wanted.image.id if plan.wanted.image else "not pulled yet"
    swaps = plan.action == SWAPPED
    after = f"{plan.reference} ({new})" if swaps else f"{plan.current.image} ({plan.image.id})"
    found = [("container", f"{plan.current.image} ({plan.image.id})", after)]
    found += [(path, old, plan.reference) for path, old in sorted(plan.stale.items())]
    return [
        {"before_header": name, "after_header": name, "before": f"image: {before}\n", "after": f"image: {after}\n"}
        for name, before, after in found
    ]
