# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that are marked `long` are skipped, and counted, unless LONG=1."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the long tests or, with LONG=1, put those with `last=True` at the end."""
    if os.environ.get("LONG") == "1":
        items.sort(key=lambda item: any(mark.kwargs.get("last", False) for mark in item.iter_markers("long")))
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: make test-long runs it"))
