# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes quantities, such as 10G or 20Gi, exactly as the API server parses them."""

from __future__ import annotations

import re
from decimal import Decimal

_SUFFIX = r"([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?"
_QUANTITY = re.compile(rf"([+-]?)([0-9]*)(?:\.([0-9]*))?{_SUFFIX}")
#: A size of storage: a quantity greater than zero. Kubernetes parses 0G and -1G too, but refuses a volume of that size.
SIZE = re.compile(rf"[+]?(?=[0-9.]*[1-9])[0-9]*(?:\.[0-9]*)?{_SUFFIX}")
SIZE_RULE = "a size greater than zero, such as 10G or 20Gi"

_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {f"{letter}i": 1024**power for power, letter in enumerate("KMGTPE", 1)}
#: Kubernetes replaces a larger number by this one.
_LARGEST = Decimal(2**63 - 1)
_LARGEST_EXPONENT = 1000


def parse_quantity(text: str) -> Decimal | None:
    """A quantity in units of one (bytes, for storage); None where Kubernetes refuses the text.

    Source: ParseQuantity of k8s.io/apimachinery/pkg/api/resource.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None or not text:
        return None
    sign, whole, fraction, suffix = match.groups()
    number = Decimal(f"{sign}{whole or 0}.{fraction or 0}")
    if suffix in _BINARY:
        number *= _BINARY[suffix]
    elif suffix:
        exponent = _DECIMAL.get(suffix)
        exponent = int(suffix[1:]) if exponent is None else exponent
        number = number.scaleb(max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, exponent)))
    return max(-_LARGEST, min(_LARGEST, number))
