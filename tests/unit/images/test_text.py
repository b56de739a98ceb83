# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress and sizes as a person reads them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._images.model import ImageRule
from ansible_collections.dcn.glance.plugins.module_utils._images.progress_lines import lines
from ansible_collections.dcn.glance.plugins.module_utils._images.secrets import url_passwords
from ansible_collections.dcn.glance.plugins.module_utils._images.text import in_bytes, rate

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "?"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (300 * MIB, "300 MiB"), (5 * 1024**5, "5120 TiB")],
)
def test_bytes(number: int | None, text: str) -> None:
    assert in_bytes(number) == text


def test_a_rate_needs_bytes_and_time() -> None:
    assert (rate(10 * MIB, 2), rate(0, 2), rate(5, 0)) == ("5.0 MiB/s", "", "")


def progress(seconds: float, *stores: tuple[str, str, int, float]) -> dict[str, Any]:
    items = [dict(zip(("store", "state", "bytes", "seconds"), store)) for store in stores]
    return {"seconds": seconds, "images": [{"image": "a", "size": 100 * MIB, "stores": items}]}


def test_only_what_is_new_is_printed() -> None:
    first = progress(1, ("dcn0", "copying", 0, 1), ("dcn1", "waiting", 0, 0))
    second = progress(60, ("dcn0", "copying", 50 * MIB, 50), ("dcn1", "waiting", 0, 0))
    third = progress(100, ("dcn0", "copied", 100 * MIB, 100), ("dcn1", "failed", 0, 0))
    assert lines({}, first) == ["a -> dcn0: copying, 100 MiB", "0 of 2 copies, 0 B of 200 MiB, 1 s"]
    assert lines(first, first) == []
    assert lines(first, second) == [
        "a -> dcn0: copying, 50.0 MiB of 100 MiB (1.0 MiB/s)",
        "0 of 2 copies, 50.0 MiB of 200 MiB, 60 s, 853 KiB/s",
    ]
    assert lines(second, third) == [
        "a -> dcn0: copied, 100 MiB (100.0 s, 1.0 MiB/s)",
        "a -> dcn1: failed",
        "2 of 2 copies, 100 MiB of 200 MiB, 100 s, 1.0 MiB/s",
    ]


def test_nothing_is_known_yet() -> None:
    assert lines({}, {}) == []


@pytest.mark.parametrize(
    ("uri", "passwords"),
    [
        ("", set()),
        ("https://h/a@b", set()),
        ("https://user@h/a", set()),
        ("https://user:pa%40ss@h/a", {"pa%40ss", "pa@ss"}),
    ],
)
def test_passwords_in_urls(uri: str, passwords: set[str]) -> None:
    assert url_passwords([ImageRule("r", source={"uri": uri})]) == passwords
