# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that may do no more than what a documentation says is needed."""

from __future__ import annotations

from typing import Any

import yaml
from kubernetes import client, config

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Resource
from ansible_collections.dcn.glance.plugins.modules import statefulset_scale

ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role")
BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount")


def documented_rules(role: str, examples: str = statefulset_scale.EXAMPLES) -> list[Any]:
    """The rules of a Role in a module's examples."""
    for task in yaml.safe_load(examples):
        definition = task.get("kubernetes.core.k8s", {}).get("definition", {})
        if definition.get("kind") == "Role" and definition["metadata"]["name"] == role:
            return list(definition["rules"])
    raise KeyError(role)


def account(api: KubeClient, kubeconfig: str, namespace: str, name: str, rules: list[Any]) -> dict[str, Any]:
    """The options of a ServiceAccount with these rights and no others."""
    api.create(ACCOUNTS, namespace, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
    role = {"apiVersion": ROLES.api_version, "kind": "Role", "metadata": {"name": name}, "rules": rules}
    api.create(ROLES, namespace, role)
    bound = {"apiGroup": ROLES.group, "kind": "Role", "name": name}
    binding = {"apiVersion": ROLES.api_version, "kind": "RoleBinding", "metadata": {"name": name}, "roleRef": bound}
    who = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    api.create(BINDINGS, namespace, {**binding, "subjects": [who]})
    core = client.CoreV1Api(config.new_client_from_config(kubeconfig))
    token = core.create_namespaced_service_account_token(name, namespace, {"spec": {}}).status.token
    return {"host": api.host, "api_key": token, "validate_certs": False, "kubeconfig": None}
