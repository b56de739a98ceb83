# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Synchronizes the database of a Glance by a Job. Until that has succeeded, no GlanceAPI exists."""

from __future__ import annotations

from .apply import digest
from .cluster import JOBS, SECRETS
from .conditions import Problem
from .config import connection
from .context import Context, Stop, encoded
from .jobs import DB_SYNC, HASH, database_secret_of, db_sync
from .names import Object, group_labels, is_owned, made

DB_SYNC_HASH = "dbsync"
SCRIPTS = "glance-scripts"
RUNNING = Problem("DBSyncReady", "DBsync job still running")
FAILED = Problem.error("DBSyncReady", "DBsync job error occurred Internal error occurred: Job Failed. Check job logs")


def write_secrets(context: Context, glance: Object, spec: Object, password: str) -> None:
    """Write the Secrets that the Jobs and all pods mount."""
    account = spec.get("databaseAccount", "glance")
    secret = database_secret_of(
        glance,
        connection(context.settings, account, context.settings.database_host, password),
        spec.get("customServiceConfig", ""),
    )
    secret["data"] = encoded(secret.pop("stringData"))
    context.applier.ensure(SECRETS, secret)
    other = context.cluster.store.get(SECRETS, SCRIPTS)
    # Its name is the same for every Glance of the namespace.
    if other is None or is_owned(other, glance):
        scripts = encoded({"run-on-host": '#!/bin/sh\nexec nsenter -t 1 -m -n -p -- "$(basename "$0")" "$@"\n'})
        context.applier.ensure(
            SECRETS, made(glance, "v1", "Secret", SCRIPTS, labels=group_labels(glance), data=scripts, type="Opaque")
        )


def synchronize(context: Context, glance: Object, known: str) -> str:
    """Run the Job unless it ran with this content. Returns its hash; Stop while it runs, or when it failed."""
    wanted = db_sync(glance, context.settings, context.switches)
    found = digest(wanted["spec"]["template"]["spec"])
    if found == known:
        return found
    job = context.cluster.store.get(JOBS, DB_SYNC)
    if job is None or job["metadata"].get("deletionTimestamp"):
        if job is None:
            wanted["metadata"]["annotations"] = {HASH: found}
            context.cluster.create(JOBS, wanted)
        context.requeue(1.0)
        raise Stop(RUNNING)
    status = job.get("status", {})
    if status.get("active") or not (status.get("succeeded") or status.get("failed")):
        raise Stop(RUNNING)
    if job["metadata"].get("annotations", {}).get(HASH) != found:
        context.cluster.delete(JOBS, job)
        context.requeue(1.0)
        raise Stop(RUNNING)
    if not status.get("succeeded"):
        raise Stop(FAILED)
    return found
