# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan which images to import, change or delete."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import disk_format
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import TAKEOVER_SECONDS, classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_check import UNCONVERTED
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import (
    BASE_ATTRIBUTES,
    RESERVED_PREFIX,
    Image,
    StoreListing,
    Task,
    looks_like_id,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_ids import ALL, resolve

# The hash algorithms of checksums, with the length of their hexadecimal digests.
DIGEST_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
# The attributes that can be changed later and are compared.
_ATTRIBUTES = ("visibility", "protected", "min_disk", "min_ram")


@dataclass(frozen=True)
class DesiredImage:
    """One image as the user wants it; empty ``stores`` means the default store of the API."""

    name: str
    present: bool = True
    src: str = ""
    uri: str = ""
    checksum: str = ""
    size: int | None = None
    verify_content: bool = False
    disk_format: str = ""
    container_format: str = "bare"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str | None] = field(default_factory=dict)
    stores: tuple[str, ...] = ()
    path: str = ""

    @property
    def algorithm(self) -> str:
        """The hash algorithm of the checksum."""
        return self.checksum.partition(":")[0]


@dataclass(frozen=True)
class ImagePlan:
    """What one image needs: ``action`` is import, replace, resume, wait, update, none or delete."""

    desired: DesiredImage
    action: str
    image: Image | None = None
    targets: tuple[str, ...] = ()
    patch: tuple[Mapping[str, Any], ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    source: disk_format.Source | None = None

    @property
    def changes(self) -> bool:
        """Whether the plan changes anything."""
        return self.action in ("import", "replace", "resume", "delete") or bool(self.patch)


@dataclass(frozen=True)
class PlanContext:
    """What the plan needs to know about the API and the host; ``sources`` by path, ``tasks`` by image id."""

    listing: StoreListing
    methods: tuple[str, ...]
    project: str
    sources: Mapping[str, disk_format.Source]
    tasks: Mapping[str, Sequence[Task] | None] = field(default_factory=dict)
    replace_failed: bool = False
    stalled_after: float = TAKEOVER_SECONDS
    now: datetime | None = None
    qemu_img: bool = True


def parse_images(raw: Sequence[Mapping[str, Any]], listing: StoreListing) -> tuple[DesiredImage, ...]:
    """The desired images with resolved stores; raises InputErrors with all problems."""
    problems: list[Problem] = []
    images: list[DesiredImage] = []
    for index, item in enumerate(raw):
        name = str(item.get("name") or "").strip()
        path = f"images[{index}] ({name})"
        if not name:
            problems.append(Problem(path, "a name is required"))
        if any(image.name == name for image in images):
            problems.append(Problem(path, "the name is in the list twice"))
        image = _parse_image(item, name, path)
        if image.present:
            problems += _check_item(item, image, path)
            stores, wrong = _stores(item, listing, path)
            problems += wrong
            image = replace(image, stores=stores)
        images.append(image)
    if problems:
        raise InputErrors(problems)
    return tuple(images)


def _parse_image(item: Mapping[str, Any], name: str, path: str) -> DesiredImage:
    return DesiredImage(
        name=name,
        present=(item.get("state") or "present") == "present",
        src=str(item.get("src") or ""),
        uri=str(item.get("uri") or ""),
        checksum=str(item.get("checksum") or "").strip().lower(),
        size=item.get("size"),
        verify_content=bool(item.get("verify_content")),
        disk_format=str(item.get("disk_format") or ""),
        container_format=str(item.get("container_format") or "bare"),
        attributes=_attributes(item),
        properties={str(key): as_text(value) for key, value in (item.get("properties") or {}).items()},
        path=path,
    )


def _attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: item[key] for key in _ATTRIBUTES if item.get(key) is not None}
    if item.get("tags") is not None:
        found["tags"] = sorted({str(tag) for tag in item["tags"]})
    return found


def _attribute(image: Image, key: str) -> Any:
    """An attribute of an image in the form in which Glance gets it."""
    return list(image.tags) if key == "tags" else getattr(image, key)


def _check_item(item: Mapping[str, Any], image: DesiredImage, path: str) -> list[Problem]:
    problems = []
    if bool(image.src) == bool(image.uri):
        problems.append(Problem(path, "set either src (a file on this host) or uri (for Glance to download)"))
    problems += _check_comparison(image, path)
    if image.checksum and not _valid_checksum(image.checksum):
        known = ", ".join(DIGEST_LENGTHS)
        problems.append(Problem(f"{path}.checksum", f"must be ALGORITHM:HEXDIGEST with one of {known}"))
    if not image.disk_format:
        problems.append(Problem(f"{path}.disk_format", "the format of the data is required, such as raw or qcow2"))
    if looks_like_id(image.name):
        problems.append(Problem(f"{path}.name", "an image to import needs a name that is not an id"))
    for key in image.properties:
        if key.startswith(RESERVED_PREFIX) or key in BASE_ATTRIBUTES:
            problems.append(Problem(f"{path}.properties.{key}", "the name is reserved by Glance"))
    if item.get("stores") is not None and item.get("all_stores"):
        problems.append(Problem(path, "stores and all_stores are mutually exclusive"))
    return problems


def _check_comparison(image: DesiredImage, path: str) -> list[Problem]:
    """What cannot be compared after Glance has downloaded or converted the data itself."""
    if image.uri and (image.checksum or image.size is not None) and image.disk_format not in UNCONVERTED:
        text = (
            f"Glance may convert the {image.disk_format} data that it downloads, and what it stores then has another"
            " checksum and size; download the file to this host and set src, or leave out checksum and size"
        )
        return [Problem(path, text)]
    if image.uri and image.verify_content and not image.checksum:
        text = "this host does not have the data of a uri to compare with; set checksum, or src"
        return [Problem(f"{path}.verify_content", text)]
    return []


def _valid_checksum(text: str) -> bool:
    algorithm, _colon, digest = text.partition(":")
    return bool(re.fullmatch(f"[0-9a-f]{{{DIGEST_LENGTHS.get(algorithm, 0)}}}", digest)) and algorithm in DIGEST_LENGTHS


def _stores(item: Mapping[str, Any], listing: StoreListing, path: str) -> tuple[tuple[str, ...], list[Problem]]:
    if item.get("stores") is not None:
        return resolve(item["stores"], listing, f"{path}.stores")
    if item.get("all_stores"):
        return resolve((ALL,), listing, f"{path}.all_stores")
    return (), []


def as_text(value: object) -> str | None:
    """The value of a property as Glance stores it: text, with booleans in lower case; None removes the property."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def own_images(images: Sequence[Image], name: str, project: str) -> tuple[Image, ...]:
    """The images with that name that belong to the project; an id matches images of any project."""
    if looks_like_id(name):
        return tuple(image for image in images if image.id == name.lower())
    return tuple(image for image in images if image.name == name and (not project or image.owner == project))


def plan_images(
    desired: Sequence[DesiredImage], found: Mapping[str, Sequence[Image]], context: PlanContext
) -> tuple[ImagePlan, ...]:
    """The plan of every image in the given order; raises InputErrors with all problems."""
    problems: list[Problem] = []
    plans = []
    for item in desired:
        existing = own_images(found.get(item.name, ()), item.name, context.project)
        if len(existing) > 1:
            listed = ", ".join(image.id for image in existing)
            problems.append(Problem(item.path, f"the project has several images with this name: {listed}; keep one"))
            continue
        image = existing[0] if existing else None
        absent = ImagePlan(item, "delete" if image else "none", image)
        plans.append(_plan_present(item, image, context, problems) if item.present else absent)
    if problems:
        raise InputErrors(problems)
    return tuple(plans)


def _plan_present(
    desired: DesiredImage, image: Image | None, context: PlanContext, problems: list[Problem]
) -> ImagePlan:
    targets = desired.stores or tuple(store for store in (context.listing.default,) if store)
    if image is None:
        return _plan_import(ImagePlan(desired, "import", None, targets), context, problems)
    state = classify(image, context.tasks.get(image.id), context.now, context.stalled_after)
    missing = tuple(store for store in desired.stores if store not in image.stores)
    if state.usable or state.name == "deactivated":
        patch = metadata_patch(desired, image)
        warnings = () if state.usable else (f"Image {image.label} is deactivated.",)
        return ImagePlan(desired, "update" if patch else "none", image, targets, patch, missing, warnings)
    if not state.final and not (context.replace_failed and state.name == "stalled"):
        return ImagePlan(desired, "wait", image, targets, source=context.sources.get(desired.src))
    if state.name == "staged" and _is_staged(desired, image, context):
        patch = metadata_patch(desired, image)
        return _plan_import(ImagePlan(desired, "resume", image, targets, patch), context, problems)
    if context.replace_failed:
        return _plan_import(ImagePlan(desired, "replace", image, targets), context, problems)
    text = f"image {image.id} exists and cannot be used: {state.sentence}, or run with replace_failed=true"
    problems.append(Problem(desired.path, text))
    return ImagePlan(desired, "none", image)


def _is_staged(desired: DesiredImage, image: Image, context: PlanContext) -> bool:
    """Whether the staged data are the whole file: Glance records their size when it has all of them."""
    source = context.sources.get(desired.src)
    formats = (image.disk_format, image.container_format) == (desired.disk_format, desired.container_format)
    return bool(source and source.size and source.size == image.size and formats)


def _plan_import(plan: ImagePlan, context: PlanContext, problems: list[Problem]) -> ImagePlan:
    desired = plan.desired
    method = "glance-direct" if desired.src else "web-download"
    if method not in context.methods:
        listed = ", ".join(context.methods) or "none"
        problems.append(Problem(desired.path, f"the API does not offer the import method {method}; it has {listed}"))
    if not desired.src:
        return plan
    source = context.sources[desired.src]
    wrong = disk_format.problem(source, desired.disk_format, desired.container_format) or _difference(source, desired)
    if wrong:
        problems.append(Problem(f"{desired.path}.src", wrong))
    elif desired.verify_content:
        problems += _unverifiable(desired, source, context)
    unusual = disk_format.warning(source, desired.container_format)
    return replace(plan, source=source, warnings=(*plan.warnings, *([unusual] if unusual else [])))


def _unverifiable(desired: DesiredImage, source: disk_format.Source, context: PlanContext) -> list[Problem]:
    path = f"{desired.path}.verify_content"
    if disk_format.compression(source.head) and desired.container_format == "bare":
        return [Problem(path, f"{source.path} is compressed, so its content cannot be compared; decompress it first")]
    if desired.disk_format not in UNCONVERTED and not context.qemu_img:
        text = f"this host needs qemu-img (package qemu-utils) to convert {source.path} as Glance does"
        return [Problem(path, text)]
    return []


def _difference(source: disk_format.Source, desired: DesiredImage) -> str:
    """How a file differs from the given size and checksum; empty when it does not."""
    if desired.size is not None and desired.size != source.size:
        return f"{source.path} has {source.size} bytes, but size is {desired.size}; copy or download it again"
    digest = source.digests.get(desired.algorithm)
    if digest and f"{desired.algorithm}:{digest}" != desired.checksum:
        found = f"{desired.algorithm}:{digest}"
        return f"{source.path} has the checksum {found}, but checksum is {desired.checksum}; copy or download it again"
    return ""


def metadata_patch(desired: DesiredImage, image: Image) -> tuple[Mapping[str, Any], ...]:
    """The JSON patch that brings an image's metadata to the desired state; other metadata stay unchanged."""
    operations: list[Mapping[str, Any]] = [
        {"op": "replace", "path": f"/{key}", "value": value}
        for key, value in desired.attributes.items()
        if _attribute(image, key) != value
    ]
    for key, wanted in desired.properties.items():
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        has = image.properties.get(key)
        if wanted is None and has is not None:
            operations.append({"op": "remove", "path": pointer})
        elif wanted is not None and has != wanted:
            operations.append({"op": "add" if has is None else "replace", "path": pointer, "value": wanted})
    return tuple(operations)


def diff_state(plan: ImagePlan, done: bool) -> dict[str, Any] | None:
    """The image of a plan as the diff shows it before, or after (``done``); None for an image that does not exist.

    It contains only what the desired image names, so a second run has an empty diff.
    """
    image, desired = plan.image, plan.desired
    if done and plan.action == "delete":
        return None
    if done and plan.action in ("import", "replace", "resume"):
        properties = {key: value for key, value in desired.properties.items() if value is not None}
        stores = sorted(plan.targets)
        return {"status": "active", "stores": stores, **desired.attributes, "properties": properties}
    if image is None:
        return None
    attributes = {key: _attribute(image, key) for key in desired.attributes}
    properties = {key: image.properties[key] for key in desired.properties if key in image.properties}
    if done:
        attributes.update(desired.attributes)
        properties = {key: value for key, value in desired.properties.items() if value is not None}
    return {"status": image.status, "stores": sorted(image.stores), **attributes, "properties": properties}
