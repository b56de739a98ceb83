# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The StatefulSet of an API, its pods and their volumes."""

from __future__ import annotations

from collections.abc import Sequence

from .config import CACHE, CONFIG, LOGS, STATE, cached, lab_part, log_file, quantity
from .mounts import propagated
from .names import GLANCE_ID, NETWORKS, PORT, Object, api_key, domain, labels, made, set_name
from .settings import Settings, Switches

CONFIG_FILES = ("00-config.conf", "02-config.conf", "03-config.conf")

# Only the running container knows its host name, so it writes its address before it starts.
OWN_ADDRESS = f"""if [ -n "$GLANCE_DOMAIN" ]; then
printf '[DEFAULT]\\nworker_self_reference_url=%s://%s.%s:%s\\n' \\
  "${{URISCHEME,,}}" "$(hostname)" "$GLANCE_DOMAIN" "$GLANCE_PORT" >{CONFIG}/01-config.conf
fi
"""
# The first process of a container ignores signals that it does not handle itself, as Python does while it starts.
ENDS = 'trap \'kill "$child"; wait "$child"\' TERM\n{command} &\nchild=$!\nwait "$child"'
IDLE = ENDS.format(command="sleep infinity")
COMMAND = ["/bin/bash", "-c"]

# Directories that must be writable, by the name of the volume.
LOG_VOLUME = {"name": "logs", "mountPath": LOGS}
CONFIG_VOLUME = {"name": "glance-config-dir", "mountPath": CONFIG}
HTTPD_VOLUME = {"name": "run-httpd", "mountPath": "/run/httpd"}
WRITABLE = (CONFIG_VOLUME, LOG_VOLUME, HTTPD_VOLUME)
SCRIPTS = {"name": "scripts", "mountPath": "/usr/local/bin/container-scripts", "readOnly": True}

BACKUP = {
    "backup.openstack.org/backup": "true",
    "backup.openstack.org/category": "controlplane",
    "backup.openstack.org/restore": "true",
    "backup.openstack.org/restore-order": "00",
}


def stateful_set(api: Object, settings: Settings, config_hash: str, wsgi: bool, switches: Switches) -> Object:
    """The StatefulSet of an API. ValueError for an invalid size."""
    marks = labels(api)
    name = set_name(api)
    volumes, mounts = propagated(api["spec"].get("extraMounts", []), api_key(api))
    pod: Object = {
        "securityContext": {
            "runAsUser": GLANCE_ID,
            "runAsGroup": GLANCE_ID,
            "fsGroup": GLANCE_ID,
            "supplementalGroups": [settings.image_group],
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "serviceAccountName": api["spec"]["serviceAccount"],
        "automountServiceAccountToken": False,
        "containers": _containers(api, settings, config_hash, wsgi, mounts, _probes(api, switches)),
        "volumes": _volumes(api, volumes),
        "affinity": _apart(),
    }
    if api["spec"].get("nodeSelector"):
        pod["nodeSelector"] = api["spec"]["nodeSelector"]
    spec: Object = {
        "serviceName": name,
        "selector": {"matchLabels": marks},
        "podManagementPolicy": "Parallel",
        "replicas": api["spec"].get("replicas", 1),
        "template": {"metadata": {"annotations": {NETWORKS: "[]"}, "labels": marks}, "spec": pod},
    }
    claims = _claims(api, marks)
    if claims:
        spec["volumeClaimTemplates"] = claims
    return made(api, "apps/v1", "StatefulSet", name, labels=marks, spec=spec)


def _claims(api: Object, marks: dict[str, str]) -> list[Object]:
    storage = api["spec"].get("storage", {})
    storage_class = storage.get("storageClass", "")
    claims = []
    if not storage.get("external"):
        claims.append(_claim("glance", storage.get("storageRequest", ""), storage_class, {**marks, **BACKUP}, {}))
    if cached(api):
        claims.append(_claim("glance-cache", cached(api), storage_class, marks, {"image-cache": "true"}))
    return claims


def _claim(name: str, size: str, storage_class: str, marks: dict[str, str], notes: dict[str, str]) -> Object:
    quantity(size)
    metadata: Object = {"name": name, "labels": marks}
    if notes:
        metadata["annotations"] = notes
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
        # Empty means no class and not the default class, as in the operator.
        "storageClassName": storage_class,
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def _containers(
    api: Object, settings: Settings, config_hash: str, wsgi: bool, mounts: Sequence[Object], probes: Object
) -> list[Object]:
    follow = ENDS.format(command=f"tail -n+1 -F {log_file(api)} 2>/dev/null")
    serve = _serve(settings)
    found = [
        _container(api, config_hash, "glance-log", follow, volumeMounts=[LOG_VOLUME]),
        _container(
            api,
            config_hash,
            "glance-httpd",
            serve if wsgi else IDLE,
            volumeMounts=_mounts(api, mounts, "10-glance-wsgi.conf" if wsgi else "10-glance-proxypass.conf"),
            **probes,
        ),
    ]
    if not wsgi:
        found.append(_container(api, config_hash, "glance-api", serve, volumeMounts=_mounts(api, mounts, ""), **probes))
    return found


def _serve(settings: Settings) -> str:
    """The command of the container that serves: write the configuration of this pod and start Glance."""
    lab = f"cat >{CONFIG}/00-lab.conf <<'END'\n{lab_part(settings)}END\n"
    return lab + OWN_ADDRESS + ENDS.format(command=f"glance-api --config-dir {CONFIG}")


def _container(api: Object, config_hash: str, name: str, command: str, **more: object) -> Object:
    environment = {
        "CONFIG_HASH": config_hash,
        "GLANCE_DOMAIN": domain(api),
        "GLANCE_PORT": str(PORT),
        "URISCHEME": "HTTP",
        # The user has no entry in /etc/passwd of the image, and the client of the database needs a name.
        "USER": "glance",
    }
    return {
        "name": name,
        "image": api["spec"]["containerImage"],
        "imagePullPolicy": "IfNotPresent",
        "command": [*COMMAND, command],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "resources": api["spec"].get("resources", {}),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsGroup": GLANCE_ID,
            "runAsNonRoot": True,
            "runAsUser": GLANCE_ID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **more,
    }


def _file(name: str, path: str) -> Object:
    return {"name": "config-data", "mountPath": path, "subPath": name, "readOnly": True}


def _mounts(api: Object, extra: Sequence[Object], web_server: str) -> list[Object]:
    """The mounts of a container that serves; ``web_server``: the file of the web server's host, if one runs there."""
    # The writable directory comes first, so that the files are mounted over it.
    found = [CONFIG_VOLUME, *[_file(name, f"{CONFIG}/{name}") for name in CONFIG_FILES], _file("my.cnf", "/etc/my.cnf")]
    if web_server:
        found.append(_file("httpd.conf", "/etc/httpd/conf/httpd.conf"))
        found += [_file(name, f"/etc/httpd/conf.d/{name}") for name in (web_server, "ssl.conf")]
    if not api["spec"].get("storage", {}).get("external"):
        found.append({"name": "glance", "mountPath": STATE})
    found += [*extra, LOG_VOLUME, SCRIPTS, HTTPD_VOLUME]
    if cached(api):
        found.append({"name": "glance-cache", "mountPath": CACHE})
    return found


def _volumes(api: Object, extra: Sequence[Object]) -> list[Object]:
    secret = {"secretName": f"{api['metadata']['name']}-config-data", "defaultMode": 0o440}
    return [
        {"name": "config-data", "secret": secret},
        *extra,
        *[{"name": volume["name"], "emptyDir": {}} for volume in WRITABLE],
        {"name": "scripts", "secret": {"secretName": "glance-scripts", "defaultMode": 0o755}},
    ]


def _probes(api: Object, switches: Switches) -> Object:
    """The probes of the operator, by default with a shorter period for readiness, and with the overrides of the API."""
    limit = api["spec"].get("apiTimeout", 60)
    period = max(limit * 3 // 10, 1)
    usual: Object = {
        "initialDelaySeconds": 5,
        "periodSeconds": period,
        "timeoutSeconds": max(int(period * 0.8), 5),
        "failureThreshold": 3,
    }
    wanted = api["spec"].get("override", {}).get("probes", {})
    ready = usual if switches.operator_probes else {**usual, "initialDelaySeconds": 1, "periodSeconds": 2}
    probes = {
        "livenessProbe": _probe(usual, wanted.get("livenessProbes", {})),
        "readinessProbe": _probe(ready, wanted.get("readinessProbes", {})),
    }
    if wanted.get("startupProbes"):
        probes["startupProbe"] = _probe(usual, wanted["startupProbes"])
    return probes


def _probe(usual: Object, wanted: Object) -> Object:
    timing = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold")
    probe = {**usual, **{field: wanted[field] for field in timing if field in wanted}}
    if wanted.get("type") == "Exec":
        return {**probe, "exec": {"command": wanted.get("command", [])}}
    http = {"path": wanted.get("path") or "/healthcheck", "port": wanted.get("port", PORT), "scheme": "HTTP"}
    return {**probe, "httpGet": http}


def _apart() -> Object:
    term = {
        "labelSelector": {"matchExpressions": [{"key": "service", "operator": "In", "values": ["glance"]}]},
        "topologyKey": "kubernetes.io/hostname",
    }
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
