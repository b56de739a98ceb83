# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs in pods that connect to other workers and to the clusters of the stores."""

from __future__ import annotations

import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import connect, reach


class Answers(BaseHTTPRequestHandler):
    known = {"/healthcheck": 200}

    def do_GET(self):
        self.send_response(self.known.get(self.path, 404))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), type("Own", (Answers,), {"known": {"/healthcheck": 200}})) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("known", "step", "status"),
    [
        ({"/healthcheck": 200}, "done", 200),
        ({"/versions": 300}, "done", 300),
        ({"/healthcheck": 503}, "request", 503),
        ({}, "request", 404),
    ],
)
def test_a_peer_that_answers(server, known, step, status):
    server.RequestHandlerClass.known = known
    peers = [{"pod": "a", "url": f"http://127.0.0.1:{server.server_address[1]}/"}]
    (found,) = reach.main({"peers": peers, "timeout": 5})["reached"]
    assert (found["pod"], found["step"], found["status"]) == ("a", step, status)
    assert found["addresses"] == ["127.0.0.1"]


def test_peers_that_cannot_be_reached():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    urls = [f"http://127.0.0.1:{closed}", "http://no.such.name.invalid:9292"]
    urls += ["http://127.0.0.1:nonsense", "words", "http://[::1/"]
    peers = [{"pod": str(number), "url": text} for number, text in enumerate(urls)]
    found = reach.main({"peers": peers, "timeout": 0.5})["reached"]
    assert [item["step"] for item in found] == ["connect", *["resolve"] * 4]
    assert (found[0]["error"], found[3]["error"]) == (
        "Connection refused",
        "it is not an http or https URL with a host",
    )
    assert all(item["error"] for item in found)
    assert [item["pod"] for item in found] == ["0", "1", "2", "3", "4"]


def test_a_peer_that_does_not_speak_http():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        found = reach.reach({"pod": "a", "url": f"http://127.0.0.1:{port}"}, 0.2)
        assert (found["step"], found["error"]) == ("request", "timed out")


def test_a_name_that_resolves_later_is_tried_again(monkeypatch):
    answers = iter([socket.gaierror(-2, "Name or service not known"), [(0, 0, 0, "", ("10.0.0.7", 80))]])

    def resolve(*_arguments, **_options):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    slept = []
    monkeypatch.setattr(reach.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(reach.time, "sleep", slept.append)
    assert reach.addresses("late", 80, time.monotonic() + 5) == ["10.0.0.7"]
    assert slept == [1]


def test_a_resolver_without_an_answer_ends_at_the_timeout(monkeypatch):
    monkeypatch.setattr(reach.socket, "getaddrinfo", lambda *_args, **_options: time.sleep(5) or [])
    started = time.monotonic()
    (found,) = reach.main({"peers": [{"pod": "x", "url": "http://x:1"}], "timeout": 0.3})["reached"]
    assert found["step"] == "resolve" and "name servers did not answer" in found["error"]
    assert time.monotonic() - started < 3


class Rados:
    """The part of librados that the program uses; the conf decides whether a connection succeeds."""

    def __init__(self, conffile, rados_id, conf):
        self.conf, self.limits = conffile, set(conf.values())

    def connect(self, timeout):
        if self.conf == "bad":
            raise RuntimeError("[errno 13] RADOS permission denied (error connecting to the cluster)")
        if self.conf == "slow":
            time.sleep(10)

    def get_fsid(self):
        return "f"

    def open_ioctx(self, pool):
        if pool == "none":
            raise RuntimeError("[errno 2] error opening pool 'none'")
        return self

    def close(self):
        pass

    shutdown = close


def test_all_stores_are_tested_at_the_same_time(monkeypatch):
    monkeypatch.setitem(sys.modules, "rados", type("rados", (), {"Rados": Rados}))
    stores = [
        {"store": conf + pool, "conf": conf, "user": "u", "pool": pool}
        for conf, pool in (("good", "p"), ("bad", "p"), ("good", "none"), ("slow", "p"))
    ]
    found = connect.main({"stores": stores, "timeout": 0.3})["stores"]
    assert [(item["store"], item["step"]) for item in found] == [
        ("goodp", "done"),
        ("badp", "connect"),
        ("goodnone", "pool"),
        ("slowp", "connect"),
    ]
    assert found[3]["error"].startswith("no answer within")
    monkeypatch.setitem(sys.modules, "rados", None)
    (item,) = connect.main({"stores": stores[:1], "timeout": 1})["stores"]
    assert item["error"] == "this Python has no module rados"
