# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are safe in a cluster, in a keyring, in an INI section and in a path."""

from __future__ import annotations

import re

# Monitors accept more (blanks, brackets, dollars), and such names then break keyrings and paths.
_CLIENT = re.compile(r"client\.[A-Za-z0-9][A-Za-z0-9_.-]*")
_CLUSTER = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 100


def client_name_problem(name: str) -> str | None:
    """Why ``name`` cannot be a client, or None."""
    if not name.startswith("client."):
        return f"'{name}' is not a client: a name is 'client.' and an id, such as client.glance.central"
    if not _CLIENT.fullmatch(name):
        return (
            f"'{name}' is not a usable client name: after 'client.' come letters, digits, '_', '.' and '-', "
            "beginning with a letter or a digit"
        )
    if len(name) > _LONGEST:
        return f"'{name}' is longer than {_LONGEST} characters"
    return None


def client_problem(name: str) -> str | None:
    """Why ``name`` cannot be a client that this collection manages, or None."""
    problem = client_name_problem(name)
    if problem:
        return problem
    if name == "client.admin" or name.startswith("client.bootstrap-"):
        return f"'{name}' belongs to the Ceph cluster itself and is not managed here"
    return None


def cluster_problem(name: str) -> str | None:
    """Why ``name`` cannot be a cluster name, or None."""
    if _CLUSTER.fullmatch(name):
        return None
    return f"'{name}' is not a cluster name: only letters and digits, since it is the base name of the conf file"


def client_id(name: str) -> str:
    """The part after ``client.``: what ``rados_id`` and ``rbd_store_user`` want."""
    return name[len("client.") :] if name.startswith("client.") else name


def keyring_path(directory: str, cluster: str, name: str) -> str:
    """Where librados looks for the keyring of ``name`` when the conf is called ``<cluster>.conf``."""
    return f"{directory.rstrip('/')}/{cluster}.{name}.keyring"


def conf_path(directory: str, cluster: str) -> str:
    """The conf file of a cluster on its consumers."""
    return f"{directory.rstrip('/')}/{cluster}.conf"
