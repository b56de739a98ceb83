# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of all modules that use a Kubernetes API: their options, the client, and how they fail."""

from __future__ import annotations

import copy
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.access import configuration, given_options, impersonation
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.connection import KubeConnection
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import UNREACHABLE, KubeError
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC

try:
    import kubernetes
except ImportError:
    HAS_KUBERNETES = False
    KUBERNETES_TRACEBACK: str | None = traceback.format_exc()
else:
    HAS_KUBERNETES = bool(kubernetes)
    KUBERNETES_TRACEBACK = None


def kube_module(spec: Mapping[str, Any], kind: type[AnsibleModule] = AnsibleModule, **options: Any) -> AnsibleModule:
    """A module with its own options and those of the fragment ``kubernetes.core.k8s_auth_options``."""
    return kind({**copy.deepcopy(AUTH_ARG_SPEC), **spec}, supports_check_mode=True, **options)


def kube_client(module: AnsibleModule) -> KubeClient:
    """A client for the cluster that the options name. Nothing is sent yet."""
    if not HAS_KUBERNETES:
        text = missing_required_lib("kubernetes", reason="(package python3-kubernetes) to talk to the Kubernetes API")
        module.fail_json(msg=text, exception=KUBERNETES_TRACEBACK)
    try:
        options = given_options(module.params, os.environ)
        return KubeClient(KubeConnection(configuration(options), impersonation(options)))
    except Exception as error:  # of any type: from the YAML, base64 or certificates of a broken kubeconfig
        raise KubeError(UNREACHABLE, _no_access(module, error)) from None


def _no_access(module: AnsibleModule, error: Exception) -> str:
    """Why there is no access, without the text of a broken file: an exception of Python may quote secrets of it."""
    reason = " ".join(str(error).split()).rstrip(".")
    if not isinstance(error, (kubernetes.config.ConfigException, OSError)):
        mark = getattr(error, "problem_mark", None)
        reason = (
            f"it is not valid YAML at line {mark.line + 1}" if mark else "it does not have the form of a kubeconfig"
        )
    if module.params.get("kubeconfig"):
        return f"The given kubeconfig cannot be used: {reason}. Check the file on the host where the module runs."
    return (
        f"This host has no access to a Kubernetes API: {reason}. "
        "Set kubeconfig, or host and api_key, or KUBECONFIG in the environment."
    )


def run(module: AnsibleModule, work: Callable[[AnsibleModule, KubeClient], None]) -> None:
    """Do the work. An expected error ends the module with its message and its details."""
    try:
        work(module, kube_client(module))
    except InputErrors as error:
        module.fail_json(
            msg=str(error), reason=error.reason, problems=[str(problem) for problem in error.problems], changed=False
        )
    except DcnError as error:
        module.fail_json(msg=str(error), **error_details(error))


def error_details(error: DcnError) -> dict[str, Any]:
    """The reason of an error, and for a refusal of the API also the request, for use in playbooks."""
    found = {key: getattr(error, key, "") for key in ("status", "verb", "resource", "namespace", "name")}
    return {"reason": error.reason, **{key: value for key, value in found.items() if value}}
