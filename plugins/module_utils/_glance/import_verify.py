# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare an imported image with its source: format, size and, where possible, content."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import (
    COMPRESSED,
    HEAD_SIZE,
    Source,
    compression,
    problem,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import DesiredImage
from ansible_collections.dcn.glance.plugins.module_utils._glance.import_check import (
    converted,
    expected_size,
    recorded_digests,
    stored_compressed,
    wrong_digest,
    wrong_size,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._glance.source import file_digest, uri_source
from ansible_collections.dcn.glance.plugins.module_utils._ini.redact import mask_urls

_QEMU_NAMES = {"vhd": "vpc"}


@dataclass
class Verdict:
    """``wrong`` says why the image is not what it should be; ``verified`` names what was compared."""

    wrong: str = ""
    verified: tuple[str, ...] = ()


def verify_import(client: GlanceClient, desired: DesiredImage, source: Source | None, image: Image) -> Verdict:
    """Compare an image that is active with its source."""
    shown = source.path if source else mask_urls(desired.uri)
    wrong = _wrong_head(client, desired, source, image, shown)
    known = source or uri_source(desired.uri, desired.size)
    wrong = wrong or wrong_size(known, desired.disk_format, image)
    if wrong:
        return Verdict(wrong)
    size = ("size",) if expected_size(known, desired.disk_format, image) is not None else ()
    try:
        expected = _expected_digest(desired, image)
        found = _stored_digest(client, image, expected[0]) if expected else ""
    except (OSError, DcnError) as error:
        return Verdict(f"its content could not be compared with {shown}: {error}")
    if not expected:
        return Verdict("", size)
    return Verdict(wrong_digest(shown, expected[0], expected[1], found), (*size, "content"))


def _wrong_head(client: GlanceClient, desired: DesiredImage, source: Source | None, image: Image, shown: str) -> str:
    """Why the first bytes that Glance stores are not an image of this format; only where they may be anything."""
    if source and not compression(source.head):
        return ""
    try:
        head = client.read_head(image, HEAD_SIZE)
    except DcnError:
        return ""  # the account may not read images
    stored = Source(shown, len(head), head)
    if compression(head) and image.container_format != COMPRESSED:
        return stored_compressed(stored)
    return problem(stored, image.disk_format, image.container_format)


def _expected_digest(desired: DesiredImage, image: Image) -> tuple[str, str] | None:
    """(algorithm, digest) that the stored data must have; None where nothing is compared."""
    if desired.verify_content and desired.src:
        algorithm = image.hash_algo or "sha512"
        if not converted(desired.disk_format, image):
            return algorithm, file_digest(desired.src, algorithm)
        return algorithm, _converted_digest(desired, image.disk_format, algorithm)
    if desired.uri and desired.checksum and not converted(desired.disk_format, image):
        algorithm, _colon, digest = desired.checksum.partition(":")
        return algorithm, digest
    return None


def _stored_digest(client: GlanceClient, image: Image, algorithm: str) -> str:
    """As Glance recorded it while it wrote the data, or else of the data read through Glance."""
    recorded = recorded_digests(image).get(algorithm)
    if recorded:
        return recorded
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for block in client.read(image):
        digest.update(block)
    return digest.hexdigest()


def _converted_digest(desired: DesiredImage, output: str, algorithm: str) -> str:
    """The digest of the source after the conversion that Glance does, into a sparse file beside it."""
    folder = Path(desired.src).parent
    try:
        place = tempfile.TemporaryDirectory(dir=folder, prefix=".dcn-glance-")
    except OSError:  # the folder may be read-only
        place = tempfile.TemporaryDirectory(prefix="dcn-glance-")
    with place as directory:
        target = str(Path(directory) / "converted")
        name = _QEMU_NAMES.get(desired.disk_format, desired.disk_format)
        command = ["qemu-img", "convert", "-f", name, "-O", _QEMU_NAMES.get(output, output), desired.src, target]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            raise DcnError(f"qemu-img convert failed on this host: {' '.join(done.stderr.split())[:300]}")
        return file_digest(target, algorithm)
