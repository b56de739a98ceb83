#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_import
short_description: Import images into one or more stores, or delete them
version_added: 1.0.0
description:
  - Creates images and imports their data with Glance's import API, from a file on the host where the module runs
    (C(glance-direct)) or from a URL that Glance downloads itself (C(web-download)).
  - Only the import API converts qcow2 to raw (import plugin C(image_conversion)) and writes to several stores; a plain
    upload does neither.
  - The name identifies an image within the project of the account. An active image is not imported again, even when
    some of O(images[].stores) do not have it. These stores are returned as RV(images[].missing_stores);
    M(dcn.glance.glance_image_placement) copies the image there.
  - Failed imports that Glance leaves in the status C(importing) are detected immediately, not at the end of the
    timeout.
  - Before the import, the file is compared with its format, size and checksum, and a truncated file is refused. After
    the import, the stored image is compared with the file, see RV(images[].verified).
  - Data that an earlier run staged completely are imported without another upload.
  - A failed image does not stop the others; the module fails at the end and names all failures. An image that this run
    created and that has no data or wrong data after a failure is deleted.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
options:
  images:
    description: The images.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name. At most one image in the project may have it.
          - With O(images[].state=absent), it can be an id.
        type: str
        required: true
      state:
        description: Whether the image must exist.
        type: str
        choices: [present, absent]
        default: present
      src:
        description:
          - The path of a file on the host where the module runs. The file is sent in blocks and not loaded into memory.
          - A truncated file is not imported. This is detected for qcow2, vmdk, vdi, vhd, vhdx and iso by their headers
            and tables, for raw with a GPT or MBR partition table, and for compressed files by their ends. A gzip file
            is read entirely for that.
          - Glance decompresses gzip if its import plugin C(image_decompression) is enabled. Other compressed files are
            refused unless O(images[].container_format=compressed).
          - An image that must be present needs either this or O(images[].uri).
        type: path
      uri:
        description:
          - The URL from which Glance downloads the data.
          - If the URL returns an HTML page or data of another format than O(images[].disk_format), the import fails and
            the image is deleted.
        type: str
      checksum:
        description:
          - The checksum of O(images[].src) or O(images[].uri) as V(ALGORITHM:HEXDIGEST), such as V(sha256:9f86...). The
            algorithm is one of C(md5), C(sha1), C(sha224), C(sha256), C(sha384), C(sha512).
          - A file with another checksum is not imported. The checksum is calculated only if the image must be imported.
          - The data of a URL are compared after Glance has stored them, and the image is deleted if they differ. Glance
            records C(md5) and its own hash, usually C(sha512); for other algorithms the module reads the whole image
            through Glance. Only raw and iso are possible, because Glance may convert other formats.
        type: str
      size:
        description:
          - The size of O(images[].src) or O(images[].uri) in bytes.
          - A file with another size is not imported. The data of a URL are compared after Glance has stored them; only
            raw and iso are possible.
        type: int
      verify_content:
        description:
          - Compare the hash that Glance has recorded for the stored data with the file, and delete the image if they
            differ. Glance calculates the hash while it writes the data.
          - This costs one read of the file. For a file that Glance converts, the host converts it too, with
            C(qemu-img), and needs free space for the converted data beside the file.
          - The data in the clusters are not read again.
        type: bool
        default: false
      disk_format:
        description:
          - The format of the source data, not of the stored image. It is compared with the content of the file, because
            Glance does not convert a qcow2 file that is declared as raw.
          - Required for an image that must be present.
        type: str
        choices: [ami, ari, aki, vhd, vhdx, vmdk, raw, qcow2, vdi, ploop, iso]
      container_format:
        description: The container format of the data.
        type: str
        choices: [ami, ari, aki, bare, ovf, ova, docker, compressed]
        default: bare
      visibility:
        description:
          - Who can see the image.
          - Without it, a new image gets Glance's default, and an existing one is not changed.
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
        description: Properties to set; V(null) removes one. Other properties are not changed.
        type: dict
      tags:
        description: The tags of the image. Without it, tags are not changed.
        type: list
        elements: str
      stores:
        description:
          - The ids of the stores to import into, or V(all) for every writable store of this API.
          - The default is the API's default store.
        type: list
        elements: str
      all_stores:
        description: Equivalent to V(all) in O(images[].stores).
        type: bool
        default: false
  replace_failed:
    description:
      - Delete an image that a failed import has left unusable, and import it again.
      - This includes an import whose task was not updated for O(stalled_after), because its worker was stopped.
      - Otherwise, such an image is an error.
    type: bool
    default: false
  wait:
    description: Wait until the import is complete for every store.
    type: bool
    default: true
  timeout:
    description:
      - The maximum time for one image in seconds, including the upload of its data.
      - Glance continues an import after the timeout, and the next run waits for it.
    type: int
    default: 1800
  interval:
    description: The time between two polls of the images in seconds. The first polls come sooner.
    type: float
    default: 5.0
  concurrency:
    description: How many images are imported at the same time. The staging directory needs space for all of them.
    type: int
    default: 2
  stalled_after:
    description:
      - After how many seconds without an update of its task an import that has no image yet counts as failed. An image
        that this run created is deleted then.
      - Glance updates the task while it writes to a store, and not while it downloads, decompresses or converts. Use a
        time that is longer than these take for your largest image.
    type: int
    default: 3600
  allow_orphans:
    description:
      - Delete an image even if Glance cannot reach the cluster of one of its stores.
      - Glance then deletes the image, and its data remain in that cluster.
    type: bool
    default: false
seealso:
  - module: dcn.glance.glance_image_placement
  - module: dcn.glance.glance_image_info
"""

EXAMPLES = r"""
- name: Import a file into the hub and one site
  dcn.glance.glance_image_import:
    cloud: dcn
    images:
      - name: cirros
        src: /srv/images/cirros-0.6.2-x86_64-disk.img
        checksum: md5:c8fc807773e5354afe61636071771906
        disk_format: qcow2
        visibility: public
        properties:
          hw_disk_bus: virtio
        stores: [central, dcn0]

- name: Import several qcow2 files at the same time, stored as raw, and compare their content
  dcn.glance.glance_image_import:
    cloud: dcn
    concurrency: 4
    images:
      - {name: debian-12, src: /srv/images/debian-12.qcow2, disk_format: qcow2, verify_content: true, stores: [all]}
      - {name: centos-9, src: /srv/images/centos-9.qcow2, disk_format: qcow2, verify_content: true, stores: [all]}

- name: Download an image into the default store of one site
  dcn.glance.glance_image_import:
    cloud: dcn
    endpoint: http://dcn0.example.com:9292
    images:
      - name: debian-12
        uri: https://mirror.example.com/debian-12-generic-amd64.raw
        disk_format: raw

- name: Delete an image with all its copies
  dcn.glance.glance_image_import:
    cloud: dcn
    images:
      - name: cirros
        state: absent
"""

RETURN = r"""
images:
  description: The outcome for each image, in the order of O(images).
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    id:
      description: The id, also of a deleted image; null when there is none.
      type: str
    action:
      description:
        - What the module did. One of V(import), V(replace), V(resume) (the data were staged, only the import was
          requested), V(wait) (another request was importing it), V(update) (metadata), V(delete), V(none).
      type: str
    changed:
      description: Whether the image was changed.
      type: bool
    status:
      description: The status in Glance.
      type: str
    disk_format:
      description: The format of the stored image.
      type: str
    size:
      description: The size of one copy in bytes.
      type: int
    virtual_size:
      description: The size of the disk in bytes, as Glance reports it; null where it does not.
      type: int
    verified:
      description:
        - What was compared with the source after the import. V(size) is the size of the stored image; after a
          conversion it is compared with the size of the disk that the header of the source states. V(content) is the
          checksum.
        - Empty where nothing was imported, or where the source does not tell, as a vhd.
      type: list
      elements: str
    stores:
      description: The stores that have the image.
      type: list
      elements: str
    failed_stores:
      description: The stores for which the import of this run failed.
      type: list
      elements: str
    missing_stores:
      description: The requested stores that do not have the image; M(dcn.glance.glance_image_placement) copies it
        there.
      type: list
      elements: str
    seconds:
      description: The duration in seconds.
      type: float
    error:
      description: Why it failed; empty on success.
      type: str
  sample:
    - name: cirros
      id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      action: import
      changed: true
      status: active
      disk_format: raw
      size: 117440512
      virtual_size: 117440512
      verified: [size]
      stores: [central, dcn0]
      failed_stores: []
      missing_stores: []
      seconds: 9.3
      error: ""
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.images import (
    apply_images,
    format_warning,
    make_plan,
    predict,
    report,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run

DISK_FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso"]
CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
SPEC: dict[str, Any] = {
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "src": {"type": "path"},
            "uri": {"type": "str"},
            "checksum": {"type": "str"},
            "size": {"type": "int"},
            "verify_content": {"type": "bool", "default": False},
            "disk_format": {"type": "str", "choices": DISK_FORMATS},
            "container_format": {"type": "str", "choices": CONTAINER_FORMATS, "default": "bare"},
            "visibility": {"type": "str", "choices": ["community", "private", "public", "shared"]},
            "protected": {"type": "bool"},
            "min_disk": {"type": "int"},
            "min_ram": {"type": "int"},
            "properties": {"type": "dict"},
            "tags": {"type": "list", "elements": "str"},
            "stores": {"type": "list", "elements": "str"},
            "all_stores": {"type": "bool", "default": False},
        },
    },
    "replace_failed": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 1800},
    "interval": {"type": "float", "default": 5.0},
    "concurrency": {"type": "int", "default": 2},
    "stalled_after": {"type": "int", "default": 3600},
    "allow_orphans": {"type": "bool", "default": False},
}


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    plans = make_plan(client, params["images"], params["replace_failed"], params["stalled_after"])
    if module.check_mode:
        outcomes = predict(plans)
    else:
        names = ("wait", "timeout", "interval", "concurrency", "allow_orphans", "stalled_after")
        outcomes = apply_images(client, plans, Clock(), **{key: params[key] for key in names})
    for outcome in outcomes:
        for text in (*outcome.plan.warnings, format_warning(outcome.image) if outcome.image else ""):
            if text:
                module.warn(text)
    result = report(outcomes)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors:
        module.fail_json(msg="\n".join(errors), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
