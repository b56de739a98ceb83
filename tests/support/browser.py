# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven through two pipes by its DevTools protocol, with the standard library only."""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 90.0
#: It opens no port and loads nothing by itself.
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"),
    *("--hide-scrollbars", "--window-size=1400,1000", "--remote-debugging-pipe"),
)


def program() -> str:
    """The path of a browser; '' if this machine has none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), "")


class Browser:
    """One browser with one page. ``events`` has everything that it said without being asked."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._ids = itertools.count(1)
        self._rest = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one command."""
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._requests, json.dumps(message).encode() + b"\0")
        while True:
            found = self._read()
            if found.get("id") == number:
                assert "error" not in found, f"{method}: {found['error']}"
                return found["result"]
            self.events.append(found)

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._rest:
            ready, _write, _wrong = select.select([self._answers], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"the browser said nothing for {SECONDS:.0f} seconds"
            part = os.read(self._answers, 2**16)
            assert part, "the browser has ended"
            self._rest += part
        line, _zero, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def start(self) -> None:
        """Open a page."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def open(self, path: pathlib.Path, *, media: str = "screen", scheme: str = "light", scripts: bool = True) -> None:
        """Load a file, and wait until it is complete."""
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while "Page.loadEventFired" not in [event.get("method") for event in self.events]:
            self.events.append(self._read())

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def said(self, *methods: str) -> list[dict[str, Any]]:
        """What some events said since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def screenshot(self, path: pathlib.Path) -> None:
        """The page as it is on the screen, as a PNG file."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def pdf(self) -> bytes:
        """The page on paper."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])


@contextmanager
def running() -> Iterator[Browser]:
    """A browser that ends with the block."""
    to_browser, from_browser = os.pipe(), os.pipe()
    theirs = [fcntl.fcntl(number, fcntl.F_DUPFD, 10) for number in (to_browser[0], from_browser[1])]

    def connect() -> None:
        # The browser reads commands from 3 and answers to 4.
        os.dup2(theirs[0], 3)
        os.dup2(theirs[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={home}"],
            preexec_fn=connect,
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": home},
        )
        try:
            for number in (*theirs, to_browser[0], from_browser[1]):
                os.close(number)
            browser = Browser(to_browser[1], from_browser[0])
            browser.start()
            yield browser
        finally:
            process.terminate()
            process.wait(timeout=30)
            os.close(to_browser[1])
            os.close(from_browser[0])
