# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the modules for workers share; the fragment ``dcn.glance.pods`` documents them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._workers import model as plan
from ansible_collections.dcn.glance.plugins.module_utils._workers import run as reach
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker


def worker_argument_spec() -> dict[str, dict[str, Any]]:
    """Which workers are meant."""
    return {
        "namespace": {"type": "str", "default": "openstack"},
        "apis": {"type": "list", "elements": "str", "default": []},
        "pods": {"type": "list", "elements": "str", "default": []},
        "label_selectors": {"type": "list", "elements": "str", "default": [plan.LABELS]},
        "container": {"type": "str"},
        "concurrency": {"type": "int", "default": 8},
    }


def chosen(client: KubeClient, params: Mapping[str, Any]) -> list[Worker]:
    """The workers that the options mean; none at all is an error."""
    labels = params["label_selectors"]
    found = reach.find(client, params["namespace"], labels, params["container"] or "")
    plan.require(found, params["namespace"], labels)
    return plan.select(found, params["apis"], params["pods"])


def present(client: KubeClient, params: Mapping[str, Any]) -> tuple[list[Worker], list[str]]:
    """The same where an API without workers, as one with 0 replicas, is no error: such APIs come second."""
    labels = params["label_selectors"]
    found = reach.find(client, params["namespace"], labels, params["container"] or "")
    known = {worker.api for worker in found}
    empty = [api for api in params["apis"] if api not in known]
    apis = [api for api in params["apis"] if api in known]
    if params["apis"] and not apis:
        return plan.select([], [], params["pods"]), empty
    return plan.select(found, apis, params["pods"]), empty


def require_positive(params: Mapping[str, Any], *names: str) -> None:
    """Refuse numbers that cannot be meant, all at once."""
    problems = [Problem(name, f"{params[name]} is not more than 0") for name in names if params[name] <= 0]
    if problems:
        raise InputErrors(problems)
