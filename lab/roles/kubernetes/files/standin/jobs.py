# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jobs of a Glance: one synchronizes its database before any API exists, others purge database and caches."""

from __future__ import annotations

import shlex

from .config import CACHE, CONFIG, cached
from .names import GLANCE_ID, Object, group_labels, labels, made, service_account, set_name
from .settings import Settings, Switches

DB_SYNC = "glance-db-sync"
# Seconds until Kubernetes removes a finished Job, unless preserveJobs keeps it.
KEPT = 600
SERVICE = {"service": "glance"}
HASH = "openstack.org/hash"


def database_secret_of(glance: Object, connection: str, text: str) -> Object:
    """The Secret for the Jobs: 00 with only the database, 01 with the top customServiceConfig."""
    contents = {
        "00-config.conf": f"[DEFAULT]\nverbose=True\n\n[database]\nconnection = {connection}\n",
        "01-config.conf": text,
        "my.cnf": "[client]\n",
    }
    name = f"{glance['metadata']['name']}-config-data"
    marks = {**group_labels(glance), **SERVICE}
    return made(glance, "v1", "Secret", name, labels=marks, stringData=contents, type="Opaque")


def db_sync(glance: Object, settings: Settings, switches: Switches) -> Object:
    """The Job that synchronizes the database."""
    command = f"glance-manage --config-dir {CONFIG} db_sync"
    if switches.db_sync_error:
        command = f"echo {shlex.quote(switches.db_sync_error)} >&2; exit 1"
    mounts = _mounts(glance, ("00-config.conf", "01-config.conf"), "db-sync-config-data")
    pod = _pod(glance, DB_SYNC, command, settings, mounts)
    pod["restartPolicy"] = "OnFailure"
    spec: Object = {"template": {"metadata": {}, "spec": pod}, "backoffLimit": settings.db_sync_retries}
    if not glance["spec"].get("preserveJobs"):
        spec["ttlSecondsAfterFinished"] = KEPT
    return made(glance, "batch/v1", "Job", DB_SYNC, labels=SERVICE, spec=spec)


def db_purge(glance: Object, purge: Object, settings: Settings) -> Object:
    """The CronJob that removes deleted rows from the database."""
    command = f"glance-manage --config-dir {CONFIG} db purge {purge.get('age', 30)}"
    mounts = _mounts(glance, ("00-config.conf",), "db-purge-config-data")
    pod = _pod(glance, "glance-dbpurge", command, settings, mounts)
    return _cron_job(glance, f"{glance['metadata']['name']}-db-purge", purge.get("schedule", ""), pod, SERVICE)


def cache_jobs(api: Object, settings: Settings) -> list[Object]:
    """Two CronJobs for the cache of each worker; none without a cache."""
    if not cached(api):
        return []
    cache = api["spec"]["imageCache"]
    found = []
    for ordinal in range(api["spec"].get("replicas", 1)):
        worker = f"{set_name(api)}-{ordinal}"
        for kind, schedule in (
            ("cleaner", cache.get("cleanerScheduler", "*/30 * * * *")),
            ("pruner", cache.get("prunerScheduler", "1 0 * * *")),
        ):
            pod = _pod(
                api,
                f"glance-{kind}",
                f"glance-cache-{kind} --config-dir {CONFIG}",
                settings,
                _cache_mounts(api, worker),
            )
            found.append(_cron_job(api, f"{worker}-{kind}", schedule, pod, labels(api)))
    return found


Mounts = tuple[list[Object], list[Object]]


def _mounts(glance: Object, files: tuple[str, ...], name: str) -> Mounts:
    secret = f"{glance['metadata']['name']}-config-data"
    items = [{"key": file, "path": file} for file in files]
    volumes: list[Object] = [
        {"name": name, "secret": {"secretName": secret, "defaultMode": 0o644, "items": items}},
        {"name": "config-data", "secret": {"secretName": secret, "defaultMode": 0o644}},
    ]
    mounts = [
        {"name": name, "mountPath": CONFIG, "readOnly": True},
        {"name": "config-data", "mountPath": "/etc/my.cnf", "subPath": "my.cnf", "readOnly": True},
    ]
    return volumes, mounts


def _cache_mounts(api: Object, worker: str) -> Mounts:
    claim = {"claimName": f"glance-cache-{worker}"}
    secret = {"secretName": f"{api['metadata']['name']}-config-data", "defaultMode": 0o644}
    volumes: list[Object] = [
        {"name": "config-data", "secret": secret},
        {"name": "glance-cache", "persistentVolumeClaim": claim},
    ]
    file = {"name": "config-data", "mountPath": f"{CONFIG}/00-config.conf", "subPath": "00-config.conf"}
    return volumes, [{**file, "readOnly": True}, {"name": "glance-cache", "mountPath": CACHE}]


def _pod(owner: Object, name: str, command: str, settings: Settings, mounts: Mounts) -> Object:
    volumes, mounted = mounts
    container = {
        "name": name,
        "image": owner["spec"]["containerImage"],
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/bash"],
        "args": ["-c", command],
        # The user has no entry in /etc/passwd of the image, and the client of the database needs a name.
        "env": [{"name": "USER", "value": "glance"}],
        "securityContext": {
            "runAsUser": GLANCE_ID,
            "runAsGroup": GLANCE_ID,
            "capabilities": {"drop": ["MKNOD"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": mounted,
    }
    account = owner["spec"].get("serviceAccount") or service_account(owner)
    pod = {"containers": [container], "volumes": volumes, "restartPolicy": "Never", "serviceAccountName": account}
    pod["securityContext"] = {"supplementalGroups": [settings.image_group]}
    if owner["spec"].get("nodeSelector"):
        pod["nodeSelector"] = owner["spec"]["nodeSelector"]
    return pod


def _cron_job(owner: Object, name: str, schedule: str, pod: Object, marks: dict[str, str]) -> Object:
    job = {"parallelism": 1, "completions": 1, "template": {"spec": pod}}
    spec = {
        "schedule": schedule,
        "concurrencyPolicy": "Forbid",
        "jobTemplate": {"metadata": {"labels": marks}, "spec": job},
    }
    return made(owner, "batch/v1", "CronJob", name, labels=marks, spec=spec)
