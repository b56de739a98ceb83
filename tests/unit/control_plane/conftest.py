# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane on a fake server, runs of the module on it, and keys for the pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import ControlPlaneResult, Editor
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Clock, Keys, control_plane, desired
from ansible_collections.dcn.glance.tests.support.fakes.kube import FakeKube


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once for all tests: openssl takes its time."""
    return Keys(tmp_path_factory.mktemp("recipient"))


@pytest.fixture
def kube() -> FakeKube:
    return FakeKube().add(control_plane())


@pytest.fixture
def run(kube: FakeKube, keys: Keys) -> Callable[..., ControlPlaneResult]:
    def go(
        data: dict[str, Any], files: Any = None, base: Any = None, clock: Any = None, **options: Any
    ) -> ControlPlaneResult:
        want = desired(data)
        given = keys.files(want) if files is None else files
        return Editor(kube, want, given, RunOptions(**options), keys.opener, clock or Clock(), base).run()

    return go
