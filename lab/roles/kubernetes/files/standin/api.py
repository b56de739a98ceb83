# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciles a GlanceAPI: its StatefulSet from its specification, and its status from the StatefulSet."""

from __future__ import annotations

import copy
import logging
import time
from dataclasses import replace

from .apply import digest
from .backends import enabled_backends, typed
from .cluster import CRON_JOBS, GLANCE_APIS, SECRETS, SERVICES, STATEFUL_SETS, ApiError
from .conditions import OF_API, Problem, conditions, first_conditions, is_true
from .config import files, values
from .context import Context, Stop, encoded
from .jobs import cache_jobs
from .names import KEYSTONE_ENDPOINT, WSGI, Object, domain, group_labels, labels, made, set_name
from .passwords import passwords
from .services import clients, endpoints, headless
from .statefulset import stateful_set

LOG = logging.getLogger("standin")
BACKEND_HASH = "backendHash"


class Api:
    """One reconciliation of one GlanceAPI."""

    def __init__(self, context: Context, api: Object) -> None:
        self.context = context
        self.api = api
        self.name = str(api["metadata"]["name"])
        self.hashes: dict[str, str] = dict(api.get("status", {}).get("hash", {}))

    def reconcile(self) -> None:
        """Write its objects and its status."""
        if not self.api.get("status", {}).get("conditions"):
            self._status({"conditions": first_conditions(OF_API, self.context.now())})
            return
        problems: list[Problem] = []
        try:
            self._build()
        except Stop as stop:
            problems.append(stop.problem)
            self.context.requeue(5.0 if stop.problem.reason == "Error" else None)
        except ApiError as error:
            problem = Problem.error("DeploymentReady", f"Deployment error occurred {error}")
            problems.append(replace(problem, stops=True))
            self.context.requeue(2.0)
        self._write_status(problems)

    def _build(self) -> None:
        spec = self.api["spec"]
        service_password, database_password = passwords(self.context, spec)
        stores = typed(enabled_backends(spec.get("customServiceConfig", "")))
        if self.context.switches.error:
            message = f"Deployment error occurred {self.context.switches.error}"
            raise Stop(Problem.error("DeploymentReady", message))
        self._recreate_on_new_stores()
        if any(kind == "cinder" for _store, kind in stores):
            raise Stop(Problem("CinderReady", "Waiting for Cinder resources"))
        for network in spec.get("networkAttachments", []):
            message = f"NetworkAttachment resources missing: {network}"
            raise Stop(Problem.error("NetworkAttachmentsReady", message))
        for service in (headless(self.api), *clients(self.api)):
            self.context.applier.ensure(SERVICES, service)
        config_hash, wanted = self._rendered(service_password, database_password)
        self.hashes["input"] = config_hash
        self.context.applier.ensure(STATEFUL_SETS, wanted)
        self._cache_jobs()

    def _rendered(self, service_password: str, database_password: str) -> tuple[str, Object]:
        """Write the Secret with the configuration. Returns its hash, and the StatefulSet."""
        settings = self.context.settings
        known = values(self.api, settings, service_password, database_password, self._region())
        notes = self.api["metadata"].get("annotations", {})
        try:
            texts = files(self.api, settings, known, self._own_secrets())
            config_hash = digest([texts, notes.get(KEYSTONE_ENDPOINT)])
            wsgi = notes.get(WSGI, "true") == "true"
            wanted = stateful_set(self.api, settings, config_hash, wsgi, self.context.switches)
        except ValueError as error:
            raise Stop(Problem.error("DeploymentReady", f"Deployment error occurred {error}")) from error
        marks = {**group_labels(self.api), **labels(self.api)}
        name = f"{self.name}-config-data"
        secret = made(self.api, "v1", "Secret", name, labels=marks, data=encoded(texts), type="Opaque")
        self.context.applier.ensure(SECRETS, secret)
        return config_hash, wanted

    def _cache_jobs(self) -> None:
        """The CronJobs for the cache of each worker; those of workers that are gone are deleted."""
        wanted = cache_jobs(self.api, self.context.settings)
        for job in wanted:
            self.context.applier.ensure(CRON_JOBS, job)
        names = {job["metadata"]["name"] for job in wanted}
        for job in self.context.owned(CRON_JOBS, self.api):
            if job["metadata"]["name"] not in names:
                self.context.cluster.delete(CRON_JOBS, job)

    def _recreate_on_new_stores(self) -> None:
        """Recreate the StatefulSet after a change of the stores, their order, storage or cache: delete it first."""
        spec = self.api["spec"]
        cache = spec.get("imageCache", {}).get("size", "")
        found = digest([enabled_backends(spec.get("customServiceConfig", "")), spec.get("storage", {}), cache])
        before = self.hashes.get(BACKEND_HASH)
        if before not in (None, found):
            # Read from the server, because the cache may lack it. Recorded only after the deletion, in case that fails.
            current = self.context.cluster.get(STATEFUL_SETS, set_name(self.api))
            if current is not None:
                self.context.cluster.delete(STATEFUL_SETS, current)
        self.hashes[BACKEND_HASH] = found
        if before != found:
            # Written before anything is created, so that a restart of this program does not repeat it.
            self._status({"hash": self.hashes})

    def _own_secrets(self) -> list[dict[str, str]]:
        found = []
        for name in self.api["spec"].get("customServiceConfigSecrets", []):
            secret = self.context.secret(name)
            if secret is None:
                message = f'Service config create error occurred Secret "{name}" not found'
                raise Stop(Problem.error("ServiceConfigReady", message))
            found.append(secret)
        return found

    def _region(self) -> str:
        """The region of an API with an endpoint in Keystone; empty until the endpoint exists."""
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
                self.context.requeue(left)
                return ""
        self.hashes["endpoint"] = digest(self.context.settings.region)
        return self.context.settings.region

    def _write_status(self, problems: list[Problem]) -> None:
        reported = int(self.api.get("status", {}).get("readyCount", 0))
        ready = self._ready()
        count = reported if ready is None else self.context.late_count(self.name, reported, ready)
        wanted = self.api["spec"].get("replicas", 1)
        if not problems and (ready is None or (ready, count) != (wanted, wanted)):
            problems.append(Problem("DeploymentReady", "Deployment in progress"))
        before = self.api.get("status", {}).get("conditions", [])
        self._status(
            {
                "apiEndpoint": endpoints(self.api),
                "conditions": conditions(OF_API, problems, before, self.context.now()),
                "domain": domain(self.api),
                "hash": self.hashes,
                "observedGeneration": self.api["metadata"]["generation"],
                "readyCount": count,
            }
        )

    def _ready(self) -> int | None:
        """Ready pods as the StatefulSet reports them; None while it has not observed its specification."""
        found = self.context.cluster.store.get(STATEFUL_SETS, set_name(self.api))
        if found is None or found.get("status", {}).get("observedGeneration") != found["metadata"]["generation"]:
            return None
        return int(found["status"].get("readyReplicas", 0))

    def _status(self, parts: Object) -> None:
        current = self.context.cluster.store.get(GLANCE_APIS, self.name)
        if current is not None:
            status = {"readyCount": 0, **copy.deepcopy(current.get("status", {})), **copy.deepcopy(parts)}
            self.context.applier.status(GLANCE_APIS, self.api, status)


def reconcile(context: Context, api: Object) -> None:
    """Reconcile a GlanceAPI. What ends the process of the real operator only ends this run and is logged."""
    try:
        Api(context, api).reconcile()
    except ValueError as error:
        LOG.error("GlanceAPI %s: panic: %s", api["metadata"]["name"], error)
        context.requeue(5.0)
