# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of Glance that lets the users of Nova copy an image to the site of their instance.

Nova copies a missing image with the rights of the user who boots, and Glance lets only administrators copy by default.
"""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

ADMIN = "admin"
MEMBER = "member"
COPY_RULES = {
    ADMIN: "role:admin",
    "owner": "role:admin or (role:member and project_id:%(project_id)s)",
    MEMBER: "role:admin or role:member",
}


def asked_site(topology: Topology, site: Site) -> Site:
    """The site whose Glance the Nova of ``site`` asks."""
    return site if site.glance.enabled and site.glance.endpoint is not None else topology.hub


def copying_spokes(topology: Topology, site: Site) -> list[Site]:
    """The spokes whose Nova asks the Glance of ``site`` for copies."""
    # A spoke asks its own Glance or that of the hub.
    spokes = topology.spokes if site.name == topology.hub_name else (site,)
    copying = (spoke for spoke in spokes if matrix.copy_target(spoke) is not None)
    return [spoke for spoke in copying if asked_site(topology, spoke).name == site.name]


def copy_policy(topology: Topology, site: Site) -> str | None:
    """``admin``, ``owner``, ``member``, or a rule; None where the default of Glance stays.

    That is where no Nova copies, and in pods, which do not get a policy.
    """
    if topology.platform == "operators" or site.glance.copy_policy is not None:
        return site.glance.copy_policy
    return MEMBER if copying_spokes(topology, site) else None


def glance_policy(topology: Topology, site: Site) -> dict[str, str]:
    """{policy: rule} for the Glance of a site."""
    policy = copy_policy(topology, site) if site.glance.enabled and site.glance.api is None else None
    return {} if policy is None else {"copy_image": COPY_RULES.get(policy, policy)}
