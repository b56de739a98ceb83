# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an instance does not boot at the edge: real Nova, libvirt and Ceph with one fault each, named in one sentence.

test_verify.py proves a boot without faults.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_plan import PREFIX
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_report import boot_cell
from ansible_collections.dcn.glance.tests.support.lab.ceph import Step, run

HUB, SITE = "central", "dcn0"
MEMBER = {"cloud": "dcn-member", "endpoint": "http://glance.central:9292"}
SITES = [{"site": SITE, "zone": SITE, "store": SITE}]


@pytest.fixture(autouse=True, scope="module")
def compute(lab) -> Iterator[None]:
    if lab.exec(SITE, "systemctl", "is-active", "nova-compute", check=False).strip() != "active":
        pytest.skip("this lab has no Nova at dcn0 (lab_compute_sites)")
    yield
    run(remove(leftover_age=0))


def boot(timeout: int = 60) -> Step:
    options = {"store": HUB, "sites": SITES, "volumes": False, "timeout": timeout}
    return Step(HUB, "nova_boot_probe", {**MEMBER, **options})


def remove(**options: Any) -> Step:
    return Step(HUB, "nova_boot_probe", {**MEMBER, "state": "absent", **options})


def cell(timeout: int = 60) -> str:
    """What verify says about a boot now."""
    (booted,) = run(boot(timeout))
    (site,) = booted["sites"]
    evidence, _removed = run(
        Step(SITE, "nova_boot_evidence", {"ids": [site["instance"] or "none"]}), remove(name=booted["name"])
    )
    return boot_cell(booted, SITE, {"evidence": {**evidence, "host": SITE}})


@contextlib.contextmanager
def secret_of_nova(lab, change: str) -> Iterator[str]:
    """Change the libvirt secret of Nova, and put it back. Its value passes through pipes of the container only."""
    uuid = lab.exec(SITE, "ceph", "fsid").strip()
    keep = f"virsh secret-dumpxml {uuid} >/run/kept.xml; umask 077; virsh secret-get-value {uuid} >/run/kept.value"
    lab.exec(SITE, "sh", "-c", keep)
    try:
        lab.exec(SITE, "sh", "-c", change.format(uuid=uuid))
        yield uuid
    finally:
        back = f"virsh secret-define /run/kept.xml; virsh secret-set-value {uuid} --file /run/kept.value"
        lab.exec(SITE, "sh", "-c", f"{back}; rm /run/kept.*")


def test_a_secret_that_is_missing_is_named(lab) -> None:
    with secret_of_nova(lab, "virsh secret-undefine {uuid}") as uuid:
        said = cell()
    assert f"libvirt on dcn0 has no secret {uuid}" in said


def test_a_secret_with_a_wrong_key_is_named(lab) -> None:
    other = "ceph-authtool --gen-print-key >/run/other; virsh secret-set-value {uuid} --file /run/other; rm /run/other"
    with secret_of_nova(lab, other):
        said = cell()
    assert "does not accept the key in the libvirt secret on dcn0" in said


def test_a_member_who_may_not_copy_is_told_the_policy(lab) -> None:
    policy = "/etc/glance/policy.d/99-test.yaml"
    lab.exec(SITE, "sh", "-c", f'echo \'"copy_image": "role:admin"\' >{policy}; chmod 644 {policy}')
    restart = Step(
        SITE, "service_restart", {"name": "glance-api", "files": [policy], "url": f"http://{SITE}:9292/versions"}
    )
    try:
        run(restart)
        said = cell()
    finally:
        lab.exec(SITE, "sh", "-c", f"rm {policy}; systemctl restart glance-api")
        run(restart)
    assert "the policy copy_image of the site's Glance does not permit it" in said


def test_a_full_pool_is_named_by_the_clone_probe(lab) -> None:
    image = "dcn-test-full"
    for line in (f"rbd create images/{image} --size 4", f"rbd snap create images/{image}@snap"):
        lab.exec(SITE, *line.split())
    lab.exec(SITE, "rbd", "snap", "protect", f"images/{image}@snap")
    options = {"conf": "/etc/ceph/dcn0.conf", "client": "client.nova.dcn0", "parent_pool": "images", "pool": "vms"}
    try:
        lab.exec(SITE, "ceph", "osd", "pool", "set-quota", "vms", "max_objects", "1")
        lab.exec(SITE, "rados", "-p", "vms", "put", "dcn-test-full", "/etc/hostname")
        deadline = time.monotonic() + 60
        while "full" not in lab.exec(SITE, "ceph", "osd", "pool", "ls", "detail") and time.monotonic() < deadline:
            time.sleep(2)
        (probed,) = run(Step(SITE, "rbd_clone_probe", {**options, "images": [image], "timeout": 5}))
    finally:
        lab.exec(SITE, "ceph", "osd", "pool", "set-quota", "vms", "max_objects", "0")
        lab.exec(SITE, "rados", "-p", "vms", "rm", "dcn-test-full")
        lab.exec(SITE, "rbd", "snap", "unprotect", f"images/{image}@snap")
        lab.exec(SITE, "rbd", "snap", "purge", f"images/{image}")
        lab.exec(SITE, "rbd", "rm", f"images/{image}")
    (clone,) = probed["clones"]
    assert (clone["ok"], clone["status"]) == (False, "pool_full"), clone
    assert "the pool vms is full" in clone["error"]


def as_member(script: str) -> str:
    """Run Python with ``cloud``, the member's, at the hub; what it prints."""
    whole = f'import openstack\ncloud = openstack.connect(cloud="dcn-member")\n{script}'
    argv = ["podman", "exec", "-i", HUB, "python3", "-"]
    return subprocess.run(argv, input=whole, text=True, check=True, timeout=60, stdout=subprocess.PIPE).stdout


def test_what_a_killed_run_left_is_removed_by_the_next_one(lab) -> None:
    killed = f"{PREFIX}20200101000000-dcn0"
    as_member(
        f"""
cloud.image.create_image(name="{killed}", disk_format="raw", container_format="bare")
for name in ("{killed}", "{PREFIX}mine"):
    cloud.block_storage.create_volume(name=name, size=1, availability_zone="dcn0")
"""
    )
    check = Step(HUB, "nova_boot_probe", {**MEMBER, "state": "absent"}, check=True)
    foreseen, done, again = run(check, remove(), remove())
    assert [line.split()[0] for line in done["removed"]] == ["volume", "image"]
    assert (foreseen["removed"], done["left"]) == (done["removed"], [])
    assert (again["removed"], again["changed"]) == ([], False)
    left = as_member(
        """
for volume in cloud.block_storage.volumes():
    print(volume.name)
    cloud.block_storage.delete_volume(volume)
"""
    )
    assert left.split() == [f"{PREFIX}mine"], "a volume that only looks like ours stays"


def test_a_nova_that_does_not_run_is_named(lab) -> None:
    lab.exec(SITE, "systemctl", "stop", "nova-compute")
    try:
        said = cell(timeout=10)
    finally:
        lab.exec(SITE, "systemctl", "start", "nova-compute")
    assert said.startswith("boot: nova-compute does not run on dcn0.")
