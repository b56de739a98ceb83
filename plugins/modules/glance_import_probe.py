#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_import_probe
short_description: Prove that an image staged on one Glance worker can be imported through another
version_added: 1.0.0
description:
  - On Kubernetes each Glance worker stages uploads on a volume of its own, so the worker that is asked for an import
    must find the one that has the data. This module tries it. In every API, each ready worker stages a small image of
    random data, and the next worker in the ring is asked to import it, until every one has done both.
  - Requests come from inside the pods and go to single workers, past every balancer. Before the import, the worker
    reads from its database who staged the image (C(os_glance_stage_host)), which no API shows.
  - Where workers advertise one shared URL, it fails as users see it, with the image left in C(importing), and says why.
  - Everything that it makes is removed, staged data included, after a failure too. What cannot be removed is named.
  - What a run that was killed has left behind is removed by the next one with the same account. The images carry a tag
    by which it knows them, and the time until which another run may still be at work with them.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
  - dcn.glance.pods.account
  - kubernetes.core.k8s_auth_options
attributes:
  check_mode:
    support: full
    details: Tells the pairs that would be tried, and makes nothing.
  diff_mode:
    support: none
options:
  authenticate:
    description:
      - Who asks Keystone for a token.
      - V(host) is the host where the module runs, with O(openstack).
      - V(pod) lets each pod ask, with O(openstack.auth), where only pods reach Keystone. Without C(auth_url), the
        pod's own Keystone is asked.
      - V(worker) lets each pod ask with the service account of its own configuration, so no credentials are needed.
    type: str
    choices: [host, pod, worker]
    default: host
  stores:
    description: The stores to import to. Without any, it is the default store of each API.
    type: list
    elements: str
    default: []
  size:
    description: The size of each image in bytes.
    type: int
    default: 1048576
  one_worker:
    description:
      - What to do with an API that has a single ready worker.
      - V(skip) says so and goes on; V(probe) stages and imports through that worker.
    type: str
    choices: [skip, probe]
    default: skip
  timeout:
    description: How many seconds an image may take to become active.
    type: int
    default: 120
  request_timeout:
    description: How many seconds a worker may take for one request.
    type: int
    default: 70
  fail:
    description: Fail when a pair failed or something could not be removed.
    type: bool
    default: true
requirements:
  - openstacksdk on the host where the module runs (package python3-openstacksdk), with O(authenticate=host)
seealso:
  - module: dcn.glance.glance_pod_info
"""

EXAMPLES = r"""
- name: Prove distributed import in every API
  dcn.glance.glance_import_probe:
    namespace: openstack
    openstack:
      cloud: dcn

- name: Prove it with the service's own account, into one store
  dcn.glance.glance_import_probe:
    apis: [central]
    authenticate: worker
    stores: [central]

- name: See which pairs would be tried
  dcn.glance.glance_import_probe:
    authenticate: worker
  check_mode: true
"""

RETURN = r"""
apis:
  description: What came of each API.
  returned: always, unless nothing could be tried
  type: list
  elements: dict
  contains:
    api:
      description: The key of the API.
      type: str
    workers:
      description: The ready workers, in the order of the ring.
      type: list
      elements: str
    not_ready:
      description: Workers that were left out because they are not ready.
      type: list
      elements: str
    skipped:
      description: Why nothing was tried; else empty.
      type: str
    ok:
      description: Whether every pair passed; null when nothing was tried.
      type: bool
    leftovers:
      description: What could not be removed.
      type: list
      elements: str
    pairs:
      description: One for each pair of workers.
      type: list
      elements: dict
      contains:
        staged_by:
          description: The worker that took the data.
          type: str
        imported_by:
          description: The worker that was asked for the import.
          type: str
        image:
          description: The id of the image, which is gone now.
          type: str
        staged_url:
          description: What the staging worker advertises by its configuration.
          type: str
        stage_host:
          description: What the database named as the place of the data.
          type: str
        status:
          description: The status of the image at the end; V(failed) when a request was refused, V(planned) in check
            mode.
          type: str
        ok:
          description: Whether it became active.
          type: bool
        seconds:
          description: How long staging and import took.
          type: float
        error:
          description: What went wrong.
          type: str
        hint:
          description: Why, and what to do.
          type: str
        note:
          description: What limits the proof.
          type: str
  sample:
    - api: central
      workers: [glance-central-external-api-0, glance-central-external-api-1]
      not_ready: []
      skipped: ""
      ok: true
      leftovers: []
      pairs:
        - staged_by: glance-central-external-api-0
          imported_by: glance-central-external-api-1
          image: 1b2a3a5e-4c0f-4d53-9d2b-6a2c9e0f7a11
          staged_url: http://glance-central-external-api-0.glance-central-external-api.openstack.svc:9292
          stage_host: http://glance-central-external-api-0.glance-central-external-api.openstack.svc:9292
          status: active
          ok: true
          seconds: 2.31
          error: ""
          hint: ""
          note: ""
earlier:
  description: Images of earlier runs that were still there. Their removal does not count as a change.
  returned: always, unless nothing could be tried
  type: list
  elements: dict
  contains:
    image:
      description: The id of the image.
      type: str
    name:
      description: Its name.
      type: str
    removed:
      description: Whether it is gone now; null when it was left alone.
      type: bool
    reason:
      description: Why it was left alone, or why it could not be removed.
      type: str
  sample: []
"""

import signal
import uuid
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._glance.module import HAS_SDK, SDK_TRACEBACK
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers import look as pods_look
from ansible_collections.dcn.glance.plugins.module_utils._workers import model as plan
from ansible_collections.dcn.glance.plugins.module_utils._workers import probe as pods_probe
from ansible_collections.dcn.glance.plugins.module_utils._workers import ring as pods_ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.identity import identity
from ansible_collections.dcn.glance.plugins.module_utils._workers.options import (
    present,
    require_positive,
    worker_argument_spec,
)

SPEC: dict[str, Any] = {
    **worker_argument_spec(),
    "authenticate": {"type": "str", "choices": ["host", "pod", "worker"], "default": "host"},
    "openstack": {
        "type": "dict",
        "default": {},
        "options": {
            "cloud": {"type": "str"},
            "auth": {"type": "dict", "no_log": True},
            "auth_type": {"type": "str"},
            "region_name": {"type": "str"},
            "interface": {"type": "str", "choices": ["admin", "internal", "public"], "default": "public"},
            "ca_cert": {"type": "path"},
            "validate_certs": {"type": "bool"},
        },
    },
    "stores": {"type": "list", "elements": "str", "default": []},
    "size": {"type": "int", "default": 1048576},
    "one_worker": {"type": "str", "choices": ["skip", "probe"], "default": "skip"},
    "timeout": {"type": "int", "default": 120},
    "request_timeout": {"type": "int", "default": 70},
    "fail": {"type": "bool", "default": True},
}


def work(module: AnsibleModule, client: KubeClient) -> None:
    params = module.params
    require_positive(params, "timeout", "request_timeout", "concurrency", "size")
    workers, empty = present(client, params)
    if not params["apis"]:
        plan.require(workers, params["namespace"], params["label_selectors"])
    rings = pods_ring.rings(workers, params["one_worker"] == "probe", uuid.uuid4)
    rings += [pods_ring.empty_ring(api) for api in empty]
    if module.check_mode:
        module.exit_json(changed=False, apis=pods_probe.planned(rings), earlier=[])
    probe = pods_probe.Probe(
        identity=identity(params["authenticate"], params["openstack"] or {}),
        size=params["size"],
        stores=tuple(params["stores"]),
        timeout=float(params["timeout"]),
        request_timeout=float(params["request_timeout"]),
        concurrency=params["concurrency"],
    )
    trying = [worker for worker in workers if any(worker.name in ring.workers for ring in rings if ring.pairs)]
    seen = pods_look.look_into(client, trying, pods_look.Wish(reach=False, concurrency=params["concurrency"]))
    urls = {name: config.worker_url for name, config in pods_look.configs_of(seen).items()}
    ready = [worker for worker in workers if worker.ready and not worker.trouble]
    before = pods_probe.remove_earlier(client, ready, probe)
    results = pods_probe.try_rings(client, rings, urls, probe)
    failures = pods_ring.failures(results, before)
    outcome: dict[str, Any] = {"changed": False, "apis": results, "earlier": before}
    if failures and params["fail"]:
        module.fail_json(msg="Distributed import does not work:\n" + "\n".join(failures), **outcome)
    module.exit_json(**outcome)


def stop(_number: int, _frame: Any) -> None:
    """End in order: pairs at work come to their end and are cleaned, no other is begun."""
    raise SystemExit(143)


def main() -> None:
    module = kube_module(SPEC)
    signal.signal(signal.SIGTERM, stop)
    if module.params["authenticate"] == "host" and not HAS_SDK and not module.check_mode:
        text = missing_required_lib("openstacksdk", reason="(package python3-openstacksdk) to ask Keystone for a token")
        module.fail_json(msg=text, exception=SDK_TRACEBACK)
    run(module, work)


if __name__ == "__main__":
    main()
