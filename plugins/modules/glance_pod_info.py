#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_pod_info
short_description: Look into the workers of Glance on Kubernetes
version_added: 1.0.0
description:
  - Looks into every Glance worker of a namespace, or into chosen ones, and says what is wrong with each. It tells of
    containers and restarts, volumes, the staging directory and its room, the URL under which workers know each other,
    the confs and keyrings of Ceph, and the configuration that counts.
  - What only the pod can tell comes from a small Python program that is sent to the container that serves, by
    standard input. It changes nothing, needs nothing but the Python that Glance itself needs, and takes no key out of
    the pod.
  - A second program asks the other workers under the URLs that they advertise, as Glance does when an image was staged
    on another worker. All APIs share their images, so those of other APIs are asked, too; there it is a warning.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
  - kubernetes.core.k8s_auth_options
attributes:
  diff_mode:
    support: none
options:
  expected:
    description:
      - The confs and keyrings that the pods of each API must hold, with the names in a list C(files) for each API,
        and no others. An entry may name another C(directory) than C(/etc/ceph).
      - Without an entry, only what the stores of the running configuration need is checked.
    type: dict
    default: {}
  config:
    description: Whether to return the whole configuration of each worker, without secrets.
    type: bool
    default: false
  reach:
    description: Whether the workers try to reach each other.
    type: bool
    default: true
  connect:
    description:
      - Whether each worker connects to the clusters of its rbd stores with the keys that it has, and opens the pools.
      - It proves the keys, which their presence does not, and needs librados for Python in the pods. Nothing is
        written.
    type: bool
    default: false
  restarts_allowed:
    description: How many restarts a container may have had.
    type: int
    default: 0
  staging_min_free:
    description: How many bytes the staging directory must have left.
    type: int
    default: 1073741824
  staged_max_age:
    description: After how many seconds a staged file counts as left over.
    type: int
    default: 86400
  timeout:
    description: How many seconds the program in a pod may take.
    type: int
    default: 30
  reach_timeout:
    description: How many seconds a worker waits for another one's name, and then for its answer.
    type: int
    default: 10
  fail_on_problems:
    description: Fail when a problem has the severity V(error).
    type: bool
    default: false
notes:
  - Needs the right to list C(persistentvolumeclaims), too.
seealso:
  - module: dcn.glance.glance_import_probe
"""

EXAMPLES = r"""
- name: Look into all workers
  dcn.glance.glance_pod_info:
    namespace: openstack
  register: workers

- name: Fail where a pod of dcn0 lacks a key, or holds one of another site
  dcn.glance.glance_pod_info:
    apis: [dcn0]
    expected:
      dcn0:
        files: [dcn0.conf, dcn0.client.glance.dcn0.keyring, central.conf, central.client.glance.dcn0.keyring]
    fail_on_problems: true

- name: Show the configuration that counts in one worker
  dcn.glance.glance_pod_info:
    pods: [glance-central-external-api-0]
    config: true
"""

RETURN = r"""
pods:
  description: The workers, by API and ordinal.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The pod.
      type: str
    api:
      description: The key of its API.
      type: str
    type:
      description: Its half or kind, V(external), V(internal), V(single) or V(edge).
      type: str
    statefulset:
      description: The StatefulSet.
      type: str
    ordinal:
      description: Its number in it.
      type: int
    phase:
      description: The phase of the pod, or V(Terminating).
      type: str
    ready:
      description: Whether it is ready.
      type: bool
    node:
      description: The node.
      type: str
    address:
      description: Its address.
      type: str
    host:
      description: Its own name in the cluster.
      type: str
    container:
      description: The container that was looked into.
      type: str
    containers:
      description: Every container with state, reason, restarts and the last termination.
      type: list
      elements: dict
    restarts:
      description: Restarts of all its containers.
      type: int
    image:
      description: The image of the container that was looked into.
      type: str
    pvc:
      description: The claim that holds the staging directory, with phase, size, requested size, class, volume and
        mount; or null.
      type: dict
    pvcs:
      description: All its claims.
      type: list
      elements: dict
    staging:
      description: The staging directory with its files, and the bytes used, free and in all; null when nobody could
        look.
      type: dict
    worker_url:
      description: The worker_self_reference_url that counts in its configuration.
      type: str
    url_unique:
      description: Whether no other worker that was looked into advertises it.
      type: bool
    reaches:
      description: For each other worker V(ok), or how far the request came, or where it went instead.
      type: dict
    stores:
      description: For each rbd store V(ok), or how far the connection came; with O(connect).
      type: dict
    mounts:
      description: Of O(expected), what is missing or unreadable, and what is there in excess (extra).
      type: dict
    client_files:
      description: Confs and keyrings, with their modes and the ids of the keys by client.
      type: list
      elements: dict
    config_files:
      description: The files of the configuration in the order in which they are read, each with the time of its last
        change.
      type: list
      elements: dict
    process_started:
      description: When the process that serves was started, in seconds since 1970.
      type: float
    config:
      description: The configuration that counts; with O(config).
      type: dict
  sample:
    - name: glance-central-external-api-0
      api: central
      ready: true
      reaches: {glance-central-external-api-1: ok}
problems:
  description: What is wrong, errors first.
  returned: success, or failure by O(fail_on_problems)
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) or V(warning).
      type: str
    pod:
      description: The pod.
      type: str
    rule:
      description: A word for it, such as V(worker_url_shared), V(staging_full), V(mount_foreign), V(no_workers).
      type: str
    message:
      description: What is wrong.
      type: str
    hint:
      description: What to do.
      type: str
  sample:
    - severity: error
      pod: glance-central-external-api-0
      rule: worker_url_shared
      message: It advertises http://glance.example.com:9292, as glance-central-external-api-1 does.
      hint: worker_self_reference_url must not be set in customServiceConfig.
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers import look as pods_look
from ansible_collections.dcn.glance.plugins.module_utils._workers.files import parse_expected
from ansible_collections.dcn.glance.plugins.module_utils._workers.options import (
    present,
    require_positive,
    worker_argument_spec,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.problem import ERROR, without_workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import Limits

SPEC: dict[str, Any] = {
    **worker_argument_spec(),
    "expected": {"type": "dict", "default": {}},
    "config": {"type": "bool", "default": False},
    "reach": {"type": "bool", "default": True},
    "connect": {"type": "bool", "default": False},
    "restarts_allowed": {"type": "int", "default": 0},
    "staging_min_free": {"type": "int", "default": 1073741824},
    "staged_max_age": {"type": "int", "default": 86400},
    "timeout": {"type": "int", "default": 30},
    "reach_timeout": {"type": "int", "default": 10},
    "fail_on_problems": {"type": "bool", "default": False},
}


def wish_of(params: dict[str, Any]) -> pods_look.Wish:
    """What the options ask for."""
    require_positive(params, "timeout", "reach_timeout", "concurrency")
    limits = Limits(params["restarts_allowed"], params["staging_min_free"], params["staged_max_age"])
    return pods_look.Wish(
        expected=parse_expected(params["expected"]),
        limits=limits,
        timeout=float(params["timeout"]),
        reach_timeout=float(params["reach_timeout"]),
        concurrency=params["concurrency"],
        config=params["config"],
        reach=params["reach"],
        connect=params["connect"],
    )


def work(module: AnsibleModule, client: KubeClient) -> None:
    params = module.params
    wish = wish_of(params)
    workers, empty = present(client, params)
    seen = pods_look.look_into(client, workers, wish)
    pods_look.add_claims(client, params["namespace"], seen)
    problems = pods_look.judge(seen, wish) + without_workers(params["namespace"], empty, len(seen))
    result = {
        "changed": False,
        "pods": [pods_look.describe(item, seen, wish) for item in seen],
        "problems": [problem.result() for problem in problems],
    }
    errors = [str(problem) for problem in problems if problem.severity == ERROR]
    if errors and params["fail_on_problems"]:
        text = f"The Glance workers in namespace {params['namespace']} are not as they should be:\n"
        module.fail_json(msg=text + "\n".join(errors), **result)
    module.exit_json(**result)


def main() -> None:
    run(kube_module(SPEC), work)


if __name__ == "__main__":
    main()
