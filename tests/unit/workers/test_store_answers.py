# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the answer of a Glance that is asked for its stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import (
    StoreAnswer,
    not_asked_text,
    store_fault,
)

GOOD = StoreAnswer("pod-0", stores=("a", "b"), configured="a:rbd,b:rbd")


@pytest.mark.parametrize(
    ("wanted", "changes", "fault"),
    [
        (("a", "b"), {}, ""),
        (("a", "b"), {"stores": ("a", "b", "more")}, ""),
        (("a", "b"), {"stores": ("b",)}, "pod-0 is ready, but its Glance lacks the store a; it has b"),
        (("a", "b"), {"stores": ()}, "lacks the stores a, b; it has none"),
        ((), {"configured": "default_backend:file", "stores": ("default_backend",)}, ""),
        ((), {"configured": "x:file", "stores": ("default_backend",)}, "lacks the store x; it has default_backend"),
        (("a",), {"error": "HTTP 500"}, "pod-0 is ready, but its Glance does not list its stores: HTTP 500"),
        (("a",), {"error": "HTTP 500", "log": "no mysql://g:hunter2x@db"}, "the last error in its log: no mysql"),
    ],
)
def test_the_answer_is_compared_with_the_stores(wanted: tuple[str, ...], changes: dict[str, Any], fault: str) -> None:
    found = store_fault(replace(GOOD, **changes), wanted)
    assert fault in found and bool(found) == bool(fault) and "hunter2x" not in found


def test_the_warning_names_api_and_pods() -> None:
    assert not_asked_text("hub", ["a-0", "a-1"], "You may not.") == (
        "The stores of Glance API hub were not checked in a-0, a-1: You may not."
    )
