#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_rules
short_description: Keep images in the stores that rules want
version_added: 1.0.0
description:
  - Imports images that do not exist, copies images to the stores that do not have them, removes copies on request, and
    replaces images by newer versions.
  - Each image needs one request for all its stores. Many images are imported and copied at the same time, within a
    limit for each site. Use the API that defines all stores, which is the hub's.
  - Copies are only removed if all copies of this run have succeeded and Glance reaches the clusters. The last copy is
    never removed.
  - A new version is imported and copied to all its stores before the old one is hidden. Images are never deleted; see
    RV(old_versions[].delete).
  - Images of 0 bytes, such as snapshots of servers that boot from a volume, are not copied; RV(not_copied) names them.
  - A failed image does not stop the others; the module fails at the end and names all failures.
  - While the module runs, an action plugin prints how far each import and copy is, and a table at the end. For that the
    module runs as an asynchronous job on its host. If the play is interrupted, the job continues to its end.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
  - dcn.glance.copies
options:
  rules:
    description:
      - The rules. The filter P(dcn.glance.image_rules#filter) makes them from the variable C(dcn_images).
      - An image must be in the stores of all rules that select it.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: The position of the rule in the input, for messages.
        type: str
      id:
        description: Select the image with this id.
        type: str
      name:
        description: Select images with this name.
        type: str
      tag:
        description: Select images with this tag.
        type: str
      owner:
        description: Select images of the project with this id.
        type: str
      property:
        description: Select images with all of these properties.
        type: dict
      os_hidden:
        description: Select hidden images, or others. Without it, only O(rules[].id) selects hidden images.
        type: bool
      stores:
        description: The ids of the stores.
        type: list
        elements: str
        required: true
      min_copies:
        description: How many of O(rules[].stores) must have the image. Without it, all of them.
        type: int
      elsewhere:
        description: What happens to copies in other stores.
        type: str
        choices: [keep, remove]
        default: keep
      version:
        description: The version of the image that O(rules[].source) holds.
        type: str
      old:
        description: What the rule wants for older versions. V(delete) is only noted in RV(old_versions[].delete).
        type: str
        choices: [hide, delete]
        default: hide
      source:
        description:
          - Where the image comes from if the project of the account has none with this name and version.
          - The version is O(rules[].version), or else O(rules[].source.checksum), or else O(rules[].source.size). They
            are recorded in the properties C(dcn_version), C(dcn_checksum) and C(dcn_size) of the image.
        type: dict
        suboptions:
          uri:
            description: The URL from which Glance downloads the data.
            type: str
          src:
            description: The path of a file on the host where the module runs.
            type: path
          disk_format:
            description: The format of the data.
            type: str
            required: true
            choices: [ami, ari, aki, vhd, vhdx, vmdk, raw, qcow2, vdi, ploop, iso]
          container_format:
            description: The container format of the data.
            type: str
            choices: [ami, ari, aki, bare, ovf, ova, docker, compressed]
            default: bare
          checksum:
            description: The checksum of the data as V(ALGORITHM:HEXDIGEST). A file is compared with it.
            type: str
          size:
            description: The size of the data in bytes. A file is compared with it.
            type: int
          visibility:
            description: Who can see the image.
            type: str
            choices: [community, private, public, shared]
          protected:
            description: Whether the image is protected from deletion.
            type: bool
          min_disk:
            description: The minimum disk size in GiB.
            type: int
          min_ram:
            description: The minimum memory in MiB.
            type: int
          properties:
            description: Properties of the image.
            type: dict
          tags:
            description: Tags of the image.
            type: list
            elements: str
  hub:
    description: The site of the API.
    type: str
    required: true
  store_sites:
    description: The site of each store, to count bytes between sites and to limit the copies for each site.
    type: dict
    required: true
  per_site:
    description: How many images are copied to one site at the same time. V(0) means no limit.
    type: int
    default: 2
  progress:
    description: Whether to print the progress while the module runs, and a table at the end.
    type: bool
    default: true
  progress_file:
    description:
      - A file on the host of the module into which it writes its progress as JSON.
      - The action plugin sets it. The file must exist.
    type: path
seealso:
  - module: dcn.glance.glance_image_placement
  - module: dcn.glance.glance_image_import
  - plugin: dcn.glance.image_rules
    plugin_type: filter
    description: The filter that makes the rules.
"""

EXAMPLES = r"""
- name: Keep images where the rules want them
  dcn.glance.glance_image_rules:
    cloud: dcn
    endpoint: http://glance.example.com:9292
    hub: central
    store_sites: "{{ dcn_topology | dcn.glance.store_sites }}"
    rules: "{{ dcn_images | dcn.glance.image_rules(dcn_topology) }}"

- name: Show what would be copied for one image
  dcn.glance.glance_image_rules:
    cloud: dcn
    hub: central
    store_sites: {central: central, dcn0: dcn0}
    rules:
      - name: debian-12
        stores: [central, dcn0]
  check_mode: true
"""

RETURN = r"""
images:
  description: The outcome for each image that a rule selects or imports.
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    image:
      description: The name and id, as messages show them.
      type: str
    id:
      description: The id; null for an image that is not imported yet.
      type: str
    name:
      description: The name.
      type: str
    size:
      description: The size of one copy in bytes; null if it is not known before the import.
      type: int
    before:
      description: The stores that had the image before.
      type: list
      elements: str
    after:
      description: The stores that have it afterwards, or would have it in check mode.
      type: list
      elements: str
    imported:
      description: The stores into which it was imported.
      type: list
      elements: str
    copied:
      description: The stores to which it was copied.
      type: list
      elements: str
    removed:
      description: The stores from which it was removed.
      type: list
      elements: str
    failed:
      description: The stores where an import, a copy or a removal failed or was refused.
      type: list
      elements: str
    stores:
      description: The outcome of each store, as RV(dcn.glance.glance_image_placement#module:placements[].stores).
      type: list
      elements: dict
    seconds:
      description: The duration in seconds.
      type: float
    changed:
      description: Whether the image or a copy was created or removed.
      type: bool
    error:
      description: Why the image could not be processed; empty on success.
      type: str
  sample:
    - image: debian-12 (2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e)
      id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      name: debian-12
      size: 117440512
      before: [central]
      after: [central, dcn0]
      imported: []
      copied: [dcn0]
      removed: []
      failed: []
      stores: [{store: dcn0, action: copied, seconds: 7.4, bytes: 117440512, message: ""}]
      seconds: 8.1
      changed: true
      error: ""
old_versions:
  description: The images that a new version replaces, and those replaced earlier whose rule has V(delete).
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name.
      type: str
    stores:
      description: The stores that have it.
      type: list
      elements: str
    action:
      description: One of V(hidden), V(unchanged) (hidden earlier), V(kept) and V(failed).
      type: str
    delete:
      description: Whether the rule wants the image deleted, and the new version is in all its stores.
      type: bool
    reason:
      description: Why it was kept.
      type: str
  sample:
    - {id: 6e2a4ac6-7f0e-4a0b-9b36-0d6c1f7f2b11, name: debian-12, stores: [central], action: hidden, delete: false,
       reason: ""}
not_copied:
  description: Images that a rule selects and that cannot be copied.
  returned: when the input is valid
  type: list
  elements: dict
  sample:
    - {id: 0b0e4ac6-7f0e-4a0b-9b36-0d6c1f7f2b11, name: snap1, rule: "dcn_images[3]", reason: it has 0 bytes}
traffic:
  description:
    - The bytes of all imports and copies, or those to come in check mode. RV(traffic.wan) are the bytes between sites.
    - RV(traffic.unknown_copies) is the number of copies that are not in these sums, as their size is not known yet.
  returned: when the input is valid
  type: dict
  contains:
    total:
      description: All bytes.
      type: int
    wan:
      description: Bytes between sites.
      type: int
    unknown_copies:
      description: The number of copies of unknown size.
      type: int
    sites:
      description: The copies, bytes and freed bytes of each site.
      type: dict
  sample:
    total: 117440512
    wan: 117440512
    unknown_copies: 0
    sites: {dcn0: {copies: 1, bytes: 117440512, freed: 0}}
table:
  description: The same as text, one item for each line.
  returned: when the input is valid
  type: list
  elements: str
  sample: ["1 of 1 images are in place already."]
problems:
  description: All problems, one sentence each.
  returned: when the input is valid
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import COPIES, glance_module, run
from ansible_collections.dcn.glance.plugins.module_utils._images.data import from_data
from ansible_collections.dcn.glance.plugins.module_utils._images.progress import Progress
from ansible_collections.dcn.glance.plugins.module_utils._images.secrets import url_passwords
from ansible_collections.dcn.glance.plugins.module_utils._images.write import apply, predict, prepare

DISK_FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso"]
CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
SOURCE: dict[str, Any] = {
    "uri": {"type": "str"},
    "src": {"type": "path"},
    "disk_format": {"type": "str", "required": True, "choices": DISK_FORMATS},
    "container_format": {"type": "str", "choices": CONTAINER_FORMATS, "default": "bare"},
    "checksum": {"type": "str"},
    "size": {"type": "int"},
    "visibility": {"type": "str", "choices": ["community", "private", "public", "shared"]},
    "protected": {"type": "bool"},
    "min_disk": {"type": "int"},
    "min_ram": {"type": "int"},
    "properties": {"type": "dict"},
    "tags": {"type": "list", "elements": "str"},
}
RULE: dict[str, Any] = {
    **{key: {"type": "str"} for key in ("path", "id", "name", "tag", "owner", "version")},
    "property": {"type": "dict"},
    "os_hidden": {"type": "bool"},
    "stores": {"type": "list", "elements": "str", "required": True},
    "min_copies": {"type": "int"},
    "elsewhere": {"type": "str", "choices": ["keep", "remove"], "default": "keep"},
    "old": {"type": "str", "choices": ["hide", "delete"], "default": "hide"},
    "source": {"type": "dict", "options": SOURCE},
}
SPEC: dict[str, Any] = {
    **COPIES,
    "rules": {"type": "list", "elements": "dict", "required": True, "options": RULE},
    "hub": {"type": "str", "required": True},
    "store_sites": {"type": "dict", "required": True},
    "per_site": {"type": "int", "default": 2},
    "progress": {"type": "bool", "default": True},
    "progress_file": {"type": "path"},
}


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    rules = [from_data(item, index) for index, item in enumerate(params["rules"])]
    module.no_log_values.update(url_passwords(rules))
    plan = prepare(client, rules, params["store_sites"], params["hub"])
    for text in plan.warnings:
        module.warn(text)
    if module.check_mode:
        result = predict(plan)
    else:
        limits = CopyLimits(
            **{key: params[key] for key in COPIES}, per_site=params["per_site"], sites=params["store_sites"]
        )
        clock = Clock()
        result = apply(plan, limits, clock, Progress(params["progress_file"] or "", clock))
    if result["problems"]:
        module.fail_json(msg="\n".join(result["problems"]), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
