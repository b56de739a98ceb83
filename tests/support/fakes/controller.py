# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX: it keeps the objects that the modules of awx.awx send to its API, and runs no job.

What it does as AWX does: filters lists by fields, hides secrets, refuses to delete a credential type that is in use,
deletes what belongs to a deleted object, and replaces the inputs of a credential as a whole.
"""

from __future__ import annotations

import json
import re
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Object = dict[str, t.Any]
#: Fields by which an object belongs to another one and is deleted with it.
OWNERS = {
    "organizations": ("organization",),
    "inventories": ("inventory",),
    "workflow_job_templates": ("workflow_job_template", "unified_job_template"),
    "job_templates": ("unified_job_template",),
    "workflow_job_template_nodes": ("node",),
}
#: The kinds of objects whose owner is only named in a field of the same name.
KEPT = ("job_templates", "workflow_job_templates")
TEMPLATES = ("job_templates", "workflow_job_templates", "projects", "inventory_sources", "workflow_approval_templates")
ENCRYPTED = "$encrypted$"
BUILT_IN = {
    "organizations": [{"name": "Default", "description": "", "default_environment": None}],
    "credential_types": [
        {"name": "Machine", "managed": True, "inputs": {"fields": [{"id": "password", "secret": True}]}}
    ],
}


class Controller:
    """The objects by endpoint, and everything that was asked except for reads."""

    def __init__(self) -> None:
        self.objects: dict[str, list[Object]] = {}
        self.links: dict[str, list[int]] = {}
        self.surveys: dict[int, Object] = {}
        self.writes: list[tuple[str, str, Object]] = []
        self.last_id = 0
        for endpoint, items in BUILT_IN.items():
            for item in items:
                self.create(endpoint, dict(item))

    def create(self, endpoint: str, fields: Object) -> Object:
        """A new object with an id, an address and its related addresses."""
        self.last_id += 1
        url = f"/api/v2/{endpoint}/{self.last_id}/"
        related = {"survey_spec": f"{url}survey_spec/"} if endpoint in KEPT else {}
        base = {"id": self.last_id, "type": endpoint.rstrip("s"), "url": url, "related": related, "summary_fields": {}}
        created = {"scm_revision": "", "kind": "", **fields, **base}
        self.objects.setdefault(endpoint, []).append(created)
        return created

    def named(self, endpoint: str, name: str) -> Object:
        """The object with that name or identifier."""
        key = "identifier" if endpoint == "workflow_job_template_nodes" else "name"
        return next(item for item in self.objects.get(endpoint, []) if item[key] == name)

    def found(self, endpoint: str, query: t.Mapping[str, list[str]]) -> list[Object]:
        """The objects whose fields are those of the query."""
        kinds = TEMPLATES if endpoint == "unified_job_templates" else (endpoint,)
        items = [item for kind in kinds for item in self.objects.get(kind, [])]
        return [item for item in items if all(str(item.get(key)) == value[0] for key, value in query.items())]

    def delete(self, endpoint: str, item: Object) -> str:
        """Deletes an object and what belongs to it; returns why not."""
        if endpoint == "credential_types" and self.found("credentials", {"credential_type": [str(item["id"])]}):
            return "Credential types that are in use cannot be deleted"
        self.objects[endpoint].remove(item)
        for field in OWNERS.get(endpoint, ()):
            for other, items in self.objects.items():
                for owned in [owned for owned in items if owned.get(field) == item["id"]]:
                    self.delete(other, owned)
        return ""

    def names(self) -> dict[str, list[str]]:
        """The names of all objects that are not built in."""
        built_in = {item["name"] for items in BUILT_IN.values() for item in items}
        found = {
            endpoint: [str(item.get("identifier") or item["name"]) for item in items]
            for endpoint, items in self.objects.items()
        }
        kept = {endpoint: [name for name in names if name not in built_in] for endpoint, names in found.items()}
        return {endpoint: names for endpoint, names in kept.items() if names}

    def shown(self, endpoint: str, item: Object) -> Object:
        """The object as the API shows it: without secrets."""
        if endpoint != "credentials" or not item.get("inputs"):
            return item
        return {**item, "inputs": dict.fromkeys(item["inputs"], ENCRYPTED)}


class _Handler(BaseHTTPRequestHandler):
    controller: Controller
    token: str

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
        """Nothing is logged."""

    def answer(self, status: int, body: t.Any = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.serve("GET")

    def do_POST(self) -> None:
        self.serve("POST")

    def do_PATCH(self) -> None:
        self.serve("PATCH")

    def do_DELETE(self) -> None:
        self.serve("DELETE")

    def serve(self, method: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.headers.get("Authorization") != f"Bearer {self.token}":
            self.answer(401, {"detail": "Authentication credentials were not provided."})
            return
        address = urlsplit(self.path)
        match = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/)?(?:(\w+)/)?", address.path)
        if not match:
            self.answer(404, {"detail": "Not found."})
            return
        endpoint, number, part = match.groups()
        if method != "GET":
            self.controller.writes.append((method, address.path, body))
        if not number:
            self.collection(method, endpoint, body, parse_qs(address.query, keep_blank_values=True))
            return
        item = next((item for item in self.controller.objects.get(endpoint, []) if item["id"] == int(number)), None)
        if item is None:
            self.answer(404, {"detail": "Not found."})
        elif part:
            self.part(method, endpoint, item, part, body)
        else:
            self.single(method, endpoint, item, body)

    def collection(self, method: str, endpoint: str, body: Object, query: dict[str, list[str]]) -> None:
        if method == "POST":
            self.answer(201, self.controller.shown(endpoint, self.controller.create(endpoint, body)))
            return
        items = [self.controller.shown(endpoint, item) for item in self.controller.found(endpoint, query)]
        self.answer(200, {"count": len(items), "next": None, "results": items})

    def single(self, method: str, endpoint: str, item: Object, body: Object) -> None:
        if method == "DELETE":
            refused = self.controller.delete(endpoint, item)
            self.answer(403 if refused else 204, {"detail": refused} if refused else None)
            return
        item.update(body if method == "PATCH" else {})
        self.answer(200, self.controller.shown(endpoint, item))

    def part(self, method: str, endpoint: str, item: Object, part: str, body: Object) -> None:
        if part == "survey_spec":
            if method == "POST":
                self.controller.surveys[item["id"]] = body
            self.answer(200, self.controller.surveys.get(item["id"], {}))
        elif part == "create_approval_template":
            approval = self.controller.create("workflow_approval_templates", {**body, "node": item["id"]})
            item["unified_job_template"] = approval["id"]
            item["related"]["unified_job_template"] = approval["url"]
            self.answer(201, approval)
        else:
            linked = self.controller.links.setdefault(f"{endpoint}/{item['id']}/{part}", [])
            if method == "GET":
                self.answer(200, {"count": len(linked), "next": None, "results": [{"id": number} for number in linked]})
                return
            (linked.remove if body.get("disassociate") else linked.append)(body["id"])
            self.answer(204)


def start(token: str) -> tuple[Controller, ThreadingHTTPServer]:
    """A controller on loopback. The caller shuts the server down and closes it."""
    controller = Controller()
    handler = type("Handler", (_Handler,), {"controller": controller, "token": token})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return controller, server
