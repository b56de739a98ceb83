# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the Kubernetes API as messages: which request failed, why, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFLICT,
    FORBIDDEN,
    GONE,
    INVALID,
    NOT_FOUND,
    QUOTA,
    SECRETS,
    SERVER,
    TIMEOUT,
    UNAUTHORIZED,
    UNREACHABLE,
    KubeError,
    Resource,
)


@dataclass(frozen=True)
class Request:
    """A request, for error messages."""

    host: str
    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def target(self) -> str:
        """The resource as RBAC rules name it, such as statefulsets/scale."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural

    def __str__(self) -> str:
        thing = f"{self.target} {self.name}" if self.name else self.target
        return f"{self.verb} {thing}{f' in namespace {self.namespace}' if self.namespace else ''}"

    def error(self, reason: str, message: str, status: int = 0) -> KubeError:
        return KubeError(
            reason,
            message,
            status=status,
            verb=self.verb,
            resource=f"{self.target}.{self.resource.group}" if self.resource.group else self.target,
            namespace=self.namespace,
            name=self.name,
        )


_REASONS = {
    400: INVALID,
    401: UNAUTHORIZED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: INVALID,
    409: CONFLICT,
    410: GONE,
    413: INVALID,
    415: INVALID,
    422: INVALID,
    504: TIMEOUT,
}


def response_error(request: Request, status: int, body: bytes) -> KubeError:
    """The error for an HTTP response with an error status."""
    return status_error(request, status, _status_object(body))


def status_error(request: Request, status: int, body: dict[str, Any]) -> KubeError:
    """The error for a Status object of the API; ``status`` is the HTTP status."""
    message = _message(request, body)
    reason = _REASONS.get(status, SERVER)
    if status == 403 and 'User "system:anonymous"' in message:
        reason = UNAUTHORIZED
    elif status == 403 and "exceeded quota" in message:
        reason = QUOTA
    elif status in (403, 400) and ("admission webhook" in message or _refused_by_admission(message)):
        reason = INVALID
    elif body.get("reason") == "Expired":
        reason = GONE
    return request.error(reason, _sentence(request, reason, status, message), status)


def _refused_by_admission(message: str) -> bool:
    """Whether admission refused the request: the status is that of a missing permission, but the text differs."""
    return " is forbidden: " in message and " cannot " not in message


def _sentence(request: Request, reason: str, status: int, message: str) -> str:
    text = message.rstrip(". ") or f"HTTP {status}"
    if reason == UNAUTHORIZED and status == 403:
        return (
            f"The Kubernetes API {request.host} received no credentials ({request}). Check the token, the client "
            "certificate, or the command in the kubeconfig that obtains them."
        )
    if reason == UNAUTHORIZED:
        return (
            f"The Kubernetes API {request.host} does not accept the credentials ({request}): {text}. "
            "Check the token or the client certificate: it may have expired, or belong to another cluster."
        )
    if reason == FORBIDDEN:
        group = request.resource.group or '""'
        where = f"namespace {request.namespace}" if request.namespace else "the cluster"
        verbs = f"the verb '{request.verb}'"
        if request.target == "pods/exec":  # a websocket starts as GET; Kubernetes 1.35 also requires create
            verbs = "the verbs 'get' and 'create'"
        return (
            f"The Kubernetes API does not allow this account to {request}: {text}. "
            f"It needs {verbs} on '{request.target}' (API group {group}) in {where}."
        )
    if reason == QUOTA:
        return f"A quota does not allow this request ({request}): {text}. Raise the ResourceQuota, or request less."
    if reason == NOT_FOUND and not request.name:
        return f"The Kubernetes API {request.host} has no {request.resource}: {text}. Is its definition installed?"
    if reason == CONFLICT:
        return f"Another client changed the object, or the object already exists ({request}): {text}."
    if reason == INVALID:
        return f"The Kubernetes API refused to {request}: {text}."
    return f"The Kubernetes API {request.host} could not {request}: {text}."


def _message(request: Request, body: dict[str, Any]) -> str:
    """The message of the API. A message about a Secret may quote its content, so only names of fields are taken."""
    message = str(body.get("message") or body.get("reason") or "")
    if request.resource != SECRETS or body.get("code") in (401, 403, 404, 409, 410):
        return message
    causes = (body.get("details") or {}).get("causes") or []
    fields = sorted({str(cause.get("field", "")) for cause in causes} - {""})
    return f"{body.get('reason') or 'refused'}{f' ({chr(44).join(fields)})' if fields else ''}"


def _status_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body.decode("utf-8"))
    except ValueError:
        return {"message": body.decode("utf-8", "replace").strip()[:500]}
    return content if isinstance(content, dict) else {}


def connection_error(request: Request, error: Exception) -> KubeError:
    """The error for a request that got no response."""
    cause: BaseException = error
    while True:  # urllib3 wraps the error that matters
        deeper = getattr(cause, "reason", None) or (cause.args[1] if len(cause.args) > 1 else None)
        if not isinstance(deeper, BaseException):
            break
        cause = deeper
    text = str(cause).rpartition("): ")[2] or str(cause) or type(cause).__name__
    if any(word in text.lower() for word in ("certificate", "pem lib", "unknown ca")):
        return request.error(
            UNREACHABLE,
            f"The TLS connection to the Kubernetes API {request.host} failed ({request}): {text.rstrip('.')}. "
            "Check ca_cert or the certificates in the kubeconfig: they may be expired, or belong to another cluster.",
        )
    if "timed out" in text.lower():
        return request.error(
            UNREACHABLE,
            f"The Kubernetes API {request.host} did not answer in time ({request}). "
            "Is it running, and does a firewall block it?",
        )
    return request.error(
        UNREACHABLE,
        f"The Kubernetes API {request.host} cannot be reached ({request}): {text.rstrip('.')}. "
        "Is it running, and is the address correct?",
    )
