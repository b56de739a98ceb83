# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A GlanceAPI: from its specification to its StatefulSet, and back to its status."""

from __future__ import annotations

import copy
import logging
import time

from .apply import digest
from .backends import enabled_backends, typed
from .cluster import GLANCE_APIS, SECRETS, SERVICES, STATEFUL_SETS, ApiError
from .conditions import OF_API, Trouble, conditions, is_true
from .config import files, values
from .context import Context, Stop, encoded
from .names import KEYSTONE_ENDPOINT, WSGI, Object, domain, made, set_name
from .passwords import passwords
from .services import clients, endpoints, headless
from .statefulset import stateful_set

LOG = logging.getLogger("standin")
BACKEND_HASH = "backendHash"


class Api:
    """One look at one GlanceAPI."""

    def __init__(self, context: Context, api: Object) -> None:
        self.context = context
        self.api = api
        self.name = str(api["metadata"]["name"])
        self.hashes: dict[str, str] = dict(api.get("status", {}).get("hash", {}))

    def look(self) -> None:
        """Everything that belongs to it made right, and its status told."""
        troubles: list[Trouble] = []
        try:
            self._build()
        except Stop as stop:
            troubles.append(stop.trouble)
            self.context.again(5.0 if stop.trouble.reason == "Error" else None)
        except ApiError as problem:
            troubles.append(Trouble.error("DeploymentReady", f"Deployment error occurred {problem}"))
            self.context.again(2.0)
        self._tell(troubles)

    def _build(self) -> None:
        spec = self.api["spec"]
        service_password, database_password = passwords(self.context, spec)
        if self.context.switches.error:
            message = f"Deployment error occurred {self.context.switches.error}"
            raise Stop(Trouble.error("DeploymentReady", message))
        stores = typed(enabled_backends(spec.get("customServiceConfig", "")))
        self._recreate_on_new_stores()
        if any(kind == "cinder" for _store, kind in stores):
            raise Stop(Trouble("CinderReady", "Waiting for Cinder resources"))
        for network in spec.get("networkAttachments", []):
            message = f"NetworkAttachment resources missing: {network}"
            raise Stop(Trouble.error("NetworkAttachmentsReady", message))
        for service in (headless(self.api), *clients(self.api)):
            self.context.applier.ensure(SERVICES, service)
        settings = self.context.settings
        known = values(self.api, settings, service_password, database_password, self._region())
        try:
            texts = files(self.api, settings, known, self._own_secrets())
            config_hash = digest([texts, self.api["metadata"].get("annotations", {}).get(KEYSTONE_ENDPOINT)])
            wsgi = self.api["metadata"].get("annotations", {}).get(WSGI, "true") == "true"
            wanted = stateful_set(self.api, settings, config_hash, wsgi)
        except ValueError as problem:
            raise Stop(Trouble.error("DeploymentReady", f"Deployment error occurred {problem}")) from problem
        secret = made(self.api, "v1", "Secret", f"{self.name}-config-data", data=encoded(texts), type="Opaque")
        self.context.applier.ensure(SECRETS, secret)
        self.hashes["input"] = config_hash
        self.context.applier.ensure(STATEFUL_SETS, wanted)

    def _recreate_on_new_stores(self) -> None:
        """Other stores, another order of them, other storage or another cache: the StatefulSet is made anew."""
        spec = self.api["spec"]
        cache = spec.get("imageCache", {}).get("size", "")
        found = digest([enabled_backends(spec.get("customServiceConfig", "")), spec.get("storage", {}), cache])
        before = self.hashes.get(BACKEND_HASH)
        if before not in (None, found):
            # Past the copy, which may lack it. Remembered only when it is gone, or a failure would be forgotten.
            current = self.context.cluster.get(STATEFUL_SETS, set_name(self.api))
            if current is not None:
                self.context.cluster.delete(STATEFUL_SETS, current)
        self.hashes[BACKEND_HASH] = found
        if before != found:
            # Told before anything is made, or a restart here would do it twice.
            self._status({"hash": self.hashes})

    def _own_secrets(self) -> list[dict[str, str]]:
        found = []
        for name in self.api["spec"].get("customServiceConfigSecrets", []):
            secret = self.context.secret(name)
            if secret is None:
                message = f'Service config create error occurred Secret "{name}" not found'
                raise Stop(Trouble.error("ServiceConfigReady", message))
            found.append(secret)
        return found

    def _region(self) -> str:
        """The region of a registered API; empty until its endpoint has been registered."""
        registered = self.api["metadata"].get("annotations", {}).get(KEYSTONE_ENDPOINT) == "true"
        if not registered:
            self.hashes.pop("endpoint", None)
            self.context.first_ready.pop(self.name, None)
            return ""
        wait = self.context.switches.region_delay
        if wait and "endpoint" not in self.hashes:
            if not is_true(self.api, "DeploymentReady"):
                return ""
            since = self.context.first_ready.setdefault(self.name, time.monotonic())
            left = since + wait - time.monotonic()
            if left > 0:
                self.context.again(left)
                return ""
        self.hashes["endpoint"] = digest(self.context.settings.region)
        return self.context.settings.region

    def _tell(self, troubles: list[Trouble]) -> None:
        told = int(self.api.get("status", {}).get("readyCount", 0))
        ready = self._ready()
        count = told if ready is None else self.context.late_count(self.name, told, ready)
        wanted = self.api["spec"].get("replicas", 1)
        if not troubles and (ready is None or (ready, count) != (wanted, wanted)):
            troubles.append(Trouble("DeploymentReady", "Deployment in progress"))
        before = self.api.get("status", {}).get("conditions", [])
        self._status(
            {
                "apiEndpoint": endpoints(self.api),
                "conditions": conditions(OF_API, troubles, before, self.context.now()),
                "domain": domain(self.api),
                "hash": self.hashes,
                "observedGeneration": self.api["metadata"]["generation"],
                "readyCount": count,
            }
        )

    def _ready(self) -> int | None:
        """Ready pods by the StatefulSet; None while it has not yet taken up its specification."""
        found = self.context.cluster.store.get(STATEFUL_SETS, set_name(self.api))
        if found is None or found.get("status", {}).get("observedGeneration") != found["metadata"]["generation"]:
            return None
        return int(found["status"].get("readyReplicas", 0))

    def _status(self, parts: Object) -> None:
        current = self.context.cluster.store.get(GLANCE_APIS, self.name)
        if current is not None:
            status = {"readyCount": 0, **copy.deepcopy(current.get("status", {})), **copy.deepcopy(parts)}
            self.context.applier.status(GLANCE_APIS, self.api, status)


def look(context: Context, api: Object) -> None:
    """A look at a GlanceAPI; what stops the real operator's program stops only this look, and is logged."""
    try:
        Api(context, api).look()
    except ValueError as problem:
        LOG.error("GlanceAPI %s: panic: %s", api["metadata"]["name"], problem)
        context.again(5.0)
