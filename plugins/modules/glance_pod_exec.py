#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_pod_exec
short_description: Run a command in Glance workers on Kubernetes
version_added: 1.0.0
description:
  - Runs a command in every Glance worker of a namespace, or in selected ones, in the serving container, and returns the
    result of each.
  - The command is a list of arguments that is passed to the container unchanged. Only O(shell) uses a shell.
  - A pod in which no command can run is reported with the reason; the command still runs in the others.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
attributes:
  check_mode:
    support: partial
    details: Runs the command only with O(read_only=true); otherwise returns the pods in which it would run.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Whether a second run changes anything depends on the command.
options:
  command:
    description: The program and its arguments.
    type: list
    elements: str
  shell:
    description: A script for C(/bin/sh -c) in the container.
    type: str
  stdin:
    description:
      - The standard input of the command.
      - Pass secrets here, because others can see the arguments of a command.
    type: str
  timeout:
    description:
      - The maximum time of the command in each pod in seconds.
      - After that, the command and the processes that it has started are stopped if the container has Python. The
        result reports whether that succeeded.
    type: int
    default: 60
  output_limit:
    description:
      - How many bytes of standard output and of standard error are returned, from the beginning.
      - RV(results[].truncated) reports whether there was more.
    type: int
    default: 4194304
  read_only:
    description:
      - Whether the command changes nothing. If so, it also runs in check mode, and the task reports no change.
      - Otherwise, the task reports a change if the command ran in any pod; C(changed_when) can override that.
    type: bool
    default: false
  fail:
    description: Fail if the command did not run in a pod, or did not exit with code 0.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: List the staged images of every worker of the API dcn0
  dcn.glance.glance_pod_exec:
    apis: [dcn0]
    command: [ls, -l, /var/lib/glance/os_glance_staging_store]
    read_only: true
  register: staged

- name: Run a Python program from standard input
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
  description: The result of each pod, sorted by API and ordinal.
  returned: always, unless the pods could not be listed
  type: list
  elements: dict
  contains:
    pod:
      description: The name of the pod.
      type: str
    api:
      description: The API that the pod belongs to.
      type: str
    container:
      description: The container in which the command ran.
      type: str
    rc:
      description: The exit code; null if the command did not run or did not end in time.
      type: int
    stdout:
      description: The standard output. Bytes that are not UTF-8 are shown as V(\\xNN).
      type: str
    stderr:
      description: The standard error.
      type: str
    truncated:
      description: Whether an output was longer than O(output_limit).
      type: bool
    seconds:
      description: The duration in seconds.
      type: float
    error:
      description: Why the command did not run or did not end; empty otherwise.
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
  description: A sentence for each pod in which the command did not run or failed.
  returned: always, unless the pods could not be listed
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers.exec import Command, failures, planned, run_command
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import require_positive, worker_argument_spec
from ansible_collections.dcn.glance.plugins.module_utils._workers.read import find_workers

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


def command_of(params: dict[str, Any]) -> Command:
    """The command that the options describe."""
    words = tuple(params["command"] or ()) if params["shell"] is None else ("/bin/sh", "-c", params["shell"])
    if not words or not words[0]:
        raise InputErrors([Problem("command", "names no program")])
    return Command(words, (params["stdin"] or "").encode("utf-8"), float(params["timeout"]), params["output_limit"])


def work(module: AnsibleModule, client: KubeClient) -> None:
    params = module.params
    require_positive(params, "timeout", "concurrency", "output_limit")
    command, workers = command_of(params), find_workers(client, params)
    if module.check_mode and not params["read_only"]:
        results = [planned(worker) for worker in workers]
        text = f"In check mode, the command was not run in {len(results)} pods; with read_only=true it would be."
        module.exit_json(changed=bool(results), results=results, failures=[], msg=text)
    results = run_command(client, workers, command, params["concurrency"])
    failed = failures(results)
    ran = any(item["rc"] is not None or item["seconds"] for item in results)
    outcome = {"changed": ran and not params["read_only"], "results": results, "failures": failed}
    if failed and params["fail"]:
        module.fail_json(msg="The command failed in some pods:\n" + "\n".join(failed), **outcome)
    module.exit_json(**outcome)


def main() -> None:
    module = kube_module(SPEC, mutually_exclusive=[("command", "shell")], required_one_of=[("command", "shell")])
    run(module, work)


if __name__ == "__main__":
    main()
