# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may copy images, at the Glance that Nova asks."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.policy import glance_policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Changed = Callable[..., dict[str, Any]]
MEMBER = {"copy_image": "role:admin or role:member"}


def policies(data: dict[str, Any]) -> dict[str, dict[str, str]]:
    topology = parse(data)
    return {site.name: glance_policy(topology, site) for site in topology.sites}


def test_members_may_copy_where_a_nova_copies(base: dict[str, Any]) -> None:
    # The site edge has no store, so its Nova copies nothing.
    assert policies(base) == {"central": {}, "dcn0": MEMBER, "dcn1": MEMBER, "edge": {}}


@pytest.mark.parametrize("glance", [{}, {"enabled": False}])
def test_the_nova_of_a_spoke_without_endpoint_asks_the_hub(changed: Changed, glance: dict[str, Any]) -> None:
    found = policies(changed("sites/dcn0/glance", glance))
    assert found == {"central": MEMBER, "dcn0": {}, "dcn1": MEMBER, "edge": {}}


@pytest.mark.parametrize(
    ("stated", "rule"),
    [
        ("admin", "role:admin"),
        ("owner", "role:admin or (role:member and project_id:%(project_id)s)"),
        ("member", "role:admin or role:member"),
        ("role:admin or role:image-copier", "role:admin or role:image-copier"),
        ("not role:reader", "not role:reader"),
        ("@", "@"),
    ],
)
def test_the_topology_decides(changed: Changed, stated: str, rule: str) -> None:
    found = policies(changed("sites/edge/glance/copy_policy", stated))
    assert found["edge"] == {"copy_image": rule}


@pytest.mark.parametrize("stated", ["members", "role admin", "role:a\nrole:b", "", 5, True])
def test_what_is_no_rule_is_refused(changed: Changed, stated: Any) -> None:
    with pytest.raises(InputErrors) as caught:
        parse(changed("sites/dcn0/glance/copy_policy", stated))
    assert [problem.path for problem in caught.value.problems] == ["sites.dcn0.glance.copy_policy"]


def test_pods_get_no_policy(changed: Changed) -> None:
    assert set(map(len, policies(changed("platform", "operators")).values())) == {0}
