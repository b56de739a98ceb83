# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys for pods and hosts."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Made once for all tests: openssl takes its time."""
    return Keys(tmp_path_factory.mktemp("recipient"))
