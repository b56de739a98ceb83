# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options in the configuration database of a Ceph cluster: what to change, and the changes."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    FAILED,
    MON_UNREACHABLE,
    NOT_PERMITTED,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import NO_ANSWER, MonCommand, MonTransport
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option

_WHO = re.compile(r"(?:global|mon|mgr|osd|mds|client)(?:\.[A-Za-z0-9_.-]+)?")
_NAME = re.compile(r"[a-z][a-z0-9_/]*")


@dataclass(frozen=True)
class ConfigOption:
    """A desired option. ``value`` None removes it."""

    who: str
    name: str
    value: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.who, self.name

    @property
    def command(self) -> MonCommand:
        where = (("who", self.who), ("name", self.name))
        if self.value is None:
            return MonCommand("config rm", arguments=where)
        return MonCommand("config set", arguments=(*where, ("value", self.value)))


@dataclass(frozen=True)
class OptionChange:
    """What happens to one option."""

    option: ConfigOption
    before: str | None
    changed: bool


def desired_options(items: Sequence[Mapping[str, Any]]) -> tuple[ConfigOption, ...]:
    """The options of the module. Raises InputErrors with every problem."""
    problems: list[Problem] = []
    found: dict[tuple[str, str], ConfigOption] = {}
    for index, item in enumerate(items):
        who, name, value = str(item["who"]), str(item["name"]).replace(" ", "_").replace("-", "_"), item.get("value")
        path = f"options[{index}]"
        if not _WHO.fullmatch(who):
            problems.append(Problem(f"{path}.who", f"'{who}' is not global, a kind of daemon, or a daemon or client"))
        if not _NAME.fullmatch(name):
            problems.append(Problem(f"{path}.name", f"'{name}' is not the name of an option"))
        elif is_secret_option(name):
            problems.append(Problem(f"{path}.name", f"{name} is a secret. {_NO_SECRETS}"))
        if item["state"] == "present" and value is None:
            problems.append(Problem(f"{path}.value", "is missing (to remove the option, use state: absent)"))
        if (who, name) in found:
            problems.append(Problem(path, f"{name} of {who} is already in the list"))
        text = None if item["state"] == "absent" else _text(value)
        found[who, name] = ConfigOption(who, name, text)
    if problems:
        raise InputErrors(problems)
    return tuple(found.values())


_NO_SECRETS = (
    "Everyone who may read the configuration of the cluster, and its history, would see it. Use an option that names a "
    "file, such as rgw_keystone_admin_password_path, and write the file with dcn.glance.secret_file"
)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def same_value(stored: str | None, wanted: str | None) -> bool:
    """Whether two texts mean the same: the cluster stores ``False`` as ``false`` and ``008`` as ``8``."""
    if stored is None or wanted is None:
        return stored is wanted
    return _canonical(stored) == _canonical(wanted)


def _canonical(text: str) -> str:
    lower = text.strip().lower()
    if lower in ("true", "false", "yes", "no", "on", "off"):
        return "true" if lower in ("true", "yes", "on") else "false"
    return str(int(lower)) if re.fullmatch(r"-?[0-9]+", lower) else text


def plan(options: Sequence[ConfigOption], stored: Mapping[tuple[str, str], str]) -> tuple[OptionChange, ...]:
    """The change of each option, in order."""
    return tuple(
        OptionChange(each, stored.get(each.key), not same_value(stored.get(each.key), each.value)) for each in options
    )


class CephConfig:
    """The configuration database of one cluster. ``cluster`` is its name in messages."""

    def __init__(self, transport: MonTransport, cluster: str) -> None:
        self._transport = transport
        self._cluster = cluster

    def stored(self) -> dict[tuple[str, str], str]:
        """Every option that applies to all hosts, by section and name."""
        entries = json.loads(self._run(MonCommand("config dump")).decode("utf-8"))
        return {
            (str(item["section"]), str(item["name"])): str(item["value"]) for item in entries if not item.get("mask")
        }

    def apply(self, options: Sequence[ConfigOption]) -> None:
        for option in options:
            self._run(option.command)

    def _run(self, command: MonCommand) -> bytes:
        reply = self._transport.run(command)
        if reply.code == 0:
            return reply.out
        if reply.error is not None:
            raise reply.error
        text = f": {reply.text.strip()}" if reply.text.strip() else ""
        if reply.code in (errno.EACCES, errno.EPERM):
            message = f"The cluster {self._cluster} does not permit this administrator to run '{command}'{text}."
            raise CephError(NOT_PERMITTED, message)
        if reply.code in NO_ANSWER:
            raise CephError(MON_UNREACHABLE, f"The cluster {self._cluster} did not answer '{command}' in time{text}.")
        name = errno.errorcode.get(reply.code, str(reply.code))
        raise CephError(FAILED, f"The cluster {self._cluster} refused '{command}' with {name}{text}.")
