# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in Keystone: its entry and endpoints in the catalog, and its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """The account with which the service asks Keystone. ``password`` None is not managed."""

    name: str
    domain: str
    project: str
    roles: tuple[str, ...]
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Desired:
    """What must be in Keystone. ``endpoints`` are URLs by interface, ``roles`` exist for users to get them."""

    name: str
    type: str
    description: str
    region: str
    endpoints: Mapping[str, str]
    roles: tuple[str, ...] = ()
    account: Account | None = None


@dataclass(frozen=True)
class Entry:
    """A service or an endpoint with its id; ``text`` is the description or the URL."""

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Found:
    """What is in Keystone. ``endpoints`` are those of the service and region by interface."""

    services: tuple[Entry, ...] = ()
    endpoints: Mapping[str, Entry] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    account: bool = False
    password_works: bool = False
    granted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """One change: what it is about, what is done, and the text before and after."""

    kind: str
    name: str
    action: str
    before: str = ""
    after: str = ""

    @property
    def line(self) -> str:
        return f"{self.kind} {self.name}"
