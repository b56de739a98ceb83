# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command in a container over the websocket API, with stdin, stdout, stderr and the exit code separate.

In the websocket protocols of Kubernetes each message starts with a byte for its channel. Only v5 (Kubernetes 1.30) can
signal the end of stdin. On older servers ``head`` in the container reads as many bytes as stdin has.
"""

from __future__ import annotations

import json
import select
import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlparse

from ansible_collections.dcn.glance.plugins.module_utils._kube.errors import (
    Request,
    connection_error,
    response_error,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import SERVER, TIMEOUT, UNREACHABLE, ExecResult

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
STDIN, STDOUT, STDERR, STATUS, CLOSE = 0, 1, 2, 3, 255
PIECE = 16 * 1024


def run_command(
    request: Request,
    configuration: Any,
    url: str,
    headers: Any,
    container: str,
    command: Sequence[str],
    stdin: bytes,
    timeout: float,
) -> ExecResult:
    """Run a command. One that cannot be started gets the exit code that a shell would return."""
    deadline = time.monotonic() + timeout
    protocols = [V5] if stdin else [V5, V4]
    try:
        session = _open(request, configuration, _url(url, container, command, bool(stdin)), headers, protocols, timeout)
    except _OldServer:
        counted = ["sh", "-c", 'head -c "$0" | "$@"', str(len(stdin)), *command]
        session = _open(request, configuration, _url(url, container, counted, True), headers, [V4], timeout)
    try:
        return _Session(request, session, stdin).run(deadline, timeout)
    finally:
        session.close(timeout=1)


class _OldServer(Exception):
    """The server does not support v5."""


def _url(url: str, container: str, command: Sequence[str], stdin: bool) -> str:
    query = [("container", container)] if container else []
    query += [("stdout", "true"), ("stderr", "true"), *([("stdin", "true")] if stdin else [])]
    query += [("command", word) for word in command]
    return f"ws{url[4:]}?{urlencode(query)}"


def _open(
    request: Request, configuration: Any, url: str, headers: Any, protocols: Sequence[str], timeout: float
) -> Any:
    import websocket

    socket = websocket.WebSocket(sslopt=_tls(configuration), skip_utf8_validation=True)
    socket.settimeout(min(timeout, 20.0))
    lines = [f"{name}: {value}" for name, value in headers.items() if name.lower() != "accept"]
    try:
        connect: Any = socket.connect
        connect(url, header=lines, subprotocols=list(protocols), **_proxy(configuration))
    except websocket.WebSocketBadStatusException as error:
        body = error.resp_body or b""
        # A server that does not know the protocol sends no Status object; one that denies access does.
        if error.status_code in (400, 403) and list(protocols) == [V5] and not body.lstrip().startswith(b"{"):
            raise _OldServer from None
        raise response_error(request, error.status_code, body) from None
    except (websocket.WebSocketException, OSError) as error:
        if list(protocols) == [V5] and "subprotocol" in str(error).lower():
            raise _OldServer from None
        raise connection_error(request, error) from None
    if list(protocols) == [V5] and socket.subprotocol != V5:
        socket.close(timeout=1)
        raise _OldServer
    return socket


def _tls(configuration: Any) -> dict[str, Any]:
    """The TLS options of the library's own connections."""
    options: dict[str, Any] = {"cert_reqs": ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE}
    if not configuration.verify_ssl:
        options["check_hostname"] = False
    elif configuration.ssl_ca_cert:
        options["ca_certs"] = configuration.ssl_ca_cert
    for key, value in (("certfile", configuration.cert_file), ("keyfile", configuration.key_file)):
        if value:
            options[key] = value
    server = getattr(configuration, "tls_server_name", None)
    return {**options, "server_hostname": server} if server else options


def _proxy(configuration: Any) -> dict[str, Any]:
    if not configuration.proxy:
        return {"http_no_proxy": ["*"]}
    parts = urlparse(configuration.proxy)
    proxy: dict[str, Any] = {"http_proxy_host": parts.hostname, "http_proxy_port": parts.port, "proxy_type": "http"}
    if getattr(configuration, "no_proxy", None):
        proxy["http_no_proxy"] = configuration.no_proxy.split(",")
    if parts.username:
        proxy["http_proxy_auth"] = (parts.username, parts.password or "")
    return proxy


class _Session:
    """One running command: the output so far, and the rest of stdin."""

    def __init__(self, request: Request, socket: Any, stdin: bytes) -> None:
        self._request = request
        self._socket = socket
        self._stdin = stdin
        self._open_stdin = bool(stdin)
        self._read: dict[int, bytearray] = {STDOUT: bytearray(), STDERR: bytearray(), STATUS: bytearray()}

    def run(self, deadline: float, timeout: float) -> ExecResult:
        import websocket

        try:
            while not self._read[STATUS]:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._timeout(timeout)
                if self._open_stdin:
                    self._write()
                elif not self._wait(left):
                    raise self._timeout(timeout)
                while not self._read[STATUS] and self._wait(0):
                    self._take()
        except websocket.WebSocketTimeoutException:
            raise self._timeout(timeout) from None
        except (websocket.WebSocketException, OSError) as error:
            if not self._read[STATUS]:
                raise self._broken(error) from None
        return self._result()

    def _write(self) -> None:
        """Write one piece of stdin, so that a command that writes while it reads cannot block the session."""
        import websocket

        piece, self._stdin = self._stdin[:PIECE], self._stdin[PIECE:]
        self._socket.send(bytes([STDIN]) + piece, opcode=websocket.ABNF.OPCODE_BINARY)
        if not self._stdin:
            self._open_stdin = False
            if self._socket.subprotocol == V5:
                self._socket.send(bytes([CLOSE, STDIN]), opcode=websocket.ABNF.OPCODE_BINARY)

    def _wait(self, seconds: float) -> bool:
        connection = self._socket.sock
        if isinstance(connection, ssl.SSLSocket) and connection.pending():
            return True
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        return bool(poll.poll(int(seconds * 1000)))

    def _take(self) -> None:
        import websocket

        code, frame = self._socket.recv_data_frame(True)
        if code == websocket.ABNF.OPCODE_CLOSE:
            raise websocket.WebSocketConnectionClosedException("the connection was closed before the command ended")
        if code in (websocket.ABNF.OPCODE_BINARY, websocket.ABNF.OPCODE_TEXT) and frame.data:
            self._read.setdefault(frame.data[0], bytearray()).extend(frame.data[1:])

    def _timeout(self, timeout: float) -> Exception:
        text = f"The command in pod {self._request.name} of namespace {self._request.namespace} "
        text += f"did not end within {timeout:g} seconds; it may still run there."
        return self._request.error(TIMEOUT, text)

    def _broken(self, error: Exception) -> Exception:
        text = f"The connection to pod {self._request.name} of namespace {self._request.namespace} was lost: {error}."
        return self._request.error(UNREACHABLE, text)

    def _result(self) -> ExecResult:
        stdout, stderr = bytes(self._read[STDOUT]), bytes(self._read[STDERR])
        status = json.loads(bytes(self._read[STATUS]).decode("utf-8"))
        if status.get("status") == "Success":
            return ExecResult(0, stdout, stderr)
        for cause in (status.get("details") or {}).get("causes") or []:
            if cause.get("reason") == "ExitCode":
                return ExecResult(int(cause["message"]), stdout, stderr)
        message = str(status.get("message", ""))
        if "no such file or directory" in message or "executable file not found" in message:
            return ExecResult(127, stdout, stderr + message.encode("utf-8"))
        if "permission denied" in message:
            return ExecResult(126, stdout, stderr + message.encode("utf-8"))
        text = f"The command in pod {self._request.name} of namespace {self._request.namespace} could not be started: "
        raise self._request.error(SERVER, text + message)
