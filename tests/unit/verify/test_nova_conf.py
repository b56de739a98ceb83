# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Glance as the Nova of a compute host sees it: the URL and accounts in nova.conf, and the requests with them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import nova_cell, nova_problem
from ansible_collections.dcn.glance.plugins.module_utils._verify.nova_ask import NO_ACCOUNT, ask_endpoints
from ansible_collections.dcn.glance.plugins.module_utils._verify.nova_conf import NovaGlance, parse_nova

PASSWORD = "not-a-real-one"
ACCOUNT = """
auth_url = {url}
username = nova
password = {password}
project_name = service
user_domain_name = Default
project_domain_id = default
"""


def account(section: str, url: str = "http://keystone:5000", password: str = PASSWORD) -> str:
    return f"[{section}]\n{ACCOUNT.format(url=url, password=password)}"


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("[glance]\nendpoint_override = http://dcn0:9292\n", ("http://dcn0:9292",)),
        ("[glance]\napi_servers = http://a, http://b\nendpoint_override = http://c\n", ("http://a", "http://b")),
        ("[glance]\nregion_name = one\n", ()),
        ("", ()),
    ],
)
def test_the_endpoints_that_nova_prefers(text: str, endpoints: tuple[str, ...]) -> None:
    assert parse_nova([("/etc/nova/nova.conf", text)]).endpoints == endpoints


def test_the_later_file_wins() -> None:
    files = [("a", "[glance]\nendpoint_override = http://old\n"), ("b", "[glance]\nendpoint_override = http://new\n")]
    assert parse_nova(files).endpoints == ("http://new",)


def test_accounts_in_the_order_of_their_use() -> None:
    text = account("placement") + account("service_user") + "[cinder]\nauth_url = http://x\nusername = y\n"
    found = parse_nova([("nova.conf", text)]).accounts
    assert [item.section for item in found] == ["service_user", "placement"]
    assert found[0].tokens_url == "http://keystone:5000/v3/auth/tokens"
    assert PASSWORD not in repr(found)
    scope = found[0].body()["auth"]["scope"]  # type: ignore[index]
    assert scope == {"project": {"name": "service", "domain": {"id": "default"}}}


class Services(BaseHTTPRequestHandler):
    """Keystone and Glance; ``answers`` has the status of a path in place of 200."""

    answers: dict[str, int]

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        right = body["auth"]["identity"]["password"]["user"]["password"] == PASSWORD
        self._answer(201 if right else 401, {}, {"X-Subject-Token": "token"} if right else {})

    def do_GET(self) -> None:
        status = self.answers.get(self.path.partition("?")[0], 300 if self.path == "/versions" else 200)
        if self.path != "/versions" and self.headers.get("X-Auth-Token") != "token":
            status = 401
        self._answer(status, {"status": "active", "stores": "central,dcn0"}, {})

    def _answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def services() -> Iterator[tuple[str, dict[str, int]]]:
    answers: dict[str, int] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Services,), {"answers": answers}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", answers
    server.shutdown()
    server.server_close()
    thread.join()


def nova(url: str, *accounts: str) -> NovaGlance:
    return parse_nova([("nova.conf", f"[glance]\nendpoint_override = {url}\n{''.join(accounts)}")])


def test_an_image_is_shown_with_the_first_account_that_keystone_accepts(services: Any) -> None:
    url, _answers = services
    (found,) = ask_endpoints(nova(url, account("service_user", url, "old"), account("placement", url)), "1", 5)
    assert (found["ok"], found["account"], found["status"], found["stores"]) == (
        *(True, "placement", "active"),
        ["central", "dcn0"],
    )
    assert nova_problem([found], url, "1", "dcn0") == ""
    assert "the stores central, dcn0" in nova_problem([found], url, "1", "dcn1")


def test_without_an_account_only_the_versions_are_requested(services: Any) -> None:
    (found,) = ask_endpoints(nova(services[0], account("placement", services[0], "old")), "1", 5)
    assert (found["ok"], found["note"], found["status"]) == (True, NO_ACCOUNT, "")


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/versions", 503, "refused to list its versions (HTTP 503)"),
        ("/v2/images", 401, "refused to list images (HTTP 401)"),
        ("/v2/images/1", 500, "refused to show the image (HTTP 500)"),
    ],
)
def test_a_refusal_is_named(services: Any, path: str, status: int, expected: str) -> None:
    url, answers = services
    answers[path] = status
    (found,) = ask_endpoints(nova(url, account("placement", url)), "1", 5)
    assert found["ok"] is False
    assert expected in found["error"]
    assert PASSWORD not in json.dumps(found)


def test_an_image_that_the_account_does_not_see_is_a_note(services: Any) -> None:
    url, answers = services
    answers["/v2/images/1"] = 404
    (found,) = ask_endpoints(nova(url, account("placement", url)), "1", 5)
    assert (found["ok"], found["note"]) == (True, "the account of Nova does not see the test image")


def test_an_api_that_is_down_is_named() -> None:
    (found,) = ask_endpoints(nova("http://127.0.0.1:9"), "", 5)
    assert "http://127.0.0.1:9/versions could not be reached to list its versions" in found["error"]


ENTRY = {"url": "http://dcn0:9292", "ok": True, "status": "active", "stores": ["dcn0"], "note": "", "error": ""}


@pytest.mark.parametrize(
    ("wanted", "entries", "expected"),
    [
        ("http://dcn0:9292/", [ENTRY], ""),
        ("", [], ""),
        ("http://dcn0:9292", [], "nova.conf names the catalog of Keystone, not http://dcn0:9292"),
        ("http://vip:9292", [ENTRY], "nova.conf names http://dcn0:9292, not http://vip:9292"),
    ],
)
def test_the_url_must_be_that_of_the_topology(wanted: str, entries: list[dict[str, Any]], expected: str) -> None:
    found = nova_problem(entries, wanted, "", "")
    assert found.startswith(expected) if expected else not found


@pytest.mark.parametrize(
    ("answer", "cell"),
    [
        ({"endpoints": [ENTRY]}, "yes, active"),
        ({"endpoints": [{**ENTRY, "note": "x"}]}, "yes, answers"),
        ({"endpoints": []}, "- the catalog"),
        ({"msg": "/etc/nova/nova.conf does not exist."}, "/etc/nova/nova.conf does not exist."),
        (None, "not tested"),
    ],
)
def test_the_cell_of_a_site(answer: Any, cell: str) -> None:
    assert nova_cell(answer, True) == cell
    assert nova_cell(answer, False) == "-"
