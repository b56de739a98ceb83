# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: the form of the objects: YAML, kustomize, fields and values by the definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import (
    ERROR,
    INFO,
    WARNING,
    Hit,
    Hits,
    Rule,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import SCALAR, Node, join
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema.schema import (
    INVALID,
    REQUIRED,
    UNKNOWN,
    Misfit,
    Schema,
    below,
    misfits,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Document, Workspace

_METADATA = frozenset(
    """
    name generateName namespace labels annotations finalizers ownerReferences uid resourceVersion generation
    creationTimestamp deletionTimestamp deletionGracePeriodSeconds managedFields selfLink
    """.split()
)
_TOP = ("apiVersion", "kind", "metadata", "spec", "status")
_PRUNED = "the API server drops it without a word, or refuses the object under strict validation"

#: Fields that a control plane has too, in one release or another.
_COMMON = frozenset(("secret", "storageClass", "extraMounts", "topologyRef", "nodeSelector", "notificationsBus"))

#: Fields that are often written where they are not, and what to do about each.
_KNOWN_MISTAKES = {
    "preserveJobs": "it is a field of the template, beside glanceAPIs, not of an API. Move it there or remove it",
    "extraMounts": "an API has no mounts of its own. Move them to spec.extraMounts with `propagation: [{api}]`",
    "glanceAPI": "the field is glanceAPIs, a mapping of APIs by name. Write `glanceAPIs: {{default: {{...}}}}`",
    "glanceAPIInternal": "the field is glanceAPIs, a mapping of APIs by name",
    "glanceAPIExternal": "the field is glanceAPIs, a mapping of APIs by name",
    "annotation": "the field is annotations. Without them nothing reads what is written here",
    "label": "the field is labels",
    "storageClass": "it is storage.storageClass now",
    "storageRequest": "it is storage.storageRequest now. As it stands it asks for nothing",
    "databaseUser": "it is databaseAccount now",
    "quotas": "quotas are for all APIs at once. Move it to the template, beside glanceAPIs",
    "keystoneEndpoint": "it names one of the APIs and stands beside glanceAPIs. Move it there",
    "debug": "it is gone from the definition. Remove it",
    "containerImage": "the image is set by the OpenStackVersion, not here. Remove it",
}


def notes(rule: str) -> Rule:
    """A rule whose hits are found while reading."""
    severity, summary = _NOTED[rule]

    def check(workspace: Workspace) -> Hits:
        for note in workspace.notes:
            if note.rule == rule:
                yield Hit(note.place, "", note.message, severity=note.severity)

    return Rule(rule, severity, summary, check)


_NOTED = {
    "yaml-invalid": (ERROR, "the YAML cannot be read"),
    "yaml-duplicate-key": (ERROR, "a key stands twice in one mapping"),
    "template-file": (WARNING, "a file is a template for something else to render"),
    "kustomize-broken": (ERROR, "kustomize cannot build what the kustomization says"),
    "base-missing": (INFO, "only patches are at hand, not what they patch"),
}


def _misfits(workspace: Workspace) -> Iterator[tuple[Document | None, str, Misfit]]:
    """(document, object, misfit) for all objects."""
    for document in workspace.documents:
        for path, node, part in _parts(document, workspace.schemas.get(document.kind)):
            for misfit in misfits(node, part, path):
                yield document, document.label, misfit
    control_plane = workspace.schemas.get("OpenStackControlPlane")
    apis = below(control_plane, "spec", "glance", "template", "glanceAPIs")
    mounts = below(control_plane, "spec", "extraMounts")
    for deployment in workspace.deployments:
        if deployment.kind != "values":
            continue
        for schema, keys in ((apis, ("data", "glance", "glanceAPIs")), (mounts, ("data", "extraMounts"))):
            found = deployment.root.get(*keys)
            if schema is not None and found is not None:
                for misfit in misfits(found, schema, ".".join(keys)):
                    yield None, deployment.label, misfit


def _parts(document: Document, schema: Schema | None) -> Iterator[tuple[str, Node, Schema]]:
    """The parts of an object that are judged: of a control plane only what is Glance's."""
    if schema is None:
        return
    if document.kind != "OpenStackControlPlane":
        node, part = document.node.get("spec"), below(schema, "spec")
        if node is not None and part is not None:
            yield "spec", node, part
        return
    for keys in (("spec", "glance"), ("spec", "extraMounts")):
        node, part = document.node.get(*keys), below(schema, *keys)
        if node is not None and part is not None:
            yield ".".join(keys), node, part


def field_unknown(workspace: Workspace) -> Hits:
    for document, label, misfit in _misfits(workspace):
        if misfit.problem == UNKNOWN:
            aside = document is not None and misfit.path.startswith("spec.glance.apiOverrides")
            message = f"is no field of the definition: {_advice(misfit)}"
            yield Hit(misfit.place, misfit.path, message, _site(misfit.path), WARNING if aside else "", label)
    for document in workspace.documents:
        yield from _around(document, workspace.schemas.get(document.kind))


def _around(document: Document, schema: Schema | None) -> Hits:
    """Unknown fields outside of spec, and services that a control plane does not know."""
    for key, entry in document.node.entries.items():
        if key not in _TOP:
            message = f"is no field of the object: {_PRUNED}{names.suggest(key, _TOP)}"
            yield Hit(entry.place, key, message, object=document.label)
    for key, entry in document.node.children("metadata").items():
        if key not in _METADATA:
            advice = _KNOWN_MISTAKES.get(key) or f"{_PRUNED}{names.suggest(key, _METADATA)}"
            yield Hit(entry.place, f"metadata.{key}", f"is no field of the object: {advice}", object=document.label)
    if document.kind == "OpenStackControlPlane":
        yield from _services(document, below(schema, "spec") or {})


def _services(document: Document, schema: Schema) -> Hits:
    """Fields beside the services of a control plane: Glance's own, one level too high, and what nobody knows."""
    known = schema.get("properties") or {}
    template = below(schema, "glance", "template") or {}
    glance = (template.get("properties") or {}).keys() - known.keys() - _COMMON
    for key, entry in document.node.children("spec").items():
        message = ""
        if key in glance or key in _KNOWN_MISTAKES.keys() - known.keys() - _COMMON:
            message, severity = f"is no field of a control plane: {_PRUNED}. Move it to spec.glance.template", ""
        elif key not in known and _whole(known):
            message = f"is no field of the definition: {_PRUNED}{names.suggest(key, known, 0.8)}"
            # What is lost is not Glance's.
            severity = WARNING
        if message:
            yield Hit(entry.place, f"spec.{key}", message, severity=severity, object=document.label)


def _whole(known: Mapping[str, Any]) -> bool:
    """Whether a definition has all services: one that was cut down to Glance says nothing of the others."""
    return any((below(schema, "template") or {}).get("properties") for key, schema in known.items() if key != "glance")


def _advice(misfit: Misfit) -> str:
    parent = misfit.path.rpartition(".")[0]
    if misfit.key == "name" and parent.endswith(".secret"):
        return "a volume of a Secret names it as `secretName` (`name` is for projected sources). The pod gets no file"
    if misfit.key == "secretName" and parent.endswith(".secret"):
        return "a projected source names its Secret as `name`"
    known = _KNOWN_MISTAKES.get(misfit.key)
    if known and not (misfit.key == "extraMounts" and "glanceAPI" not in misfit.path):
        return known.format(api=_site(misfit.path) or "KEY")
    return f"{_PRUNED}{names.suggest(misfit.key, misfit.known)}"


def _site(path: str) -> str:
    """The key of the API that a field path leads through."""
    _before, found, rest = path.partition(".glanceAPIs.")
    if not found:
        _before, found, rest = path.partition('.glanceAPIs["')
        return rest.partition('"]')[0]
    return rest.partition(".")[0].partition("[")[0]


def field_invalid(workspace: Workspace) -> Hits:
    for _document, label, misfit in _misfits(workspace):
        if misfit.problem == INVALID:
            yield Hit(misfit.place, misfit.path, misfit.message, _site(misfit.path), object=label)
    for document in workspace.documents:
        for name in ("annotations", "labels"):
            for key, entry in document.node.children("metadata", name).items():
                value = entry.node
                if value.kind != SCALAR or (value.value is not None and not isinstance(value.value, str)):
                    shown = names.show(value.value) if value.kind == SCALAR else names.kind(value.plain())
                    message = f"is {shown} and must be text, or the API server refuses the object. Put it into quotes"
                    yield Hit(entry.place, join(f"metadata.{name}", key), message, object=document.label)


def field_required(workspace: Workspace) -> Hits:
    for document, label, misfit in _misfits(workspace):
        if misfit.problem == REQUIRED and "extraMounts" in misfit.path:
            message = "is missing, and the API server refuses the object without it. Add it"
            yield Hit(misfit.place, misfit.path, message, _site(misfit.path), object=label)
        elif misfit.problem == REQUIRED and document is not None and not document.partial:
            message = "is missing: the operator's webhook fills it in; where webhooks are off, the object is refused"
            severity = INFO
            if document.kind == "GlanceAPI":
                severity = WARNING
                message = (
                    "is missing: the operator sets it where it makes the object from a Glance, and nobody else does"
                )
            yield Hit(misfit.place, misfit.path, message, _site(misfit.path), severity, label)


def field_as_api(workspace: Workspace) -> Hits:
    template = below(workspace.schemas.get("OpenStackControlPlane"), "spec", "glance", "template")
    fields = (template or {}).get("properties") or {}
    api = (below(template, "glanceAPIs", "*") or {}).get("properties") or {}
    for deployment in workspace.deployments:
        for key, entry in deployment.template.children("glanceAPIs").items():
            if key in fields or key in api:
                message = (
                    f"is taken for an API called '{key}'. The keys of glanceAPIs are names of APIs: move it "
                    "one level up, or into the API that it is for"
                )
                path = join(f"{deployment.base}.glanceAPIs", key)
                yield Hit(entry.place, path, message, key, object=deployment.label)


RULES = (
    *(notes(rule) for rule in _NOTED),
    Rule("field-unknown", ERROR, "a field is not in the definition", field_unknown),
    Rule("field-invalid", ERROR, "a value is of a type or size that the definition refuses", field_invalid),
    Rule("field-required", ERROR, "a field that must be there is not", field_required),
    Rule("field-as-api", ERROR, "a field stands where the names of APIs stand", field_as_api),
)
