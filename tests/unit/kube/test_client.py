# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a server that responds like a Kubernetes API."""

from __future__ import annotations

import http.server
import json
import logging
import ssl
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

kubernetes = pytest.importorskip("kubernetes")

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient  # noqa: E402
from ansible_collections.dcn.glance.plugins.module_utils._kube.connection import KubeConnection  # noqa: E402
from ansible_collections.dcn.glance.plugins.module_utils._kube.errors import Request, connection_error  # noqa: E402
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (  # noqa: E402
    CONTROL_PLANES,
    PODS,
    PVS,
    SECRETS,
    STATEFULSETS,
    KubeError,
)


class Server:
    """Sends the responses in order, and keeps the requests."""

    def __init__(self) -> None:
        self.responses: list[tuple[int, Any, dict[str, str]]] = []
        self.requests: list[Any] = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                """Nothing is printed."""

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode() if length else ""
                owner.requests.append((self.command, self.path, dict(self.headers), body))
                status, answer, headers = owner.responses.pop(0)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def respond(self, status: int, answer: Any, **headers: str) -> None:
        self.responses.append((status, answer, {name.replace("_", "-"): value for name, value in headers.items()}))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def api(server: Server) -> KubeClient:
    configuration = kubernetes.client.Configuration()
    configuration.host = server.url
    configuration.api_key = {"authorization": "Bearer sesame"}
    return KubeClient(KubeConnection(configuration, {"Impersonate-Group": ["a", "b"]}))


def status(code: int, message: str, reason: str = "", **details: Any) -> dict[str, Any]:
    return {"kind": "Status", "code": code, "message": message, "reason": reason, "details": details}


ERRORS = [
    (401, status(401, "Unauthorized"), "unauthorized", "does not accept the credentials"),
    (
        403,
        status(403, 'pods is forbidden: User "x" cannot patch'),
        "forbidden",
        "the verb 'patch' on 'statefulsets/scale'",
    ),
    (403, status(403, "forbidden: exceeded quota: few, requested: pods=1"), "quota", "Raise the ResourceQuota"),
    (404, status(404, 'statefulsets "a" not found'), "not_found", "not found"),
    (409, status(409, "the object has been modified"), "conflict", "Another client changed the object"),
    (410, status(410, "too old resource version"), "gone", "too old"),
    (422, status(422, "spec.replicas: Invalid value: -1"), "invalid", "Invalid value: -1"),
    (400, status(400, "strict decoding error: unknown field"), "invalid", "unknown field"),
    (403, status(403, "admission webhook x denied the request: no"), "invalid", "denied the request: no"),
    (403, status(403, "web is forbidden: ValidatingAdmissionPolicy 'p' denied request: no"), "invalid", "'p' denied"),
    (
        403,
        status(403, 'web is forbidden: User "system:anonymous" cannot patch'),
        "unauthorized",
        "received no credentials",
    ),
    (500, status(500, "etcd is away"), "server", "etcd is away"),
    (504, status(504, "timed out"), "timeout", "timed out"),
    (502, b"<html>bad gateway</html>", "server", "bad gateway"),
]


@pytest.mark.parametrize(("code", "answer", "reason", "words"), ERRORS)
def test_refusals(server: Server, api: KubeClient, code: int, answer: Any, reason: str, words: str) -> None:
    server.respond(code, answer)
    with pytest.raises(KubeError) as caught:
        api.patch(STATEFULSETS, "ns", "a", {"spec": {"replicas": 1}}, subresource="scale")
    error = caught.value
    assert (error.reason, error.status, error.verb, error.namespace, error.name) == (reason, code, "patch", "ns", "a")
    assert error.resource == "statefulsets/scale.apps" and words in str(error)
    assert len(server.requests) == 1


def test_what_is_sent(server: Server, api: KubeClient) -> None:
    server.respond(200, {"a": 1})
    body = [{"op": "add", "path": "/spec", "value": 1}]
    api.patch(CONTROL_PLANES, "ns", "cp", body, kind="json", dry_run=True)
    method, path, headers, sent = server.requests[0]
    url = urlparse(path)
    assert (method, url.path) == ("PATCH", "/apis/core.openstack.org/v1beta1/namespaces/ns/openstackcontrolplanes/cp")
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert query == {"fieldManager": "dcn.glance", "dryRun": "All"}
    assert json.loads(sent) == body and headers["Content-Type"] == "application/json-patch+json"
    assert headers["authorization"] == "Bearer sesame" and api.calls == 1


def test_unknown_fields_are_refused_with_strict(server: Server, api: KubeClient) -> None:
    server.respond(200, {"a": 1})
    api.replace(CONTROL_PLANES, "ns", "cp", {"spec": {}}, dry_run=True, strict=True)
    method, path, _headers, _sent = server.requests[0]
    query = {name: values[0] for name, values in parse_qs(urlparse(path).query).items()}
    assert method == "PUT"
    assert query == {"fieldManager": "dcn.glance", "fieldValidation": "Strict", "dryRun": "All"}


def test_paths_without_a_namespace_and_selectors(server: Server, api: KubeClient) -> None:
    items = {"metadata": {"resourceVersion": "7"}, "items": [{"metadata": {"name": "v"}}]}
    for _attempt in range(3):
        server.respond(200, items)
    found, version = api.list(PVS, "ns", labels="a=b", fields="metadata.name=v")
    api.list(PODS, "")
    api.list(PODS, "ns")
    assert version == "7" and found[0]["kind"] == "PersistentVolume" and found[0]["apiVersion"] == "v1"
    first, second, third = (urlparse(request[1]) for request in server.requests)
    assert first.path == "/api/v1/persistentvolumes" and parse_qs(first.query)["labelSelector"] == ["a=b"]
    assert (second.path, third.path) == ("/api/v1/pods", "/api/v1/namespaces/ns/pods")


def test_get_of_a_missing_object_is_none(server: Server, api: KubeClient) -> None:
    server.respond(404, status(404, "not found"))
    assert api.get(PODS, "ns", "a") is None


def test_a_kind_that_the_api_does_not_have(server: Server, api: KubeClient) -> None:
    server.respond(404, b"404 page not found")
    with pytest.raises(KubeError, match="Is its definition installed"):
        api.list(CONTROL_PLANES, "ns")


def test_requests_to_busy_servers_are_retried(server: Server, api: KubeClient) -> None:
    server.respond(429, status(429, "too many requests"), Retry_After="0")
    server.respond(200, {"ok": True})
    api.patch(PODS, "ns", "a", {})
    server.respond(503, status(503, "starting"), Retry_After="0")
    server.respond(200, {"ok": True})
    assert api.get(PODS, "ns", "a") == {"ok": True}
    assert api.calls == 4


def test_discovery(server: Server, api: KubeClient) -> None:
    resources = [{"name": "things", "kind": "Thing", "namespaced": True}, {"name": "things/scale", "kind": "Scale"}]
    server.respond(200, {"resources": resources})
    server.respond(404, status(404, "no"))
    found = api.resource("example.com/v1", "Thing")
    assert found is not None and found.namespaced and str(found) == "things.example.com"
    assert api.resource("example.com/v1", "Other") is None
    assert api.resource("nowhere.com/v1", "Thing") is None
    assert len(server.requests) == 2, "one request for each group version"


def test_watch(server: Server, api: KubeClient) -> None:
    events = [{"type": "ADDED", "object": {"metadata": {"name": "ü"}}}, {"type": "BOOKMARK", "object": {}}]
    server.respond(200, b"".join(json.dumps(event).encode() + b"\n" for event in events))
    found = list(api.watch(PODS, "ns", resource_version="5", timeout=3))
    assert [kind for kind, _body in found] == ["ADDED", "BOOKMARK"]
    query = parse_qs(urlparse(server.requests[0][1]).query)
    assert query["resourceVersion"] == ["5"] and query["timeoutSeconds"] == ["3"]
    expired = {"type": "ERROR", "object": status(410, "too old", "Expired")}
    server.respond(200, json.dumps(expired).encode() + b"\n")
    with pytest.raises(KubeError) as caught:
        list(api.watch(PODS, "ns"))
    assert caught.value.reason == "gone"


def test_an_unreachable_api() -> None:
    configuration = kubernetes.client.Configuration()
    configuration.host = "http://127.0.0.1:9"
    api = KubeClient(KubeConnection(configuration))
    for ask in (lambda: api.get(PODS, "ns", "a"), lambda: api.execute("ns", "a", "", ["true"])):
        with pytest.raises(KubeError, match="cannot be reached.*Connection refused") as caught:
            ask()
        assert caught.value.reason == "unreachable"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed"), "Check ca_cert"),
        (ssl.SSLEOFError(8, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred"), "cannot be reached"),
        (TimeoutError("timed out"), "did not answer in time"),
    ],
)
def test_connection_errors(error: Exception, words: str) -> None:
    found = connection_error(Request("https://k", "get", PODS, "ns", "a"), error)
    assert words in str(found) and found.reason == "unreachable"


def test_a_watch_with_an_invalid_line(server: Server, api: KubeClient) -> None:
    server.respond(200, b"oops\n")
    with pytest.raises(KubeError, match="has an invalid line"):
        list(api.watch(PODS, "ns"))


def test_a_server_that_is_not_a_kubernetes_api(server: Server, api: KubeClient) -> None:
    server.respond(200, b"<html>hello</html>")
    with pytest.raises(KubeError, match="is not a Kubernetes API"):
        api.get(PODS, "ns", "a")


SECRET = "c2VjcmV0LWtleQ=="


def test_secrets_are_in_no_message_and_no_log(
    server: Server, api: KubeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"metadata": {"name": "s"}, "data": {"key": SECRET}}
    server.respond(201, body)
    api.create(SECRETS, "ns", body)
    server.respond(422, status(422, f"data[key]: Invalid value: {SECRET}", "Invalid", causes=[{"field": "data[key]"}]))
    with pytest.raises(KubeError) as caught:
        api.create(SECRETS, "ns", body)
    assert "data[key]" in str(caught.value)
    for text in (str(caught.value), caplog.text):
        assert SECRET not in text and "sesame" not in text
