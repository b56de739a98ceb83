# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach a Kubernetes API: from the options of a module, the environment, a kubeconfig or the account of the pod.

The options are those of ``kubernetes.core.k8s_auth_options``, with their names and their variables in the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_MAP, AUTH_ARG_SPEC

#: Options that are enough to log in, so that no kubeconfig is read.
_COMPLETE = ({"host", "username", "password"}, {"host", "api_key"}, {"host", "client_cert", "client_key"})
#: Options that choose a kubeconfig. They are no settings of a connection.
_KUBECONFIG = ("kubeconfig", "context", "persist_config")


def given_options(params: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The options that a task sets or, where it does not, the environment as ``K8S_AUTH_<OPTION>``."""
    found = {}
    for name, spec in AUTH_ARG_SPEC.items():
        value = params.get(name)
        if value is None:
            value = _from_environment(name, spec, environment)
        if value is not None:
            found[name] = value
    return found


def _from_environment(name: str, spec: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    if "options" in spec:
        parts = {key: _from_environment(f"{name}_{key}", part, environment) for key, part in spec["options"].items()}
        return {key: value for key, value in parts.items() if value is not None} or None
    names = [f"K8S_AUTH_{each.upper()}" for each in (name, *spec.get("aliases", ()))]
    text = next((environment[each] for each in names if environment.get(each)), None)
    if text is None:
        return None
    if spec.get("type") == "bool":
        return text.lower() not in ("0", "false", "no")
    if spec.get("type") == "list":
        return [item for item in text.split(",") if item]
    return text


def configuration(options: Mapping[str, Any]) -> Any:
    """A ``kubernetes.client.Configuration``. Nothing is sent. Errors of the library and of a broken kubeconfig pass."""
    from kubernetes.client import Configuration
    from urllib3.util import make_headers

    found = Configuration()
    if not any(all(options.get(name) for name in names) for names in _COMPLETE):
        _load(found, options)
    for setting, option in AUTH_ARG_MAP.items():
        value = options.get(option)
        if value is None or option in _KUBECONFIG:
            continue
        if option == "api_key":
            value = {"authorization": f"Bearer {value}"}
            found.refresh_api_key_hook = None  # it would put the token of the kubeconfig first again
        elif option == "proxy_headers":
            value = make_headers(**value)
        elif option == "host":
            value = value.rstrip("/")
        setattr(found, setting, value)
    found.debug = False  # it would print request bodies
    return found


def _load(found: Any, options: Mapping[str, Any]) -> None:
    """Fill the configuration from the kubeconfig given, else from the account of the pod, else from ~/.kube/config."""
    from kubernetes import config

    if not options.get("kubeconfig") and not options.get("context"):
        try:
            config.load_incluster_config(client_configuration=found)
            return
        except config.ConfigException:
            pass
    source = options.get("kubeconfig")
    more = {"context": options.get("context"), "persist_config": bool(options.get("persist_config"))}
    if isinstance(source, Mapping):
        config.load_kube_config_from_dict(config_dict=source, client_configuration=found, **more)
    else:
        config.load_kube_config(config_file=source, client_configuration=found, **more)


def impersonation(options: Mapping[str, Any]) -> dict[str, Any]:
    """The headers that make the API act as another user; a list means a header that is sent several times."""
    headers = {"Impersonate-User": "impersonate_user", "Impersonate-Group": "impersonate_groups"}
    return {header: options[option] for header, option in headers.items() if options.get(option)}
