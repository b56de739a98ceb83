# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas that the tests of manifests use."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import definitions, disk
from ansible_collections.dcn.glance.tests.support.builders.manifests import DEFINITIONS


@pytest.fixture(params=list(DEFINITIONS))
def schemas(request: pytest.FixtureRequest) -> Any:
    """The built-in schemas, the reduced definitions, and the definitions of the operators if they are available."""
    paths = DEFINITIONS[request.param]
    if not all(Path(path).is_dir() for path in paths):
        pytest.skip(f"the {request.param} definitions are not available")
    return _loaded(tuple(paths))


@functools.cache
def _loaded(paths: tuple[str, ...]) -> Any:
    return definitions.load(disk.Disk(), paths)
