# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx capabilities: parsed, checked, compared by meaning and written in one canonical form.

Monitors compare the text byte by byte, accept misspelt profiles that grant nothing, and check little on import.
So everything is judged here before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable

from ansible_collections.dcn.glance.plugins.module_utils._ceph.caps_grants import (
    mds_grant,
    mgr_grant,
    mon_grant,
    osd_grant,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.caps_tokens import Cursor, clauses, invalid
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError

_GRANTS: dict[str, Callable[[Cursor], tuple[str, str | None]]] = {
    "mon": mon_grant,
    "mgr": mgr_grant,
    "osd": osd_grant,
    "mds": mds_grant,
}
KINDS = tuple(_GRANTS)


@dataclass(frozen=True)
class Caps:
    """The capabilities of a client for one kind of daemon."""

    grants: tuple[str, ...]
    pools: tuple[str, ...]

    @property
    def text(self) -> str:
        return ", ".join(self.grants)

    def same(self, other: Caps) -> bool:
        """Grants add up, so neither their order nor a repetition means anything."""
        return set(self.grants) == set(other.grants)


def parse(kind: str, text: str) -> Caps:
    """Read the capabilities ``text`` for daemons of ``kind``; raise CephError when they are wrong."""
    if kind not in _GRANTS:
        raise invalid(f"'{kind}' is not a kind of daemon: use one of {', '.join(KINDS)}")
    grants: list[str] = []
    pools: list[str] = []
    for tokens in clauses(text):
        cursor = Cursor(tokens)
        grant, pool = _GRANTS[kind](cursor)
        if not cursor.done():
            raise invalid(f"'{cursor.rest()}' is not understood after '{grant}'")
        if grant not in grants:
            grants.append(grant)
        if pool is not None and pool not in pools:
            pools.append(pool)
    return Caps(tuple(grants), tuple(pools))


def parse_all(caps: Mapping[str, str]) -> dict[str, Caps]:
    """Parse the capabilities of one client; the order of kinds is fixed, so that texts are stable."""
    unknown = sorted(set(caps) - set(KINDS))
    if unknown:
        raise invalid(f"'{unknown[0]}' is not a kind of daemon: use one of {', '.join(KINDS)}")
    result = {}
    for kind in KINDS:
        if kind in caps:
            try:
                result[kind] = parse(kind, caps[kind])
            except CephError as error:
                raise invalid(f"{kind} '{caps[kind]}': {error}") from error
    return result


def same(wanted: Mapping[str, Caps], stored: Mapping[str, str]) -> bool:
    """Whether the cluster's text means what is wanted; a text that cannot be read never does."""
    if set(wanted) != set(stored):
        return False
    for kind, caps in wanted.items():
        try:
            if not caps.same(parse(kind, stored[kind])):
                return False
        except CephError:
            return False
    return True


def texts(caps: Mapping[str, Caps]) -> dict[str, str]:
    """The canonical text for each kind."""
    return {kind: value.text for kind, value in caps.items()}
