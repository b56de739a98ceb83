# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: tests whether it reaches the other workers at the URLs that they advertise. Changes nothing.

The source of this file is sent to the pod's Python: it imports the standard library only.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit


def status_of(url: str, limit: float, path: str) -> tuple[int, str]:
    """The HTTP status and reason of a GET request."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    link: http.client.HTTPConnection
    if parts.scheme == "https":
        link = http.client.HTTPSConnection(host, port, timeout=limit, context=ssl.create_default_context())
    else:
        link = http.client.HTTPConnection(host, port, timeout=limit)
    try:
        link.request("GET", parts.path.rstrip("/") + path, headers={"User-Agent": "dcn.glance"})
        answer = link.getresponse()
        return answer.status, answer.reason
    finally:
        link.close()


def lookup(host: str, port: int, limit: float) -> list[str]:
    """The addresses of a name, within ``limit`` seconds. The time limits of the resolver may be much longer."""
    answers: list[Any] = []

    def work() -> None:
        try:
            found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
            answers.append(sorted({str(item[4][0]) for item in found}))
        except (OSError, ValueError) as error:
            answers.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(limit)
    if not answers:
        raise socket.gaierror(socket.EAI_AGAIN, f"the name servers did not answer within {limit:.0f} seconds")
    if isinstance(answers[0], Exception):
        raise answers[0]
    return list(answers[0])


def addresses(host: str, port: int, limit: float) -> list[str]:
    """The addresses of a name, with retries: name servers learn the name of a new pod with a delay."""
    end = time.monotonic() + limit
    while True:
        try:
            return lookup(host, port, max(0.1, end - time.monotonic()))
        except socket.gaierror:
            if time.monotonic() + 1 >= end:
                raise
        time.sleep(1)


def reach(peer: Mapping[str, str], limit: float) -> dict[str, Any]:
    """One peer: its addresses and its answer; ``step`` is the step that failed, or done."""
    found: dict[str, Any] = {"pod": peer["pod"], "step": "resolve", "addresses": [], "status": 0, "error": ""}
    started = time.monotonic()
    try:
        parts = urlsplit(peer["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it is not an http or https URL with a host")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found["addresses"] = addresses(parts.hostname, port, limit)
        found["step"] = "connect"
        socket.create_connection((parts.hostname, port), limit).close()
        found["step"] = "request"
        found["status"], found["error"] = status_of(peer["url"], limit, "/healthcheck")
        if found["status"] == 404:  # the paste pipeline may have no healthcheck
            found["status"], found["error"] = status_of(peer["url"], limit, "/versions")
        if 200 <= found["status"] < 400:
            found.update(step="done", error="")
    except (OSError, ValueError, http.client.HTTPException) as error:
        found["error"] = getattr(error, "strerror", None) or str(error) or type(error).__name__
    found["seconds"] = round(time.monotonic() - started, 3)
    return found


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``peers``: [{pod, url}]; ``timeout``: seconds of each step for each peer; ``parallel``: how many at a time."""
    peers = list(options["peers"])
    with ThreadPoolExecutor(max(1, min(int(options.get("parallel", 32)), len(peers)))) as pool:
        return {"reached": list(pool.map(lambda peer: reach(peer, float(options["timeout"])), peers))}
