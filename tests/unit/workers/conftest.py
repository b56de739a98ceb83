# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters with Glance workers in memory."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from ansible_collections.dcn.glance.tests.support.fakes.pods import Cluster


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def api(cluster: Cluster) -> Cluster:
    """The API central with three healthy workers."""
    for ordinal in range(3):
        cluster.worker(ordinal=ordinal)
    return cluster


@pytest.fixture(autouse=True)
def on_a_managed_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where other tests have loaded Ansible's controller, it would show a module's warnings in place of the result."""
    if find_spec("ansible.module_utils._internal"):
        monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)
