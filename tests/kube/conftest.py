# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running Kubernetes, and the lab beside it, for tests with real pods."""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import ROOT, Lab

#: The files that take longest, which the test processes take first.
FIRST = (
    "test_life_cycle.py",
    "test_add_store.py",
    "test_workers.py",
    "test_control_plane_forecast.py",
    "test_scale_glance.py",
)
OWN = "/var/lib/dcn-glance-kube/admin.kubeconfig"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    """Path of the kubeconfig: from KUBECONFIG, else of the node that kube_up starts."""
    path = os.environ.get("KUBECONFIG") or OWN
    if not pathlib.Path(path).is_file():
        pytest.fail(f"{path} does not exist: make kube-up starts a Kubernetes node")
    return path


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The lab with the inventory in which Glance is in pods."""
    return Lab()


@pytest.fixture
def no_other_images() -> Iterator[None]:
    """No other test creates or deletes images meanwhile: all workers share a database, and tests list all images.

    A test waits for the others that ask for this, so it does so only if it needs images.
    """
    with (ROOT / ".cache" / "kube-test-images.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
