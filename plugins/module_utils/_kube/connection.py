# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a Kubernetes API through the connection pool of the PyPI library ``kubernetes``.

Only the configuration and the pool of the library are used, so no request or response body reaches its log.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ansible_collections.dcn.glance.plugins.module_utils._kube.errors import (
    Request,
    connection_error,
    response_error,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FIELD_MANAGER, INVALID, SERVER, Object

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
ATTEMPTS = 4


class KubeConnection:
    """``configuration`` is a ``kubernetes.client.Configuration``; ``headers`` are added to each request."""

    def __init__(self, configuration: Any, headers: Mapping[str, Any] | None = None) -> None:
        from kubernetes.client import ApiClient

        self.configuration = configuration
        self._extra = dict(headers or {})
        self._pool = ApiClient(configuration).rest_client.pool_manager
        self._lock = threading.Lock()
        self.calls = 0

    @property
    def host(self) -> str:
        return str(self.configuration.host).rstrip("/")

    def count(self) -> None:
        with self._lock:
            self.calls += 1

    def headers(self) -> Any:
        """The headers of each request: credentials and impersonation."""
        from urllib3._collections import HTTPHeaderDict

        headers = HTTPHeaderDict({"Accept": "application/json", "User-Agent": FIELD_MANAGER})
        for setting in self.configuration.auth_settings().values():
            if setting.get("in") == "header" and setting.get("value"):
                headers[setting["key"]] = setting["value"]
        for name, value in self._extra.items():
            for each in value if isinstance(value, (list, tuple)) else [value]:
                headers.add(name, each)
        return headers

    def json(
        self,
        request: Request,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content: str = "application/json",
    ) -> Object:
        """Send a request, and read the object in the response."""
        data = content_of(request, self.send(request, method, path, query or {}, body, content))
        try:
            found = json.loads(data.decode("utf-8"))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            text = f"{self.host} is not a Kubernetes API ({request}): its response is not JSON. Is the URL correct?"
            raise request.error(INVALID, text)
        return found

    def send(
        self,
        request: Request,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any = None,
        content: str = "application/json",
        read: float = READ_SECONDS,
    ) -> Any:
        """Send a request. Retry when the server did not start it (429), or when a GET failed in the server."""
        url = self.host + path + (f"?{urlencode(query)}" if query else "")
        headers = self.headers()
        data = None
        if body is not None:
            headers["Content-Type"] = content
            data = json.dumps(body).encode("utf-8")
        attempt = 1
        while True:
            response = self._once(request, method, url, headers, data, read)
            if 200 <= response.status < 300:
                return response
            retry = response.status == 429 or (method == "GET" and response.status in (500, 502, 503))
            if not retry or attempt == ATTEMPTS:
                raise response_error(request, response.status, content_of(request, response))
            wanted = response.headers.get("Retry-After", "")
            response.close()
            time.sleep(min(float(wanted), 5.0) if wanted.isdigit() else 0.3 * attempt)
            attempt += 1

    def _once(self, request: Request, method: str, url: str, headers: Any, data: bytes | None, read: float) -> Any:
        import urllib3

        self.count()
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read)
        try:
            return self._pool.request(
                method, url, body=data, headers=headers, timeout=timeout, preload_content=False, retries=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise connection_error(request, error) from None


def content_of(request: Request, response: Any) -> bytes:
    """The whole body. The connection returns to the pool."""
    import urllib3

    try:
        return bytes(response.read())
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise connection_error(request, error) from None
    finally:
        response.release_conn()


def _event(request: Request, line: bytes) -> Object:
    try:
        return dict(json.loads(line.decode("utf-8")))
    except (ValueError, TypeError):
        raise request.error(SERVER, f"The watch response of {request.host} ({request}) has an invalid line.") from None


def events(request: Request, response: Any) -> Iterator[Object]:
    """The events of a watch response, one per line; a line may arrive in several pieces."""
    import urllib3

    rest = b""
    try:
        for piece in response.stream(None, decode_content=True):
            rest += piece
            *lines, rest = rest.split(b"\n")
            for line in lines:
                if line.strip():
                    yield _event(request, line)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise connection_error(request, error) from None
