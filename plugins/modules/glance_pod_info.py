#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_pod_info
short_description: Inspect Glance workers on Kubernetes
version_added: 1.0.0
description:
  - Inspects every Glance worker of a namespace, or selected ones, and reports problems. It returns containers and
    restarts, volumes, the staging directory and its free space, the URL that the worker advertises, the confs and
    keyrings of Ceph, and the configuration in effect.
  - A small Python program is sent to the serving container by standard input to read what only the pod knows. It
    changes nothing, needs only the Python that Glance uses, and no key leaves the pod.
  - A second program sends a request to each of the other workers at the URL that it advertises, as Glance does when an
    image was staged on another worker. All APIs share their images, so workers of other APIs are tested too; a failure
    between APIs is a warning.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
attributes:
  diff_mode:
    support: none
options:
  expected:
    description:
      - The confs and keyrings that the pods of each API must have, as a list C(files) of names for each API. Other
        confs and keyrings are reported. An entry can set another C(directory) than C(/etc/ceph).
      - Without an entry, only the files that the configured stores need are checked.
    type: dict
    default: {}
  config:
    description: Whether to return the complete configuration of each worker, without secrets.
    type: bool
    default: false
  reach:
    description: Whether to test that the workers reach each other.
    type: bool
    default: true
  connect:
    description:
      - Whether to test that each worker can connect to the clusters of its rbd stores with its keys, and open the
        pools.
      - This needs librados for Python in the pods. Nothing is written.
    type: bool
    default: false
  restarts_allowed:
    description: The number of restarts of a container up to which no problem is reported.
    type: int
    default: 0
  staging_min_free:
    description: The minimum free space of the staging directory in bytes.
    type: int
    default: 1073741824
  staged_max_age:
    description: The age in seconds from which a staged file is reported as left over.
    type: int
    default: 86400
  timeout:
    description: The maximum time of the program in a pod in seconds.
    type: int
    default: 30
  reach_timeout:
    description: The maximum time in seconds to resolve the name of another worker, and for its answer.
    type: int
    default: 10
  fail_on_problems:
    description: Fail if a problem has the severity V(error).
    type: bool
    default: false
notes:
  - The account also needs the permission to C(list) C(persistentvolumeclaims).
seealso:
  - module: dcn.glance.glance_import_probe
"""

EXAMPLES = r"""
- name: Inspect all workers
  dcn.glance.glance_pod_info:
    namespace: openstack
  register: workers

- name: Fail if a pod of dcn0 does not have a key, or has one of another site
  dcn.glance.glance_pod_info:
    apis: [dcn0]
    expected:
      dcn0:
        files: [dcn0.conf, dcn0.client.glance.dcn0.keyring, central.conf, central.client.glance.dcn0.keyring]
    fail_on_problems: true

- name: Show the configuration in effect in one worker
  dcn.glance.glance_pod_info:
    pods: [glance-central-external-api-0]
    config: true
"""

RETURN = r"""
pods:
  description: The workers, sorted by API and ordinal.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the pod.
      type: str
    api:
      description: The key of its API.
      type: str
    type:
      description: The type of its API, V(external), V(internal), V(single) or V(edge).
      type: str
    statefulset:
      description: The name of its StatefulSet.
      type: str
    ordinal:
      description: Its ordinal in the StatefulSet.
      type: int
    phase:
      description: The phase of the pod, or V(Terminating).
      type: str
    ready:
      description: Whether the pod is ready.
      type: bool
    node:
      description: The node of the pod.
      type: str
    address:
      description: The IP address of the pod.
      type: str
    host:
      description: The DNS name of the pod in the cluster.
      type: str
    container:
      description: The inspected container.
      type: str
    containers:
      description: Every container with its state, reason, restarts and last termination.
      type: list
      elements: dict
    restarts:
      description: The restarts of all its containers.
      type: int
    image:
      description: The image of the inspected container.
      type: str
    pvc:
      description: The claim (PVC) that contains the staging directory, with phase, size, requested size, class, volume
        and mount path; null if there is none.
      type: dict
    pvcs:
      description: All its claims.
      type: list
      elements: dict
    staging:
      description: The staging directory with its files, and the used, free and total bytes; null if the pod could not
        be inspected.
      type: dict
    worker_url:
      description: The worker_self_reference_url in effect.
      type: str
    url_unique:
      description: Whether no other inspected worker advertises the same URL.
      type: bool
    reaches:
      description: For each other worker V(ok), or the step that failed with the reason.
      type: dict
    stores:
      description: For each rbd store V(ok), or the step that failed with the reason. Only with O(connect).
      type: dict
    mounts:
      description: The files of O(expected) that are C(missing) or C(unreadable), the C(extra) ones, and
        keyrings of C(earlier) generations of its clients.
      type: dict
    client_files:
      description: Confs and keyrings, with their modes, and the ids of the keys by client.
      type: list
      elements: dict
    config_files:
      description: The configuration files in the order in which they are read, each with its modification time.
      type: list
      elements: dict
    stale_files:
      description: The paths of those that changed after the serving process had started, which has not read them.
      type: list
      elements: str
    process_started:
      description: The start time of the serving process, in seconds since 1970.
      type: float
    config:
      description: The configuration in effect. Only with O(config).
      type: dict
  sample:
    - name: glance-central-external-api-0
      api: central
      ready: true
      reaches: {glance-central-external-api-1: ok}
problems:
  description: The problems, errors first.
  returned: success, or failure because of O(fail_on_problems)
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) or V(warning).
      type: str
    pod:
      description: The name of the pod.
      type: str
    rule:
      description: The identifier of the problem, such as V(worker_url_shared), V(staging_full), V(mount_foreign),
        V(no_workers).
      type: str
    message:
      description: The problem.
      type: str
    hint:
      description: What to do.
      type: str
  sample:
    - severity: error
      pod: glance-central-external-api-0
      rule: worker_url_shared
      message: It advertises http://glance.example.com:9292, as glance-central-external-api-1 does.
      hint: Remove worker_self_reference_url from customServiceConfig.
"""

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import (
    parse_expected,
    require_positive,
    worker_argument_spec,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import ERROR, missing_workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.read import (
    add_claims,
    find_existing_workers,
    inspect_workers,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.result import (
    InspectionOptions,
    problems_of,
    worker_result,
)
from ansible_collections.dcn.glance.plugins.module_utils._workers.state import WorkerLimits

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


def inspection_options(params: dict[str, Any]) -> InspectionOptions:
    """The inspection that the options describe."""
    require_positive(params, "timeout", "reach_timeout", "concurrency")
    limits = WorkerLimits(params["restarts_allowed"], params["staging_min_free"], params["staged_max_age"])
    return InspectionOptions(
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
    options = inspection_options(params)
    workers, empty = find_existing_workers(client, params)
    observed = inspect_workers(client, workers, options)
    add_claims(client, params["namespace"], observed)
    problems = problems_of(observed, options) + missing_workers(params["namespace"], empty, len(observed))
    result = {
        "changed": False,
        "pods": [worker_result(item, observed, options) for item in observed],
        "problems": [asdict(problem) for problem in problems],
    }
    errors = [str(problem) for problem in problems if problem.severity == ERROR]
    if errors and params["fail_on_problems"]:
        text = f"The Glance workers in namespace {params['namespace']} have problems:\n"
        module.fail_json(msg=text + "\n".join(errors), **result)
    module.exit_json(**result)


def main() -> None:
    run(kube_module(SPEC), work)


if __name__ == "__main__":
    main()
