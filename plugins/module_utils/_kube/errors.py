# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the API's refusals to sentences that say what was asked, why it was refused, and what to do."""

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
    """What was asked, in words for people."""

    host: str
    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def target(self) -> str:
        """As RBAC rules name it, such as statefulsets/scale."""
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


def answered(request: Request, status: int, body: bytes) -> KubeError:
    """The error for an answer that is no success."""
    return refused(request, status, _status_object(body))


def refused(request: Request, status: int, told: dict[str, Any]) -> KubeError:
    """The error for a Status object of the API."""
    message = _told(request, told)
    reason = _REASONS.get(status, SERVER)
    if status == 403 and 'User "system:anonymous"' in message:
        reason = UNAUTHORIZED
    elif status == 403 and "exceeded quota" in message:
        reason = QUOTA
    elif status in (403, 400) and ("admission webhook" in message or _by_admission(message)):
        reason = INVALID
    elif told.get("reason") == "Expired":
        reason = GONE
    return request.error(reason, _sentence(request, reason, status, message), status)


def _by_admission(message: str) -> bool:
    """A policy, a limit or a namespace that ends says no with the status of a missing right, in other words."""
    return " is forbidden: " in message and " cannot " not in message


def _sentence(request: Request, reason: str, status: int, message: str) -> str:
    text = message.rstrip(". ") or f"HTTP {status}"
    if reason == UNAUTHORIZED and status == 403:
        return (
            f"The request to {request} came to the Kubernetes API {request.host} without credentials: look at the "
            "token, the client certificate, or the command that the kubeconfig gets them by."
        )
    if reason == UNAUTHORIZED:
        return (
            f"The Kubernetes API {request.host} does not accept the credentials given ({request}): {text}. "
            "Look at the token or the client certificate: it may have expired, or be another cluster's."
        )
    if reason == FORBIDDEN:
        group = request.resource.group or '""'
        where = f"namespace {request.namespace}" if request.namespace else "the cluster"
        verbs = f"the verb '{request.verb}'"
        if request.target == "pods/exec":  # a websocket begins as GET; Kubernetes 1.35 wants create besides
            verbs = "the verbs 'get' and 'create'"
        return (
            f"The Kubernetes API does not allow this account to {request}: {text}. "
            f"It needs {verbs} on '{request.target}' (API group {group}) in {where}."
        )
    if reason == QUOTA:
        return f"A quota does not allow to {request}: {text}. Raise the ResourceQuota, or ask for less."
    if reason == NOT_FOUND and not request.name:
        return f"The Kubernetes API {request.host} knows no {request.resource}: {text}. Is its definition installed?"
    if reason == CONFLICT:
        return f"Somebody else changed the object meanwhile, or it exists ({request}): {text}."
    if reason == INVALID:
        return f"The Kubernetes API refused to {request}: {text}."
    return f"The Kubernetes API {request.host} could not {request}: {text}."


def _told(request: Request, told: dict[str, Any]) -> str:
    """The API's own words. What it says of a Secret may quote its content, so only the names of fields are taken."""
    message = str(told.get("message") or told.get("reason") or "")
    if request.resource != SECRETS or told.get("code") in (401, 403, 404, 409, 410):
        return message
    causes = (told.get("details") or {}).get("causes") or []
    fields = sorted({str(cause.get("field", "")) for cause in causes} - {""})
    return f"{told.get('reason') or 'refused'}{f' ({chr(44).join(fields)})' if fields else ''}"


def _status_object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body.decode("utf-8"))
    except ValueError:
        return {"message": body.decode("utf-8", "replace").strip()[:500]}
    return told if isinstance(told, dict) else {}


def away(request: Request, error: Exception) -> KubeError:
    """The error for a request that got no answer."""
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
            f"No trusted connection to the Kubernetes API {request.host} ({request}): {text.rstrip('.')}. "
            "Look at ca_cert, or at the certificates in the kubeconfig: they may be another cluster's, or too old.",
        )
    if "timed out" in text.lower():
        return request.error(
            UNREACHABLE,
            f"The Kubernetes API {request.host} did not answer in time ({request}). "
            "Is it up, and is the way to it open?",
        )
    return request.error(
        UNREACHABLE,
        f"The Kubernetes API {request.host} cannot be reached ({request}): {text.rstrip('.')}. "
        "Is it up, and is the address right?",
    )
