# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Requirements of the modules that use a Kubernetes API. Their options are in kubernetes.core.k8s_auth_options."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - kubernetes (PyPI) 24.2.0 or later on the host where the module runs (package python3-kubernetes)
  - the collection kubernetes.core
notes:
  - The module runs on a host that can connect to the Kubernetes API, often the Ansible controller. Without options it
    uses the account of the pod in which it runs, else the kubeconfig in E(KUBECONFIG), else C(~/.kube/config).
"""
