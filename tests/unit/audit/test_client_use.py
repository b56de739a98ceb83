# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that the topology does not need stays as long as somebody uses it, or may use it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit.model import Finding
from ansible_collections.dcn.glance.tests.support.builders.audit import ID, OTHER, cluster, findings, host

#: A client of an earlier generation: sites of the topology need none of these names on the cluster of dcn0.
NOVA, CINDER, GLANCE = "client.nova.dcn0.9", "client.cinder.dcn0.9", "client.glance.dcn0.9"


def stray(name: str, sessions: Any = None, **hosts: Any) -> Finding:
    found = cluster("dcn0", clients=[name], sessions={} if sessions is None else sessions)
    (item,) = (item for item in findings(clusters={"dcn0": found}, hosts=hosts) if item.kind == "stray_client")
    return item


def instance(client: str, running: bool = True) -> dict[str, Any]:
    item = {"uuid": ID, "name": "web-1", "running": running, "clients": [{"client": client, "secret": OTHER}]}
    return host(libvirt={"instances": [item], "secrets": [{"uuid": OTHER, "usage": f"{client} {OTHER}"}]})


def service(**changes: Any) -> dict[str, Any]:
    unit = {"name": "nova-compute", "exists": True, "active": True, "newer_files": [], "clients": [], **changes}
    return host(services=[unit])


def test_a_client_that_nobody_uses_can_be_removed() -> None:
    item = stray(NOVA, {"client.nova.dcn0": ["192.0.2.20:0"]}, dcn0=instance("client.nova.dcn0"))
    assert item.repairable and "It stays" not in item.why


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        (NOVA, {"dcn0": instance(NOVA)}, f"the instance web-1 ({ID}) on dcn0 runs with it: reboot it hard"),
        (NOVA, {"dcn0": instance(NOVA, False)}, "on dcn0 is stopped and names it: reboot it hard"),
        # An instance that has moved to another site's host counts as well.
        (NOVA, {"dcn1": instance(NOVA)}, "on dcn1 runs with it"),
        (CINDER, {"dcn0": instance(CINDER)}, "nova-manage volume_attachment refresh"),
        (
            NOVA,
            {"dcn0": service(clients=[{"client": NOVA, "path": "/etc/nova/nova.conf"}])},
            "/etc/nova/nova.conf on dcn0 names it: run dcn.glance.site",
        ),
        (GLANCE, {"dcn0": service(newer_files=["/etc/x"])}, "nova-compute on dcn0 still runs with an older"),
        (GLANCE, {"dcn0": None}, "dcn0 did not answer, and may use it"),
        (NOVA, {"dcn0": host(libvirt={"error": "no socket"})}, "libvirt on dcn0 could not be asked"),
        (NOVA, {"sessions": {NOVA: ["192.0.2.20:0", "192.0.2.20:0"]}}, "connected with it from 192.0.2.20: end"),
    ],
)
def test_a_client_in_use_stays_and_its_user_is_named(name: str, given: dict[str, Any], text: str) -> None:
    item = stray(name, **given)
    assert text in item.why and not item.repairable


def test_a_client_stays_when_the_monitors_do_not_tell_who_is_connected() -> None:
    found = cluster("dcn0", clients=[NOVA], sessions=None)
    (item,) = (item for item in findings(clusters={"dcn0": found}) if item.kind == "stray_client")
    assert not item.repairable and "the monitors did not tell" in item.why


@pytest.mark.parametrize(
    ("name", "given"),
    [
        # What a host of another site does says nothing of this client.
        (GLANCE, {"dcn1": service(newer_files=["/etc/x"])}),
        (GLANCE, {"dcn1": None}),
        # Glance does not use libvirt, and the names of sites can begin alike.
        (GLANCE, {"dcn0": host(libvirt={"error": "no socket"})}),
        ("client.glance.dcn01.2", {"dcn0": None}),
        (NOVA, {"dcn0": service(clients=[{"client": "client.nova.dcn0", "path": "/etc/nova/nova.conf"}])}),
        # A file without its service, as after the removal of the package.
        (NOVA, {"dcn0": service(exists=False, clients=[{"client": NOVA, "path": "/etc/nova/nova.conf"}])}),
    ],
)
def test_what_does_not_use_a_client(name: str, given: dict[str, Any]) -> None:
    assert stray(name, **given).repairable


def test_a_secret_that_an_instance_names_stays() -> None:
    (item,) = (item for item in findings(hosts={"dcn0": instance(NOVA)}) if item.kind == "stray_secret")
    assert not item.repairable and f"as long as instances name it: web-1 ({ID})" in item.why
