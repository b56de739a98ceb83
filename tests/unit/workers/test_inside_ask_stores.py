# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question for the stores in a pod, against Keystone and Glance on a loopback port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.fakes.cloud import PASSWORD, Fault, FakeCloud  # isort: skip
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import ask_stores

LOG = """\
2026-01-01 10:00:00.000 7 ERROR glance.common.wsgi [-] an older error
2026-01-01 10:00:01.000 7 ERROR glance.common.wsgi [None req-1 a b - - - -] Traceback (most recent call last):
2026-01-01 10:00:01.000 7 ERROR glance.common.wsgi oslo_config.cfg.NoSuchOptError: no option store_description
2026-01-01 10:00:02.000 7 INFO eventlet.wsgi.server [None req-1 a b - - - -] "GET /v2/info/stores" 500
"""


class Pod:
    """A pod with a configuration and a log."""

    def __init__(self, cloud: FakeCloud, log: Path) -> None:
        self.cloud = cloud
        self.log = log
        self.settings = {
            ("DEFAULT", "enabled_backends"): "central:rbd,dcn0:rbd",
            ("DEFAULT", "log_file"): str(log),
            ("keystone_authtoken", "auth_url"): cloud.url,
            ("keystone_authtoken", "username"): "glance",
            ("keystone_authtoken", "password"): PASSWORD,
            ("keystone_authtoken", "project_name"): "service",
        }

    def ask(self) -> dict[str, Any]:
        result = ask_stores.main({"url": self.cloud.url, "limit": 5.0})
        assert PASSWORD not in json.dumps(result)
        return result


@pytest.fixture
def pod(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pod]:
    with FakeCloud().serve() as cloud:
        made = Pod(cloud, tmp_path / "glance.log")
        made.log.write_text(LOG)
        monkeypatch.setattr(ask_stores, "settings", lambda: made.settings)
        yield made


def test_glance_lists_its_stores(pod: Pod) -> None:
    result = pod.ask()
    assert (result["asked"], result["status"], result["error"], result["log"]) == (True, 200, "", "")
    assert result["stores"] == [store["id"] for store in pod.cloud.glance.stores] != []
    assert result["configured"] == "central:rbd,dcn0:rbd"


def test_an_error_comes_with_the_last_error_in_the_log(pod: Pod) -> None:
    pod.cloud.faults.append(Fault("GET", "/v2/info/stores", 500, "<html>Internal Server Error</html>"))
    result = pod.ask()
    assert (result["asked"], result["status"]) == (True, 500) and "HTTP 500: Internal Server Error" in result["error"]
    assert result["log"] == "oslo_config.cfg.NoSuchOptError: no option store_description"


@pytest.mark.parametrize("log_file", ["", "/nowhere/glance.log"])
def test_a_log_that_cannot_be_read(pod: Pod, log_file: str) -> None:
    pod.settings["DEFAULT", "log_file"] = log_file
    pod.cloud.faults.append(Fault("GET", "/v2/info/stores", 500))
    assert (pod.ask()["asked"], pod.ask()["log"]) == (True, "")


def test_a_token_that_keystone_does_not_give(pod: Pod) -> None:
    pod.settings["keystone_authtoken", "password"] = "other"
    result = pod.ask()
    assert not result["asked"] and result["error"].startswith("get a token from Keystone")


def test_an_account_that_may_not_ask(pod: Pod) -> None:
    pod.cloud.faults.append(Fault("GET", "/v2/info/stores", 403))
    result = pod.ask()
    assert not result["asked"] and "HTTP 403" in result["error"]


def test_an_answer_of_another_service(pod: Pod) -> None:
    pod.cloud.faults.append(Fault("GET", "/v2/info/stores", 200, '{"hello": 1}'))
    result = pod.ask()
    assert result["asked"] and result["error"] == "the answer is no list of stores"
