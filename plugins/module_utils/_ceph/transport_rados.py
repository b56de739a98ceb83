# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends commands to monitors through librados."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    AUTH_FAILED,
    CONF_MISSING,
    CONF_UNREADABLE,
    FAILED,
    KEYRING_MISSING,
    KEYRING_UNREADABLE,
    MON_UNREACHABLE,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keyring import KeyringError, key_of
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import NO_ANSWER, NOT_SENT, MonCommand, MonReply

RADOS_IMPORT_ERROR: str | None
try:
    import rados  # type: ignore[import-not-found,unused-ignore]

    RADOS_IMPORT_ERROR = None
except ImportError:
    rados = None
    RADOS_IMPORT_ERROR = traceback.format_exc()


def missing_binding(binding: str = "rados") -> str:
    """The message for a Python binding of Ceph that cannot be imported."""
    return (
        f"The Python {sys.executable} has no module {binding}, which connects to Ceph: install the package "
        f"python3-{binding} of Debian or Red Hat systems for it."
    )


def timeouts(seconds: int) -> dict[str, str]:
    """Options that limit how long librados waits: by default 5 minutes for a monitor and forever for an OSD."""
    return {
        "client_mount_timeout": str(seconds),
        "rados_mon_op_timeout": str(seconds),
        "rados_osd_op_timeout": str(seconds),
    }


def check_files(conf: str, keyrings: Sequence[str], who: str) -> None:
    """Raise CephError for a missing or unusable file: librados has one error for all of them."""
    try:
        with open(conf, "rb"):
            pass
    except FileNotFoundError:
        raise CephError(CONF_MISSING, f"The conf {conf} does not exist on this host.") from None
    except OSError as error:
        raise CephError(CONF_UNREADABLE, f"The conf {conf} cannot be read by this user: {error.strerror}.") from error
    for path in keyrings:
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as stream:
                text = stream.read()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CephError(
                KEYRING_UNREADABLE, f"The keyring {path} of {who} cannot be read by this user: {error.strerror}."
            ) from error
        # librados uses the first file that exists, even if it holds no key of the client.
        _check_keyring(path, text, who)
        return
    if keyrings:
        raise CephError(
            KEYRING_MISSING, f"There is no keyring of {who} on this host. Ceph looks for {', '.join(keyrings)}."
        )


def _check_keyring(path: str, text: str, who: str) -> None:
    try:
        if key_of(text, who) is None:
            raise CephError(KEYRING_MISSING, f"The keyring {path} holds no key of {who}.")
    except KeyringError as error:
        raise CephError(
            KEYRING_UNREADABLE, f"Ceph refuses the keyring {path} of {who}: {error}. Correct the file."
        ) from None


def connect(conf: str, name: str, keyring: str | None, timeout: int, where: str) -> Any:
    """Return a connected ``rados.Rados`` or raise CephError with a reason. ``where`` names the cluster."""
    if not os.path.exists(conf):
        check_files(conf, [], name)
    options = timeouts(timeout)
    if keyring:
        options["keyring"] = keyring
    try:
        handle = rados.Rados(conffile=conf, name=name, conf=options)
    except rados.Error as error:
        check_files(conf, [], name)
        raise CephError(FAILED, f"librados cannot read the conf {conf}: {error}.") from error
    if not (handle.conf_get("key") or handle.conf_get("keyfile")):
        check_files(conf, [path.strip() for path in handle.conf_get("keyring").split(",") if path.strip()], name)
    try:
        handle.connect(timeout=timeout)
    except rados.Error as error:
        handle.shutdown()
        raise _connect_error(error, conf, name, timeout, where) from error
    return handle


def accepts(conf: str, name: str, key: str, timeout: int, where: str) -> bool:
    """Whether the cluster accepts a key that is in no file. Raises CephError when the cluster cannot be asked."""
    try:
        handle = rados.Rados(conffile=conf, name=name, conf={**timeouts(timeout), "key": key, "keyring": os.devnull})
    except rados.Error as error:
        raise CephError(FAILED, f"librados cannot read the conf {conf}: {error}.") from error
    try:
        handle.connect(timeout=timeout)
    except rados.Error as error:
        found = _connect_error(error, conf, name, timeout, where)
        if found.reason == AUTH_FAILED:
            return False
        raise found from error
    finally:
        handle.shutdown()
    return True


def _connect_error(error: Exception, conf: str, name: str, timeout: int, where: str) -> CephError:
    if isinstance(error, rados.TimedOut):
        return CephError(
            MON_UNREACHABLE,
            f"No monitor of the cluster {where} ({conf}) answered within {timeout} seconds: "
            "check mon_host, the network and the monitors.",
        )
    if isinstance(error, (rados.PermissionError, rados.PermissionDeniedError)):
        return CephError(
            AUTH_FAILED,
            f"The cluster {where} ({conf}) does not accept the key of {name}: "
            "the client does not exist there or has another key.",
        )
    if isinstance(error, rados.ObjectNotFound):
        return CephError(KEYRING_MISSING, f"No keyring that {conf} names holds a key of {name}.")
    return CephError(FAILED, f"The connection to the cluster {where} ({conf}) as {name} failed: {error}.")


class RadosTransport:
    """One connection for all commands."""

    name = "rados"

    def __init__(self, conf: str, admin: str, keyring: str | None, timeout: int, where: str) -> None:
        self._conf, self._where, self._timeout = conf, where, timeout
        self._count = 0
        self._handle = connect(conf, admin, keyring, timeout, where)

    @property
    def calls(self) -> Mapping[str, int]:
        return {"processes": 0, "mon_commands": self._count}

    def read(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        return [self.run(command) for command in commands]

    def write(self, commands: Sequence[MonCommand]) -> list[MonReply]:
        replies: list[MonReply] = []
        for command in commands:
            lost = replies and replies[-1].code in (*NO_ANSWER, NOT_SENT)
            replies.append(MonReply(NOT_SENT) if lost else self.run(command))
        return replies

    def close(self) -> None:
        self._handle.shutdown()

    def run(self, command: MonCommand) -> MonReply:
        """Run any single command."""
        self._count += 1
        try:
            target = {} if command.monitor is None else {"target": command.monitor}
            code, out, text = self._handle.mon_command(
                json.dumps(command.fields()), b"", timeout=self._timeout, **target
            )
        except rados.Error as error:
            return MonReply(abs(getattr(error, "errno", 0) or 5), b"", str(error))
        return MonReply(abs(code), out, text)

    def accepts(self, name: str, key: str) -> bool:
        """Try a key with a connection of its own."""
        return accepts(self._conf, name, key, self._timeout, self._where)
