# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Nova and Cinder of a site have in common: which cluster they belong to."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site


def secret_uuid(site: Site, fsid: object) -> str:
    """The fsid of the site's cluster, which is also the uuid of its libvirt secret.

    It comes from the cluster (the argument), or from the topology; where both speak they must agree.
    """
    stated = site.ceph.fsid if site.ceph is not None else None
    if fsid is None or fsid == "":
        if stated is not None:
            return stated
        raise InputErrors([Problem("fsid", f"the fsid of site {site.name} is neither given nor in the topology")])
    if not isinstance(fsid, str) or not names.FSID.fullmatch(fsid):
        raise InputErrors([Problem("fsid", f"{names.show(fsid)} is not a fsid")])
    if stated is not None and fsid.lower() != stated:
        raise InputErrors(
            [
                Problem(
                    f"sites.{site.name}.ceph.fsid",
                    f"is {stated}, but the cluster of the site says {fsid.lower()}. One of them is another site's: "
                    "correct the topology, or the Ceph admin host of the site",
                )
            ]
        )
    return str(fsid).lower()
