# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: whether it reaches the other workers under the URLs that they tell. Changes nothing.

The text of this file is sent to the pod's own Python, so it knows the standard library only.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit


def ask(url: str, limit: float, path: str) -> tuple[int, str]:
    """The status with which a URL answers."""
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


def addresses(host: str, port: int, end: float) -> list[str]:
    """Where a name leads. A new pod's name takes its time until the name servers know it."""
    while True:
        try:
            answers = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
            return sorted({str(item[4][0]) for item in answers})
        except socket.gaierror:
            if time.monotonic() + 1 >= end:
                raise
        time.sleep(1)


def reach(peer: Mapping[str, str], limit: float) -> dict[str, Any]:
    """One peer: name, addresses, answer; ``step`` says how far it came."""
    found: dict[str, Any] = {"pod": peer["pod"], "step": "resolve", "addresses": [], "status": 0, "error": ""}
    started = time.monotonic()
    parts = urlsplit(peer["url"])
    try:
        if not parts.hostname:
            raise ValueError("the URL names no host")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found["addresses"] = addresses(parts.hostname, port, started + limit)
        found["step"] = "connect"
        socket.create_connection((parts.hostname, port), limit).close()
        found["step"] = "request"
        found["status"], found["error"] = ask(peer["url"], limit, "/healthcheck")
        if found["status"] == 404:  # without that part of the pipeline, the list of versions serves
            found["status"], found["error"] = ask(peer["url"], limit, "/versions")
        if 200 <= found["status"] < 400:
            found.update(step="done", error="")
    except (OSError, ValueError, http.client.HTTPException) as error:
        found["error"] = getattr(error, "strerror", None) or str(error) or type(error).__name__
    found["seconds"] = round(time.monotonic() - started, 3)
    return found


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``peers``: [{pod, url}]; ``timeout``: of each step with each of them."""
    peers = list(options["peers"])
    with ThreadPoolExecutor(max(1, min(16, len(peers)))) as pool:
        return {"reached": list(pool.map(lambda peer: reach(peer, float(options["timeout"])), peers))}
