# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cephx clients an instance uses, from definitions of libvirt as Nova makes them."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._libvirt.domains import read_domain

UUID, ONE, TWO = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "abc")
#: A disk as of QEMU with the authentication below it, and a volume with the authentication below its source.
XML = f"""<domain type='kvm' id='3'>
  <name>instance-00000003</name><uuid>{UUID}</uuid>
  <metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'>
    <nova:package version='31'/><nova:name>web-1</nova:name>
    <nova:flavor name='m1'><nova:name>not this</nova:name></nova:flavor></nova:instance></metadata>
  <devices>
    <disk type='network' device='disk'><driver name='qemu'/>
      <auth username='nova.dcn0'><secret type='ceph' uuid='{ONE.upper()}'/></auth>
      <source protocol='rbd' name='vms/x_disk'><host name='192.0.2.1' port='6789'/></source></disk>
    <disk type='network' device='disk'>
      <source protocol='rbd' name='volumes/v'><auth username='cinder.dcn0.2'>
        <secret type='ceph' uuid='{TWO}'/></auth></source></disk>
    <disk type='network' device='disk'><auth username='u'><secret type='iscsi' usage='x'/></auth></disk>
    <disk type='file' device='cdrom'><source file='/x'/></disk>
  </devices></domain>"""


def test_the_clients_of_disks_and_volumes() -> None:
    domain = read_domain(XML, True)
    assert (domain.uuid, domain.title, domain.running) == (UUID, "web-1", True)
    assert domain.clients == (("client.nova.dcn0", ONE), ("client.cinder.dcn0.2", TWO))


def test_an_instance_without_metadata() -> None:
    domain = read_domain(f"<domain><name>mine</name><uuid>{UUID}</uuid></domain>", False)
    assert (domain.title, domain.running, domain.clients) == ("mine", False, ())


def test_what_is_no_definition() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        read_domain("error: no domain", False)
