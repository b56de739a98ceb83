# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Glance takes a change of glance-api.conf on a reload, or only when it starts.

On SIGHUP, the first process of glance-api reads its files again, creates the stores, and starts new workers. The old
workers complete their requests and tasks (glance/common/wsgi.py of Glance 30, PosixServer.reload). The paste pipeline
and the connection to the database stay as they are.
"""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import read_backends
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

_ENABLED = ("DEFAULT", "enabled_backends")
_READ_AGAIN = {_ENABLED, ("glance_store", "default_backend")}

Reading = dict[tuple[str, str], tuple[str, ...]]


def only_at_start(old: bytes, new: bytes) -> list[str]:
    """The options that differ and that Glance reads only when it starts, as ``[section] option``.

    Args:
        old: The glance-api.conf that Glance runs with.
        new: The one that it shall run with.
    """
    before, after = Document.parse(old, "oslo").reading(), Document.parse(new, "oslo").reading()
    if not (_stores(before) and _stores(after)):
        return ["[DEFAULT] enabled_backends"]
    stores = _stores(before) | _stores(after)
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return sorted(f"[{key[0]}] {key[1]}" for key in changed - _READ_AGAIN if key[0] not in stores)


def _stores(reading: Reading) -> set[str]:
    """The sections of the enabled stores."""
    return {store.lower() for store in read_backends(reading.get(_ENABLED, ("",))[-1])[0]}
