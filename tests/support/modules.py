# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run in the process of a test as they do on a managed host, with each ansible-core that is supported.

``ansible.module_utils.testing`` is not in the oldest ansible-core, and does not ask for the invocation.
"""

from __future__ import annotations

import json
import typing as t
from importlib.util import find_spec

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.release import __version__

#: From 2.21 on the result of a module has its invocation only where that is asked for.
_MUST_ASK = tuple(int(part) for part in __version__.split(".")[:2]) >= (2, 21)


def set_arguments(
    monkeypatch: pytest.MonkeyPatch, options: t.Mapping[str, t.Any], *, check: bool = False, diff: bool = False
) -> None:
    """The arguments of the next module that is run."""
    arguments = {"_ansible_check_mode": check, "_ansible_diff": diff, **options}
    if _MUST_ASK:
        arguments["_ansible_inject_invocation"] = True
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    # The warnings of a module stay in the process, and would be in the result of the next module.
    monkeypatch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())
    # Where another test has loaded Ansible's controller, warnings would be shown and not be in the result.
    if find_spec("ansible.module_utils._internal"):
        monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)
