# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swap the image of a container: everything that can fail first, then a short stop, and back if the API does not come.

``module`` is an AnsibleModule with the options of container_image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers import repair as repairs
from ansible_collections.dcn.glance.plugins.module_utils._containers.check import check_glance
from ansible_collections.dcn.glance.plugins.module_utils._containers.creation import Creation, creation
from ansible_collections.dcn.glance.plugins.module_utils._containers.definition_files import write_definitions
from ansible_collections.dcn.glance.plugins.module_utils._containers.differences import differences
from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import NEXT, PREVIOUS, Container, Image
from ansible_collections.dcn.glance.plugins.module_utils._containers.service import Service
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import DryRun


@dataclass(frozen=True)
class Host:
    """The engine and the service on this host."""

    module: Any
    engine: Engine
    service: Service
    name: str

    @classmethod
    def of(cls, module: Any) -> Host:
        engine = Engine(module)
        return cls(module, engine, Service(module, engine), module.params["name"])


def present(host: Host) -> repairs.Present:
    """The containers that are there. The API is asked only if its answer decides something."""
    named, following, previous = (host.engine.container(host.name + end) for end in ("", NEXT, PREVIOUS))
    if not (named or following or previous):
        raise DcnError(
            f"There is no container {host.name} on this host. Correct the option name, or deploy the service first."
        )
    running = bool(named and named.running)
    answers = bool(running and previous and not host.service.ready())
    return repairs.Present(bool(named), bool(following), bool(previous), running, answers)


def repair(host: Host, found: repairs.Present, returning: bool = False) -> list[str]:
    """End what an earlier run began.

    Args:
        host: The host.
        found: The containers that are there.
        returning: The new container is known not to work.
    """
    if returning:
        found = replace(found, answers=False)
    elif repairs.is_trial_needed(found) and not found.answers:
        found = _trial(host, found)
    steps, engine, name = repairs.repair(found), host.engine, host.name
    for step in steps:
        if step == repairs.REMOVE_NAMED:
            host.service.stop()
            engine.remove(name)
        elif step == repairs.RESTORE_PREVIOUS:
            engine.run("rename", name + PREVIOUS, name)
        elif step == repairs.PROMOTE_NEXT:
            engine.run("rename", name + NEXT, name)
        elif step in (repairs.REMOVE_NEXT, repairs.REMOVE_PREVIOUS):
            engine.remove(name + (NEXT if step == repairs.REMOVE_NEXT else PREVIOUS))
        elif step == repairs.START:
            host.service.start()
            host.service.wait()
    if steps and (container := engine.container(name)):
        write_definitions(host.module, container.image)
    return steps


def _trial(host: Host, found: repairs.Present) -> repairs.Present:
    """Whether the new container, which an earlier run put in place, comes."""
    try:
        host.service.start()
        host.service.wait()
    except DcnError:
        return replace(found, answers=False)
    return replace(found, running=True, answers=True)


def swap(host: Host, old: Container, old_image: Image, reference: str, new_image: Image) -> DryRun:
    """Replace the container. Returns the answer of the check.

    Args:
        host: The host.
        old: The container as it is.
        old_image: Its image.
        reference: The name of the new image.
        new_image: The new image, which is on this host.
    """
    made = creation(old, old_image, reference, host.name + NEXT)
    checked = DryRun("")
    if host.module.params["check_config"]:
        checked = check_glance(
            host.engine, made, reference, host.module.params["check_config"], host.module.params["check_timeout"]
        )
    prepare(host, old, old_image, made, new_image)
    try:
        host.service.stop()
        host.engine.run("rename", host.name, host.name + PREVIOUS)
        host.engine.run("rename", host.name + NEXT, host.name)
        host.service.start()
        host.service.wait()
    except DcnError as error:
        raise DcnError(f"{error}\n{_returned(host, old)}") from error
    write_definitions(host.module, reference)
    host.engine.remove(host.name + PREVIOUS)
    return checked


def prepare(host: Host, old: Container, old_image: Image, made: Creation, new_image: Image) -> None:
    """Create the new container beside the old one; DcnError if it would differ in more than its image."""
    host.engine.create(made)
    new = host.engine.container(host.name + NEXT)
    accepted = tuple(host.module.params["accepted_differences"])
    found = differences(old, old_image, new, new_image) if new else ["it was not created"]
    found = [each for each in found if not (accepted and each.partition(": ")[0].startswith(accepted))]
    if found:
        host.engine.remove(host.name + NEXT)
        raise DcnError(
            f"The new container would differ from {host.name} in more than its image: {'; '.join(found)}. The "
            "container was not touched. Let the deployment tool replace it, or allow this with accepted_differences."
        )


def _returned(host: Host, old: Container) -> str:
    """Return to the old container, and say how that ended."""
    try:
        repair(host, present(host), returning=True)
    except DcnError as error:
        return f"The old container with {old.image} could not be started again: {error} Run again to repair this host."
    return f"The old container with {old.image} runs again. Use another image, then run again."
