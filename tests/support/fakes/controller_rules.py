# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in for AWX refuses, as AWX does: names that exist, answers that nobody asked for, wrong surveys."""

from __future__ import annotations

import typing as t

Object = dict[str, t.Any]
#: The fields that no two objects of a kind may share. Names of the first three are unique in the whole controller.
UNIQUE = {
    "organizations": ("name",),
    "execution_environments": ("name",),
    "credential_types": ("name", "kind"),
    "credentials": ("name", "credential_type", "organization"),
    "inventories": ("name", "organization"),
    "inventory_sources": ("name", "inventory"),
    "job_templates": ("name", "organization"),
    "labels": ("name", "organization"),
    "notification_templates": ("name", "organization"),
    "projects": ("name", "organization"),
    "schedules": ("name", "unified_job_template"),
    "workflow_job_templates": ("name", "organization"),
    "workflow_job_template_nodes": ("identifier", "workflow_job_template"),
}
#: The fields of schedules and nodes that only reach a template that asks for them.
PROMPTS = {"limit": "ask_limit_on_launch", "job_type": "ask_job_type_on_launch", "verbosity": "ask_verbosity_on_launch"}
QUESTIONS = ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")


def exists(items: list[Object], endpoint: str, fields: Object) -> Object:
    """Why an object cannot be created beside the others; empty if it can."""
    keys = UNIQUE.get(endpoint, ())
    if keys and any(all(item.get(key) == fields.get(key) for key in keys) for item in items):
        return {"__all__": [f"{endpoint} with this ({', '.join(keys)}) combination already exists."]}
    return {}


def launch(template: Object, survey: Object, fields: Object, needs_answers: bool) -> Object:
    """What a schedule or a node sets, and its template does not ask; for schedules also questions without an answer."""
    refused: Object = {
        field: ["Field is not configured to prompt on launch."]
        for field, asked in PROMPTS.items()
        if fields.get(field) and not template.get(asked)
    }
    answers = fields.get("extra_data") or {}
    questions = survey.get("spec", []) if template.get("survey_enabled") else []
    known = {question["variable"] for question in questions}
    if not template.get("ask_variables_on_launch") and (extra := sorted(set(answers) - known)):
        refused["extra_data"] = [f"Variables {', '.join(extra)} are not allowed on launch."]
    missing = [question["variable"] for question in questions if question["required"]]
    if needs_answers and (missing := [name for name in missing if name not in answers]):
        refused["variables_needed_to_start"] = [f"'{name}' value missing" for name in missing]
    return refused


def question(spec: Object) -> str:
    """What is wrong with a question of a survey."""
    for key in ("type", "question_name", "variable", "required"):
        if key not in spec:
            return f"'{key}' missing"
    kind, default = spec["type"], spec.get("default", "")
    if kind not in QUESTIONS:
        return f"'{kind}' is not one of the allowed question types"
    if kind.startswith("multi"):
        choices = spec.get("choices") or []
        if not choices or "" in choices:
            return "choices must be specified, and none may be empty"
        if default and not set(str(default).split("\n")) <= set(choices):
            return "Default choice must be answered from the choices listed."
    if default != "" and not isinstance(default, int if kind == "integer" else str):
        return f"Value {default} for '{spec['variable']}' has a wrong type"
    return ""


def survey(body: Object) -> str:
    """What is wrong with a survey."""
    for key in ("name", "description", "spec"):
        if key not in body:
            return f"'{key}' missing from survey spec."
    variables = [item.get("variable") for item in body["spec"]]
    if len(set(variables)) != len(variables):
        return "variable is duplicated"
    return next((problem for item in body["spec"] if (problem := question(item))), "")
