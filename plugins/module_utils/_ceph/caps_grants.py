# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One grant of each kind of daemon. Each function returns (canonical text, pool named or None)."""

from __future__ import annotations

import re
from typing import Optional

from ansible_collections.dcn.glance.plugins.module_utils._ceph.caps_tokens import Cursor, invalid, quote

_MON_PROFILES = frozenset(
    "mon osd mds mgr bootstrap-osd bootstrap-mds bootstrap-mgr bootstrap-rgw bootstrap-rbd bootstrap-rbd-mirror "
    "fs-client simple-rados-client simple-rados-client-with-blocklist rbd rbd-mirror rbd-read-only cephfs-mirror "
    "crash role-definer read-only read-write".split()
)
_MGR_PROFILES = frozenset("osd mds rgw crash rbd rbd-read-only read-only read-write".split())
_OSD_PROFILES = frozenset("rbd rbd-read-only read-only read-write".split())
_RWX = re.compile(r"(?=.)r?w?x?")
_MDS = re.compile(r"(?=.)r?w?p?s?f?")
_NETWORK = re.compile(r"[A-Fa-f0-9.:/\[\]]+")
_NAMESPACE = re.compile(r"[A-Za-z0-9_./-]*\*?")
_ANY = ("*", "all")

Grant = tuple[str, Optional[str]]


def _profile(cursor: Cursor, known: frozenset[str]) -> str:
    cursor.assignment(loose=False)
    name = cursor.value("the profile")
    if name not in known:
        raise invalid(f"the profile '{name}' does not exist; known are {', '.join(sorted(known))}")
    return f"profile {name}"


def _network(cursor: Cursor) -> str:
    if not cursor.accept("network"):
        return ""
    return f" network {cursor.value('network', _NETWORK)}"


def _access(cursor: Cursor, letters: re.Pattern[str]) -> str:
    """``*`` or letters in their order."""
    if cursor.accept(*_ANY):
        return "*"
    token = cursor.peek()
    if token is None or token.kind != "word" or not letters.fullmatch(token.text):
        found = f"'{token.text}'" if token is not None else "nothing"
        raise invalid(f"after 'allow' comes what is allowed, such as 'r' or 'rw', and not {found}")
    cursor.accept(token.text)
    return token.text


def _pairs(cursor: Cursor) -> Grant:
    """``key=value``, ``key prefix value``, ``key regex value``; sorted, since their order means nothing."""
    found: list[str] = []
    pool: str | None = None
    while True:
        key, after = cursor.peek(), cursor.peek(1)
        if key is None or after is None or key.text == "network":
            break
        if not (after.kind == "sign" or after.text in ("prefix", "regex")):
            break
        name = quote(cursor.value("a key"))
        if cursor.assignment(loose=True):
            value = cursor.value(name)
            pool = value if name == "pool" else pool
            found.append(f" {name}={quote(value)}")
        else:
            how = cursor.accept("prefix", "regex")
            found.append(f" {name} {how} {quote(cursor.value(name))}")
    return "".join(sorted(found)), pool


def _command(cursor: Cursor) -> str:
    cursor.assignment(loose=False)
    text = f'allow command "{cursor.value("the command")}"'
    if cursor.accept("with"):
        text += f" with{_pairs(cursor)[0]}"
    return text


def mon_grant(cursor: Cursor) -> Grant:
    allow = cursor.accept("allow")
    if cursor.accept("profile"):
        return _profile(cursor, _MON_PROFILES) + _network(cursor), None
    if not allow:
        raise invalid(f"'{cursor.rest()}' does not begin with 'allow' or 'profile'")
    if cursor.accept("command"):
        return _command(cursor) + _network(cursor), None
    if cursor.accept("service"):
        cursor.assignment(loose=False)
        text = f"allow service {quote(cursor.value('the service'))} {_access(cursor, _RWX)}"
        return text + _network(cursor), None
    text = f"allow {_access(cursor, _RWX)}"
    if cursor.accept("fsname"):
        cursor.assignment(loose=True)
        text += f" fsname={quote(cursor.value('fsname'))}"
    return text + _network(cursor), None


def mgr_grant(cursor: Cursor) -> Grant:
    allow = cursor.accept("allow")
    if cursor.accept("profile"):
        text = _profile(cursor, _MGR_PROFILES)
        pairs, pool = _pairs(cursor)
        return text + pairs + _network(cursor), pool
    if not allow:
        raise invalid(f"'{cursor.rest()}' does not begin with 'allow' or 'profile'")
    if cursor.accept("command"):
        return _command(cursor) + _network(cursor), None
    for target in ("service", "module"):
        if cursor.accept(target):
            cursor.assignment(loose=False)
            text = f"allow {target} {quote(cursor.value('the ' + target))}"
            if target == "module" and cursor.accept("with"):
                text += f" with{_pairs(cursor)[0]}"
            return f"{text} {_access(cursor, _RWX)}{_network(cursor)}", None
    return f"allow {_access(cursor, _RWX)}{_network(cursor)}", None


def _osd_access(cursor: Cursor) -> str:
    """What is allowed: ``*``, letters and class rights, or the methods of an object class."""
    if cursor.accept("class"):
        text = f"class {quote(cursor.value('the class'))}"
        token = cursor.peek()
        if token is not None and not cursor.at_word("pool", "namespace", "tag", "object_prefix", "network"):
            text += f" {quote(cursor.value('the method'))}"
        return text
    if not cursor.at_word("class-read", "class-write"):
        parts = [_access(cursor, _RWX)]
    else:
        parts = []
    parts += [word for word in ("class-read", "class-write") if cursor.accept(word)]
    return " ".join(parts)


def _osd_match(cursor: Cursor) -> tuple[str, str | None]:
    """Where it is allowed, in the order that OSDs read."""
    pool: str | None = None
    parts: list[str] = []
    if cursor.accept("pool"):
        cursor.assignment(loose=False)
        pool = cursor.value("pool")
        parts.append(f" pool={quote(pool)}")
    if cursor.accept("namespace"):
        cursor.assignment(loose=False)
        name = cursor.value("namespace", _NAMESPACE, empty=True)
        stem, star = (name[:-1], "*") if name.endswith("*") else (name, "")
        parts.append(f" namespace={quote(stem)}{star}")
    if pool is None and cursor.accept("tag"):
        application, key = cursor.value("the tag"), _wild(cursor, "the key of the tag")
        if not cursor.assignment(loose=True):
            raise invalid("'tag' has the form: tag APPLICATION KEY=VALUE")
        parts.append(f" tag {quote(application)} {key}={_wild(cursor, 'the value of the tag')}")
    elif cursor.accept("object_prefix"):
        parts.append(f" object_prefix {quote(cursor.value('object_prefix'))}")
    return "".join(parts), pool


def _wild(cursor: Cursor, what: str) -> str:
    return "*" if cursor.accept(*_ANY) else quote(cursor.value(what))


def osd_grant(cursor: Cursor) -> Grant:
    if cursor.accept("profile"):
        text = _profile(cursor, _OSD_PROFILES)
        where, pool = _osd_match(cursor)
        if " tag " in where or " object_prefix " in where:
            raise invalid(f"'{text}' takes a pool and a namespace, and nothing else")
        return text + where + _network(cursor), pool
    if not cursor.accept("allow"):
        raise invalid(f"'{cursor.rest()}' does not begin with 'allow' or 'profile'")
    where, pool = _osd_match(cursor)
    access = _osd_access(cursor)
    if not where:
        where, pool = _osd_match(cursor)
    # The name of a class swallows the word after it, so the place goes first there.
    text = f"allow{where} {access}" if access.startswith("class ") else f"allow {access}{where}"
    return text + _network(cursor), pool


def mds_grant(cursor: Cursor) -> Grant:
    if not cursor.accept("allow"):
        raise invalid(f"'{cursor.rest()}' does not begin with 'allow'")
    text = "allow" if cursor.done() else f"allow {_access(cursor, _MDS)}"
    options: list[str] = []
    while cursor.at_word("fsname", "path", "uid", "gids", "root_squash"):
        name = cursor.accept("fsname", "path", "uid", "gids", "root_squash")
        if name == "root_squash":
            options.append(" root_squash")
        elif cursor.assignment(loose=False):
            options.append(f" {name}={quote(cursor.value(str(name)))}")
        else:
            raise invalid(f"'{name}' lacks its value")
    return text + "".join(sorted(options)) + _network(cursor), None
