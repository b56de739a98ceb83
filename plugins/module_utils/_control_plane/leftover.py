# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of ours that no API of the topology needs any more: which can go, and which somebody else needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_names import is_ours, our_keys
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object

Secrets = Mapping[str, "Mapping[str, Any] | None"]


@dataclass(frozen=True)
class Leftovers:
    """By name: the Secrets to remove, and those that hold keys of others and only lose ours."""

    removed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def find_leftovers(wanted: Wanted, before: Object, after: Object, secrets: Secrets) -> Leftovers:
    """Secrets whose API is gone in ``after``, or has another Secret there."""
    removed, emptied, warnings = [], [], []
    needed = {api.secret for api in wanted.apis}
    apis = objects.template(after, wanted.control_plane).get("glanceAPIs") or {}
    for name, key in objects.read_marks(before).secrets.items():
        secret = secrets.get(name) or {}
        if name in needed or not is_ours(secret) or (key in apis and wanted.api(key) is None):
            continue
        users = list(_naming(after.get("spec") or {}, name, "spec"))
        others = [each for each in secret.get("data") or {} if each not in our_keys(secret)]
        if users:
            warnings.append(
                f"Secret {name} is not needed for Glance any more, and stays as it is because {users[0]} names it."
            )
        elif others:
            emptied.append(name)
            warnings.append(
                f"Secret {name} holds {', '.join(others)}, which {'is' if len(others) == 1 else 'are'} not ours: "
                "it stays, and only what we put into it goes."
            )
        else:
            removed.append(name)
    return Leftovers(tuple(removed), tuple(emptied), tuple(warnings))


def _naming(content: Any, name: str, path: str) -> Iterator[str]:
    """The paths of all fields whose value is ``name``."""
    if isinstance(content, Mapping):
        for field, value in content.items():
            yield from _naming(value, name, f"{path}.{field}")
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _naming(value, name, f"{path}[{index}]")
    elif content == name:
        yield path
