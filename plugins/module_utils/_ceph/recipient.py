# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manages the key pair with which a host receives cephx keys, and lists the keys that it holds."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import SEALING_FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl

_PRIVATE = "recipient.key"


def private_path(directory: str) -> str:
    """The path of the private key, which never leaves its file."""
    return f"{directory.rstrip('/')}/{_PRIVATE}"


def _check_directory(directory: str) -> None:
    found = os.lstat(directory)
    if not stat.S_ISDIR(found.st_mode):
        raise CephError(SEALING_FAILED, f"{directory} is not a directory. Symbolic links are not followed.")
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise CephError(
            SEALING_FAILED,
            f"{directory} must belong to the user of this task (uid {os.geteuid()}) with mode 0700: "
            "otherwise other users could replace the private key. Remove it, or set 'directory'.",
        )


def _create_directory(directory: str) -> None:
    try:
        os.makedirs(os.path.dirname(directory), exist_ok=True)
        os.mkdir(directory, 0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise CephError(SEALING_FAILED, f"{directory} cannot be created: {error.strerror}.") from error


def _create_pair(openssl: Openssl, directory: str) -> None:
    """Write the private key to a temporary file first, so that the final file is always complete."""
    data = openssl.new_private_key()
    temporary = f"{directory}/.{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        # A parallel run may have created the pair: it is then used.
        os.link(temporary, private_path(directory))
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)


def public_key(openssl: Callable[[], Openssl], directory: str, create: bool) -> str | None:
    """The public key of this host, or None. With ``create`` a missing key pair is generated."""
    directory = directory.rstrip("/")
    if os.path.lexists(directory):
        _check_directory(directory)
    path = private_path(directory)
    if not os.path.exists(path):
        if not create:
            return None
        tool = openssl()
        _create_directory(directory)
        _check_directory(directory)
        _create_pair(tool, directory)
    return openssl().public_key(path)


def held_keys(paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """The ids of the keys in the keyrings that exist, by path and client. A keyring that Ceph refuses has none."""
    result = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", newline="") as stream:
                result[path] = keyring.key_ids(stream.read())
        except FileNotFoundError:
            continue
        except UnicodeDecodeError:
            result[path] = {}
        except OSError as error:
            raise CephError(SEALING_FAILED, f"The keyring {path} cannot be read: {error.strerror}.") from error
    return result
