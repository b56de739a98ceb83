# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libvirt secrets of a compute host that follow from the topology."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cinder import cinder_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.nova import nova_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology


def libvirt_secrets(topology: Topology, site: Site, fsid: object = None) -> list[dict[str, str]]:
    """The secrets that nova.conf and cinder.conf of the site name, each with the client whose key it holds.

    Where ``sites.SITE.nova.options`` or ``cinder.options`` set another ``rbd_user``, its key is not known here and the
    secret is left out. The operators make the secret of a NodeSet.
    """
    if site.ceph is None or site.data_plane is not None:
        return []
    named = {
        "nova": _named(nova_options(topology, site, fsid), "libvirt"),
        "cinder": _named(cinder_options(topology, site, fsid), site.cinder_backend),
    }
    secrets = {
        service: uuid for service, (user, uuid) in named.items() if uuid and user == topology.user(service, site)
    }
    if topology.shares_client(site):
        # One secret for both, unless they name two.
        services: dict[str, str] = {}
        for service, uuid in secrets.items():
            services.setdefault(uuid.lower(), service)
        secrets = {service: uuid for uuid, service in services.items()}
    _check(site, secrets)
    return [
        {"uuid": uuid.lower(), "client": topology.client(service, site), "cluster": site.ceph.cluster}
        for service, uuid in secrets.items()
    ]


def _named(options: Sequence[Option], section: str) -> tuple[str, str]:
    """The user and the uuid of the secret that the options of a section name."""
    values = {str(entry["option"]): str(entry.get("value") or "") for entry in options if entry["section"] == section}
    return values.get("rbd_user", ""), values.get("rbd_secret_uuid", "")


def _check(site: Site, secrets: dict[str, str]) -> None:
    path = f"sites.{site.name}"
    problems = [
        Problem(f"{path}.{service}.options", f"rbd_secret_uuid: {words.show(uuid)} is not a UUID")
        for service, uuid in secrets.items()
        if not words.FSID.fullmatch(uuid)
    ]
    if len({uuid.lower() for uuid in secrets.values()}) < len(secrets):
        text = f"rbd_secret_uuid of Nova and of Cinder are both {words.show(secrets['nova'])}"
        advice = "but libvirt has one key for a UUID. Set another one in nova.options or cinder.options"
        problems.append(Problem(path, f"{text}, {advice}"))
    if problems:
        raise InputErrors(problems)
