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

OWN = "/var/lib/dcn-glance-kube/admin.kubeconfig"


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    """Path of the kubeconfig: one of your own by KUBECONFIG, else that of the node that kube_up starts."""
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
    """Nobody else makes or removes images meanwhile: all workers have one database, and tests look at all of it."""
    with (ROOT / ".cache" / "kube-test-images.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
