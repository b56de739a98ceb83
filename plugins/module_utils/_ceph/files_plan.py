# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the changes of the confs and keyrings of a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.dcn.glance.plugins.module_utils._ceph import conf, keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

CONF_MODE = 0o644


@dataclass(frozen=True)
class DesiredKeyring:
    """The keyring of a client. ``uid`` and ``gid`` None keep the owner and group of an existing file.

    With ``keep_attributes``, an existing file keeps owner, group and mode.
    """

    client: str
    present: bool = True
    key_id: str | None = None
    sealed: str | None = None
    uid: int | None = None
    gid: int | None = None
    mode: int = 0o600
    keep_attributes: bool = False

    def beside(self, state: FileState) -> DesiredKeyring:
        """The same with the attributes of the existing file, if they are to be kept."""
        if not (self.keep_attributes and state.exists):
            return self
        return replace(self, uid=state.uid, gid=state.gid, mode=state.mode)


@dataclass(frozen=True)
class DesiredCluster:
    """The conf and the keyrings of a cluster on this host."""

    cluster: str
    present: bool = True
    fsid: str | None = None
    mon_host: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    keyrings: tuple[DesiredKeyring, ...] = ()


@dataclass(frozen=True)
class FilePlan:
    """One file. ``text`` is its new content, except of a keyring whose key is still encrypted: see ``sealed_key``.

    ``sealed_key`` is (cluster, keyring).
    """

    state: FileState
    action: str
    reason: str
    mode: int = 0o600
    uid: int | None = None
    gid: int | None = None
    text: bytes | None = field(default=None, repr=False)
    sealed_key: tuple[str, DesiredKeyring] | None = field(default=None, repr=False)
    before: str = ""
    after: str = ""

    @property
    def path(self) -> str:
        return self.state.path


@dataclass
class FilesPlan:
    """All files in the order in which they are written, and warnings."""

    files: list[FilePlan] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def file_paths(desired: Sequence[DesiredCluster], directory: str) -> list[str]:
    """The paths of all files of the clusters."""
    paths = []
    for cluster in desired:
        paths += [ceph_names.keyring_path(cluster.cluster, item.client, directory) for item in cluster.keyrings]
        paths.append(ceph_names.conf_path(cluster.cluster, directory))
    return paths


class FilesPlanner:
    """Plans the files of all clusters. ``owner`` is the (uid, gid) of confs, None to keep that of each file.

    ``inside`` is the directory as the services see it, if they run in containers.
    """

    def __init__(
        self,
        directory: str,
        read: Callable[[str], FileState],
        owner: tuple[int, int] | None,
        check: bool,
        inside: str | None = None,
    ) -> None:
        self._directory = directory
        self._inside = inside or directory
        self._read = read
        self._owner = owner
        self._check = check
        self._problems: list[Problem] = []
        self._plan = FilesPlan()

    def plan(self, desired: Sequence[DesiredCluster]) -> FilesPlan:
        for index, cluster in enumerate(desired):
            self._cluster(f"clusters[{index}]", cluster)
        if self._problems:
            raise InputErrors(self._problems)
        return self._plan

    def _cluster(self, path: str, cluster: DesiredCluster) -> None:
        # Keyrings first, so that a conf never exists without its keyrings.
        for index, item in enumerate(cluster.keyrings):
            file = ceph_names.keyring_path(cluster.cluster, item.client, self._directory)
            state = self._read(file)
            if cluster.present and item.present:
                self._keyring(f"{path}.clients[{index}]", cluster.cluster, item.beside(state), state)
            else:
                self._drop_keyring(item.client, state)
        state = self._read(ceph_names.conf_path(cluster.cluster, self._directory))
        if cluster.present:
            self._conf(path, cluster, state)
        elif state.exists:
            self._add(FilePlan(state, "remove", "this host no longer uses the cluster", before=_text(state)))
        else:
            self._add(FilePlan(state, "none", "absent"))

    def _add(self, plan: FilePlan) -> None:
        self._plan.files.append(plan)

    # Confs

    def _conf(self, path: str, cluster: DesiredCluster, state: FileState) -> None:
        content = conf.ConfContent(
            cluster.fsid,
            cluster.mon_host,
            cluster.options,
            {
                item.client: ceph_names.keyring_path(cluster.cluster, item.client, self._inside)
                for item in cluster.keyrings
                if item.present
            },
            [item.client for item in cluster.keyrings if not item.present],
        )
        try:
            fsid = self._known(path, cluster, state, "fsid", cluster.fsid)
            self._known(path, cluster, state, "mon_host", cluster.mon_host)
            text = conf.render(state.data, content, state.path)
        except InputErrors as error:
            self._problems += [Problem(f"{path} ({problem.path})", problem.message) for problem in error.problems]
            return
        if state.exists and fsid and cluster.fsid and fsid != cluster.fsid:
            self._plan.warnings.append(
                f"{state.path} had the fsid {fsid}, and the cluster {cluster.cluster} has {cluster.fsid}: "
                "the cluster was recreated, or the conf belonged to another cluster."
            )
        uid, gid = self._owner if self._owner is not None else (None, None)
        after = text.decode("utf-8")
        if not state.exists:
            self._add(FilePlan(state, "create", "missing", CONF_MODE, uid, gid, text, after=after))
        elif text != state.data:
            reason = "content differs"
            self._add(FilePlan(state, "update", reason, CONF_MODE, uid, gid, text, before=_text(state), after=after))
        else:
            self._add(self._attributes(state, CONF_MODE, uid, gid))

    def _known(
        self, path: str, cluster: DesiredCluster, state: FileState, option: str, given: str | None
    ) -> str | None:
        """The value of an option in the conf. It is a problem when neither the conf nor the input has one."""
        found = conf.read_option(state.data, "global", option, state.path)
        if not found and not given:
            message = (
                f"the {option} of the cluster {cluster.cluster} is required, because {state.path} does not have it"
            )
            self._problems.append(Problem(f"{path}.{option}", message))
        return found

    # Keyrings

    def _keyring(self, path: str, cluster: str, item: DesiredKeyring, state: FileState) -> None:
        text = _text(state) if state.exists else None
        broken, held = _read_key(text, item.client)
        if item.key_id is not None and held == item.key_id:
            self._add(self._attributes(state, item.mode, item.uid, item.gid))
            return
        if not self._check:
            if item.key_id is None:
                self._problems.append(Problem(f"{path}.key_id", f"the id of the key of {item.client} is required"))
                return
            if not item.sealed:
                message = (
                    f"the encrypted key of {item.client} is required, because {state.path} does not hold the key "
                    f"{item.key_id}: run dcn.glance.key_recipient on this host and pass its result to "
                    "dcn.glance.ceph_client"
                )
                self._problems.append(Problem(f"{path}.sealed", message))
                return
        if text is None:
            action, reason = "create", "missing"
        elif broken:
            action, reason = "update", f"Ceph refuses the file: {broken}"
        elif held is None:
            action, reason = "update", f"has no key of {item.client}"
        else:
            action, reason = "update", f"has another key ({held})"
        after = f"[{item.client}]\n\tkey: {item.key_id or '(not created yet)'}\n"
        self._add(
            FilePlan(
                state,
                action,
                reason,
                item.mode,
                item.uid,
                item.gid,
                sealed_key=(cluster, item),
                before=keyring.masked(text),
                after=keyring.masked(text, without_entity=item.client) + after,
            )
        )

    def _drop_keyring(self, client: str, state: FileState) -> None:
        if not state.exists:
            self._add(FilePlan(state, "none", "absent"))
            return
        text = _text(state)
        before = keyring.masked(text)
        broken, held = _read_key(text, client)
        rest = None if broken else keyring.without(text, client)
        if rest is None:
            self._add(FilePlan(state, "remove", f"{client} is no longer used on this host", before=before))
        elif held is None:
            self._add(FilePlan(state, "none", f"holds no key of {client}"))
        else:
            reason = f"{client} is no longer used on this host; the other clients in the file are kept"
            data, after = rest.encode("utf-8"), keyring.masked(rest)
            self._add(FilePlan(state, "update", reason, state.mode, text=data, before=before, after=after))

    def _attributes(self, state: FileState, mode: int, uid: int | None, gid: int | None) -> FilePlan:
        wrong = [
            name
            for name, is_wrong in (
                ("mode", state.mode != mode),
                ("owner", uid is not None and uid != state.uid),
                ("group", gid is not None and gid != state.gid),
            )
            if is_wrong
        ]
        if not wrong:
            return FilePlan(state, "none", "unchanged", mode, uid, gid)
        after = _described(mode, state.uid if uid is None else uid, state.gid if gid is None else gid)
        before = _described(state.mode, state.uid, state.gid)
        reason = f"{', '.join(wrong)} differ{'s' if len(wrong) == 1 else ''}"
        return FilePlan(state, "attributes", reason, mode, uid, gid, before=before, after=after)


def _described(mode: int, uid: int, gid: int) -> str:
    return f"mode: {mode:04o}\nowner: {uid}\ngroup: {gid}\n"


def _text(state: FileState) -> str:
    # Bytes that are not UTF-8 become characters that Ceph and the parser refuse.
    return (state.data or b"").decode("utf-8", "replace")


def _read_key(text: str | None, client: str) -> tuple[str | None, str | None]:
    """(why Ceph refuses the file, id of the client's key)"""
    if text is None:
        return None, None
    try:
        key = keyring.key_of(text, client)
    except keyring.KeyringError as error:
        return str(error), None
    return None, key_id(key) if key else None
