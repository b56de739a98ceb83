# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures with a topology, and for running a module."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest
from ansible.module_utils import basic

from ansible_collections.dcn.glance.tests.support.builders.topologies import base, changed, remove

__all__ = ["base", "changed", "remove"]


@pytest.fixture
def module_args(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Options for the next module; ansible.module_utils.testing is not in the oldest ansible-core."""

    def apply(options: dict[str, Any]) -> None:
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)

    return apply


@pytest.fixture
def output_of(module_args: Callable[[dict[str, Any]], None], capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """output_of(main, options): everything that a module prints."""

    def apply(main: Callable[[], None], options: dict[str, Any]) -> str:
        module_args(options)
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return apply
