# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan what the rules need: imports, copies, removals, and old versions to hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_check import UNCONVERTED
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import PlacementPlan, plan_image
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_ids import resolve
from ansible_collections.dcn.glance.plugins.module_utils._images.model import DELETE, ImageRule
from ansible_collections.dcn.glance.plugins.module_utils._images.wanted import (
    cleared_images,
    selected_images,
    unplaceable,
    versions,
    wanted_stores,
)

#: Later than any time of creation, so that a new image counts as the newest.
_LAST = "9999"
#: Keys of a source that cannot be compared with what Glance downloads and converts; there they tell versions apart.
_OF_DATA = ("checksum", "size")


@dataclass(frozen=True)
class Fleet:
    """What a plan needs to know: the stores of the API, {store: its site}, the hub, and the account's project."""

    listing: StoreListing
    sites: Mapping[str, str]
    hub: str
    project: str = ""


@dataclass(frozen=True)
class NewImage:
    """An image to import: by which rule, into which stores, and in the form of the module glance_image_import."""

    rule: ImageRule
    stores: tuple[str, ...]

    @property
    def item(self) -> dict[str, Any]:
        """The image as glance_image_import takes it."""
        source = dict(self.rule.source)
        if source.get("uri") and source.get("disk_format") not in UNCONVERTED:
            source = {key: value for key, value in source.items() if key not in _OF_DATA}
        properties = {**source.get("properties", {}), **self.rule.recorded}
        return {**source, "name": self.rule.name, "properties": properties, "stores": list(self.stores)}


@dataclass(frozen=True)
class OldVersion:
    """An old version of an image: ``hidden`` if a rule has hidden it already; ``delete`` if the rule wants it gone."""

    rule: ImageRule
    image: Image
    hidden: bool
    delete: bool


@dataclass(frozen=True)
class Skipped:
    """An image that a rule selects and that cannot be copied."""

    rule: ImageRule
    image: Image
    reason: str

    @property
    def expected(self) -> bool:
        """Whether this is no failure: the image is empty, or the rule selects more than one image."""
        return self.image.size == 0 or not (self.rule.name or self.rule.id)


@dataclass(frozen=True)
class RulesPlan:
    """Everything that the rules need."""

    imports: tuple[NewImage, ...] = ()
    placements: tuple[PlacementPlan, ...] = ()
    old: tuple[OldVersion, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[str, ...] = field(default=())


def check_stores(rules: Sequence[ImageRule], listing: StoreListing) -> None:
    """Raise InputErrors for every store of a rule that the API cannot write."""
    problems: list[Problem] = []
    for rule in rules:
        problems += resolve(rule.stores, listing, f"{rule.path}.stores")[1]
    if problems:
        raise InputErrors(problems)


def make_plan(rules: Sequence[ImageRule], images: Sequence[Image], fleet: Fleet) -> RulesPlan:
    """The plan for all images that the account sees."""
    project = fleet.project
    new = [rule for rule in rules if rule.source and versions(rule, images, project).current is None]
    stand_ins = {rule.path: _stand_in(rule, project) for rule in new}
    everything = (*images, *stand_ins.values())
    wanted = wanted_stores(rules, everything, project)
    cleared = cleared_images(rules, images, project)
    placements = [
        plan_image(image.label, image, wanted[image.id], fleet.listing, image.id in cleared)
        for image in images
        if image.id in wanted
    ]
    skipped = _skipped(rules, images, project)
    problems = [
        _nothing(rule)
        for rule in rules
        if not rule.source and (rule.name or rule.id) and not selected_images(rule, images, project)
    ]
    problems += [
        f"{item.rule.path}: image {item.image.label} cannot be copied: {item.reason}."
        for item in skipped
        if not item.expected
    ]
    return RulesPlan(
        tuple(NewImage(rule, wanted[stand_ins[rule.path].id]) for rule in new),
        tuple(placements),
        _old_versions(rules, images, project),
        tuple(skipped),
        tuple(problems),
    )


def _stand_in(rule: ImageRule, project: str) -> Image:
    """The image that a rule will import, so that all rules that select it count."""
    source = rule.source
    stores = rule.stores[: rule.min_copies] if rule.min_copies else rule.stores
    return Image(
        f"new {rule.path}",
        rule.name,
        owner=project,
        stores=stores,
        tags=tuple(source.get("tags", ())),
        created_at=_LAST,
        disk_format=str(source.get("disk_format", "")),
        properties={**source.get("properties", {}), **rule.recorded},
    )


def _skipped(rules: Sequence[ImageRule], images: Sequence[Image], project: str) -> list[Skipped]:
    found: dict[str, Skipped] = {}
    for rule in rules:
        for image in selected_images(rule, images, project):
            reason = unplaceable(image)
            if reason and (image.id not in found or found[image.id].expected):
                found[image.id] = Skipped(rule, image, reason)
    return list(found.values())


def _old_versions(rules: Sequence[ImageRule], images: Sequence[Image], project: str) -> tuple[OldVersion, ...]:
    found = []
    for rule in rules:
        if not rule.source:
            continue
        by_version = versions(rule, images, project)
        delete = rule.old == DELETE
        found += [OldVersion(rule, image, False, delete) for image in by_version.old]
        found += [OldVersion(rule, image, True, True) for image in by_version.replaced if delete]
    return tuple(found)


def _nothing(rule: ImageRule) -> str:
    what = f"no image has the id {rule.id}" if rule.id else f"no image has the name '{rule.name}'"
    more = [key for key in ("tag", "owner", "properties", "hidden") if getattr(rule, key) not in ("", None, {})]
    also = " and everything else that the rule selects by" if more else ""
    return f"{rule.path}: {what}{also}. Import it, or add `source` to the rule."
