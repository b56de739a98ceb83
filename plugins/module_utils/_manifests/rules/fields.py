# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the form of the objects: YAML, kustomize, and the fields and values of the definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import (
    ERROR,
    INFO,
    WARNING,
    Hit,
    Hits,
    Rule,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Document, Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import SCALAR, Node, join
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema.check import (
    INVALID,
    REQUIRED,
    UNKNOWN,
    Schema,
    SchemaError,
    below,
    schema_errors,
)

_METADATA = frozenset(
    """
    name generateName namespace labels annotations finalizers ownerReferences uid resourceVersion generation
    creationTimestamp deletionTimestamp deletionGracePeriodSeconds managedFields selfLink
    """.split()
)
_TOP = ("apiVersion", "kind", "metadata", "spec", "status")
_PRUNED = "the API server drops it without a message, or rejects the object under strict validation"

#: Fields that the spec of a control plane also has in some releases.
_COMMON = frozenset(("secret", "storageClass", "extraMounts", "topologyRef", "nodeSelector", "notificationsBus"))

#: {field that is often misplaced or misnamed: advice}.
_KNOWN_MISTAKES = {
    "preserveJobs": "it is a field of the template, not of an API. Move it to the template, or remove it",
    "extraMounts": "an API has no extraMounts. Move them to spec.extraMounts with `propagation: [{api}]`",
    "glanceAPI": "the field is glanceAPIs, a mapping of APIs. Write `glanceAPIs: {{default: {{...}}}}`",
    "glanceAPIInternal": "the field is glanceAPIs, a mapping of APIs",
    "glanceAPIExternal": "the field is glanceAPIs, a mapping of APIs",
    "annotation": "the field is annotations",
    "label": "the field is labels",
    "storageClass": "the field is storage.storageClass",
    "storageRequest": "the field is storage.storageRequest",
    "databaseUser": "the field is databaseAccount",
    "quotas": "quotas apply to all APIs. Move it to the template",
    "keystoneEndpoint": "it is a field of the template. Move it there",
    "debug": "current definitions do not have it. Remove it",
    "containerImage": (
        "newer releases take the image from the OpenStackVersion. Remove it, or specify the definitions of your "
        "release with `crds`"
    ),
}


#: {deprecated field of the template: advice}.
_DEPRECATED = {
    "notificationBusInstance": "Use notificationsBus.cluster. The webhook rejects changes of the deprecated field",
}


def input_fault_rule(rule: str) -> Rule[Workspace]:
    """A rule that reports faults found while reading."""
    severity, summary = _INPUT_FAULTS[rule]

    def check(workspace: Workspace) -> Hits:
        for fault in workspace.faults:
            if fault.rule == rule:
                yield Hit("", fault.message, severity=fault.severity, location=fault.location)

    return Rule(rule, severity, summary, check)


_INPUT_FAULTS = {
    "yaml-invalid": (ERROR, "the YAML is invalid"),
    "yaml-duplicate-key": (ERROR, "a mapping has a key twice"),
    "template-file": (WARNING, "a file is a Jinja template"),
    "kustomize-broken": (ERROR, "kustomize cannot build the kustomization"),
    "kustomize-outside": (WARNING, "a kustomization uses a file outside of its directory"),
    "base-missing": (INFO, "only the patches were checked, because a base is unknown"),
}


def _errors(workspace: Workspace) -> Iterator[tuple[Document | None, str, SchemaError]]:
    """(document, label of the object, error) for all objects."""
    for document in workspace.documents:
        for path, node, part in _parts(document, workspace.schemas.get(document.kind)):
            for error in schema_errors(node, part, path):
                yield document, document.label, error
    control_plane = workspace.schemas.get("OpenStackControlPlane")
    apis = below(control_plane, "spec", "glance", "template", "glanceAPIs")
    mounts = below(control_plane, "spec", "extraMounts")
    for deployment in workspace.deployments:
        if deployment.kind != "values":
            continue
        for schema, keys in ((apis, ("data", "glance", "glanceAPIs")), (mounts, ("data", "extraMounts"))):
            found = deployment.root.get(*keys)
            if schema is not None and found is not None:
                for error in schema_errors(found, schema, ".".join(keys)):
                    yield None, deployment.label, error


def _parts(document: Document, schema: Schema | None) -> Iterator[tuple[str, Node, Schema]]:
    """(field path, node, schema) of the parts of an object that are checked: for a control plane those of Glance."""
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
    for document, label, error in _errors(workspace):
        if error.problem == UNKNOWN:
            outside = document is not None and error.path.startswith("spec.glance.apiOverrides")
            message = f"is not in the definition: {_advice(error)}"
            if document is not None and document.is_live:
                # The API server does not store fields that its own definition lacks.
                outside = True
                message = (
                    "is not in the definition that was used for this check, but the API server accepted it: the "
                    "cluster runs another release. Specify the definitions of that release with `crds`"
                )
            severity = WARNING if outside else ""
            yield Hit(error.path, message, _site(error.path), severity, label, error.location)
    for document in workspace.documents:
        yield from _outside_spec(document, workspace.schemas.get(document.kind))


def _outside_spec(document: Document, schema: Schema | None) -> Hits:
    """Unknown fields outside of spec, and unknown services of a control plane."""
    for key, entry in document.node.entries.items():
        if key not in _TOP:
            message = f"is not a field of the object: {_PRUNED}{words.suggest(key, _TOP)}"
            yield Hit(key, message, object=document.label, location=entry.location)
    for key, entry in document.node.children("metadata").items():
        if key not in _METADATA:
            advice = _KNOWN_MISTAKES.get(key) or f"{_PRUNED}{words.suggest(key, _METADATA)}"
            message = f"is not a field of the object: {advice}"
            yield Hit(f"metadata.{key}", message, object=document.label, location=entry.location)
    if document.kind == "OpenStackControlPlane":
        yield from _services(document, below(schema, "spec") or {})


def _services(document: Document, schema: Schema) -> Hits:
    """Unknown fields in the spec of a control plane, and fields of Glance that belong below spec.glance."""
    known = schema.get("properties") or {}
    template = below(schema, "glance", "template") or {}
    glance = (template.get("properties") or {}).keys() - known.keys() - _COMMON
    for key, entry in document.node.children("spec").items():
        message = ""
        if key in glance or key in _KNOWN_MISTAKES.keys() - known.keys() - _COMMON:
            message, severity = f"is not a field of a control plane: {_PRUNED}. Move it to spec.glance.template", ""
        elif key not in known and _has_all_services(known):
            message = f"is not in the definition: {_PRUNED}{words.suggest(key, known, 0.8)}"
            # The field is not one of Glance.
            severity = WARNING
        if message:
            yield Hit(f"spec.{key}", message, severity=severity, object=document.label, location=entry.location)


def _has_all_services(known: Mapping[str, Any]) -> bool:
    """Whether a definition has all services. One that was reduced to Glance does not show the others."""
    return any((below(schema, "template") or {}).get("properties") for key, schema in known.items() if key != "glance")


def _advice(error: SchemaError) -> str:
    parent = error.path.rpartition(".")[0]
    if error.key == "name" and parent.endswith(".secret"):
        return "a Secret volume has `secretName`; `name` is for projected sources. The pods get no files"
    if error.key == "secretName" and parent.endswith(".secret"):
        return "a projected source has `name`"
    known = _KNOWN_MISTAKES.get(error.key)
    if known and not (error.key == "extraMounts" and "glanceAPI" not in error.path):
        return known.format(api=_site(error.path) or "KEY")
    return f"{_PRUNED}{words.suggest(error.key, error.known)}"


def _site(path: str) -> str:
    """The key of the API in a field path, or an empty string."""
    _before, found, rest = path.partition(".glanceAPIs.")
    if not found:
        _before, found, rest = path.partition('.glanceAPIs["')
        return rest.partition('"]')[0]
    return rest.partition(".")[0].partition("[")[0]


def field_invalid(workspace: Workspace) -> Hits:
    for _document, label, error in _errors(workspace):
        if error.problem == INVALID:
            yield Hit(error.path, error.message, _site(error.path), object=label, location=error.location)
    for document in workspace.documents:
        for name in ("annotations", "labels"):
            for key, entry in document.node.children("metadata", name).items():
                value = entry.node
                if value.kind != SCALAR or (value.value is not None and not isinstance(value.value, str)):
                    shown = words.show(value.value) if value.kind == SCALAR else words.kind(value.plain())
                    message = f"is {shown} and must be text, so the API server rejects the object. Quote the value"
                    path = join(f"metadata.{name}", key)
                    yield Hit(path, message, object=document.label, location=entry.location)


def field_required(workspace: Workspace) -> Hits:
    for document, label, error in _errors(workspace):
        if error.problem == REQUIRED and "extraMounts" in error.path:
            message = "is missing, so the API server rejects the object. Add it"
            yield Hit(error.path, message, _site(error.path), object=label, location=error.location)
        elif error.problem == REQUIRED and document is not None and not document.partial:
            message = (
                "is missing. The webhook of the operator adds it; without webhooks the API server rejects the object"
            )
            severity = INFO
            if document.kind == "GlanceAPI":
                severity = WARNING
                message = "is missing. The operator sets it only in a GlanceAPI that it creates itself. Add it"
            yield Hit(error.path, message, _site(error.path), severity, label, error.location)


def field_deprecated(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        for name, advice in _DEPRECATED.items():
            entry = deployment.template.entry(name)
            if entry is not None and entry.node.string():
                yield deployment.hit(join(deployment.base, name), f"is deprecated. {advice}", entry.location)


def field_as_api(workspace: Workspace) -> Hits:
    template = below(workspace.schemas.get("OpenStackControlPlane"), "spec", "glance", "template")
    fields = (template or {}).get("properties") or {}
    api = (below(template, "glanceAPIs", "*") or {}).get("properties") or {}
    for deployment in workspace.deployments:
        for key, entry in deployment.template.children("glanceAPIs").items():
            if key in fields or key in api:
                message = (
                    f"is read as an API called '{key}', because the keys of glanceAPIs are names of APIs. Move the "
                    "field one level up, or into an API"
                )
                path = join(f"{deployment.base}.glanceAPIs", key)
                yield deployment.hit(path, message, entry.location, key)


RULES = (
    *(input_fault_rule(rule) for rule in _INPUT_FAULTS),
    Rule("field-unknown", ERROR, "a field is not in the definition", field_unknown),
    Rule("field-invalid", ERROR, "a value is invalid according to the definition", field_invalid),
    Rule("field-required", ERROR, "a required field is missing", field_required),
    Rule("field-deprecated", WARNING, "a field is deprecated", field_deprecated),
    Rule("field-as-api", ERROR, "a field is among the names of APIs", field_as_api),
)
