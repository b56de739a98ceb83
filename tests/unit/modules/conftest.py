# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run in this process as they do on a managed host, with every ansible-core that is allowed."""

from __future__ import annotations

import contextlib
import json
import sys
import types
import typing as t
from importlib.util import find_spec

import pytest
from ansible.module_utils import basic


@pytest.fixture(autouse=True)
def on_a_managed_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where other tests have loaded Ansible's controller, it would show a module's warnings in place of the result."""
    if find_spec("ansible.module_utils._internal"):
        monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)


@contextlib.contextmanager
def patch_module_args(module_args: dict[str, t.Any]) -> t.Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": module_args}).encode())
        yield


if not find_spec("ansible.module_utils.testing"):  # ansible-core 2.17 and 2.18 before it got there
    testing = types.ModuleType("ansible.module_utils.testing")
    testing.patch_module_args = patch_module_args  # type: ignore[attr-defined]
    sys.modules[testing.__name__] = testing
