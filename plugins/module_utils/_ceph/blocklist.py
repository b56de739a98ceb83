# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses on the blocklist of a cluster: single ones, ranges, and single connections, as the cluster writes them."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import MonCommand
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

#: ADDRESS:PORT/NONCE, or ADDRESS:PORT/PREFIX of a range. An IPv6 address is in brackets.
_LISTED = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+)):(?P<port>\d+)/(?P<number>\d+)")
_RULE = "write an address such as 192.0.2.7, or a range such as 192.0.2.0/28"
#: Shorter prefixes cover too many hosts to be those of one site.
_SHORTEST = {4: 16, 6: 48}


@dataclass(frozen=True)
class Fence:
    """An address, a range or a connection on the blocklist.

    ``text`` is how the user writes it, ``listed`` how the cluster does; for a connection they are the same.
    """

    text: str
    listed: str
    ranged: bool = False

    def covers(self, address: str) -> bool:
        """Whether all clients with an address are fenced by it."""
        return self.text != self.listed and ipaddress.ip_address(address) in ipaddress.ip_network(self.text)

    def command(self, operation: str, seconds: int = 0) -> MonCommand:
        """The command that adds it for some seconds, or removes it (``rm``)."""
        arguments: list[tuple[str, str | float]] = [("range", "range")] if self.ranged else []
        arguments += [("blocklistop", operation), ("addr", self.text)]
        if operation == "add":
            arguments.append(("expire", float(seconds)))
        return MonCommand("osd blocklist", arguments=tuple(arguments))


def fences(items: Sequence[str], path: str) -> list[Fence]:
    """Check addresses and ranges. Raises InputErrors with every problem. Repeated ones are one."""
    found: dict[str, Fence] = {}
    problems = []
    for index, item in enumerate(items):
        try:
            network = ipaddress.ip_network(str(item))
        except ValueError:
            problems.append(Problem(f"{path}[{index}]", f"'{item}' is not an address or a range: {_RULE}"))
            continue
        if network.prefixlen < _SHORTEST[network.version]:
            problems.append(Problem(f"{path}[{index}]", f"'{item}' is too large a range for the hosts of one site"))
        fence = _fence(network)
        found[fence.listed] = fence
    if problems:
        raise InputErrors(problems)
    return list(found.values())


def _fence(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Fence:
    address = network.network_address.compressed
    host = f"[{address}]" if network.version == 6 else address
    if network.prefixlen == network.max_prefixlen:
        return Fence(address, f"{host}:0/0")
    return Fence(network.compressed, f"{host}:0/{network.prefixlen}", True)


def connections(answer: str, names: Collection[str]) -> list[Fence]:
    """The open connections of some clients, from what a monitor answers to ``sessions``."""
    found = {}
    for session in json.loads(answer):
        if session.get("entity_name") in names:
            for address in session.get("addrs", {}).get("addrvec", []):
                text = _canonical(f"{address['addr']}/{address['nonce']}")
                found[text] = Fence(text, text)
    return list(found.values())


def address_of(connection: Fence) -> str:
    """The address of a connection, without its port."""
    return connection.text.rpartition(":")[0].strip("[]")


def listed(text: str) -> set[tuple[str, bool]]:
    """(entry, whether it is a range) of ``osd blocklist ls``, which prints two lists one after the other."""
    decoder = json.JSONDecoder()
    found: set[tuple[str, bool]] = set()
    position = 0
    text = text.strip()
    while position < len(text):
        entries, position = decoder.raw_decode(text, position)
        for entry in entries:
            ranged = "range" in entry
            found.add((_canonical(str(entry["range" if ranged else "addr"])), ranged))
        while position < len(text) and text[position].isspace():
            position += 1
    return found


def _canonical(entry: str) -> str:
    match = _LISTED.fullmatch(entry)
    if match is None or match.group("six") is None:
        return entry
    return f"[{ipaddress.ip_address(match.group('six')).compressed}]:{match.group('port')}/{match.group('number')}"
