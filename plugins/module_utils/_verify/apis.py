# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which APIs and workers are asked, which worker imports what another one has staged, and what their answers prove."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import State
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._verify import qcow2

#: The tag of every test image. A later run finds by it what a killed run has left.
TAG = "dcn-verify"
PREFIX = "dcn-verify-"
TEXT = "dcn.glance verify"
#: Larger images are read in part.
READ_LIMIT = 64 * 2**20


@dataclass(frozen=True)
class Api:
    """A URL to ask: the endpoint of a site, or one worker.

    ``store`` must have the test image. An API with ``imports`` takes part in imports to ``stores``.
    """

    site: str
    name: str
    url: str
    store: str = ""
    imports: bool = False
    converts: bool = False
    stores: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The API in messages."""
        return f"{self.name} at {self.url}"


@dataclass(frozen=True)
class Pair:
    """One test import: ``staging`` gets the data, ``importing`` the request to import them."""

    staging: Api
    importing: Api
    name: str


def run_name(now: datetime.datetime, kind: str = "") -> str:
    """The beginning of the names of all images of a run that starts now."""
    return f"{PREFIX}{kind}{now.strftime('%Y%m%d%H%M%S')}"


def parse_apis(items: Iterable[Mapping[str, Any]]) -> list[Api]:
    """The APIs from the option of the module."""
    return [Api(**{**item, "stores": tuple(dict.fromkeys(item["stores"]))}) for item in items]


def pairs(apis: Sequence[Api], run: str) -> list[Pair]:
    """Every importing API of a site stages once, and the next one imports it; a single one does both."""
    found = []
    for site in dict.fromkeys(api.site for api in apis):
        ring = [api for api in apis if api.site == site and api.imports]
        for number, api in enumerate(ring):
            found.append(Pair(api, ring[(number + 1) % len(ring)], f"{run}-{site}-{number}"))
    return found


def leftovers(images: Iterable[Image], current: str, age: float, now: datetime.datetime) -> list[Image]:
    """The test images of other runs that were created more than ``age`` seconds ago."""
    return [
        image
        for image in images
        if TAG in image.tags
        and image.name.startswith(PREFIX)
        and image.id != current
        and (seconds := _age(image, now)) is not None
        and seconds > age
    ]


def _age(image: Image, now: datetime.datetime) -> float | None:
    try:
        created = datetime.datetime.strptime(image.created_at[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return (now - created.replace(tzinfo=datetime.timezone.utc)).total_seconds()


def read_problem(api: Api, image: Image | None, image_id: str, listed: Iterable[str]) -> str:
    """Why an API does not serve the test image as it must; empty where it does."""
    if image is None:
        return f"It has no image {image_id}, so it does not use the database of the hub."
    if image.status != "active":
        return f"The image {image_id} has the status {image.status}."
    if api.store and api.store not in image.stores:
        return f"The image {image_id} is not in the store {api.store}, but in {', '.join(image.stores) or 'none'}."
    if image_id not in listed:
        return f"It returns the image {image_id}, but does not list it among the images with the tag {TAG}."
    return ""


def data_problem(image: Image, digest: str) -> str:
    """How data that were read differ from the hash of the image; empty where they do not."""
    if image.hash_algo != "sha512" or not image.hash_value or digest == image.hash_value:
        return ""
    return f"The data of the image {image.id} have the SHA-512 {digest[:16]}..., not {image.hash_value[:16]}..."


def import_problem(pair: Pair, image: Image, state: State) -> str:
    """Why a test import failed; empty where the image is in all stores, converted, with the right size and content."""
    if not state.usable:
        return f"The import failed: {state.explanation or image.status}. {_shared(pair)}".rstrip()
    missing = [store for store in pair.importing.stores if store not in image.stores]
    if missing:
        return f"The image was not written to {', '.join(missing)}."
    return conversion_problem(image) if pair.staging.converts else ""


def _shared(pair: Pair) -> str:
    if pair.staging.url == pair.importing.url:
        return "See the glance-api log of this worker."
    return (
        f"See the glance-api logs of {pair.staging.name} and {pair.importing.name}. The worker that imports forwards"
        f" the request to the worker_self_reference_url of {pair.staging.name}, which must be its own."
    )


def conversion_problem(image: Image) -> str:
    """Why an image that was sent as qcow2 is not the raw disk; empty where it is."""
    size, wanted = qcow2.VIRTUAL_SIZE, hashlib.sha512(qcow2.content(TEXT)).hexdigest()
    if image.disk_format != "raw":
        return (
            f"The image was sent as qcow2 and is stored as {image.disk_format}, so its instances would not be clones."
            " Check image_import_plugins of this worker, and restart it."
        )
    if image.size != size or image.virtual_size not in (None, size):
        return f"The converted image has {image.size} bytes, but the disk has {size}."
    if image.hash_algo == "sha512" and image.hash_value != wanted:
        return "The converted image has other data than the disk that was sent."
    return ""
