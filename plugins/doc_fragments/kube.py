# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options and the requirements of the modules that use a Kubernetes API.

    The options are those of kubernetes.core, described here because a collection server renders the documentation
    without other collections.
    """

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - The path of a kubeconfig on the host where the module runs, or its content as a dictionary. Several paths are
        separated by a colon.
      - The default is E(K8S_AUTH_KUBECONFIG), else what the notes say.
    type: raw
  context:
    description: The context of the kubeconfig. The default is E(K8S_AUTH_CONTEXT), else the current context.
    type: str
  host:
    description: The URL of the Kubernetes API. The default is E(K8S_AUTH_HOST).
    type: str
  api_key:
    description: A token for the Kubernetes API. The default is E(K8S_AUTH_API_KEY).
    type: str
  username:
    description: A user, where the API accepts HTTP Basic authentication. The default is E(K8S_AUTH_USERNAME).
    type: str
  password:
    description: The password of O(username). The default is E(K8S_AUTH_PASSWORD).
    type: str
  validate_certs:
    description: Whether to validate the certificate of the API. The default is E(K8S_AUTH_VERIFY_SSL), else V(true).
    type: bool
    aliases: [verify_ssl]
  ca_cert:
    description: The path of the CA certificates for the API, as a full chain. The default is E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  client_cert:
    description: The path of a client certificate. The default is E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description: The path of the key of O(client_cert). The default is E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  proxy:
    description:
      - The URL of an HTTP proxy. The default is E(K8S_AUTH_PROXY).
      - The module does not use E(HTTP_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts, domains and networks that are reached without O(proxy), separated by commas. The default is
        E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description: Headers of the requests to O(proxy).
    type: dict
    suboptions:
      proxy_basic_auth:
        description: C(USER:PASSWORD) for the proxy. The default is E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      basic_auth:
        description: C(USER:PASSWORD) for the API. The default is E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      user_agent:
        description: The name of the client. The default is E(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description:
      - Whether to save refreshed tokens in the kubeconfig. The default is E(K8S_AUTH_PERSIST_CONFIG), else V(false).
    type: bool
  impersonate_user:
    description: The user to act as. The default is E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description: The groups to act as. The default is E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
requirements:
  - kubernetes (PyPI) 24.2.0 or later on the host where the module runs (package python3-kubernetes)
  - the collection kubernetes.core
notes:
  - The module runs on a host that can connect to the Kubernetes API, often the Ansible controller. Without options it
    uses the account of the pod in which it runs, else the kubeconfig in E(KUBECONFIG), else C(~/.kube/config).
"""
