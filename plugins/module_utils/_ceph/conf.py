# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the conf with which a host connects to a cluster. Options that are not managed are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._topology.addresses import same_monitors, with_commas


@dataclass(frozen=True)
class ConfContent:
    """The managed options. ``keyrings`` are paths by client name. ``fsid`` and ``mon_host`` None keep their values."""

    fsid: str | None
    mon_host: str | None
    options: Mapping[str, str] = field(default_factory=dict)
    keyrings: Mapping[str, str] = field(default_factory=dict)
    dropped_clients: Sequence[str] = ()


def read_option(data: bytes | None, section: str, option: str, path: str) -> str | None:
    """The value of an option as Ceph reads it, or None."""
    return None if data is None else Document.parse(data, "ceph", path).get(section, option)


def _has_monitors(document: Document, mon_host: str) -> bool:
    """Whether the file has the same monitors, in another order, in a form that clients can read."""
    found = document.get("global", "mon_host")
    return found is not None and with_commas(found) == found.strip() and same_monitors(found, mon_host)


def render(data: bytes | None, content: ConfContent, path: str) -> bytes:
    """The new content of the file. Raises InputErrors when the file or a value is invalid."""
    document = Document.parse(data or b"", "ceph", path)
    for option, value in (("fsid", content.fsid), ("mon_host", content.mon_host)):
        if value is not None and not (option == "mon_host" and _has_monitors(document, value)):
            document.set("global", option, value)
    for option, value in content.options.items():
        document.set("client", option, value)
    for client, keyring in content.keyrings.items():
        document.set(client, "keyring", keyring)
    for client in content.dropped_clients:
        document.remove(client, "keyring")
        if document.has_section(client) and not document.options(client):
            document.remove_section(client)
    return document.to_bytes()
