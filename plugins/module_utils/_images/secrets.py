# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in rules."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._images.model import ImageRule


def url_passwords(rules: Iterable[ImageRule]) -> set[str]:
    """The passwords in the URLs of sources, as they are written and without percent-encoding."""
    found = set()
    for rule in rules:
        head, separator, _host = urlsplit(str(rule.source.get("uri", ""))).netloc.rpartition("@")
        password = head.partition(":")[2] if separator else ""
        found |= {password, unquote(password)} - {""}
    return found
