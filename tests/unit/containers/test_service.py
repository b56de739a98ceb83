# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module says of a container that does not come. Services that start and stop run in tests/lab."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine
from ansible_collections.dcn.glance.plugins.module_utils._containers.service import Service
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

CREATED = json.dumps([{"Id": "41b0", "Name": "glance_api", "State": {"Running": False}}])
JOURNAL = """\
time="2026-11-29T21:57:41Z" level=warning msg="Using cgroups-v1 which is deprecated"
Error: runc: runc create failed: malformed spec file: duplicated ns
kolla-glance_api-container.service: Main process exited, code=exited, status=125/n/a
"""


def service(said: dict[str, str], unit: str = "kolla-glance_api-container") -> Service:
    """On a host whose commands say this. A real unit tries for two minutes before it fails like this."""

    def run_command(words: list[str], **_options: Any) -> tuple[int, str, str]:
        return 0, next((text for start, text in said.items() if " ".join(words).startswith(start)), ""), ""

    params = {"engine": "podman", "name": "glance_api", "unit": unit, "log_file": None, "url": None, "timeout": 5}
    module = SimpleNamespace(params=params, run_command=run_command, get_bin_path=lambda name, required: name)
    return Service(module, Engine(module))


@pytest.mark.parametrize(
    ("written", "shown", "hidden"),
    [
        ("", ["journalctl -u kolla-glance_api-container", "duplicated ns"], ["level=warning", "podman logs"]),
        ("a library is missing", ["podman logs glance_api", "a library is missing"], ["journalctl"]),
    ],
    ids=["container-never-ran", "container-ran"],
)
def test_the_reason_is_that_of_the_container_or_else_of_its_unit(
    written: str, shown: list[str], hidden: list[str]
) -> None:
    with pytest.raises(DcnError, match="The unit kolla-glance_api-container failed") as raised:
        service(
            {
                "podman container inspect": CREATED,
                "systemctl is-failed": "failed",
                "podman logs": written,
                "journalctl": JOURNAL,
            }
        ).wait()
    message = str(raised.value)
    assert all(each in message for each in shown), message
    assert not any(each in message for each in hidden), message


def test_without_a_unit_no_journal_is_asked() -> None:
    said = {"podman container inspect": CREATED, "journalctl": JOURNAL}
    assert service(said, unit="").reason() == " See podman logs glance_api."
