# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of this collection's modules, for programs that another Python runs."""

from __future__ import annotations

from types import ModuleType

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def source_of(module: ModuleType) -> str:
    """The source of a module, also from the archive in which Ansible transfers modules.

    The standard library's ``inspect`` is not safe with threads.
    """
    get_source = getattr(getattr(module.__spec__, "loader", None), "get_source", None)
    text = get_source(module.__name__) if get_source else None
    if text is None:
        raise DcnError(f"The source of {module.__name__} cannot be read, so no other Python can run it.")
    return str(text)
