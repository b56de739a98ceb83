# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A higher generation gives a service a new client, with a libvirt secret of its own, beside the one that it has."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients, removal, revoke
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, libvirt, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FSID = "11111111-2222-4333-8444-555555555555"


def topology(common: Any = None, **spoke: Any) -> Topology:
    endpoint = {"glance": {"endpoint": "http://hub:9292"}}
    sites = {"hub": {"ceph": {}, **endpoint}, "far": {"ceph": {"fsid": FSID}, **spoke}}
    return parse({"hub": "hub", "client_generations": common, "sites": sites})


@pytest.mark.parametrize(
    ("common", "site", "names"),
    [
        (None, None, ("client.glance.far", "client.nova.far", "client.cinder.far")),
        ({"glance": 1, "nova": 1}, {}, ("client.glance.far", "client.nova.far", "client.cinder.far")),
        ({"nova": 2}, None, ("client.glance.far", "client.nova.far.2", "client.cinder.far")),
        ({"nova": 2}, {"nova": 1, "cinder": 12}, ("client.glance.far", "client.nova.far", "client.cinder.far.12")),
        ({"glance": 2}, {"glance": 3}, ("client.glance.far.3", "client.nova.far", "client.cinder.far")),
    ],
)
def test_the_generation_is_a_part_of_the_name(common: Any, site: Any, names: tuple[str, ...]) -> None:
    parsed = topology(common, client_generations=site)
    far = parsed.site("far")
    assert tuple(parsed.client(service, far) for service in ("glance", "nova", "cinder")) == names
    on_hub = [str(client["name"]) for client in clients.cluster_clients(parsed, parsed.hub, {"far"})]
    assert on_hub == [names[0]]
    assert normalised(parse(normalised(parsed))) == normalised(parsed)


def test_a_given_client_has_no_generation() -> None:
    parsed = topology({"nova": 3}, ceph={"fsid": FSID, "clients": {"nova": "openstack"}})
    assert parsed.client("nova", parsed.site("far")) == "client.openstack"
    (disks, _volumes) = libvirt.libvirt_secrets(parsed, parsed.site("far"))
    assert disks["uuid"] == FSID


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True, 10000, [2]])
def test_what_is_no_generation_is_refused(value: Any) -> None:
    for given in ({"common": {"nova": value}}, {"client_generations": {"nova": value}}):
        with pytest.raises(InputErrors, match="nova: must be a number from 1 to 9999"):
            topology(**given)


def test_a_number_for_all_services_is_refused() -> None:
    with pytest.raises(InputErrors, match="client_generations: must be a mapping"):
        topology(2)
    with pytest.raises(InputErrors, match="Known here: glance, nova, cinder"):
        topology({"swift": 2})


def test_each_client_has_a_secret_of_its_own() -> None:
    uuids: list[str] = []
    for number in (1, 2, 3):
        parsed = topology({"nova": number, "cinder": number})
        far = parsed.site("far")
        disks, volumes = libvirt.libvirt_secrets(parsed, far)
        assert (disks["client"], volumes["client"]) == (parsed.client("nova", far), parsed.client("cinder", far))
        options = {item["option"]: item.get("value") for item in nova.nova_options(parsed, far)}
        assert (options["rbd_secret_uuid"], options["rbd_user"]) == (disks["uuid"], parsed.user("nova", far))
        options = {item["option"]: item.get("value") for item in cinder.cinder_options(parsed, far)}
        assert (options["rbd_secret_uuid"], options["rbd_user"]) == (volumes["uuid"], parsed.user("cinder", far))
        uuids += [disks["uuid"], volumes["uuid"]]
    assert uuids[0] == FSID and len(set(uuids)) == 6


def test_earlier_clients_are_known() -> None:
    parsed = topology({"glance": 3, "nova": 2})
    far, hub = parsed.site("far"), parsed.hub
    assert clients.earlier_clients(parsed, far, hub) == ["client.glance.far", "client.glance.far.2"]
    assert clients.earlier_clients(parsed, far, far) == [
        "client.glance.far",
        "client.glance.far.2",
        "client.nova.far",
    ]


def test_a_site_that_is_removed_or_revoked_loses_its_earlier_clients_too() -> None:
    parsed = topology({"glance": 2})
    removed = removal.site_removal(parsed, "far")["clients"]["hub"]
    assert removed == [{"name": name, "state": "absent"} for name in ("client.glance.far.2", "client.glance.far")]
    (at_hub, _at_far) = revoke.losses(parsed, {"far": ("glance", "nova")})
    assert at_hub.needed == ("client.glance.far.2",)
    assert "client.glance.far" in at_hub.others
