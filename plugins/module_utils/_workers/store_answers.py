# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Glance in a worker answers when it is asked for its stores, and what is wrong with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import read_backends
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact


@dataclass(frozen=True)
class StoreAnswer:
    """The answer of one worker. ``asked`` is whether it could be asked; ``error`` says why not, or what it answered.

    ``log`` is the last error in the log of Glance, ``configured`` the value of ``enabled_backends`` in the pod.
    """

    pod: str
    asked: bool = True
    error: str = ""
    stores: tuple[str, ...] = ()
    log: str = ""
    configured: str = ""


def store_fault(answer: StoreAnswer, wanted: Sequence[str]) -> str:
    """Which of the stores a Glance does not serve, and why; empty if it serves them all.

    Without ``wanted``, these are the stores of the configuration in the pod.
    """
    if answer.error:
        last = f"; the last error in its log: {redact.mask_urls(answer.log)}" if answer.log else ""
        return f"{answer.pod} is ready, but its Glance does not list its stores: {answer.error}{last}"
    missing = [store for store in wanted or read_backends(answer.configured)[0] if store not in answer.stores]
    if not missing:
        return ""
    stores = f"store{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
    return f"{answer.pod} is ready, but its Glance lacks the {stores}; it has {', '.join(answer.stores) or 'none'}"


def not_asked_text(key: str, pods: Sequence[str], reason: str) -> str:
    """The warning about pods of an API that could not be asked."""
    return f"The stores of Glance API {key} were not checked in {', '.join(pods)}: {reason.rstrip('.')}."
