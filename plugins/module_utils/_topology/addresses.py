# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of URLs and monitor addresses. Each returns what is wrong, or an empty text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Callable
from urllib.parse import urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._core import words

Check = Callable[[str], str]

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_MONITOR = re.compile(
    r"(?:(?:v1|v2|any):)?(?P<host>\[[^\[\]]*\]|[^\s,:/\[\]]+)(?::(?P<port>[0-9]{1,5})(?:/0)?)?(?P<network>/[0-9]+)?"
)
_EXAMPLES = "write 192.0.2.10, 192.0.2.10:6789 or [v2:192.0.2.10:3300,v1:192.0.2.10:6789]"
_GROUP = re.compile(r"\[(?:(?:v1|v2|any):)(?:[^\[\]]|\[[^\[\]]*\])*\]")


def host_problem(host: str) -> str:
    """Why a text is not a host name or address, '' if it is."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare or host.startswith("["):
        try:
            ipaddress.IPv6Address(bare.split("%", 1)[0])
        except ValueError:
            return f"{words.show(host)} is not an IPv6 address"
        return ""
    if re.fullmatch(r"[0-9.]+", bare):
        try:
            ipaddress.IPv4Address(bare)
        except ValueError:
            return (
                f"{words.show(host)} is not an IPv4 address: it has four numbers from 0 to 255 (an address that ends "
                "in the number of the site is invalid from some site on)"
            )
        return ""
    return "" if _HOST.fullmatch(bare) else f"{words.show(host)} is not a host name"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is that of the host itself."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost" or bare.startswith("localhost."):
        return True
    try:
        address = ipaddress.ip_address(bare.split("%", 1)[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any(each.is_loopback or each.is_unspecified for each in (address, mapped) if each is not None)


def endpoint_problem(url: str) -> str:
    """Why a text is not the URL of an API, '' if it is."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{words.show(url)} is not a URL such as https://glance.example.com:9292"
    if words.CONTROL.search(url) or " " in url or parts.scheme not in ("http", "https") or not host:
        return f"{words.show(url)} is not a URL such as https://glance.example.com:9292"
    if parts.username is not None or parts.password is not None:
        return "contains a user or a password; use the URL without them, because clients authenticate with Keystone"
    if parts.query or parts.fragment:
        return f"{words.show(url)} has a query or a fragment; use the root URL of the API"
    if port == 0:
        return f"{words.show(url)} has port 0"
    return host_problem(host)


def monitors(text: str) -> Iterator[tuple[str, str, bool]]:
    """(separator before it, token, whether it is a [v2:..,v1:..] group) for each part of a mon_host."""
    position = 0
    while position < len(text):
        gap = re.compile(r"[\s,]*").match(text, position)
        start = gap.end() if gap else position
        separator = text[position:start]
        if start >= len(text):
            return
        group = _GROUP.match(text, start)
        word = re.compile(r"(?:\[[^\[\]]*\]|[^\s,])+").match(text, start)
        end = group.end() if group else word.end() if word else start + 1
        yield separator, text[start:end], bool(group)
        position = end


def monitor_hosts(text: str) -> tuple[str, ...]:
    """The hosts in a valid mon_host without ports, each once, in order."""
    return tuple(dict.fromkeys(host for _separator, token, group in monitors(text) for host in _hosts(token, group)))


def _hosts(token: str, group: bool) -> Iterator[str]:
    for part in token[1:-1].split(",") if group else [token]:
        match = _MONITOR.fullmatch(part.strip())
        if match:
            yield match.group("host")


def mon_host_problem(text: str) -> str:
    """Why a text is not a list of Ceph monitors, '' if it is."""
    if words.CONTROL.search(text) or ";" in text or "#" in text:
        return "contains a control character or the start of a comment (; or #)"
    tokens = list(monitors(text))
    if not tokens:
        return "names no monitor"
    for index, (separator, token, group) in enumerate(tokens):
        if index and "," not in separator and not (group and tokens[index - 1][2]):
            return f"has a blank before {words.show(token)}, which makes clients time out; separate addresses by commas"
        for part in token[1:-1].split(",") if group else [token]:
            match = _MONITOR.fullmatch(part.strip())
            if not match or match.group("network") and match.group("port"):
                return f"{words.show(part)} is not an address; {_EXAMPLES}"
            if match.group("network"):
                return f"{words.show(part)} is a network; {_EXAMPLES}"
            if match.group("port") and not 0 < int(match.group("port")) < 65536:
                return f"{words.show(part)} has an invalid port"
            problem = host_problem(match.group("host"))
            if problem:
                return problem
            if is_loopback(match.group("host")):
                return f"{words.show(part)} is a loopback address, so clients would look for monitors on their own host"
    return ""
