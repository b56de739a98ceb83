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

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import keyring_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document


@dataclass(frozen=True)
class HostFiles:
    """Answers about the files of a host.

    ``read`` gives None for a file that cannot be read, such as one that an earlier task would write in check mode.
    """

    exists: Callable[[str], bool]
    read: Callable[[str], bytes | None]


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
    if not user or content is None:
        return ""
    cluster = basename(conf)[: -len(".conf")] if conf.endswith(".conf") else "ceph"
    client = f"client.{user}"
    stated = _stated_keyrings(content, client)
    if stated is None:
        return ""
    variables = {"cluster": cluster, "name": client, "type": "client", "id": user}
    candidates = [_substituted(path, variables) for path in stated or DEFAULT_KEYRINGS]
    if any("$" in path or files.exists(path) for path in candidates):
        return ""
    return candidates[0] if stated else keyring_path(cluster, client)


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
