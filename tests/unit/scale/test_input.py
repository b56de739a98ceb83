# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import default_timeout, read_options

DEFAULTS: dict[str, Any] = {
    "targets": None,
    "name": None,
    "api": None,
    "namespace": "ns",
    "replicas": None,
    "via": "auto",
    "wait": "ready",
    "timeout": None,
    "stable_seconds": 0.0,
    "pvc": "report",
    "pvc_reuse": "warn",
    "volume_shortage": "fail",
    "guard_staged": True,
    "staging_path": "/staging",
}


def read(**params: Any) -> Any:
    return read_options({**DEFAULTS, **params}, check=False)


def test_one_target_or_a_list() -> None:
    one = read(name="a", replicas=2).targets
    many = read(targets=[{"name": "a", "replicas": 2}, {"api": "b", "namespace": "other", "replicas": 0}]).targets
    assert [(target.namespace, target.name, target.replicas) for target in one] == [("ns", "a", 2)]
    assert [(target.namespace, target.name, target.api) for target in many] == [("ns", "a", ""), ("other", "", "b")]


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"name": "a", "replicas": -1}, "replicas"),
        ({"api": "a", "replicas": 33}, "replicas"),
        ({"name": "a", "replicas": None}, "replicas"),
        ({"name": "a", "api": "b", "replicas": 1}, "name"),
        ({"name": "A_b", "replicas": 1}, "name"),
        ({"name": "a", "replicas": 1, "namespace": None}, "namespace"),
        ({"targets": []}, "targets"),
        ({"targets": [{"name": "a", "replicas": 1}, {"name": "a", "replicas": 2}]}, "targets[1]"),
        ({"targets": [{"name": "a", "replicas": -3}]}, "targets[0].replicas"),
        ({"name": "a", "replicas": 1, "timeout": -1.0}, "timeout"),
        ({"name": "a", "replicas": 1, "timeout": 5.0, "stable_seconds": 6.0}, "stable_seconds"),
        ({"name": "a", "replicas": 1, "pvc": "delete_removed", "wait": "none"}, "pvc"),
    ],
)
def test_problems_name_their_option(params: dict[str, Any], where: str) -> None:
    with pytest.raises(InputErrors) as caught:
        read(**params)
    assert where in {problem.path for problem in caught.value.problems}


def test_all_problems_at_once() -> None:
    with pytest.raises(InputErrors) as caught:
        read(targets=[{"name": "a", "replicas": -1}, {"replicas": 1}], timeout=-1.0)
    assert len(caught.value.problems) == 3


def test_33_replicas_are_valid_for_a_statefulset() -> None:
    assert read(name="a", replicas=33).targets[0].replicas == 33


def test_the_default_timeout_grows_with_the_change() -> None:
    def seconds(replicas: int, **spec: Any) -> float:
        return default_timeout([{"spec": {"replicas": 1, **spec}}], replicas)

    parallel = {"podManagementPolicy": "Parallel"}
    assert seconds(1, **parallel) < seconds(3, **parallel) < seconds(3)
    grace = {"template": {"spec": {"terminationGracePeriodSeconds": 600}}}
    assert seconds(0, **parallel, **grace) > 600
