# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of Glance's definitions in short, for when no definition is at hand.

One field a line: path below its parent, type, and what its value must be. ``*`` is any key, ``[]`` an item of a list,
``any`` a part that is not looked into.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STORAGE = """
storageClass string
storageRequest string
external boolean
"""

_CACHE = """
size string
cleanerScheduler string
prunerScheduler string
"""

_API = """
apiTimeout integer min=1
auth.applicationCredentialSecret string
customServiceConfig string
customServiceConfigSecrets[] string
imageCache @cache
networkAttachments[] string
nodeSelector.* string
override.probes any
override.service.*.endpointURL string
override.service.*.metadata.annotations.* string
override.service.*.metadata.labels.* string
override.service.*.spec any
replicas integer min=0 max=32
resources any
storage @storage
tls.api.internal.secretName string
tls.api.public.secretName string
tls.caBundleSecretName string
topologyRef.name string
topologyRef.namespace string
type string one=split|single|edge
"""

_FILES = """
items[].key string required
items[].mode integer
items[].path string required
optional boolean
"""

_MOUNTS = """
name string
region string
extraVol[].propagation[] string
extraVol[].extraVolType string
extraVol[].volumes[].name string required
extraVol[].volumes[].configMap @configmap
extraVol[].volumes[].csi any
extraVol[].volumes[].emptyDir any
extraVol[].volumes[].nfs.path string required
extraVol[].volumes[].nfs.server string required
extraVol[].volumes[].nfs.readOnly boolean
extraVol[].volumes[].persistentVolumeClaim.claimName string required
extraVol[].volumes[].persistentVolumeClaim.readOnly boolean
extraVol[].volumes[].projected.defaultMode integer
extraVol[].volumes[].projected.sources[].clusterTrustBundle any
extraVol[].volumes[].projected.sources[].configMap @source
extraVol[].volumes[].projected.sources[].downwardAPI any
extraVol[].volumes[].projected.sources[].secret @source
extraVol[].volumes[].projected.sources[].serviceAccountToken any
extraVol[].volumes[].secret @secret
extraVol[].mounts[].name string required
extraVol[].mounts[].mountPath string required
extraVol[].mounts[].mountPropagation string
extraVol[].mounts[].readOnly boolean
extraVol[].mounts[].recursiveReadOnly string
extraVol[].mounts[].subPath string
extraVol[].mounts[].subPathExpr string
"""

_TEMPLATE = """
apiTimeout integer min=1
customServiceConfig string
customServiceConfigSecrets[] string
databaseAccount string
databaseInstance string
dbPurge.age integer min=1
dbPurge.schedule string
extraMounts[] @mounts
glanceAPIs.* @api
imageCache @cache
keystoneEndpoint string
memcachedInstance string
nodeSelector.* string
notificationBusInstance string
notificationsBus.cluster string
notificationsBus.user string
notificationsBus.vhost string
passwordSelectors.service string
preserveJobs boolean
quotas.imageCountTotal integer
quotas.imageCountUpload integer
quotas.imageSizeTotal integer
quotas.imageStageTotal integer
secret string
serviceUser string
storage @storage
topologyRef.name string
topologyRef.namespace string
"""

_GLANCE_API = """
apiType string one=internal|external|single|edge
containerImage string
databaseAccount string
databaseHostname string
extraMounts[] @mounts
memcachedInstance string
notificationBusSecret string
passwordSelectors.service string
quota boolean
secret string
serviceAccount string
serviceUser string
"""

_CONTROL_PLANE = """
spec.extraMounts[] @mounts
spec.glance.apiOverrides any
spec.glance.applicationCredential any
spec.glance.enabled boolean
spec.glance.serviceName string
spec.glance.template @template
spec.glance.uniquePodNames boolean
"""

_PARTS = {
    "storage": _STORAGE,
    "cache": _CACHE,
    "api": _API,
    "configmap": f"name string\ndefaultMode integer\n{_FILES}",
    "source": f"name string\n{_FILES}",
    "secret": f"secretName string\ndefaultMode integer\n{_FILES}",
    "mounts": _MOUNTS,
    "template": _TEMPLATE,
}
Schema = dict[str, Any]
PRESERVE = "x-kubernetes-preserve-unknown-fields"


def _build(text: str) -> Schema:
    """The openAPI form of a table."""
    root: Schema = {"type": "object", "properties": {}}
    for line in text.split("\n"):
        words = line.split()
        if words:
            _add(root, words[0], _leaf(words[1:]), "required" in words)
    return root


def _leaf(words: list[str]) -> Schema:
    kind = words[0]
    if kind.startswith("@"):
        return _build(_PARTS[kind[1:]])
    if kind == "any":
        return {PRESERVE: True}
    found: Schema = {"type": kind}
    for word in words[1:]:
        name, _equals, value = word.partition("=")
        if name in ("min", "max"):
            found[f"{name}imum"] = int(value)
        elif name == "one":
            found["enum"] = value.split("|")
    return found


def _add(root: Schema, path: str, leaf: Schema, required: bool) -> None:
    """Put a field into its place, making what is above it."""
    parts = path.replace("[]", ".[]").split(".")
    node = root
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "[]":
            node["type"] = "array"
            node.pop("properties", None)
            node = _below(node, "items", leaf if last else None)
        elif part == "*":
            node.pop("properties", None)
            node = _below(node, "additionalProperties", leaf if last else None)
        else:
            if last and required:
                node.setdefault("required", []).append(part)
            node = _below(node.setdefault("properties", {}), part, leaf if last else None)


def _below(node: Schema, key: str, leaf: Schema | None) -> Schema:
    if leaf is not None:
        node[key] = leaf
    found: Schema = node.setdefault(key, {"type": "object", "properties": {}})
    return found


def schemas() -> Mapping[str, Schema]:
    """{kind: schema of the object}."""
    control_plane = _build(_CONTROL_PLANE)
    control_plane["properties"]["spec"][PRESERVE] = True
    glance = {"type": "object", "properties": {"spec": _build(f"containerImage string\n{_TEMPLATE}")}}
    api = {"type": "object", "properties": {"spec": _build(f"{_API}\n{_GLANCE_API}")}}
    return {"OpenStackControlPlane": control_plane, "Glance": glance, "GlanceAPI": api}
