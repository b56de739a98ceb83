# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the NodeSets of the data plane, and for the files that configure Nova on their hosts."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import basename, normpath

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._manifests.edge import (
    NOVA_FILES,
    NodeSet,
    api_configs,
    api_in,
    data_sources,
    default_conf,
    node_sets,
    nova_texts,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.pod_files import KEYRING

CEPH_CLIENT = "ceph-client"
_OF_LIBVIRT = ("images_type", "rbd_user", "rbd_secret_uuid")


def option_misplaced(workspace: Workspace) -> Hits:
    for text in nova_texts(workspace):
        for option in text.ini.options:
            message = ""
            if (option.name.startswith("images_rbd_") or option.name in _OF_LIBVIRT) and not located.same(
                option.section, "libvirt"
            ):
                message = "is read in [libvirt] only. Move it there"
            elif option.name == "endpoint_override" and option.section == located.DEFAULT:
                message = "is not read in [DEFAULT]. Move it to [glance]"
            if message:
                yield text.hit_at(f"[{option.section}] {option.name}", option.line, message)


def file_ignored(workspace: Workspace) -> Hits:
    for text in nova_texts(workspace):
        name = text.path.partition("data")[2].strip('.[]"')
        if text.path != "data.nova.ceph.conf" and not fnmatchcase(name, NOVA_FILES):
            message = (
                f"has options of Nova, which reads only files named {NOVA_FILES}. Rename it, such as 03-ceph-nova.conf"
            )
            yield text.hit_at("", None, message)


def store_unknown(workspace: Workspace) -> Hits:
    known = {store.id for each in api_configs(workspace).values() if each is not None for store in each.stores}
    if workspace.topology is not None:
        known |= {store.id for site in workspace.topology.sites for store in site.stores}
    for text in nova_texts(workspace):
        name = text.value("libvirt", "images_rbd_glance_store_name")
        if name and known and name not in known and "{{" not in name:
            message = f"is '{name}', which is no store of any API ({', '.join(sorted(known))}), so every boot of an "
            message += "image that is not at the site fails"
            yield text.hit("libvirt", "images_rbd_glance_store_name", message)


def glance_foreign(workspace: Workspace) -> Hits:
    configs = api_configs(workspace)
    for text in nova_texts(workspace):
        api, conf = api_in(text.value("glance", "endpoint_override")), text.value("libvirt", "images_rbd_ceph_conf")
        if not api or not configs:
            continue
        theirs = default_conf(configs.get(api))
        message = ""
        if api not in configs:
            message = (
                f"is the Service of the API '{api}', which does not exist. The APIs are {', '.join(sorted(configs))}"
            )
        elif theirs and conf and theirs != normpath(conf):
            message = (
                f"is the API '{api}', whose default store uses {theirs}, but Nova uses {conf}. Use the API of the site"
            )
        if message:
            yield text.hit("glance", "endpoint_override", message)


def _rbd_confs(node_set: NodeSet) -> Iterator[str]:
    for text in node_set.texts:
        if text.value("libvirt", "images_type") == "rbd":
            yield normpath(text.value("libvirt", "images_rbd_ceph_conf") or "/etc/ceph/ceph.conf")


def ceph_missing(workspace: Workspace) -> Hits:
    for node_set in node_sets(workspace):
        if node_set.document.partial:
            continue
        mounted = node_set.files(workspace)
        for conf in dict.fromkeys(_rbd_confs(node_set)):
            if not mounted.is_mounted(conf):
                message = f"mount no Secret at {conf}, which Nova of this NodeSet uses. Mount it"
                yield node_set.hit("spec.nodeTemplate.extraMounts", message)
            elif conf not in mounted.files and not mounted.unknown_reason(conf):
                message = (
                    f"mount no Secret with {basename(conf)}, which Nova of this NodeSet uses. Add it to the Secret"
                )
                yield node_set.hit("spec.nodeTemplate.extraMounts", message)


def client_missing(workspace: Workspace) -> Hits:
    for node_set in node_sets(workspace):
        names = node_set.services
        has_files = any(mount.directory == "/etc/ceph" for each in node_set.extra for mount in each.mounts)
        if not names or not node_set.nova or not (has_files or list(_rbd_confs(node_set))):
            continue
        later = [name for name in (*node_set.nova, "libvirt") if name in names]
        if CEPH_CLIENT not in names:
            message = f"lack {CEPH_CLIENT}, so the hosts get no Ceph files and no libvirt secret. Add it before libvirt"
            yield node_set.hit("spec.services", message)
        elif any(names.index(CEPH_CLIENT) > names.index(name) for name in later):
            message = f"list {CEPH_CLIENT} after {later[-1]}, which needs its files. Move it before libvirt"
            yield node_set.hit("spec.services", message)


def nova_twice(workspace: Workspace) -> Hits:
    for node_set in node_sets(workspace):
        if len(node_set.nova) > 1:
            message = f"list {' and '.join(node_set.nova)}, which configure the same Nova: the last one wins. Keep one"
            yield node_set.hit("spec.services", message)


def keyrings(workspace: Workspace) -> Hits:
    """The operators make the libvirt secret of a conf from the keyring of its cluster, and cut its name at dots."""
    for node_set in node_sets(workspace):
        mounted = node_set.files(workspace)
        names = [basename(path) for path in mounted.files]
        for name in names:
            if not name.endswith(".conf") or mounted.unknown:
                continue
            cluster = name[:-5]
            found = [match for each in names if (match := KEYRING.fullmatch(each)) and match["cluster"] == cluster]
            users = sorted(match["user"] for match in found)
            dotted = [user for user in users if "." in user]
            message = ""
            if len(users) != 1:
                what = f"{len(users)} keyrings ({', '.join(users)})" if users else "no keyring"
                message = f"have {name} and {what} of its cluster: the hosts need exactly one, for the libvirt secret"
            elif dotted:
                message = (
                    f"have the keyring of '{dotted[0]}': the operators cut the name at the dot, and deploying libvirt "
                )
                message += "fails. Use a client whose name has no dot"
            if message:
                yield node_set.hit("spec.nodeTemplate.extraMounts", message)


def uuid_differs(workspace: Workspace) -> Hits:
    for node_set in node_sets(workspace):
        mounted = node_set.files(workspace)
        for text in node_set.texts:
            conf = mounted.files.get(normpath(text.value("libvirt", "images_rbd_ceph_conf") or "/etc/ceph/ceph.conf"))
            content = conf.secret.texts.get(conf.key) if conf is not None else None
            fsid = located.read(content, "ceph").value("global", "fsid") if content else ""
            stated = text.value("libvirt", "rbd_secret_uuid")
            if fsid and stated and "{{" not in stated and stated.lower() != fsid.lower():
                message = (
                    f"is not the fsid of the conf, {fsid}, which is the uuid of the libvirt secret on the hosts. Use it"
                )
                yield text.hit("libvirt", "rbd_secret_uuid", message)


def source_broken(workspace: Workspace) -> Hits:
    for document, path, sources in data_sources(workspace):
        for index, source in enumerate(sources):
            for word in ("configMapRef", "secretRef"):
                reference = source.entry(word)
                if reference is not None and not reference.node.string("name"):
                    message = "has no name below it, so the service does not use this source. Indent `name` below it"
                    where = f"{path}[{index}].{word}"
                    yield Hit(where, message, "", "", document.label, reference.location)


RULES = (
    Rule("service-source-broken", ERROR, "a service does not use a ConfigMap or Secret", source_broken),
    Rule("nova-file-ignored", ERROR, "Nova does not read a file with this name", file_ignored),
    Rule("nova-store-unknown", ERROR, "no API has the store to which Nova has images copied", store_unknown),
    Rule("nova-glance-foreign", ERROR, "Nova gets images from the Glance of another site", glance_foreign),
    Rule("nova-uuid-differs", ERROR, "the libvirt secret of Nova has another uuid", uuid_differs),
    Rule("node-set-ceph-missing", ERROR, "the hosts of a NodeSet do not get the conf that Nova uses", ceph_missing),
    Rule("node-set-ceph-client", ERROR, "the hosts of a NodeSet get no Ceph files", client_missing),
    Rule("node-set-keyrings", ERROR, "the operators cannot make the libvirt secret", keyrings),
    Rule("node-set-nova-twice", ERROR, "two services of a NodeSet configure Nova", nova_twice),
    Rule("nova-option-misplaced", WARNING, "Nova does not read an option in this section", option_misplaced),
)
