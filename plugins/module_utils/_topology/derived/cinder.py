# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of cinder.conf that follow from the topology."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import (
    Option,
    client_secret_uuid,
    option,
    overridden,
    secret_uuid,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

DRIVER = "cinder.volume.drivers.rbd.RBDDriver"


def cinder_options(topology: Topology, site: Site, fsid: object = None) -> list[Option]:
    """Options for one rbd backend in the site's zone, and images from the site's Glance."""
    options: list[Option] = []
    if site.ceph is not None:
        options.append(option("DEFAULT", "enabled_backends", site.cinder_backend))
    if site.glance.endpoint is not None:
        options.append(option("DEFAULT", "glance_api_servers", site.glance.endpoint))
    if site.ceph is not None:
        # The operators, and services with one client, have one libvirt secret for Nova and Cinder. Otherwise Nova
        # attaches volumes with the user and the secret that Cinder names.
        service = "nova" if site.data_plane is not None or topology.shares_client(site) else "cinder"
        secret = client_secret_uuid(secret_uuid(site, fsid), service, topology.generation(service, site))
        options.extend(_backend(topology, site, secret))
    return overridden(options, site.cinder_options)


def _backend(topology: Topology, site: Site, secret: str) -> list[Option]:
    if site.ceph is None:
        return []
    values = {
        "volume_backend_name": site.cinder_backend,
        "volume_driver": DRIVER,
        "rbd_pool": site.ceph.pools.volumes,
        "rbd_ceph_conf": site.ceph.conf,
        "rbd_cluster_name": site.ceph.cluster,
        "rbd_user": topology.user("cinder", site),
        "rbd_secret_uuid": secret,
        "backend_availability_zone": site.availability_zone,
    }
    return [option(site.cinder_backend, name, value) for name, value in values.items()]
