# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a cephx capability, and a cursor over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CAPS_INVALID, CephError

_TOKEN = re.compile(r"(?P<space>\s+)|(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<sign>[=,;])|(?P<word>[^\s\"'=,;]+)")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_READABLE = re.compile(r"[A-Za-z0-9_./-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\"]")


@dataclass(frozen=True)
class Token:
    """One word; ``spaced`` says whether blanks stand before it."""

    kind: str
    text: str
    spaced: bool


def quote(value: str) -> str:
    """``value`` as all daemons read it back: in quotes unless it is a plain word."""
    return value if _PLAIN.fullmatch(value) else f'"{value}"'


def invalid(message: str) -> CephError:
    return CephError(CAPS_INVALID, message)


def clauses(text: str) -> list[list[Token]]:
    """The tokens of each grant of ``text``."""
    result: list[list[Token]] = [[]]
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise invalid(f"a quotation mark at character {position + 1} is not closed")
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "space":
            spaced = True
            continue
        word = match.group()
        if kind == "sign" and word in ",;":
            result.append([])
        else:
            result[-1].append(Token(kind, word[1:-1] if kind == "quoted" else word, spaced))
        spaced = False
    if any(not clause for clause in result):
        raise invalid("a grant is empty")
    return result


class Cursor:
    """Reads one grant from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def rest(self) -> str:
        return " ".join(token.text for token in self._tokens[self._at :])

    def at_word(self, *words: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "word" and token.text in words

    def accept(self, *words: str) -> str | None:
        """Take the next word if it is one of ``words``."""
        token = self.peek()
        if token is None or not self.at_word(*words):
            return None
        self._at += 1
        return token.text

    def assignment(self, loose: bool) -> bool:
        """Take an ``=``; with ``loose`` blanks may stand around it."""
        token, following = self.peek(), self.peek(1)
        if token is None or token.kind != "sign":
            return False
        if not loose and (token.spaced or (following is not None and following.spaced)):
            raise invalid("no blank may stand around '='")
        self._at += 1
        return True

    def value(self, what: str, readable: re.Pattern[str] = _READABLE, empty: bool = False) -> str:
        """Take a value: a quoted one, or a bare word of the characters that daemons read."""
        token = self.peek()
        if token is None or token.kind == "sign":
            raise invalid(f"{what} lacks its value")
        if token.kind == "word" and not readable.fullmatch(token.text):
            raise invalid(f"{what} '{token.text}' has characters that need quotation marks or are not allowed")
        if _CONTROL.search(token.text):
            raise invalid(f"{what} has a control character or a quotation mark in it")
        if not token.text and not empty:
            raise invalid(f"{what} is empty")
        self._at += 1
        return token.text
