# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets with the passwords of Glance: of the service and of the database, named as on the real platform."""

from __future__ import annotations

from .conditions import Problem
from .context import Context, Stop
from .names import Object

DATABASE_KEY = "DatabasePassword"


def database_secret(account: str) -> str:
    return f"{account}-db-secret"


def passwords(context: Context, spec: Object) -> tuple[str, str]:
    """The passwords of the service and of the database, for a Glance or a GlanceAPI. Stop if one is missing."""
    selector = spec.get("passwordSelectors", {}).get("service", "GlancePassword")
    service = context.secret(spec["secret"])
    if service is None:
        raise Stop(Problem.error("InputReady", "Input data resources missing"))
    if not service.get(selector):
        raise Stop(
            Problem.error(
                "InputReady", f"Input data error occurred field '{selector}' not found in Secret {spec['secret']}"
            )
        )
    name = database_secret(spec.get("databaseAccount", "glance"))
    database = (context.secret(name) or {}).get(DATABASE_KEY, "")
    if not database:
        raise Stop(Problem.error("InputReady", f"Input data error occurred no {DATABASE_KEY} in Secret {name}"))
    return service[selector], database
