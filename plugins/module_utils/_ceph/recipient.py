# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manages the key pair with which a host receives cephx keys, and lists the keys that it holds."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import SEALING_FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core import files

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
    path = private_path(directory)
    state = files.read_file(path)
    # A parallel run may have created the pair meanwhile: it is then used.
    with contextlib.suppress(files.ChangedMeanwhile):
        files.write_atomic(path, openssl.new_private_key(), 0o600, read=state)


def public_key(openssl: Callable[[], Openssl], directory: str, create: bool) -> str | None:
    """The public key of this host, or None. With ``create`` a missing key pair is generated."""
    directory = directory.rstrip("/")
    if os.path.lexists(directory):
        _check_directory(directory)
    path = private_path(directory)
    if create:
        files.remove_leftovers(path)
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
