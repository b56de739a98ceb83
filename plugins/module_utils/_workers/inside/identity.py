# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: sends requests to Keystone and Glance, with the account that the worker itself uses.

The source of this file is sent to the pod's Python: it imports the standard library and ``inside/config`` only. No
error contains credentials.
"""

from __future__ import annotations

import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import config


class RequestError(Exception):
    """A request failed; ``status`` 0 means that there was no answer."""

    def __init__(self, what: str, status: int, text: str, request_id: str = "") -> None:
        request = f" (request {request_id})" if request_id else ""
        super().__init__(f"{what}: {f'HTTP {status}: ' if status else ''}{text.rstrip('.')}{request}".rstrip(": "))
        self.status, self.request_id = status, request_id
        self.created = False  # whether an image may exist now


def send(what: str, request: urllib.request.Request, limit: float) -> tuple[Any, Mapping[str, str]]:
    """The JSON and the headers of the answer. ``what`` describes the request, ``limit`` is in seconds."""
    data, headers = receive(what, request, limit)
    try:
        return (json.loads(data) if data[:1] in (b"{", b"[") else None), headers
    except ValueError as error:
        raise RequestError(what, 0, str(error)) from None


def receive(what: str, request: urllib.request.Request, limit: float) -> tuple[bytes, Mapping[str, str]]:
    """The bytes and the headers of the answer."""
    # A proxy from the environment must not receive requests for a pod.
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), context)
    try:
        with opener.open(request, timeout=limit) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        text = error_text(error.read().decode("utf-8", "replace")) or str(error.reason)
        raise RequestError(what, error.code, text, error.headers.get("x-openstack-request-id", "")) from None
    except (OSError, ValueError) as error:
        raise RequestError(what, 0, str(getattr(error, "reason", "") or error or type(error).__name__)) from None


def error_text(body: str) -> str:
    """The message in the answer of a service, from JSON or HTML."""
    try:
        found = json.loads(body)
        found = found.get("error", found)
        body = str(found.get("message") or body)
    except (ValueError, AttributeError):
        pass
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:300]


def settings() -> dict[tuple[str, str], str]:
    """The configuration of the worker in this pod."""
    _server, paths = config.running()
    return config.options_of([config.text_of(path) for path in paths])


def service_identity(found: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Keystone's URL and the account that this worker itself uses."""
    names = ["auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name"]
    names += ["user_domain_id", "project_domain_id", "application_credential_id", "application_credential_secret"]
    return {name: found[("keystone_authtoken", name)] for name in names if found.get(("keystone_authtoken", name))}


def _domain(auth: Mapping[str, Any], kind: str) -> dict[str, str]:
    if auth.get(f"{kind}_domain_id"):
        return {"id": str(auth[f"{kind}_domain_id"])}
    return {"name": str(auth.get(f"{kind}_domain_name") or auth.get("domain_name") or "Default")}


def identity_body(auth: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a request for a token."""
    if auth.get("application_credential_id"):
        secret = {"id": auth["application_credential_id"], "secret": auth["application_credential_secret"]}
        identity = {"methods": ["application_credential"], "application_credential": secret}
        return {"auth": {"identity": identity}}
    user: dict[str, Any] = {"password": auth["password"]}
    if auth.get("user_id"):
        user["id"] = auth["user_id"]
    else:
        user.update(name=auth["username"], domain=_domain(auth, "user"))
    if auth.get("project_id"):
        project: dict[str, Any] = {"id": auth["project_id"]}
    else:
        project = {"name": auth["project_name"], "domain": _domain(auth, "project")}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


def token_of(options: Mapping[str, Any], found: Mapping[tuple[str, str], str], limit: float) -> str:
    """The token from the options, or a new one that this pod requests from Keystone."""
    if options.get("token"):
        return str(options["token"])
    auth = {**service_identity(found)} if options.get("service") else dict(options.get("auth") or {})
    keystone = found.get(("keystone_authtoken", "auth_url")) or ""
    url = str(auth.get("auth_url") or keystone).rstrip("/")
    what = f"get a token from Keystone at {url or '(unknown auth_url)'}"
    try:
        body = json.dumps(identity_body(auth)).encode()
    except KeyError as error:
        raise RequestError(what, 0, f"the account has no {error.args[0]}") from None
    url += "/auth/tokens" if url.endswith("/v3") else "/v3/auth/tokens"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    _answer, headers = send(what, request, limit)
    return str(headers["X-Subject-Token"])
