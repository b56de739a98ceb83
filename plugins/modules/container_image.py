#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_image
short_description: Set the image of the container of a service
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Replaces a container by one that differs from it in its image only, as TripleO and kolla-ansible create containers
    for their services. The unit of the service stays as it is, and starts and stops the new container.
  - Gets the image, asks the new Glance whether it starts with the configuration, and creates the new container before
    anything stops. The outage is one stop and one start of the service.
  - If the API does not come, the module starts the old container again, and fails with the reason from the logs.
  - A run that was interrupted leaves containers named with C(-next) or C(-previous). The next run repairs the host
    first, so that the service has one container and runs.
  - Podman keeps the command that created a container, and the module uses it again. Where the container was created
    through the API of the engine, as kolla-ansible does, the options come from what the engine reports. In both cases
    the module compares the two containers before anything stops.
options:
  name:
    description: The container, such as V(glance_api).
    type: str
    required: true
  image:
    description: The image with its registry and its tag or digest. Without a tag, it is V(latest).
    type: str
    required: true
  unit:
    description: The systemd unit of the container. Without one, the engine itself starts and stops the container.
    type: str
  engine:
    description: The command of the container engine.
    type: str
    choices: [podman, docker]
    default: podman
  pull:
    description:
      - When the image is pulled.
      - V(missing) pulls it if it is not on the host, V(always) also where its tag may have moved, V(never) does not.
      - Check mode pulls nothing. It asks the registry with C(skopeo) if that is on the host.
    type: str
    choices: [missing, always, never]
    default: missing
  archive:
    description:
      - An archive on the host that holds the image, as C(podman save) writes it. It is loaded if the host does not have
        exactly this image, and nothing is pulled.
    type: path
  auth_file:
    description:
      - A file on the host with the credentials for the registry, such as C(podman login --authfile) writes. Only the
        engine reads it. For Docker it is named C(config.json).
    type: path
  validate_certs:
    description: Whether the certificate of the registry is verified.
    type: bool
    default: true
  check_config:
    description:
      - Path of C(glance-api.conf) as the container sees it. Glance of the new image loads this file in a container that
        is removed afterwards, with the volumes and variables of the present one. If Glance would not start with it, the
        module fails and nothing is stopped.
      - Without it, nothing is asked.
    type: str
  check_timeout:
    description: Seconds to wait for the answer of O(check_config).
    type: int
    default: 120
  definitions:
    description:
      - Files on the host from which a deployment tool creates the container again, in JSON. The image in them is
        replaced, so that the next run of the tool keeps it. Files that do not exist are ignored.
    type: list
    elements: path
    default: []
  reminder:
    description: A warning after a swap, such as what to write into the configuration of the deployment tool.
    type: str
  accepted_differences:
    description:
      - What may differ between the old and the new container beside the image, as the error message of the module names
        it, such as V(HostConfig.PidsLimit). V(HostConfig) accepts all that begin with it.
    type: list
    elements: str
    default: []
  url:
    description: URL that answers when the service is ready. Without one, the container must run.
    type: str
  status_code:
    description: HTTP status codes of an answer of a service that is ready.
    type: list
    elements: int
    default: [200, 300]
  timeout:
    description: Seconds to wait for the API.
    type: int
    default: 180
  log_file:
    description: The file to which the service logs. Error messages quote its last errors.
    type: path
  keep_previous:
    description: Whether the old image stays on the host.
    type: bool
    default: true
notes:
  - Docker is supported by the same code. It was tested with its reported data only, not on a host.
requirements:
  - podman 4.0 or later, or docker
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    support: full
    details: If the image is not on the host, its id is not known, and a swap is predicted.
seealso:
  - module: dcn.glance.service_restart
"""

EXAMPLES = r"""
- name: Run Glance of TripleO from another image
  dcn.glance.container_image:
    name: glance_api
    unit: tripleo_glance_api
    image: registry.example.com/tripleo/glance-api:hotfix
    check_config: /etc/glance/glance-api.conf
    definitions:
      - /var/lib/tripleo-config/container-startup-config/step_4/glance_api.json
    url: http://{{ inventory_hostname }}:9292/versions
    log_file: /var/log/containers/glance/api.log

- name: Load the image from a file, where the host does not reach the registry
  dcn.glance.container_image:
    name: glance_api
    unit: kolla-glance_api-container
    image: quay.io/openstack.kolla/glance-api:2025.1
    archive: /var/tmp/glance-api.tar
    url: http://{{ inventory_hostname }}:9292/versions
"""

RETURN = r"""
action:
  description:
    - The most that was done, or would be. C(none), C(swapped), C(started) for a container that has the image and did
      not run, C(definitions) if only files changed, or C(repaired) if only an interrupted run was ended.
  returned: success
  type: str
  sample: swapped
old:
  description: The image at the start, with C(image), C(id) and C(digest).
  returned: success
  type: dict
  sample: {image: "registry.example.com/glance-api:1", id: 38a27ef739ce, digest: "sha256:6fa6"}
new:
  description:
    - The image at the end, likewise. C(source) is C(registry) or C(archive) if this run got it from there, or would.
      In check mode C(id) is empty if the image was not pulled yet.
  returned: success
  type: dict
  sample: {image: "registry.example.com/glance-api:2", id: 10f7620b1349, digest: "sha256:77ab", source: registry}
repaired:
  description: The steps that ended a swap that had been interrupted.
  returned: success
  type: list
  elements: str
  sample: []
check:
  description: The answer of O(check_config), which is C(passed), C(skipped) or C(unknown). Empty if nothing was asked.
  returned: success
  type: str
  sample: passed
check_reason:
  description: Why O(check_config) was skipped or has no answer.
  returned: success
  type: str
  sample: ""
definitions:
  description: The files of O(definitions) that changed, or would change.
  returned: success
  type: list
  elements: str
  sample: [/var/lib/tripleo-config/container-startup-config/step_4/glance_api.json]
same_image:
  description: Other containers on the host that have the old image.
  returned: success
  type: list
  elements: str
  sample: [glance_api_cron]
removed:
  description: Whether the old image was removed from the host.
  returned: success
  type: bool
  sample: false
seconds:
  description: Seconds that the module took.
  returned: success
  type: float
  sample: 21.4
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._containers.run import run
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "image": {"type": "str", "required": True},
            "unit": {"type": "str"},
            "engine": {"type": "str", "choices": ["podman", "docker"], "default": "podman"},
            "pull": {"type": "str", "choices": ["missing", "always", "never"], "default": "missing"},
            "archive": {"type": "path"},
            "auth_file": {"type": "path"},
            "validate_certs": {"type": "bool", "default": True},
            "check_config": {"type": "str"},
            "check_timeout": {"type": "int", "default": 120},
            "definitions": {"type": "list", "elements": "path", "default": []},
            "reminder": {"type": "str"},
            "accepted_differences": {"type": "list", "elements": "str", "default": []},
            "url": {"type": "str"},
            "status_code": {"type": "list", "elements": "int", "default": [200, 300]},
            "timeout": {"type": "int", "default": 180},
            "log_file": {"type": "path"},
            "keep_previous": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        returned = run(module)
    except DcnError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
