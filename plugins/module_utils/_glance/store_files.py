# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of an rbd store are missing on a host: its conf, without which Glance does not start, or its keyring.

Pure: the caller answers which files exist and what a conf contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from posixpath import basename

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document


@dataclass(frozen=True)
class HostFiles:
    """Answers about the files of a host, by the paths that Glance uses.

    ``read`` returns None for a file that cannot be read, such as one that an earlier task would write in check mode.
    ``where`` is the path on the host, which is another one if Glance runs in a container.
    """

    exists: Callable[[str], bool]
    read: Callable[[str], bytes | None]
    where: Callable[[str], str] = str


#: Where librados looks for a keyring when the conf names none; ``$cluster`` and ``$name`` are substituted.
DEFAULT_KEYRINGS = (
    "/etc/ceph/$cluster.$name.keyring",
    "/etc/ceph/$cluster.keyring",
    "/etc/ceph/keyring",
    "/etc/ceph/keyring.bin",
)


def missing_file(store: DesiredStore, files: HostFiles) -> str:
    """The conf or the keyring of a store that does not exist on the host, '' if both exist or the store needs none.

    A keyring is missing only if it is certain: not if the conf holds a key, or names a keyring with a variable that
    is not known here.
    """
    conf = store.ceph_conf
    if not conf:
        return ""
    if not files.exists(conf):
        return conf
    user, content = store.option("rbd_store_user"), files.read(conf)
    candidates = keyring_paths(conf, content, f"client.{user}") if user and content is not None else None
    if candidates is None or any("$" in path or files.exists(path) for path in candidates):
        return ""
    return candidates[0]


def keyring_paths(path: str, conf: bytes, client: str) -> list[str] | None:
    """Where librados searches the keyring of ``client`` (such as ``client.glance``), in its order.

    None if the conf at ``path`` has the key in another way, or cannot be parsed. Variables that are not known here
    remain in the paths.
    """
    stated = _stated_keyrings(conf, client)
    if stated is None:
        return None
    cluster = basename(path)[: -len(".conf")] if path.endswith(".conf") else "ceph"
    variables = {"cluster": cluster, "name": client, "type": "client", "id": client.partition(".")[2]}
    return [_substituted(each, variables) for each in stated or DEFAULT_KEYRINGS]


def _stated_keyrings(conf: bytes, client: str) -> list[str] | None:
    """The keyrings that a conf names for a client, empty if it names none; None if the key comes from elsewhere."""
    try:
        document = Document.parse(conf, "ceph")
    except InputErrors:
        return None
    for section in (client, "client", "global"):
        if document.get(section, "key") or document.get(section, "keyfile"):
            return None
        stated = document.get(section, "keyring")
        if stated:
            return [path.strip() for path in re.split(r"[,;]", stated) if path.strip()]
    return []


def _substituted(path: str, variables: dict[str, str]) -> str:
    return re.sub(
        r"\$(?:\{(\w+)\}|(\w+))", lambda found: variables.get(found.group(1) or found.group(2), found.group()), path
    )
