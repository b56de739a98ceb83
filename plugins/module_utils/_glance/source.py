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
from typing import BinaryIO

from ansible.module_utils.urls import open_url

from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_format import (
    HEAD_SIZE,
    Source,
    compression,
    detect,
    problem,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.truncation import missing_data
from ansible_collections.dcn.glance.plugins.module_utils._ini.redact import mask_urls

URI_SECONDS = 10.0
BLOCK = 1024 * 1024


def inspect_source(path: str, algorithms: Collection[str] = ()) -> Source:
    """The size, the first bytes and the completeness of a file. It is read entirely only for digests."""
    try:
        with Path(path).open("rb") as data:
            size, head = Path(path).stat().st_size, data.read(HEAD_SIZE)

            def read(offset: int, number: int) -> bytes:
                data.seek(offset)
                return data.read(number)

            content = detect(head) or ("" if compression(head) else "raw")
            return Source(
                path,
                size,
                head,
                missing=missing_data(read, size, content),
                digests={name: _digest(data, name) for name in algorithms},
            )
    except OSError as error:
        return Source(path, error=error.strerror or str(error))


def _digest(data: BinaryIO, algorithm: str) -> str:
    data.seek(0)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for block in iter(lambda: data.read(BLOCK), b""):
        digest.update(block)
    return digest.hexdigest()


def uri_problem(uri: str, disk_format: str, container_format: str = "bare") -> str:
    """What is wrong with the answer of a URL to this host; empty for nothing, or where this host does not reach it."""
    shown = mask_urls(uri)
    if not uri.lower().startswith(("http://", "https://")):
        return ""
    try:
        headers = {"Range": f"bytes=0-{HEAD_SIZE - 1}"}
        with closing(open_url(uri, headers=headers, http_agent="dcn.glance", timeout=URI_SECONDS)) as answer:
            head = answer.read(HEAD_SIZE)
    except urllib.error.HTTPError as error:
        return f"{shown} returns HTTP {error.code} {error.reason}"
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    return problem(Source(shown, len(head), head), disk_format, container_format)
