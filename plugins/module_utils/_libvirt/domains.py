# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of libvirt, and the cephx clients with which they use their disks and volumes."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Domain:
    """An instance. ``title`` is its name in Nova, or its name in libvirt.

    ``clients`` has (client, uuid of the libvirt secret) of its disks and volumes, each once.
    """

    uuid: str
    title: str
    running: bool
    clients: tuple[tuple[str, str], ...]


def read_domain(text: str, running: bool) -> Domain:
    """An instance from its definition. Raises ValueError for text that is none."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    found: dict[tuple[str, str], None] = {}
    for disk in root.iter("disk"):
        # Where the definition has them depends on the release of libvirt: below the disk, or below its source.
        for auth in disk.iter("auth"):
            secret = auth.find("secret")
            if secret is not None and secret.get("type") == "ceph":
                found[(f"client.{auth.get('username')}", (secret.get("uuid") or "").lower())] = None
    return Domain((root.findtext("uuid") or "").strip(), _title(root), running, tuple(found))


def _title(root: ElementTree.Element) -> str:
    """The name that Nova keeps in the metadata, whatever the version of its namespace."""
    metadata = root.find("metadata")
    for child in metadata.iter() if metadata is not None else ():
        if child.tag.rpartition("}")[2] == "name" and "openstack.org" in child.tag and child.text:
            return child.text.strip()
    return (root.findtext("name") or "").strip()
