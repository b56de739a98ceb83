# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in schemas, for when the user specifies no definitions.

They hold the fields of the Glance definitions in openAPI form, without descriptions, defaults and patterns. A part that
is not checked is ``ANY``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]
PRESERVE = "x-kubernetes-preserve-unknown-fields"

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
ANY: Schema = {PRESERVE: True}


def _fields(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    found: Schema = {"type": "object", "properties": dict(properties)}
    return {**found, "required": list(required)} if required else found


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _at_least(minimum: int) -> Schema:
    return {"type": "integer", "minimum": minimum}


def _one_of(*choices: str) -> Schema:
    return {"type": "string", "enum": list(choices)}


_NAME = _fields({"name": STRING, "namespace": STRING})
_STORAGE = _fields({"storageClass": STRING, "storageRequest": STRING, "external": BOOLEAN})
_IMAGE_CACHE = _fields({"size": STRING, "cleanerScheduler": STRING, "prunerScheduler": STRING})
_PASSWORD_SELECTORS = _fields({"service": STRING})

_FILES = {
    "items": _list(_fields({"key": STRING, "mode": INTEGER, "path": STRING}, required=("key", "path"))),
    "optional": BOOLEAN,
}
_PROJECTED_SOURCE = _fields({"name": STRING, **_FILES})

_VOLUME = _fields(
    {
        "name": STRING,
        "configMap": _fields({"name": STRING, "defaultMode": INTEGER, **_FILES}),
        "csi": ANY,
        "emptyDir": ANY,
        "nfs": _fields({"path": STRING, "server": STRING, "readOnly": BOOLEAN}, required=("path", "server")),
        "persistentVolumeClaim": _fields({"claimName": STRING, "readOnly": BOOLEAN}, required=("claimName",)),
        "projected": _fields(
            {
                "defaultMode": INTEGER,
                "sources": _list(
                    _fields(
                        {
                            "clusterTrustBundle": ANY,
                            "configMap": _PROJECTED_SOURCE,
                            "downwardAPI": ANY,
                            "secret": _PROJECTED_SOURCE,
                            "serviceAccountToken": ANY,
                        }
                    )
                ),
            }
        ),
        "secret": _fields({"secretName": STRING, "defaultMode": INTEGER, **_FILES}),
    },
    required=("name",),
)

_MOUNT = _fields(
    {
        "name": STRING,
        "mountPath": STRING,
        "mountPropagation": STRING,
        "readOnly": BOOLEAN,
        "recursiveReadOnly": STRING,
        "subPath": STRING,
        "subPathExpr": STRING,
    },
    required=("name", "mountPath"),
)

_EXTRA_VOLUME = _fields(
    {
        "propagation": _list(STRING),
        "extraVolType": STRING,
        "volumes": _list(_VOLUME),
        "mounts": _list(_MOUNT),
    }
)
_EXTRA_MOUNTS = _list(_fields({"name": STRING, "region": STRING, "extraVol": _list(_EXTRA_VOLUME)}))

_SERVICE_OVERRIDE = _fields(
    {
        "endpointURL": STRING,
        "metadata": _fields({"annotations": _map(STRING), "labels": _map(STRING)}),
        "spec": ANY,
    }
)

#: The fields of an API, in ``glanceAPIs.<key>`` and in a GlanceAPI.
_API = {
    "apiTimeout": _at_least(1),
    "auth": _fields({"applicationCredentialSecret": STRING}),
    "customServiceConfig": STRING,
    "customServiceConfigSecrets": _list(STRING),
    "imageCache": _IMAGE_CACHE,
    "networkAttachments": _list(STRING),
    "nodeSelector": _map(STRING),
    "override": _fields({"probes": ANY, "service": _map(_SERVICE_OVERRIDE)}),
    "replicas": {"type": "integer", "minimum": 0, "maximum": 32},
    "resources": ANY,
    "storage": _STORAGE,
    "tls": _fields(
        {
            "api": _fields({"internal": _fields({"secretName": STRING}), "public": _fields({"secretName": STRING})}),
            "caBundleSecretName": STRING,
        }
    ),
    "topologyRef": _NAME,
    "type": _one_of("split", "single", "edge"),
}

#: The fields of a Glance, and of ``spec.glance.template`` of a control plane.
_TEMPLATE = {
    "apiTimeout": _at_least(1),
    "customServiceConfig": STRING,
    "customServiceConfigSecrets": _list(STRING),
    "databaseAccount": STRING,
    "databaseInstance": STRING,
    "dbPurge": _fields({"age": _at_least(1), "schedule": STRING}),
    "extraMounts": _EXTRA_MOUNTS,
    "glanceAPIs": _map(_fields(_API)),
    "imageCache": _IMAGE_CACHE,
    "keystoneEndpoint": STRING,
    "memcachedInstance": STRING,
    "nodeSelector": _map(STRING),
    "notificationBusInstance": STRING,
    "notificationsBus": _fields({"cluster": STRING, "user": STRING, "vhost": STRING}),
    "passwordSelectors": _PASSWORD_SELECTORS,
    "preserveJobs": BOOLEAN,
    "quotas": _fields(
        {
            "imageCountTotal": INTEGER,
            "imageCountUpload": INTEGER,
            "imageSizeTotal": INTEGER,
            "imageStageTotal": INTEGER,
        }
    ),
    "secret": STRING,
    "serviceUser": STRING,
    "storage": _STORAGE,
    "topologyRef": _NAME,
}

#: The fields that a GlanceAPI has besides those of an API.
_GLANCE_API = {
    "apiType": _one_of("internal", "external", "single", "edge"),
    "containerImage": STRING,
    "databaseAccount": STRING,
    "databaseHostname": STRING,
    "extraMounts": _EXTRA_MOUNTS,
    "memcachedInstance": STRING,
    "notificationBusSecret": STRING,
    "passwordSelectors": _PASSWORD_SELECTORS,
    "quota": BOOLEAN,
    "secret": STRING,
    "serviceAccount": STRING,
    "serviceUser": STRING,
}

_CONTROL_PLANE_GLANCE = {
    "apiOverrides": ANY,
    "applicationCredential": ANY,
    "enabled": BOOLEAN,
    "serviceName": STRING,
    "template": _fields(_TEMPLATE),
    "uniquePodNames": BOOLEAN,
}


def schemas() -> Mapping[str, Schema]:
    """{kind: schema of the object}. Of a control plane only ``spec.glance`` and ``spec.extraMounts`` are included."""
    spec = _fields({"extraMounts": _EXTRA_MOUNTS, "glance": _fields(_CONTROL_PLANE_GLANCE)})
    return {
        "OpenStackControlPlane": _fields({"spec": {**spec, PRESERVE: True}}),
        "Glance": _fields({"spec": _fields({"containerImage": STRING, **_TEMPLATE})}),
        "GlanceAPI": _fields({"spec": _fields({**_API, **_GLANCE_API})}),
    }
