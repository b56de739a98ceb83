#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: manifest_lint
short_description: Check the Glance part of Kubernetes manifests
version_added: 1.0.0
author: dcn.glance authors (@dcn-glance)
description:
  - Reads OpenStackControlPlane, Glance and GlanceAPI objects, Secrets, and kustomizations with their patches,
    components and replacements, and reports everything that is wrong with Glance in them in one go, with site, field,
    file and line.
  - Understands the C(glance-api.conf) text inside of them, and finds, for example, a store that points at the wrong
    cluster, one that is enabled without a section, keys of one site in the pods of another, and storage that yields no
    PVC.
  - Of a kustomization it judges what would be built. Where a base is remote or missing it judges the patches alone,
    says so, and does not miss in them what a patch need not hold.
  - Contacts nothing and changes nothing. Run it on the controller, where the files are (O(paths) are paths of the host
    on which the module runs).
  - The rules are explained in C(docs/manifests.md).
requirements:
  - PyYAML on the host where the module runs (ansible-core brings it to the controller)
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
    details: The module changes nothing, so there is no difference to show.
options:
  paths:
    description:
      - Files and directories to read. Directories are searched for YAML files and for kustomizations, at any depth.
      - A relative path starts in the directory of the playbook, and with ad hoc commands in the current one.
    type: list
    elements: path
    default: []
  objects:
    description:
      - Objects as the API returns them, such as RV(kubernetes.core.k8s_info#module:resources). They are judged together
        with what is in O(paths). Secrets of another namespace do not count.
      - Of a Secret only the names of its keys are shown. Its values are looked into for names of options and files, and
        are in no result, no message and no log.
    type: list
    elements: dict
    default: []
  topology:
    description:
      - The topology, as the variable C(dcn_topology) holds it. With it, differences between manifests and topology are
        found too.
      - Values of options that hold secrets are masked before anything else happens.
    type: raw
  crds:
    description:
      - Files or directories with the CustomResourceDefinitions of the operators. Fields and values are judged by them.
      - Without it they are judged by a short list of fields that is part of this collection.
    type: list
    elements: path
    default: []
  fail_on:
    description:
      - What makes the module fail, V(error), V(warning) (an error does too) or V(never).
      - The message then names every error and warning, not only the first.
    type: str
    choices: [error, warning, never]
    default: error
"""

EXAMPLES = r"""
- name: Check manifests before they are applied
  dcn.glance.manifest_lint:
    paths:
      - control-plane/
      - secrets.yaml
  delegate_to: localhost
  run_once: true

- name: Check them against the topology and the operators' definitions, and let no warning pass
  dcn.glance.manifest_lint:
    paths: [control-plane/]
    topology: "{{ dcn_topology }}"
    crds: [crds/]
    fail_on: warning
  delegate_to: localhost
  run_once: true

- name: Get what is in the cluster
  kubernetes.core.k8s_info:
    api_version: core.openstack.org/v1beta1
    kind: OpenStackControlPlane
    namespace: openstack
  register: control_plane

- name: Report on it, and go on
  dcn.glance.manifest_lint:
    objects: "{{ control_plane.resources }}"
    fail_on: never
  register: checked

- name: Show the report
  ansible.builtin.debug:
    var: checked.report
"""

RETURN = r"""
summary:
  description: The verdict in one sentence.
  returned: always
  type: str
  sample: "1 Glance with 3 APIs and 3 Secrets: no error and no warning."
report:
  description: One line per finding, errors first.
  returned: always
  type: list
  elements: str
  sample:
    - "ERROR edge.yaml:113: spec.glance.template.glanceAPIs.az2.customServiceConfig [az0] rbd_store_ceph_conf (site
      az2): is /etc/ceph/az2.conf, the conf of 'az2': images for 'az0' go to the wrong cluster (in other APIs 'az0' is
      /etc/ceph/ceph.conf). Point [az0] at the conf of its own cluster [store-foreign-conf]"
findings:
  description: The same as data.
  returned: always
  type: list
  elements: dict
  contains:
    severity:
      description: C(error), C(warning), or C(info) for what could not be judged.
      type: str
    rule:
      description: Id of the rule.
      type: str
    site:
      description: Key of the API in C(glanceAPIs), or empty where none or several are concerned.
      type: str
    object:
      description: Kind and name of the object.
      type: str
    path:
      description: Field path. For a line of C(glance-api.conf) its section and option follow.
      type: str
    file:
      description: The file, empty for a live object.
      type: str
    line:
      description: The line in the file, of the key or of the line of C(glance-api.conf). 0 for a live object.
      type: int
    message:
      description: What is wrong and what to do.
      type: str
  sample:
    - severity: error
      rule: store-without-section
      site: az0
      object: OpenStackControlPlane/openstack
      path: spec.glance.template.glanceAPIs.az0.customServiceConfig [DEFAULT] enabled_backends
      file: control-plane/glance.yaml
      line: 22
      message: enables 'az1', but there is no section [az1]
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._manifests.collect import collect
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import INFO
from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import failed, lines, lint, summary
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import disk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.yaml_nodes import HAS_YAML
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema import definitions
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


class QuietModule(AnsibleModule):
    """A module that does not write its options to the system log: objects may be Secrets."""

    def _log_invocation(self) -> None:
        self.log("Invoked; the options are not logged")


def examine(params: dict, objects: list) -> dict:
    """Everything that the module returns."""
    files = disk.Disk()
    disk.check([*params["paths"], *params["crds"]])
    topology = parse(params["topology"]) if params["topology"] is not None else None
    schemas = definitions.load(files, params["crds"])
    workspace = collect(files, params["paths"], objects, schemas, topology)
    if files.problems:
        raise InputErrors(files.problems)
    findings = lint(workspace)
    return {
        "summary": summary(workspace, findings),
        "report": lines(findings),
        "findings": [finding.as_dict() for finding in findings],
        "failed": failed(findings, params["fail_on"]),
        "shown": lines([finding for finding in findings if finding.severity != INFO]),
    }


def main() -> None:
    """Read, judge, answer."""
    module = QuietModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "default": []},
            "objects": {"type": "list", "elements": "dict", "default": []},
            "topology": {"type": "raw"},
            "crds": {"type": "list", "elements": "path", "default": []},
            "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
        },
        supports_check_mode=True,
    )
    # The options come back to the controller with the result, so no secret may be left in them.
    objects = module.params["objects"]
    module.params["objects"] = [{"kind": each.get("kind"), "metadata": named(each)} for each in objects]
    module.params["topology"] = mask(module.params["topology"])
    if not HAS_YAML:
        module.fail_json(msg=missing_required_lib("PyYAML"))
    if not module.params["paths"] and not objects:
        module.fail_json(msg="There is nothing to check: give paths, objects, or both.")
    try:
        result = examine(module.params, objects)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    failing, shown = result.pop("failed"), result.pop("shown")
    if failing:
        module.fail_json(msg="\n".join([result["summary"], *shown]), **result)
    module.exit_json(changed=False, **result)


def named(item: dict) -> dict:
    """What is safe to repeat of an object's metadata."""
    metadata = item.get("metadata")
    return {"name": metadata.get("name")} if isinstance(metadata, dict) else {}


if __name__ == "__main__":
    main()
