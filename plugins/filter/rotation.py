# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the rotation of cephx keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_scope as scopes
from ansible_collections.dcn.glance.plugins.module_utils._ceph import rotation_steps as steps
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import (
    ROTATION_RECIPIENT,
    ROTATION_STAGED,
    ROTATION_SWITCHED,
    RoleVariable,
)


@reports_errors
def rotation_scope(
    topology: Any, groups: Any, chosen: Any, answered: Any, sites: Any = (), given_names: bool = False
) -> dict[str, Any]:
    """The clusters and clients whose keys are rotated, and the hosts that hold them."""
    selection = scopes.Selection(groups, set(chosen), set(answered), list(sites), bool(given_names))
    return scopes.scope(parse(topology), selection)


@reports_errors
def rotation_recipients(cluster: Any, hostvars: Any) -> list[Any]:
    """The option ``recipients`` of ceph_key_rotation for one cluster."""
    return steps.recipients(cluster, _answers(hostvars, steps.hosts(cluster), (ROTATION_RECIPIENT,)))


@reports_errors
def rotation_keyrings(scope: Any, pending: Any, host: str, hostvars: Any = None) -> list[Any]:
    """The option ``keyrings`` of ceph_keyring_switch on one host. With ``hostvars``, those that are to be switched."""
    found = steps.keyrings(scope, _results(scope["clusters"], pending), host)
    return found if hostvars is None else steps.ready(found, scope, _answers(hostvars, _hosts(scope), _STAGED))


@reports_errors
def rotation_commits(scope: Any, pending: Any, hostvars: Any) -> list[Any]:
    """The clusters whose pending keys every host uses."""
    return steps.commits(scope, _results(scope["clusters"], pending), _answers(hostvars, _hosts(scope), _SWITCHED))


@reports_errors
def rotation_report(scope: Any, pending: Any, committed: Any, hostvars: Any, check: bool = False) -> dict[str, Any]:
    """What was rotated, what was kept, and what failed."""
    staged, switched = (_answers(hostvars, _hosts(scope), each) for each in (_STAGED, _SWITCHED))
    items = committed.get("results") or ()
    done = {item["__rotate_keys_cluster"]["site"]: item for item in items if "__rotate_keys_cluster" in item}
    return steps.report(scope, _results(scope["clusters"], pending), staged, switched, None if check else done)


_STAGED = (ROTATION_STAGED,)
_SWITCHED = ROTATION_SWITCHED


def _results(clusters: Iterable[Any], registered: Any) -> dict[str, Any]:
    return steps.by_site(clusters, registered.get("results") or ())


def _hosts(scope: Any) -> list[str]:
    return list(dict.fromkeys(host for cluster in scope["clusters"] for host in steps.hosts(cluster)))


def _answers(hostvars: Any, hosts: Iterable[str], variables: Iterable[RoleVariable]) -> dict[str, Any]:
    """{host: the first of its variables that is the result of a module}."""
    found = {}
    for host in hosts:
        known = hostvars[host]
        results = [result for result in (variable.read(known) for variable in variables) if result]
        found[host] = next((each for each in results if not each.get("skipped")), None)
    return found


class FilterModule:
    """Filters for the rotation of cephx keys."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "rotation_commits": rotation_commits,
            "rotation_keyrings": rotation_keyrings,
            "rotation_recipients": rotation_recipients,
            "rotation_report": rotation_report,
            "rotation_scope": rotation_scope,
        }
