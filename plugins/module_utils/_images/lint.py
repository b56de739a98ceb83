# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The problems of the variable dcn_images as findings beside those of the topology."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, Finding
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

#: The rule of problems in dcn_images.
IMAGES = "images"


def image_findings(data: object, topology: Topology | None) -> tuple[Finding, ...]:
    """Everything that is wrong with the rules. Without a topology, sites and stores are not checked."""
    _rules, problems = parse_rules_partially(mask(data), topology)
    return tuple(Finding(ERROR, IMAGES, problem.path, problem.message) for problem in problems)
