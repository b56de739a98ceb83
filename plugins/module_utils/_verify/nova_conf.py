# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Glance API that the nova.conf of a compute host names, and the accounts in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._ini.effective import effective_options

#: Sections that may have an account of Nova, the one that Nova uses for Glance first.
ACCOUNT_SECTIONS = ("glance", "service_user", "keystone_authtoken", "placement", "cinder", "neutron")
_TRUE = ("true", "1", "yes", "on")


@dataclass(frozen=True)
class Account:
    """An account with a password; ``section`` is where it is in nova.conf."""

    section: str
    auth_url: str
    username: str
    password: str = field(repr=False)
    user_domain: Mapping[str, str] = field(default_factory=dict)
    project: Mapping[str, object] = field(default_factory=dict)
    cafile: str = ""
    insecure: bool = False

    def body(self) -> dict[str, object]:
        """The body of the request for a token."""
        user = {"name": self.username, "domain": dict(self.user_domain), "password": self.password}
        identity = {"methods": ["password"], "password": {"user": user}}
        return {"auth": {"identity": identity, "scope": {"project": dict(self.project)}}}

    @property
    def tokens_url(self) -> str:
        """The URL that creates tokens."""
        root = self.auth_url.rstrip("/")
        return f"{root if root.endswith('/v3') else root + '/v3'}/auth/tokens"


@dataclass(frozen=True)
class NovaGlance:
    """What nova.conf says about Glance; no ``endpoints`` means that Nova uses the catalog of Keystone."""

    endpoints: tuple[str, ...] = ()
    cafile: str = ""
    insecure: bool = False
    accounts: tuple[Account, ...] = ()


def parse_nova(texts: Sequence[tuple[str, str]]) -> NovaGlance:
    """The options of the files ``(path, text)``, in the order in which Nova reads them."""
    options, _faults = effective_options(texts)
    values: dict[str, dict[str, str]] = {}
    for each in options:
        values.setdefault(each.section.lower(), {})[each.option] = each.places[-1].value.strip()
    glance = values.get("glance", {})
    # Nova prefers the deprecated list.
    servers = tuple(item.strip() for item in glance.get("api_servers", "").split(",") if item.strip())
    override = glance.get("endpoint_override", "")
    return NovaGlance(
        endpoints=servers or ((override,) if override else ()),
        cafile=glance.get("cafile", ""),
        insecure=_true(glance.get("insecure", "")),
        accounts=tuple(
            found for section in ACCOUNT_SECTIONS if (found := _account(section, values.get(section, {}))) is not None
        ),
    )


def _true(text: str) -> bool:
    return text.lower() in _TRUE


def _account(section: str, values: Mapping[str, str]) -> Account | None:
    url = values.get("auth_url") or values.get("www_authenticate_uri", "")
    if not (url and values.get("username") and values.get("password") and values.get("project_name")):
        return None
    domain = _domain(values, "project")
    return Account(
        section=section,
        auth_url=url,
        username=values["username"],
        password=values["password"],
        user_domain=_domain(values, "user"),
        project={"name": values["project_name"], "domain": domain},
        cafile=values.get("cafile", ""),
        insecure=_true(values.get("insecure", "")),
    )


def _domain(values: Mapping[str, str], kind: str) -> dict[str, str]:
    if values.get(f"{kind}_domain_id"):
        return {"id": values[f"{kind}_domain_id"]}
    name = values.get(f"{kind}_domain_name") or values.get("default_domain_name")
    return {"name": name} if name else {"id": values.get("default_domain_id") or "default"}
