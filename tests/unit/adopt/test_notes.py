# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a cloud is in the report, with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import Config, Evidence, Keyring, Place, Setting
from ansible_collections.dcn.glance.plugins.module_utils._adopt.report import result
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders.adopted_hosts import places

CLOUD = parse({"hub": "central", "sites": {name: {"ceph": {}} for name in ("central", "dcn0", "dcn1")}})


def changed(place: Place, service: str, section: str, option: str, value: str | None, hidden: bool = False) -> Place:
    """The place with another value of an option; None removes it."""
    config: Config = getattr(place, service)
    options = {name: dict(values) for name, values in config.options.items()}
    if value is None:
        options.get(section, {}).pop(option, None)
    else:
        options.setdefault(section, {})[option] = Setting(value, f"{service}.conf", 99, hidden)
    return replace(place, **{service: replace(config, options=options)})


def texts(*changed_places: Place, kind: str = "wrong") -> list[str]:
    """The notes about the cloud, with some places changed."""
    names = {place.name for place in changed_places}
    others = [place for place in places(CLOUD) if place.name not in names]
    ordered = sorted([*others, *changed_places], key=lambda place: place.name)
    found = result(Evidence(tuple(ordered)))["notes"]
    return [f"{note['where']}: {note['text']}" for note in found if note["kind"] == kind]


def spoke() -> Place:
    return places(CLOUD)[1]


def test_a_right_cloud_has_no_notes() -> None:
    assert [texts(kind=kind) for kind in ("wrong", "unsaid", "decide")] == [[], [], []]


@pytest.mark.parametrize(
    ("service", "section", "option", "value", "expected"),
    [
        (
            "glance",
            "DEFAULT",
            "enabled_backends",
            "dcn0:rbd, central:rbd, gone:rbd",
            "store gone is enabled, but has no section",
        ),
        ("glance", "DEFAULT", "enabled_backends", "dcn0:rbd, central:rbd, dcn0:rbd", "store dcn0 is listed twice"),
        ("glance", "DEFAULT", "enabled_backends", "dcn0:rbd, central", "central is not id:type"),
        ("glance", "glance_store", "default_backend", "gone", "default_backend is gone, which is not an enabled store"),
        ("glance", "DEFAULT", "enabled_import_methods", "web-download,copy-image", "is not in brackets"),
        ("glance", "DEFAULT", "enabled_import_methods", "[web-download]", "copy-image is not enabled"),
        ("glance", "central", "rbd_store_ceph_conf", "/etc/ceph/dcn0.conf", "is the conf of another site"),
        ("glance", "central", "rbd_store_ceph_conf", "/etc/ceph/nowhere.conf", "which does not exist there"),
        ("glance", "central", "rbd_store_user", None, "has no rbd_store_user"),
    ],
)
def test_what_is_wrong_in_the_files(service: str, section: str, option: str, value: str | None, expected: str) -> None:
    found = texts(changed(spoke(), service, section, option, value))
    assert [text for text in found if expected in text], found


def test_workers_with_one_url() -> None:
    worker = replace(places(CLOUD)[0], name="central-host2")
    found = texts(worker)
    assert len(found) == 2 and all("is also that of" in text for text in found)


def test_keyrings() -> None:
    wrong = (
        Keyring("/etc/ceph/a.keyring", ("client.a",), "0644"),
        Keyring("/etc/ceph/b.keyring", (), "0600", "line 1 is not 'name = value'"),
    )
    found = texts(replace(spoke(), keyrings=(*spoke().keyrings, *wrong)))
    assert found == [
        "dcn0-host /etc/ceph/a.keyring: has the mode 0644, so every user of the host can read the key",
        "dcn0-host /etc/ceph/b.keyring: Ceph refuses the file: line 1 is not 'name = value'",
    ]


def test_nova_that_asks_the_hub() -> None:
    url = "http://hub:9292"
    hub = changed(places(CLOUD)[0], "nova", "glance", "endpoint_override", url)
    found = texts(hub, changed(spoke(), "nova", "glance", "endpoint_override", url))
    assert found == [f"site dcn0: Nova and Cinder ask {url}, the Glance of the hub, instead of their own"]


def test_options_that_the_topology_cannot_say() -> None:
    store = changed(spoke(), "glance", "central", "rbd_store_chunk_size", "4")
    (found,) = texts(store, kind="unsaid")
    assert "rbd_store_chunk_size of store central is 4 here" in found
    foreign = spoke()
    for option, value in (("rbd_store_ceph_conf", "/etc/ceph/dcn1.conf"), ("rbd_store_user", "glance.dcn0")):
        foreign = changed(foreign, "glance", "dcn1", option, value)
    foreign = changed(foreign, "glance", "DEFAULT", "enabled_backends", "dcn0:rbd, central:rbd, dcn1:rbd")
    foreign = replace(foreign, confs=(*foreign.confs, places(CLOUD)[2].confs[0]))
    assert [text for text in texts(foreign, kind="unsaid") if "site dcn0 has the store dcn1 of site dcn1" in text]


def test_values_of_the_files_stay() -> None:
    kept = changed(spoke(), "glance", "DEFAULT", "show_multiple_locations", "False")
    kept = changed(kept, "nova", "libvirt", "images_rbd_glance_copy_timeout", "1200")
    found = result(Evidence((places(CLOUD)[0], kept, places(CLOUD)[2])))
    site = found["topology"]["sites"]["dcn0"]
    assert site["glance"]["options"] == {"DEFAULT": {"show_multiple_locations": "False"}}
    assert site["nova"]["options"] == {"libvirt": {"images_rbd_glance_copy_timeout": "1200"}}
    assert found["changes"] == []


def test_a_secret_is_not_copied() -> None:
    secret = changed(spoke(), "glance", "dcn0", "swift_store_key", "********", hidden=True)
    found = result(Evidence((places(CLOUD)[0], secret, places(CLOUD)[2])))
    options = found["topology"]["sites"]["dcn0"]["stores"]["dcn0"]["options"]
    assert options == {"swift_store_key": "{{ vault_dcn0_swift_store_key }}"}
    assert "********" not in str(found)


def test_a_change_is_foretold() -> None:
    lacks = changed(spoke(), "glance", "dcn0", "store_description", None)
    found = result(Evidence((places(CLOUD)[0], lacks, places(CLOUD)[2])))
    assert [(item["option"], item["before"], item["after"]) for item in found["changes"]] == [
        ("[dcn0] store_description", None, "dcn0 rbd store")
    ]


def test_a_site_whose_hosts_were_not_read() -> None:
    found = result(Evidence(places(CLOUD)[:2]))
    assert list(found["topology"]["sites"]) == ["central", "dcn0", "dcn1"]
    assert "site dcn1 has no hosts" in str(found["notes"])


def test_nothing() -> None:
    found = result(Evidence(()))
    assert (found["topology"], found["changes"]) == ({}, [])
    assert "nothing was found" in str(found["notes"])
