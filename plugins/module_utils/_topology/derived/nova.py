# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of nova.conf that follow from the topology."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import (
    Option,
    client_secret_uuid,
    option,
    overridden,
    secret_uuid,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

COPY_POLL_INTERVAL = "15"
COPY_TIMEOUT = "600"


def nova_options(topology: Topology, site: Site, fsid: object = None) -> list[Option]:
    """Options for disks on the site's cluster, images from the site's Glance, and volumes of the site's zone."""
    options: list[Option] = []
    if site.ceph is not None:
        generation = topology.generation("nova", site)
        options.extend(_libvirt(topology, site, client_secret_uuid(secret_uuid(site, fsid), "nova", generation)))
        if matrix.copy_target(site) is not None:
            # Where the copy of Glance cannot be cloned, Nova refuses the boot instead of downloading a full copy.
            options.append(option("workarounds", "never_download_image_if_on_rbd", "True"))
    if site.glance.endpoint is not None:
        options.append(option("glance", "endpoint_override", site.glance.endpoint))
        options.append(option("glance", "valid_interfaces", "internal"))
    options.append(option("cinder", "cross_az_attach", "False"))
    return overridden(options, site.nova_options)


def _libvirt(topology: Topology, site: Site, uuid: str) -> list[Option]:
    if site.ceph is None:
        return []
    target = matrix.copy_target(site)
    values = {
        "images_type": "rbd",
        "images_rbd_pool": site.ceph.pools.vms,
        "images_rbd_ceph_conf": site.ceph.conf,
        "rbd_user": topology.user("nova", site),
        "rbd_secret_uuid": uuid,
    }
    if target is not None:
        # Nova has a missing image copied to the site before the boot, instead of streaming it into a flat disk.
        values["images_rbd_glance_store_name"] = target.id
        values["images_rbd_glance_copy_poll_interval"] = COPY_POLL_INTERVAL
        values["images_rbd_glance_copy_timeout"] = COPY_TIMEOUT
    return [option("libvirt", name, value) for name, value in values.items()]
