# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an imported image must be like, compared with its source: pure."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import COMPRESSED, Source, compression
from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_layouts import SECTOR
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image

# The formats that the import plugin image_conversion leaves as they are, whatever its output format is.
UNCONVERTED = ("raw", "iso")


def converted(declared: str, image: Image) -> bool:
    """Whether Glance has converted the data."""
    return bool(image.disk_format) and image.disk_format != declared


def expected_size(source: Source, declared: str, image: Image) -> int | None:
    """The size in bytes that the stored image must have; None where the source does not tell."""
    if converted(declared, image):
        disk = source.virtual_size
        return -(-disk // SECTOR) * SECTOR if disk and image.disk_format == "raw" else None
    if image.container_format == COMPRESSED or not compression(source.head):
        return source.size or None
    return source.unpacked


def wrong_size(source: Source, declared: str, image: Image) -> str:
    """How the size of the stored image differs from what the source contains; empty when it does not."""
    expected = expected_size(source, declared, image)
    if expected is None or image.size is None or image.size == expected:
        return ""
    if image.size == source.size and source.unpacked is not None:
        return stored_compressed(source)
    disk = (
        f"the {source.content or declared} file {source.path} contains a disk of" if converted(declared, image) else ""
    )
    return f"Glance stored {image.size} bytes, but {disk or f'{source.path} has'} {expected} bytes"


def stored_compressed(source: Source) -> str:
    """What to do about a compressed file that Glance has stored as it is."""
    return (
        f"Glance stored {source.path} without decompressing it ({compression(source.head)}), so no instance can use it."
        " Add 'image_decompression' to image_import_plugins of this API, before 'image_conversion', or decompress the"
        " file first"
    )


def recorded_digests(image: Image) -> Mapping[str, str]:
    """The digests of the stored data that Glance has calculated while it wrote them, by algorithm."""
    found = {"md5": image.checksum, image.hash_algo: image.hash_value}
    return {algorithm: digest for algorithm, digest in found.items() if algorithm and digest}


def wrong_digest(shown: str, algorithm: str, expected: str, found: str) -> str:
    """How a digest differs; empty when it does not."""
    if expected == found:
        return ""
    return f"the stored data have the checksum {algorithm}:{found}, but {shown} has {algorithm}:{expected}"
