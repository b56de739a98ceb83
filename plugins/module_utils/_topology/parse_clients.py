# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses which generation of clients the services of a site use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import SERVICES, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

#: More than one a day for years; a larger number is a mistake, such as a date.
_MOST = 9999


def parse_generations(reader: MappingReader) -> dict[str, int]:
    """The key ``client_generations`` of the topology or of a site: a number from 1 on for each service that has one."""
    generations = reader.optional("client_generations")
    found: dict[str, int] = {}
    for service in SERVICES:
        value = generations.raw(service)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
            shown = f"{words.kind(value)} ({words.show(value)})"
            generations.problem(generations.at(service), f"must be a number from 1 to {_MOST}, not {shown}")
        else:
            found[service] = value
    generations.finish()
    return found


def fill_generations(sites: Mapping[str, Site], common: Mapping[str, int]) -> dict[str, Site]:
    """The sites, with the generations of the topology where a site states none of its own."""
    return {
        name: replace(
            site,
            client_generations={
                service: number for service, number in {**common, **site.client_generations}.items() if number != 1
            },
        )
        for name, site in sites.items()
    }
