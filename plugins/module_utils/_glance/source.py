# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the source of an image: a file on the host, or the start of what a URL returns."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from ansible.module_utils.urls import open_url

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import (
    HEAD_SIZE,
    Source,
    compression,
    detect,
    problem,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.archives import Gunzip, missing_end
from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_layouts import SECTOR, Read, virtual_size
from ansible_collections.dcn.glance.plugins.module_utils._glance.truncation import missing_data
from ansible_collections.dcn.glance.plugins.module_utils._ini.redact import mask_urls

URI_SECONDS = 10.0
BLOCK = 1024 * 1024


def inspect_source(path: str, algorithms: Collection[str] = ()) -> Source:
    """The size, the first bytes, the format and the completeness of a file. Only digests and gzip read all of it."""
    try:
        with Path(path).open("rb") as data:
            size, head = Path(path).stat().st_size, data.read(HEAD_SIZE)

            def read(offset: int, number: int) -> bytes:
                data.seek(offset)
                return data.read(number)

            footer = read(max(0, size - SECTOR), SECTOR)
            digests = {name: _digest(data, name) for name in algorithms}
            return Source(path, size, head, footer=footer, digests=digests, **_content(read, size, head))
    except OSError as error:
        return Source(path, error=error.strerror or str(error))


def _content(read: Read, size: int, head: bytes) -> dict[str, Any]:
    """What a file contains, and what it lacks."""
    packed = compression(head)
    if packed == "gzip":
        unpacked = Gunzip(HEAD_SIZE)
        unpacked.run(read, size)
        content, start = detect(unpacked.head) or "raw", unpacked.head
        disk = virtual_size(lambda offset, number: start[offset : offset + number], unpacked.size, content)
        missing = unpacked.problem
        return {"content": content, "unpacked": unpacked.size, "virtual_size": disk, "missing": missing}
    if packed:
        return {"missing": missing_end(read, size, packed)}
    content = detect(head) or "raw"
    disk, missing = virtual_size(read, size, content), missing_data(read, size, content)
    return {"content": content, "virtual_size": disk, "missing": missing}


def file_digest(path: str, algorithm: str) -> str:
    """The digest of a file in hexadecimal. The file is read in blocks."""
    with Path(path).open("rb") as data:
        return _digest(data, algorithm)


def _digest(data: BinaryIO, algorithm: str) -> str:
    data.seek(0)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for block in iter(lambda: data.read(BLOCK), b""):
        digest.update(block)
    return digest.hexdigest()


def uri_problem(uri: str, disk_format: str, container_format: str = "bare") -> str:
    """What is wrong with the answer of a URL to this host; empty for nothing, or where this host does not reach it."""
    shown = mask_urls(uri)
    try:
        head = _uri_head(uri)
    except urllib.error.HTTPError as error:
        return f"{shown} returns HTTP {error.code} {error.reason}"
    return problem(Source(shown, len(head), head), disk_format, container_format) if head is not None else ""


def uri_source(uri: str, size: int | None) -> Source:
    """What the start of a URL's data tells this host; only the given size where it does not reach the URL."""
    try:
        head = _uri_head(uri) or b""
    except urllib.error.HTTPError:
        head = b""
    content = detect(head)
    disk = virtual_size(lambda offset, number: head[offset : offset + number], 0, content) if content != "iso" else None
    return Source(mask_urls(uri), size or 0, head, content=content, virtual_size=disk)


def _uri_head(uri: str) -> bytes | None:
    """The first bytes of the answer of a URL; None where this host does not reach it."""
    if not uri.lower().startswith(("http://", "https://")):
        return None
    try:
        headers = {"Range": f"bytes=0-{HEAD_SIZE - 1}"}
        with closing(open_url(uri, headers=headers, http_agent="dcn.glance", timeout=URI_SECONDS)) as answer:
            return bytes(answer.read(HEAD_SIZE))
    except urllib.error.HTTPError:
        raise
    except (OSError, ValueError, http.client.HTTPException):
        return None
