# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of Glance that ask all the time, each request on a new connection.

As Nova and Cinder (``num_retries``, ``glance_num_retries``: 3), they try again when a connection ends without an
answer: a pod that stops cuts its connections. An answer with an error is never tried again.
"""

from __future__ import annotations

import json
import threading
import time
import types
import urllib.error
import urllib.request
from dataclasses import dataclass

from ansible_collections.dcn.glance.tests.support.kube.standin import StandIn
from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab

PAUSE = 0.05
RETRIES = 3
TOKEN = "import openstack; print(openstack.connect(cloud='dcn').session.get_token())"


@dataclass(frozen=True)
class Failure:
    """A request that failed, and when: seconds since the clients started."""

    service: str
    seconds: float
    error: str


class Clients:
    """Ask the API in the catalog, and the Services of other APIs as long as they are in the object.

    The Service of an API that is about to be created or removed does not count: only the object says when it exists.
    """

    def __init__(self, standin: StandIn, lab: Lab, keys: tuple[str, ...]) -> None:
        self._standin = standin
        self._keys = keys
        self._token = lab.exec("central", "python3", "-c", TOKEN).strip()
        self._stop = threading.Event()
        self._addresses: dict[str, str] = {}
        self._begun = time.monotonic()
        self._threads = [threading.Thread(target=self._ask_catalog), threading.Thread(target=self._ask_old)]
        self.failures: list[Failure] = []
        self.answered: dict[str, int] = {}
        #: Connections that ended without an answer, and were tried again.
        self.cut = 0

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: types.TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def assert_served(self) -> None:
        """Every request was answered."""
        assert sum(self.answered.values()) > 50, self.answered
        assert self.failures == [], (self.failures[:10], self.answered)

    def stores(self, key: str) -> set[str]:
        return {each["id"] for each in self._get(f"glance-{key}-public", "/v2/info/stores")["stores"]}

    def _apis(self) -> tuple[str, list[str]]:
        template = self._standin.get("openstackcontrolplanes", "openstack")["spec"]["glance"]["template"]
        return template["keystoneEndpoint"], list(template["glanceAPIs"])

    def _ask_catalog(self) -> None:
        """As a client that reads the catalog before each request."""
        while not self._stop.wait(PAUSE):
            self._ask(f"glance-{self._apis()[0]}-public")

    def _ask_old(self) -> None:
        """As Nova and Cinder, which have the address of the first API in their configuration."""
        first = self._keys[0]
        while not self._stop.wait(PAUSE):
            if first not in self._apis()[1]:
                continue
            error = self._ask(f"glance-{first}-internal", quiet=True)
            if error and first in self._apis()[1]:
                self.failures.append(error)

    def _ask(self, service: str, quiet: bool = False) -> Failure | None:
        begun = time.monotonic() - self._begun
        try:
            self._get_with_retries(service, "/v2/images?limit=1")
        except (OSError, ValueError, LookupError) as error:
            failure = Failure(service, round(begun, 1), f"{type(error).__name__}: {error}")
            if not quiet:
                self.failures.append(failure)
            return failure
        self.answered[service] = self.answered.get(service, 0) + 1
        return None

    def _get_with_retries(self, service: str, path: str) -> dict:
        for _attempt in range(RETRIES):
            try:
                return self._get(service, path)
            except urllib.error.HTTPError:
                raise
            except OSError:
                self.cut += 1
                self._stop.wait(1)
        return self._get(service, path)

    def _get(self, service: str, path: str) -> dict:
        if service not in self._addresses:
            found = self._standin.core.read_namespaced_service(service, self._standin.namespace)
            self._addresses[service] = found.spec.cluster_ip
        request = urllib.request.Request(
            f"http://{self._addresses[service]}:9292{path}", headers={"X-Auth-Token": self._token}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return dict(json.loads(answer.read()))
