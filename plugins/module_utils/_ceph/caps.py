# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses, checks and compares cephx capabilities ("caps").

Monitors compare caps byte by byte, accept misspelt profiles that grant nothing, and check little on import, so this
collection checks caps before it sends them. Grants of the form ``profile NAME`` or ``allow ACCESS``, with a pool, a
namespace and a network, are compared by meaning. Other valid grants are kept and compared as text.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CAPS_INVALID, CephError

KINDS = ("mon", "mgr", "osd", "mds")
_PROFILES = {
    "mon": frozenset(
        "mon osd mds mgr bootstrap-osd bootstrap-mds bootstrap-mgr bootstrap-rgw bootstrap-rbd bootstrap-rbd-mirror "
        "fs-client simple-rados-client simple-rados-client-with-blocklist rbd rbd-mirror rbd-read-only cephfs-mirror "
        "crash role-definer read-only read-write".split()
    ),
    "mgr": frozenset("osd mds rgw crash rbd rbd-read-only read-only read-write".split()),
    "osd": frozenset("rbd rbd-read-only read-only read-write".split()),
}
#: A grant with one of these words is compared as text.
_TEXT_WORDS = frozenset(
    "class class-read class-write command fsname module object_prefix prefix regex service tag".split()
)
_CLAUSE = re.compile(r"(?:[^,;\"']|\"[^\"]*\"|'[^']*')*")
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|=|[^\s\"'=]+")
_SPACED_SIGN = re.compile(r"\s=|=\s")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_BARE = re.compile(r"[A-Za-z0-9_./-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ACCESS = re.compile(r"\*|all|(?=.)r?w?x?")
_NAMESPACE = re.compile(r"[A-Za-z0-9_./-]*\*?")
_NETWORK = re.compile(r"(?:([0-9A-Fa-f.:]+)|\[([0-9A-Fa-f.:]+)\])/([0-9]+)")
_NETWORK_CHARACTERS = re.compile(r"[0-9A-Fa-f.:/\[\]]+")


@dataclass(frozen=True)
class Caps:
    """The capabilities of a client for one kind of daemon, and the pools that they name."""

    grants: tuple[str, ...]
    pools: tuple[str, ...]

    @property
    def text(self) -> str:
        """The canonical text."""
        return ", ".join(self.grants)

    def same(self, other: Caps) -> bool:
        """Whether both mean the same: neither the order of grants nor a repetition matters."""
        return set(self.grants) == set(other.grants)


def parse(kind: str, text: str) -> Caps:
    """Parse the capabilities ``text`` for daemons of ``kind``. Raises CephError when they are invalid."""
    if kind not in KINDS:
        raise _invalid(f"'{kind}' is not a kind of daemon: use one of {', '.join(KINDS)}")
    grants: list[str] = []
    pools: list[str] = []
    for clause in _clauses(text):
        grant, pool = _Grant(kind, clause).parse()
        if grant not in grants:
            grants.append(grant)
        if pool is not None and pool not in pools:
            pools.append(pool)
    return Caps(tuple(grants), tuple(pools))


def parse_all(caps: Mapping[str, str]) -> dict[str, Caps]:
    """Parse the capabilities of one client. The result has a fixed order of kinds."""
    unknown = sorted(set(caps) - set(KINDS))
    if unknown:
        raise _invalid(f"'{unknown[0]}' is not a kind of daemon: use one of {', '.join(KINDS)}")
    result = {}
    for kind in KINDS:
        if kind in caps:
            try:
                result[kind] = parse(kind, caps[kind])
            except CephError as error:
                raise _invalid(f"{kind} '{caps[kind]}': {error}") from error
    return result


def same(desired: Mapping[str, Caps], stored: Mapping[str, str]) -> bool:
    """Whether the text in the cluster means what is desired. A text that cannot be parsed does not."""
    if set(desired) != set(stored):
        return False
    for kind, caps in desired.items():
        try:
            if not caps.same(parse(kind, stored[kind])):
                return False
        except CephError:
            return False
    return True


def texts(caps: Mapping[str, Caps]) -> dict[str, str]:
    """The canonical text for each kind of daemon."""
    return {kind: value.text for kind, value in caps.items()}


def _invalid(message: str) -> CephError:
    return CephError(CAPS_INVALID, message)


def _clauses(text: str) -> list[str]:
    """The text of each grant."""
    result = []
    position = -1
    while position < len(text):
        match = _CLAUSE.match(text, position + 1)
        position = match.end() if match else len(text)
        if text[position : position + 1] in ("'", '"'):
            raise _invalid(f"the quotation mark at character {position + 1} is not closed")
        result.append(match.group().strip() if match else "")
    if "" in result:
        raise _invalid("a grant is empty")
    return result


def _quote(value: str) -> str:
    """``value`` as all daemons read it: in quotation marks unless it is a plain word."""
    return value if _PLAIN.fullmatch(value) else f'"{value}"'


def _quote_namespace(value: str) -> str:
    stem, star = (value[:-1], "*") if value.endswith("*") else (value, "")
    return f"{_quote(stem)}{star}"


def _check_network(text: str) -> None:
    """Refuse a network that monitors and OSDs accept and then never match."""
    match = _NETWORK.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        ipaddress.ip_network(f"{match.group(1) or match.group(2)}/{match.group(3)}", strict=False)
    except ValueError:
        raise _invalid(
            f"'{text}' is not a network, and Ceph would ignore the grant: write an address and the length of its "
            "prefix, such as 10.0.0.0/8 or 2001:db8::/32"
        ) from None


class _Grant:
    """Parses one grant from left to right."""

    def __init__(self, kind: str, text: str) -> None:
        self._kind = kind
        self._text = text
        self._tokens = [match.group() for match in _TOKEN.finditer(text)]
        self._at = 0

    def parse(self) -> tuple[str, str | None]:
        """(canonical text, pool that the grant names or None)"""
        profile = self._kind != "mds" and self._accept("profile")
        if not profile and not self._accept("allow"):
            starts = "'allow'" if self._kind == "mds" else "'allow' or 'profile'"
            raise _invalid(f"'{self._text}' does not start with {starts}")
        if self._is_text(profile):
            return self._as_text()
        if self._kind in ("mon", "mgr") and not profile:
            profile = self._accept("profile")
        if _SPACED_SIGN.search(re.sub(r"\"[^\"]*\"|'[^']*'", "''", self._text)):
            raise _invalid(f"'{self._text}' has a space next to '=', where Ceph accepts none")
        result = f"profile {self._profile()}" if profile else f"allow {self._access()}"
        pool = None
        if self._kind != "mon":
            pool = self._option("pool")
            namespace = self._option("namespace")
            if pool is None and namespace is not None and self._kind == "mgr":
                pool = self._option("pool")
            result += f" pool={_quote(pool)}" if pool is not None else ""
            result += f" namespace={_quote_namespace(namespace)}" if namespace is not None else ""
        network = self._option("network")
        if network is not None:
            _check_network(network)
            result += f" network {network}"
        if self._at < len(self._tokens):
            raise _invalid(f"'{' '.join(self._tokens[self._at :])}' is not understood after '{result}'")
        return result, pool

    def _is_text(self, profile: bool) -> bool:
        """Whether the grant is of a form that is compared as text."""
        if self._kind == "mds" or (not profile and self._next() in ("pool", "namespace")):
            return True
        return not (profile and self._kind == "osd") and bool(_TEXT_WORDS & set(self._tokens))

    def _as_text(self) -> tuple[str, None]:
        if _CONTROL.search(self._text):
            raise _invalid(f"'{self._text}' has a control character in it")
        for index, word in enumerate(self._tokens):
            if word == "network":
                self._at = index + 1
                _check_network(self._value("network"))
        return self._text, None

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _accept(self, word: str) -> bool:
        """Take the next word if it is ``word``."""
        found = self._next() == word
        self._at += found
        return found

    def _profile(self) -> str:
        self._accept("=")
        name, known = self._value("profile"), _PROFILES[self._kind]
        if name not in known:
            raise _invalid(f"the profile '{name}' does not exist; the profiles are {', '.join(sorted(known))}")
        return name

    def _access(self) -> str:
        found = self._next()
        if not _ACCESS.fullmatch(found):
            shown = f"'{found}'" if found else "nothing"
            raise _invalid(f"'allow' is followed by the access, such as 'r' or 'rw', and not by {shown}")
        self._at += 1
        return "*" if found == "all" else found

    def _option(self, name: str) -> str | None:
        """The value after ``name``, with or without an equals sign, or None when the grant goes on otherwise."""
        if not self._accept(name):
            return None
        self._accept("=")
        return self._value(name)

    def _value(self, name: str) -> str:
        token = self._next()
        if token in ("", "="):
            raise _invalid(f"{name} has no value")
        quoted = token[:1] in ("'", '"')
        value = token[1:-1] if quoted else token
        characters = {"network": _NETWORK_CHARACTERS, "namespace": _NAMESPACE}.get(name, _BARE)
        if not quoted and not characters.fullmatch(value):
            raise _invalid(f"the {name} '{value}' has characters that need quotation marks or are not allowed")
        if _CONTROL.search(value) or '"' in value:
            raise _invalid(f"the {name} has a control character or a quotation mark in it")
        if not value and name != "namespace":
            raise _invalid(f"the {name} is empty")
        self._at += 1
        return value
