# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities: the same texts that ParseQuantity of Kubernetes accepts, and the sizes that volumes can have."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, parse_quantity

#: (text, number or None where Kubernetes refuses it, whether a volume can have that size)
QUANTITIES = [
    ("10G", 10 * 10**9, True),
    ("10Gi", 10 * 2**30, True),
    ("1.5Ti", 3 * 2**39, True),
    (".5Gi", 2**29, True),
    ("1.Gi", 2**30, True),
    ("007G", 7 * 10**9, True),
    ("+5G", 5 * 10**9, True),
    ("500", 500, True),
    ("1e3", 1000, True),
    ("1E3", 1000, True),
    ("1E+3", 1000, True),
    ("15e-1", Decimal("1.5"), True),
    ("1E", 10**18, True),
    ("1Ei", 2**60, True),
    ("1k", 1000, True),
    ("1Ki", 1024, True),
    ("5m", Decimal("0.005"), True),
    ("5u", Decimal("0.000005"), True),
    ("5n", Decimal("0.000000005"), True),
    ("9e999999999999", 2**63 - 1, True),
    ("100E", 2**63 - 1, True),
    ("0", 0, False),
    ("0G", 0, False),
    ("0.0Gi", 0, False),
    ("0e9", 0, False),
    ("-5G", -5 * 10**9, False),
    ("Gi", 0, False),
    ("+", 0, False),
    ("", None, False),
    ("1.2.3G", None, False),
    ("10 G", None, False),
    (" 10G", None, False),
    ("10G\n", None, False),
    ("10GB", None, False),
    ("10g", None, False),
    ("10K", None, False),
    ("10ki", None, False),
    ("10Gi5", None, False),
    ("1e", None, False),
    ("1e+", None, False),
    ("1e1.5", None, False),
    ("--5G", None, False),
    ("1,5G", None, False),
    ("0x10", None, False),
    ("\u0661G", None, False),
    ("big", None, False),
]


@pytest.mark.parametrize(("text", "number", "is_size"), QUANTITIES)
def test_quantities_are_parsed_as_kubernetes_does(text: str, number: object, is_size: bool) -> None:
    assert parse_quantity(text) == number
    assert bool(SIZE.fullmatch(text)) == is_size
