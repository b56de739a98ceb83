# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a host are read without their secrets, on each platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._adopt import host
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import row

KEY = "AQCtest0AAAAABAAqW0k3mUbu1kcPOzHvvFgzg=="
GLANCE = """
[DEFAULT]
enabled_backends = central:rbd
transport_url = rabbit://glance:hidden-word@mq
[database]
connection = mysql://glance:hidden-word@db/glance
[central]
rbd_store_user = openstack
"""


def write(root: Path, path: str, text: str, mode: int = 0o644) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


@pytest.mark.parametrize("platform", ["packages", "tripleo", "kolla"])
def test_a_host(tmp_path: Path, platform: str) -> None:
    values = row(platform, "glance")
    write(tmp_path, values["conf"], GLANCE)
    write(tmp_path, str(Path(values["conf"]).parent / "policy.yaml"), '"copy_image": "role:admin"\n')
    write(
        tmp_path,
        f"{values['ceph_directory']}/central.conf",
        "[global]\nfsid = f\nmon host = m\n[client.a]\nkeyring = /k\n",
    )
    write(tmp_path, f"{values['ceph_directory']}/central.client.a.keyring", f"[client.a]\n\tkey = {KEY}\n", 0o644)
    root = str(tmp_path)
    assert host.find_platform("auto", root) == platform
    found: Any = host.read_host(platform, {}, yaml.safe_load, root)
    assert found["problems"] == []
    assert found["services"]["nova"] is None
    glance = found["services"]["glance"]
    assert glance["copy_policy"] == "role:admin"
    assert glance["options"]["DEFAULT"]["enabled_backends"]["line"] == 3
    assert glance["options"]["database"]["connection"]["hidden"] is True
    assert found["confs"] == [
        {
            "path": "/etc/ceph/central.conf",
            "fsid": "f",
            "mon_host": "m",
            "options": {},
            "keyrings": {"client.a": "/k"},
        }
    ]
    (keyring,) = found["keyrings"]
    assert (keyring["path"], keyring["mode"], keyring["clients"]) == (
        "/etc/ceph/central.client.a.keyring",
        "0644",
        ["client.a"],
    )
    assert KEY not in str(found) and "hidden-word" not in str(found)
