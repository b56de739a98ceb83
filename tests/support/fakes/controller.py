# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX: it keeps the objects that the modules of awx.awx send to its API, and runs no job.

AWX needs a Kubernetes operator and its images, which a package index does not have. What this does as AWX does:

- It filters lists by fields, and hides secrets.
- It refuses what controller_rules.py names, and to delete a credential type that is in use.
- It deletes what belongs to a deleted object, and labels that no object has any more. Templates, projects and
  inventories of a deleted organization stay without one.
- It deletes inventories in the background, and replaces the inputs of a credential as a whole.
"""

from __future__ import annotations

import json
import re
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from ansible_collections.dcn.glance.tests.support.fakes import controller_rules as rules

Object = dict[str, t.Any]
#: Fields by which an object belongs to another one and is deleted with it.
OWNERS = {
    "inventories": ("inventory",),
    "workflow_job_templates": ("workflow_job_template", "unified_job_template"),
    "job_templates": ("unified_job_template",),
    "workflow_job_template_nodes": ("node",),
}
#: The kinds of objects that are deleted with their organization. The others stay, without one.
WITH_ORGANIZATION = ("credentials", "execution_environments", "labels", "notification_templates", "teams")
#: How often an inventory is still listed after its deletion, which AWX does in the background.
DELETIONS = 2
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
        self.pending: dict[int, int] = {}
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
        either = {key.removeprefix("or__"): value[0] for key, value in query.items() if key.startswith("or__")}
        all_of = {key: value[0] for key, value in query.items() if not key.startswith("or__")}
        return [
            item
            for item in items
            if all(str(self.value(item, key)) == value for key, value in all_of.items())
            and (not either or any(str(item.get(key)) == value for key, value in either.items()))
        ]

    def value(self, item: Object, key: str) -> t.Any:
        """A field of an object, or with two underscores a field of the object that it leads to."""
        field, _underscores, of_related = key.partition("__")
        return self.by_id(item.get(field))[1].get(of_related) if of_related else item.get(field)

    def by_id(self, number: int | None) -> tuple[str, Object]:
        """The object with that id, and its endpoint."""
        for endpoint, items in self.objects.items():
            for item in items:
                if item["id"] == number:
                    return endpoint, item
        return "", {}

    def refusal(self, endpoint: str, fields: Object, item: Object | None = None) -> Object:
        """Why an object cannot be created, or changed to these fields; empty if it can."""
        others = [other for other in self.objects.get(endpoint, []) if other is not item]
        wanted = {**(item or {}), **fields}
        refused = rules.exists(others, endpoint, wanted)
        if endpoint in ("schedules", "workflow_job_template_nodes"):
            kind, template = self.by_id(wanted.get("unified_job_template"))
            if kind in KEPT:
                survey = self.surveys.get(template["id"], {})
                refused = refused or rules.launch(template, survey, wanted, endpoint == "schedules")
        return refused

    def refused_deletion(self, endpoint: str, item: Object) -> tuple[int, str]:
        """The status and the reason with which AWX refuses a deletion."""
        if endpoint == "credential_types" and self.found("credentials", {"credential_type": [str(item["id"])]}):
            return 403, "Credential types that are in use cannot be deleted"
        if item["id"] in self.pending:
            return 400, f"{item['name']} is already pending deletion."
        return 0, ""

    def delete(self, endpoint: str, item: Object) -> None:
        """Deletes an object and what belongs to it."""
        self.objects[endpoint].remove(item)
        self.unlink(endpoint, item)
        if endpoint == "organizations":
            for kind, items in self.objects.items():
                for owned in [owned for owned in items if owned.get("organization") == item["id"]]:
                    owned["organization"] = None
                    if kind in WITH_ORGANIZATION:
                        self.delete(kind, owned)
        for field in OWNERS.get(endpoint, ()):
            for other, items in self.objects.items():
                for owned in [owned for owned in items if owned.get(field) == item["id"]]:
                    self.delete(other, owned)

    def unlink(self, endpoint: str, item: Object) -> None:
        """Forgets the links of a deleted object, and labels that it was the last to have."""
        for path in [path for path in self.links if path.startswith(f"{endpoint}/{item['id']}/")]:
            numbers = self.links.pop(path)
            for number in numbers if path.endswith("/labels") else ():
                if not any(number in kept for other, kept in self.links.items() if other.endswith("/labels")):
                    self.delete(*self.by_id(number))

    def deletions(self) -> None:
        """Deletes the inventories whose time has come."""
        for number in list(self.pending):
            self.pending[number] -= 1
            if self.pending[number] < 0:
                self.delete(*self.by_id(number))
                del self.pending[number]

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
        """The object as the API shows it: with its organization, and without secrets."""
        organization = self.by_id(item.get("organization"))[1]
        summary = {"organization": {"id": organization["id"], "name": organization["name"]}} if organization else {}
        item = {**item, "summary_fields": summary}
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
            if refused := self.controller.refusal(endpoint, body):
                self.answer(400, refused)
                return
            self.answer(201, self.controller.shown(endpoint, self.controller.create(endpoint, body)))
            return
        if endpoint == "inventories":
            self.controller.deletions()
        items = [self.controller.shown(endpoint, item) for item in self.controller.found(endpoint, query)]
        self.answer(200, {"count": len(items), "next": None, "results": items})

    def single(self, method: str, endpoint: str, item: Object, body: Object) -> None:
        if method == "DELETE":
            status, reason = self.controller.refused_deletion(endpoint, item)
            if reason:
                self.answer(status, {"error": reason})
            elif endpoint == "inventories":
                self.controller.pending[item["id"]] = DELETIONS
                self.answer(202)
            else:
                self.controller.delete(endpoint, item)
                self.answer(204)
            return
        if refused := self.controller.refusal(endpoint, body, item) if method == "PATCH" else {}:
            self.answer(400, refused)
            return
        item.update(body if method == "PATCH" else {})
        self.answer(200, self.controller.shown(endpoint, item))

    def part(self, method: str, endpoint: str, item: Object, part: str, body: Object) -> None:
        if part == "survey_spec":
            if method == "POST":
                if problem := rules.survey(body):
                    self.answer(400, {"error": problem})
                    return
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
