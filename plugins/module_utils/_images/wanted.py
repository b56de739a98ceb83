# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a rule selects, and which stores must have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, unique
from ansible_collections.dcn.glance.plugins.module_utils._images.model import (
    CHECKSUM,
    REMOVE,
    REPLACED_BY,
    SIZE,
    VERSION,
    ImageRule,
)

#: The states of an image that has all its data.
_COMPLETE = ("active", "deactivated")


@dataclass(frozen=True)
class Versions:
    """The images of a rule with a source: the one that it wants, older ones to replace, and those replaced before."""

    current: Image | None = None
    old: tuple[Image, ...] = ()
    replaced: tuple[Image, ...] = ()


def wanted_stores(rules: Sequence[ImageRule], images: Iterable[Image], project: str = "") -> dict[str, tuple[str, ...]]:
    """{image id: the stores that must have it}, of every image that a rule places.

    Args:
        rules: The rules, as ``parse_rules`` returns them.
        images: Every image that the account sees, hidden ones too.
        project: The project of the account, which owns the images that rules import; empty for any.
    """
    known = tuple(images)
    found: dict[str, tuple[str, ...]] = {}
    for rule in sorted(rules, key=lambda rule: rule.min_copies > 0):  # copies that other rules want count as well
        for image in placed_images(rule, known, project):
            earlier = found.get(image.id, ())
            found[image.id] = unique((*earlier, *stores_for(rule, image, earlier)))
    return found


def stores_for(rule: ImageRule, image: Image, earlier: Sequence[str] = ()) -> tuple[str, ...]:
    """The stores that one rule wants an image in; ``earlier`` are those that other rules want it in."""
    if not rule.min_copies:
        return rule.stores
    chosen = [*earlier, *image.stores]
    ordered = sorted(rule.stores, key=lambda store: chosen.index(store) if store in chosen else len(chosen))
    return tuple(ordered[: rule.min_copies])


def cleared_images(rules: Sequence[ImageRule], images: Iterable[Image], project: str = "") -> frozenset[str]:
    """The ids of the images whose copies in other stores must go."""
    known = tuple(images)
    clearing = [rule for rule in rules if rule.elsewhere == REMOVE]
    return frozenset(image.id for rule in clearing for image in placed_images(rule, known, project))


def placed_images(rule: ImageRule, images: Sequence[Image], project: str = "") -> tuple[Image, ...]:
    """The images that a rule places: they have data, and are no old versions."""
    return tuple(image for image in selected_images(rule, images, project) if not unplaceable(image))


def selected_images(rule: ImageRule, images: Sequence[Image], project: str = "") -> tuple[Image, ...]:
    """The images that a rule selects, also those without data."""
    if rule.source:
        current = versions(rule, images, project).current
        return (current,) if current else ()
    return tuple(image for image in images if matches(rule, image))


def matches(rule: ImageRule, image: Image) -> bool:
    """Whether an image has everything that a rule without a source selects by."""
    hidden = rule.hidden if rule.hidden is not None else (None if rule.id else False)
    return (
        rule.id in ("", image.id)
        and rule.name in ("", image.name)
        and rule.owner in ("", image.owner)
        and (not rule.tag or rule.tag in image.tags)
        and hidden in (None, image.hidden)
        and all(image.properties.get(key) == value for key, value in rule.properties.items())
    )


def unplaceable(image: Image) -> str:
    """Why an image cannot be copied; empty if it can."""
    if image.status == "active" and image.size == 0:
        volume = "block_device_mapping" in image.properties
        why = "a snapshot of a server that boots from a volume: its data are in a snapshot in Cinder" if volume else ""
        return f"it has 0 bytes{f', as {why}' if why else ''}"
    if image.status == "active" and not image.stores:
        return "no store has it"
    state = classify(image)
    return "" if state.usable else state.explanation or f"its status is {image.status}"


def versions(rule: ImageRule, images: Sequence[Image], project: str = "") -> Versions:
    """The images of a rule with a source, by version; the newest first."""
    own = [image for image in images if image.name == rule.name and (not project or image.owner == project)]
    own.sort(key=lambda image: image.created_at, reverse=True)
    visible = [image for image in own if not image.hidden and (image.status in _COMPLETE or not classify(image).final)]
    replaced = tuple(image for image in own if image.hidden and REPLACED_BY in image.properties)
    key, _value = rule.stated
    if not key:
        return Versions(visible[0] if visible else None)
    current = next((image for image in visible if is_version(rule, image)), None)
    old = tuple(image for image in visible if image is not current and image.status in _COMPLETE)
    return Versions(current, old, replaced)


def is_version(rule: ImageRule, image: Image) -> bool:
    """Whether an image is of the version that a rule states.

    An image that no rule has imported is compared by its own checksum and size if Glance has not converted it. If
    nothing can be compared, only a stated ``version`` makes it an old one.
    """
    key, value = rule.stated
    recorded = image.properties.get(key) or _observed(rule, image, key)
    return recorded == value if recorded else key != VERSION


def _observed(rule: ImageRule, image: Image, key: str) -> str:
    if image.disk_format != rule.source.get("disk_format"):
        return ""
    if key == SIZE and image.size is not None:
        return str(image.size)
    if key == CHECKSUM:
        known = {"md5": image.checksum, image.hash_algo: image.hash_value}
        algorithm = str(rule.source.get("checksum", "")).partition(":")[0].lower()
        return f"{algorithm}:{known[algorithm].lower()}" if known.get(algorithm) else ""
    return ""
