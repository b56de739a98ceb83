# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures with a topology, and for running a module."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.tests.support.builders.topologies import base, changed, remove
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

__all__ = ["base", "changed", "remove"]


@pytest.fixture
def output_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """output_of(main, options): everything that a module prints."""

    def apply(main: Callable[[], None], options: dict[str, Any]) -> str:
        set_arguments(monkeypatch, options)
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return apply
