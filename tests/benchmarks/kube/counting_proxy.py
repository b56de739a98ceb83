# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy for a Kubernetes API that counts requests, in the same way for all clients."""

from __future__ import annotations

import contextlib
import http.server
import pathlib
import threading
from typing import Any

import kubernetes
import urllib3
import yaml

PASSED_ON = ("content-type", "accept")


class CountingProxy:
    """Listens on a port of 127.0.0.1 without TLS, and uses the account of the kubeconfig."""

    def __init__(self, kubeconfig: str) -> None:
        configuration = kubernetes.client.Configuration()
        kubernetes.config.load_kube_config(kubeconfig, client_configuration=configuration)
        self.upstream = str(configuration.host)
        self.pool = kubernetes.client.ApiClient(configuration).rest_client.pool_manager
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def count(self, line: str) -> None:
        with self._lock:
            self.asked.append(line)

    def take(self) -> list[str]:
        """The requests since the last call."""
        with self._lock:
            found, self.asked = self.asked, []
        return found

    def kubeconfig(self, directory: pathlib.Path) -> str:
        """A kubeconfig with the address of this proxy."""
        server = {"server": f"http://127.0.0.1:{self._server.server_address[1]}"}
        body = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": server}],
            "users": [{"name": "c", "user": {}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
        }
        path = directory / "kubeconfig"
        path.write_text(yaml.safe_dump(body))
        return str(path)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(proxy: CountingProxy) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

        def _pass_on(self) -> None:
            proxy.count(f"{self.command} {self.path}")
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
            url = proxy.upstream + self.path
            answer = proxy.pool.request(
                self.command, url, body=body, headers=headers, preload_content=False, retries=False, timeout=600
            )
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
                for piece in answer.stream(None, decode_content=True):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")
            answer.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

    return Handler
