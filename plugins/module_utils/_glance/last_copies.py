# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images would be lost without certain stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, unique


def without_copy_in(stores: Collection[str], images: Iterable[Image]) -> list[Image]:
    """The images that have data, but no copy in any of the stores. A copy that is being written may still fail."""
    return [image for image in images if _places(image) and not set(image.stores) & set(stores)]


def copies_by_store(images: Iterable[Image]) -> dict[str, list[str]]:
    """The labels of the images by the stores that have them, or to which they are being written."""
    found: dict[str, list[str]] = {}
    for image in images:
        for store in _places(image):
            found.setdefault(store, []).append(image.label)
    return found


def _places(image: Image) -> tuple[str, ...]:
    return unique((*image.stores, *image.importing))
