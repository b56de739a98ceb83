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
import threading
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


def lookup(host: str, port: int, limit: float) -> list[str]:
    """The addresses of a name. The resolver has time limits of its own, which may be far longer."""
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
        raise socket.gaierror(socket.EAI_AGAIN, f"the name servers gave no answer within {limit:.0f} seconds")
    if isinstance(answers[0], Exception):
        raise answers[0]
    return list(answers[0])


def addresses(host: str, port: int, limit: float) -> list[str]:
    """Where a name leads. A new pod's name takes its time until the name servers know it."""
    end = time.monotonic() + limit
    while True:
        try:
            return lookup(host, port, max(0.1, end - time.monotonic()))
        except socket.gaierror:
            if time.monotonic() + 1 >= end:
                raise
        time.sleep(1)


def reach(peer: Mapping[str, str], limit: float) -> dict[str, Any]:
    """One peer: name, addresses, answer; ``step`` says how far it came."""
    found: dict[str, Any] = {"pod": peer["pod"], "step": "resolve", "addresses": [], "status": 0, "error": ""}
    started = time.monotonic()
    try:
        parts = urlsplit(peer["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it is not a URL with http or https and a host")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found["addresses"] = addresses(parts.hostname, port, limit)
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
    """``peers``: [{pod, url}]; ``timeout``: of each step with each of them; ``at_once``: so many of them."""
    peers = list(options["peers"])
    with ThreadPoolExecutor(max(1, min(int(options.get("at_once", 32)), len(peers)))) as pool:
        return {"reached": list(pool.map(lambda peer: reach(peer, float(options["timeout"])), peers))}
