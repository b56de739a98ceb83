# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets out of the options that the lab keeps, and how they are put."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from standin.cluster import ApiError
from standin.seed import put, wanted_secrets

TEXT = """[database]
connection = mysql+pymysql://glance:d%4ta-_@central/glance
[keystone_authtoken]
password = s3%rv
"""


class Server:
    """One Secret, or none."""

    def __init__(self, current: dict[str, Any] | None = None) -> None:
        self.current = current
        self.sent: list[tuple[str, str]] = []

    def send(self, method: str, path: str, body: Any = None, **_query: str) -> dict[str, Any]:
        self.sent.append((method, path))
        if method == "GET" and self.current is None:
            raise ApiError(404, "NotFound", "not found")
        if body is not None:
            self.current = body
        return self.current or {}


def plain(secret: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


def test_secrets_of_the_lab() -> None:
    service, database = wanted_secrets(TEXT, "ns", "osp-secret")
    assert (service["metadata"]["name"], plain(service)) == ("osp-secret", {"GlancePassword": "s3%rv"})
    assert (database["metadata"]["name"], plain(database)) == ("glance-db-secret", {"DatabasePassword": "d%4ta-_"})


def test_a_connection_without_an_account() -> None:
    with pytest.raises(ValueError, match="no account and password"):
        wanted_secrets(TEXT.replace("glance:d%4ta-_@", ""), "ns", "s")


def test_a_secret_is_written_once_and_keeps_other_keys() -> None:
    wanted = wanted_secrets(TEXT, "ns", "osp-secret")[0]
    fresh = Server()
    assert put(fresh, wanted)
    assert fresh.sent[-1] == ("POST", "/api/v1/namespaces/ns/secrets")
    assert not put(fresh, wanted)
    other = Server({"metadata": {"name": "osp-secret"}, "data": {"AdminPassword": "eA=="}})
    assert put(other, wanted)
    assert sorted(other.current["data"]) == ["AdminPassword", "GlancePassword"]
