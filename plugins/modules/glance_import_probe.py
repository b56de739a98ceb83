#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_import_probe
short_description: Test that an image staged on one Glance worker can be imported through another
version_added: 1.0.0
description:
  - Tests distributed import in every API. Each ready worker stages a small image of random data, and the next worker
    imports it and reads it back, until every worker has staged and imported once.
  - On Kubernetes, each Glance worker stages uploads on its own volume, so the worker that receives an import request
    must forward it to the worker that has the data.
  - The requests are sent from inside the pods to single workers and bypass load balancers. Before the import, the
    worker reads from its database which host staged the image (C(os_glance_stage_host)), which no API shows.
  - If workers advertise the same URL, the import fails as it does for users, the image remains in C(importing), and the
    module reports the reason.
  - All test images and their staged data are removed, also after a failure. The module reports images that cannot be
    removed.
  - Test images of a run that was killed are removed by a later run with the same account, after the latest time at
    which the killed run would have ended (about 10 minutes with the default timeouts). The images have a tag with that
    time.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - dcn.glance.pods
  - dcn.glance.pods.account
attributes:
  check_mode:
    support: full
    details: Returns the pairs that would be tested, and creates nothing.
  diff_mode:
    support: none
options:
  authenticate:
    description:
      - Who requests a token from Keystone.
      - V(host) is the host where the module runs, with O(openstack).
      - V(pod) is each pod, with O(openstack.auth); use it if only pods reach Keystone. Without C(auth_url), the pod
        uses the Keystone of its own configuration.
      - V(worker) is each pod, with the service account of its own configuration; no credentials are needed.
    type: str
    choices: [host, pod, worker]
    default: host
  stores:
    description: The stores to import to. The default is the default store of each API.
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
      - V(skip) reports it and continues; V(probe) stages and imports through that worker.
    type: str
    choices: [skip, probe]
    default: skip
  timeout:
    description: The maximum time in seconds until an image is active.
    type: int
    default: 120
  request_timeout:
    description: The maximum time of one request in seconds.
    type: int
    default: 70
  fail:
    description: Fail if a pair failed or a test image could not be removed.
    type: bool
    default: true
requirements:
  - openstacksdk on the host where the module runs (package python3-openstacksdk), with O(authenticate=host)
seealso:
  - module: dcn.glance.glance_pod_info
"""

EXAMPLES = r"""
- name: Test distributed import in every API
  dcn.glance.glance_import_probe:
    namespace: openstack
    openstack:
      cloud: dcn

- name: Test it with the account of the service, with one store
  dcn.glance.glance_import_probe:
    apis: [central]
    authenticate: worker
    stores: [central]

- name: List the pairs that would be tested
  dcn.glance.glance_import_probe:
    authenticate: worker
  check_mode: true
"""

RETURN = r"""
apis:
  description: The result of each API.
  returned: always, unless no test was possible
  type: list
  elements: dict
  contains:
    api:
      description: The key of the API.
      type: str
    workers:
      description: The ready workers; each imports what the one before it has staged.
      type: list
      elements: str
    not_ready:
      description: The workers that were skipped because they are not ready.
      type: list
      elements: str
    skipped:
      description: Why the API was not tested; else empty.
      type: str
    ok:
      description: Whether every pair passed; null when nothing was tested.
      type: bool
    leftovers:
      description: What could not be removed.
      type: list
      elements: str
    pairs:
      description: The result of each pair of workers.
      type: list
      elements: dict
      contains:
        staged_by:
          description: The worker that staged the data.
          type: str
        imported_by:
          description: The worker that received the import request.
          type: str
        image:
          description: The id of the test image.
          type: str
        staged_url:
          description: The URL that the staging worker advertises by its configuration.
          type: str
        stage_host:
          description: The host of the data in the database.
          type: str
        status:
          description: The status of the image at the end; V(failed) when a request failed, V(planned) in check mode.
          type: str
        ok:
          description: Whether the image became active and could be read.
          type: bool
        seconds:
          description: The duration of staging and import in seconds.
          type: float
        error:
          description: The error; empty on success.
          type: str
        hint:
          description: The reason, and what to do.
          type: str
        note:
          description: Why the test proves less than usual; mostly empty.
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
stale_images:
  description: Test images of earlier runs. Their removal does not count as a change.
  returned: always, unless no test was possible
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
      description: Whether it was removed; null when another run may still use it.
      type: bool
    reason:
      description: Why it was not removed.
      type: str
  sample: []
"""

import signal
import uuid
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._glance.module import (
    HAS_SDK,
    SDK_TRACEBACK,
    cloud_argument_spec,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._workers import probe, ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import require_positive, worker_argument_spec
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import require_workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.read import find_existing_workers, inspect_workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.result import InspectionOptions, configs_of

SPEC: dict[str, Any] = {
    **worker_argument_spec(),
    "authenticate": {"type": "str", "choices": ["host", "pod", "worker"], "default": "host"},
    "openstack": {
        "type": "dict",
        "default": {},
        # The time limit and the URLs of Glance are those of the workers.
        "options": {key: spec for key, spec in cloud_argument_spec().items() if key not in ("api_timeout", "endpoint")},
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
    workers, empty = find_existing_workers(client, params)
    if not params["apis"]:
        require_workers(workers, params["namespace"], params["label_selectors"])
    rings = ring.rings(workers, params["one_worker"] == "probe", uuid.uuid4)
    rings += [ring.empty_ring(api) for api in empty]
    if module.check_mode:
        module.exit_json(changed=False, apis=probe.planned(rings), stale_images=[])
    options = probe.ProbeOptions(
        identity=probe.identity(params["authenticate"], params["openstack"] or {}),
        size=params["size"],
        stores=tuple(params["stores"]),
        timeout=float(params["timeout"]),
        request_timeout=float(params["request_timeout"]),
        concurrency=params["concurrency"],
    )
    tested = [worker for worker in workers if any(worker.name in each.workers for each in rings if each.pairs)]
    inspection = InspectionOptions(reach=False, concurrency=params["concurrency"])
    configs = configs_of(inspect_workers(client, tested, inspection))
    urls = {name: config.worker_url for name, config in configs.items()}
    ready = [worker for worker in workers if worker.ready and not worker.unavailable]
    stale = probe.remove_stale_images(client, ready, options)
    results = probe.probe_rings(client, rings, urls, options)
    failures = ring.failures(results, stale)
    outcome: dict[str, Any] = {"changed": False, "apis": results, "stale_images": stale}
    if failures and params["fail"]:
        module.fail_json(msg="Distributed import does not work:\n" + "\n".join(failures), **outcome)
    module.exit_json(**outcome)


def stop(_number: int, _frame: Any) -> None:
    """Stop in an orderly way: running pairs finish and are removed, no other pair is started."""
    raise SystemExit(143)


def main() -> None:
    module = kube_module(SPEC)
    signal.signal(signal.SIGTERM, stop)
    if module.params["authenticate"] == "host" and not HAS_SDK and not module.check_mode:
        text = missing_required_lib(
            "openstacksdk", reason="(package python3-openstacksdk) to get a token from Keystone"
        )
        module.fail_json(msg=text, exception=SDK_TRACEBACK)
    run(module, work)


if __name__ == "__main__":
    main()
