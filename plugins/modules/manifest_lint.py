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
  - Checks the configuration of Glance in OpenStackControlPlane, Glance and GlanceAPI objects before or after they are
    applied, and reports all faults at once, with site, field, file and line.
  - Reads manifests, Secrets, and kustomizations with their patches, components and replacements.
  - Checks the C(glance-api.conf) text in the objects, too. It finds, for example, a store with the conf of another
    cluster, an enabled store without a section, keys of one site in the pods of another, and storage for which no PVC
    is created.
  - Checks the objects that a kustomization builds. If a base is remote or missing, it checks only the patches, reports
    that, and does not report missing fields.
  - Contacts no service and changes nothing. Run it on the controller, where the files are (O(paths) are paths on the
    host where the module runs).
  - C(docs/manifests.md) explains the rules.
requirements:
  - PyYAML on the host where the module runs (ansible-core installs it on the controller)
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
    details: The module changes nothing, so there is no difference to show.
options:
  paths:
    description:
      - Files and directories to check. The module searches directories recursively for YAML files and kustomizations.
      - Relative paths start at the directory of the playbook, or at the current directory for ad hoc commands.
    type: list
    elements: path
    default: []
  objects:
    description:
      - Objects as the API returns them, such as RV(kubernetes.core.k8s_info#module:resources). The module checks them
        together with the files in O(paths). Secrets in other namespaces are ignored.
      - The module shows only the names of the keys of a Secret. It searches the values for names of options and files,
        but no result, message or log includes them.
    type: list
    elements: dict
    default: []
  topology:
    description:
      - The topology, as in the variable C(dcn_topology). If it is set, the module also reports differences between the
        manifests and the topology.
      - The module masks the values of secret options before it does anything else.
    type: raw
  crds:
    description:
      - Files or directories with the CustomResourceDefinitions of the operators, to check fields and values.
      - If it is empty, the built-in schemas of this collection are used.
    type: list
    elements: path
    default: []
  fail_on:
    description:
      - The severity at which the module fails. V(warning) includes errors.
      - The message then has all errors and warnings.
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

- name: Check manifests against the topology and the definitions, and fail on warnings
  dcn.glance.manifest_lint:
    paths: [control-plane/]
    topology: "{{ dcn_topology }}"
    crds: [crds/]
    fail_on: warning
  delegate_to: localhost
  run_once: true

- name: Get the control plane
  kubernetes.core.k8s_info:
    api_version: core.openstack.org/v1beta1
    kind: OpenStackControlPlane
    namespace: openstack
  register: control_plane

- name: Check the control plane without failing
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
  description: What was checked, and the number of errors and warnings.
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
      az2): is /etc/ceph/az2.conf, the conf of 'az2', so images for 'az0' go to the wrong cluster (in other APIs 'az0'
      has /etc/ceph/ceph.conf). Set it to the conf of the cluster of 'az0' [store-foreign-conf]"
findings:
  description: The findings as data, in the order of RV(report).
  returned: always
  type: list
  elements: dict
  contains:
    severity:
      description: C(error), C(warning), or C(info) for what could not be checked.
      type: str
    rule:
      description: Id of the rule.
      type: str
    site:
      description: Key of the API in C(glanceAPIs); empty if the finding is not about a single API.
      type: str
    object:
      description: Kind and name of the object.
      type: str
    path:
      description: Field path. In C(glance-api.conf) text, the section and option follow.
      type: str
    file:
      description: The file, empty for a live object.
      type: str
    line:
      description: The line in the file. 0 for a live object.
      type: int
    message:
      description: What is wrong, and how to correct it.
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

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import INFO, failed, lines
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import lint, summary
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading import definitions, disk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.yaml_nodes import HAS_YAML
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


def check(params: dict, objects: list) -> dict:
    """The result of the module."""
    files = disk.Disk()
    disk.check_paths([*params["paths"], *params["crds"]])
    topology = parse(params["topology"]) if params["topology"] is not None else None
    schemas = definitions.load(files, params["crds"])
    workspace = read(files, params["paths"], objects, schemas, topology)
    if files.problems:
        raise InputErrors(files.problems)
    findings = lint(workspace)
    return {
        "summary": summary(workspace, findings),
        "report": lines(findings),
        "findings": [finding.as_dict() for finding in findings],
        "failed": failed(findings, params["fail_on"]),
        "failures": lines([finding for finding in findings if finding.severity != INFO]),
    }


def main() -> None:
    """Run the module."""
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
    # The result includes the options: remove all secrets from them.
    objects = module.params["objects"]
    module.params["objects"] = [{"kind": each.get("kind"), "metadata": name_only(each)} for each in objects]
    module.params["topology"] = mask(module.params["topology"])
    if not HAS_YAML:
        module.fail_json(msg=missing_required_lib("PyYAML"))
    if not module.params["paths"] and not objects:
        module.fail_json(msg="Specify what to check: paths, objects, or both.")
    try:
        result = check(module.params, objects)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    has_failed, failures = result.pop("failed"), result.pop("failures")
    if has_failed:
        module.fail_json(msg="\n".join([result["summary"], *failures]), **result)
    module.exit_json(changed=False, **result)


def name_only(item: dict) -> dict:
    """The metadata of an object, reduced to its name."""
    metadata = item.get("metadata")
    return {"name": metadata.get("name")} if isinstance(metadata, dict) else {}


if __name__ == "__main__":
    main()
