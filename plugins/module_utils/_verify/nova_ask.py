# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask Glance from a compute host as its Nova does: the URL and an account of nova.conf, and the standard library."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import plain_text
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import comma_list
from ansible_collections.dcn.glance.plugins.module_utils._verify.nova_conf import Account, NovaGlance

NO_ACCOUNT = "nova.conf has no account that Keystone accepts, so only GET /versions was requested"
_LARGEST = 2**20


def ask_endpoints(nova: NovaGlance, image: str, timeout: float) -> list[dict[str, Any]]:
    """The answer of each endpoint of nova.conf."""
    section, token = "", ""
    for account in nova.accounts:
        token = _token(account, timeout)
        if token:
            section = account.section
            break
    return [_ask(nova, url.rstrip("/"), image, section, token, timeout) for url in nova.endpoints]


def _ask(nova: NovaGlance, url: str, image: str, section: str, token: str, timeout: float) -> dict[str, Any]:
    found: dict[str, Any] = {"url": url, "account": section, "ok": False, "status": "", "stores": [], "note": ""}
    context = _context(url, nova.cafile, nova.insecure)
    try:
        _send("list its versions", f"{url}/versions", {}, None, timeout, context)
        if not token:
            return {**found, "ok": True, "note": NO_ACCOUNT, "error": ""}
        headers = {"X-Auth-Token": token}
        _send("list images", f"{url}/v2/images?limit=1", headers, None, timeout, context)
        if image:
            answer = _image(url, image, headers, timeout, context)
            note = "" if answer else "the account of Nova does not see the test image"
            found.update(note=note, status=answer.get("status", ""), stores=list(comma_list(answer.get("stores"))))
    except DcnError as error:
        return {**found, "error": str(error)}
    return {**found, "ok": True, "error": ""}


def _image(url: str, image: str, headers: Mapping[str, str], timeout: float, context: Any) -> dict[str, Any]:
    """The image; empty where the account does not see it."""
    try:
        _headers, data = _send("show the image", f"{url}/v2/images/{quote(image)}", headers, None, timeout, context)
    except Refused as error:
        if error.status == 404:
            return {}
        raise
    try:
        answer: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise DcnError(f"The answer of {url} is not JSON. Check the endpoint of [glance] in nova.conf.") from error
    return answer


class Refused(DcnError):
    """An answer that is an HTTP error."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def _token(account: Account, timeout: float) -> str:
    """A token; empty where Keystone does not give one to this account."""
    context = _context(account.tokens_url, account.cafile, account.insecure)
    body, headers = json.dumps(account.body()).encode(), {"Content-Type": "application/json"}
    try:
        answer, _data = _send("create a token", account.tokens_url, headers, body, timeout, context)
    except DcnError:
        return ""
    return str(answer.get("X-Subject-Token") or "")


def _context(url: str, cafile: str, insecure: bool) -> Any:
    if not url.startswith("https"):
        return None
    try:
        context = ssl.create_default_context(cafile=cafile or None)
    except OSError as error:
        raise DcnError(f"The CA certificates {cafile} cannot be read: {error.strerror}.") from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _send(
    what: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float, context: Any
) -> tuple[Any, bytes]:
    """One request; headers and body of its answer. Errors hold neither the headers nor the body of the request."""
    try:
        request = urllib.request.Request(url, body, dict(headers))
        handlers = [urllib.request.HTTPSHandler(context=context)] if context else []
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            return answer.headers, answer.read(_LARGEST)
    except urllib.error.HTTPError as error:
        if error.code == 300:  # the versions
            return error.headers, b""
        text = plain_text(error.read(_LARGEST).decode("utf-8", errors="replace"))
        raise Refused(f"{url} refused to {what} (HTTP {error.code}). Its answer: {text}", error.code) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise DcnError(
            f"{url} could not be reached to {what}: {reason}. Check its name, port and firewalls."
        ) from error
