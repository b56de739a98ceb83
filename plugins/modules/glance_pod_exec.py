#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_pod_exec
short_description: Run a command in the workers of Glance on Kubernetes
version_added: 1.0.0
description:
  - Runs a command in every Glance worker of a namespace, or in chosen ones, in the container that serves, and returns
    the result of each.
  - The command is a list of words and goes to the container as it is. There is no shell unless O(shell) asks for one.
  - A pod in which nothing can run is named with the reason, and the others are done all the same.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
  - kubernetes.core.k8s_auth_options
attributes:
  check_mode:
    support: partial
    details: Runs the command only with O(read_only=true), and else tells where it would run.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Whether a second run changes something depends on the command.
options:
  command:
    description: The program and its arguments.
    type: list
    elements: str
  shell:
    description: A text for C(/bin/sh -c) in the container.
    type: str
  stdin:
    description: What the command reads from its standard input. The place for secrets, because arguments are seen by
      others.
    type: str
  timeout:
    description:
      - How many seconds the command may take in each pod. After that it is ended in the container, where that has
        Python, with everything that it has started; the result says whether that succeeded.
    type: int
    default: 60
  output_limit:
    description:
      - How many bytes of each output are returned, from its beginning. C(truncated) says where there was more.
    type: int
    default: 4194304
  read_only:
    description:
      - Says that the command changes nothing. Then it runs in check mode too, and the task is not changed.
      - Without it, the task is changed wherever the command ran; C(changed_when) can say better.
    type: bool
    default: false
  fail:
    description: Fail where the command did not run, or ended with another exit code than 0.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: See the images that every worker of the API dcn0 holds in staging
  dcn.glance.glance_pod_exec:
    apis: [dcn0]
    command: [ls, -l, /var/lib/glance/os_glance_staging_store]
    read_only: true
  register: staged

- name: Read a value by a program that comes by standard input
  dcn.glance.glance_pod_exec:
    namespace: openstack
    pods: [glance-central-external-api-0]
    command: [python3, "-"]
    stdin: "{{ lookup('ansible.builtin.file', 'check.py') }}"
    read_only: true

- name: Count the requests in the log of each worker
  dcn.glance.glance_pod_exec:
    shell: grep -c POST /var/log/glance/*.log | sort
    container: glance-log
    read_only: true
    fail: false
"""

RETURN = r"""
results:
  description: One for each pod, by API and ordinal.
  returned: always, unless the pods could not be listed
  type: list
  elements: dict
  contains:
    pod:
      description: The pod.
      type: str
    api:
      description: The API that it is a worker of.
      type: str
    container:
      description: The container in which the command ran.
      type: str
    rc:
      description: The exit code; null where the command did not run or did not end in time.
      type: int
    stdout:
      description: What it printed. Bytes that are no UTF-8 are shown as V(\\xNN).
      type: str
    stderr:
      description: What it printed as errors.
      type: str
    truncated:
      description: Whether it printed more than O(output_limit).
      type: bool
    seconds:
      description: How long it took.
      type: float
    error:
      description: Why the command did not run or did not end; empty when it did.
      type: str
  sample:
    - pod: glance-central-external-api-0
      api: central
      container: glance-httpd
      rc: 0
      stdout: "total 0\n"
      stderr: ""
      truncated: false
      seconds: 0.142
      error: ""
failures:
  description: A sentence for each pod where it did not run or did not succeed.
  returned: always, unless the pods could not be listed
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers import exec as pods_exec
from ansible_collections.dcn.glance.plugins.module_utils._workers.options import (
    chosen,
    require_positive,
    worker_argument_spec,
)

SPEC: dict[str, Any] = {
    **worker_argument_spec(),
    "command": {"type": "list", "elements": "str"},
    "shell": {"type": "str"},
    "stdin": {"type": "str", "no_log": True},
    "timeout": {"type": "int", "default": 60},
    "output_limit": {"type": "int", "default": 4194304},
    "read_only": {"type": "bool", "default": False},
    "fail": {"type": "bool", "default": True},
}


def command_of(params: dict[str, Any]) -> pods_exec.Command:
    """What the options ask for."""
    words = tuple(params["command"] or ()) if params["shell"] is None else ("/bin/sh", "-c", params["shell"])
    if not words or not words[0]:
        raise InputErrors([Problem("command", "names no program")])
    return pods_exec.Command(
        words, (params["stdin"] or "").encode("utf-8"), float(params["timeout"]), params["output_limit"]
    )


def work(module: AnsibleModule, client: KubeClient) -> None:
    params = module.params
    require_positive(params, "timeout", "concurrency", "output_limit")
    command, workers = command_of(params), chosen(client, params)
    if module.check_mode and not params["read_only"]:
        results = [pods_exec.planned(worker) for worker in workers]
        text = f"In check mode the command was not run in {len(results)} pods; read_only says that it may be."
        module.exit_json(changed=bool(results), results=results, failures=[], msg=text)
    results = pods_exec.run_command(client, workers, command, params["concurrency"])
    failures = pods_exec.failed(results)
    ran = any(item["rc"] is not None or item["seconds"] for item in results)
    outcome = {"changed": ran and not params["read_only"], "results": results, "failures": failures}
    if failures and params["fail"]:
        module.fail_json(msg="The command failed in some pods:\n" + "\n".join(failures), **outcome)
    module.exit_json(**outcome)


def main() -> None:
    module = kube_module(SPEC, mutually_exclusive=[("command", "shell")], required_one_of=[("command", "shell")])
    run(module, work)


if __name__ == "__main__":
    main()
