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

#: Files in the order in which the test processes take them: the longest first, and last the one that waits for it.
FIRST, LAST = "test_life_cycle.py", "test_workers.py"
OWN = "/var/lib/dcn-glance-kube/admin.kubeconfig"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (item.path.name != FIRST, item.path.name == LAST))


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


@pytest.fixture(scope="module")
def no_other_images() -> Iterator[None]:
    """No other test creates or deletes images meanwhile: all workers share a database, and tests list all images."""
    with (ROOT / ".cache" / "kube-test-images.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
