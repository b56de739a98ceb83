# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that a Glance had before the topology: kept, refused as long as it has an only copy, then removed."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.lab.playbooks import INVENTORY

CONF = "/etc/glance/glance-api.conf"
MANAGE = "Manage the stores in glance-api.conf"
# Uploads 1 KiB into the store alone and prints the id of the image.
UPLOAD = """
import openstack
glance = openstack.connect(cloud='dcn').image
url = 'http://dcn1:9292/v2/images'
new = {'name': 'old-image', 'disk_format': 'raw', 'container_format': 'bare', 'visibility': 'private'}
image = glance.session.post(url, json=new).json()['id']
headers = {'Content-Type': 'application/octet-stream', 'X-Image-Meta-Store': 'old'}
glance.session.put(f'{url}/{image}/file', data=bytes(1024), headers=headers)
print(image)
"""
DELETE = """
import openstack, sys
openstack.connect(cloud='dcn').image.session.delete('http://dcn1:9292/v2/images/' + sys.argv[1])
"""


@pytest.fixture(name="old_conf")
def old_conf_fixture(lab):
    """Give the Glance of dcn1 a file store of its own."""
    before = lab.exec("dcn1", "cat", CONF)
    lab.exec("dcn1", "sed", "-i", "s/^enabled_backends = /&old:file, /", CONF)
    section = "[old]\\nfilesystem_store_datadir = /var/lib/glance/old\\n"
    lab.exec("dcn1", "sh", "-c", f"printf '{section}' >>{CONF} && systemctl restart glance-api")
    lab.exec("dcn1", "curl", "-sf", "--retry", "60", "--retry-connrefused", "--retry-delay", "1", "http://dcn1:9292/")
    yield before
    if lab.exec("dcn1", "cat", CONF) != before:
        lab.exec("dcn1", "sed", "-i", "-e", "s/old:file, //", "-e", r"/^\[old\]/,$d", CONF)
        lab.exec("dcn1", "systemctl", "restart", "glance-api")
    lab.exec("dcn1", "rm", "-rf", "/var/lib/glance/old")


def test_a_store_from_before_is_removed_only_when_nothing_is_lost(lab, old_conf, tmp_path):
    play = tmp_path / "play.yml"
    roles = [{"name": "stores", "hosts": "dcn1", "gather_facts": False, "roles": ["dcn.glance.glance_api"]}]
    play.write_text(yaml.safe_dump([{"import_playbook": "dcn.glance.groups"}, *roles]))

    def run(*args):
        return lab.playbook(str(play), *args, inventory=INVENTORY)

    image = lab.exec("central", "python3", "-c", UPLOAD).strip()
    try:
        kept = run().ok()
        assert "Store old is enabled in the file, but not listed. It stays" in str(kept.result(MANAGE, "dcn1"))
        assert kept.changed() == set()

        for check in (["--check"], []):
            refused = run("-e", "glance_api_purge=managed", *check)
            assert refused.rc != 0
            text = f"store 'old' cannot be removed: it has the only copy of 1 image: old-image ({image})"
            assert text in refused.result(MANAGE, "dcn1")["msg"]
        assert "old:file" in lab.exec("dcn1", "cat", CONF)
    finally:
        lab.exec("central", "python3", "-c", DELETE, image)

    removed = run("-e", "glance_api_purge=managed").ok()
    assert {"id": "old", "action": "removed", "reason": ""} in removed.result(MANAGE, "dcn1")["stores"]
    assert lab.exec("dcn1", "cat", CONF) == old_conf
    assert run("-e", "glance_api_purge=managed").ok().changed() == set()
