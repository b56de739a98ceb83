# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import Source
from ansible_collections.dcn.glance.plugins.module_utils._glance import import_job, import_verify
from ansible_collections.dcn.glance.tests.support.fakes.cloud import FakeClient, FakeCloud
from ansible_collections.dcn.glance.tests.support.fakes.glance import FakeGlance


class FakeClock:
    """Time that passes only while sleeping."""

    def __init__(self) -> None:
        self.time = 0.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds


@pytest.fixture(autouse=True)
def no_requests_to_uris(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import by URL does not request the URL; tests of that set their own answer."""
    monkeypatch.setattr(import_job, "uri_problem", lambda *_arguments: "")
    monkeypatch.setattr(import_verify, "uri_source", lambda uri, size: Source(uri, size or 0))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def glance() -> FakeGlance:
    return FakeGlance()


@pytest.fixture
def client(glance: FakeGlance) -> FakeClient:
    return FakeClient(glance)


@pytest.fixture
def cloud(monkeypatch):
    """Keystone and Glance on the loopback, and no settings of whoever runs the tests."""
    import os

    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    with FakeCloud().serve() as running:
        yield running
