# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of libvirt: as they are, and as they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LISTED = re.compile(
    r"^\s*([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\s+(\S+)(?:[ \t]+(.*?))?\s*$", re.MULTILINE
)


@dataclass(frozen=True)
class DesiredSecret:
    """A secret that is to hold the key of a cephx client. ``key_id`` None: the key in the keyring counts."""

    uuid: str
    present: bool = True
    client: str = ""
    usage: str = ""
    cluster: str | None = None
    key_id: str | None = None
    sealed: str | None = None
    keyring: str | None = None

    def xml(self) -> str:
        """The definition. Without ``private`` libvirt shows the value to administrators, so that it can be compared."""
        return (
            f"<secret ephemeral='no' private='no'><uuid>{self.uuid}</uuid>"
            f"<usage type='ceph'><name>{escape(self.usage)}</name></usage></secret>\n"
        )


@dataclass(frozen=True)
class FoundSecret:
    """A secret of libvirt. ``value`` is base64, and None if it has none or is private."""

    usage_type: str
    usage: str
    ephemeral: bool
    private: bool
    value: str | None = field(default=None, repr=False)


def read_list(text: str) -> dict[str, str]:
    """The uuids that ``virsh secret-list`` shows, each with its type and name of usage, such as ``ceph NAME``."""
    return {uuid.lower(): f"{kind} {name}".strip() for uuid, kind, name in _LISTED.findall(text)}


def read_xml(text: str, value: str | None = None) -> FoundSecret:
    """A secret from its definition. Raises ValueError for text that is none."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    usage = root.find("usage")
    # Each type of usage has its own element for the name.
    names = [child.text or "" for child in usage] if usage is not None else []
    return FoundSecret(
        usage_type=(usage.get("type") or "") if usage is not None else "",
        usage=names[0] if names else "",
        ephemeral=root.get("ephemeral") == "yes",
        private=root.get("private") == "yes",
        value=value,
    )


def desired_secrets(items: Sequence[Mapping[str, Any]]) -> list[DesiredSecret]:
    """Check the option ``secrets``. Raises InputErrors with every problem."""
    problems: list[Problem] = []
    secrets = [_desired(f"secrets[{index}]", item, problems) for index, item in enumerate(items)]
    problems += _repeated(secrets)
    if problems:
        raise InputErrors(problems)
    return secrets


def _desired(path: str, item: Mapping[str, Any], problems: list[Problem]) -> DesiredSecret:
    uuid = str(item["uuid"]).strip().lower()
    if not _UUID.fullmatch(uuid):
        problems.append(Problem(f"{path}.uuid", f"{uuid!r} is not a UUID"))
    if item.get("state") == "absent":
        return DesiredSecret(uuid, present=False)
    client, cluster = str(item.get("client") or ""), item.get("cluster") or None
    usage = str(item.get("usage") or f"{client} {uuid}")
    found = {"client": ceph_names.client_name_problem(client)}
    if cluster:
        found["cluster"] = ceph_names.cluster_problem(str(cluster))
    if item.get("sealed") and not (cluster and item.get("key_id")):
        found["sealed"] = "needs cluster and key_id, which must agree with the encrypted key"
    if not usage.isprintable():
        found["usage"] = "must be one line of text"
    problems += [Problem(f"{path}.{name}", text) for name, text in found.items() if text]
    keyring = item.get("keyring") or (ceph_names.keyring_path(str(cluster), client) if cluster else None)
    key_id, sealed = item.get("key_id") or None, item.get("sealed") or None
    return DesiredSecret(uuid, True, client, usage, cluster, key_id, sealed, keyring)


def _repeated(secrets: Sequence[DesiredSecret]) -> list[Problem]:
    """libvirt has one secret for a uuid, and one for a usage."""
    problems: list[Problem] = []
    uuids: dict[str, int] = {}
    usages: dict[str, int] = {}
    for index, secret in enumerate(secrets):
        first = uuids.setdefault(secret.uuid, index)
        if first != index:
            problems.append(Problem(f"secrets[{index}].uuid", f"{secret.uuid} is also the uuid of secrets[{first}]"))
        first = usages.setdefault(secret.usage, index) if secret.present else index
        if first != index:
            problems.append(
                Problem(f"secrets[{index}].usage", f"{secret.usage!r} is also the usage of secrets[{first}]")
            )
    return problems
