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
_PORTS = {"http": 80, "https": 443}
_VERSION = re.compile(r"/v\d+(?:\.\d+)?(?:/.*)?\Z", re.IGNORECASE)
_GROUP = re.compile(r"\[(?:(?:v1|v2|any):)(?:[^\[\]]|\[[^\[\]]*\])*\]")


def host_problem(host: str) -> str:
    """Why a text is not a host name or address, '' if it is."""
    if "{" in host or "<" in host:
        return f"{words.show(host)} contains a placeholder; replace it by the real value"
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


def same_host(host: str) -> str:
    """One spelling of all spellings of a host: lower case, no dot at the end, the short form of an IPv6 address."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    return str(getattr(address, "ipv4_mapped", None) or address)


def same_endpoint(url: str) -> tuple[str, int, str]:
    """(host, port, path) that all spellings of the URL of one API have in common. The version is not part of it."""
    parts = urlsplit(url)
    path = re.sub(r"/+", "/", _VERSION.sub("", parts.path)).rstrip("/")
    return same_host(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme, 0), path


def has_version(url: str) -> bool:
    """Whether the path of a URL contains a version of the API, such as /v2."""
    return bool(_VERSION.search(urlsplit(url).path))


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
    parts = (part for _separator, token, group in monitors(text) for part in _parts(token, group))
    matches = (_MONITOR.fullmatch(part) for part in parts)
    return tuple(dict.fromkeys(same_host(match.group("host")) for match in matches if match))


def _parts(token: str, group: bool) -> list[str]:
    return [part.strip() for part in token[1:-1].split(",")] if group else [token]


def same_monitors(one: str, other: str) -> bool:
    """Whether two values of mon_host name the same monitors, in any order and spelling."""
    return _monitor_set(one) == _monitor_set(other)


def _monitor_set(text: str) -> frozenset[frozenset[str]]:
    """The addresses of each monitor. A group in brackets is one monitor."""
    return frozenset(
        frozenset(_same_address(part) for part in _parts(token, group)) for _separator, token, group in monitors(text)
    )


def _same_address(part: str) -> str:
    match = _MONITOR.fullmatch(part)
    if match is None:
        return part
    version = part.partition(":")[0] if part.startswith(("v1:", "v2:")) else ""
    return f"{version}:{same_host(match.group('host'))}:{match.group('port') or ''}{match.group('network') or ''}"


def with_commas(text: str) -> str:
    """A valid mon_host with a comma in place of a blank between plain addresses, on which clients time out."""
    found = ""
    before: bool | None = None
    for separator, token, group in monitors(text):
        if before is not None:
            found += separator if "," in separator or (group and before) else ","
        found += token
        before = group
    return found


def mon_host_problem(text: str) -> str:
    """Why a text is not a list of Ceph monitors, '' if it is."""
    if words.CONTROL.search(text) or ";" in text or "#" in text:
        return "contains a control character or the start of a comment (; or #)"
    tokens = list(monitors(text))
    if not tokens:
        return "names no monitor"
    problems = (_monitor_problem(part) for _separator, token, group in tokens for part in _parts(token, group))
    return next((problem for problem in problems if problem), "")


def _monitor_problem(part: str) -> str:
    match = _MONITOR.fullmatch(part)
    if not match or (match.group("network") and match.group("port")):
        return f"{words.show(part)} is not an address; {_EXAMPLES}"
    if match.group("network"):
        return f"{words.show(part)} is a network; {_EXAMPLES}"
    if match.group("port") and not 0 < int(match.group("port")) < 65536:
        return f"{words.show(part)} has an invalid port"
    if is_loopback(match.group("host")):
        return f"{words.show(part)} is a loopback address, so clients would look for monitors on their own host"
    return host_problem(match.group("host"))
