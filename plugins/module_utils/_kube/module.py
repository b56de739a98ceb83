# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that ask a Kubernetes API have in common around their own work."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeApi
from ansible_collections.dcn.glance.plugins.module_utils._kube.http import KubeConnection
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import UNREACHABLE, KubeClient, KubeError
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC
from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as core_client

try:
    import kubernetes
except ImportError:
    HAS_KUBERNETES = False
    KUBERNETES_TRACEBACK: str | None = traceback.format_exc()
else:
    HAS_KUBERNETES = bool(kubernetes)
    KUBERNETES_TRACEBACK = None


def kube_argument_spec() -> dict[str, dict[str, Any]]:
    """How to reach the API; documented by the fragment ``dcn.glance.kube``."""
    return dict(copy.deepcopy(AUTH_ARG_SPEC))


def kube_module(spec: Mapping[str, Any], **options: Any) -> AnsibleModule:
    """A module with the options of kubernetes.core and its own."""
    return AnsibleModule({**kube_argument_spec(), **spec}, supports_check_mode=True, **options)


def kube_client(module: AnsibleModule) -> KubeClient:
    """A client for the cluster that the options name. Nothing is sent yet."""
    if not HAS_KUBERNETES:
        text = missing_required_lib("kubernetes", reason="(package python3-kubernetes) to talk to the Kubernetes API")
        module.fail_json(msg=text, exception=KUBERNETES_TRACEBACK)
    try:
        configuration = core_client._create_configuration(core_client._create_auth_spec(module))
        configuration.debug = False
        return KubeApi(KubeConnection(configuration, core_client._create_headers(module)))
    except Exception as error:  # a broken kubeconfig shows as whatever its YAML, base64 or certificates make of it
        raise KubeError(UNREACHABLE, _no_way(module, error)) from None


def _no_way(module: AnsibleModule, error: Exception) -> str:
    """What is wrong with what was looked at. What Python makes of a broken file is not shown: it may quote it."""
    told = " ".join(str(error).split()).rstrip(".")
    if not isinstance(error, (kubernetes.config.ConfigException, OSError)):
        mark = getattr(error, "problem_mark", None)
        told = f"it is not valid YAML at line {mark.line + 1}" if mark else "it has not the form of a kubeconfig"
    if module.params.get("kubeconfig"):
        return f"The kubeconfig given cannot be used: {told}. Is it there, and whole, on the module's host?"
    return (
        f"No way to a Kubernetes API is known on this host: {told}. "
        "Name one by kubeconfig, by host and api_key, or by KUBECONFIG in the environment."
    )


def run(module: AnsibleModule, work: Callable[[AnsibleModule, KubeClient], None]) -> None:
    """Do the work; an expected error ends the module with its own sentences and what is known about it."""
    try:
        work(module, kube_client(module))
    except InputErrors as error:
        module.fail_json(
            msg=str(error), reason=error.reason, problems=[str(problem) for problem in error.problems], changed=False
        )
    except DcnError as error:
        module.fail_json(msg=str(error), **error_details(error))


def error_details(error: DcnError) -> dict[str, Any]:
    """What a playbook may want to look at: the reason, and for the API's own refusals what was asked."""
    found = {key: getattr(error, key, "") for key in ("status", "verb", "resource", "namespace", "name")}
    return {"reason": error.reason, **{key: value for key, value in found.items() if value}}
