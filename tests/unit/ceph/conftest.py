# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A consumer of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient
from ansible_collections.dcn.glance.tests.support.builders.ceph_consumer import Consumer, openssl


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    directory = str(tmp_path_factory.mktemp("recipient") / "run")
    return directory, str(recipient.public_key(openssl, directory, create=True))


@pytest.fixture
def consumer(tmp_path: Path, pair: tuple[str, str]) -> Consumer:
    return Consumer(tmp_path / "ceph", pair)
