# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check before a restart: which errors are those of the check itself."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check


def only_store(reason: str) -> Exception:
    """The error of Glance where its only store cannot connect; it hides the error of librados."""
    try:
        try:
            raise OSError(reason)
        except OSError:
            raise RuntimeError  # noqa: B904
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(("reason", "offline"), [(start_check._OFFLINE, True), ("permission denied", False)])
def test_an_only_store_that_the_check_did_not_connect(reason: str, offline: bool) -> None:
    assert start_check._is_offline(only_store(reason)) is offline


def test_another_error() -> None:
    assert not start_check._is_offline(ValueError("bad option"))
