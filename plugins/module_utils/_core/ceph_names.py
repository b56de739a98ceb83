# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of Ceph clients and clusters that are safe everywhere, and the paths of their files on a consumer."""

from __future__ import annotations

import re

#: Directory of confs and keyrings on the hosts that use a cluster.
CONF_DIRECTORY = "/etc/ceph"

# Monitors accept more characters (spaces, brackets, dollar signs), but those break keyrings and paths.
_CLIENT = re.compile(r"client\.[A-Za-z0-9][A-Za-z0-9_.-]*")
_CLUSTER = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 100


def client_name_problem(name: str) -> str | None:
    """Why ``name`` cannot be a client, or None."""
    if not name.startswith("client."):
        return f"'{name}' is not a client name: it must be 'client.' and an id, such as client.glance.central"
    if not _CLIENT.fullmatch(name):
        return (
            f"'{name}' is not a usable client name: the id after 'client.' consists of letters, digits, '_', '.' and "
            "'-', and starts with a letter or a digit"
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
        return f"'{name}' belongs to the Ceph cluster itself and cannot be managed"
    return None


def cluster_problem(name: str) -> str | None:
    """Why ``name`` cannot be a cluster name, or None."""
    if _CLUSTER.fullmatch(name):
        return None
    return f"'{name}' is not a cluster name: it consists of letters and digits, since it is the base name of the conf"


def conf_name(cluster: str) -> str:
    """File name of the conf of a cluster."""
    return f"{cluster}.conf"


def keyring_name(cluster: str, client: str) -> str:
    """File name of the keyring of ``client``: librados looks for it when the conf is ``CLUSTER.conf``."""
    return f"{cluster}.{client}.keyring"


def conf_path(cluster: str, directory: str = CONF_DIRECTORY) -> str:
    """Path of the conf of a cluster on its consumers."""
    return f"{directory.rstrip('/')}/{conf_name(cluster)}"


def keyring_path(cluster: str, client: str, directory: str = CONF_DIRECTORY) -> str:
    """Path of the keyring of ``client`` (such as ``client.glance.dcn0``) on a consumer."""
    return f"{directory.rstrip('/')}/{keyring_name(cluster, client)}"
