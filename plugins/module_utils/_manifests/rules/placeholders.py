# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: placeholders for the operator to fill in. One that fails leaves all of a text as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, setups
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

_ACTION = re.compile(r"\{\{-?(?P<inside>.*?)-?\}\}")
_FIELD = re.compile(r"(?<![\w)\]\"'.])\.(?P<name>[A-Za-z_]\w*)")
_QUOTED = re.compile(r"\"(?:\\.|[^\"])*\"|`[^`]*`")
_WORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*")
#: What no template of Go has outside of texts.
_STRANGE = re.compile(r"[\[\]{}#%@!&;?^*+<>/\\~']")
_KNOWN = frozenset(
    """
    if else end range with define template block break continue nil true false
    and call html index slice js len not or print printf println urlquery eq ne lt le gt ge
    add execTempl indent lower removeNewLines removeNewLinesInSections
    """.split()
)
_ALL = "then nothing in the text is filled in, and Glance gets every {{ }} as it stands"

_CREDENTIAL = ("ApplicationCredentialID", "ApplicationCredentialSecret")
#: Those that documents of the operator name.
_DOCUMENTED = ("KeystoneInternalURL", "KeystonePublicURL", "ServiceUser", "ServicePassword", "Region", *_CREDENTIAL)
#: Others that its own configuration is made with.
_INTERNAL = (
    *("DatabaseConnection", "EndpointID", "MemcachedServers", "MemcachedServersWithInet", "MemcachedTLS", "LogFile"),
    *("QuotaEnabled", "TransportURL", "CacheEnabled", "CacheMaxSize", "ImageCacheDir", "QuorumQueues", "TimeOut"),
    *("ShowImageDirectUrl", "ShowMultipleLocations", "HorizonEndpoint", "UseApplicationCredentials"),
)


@dataclass(frozen=True)
class _Action:
    """One {{ }} of a text."""

    setup: Setup
    line: int | None
    section: str
    option: str
    inside: str
    #: It is in a Secret, and nothing of it may be shown.
    hidden: bool = False

    def hit(self, message: str, severity: str = "") -> Hit:
        """A finding at its line."""
        return self.setup.hit(self.section, self.option, self.line, message, severity)

    @property
    def fields(self) -> list[str]:
        """The names after a dot in it."""
        return [match.group("name") for match in _FIELD.finditer(_QUOTED.sub('""', self.inside))]


def _actions(workspace: Workspace) -> Iterator[_Action]:
    for each in setups(workspace):
        for line, text in _lines(each):
            for match in _ACTION.finditer(text):
                yield _Action(each, line, *_where(each, line), match.group("inside"))
        for option in (option for ini in each.added for option in ini.options):
            for match in _ACTION.finditer(option.value):
                yield _Action(each, None, option.section, option.name, match.group("inside"), hidden=True)


def _lines(each: Setup) -> Iterator[tuple[int, str]]:
    yield from enumerate(each.config.node.string().split("\n"), 1)


def _where(each: Setup, line: int) -> tuple[str, str]:
    """(section, option) of a line."""
    before = [option for option in each.config.ini.options if option.line <= line]
    if before and before[-1].line == line:
        return before[-1].section, before[-1].name
    return "", ""


def unbalanced(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for line, text in _lines(each):
            rest = _ACTION.sub("", text)
            if "{{" in rest:
                section, option = _where(each, line)
                message = f"has '{{{{' without '}}}}': {_ALL}. Close it"
                yield each.hit(section, option, line, message)


def bare(workspace: Workspace) -> Hits:
    for action in _actions(workspace):
        inside = _QUOTED.sub('""', action.inside)
        if inside.strip().startswith("/*"):
            continue
        foreign = [name for name in _WORD.findall(inside) if name not in _KNOWN]
        if foreign or _STRANGE.search(inside) or not inside.strip():
            shown = foreign[0] if foreign and not _STRANGE.search(inside) else action.inside.strip()
            shown = "..." if action.hidden else shown
            where = " in a Secret of customServiceConfigSecrets" if action.hidden else ""
            message = (
                f"has {{{{ {shown} }}}}{where}, which the operator cannot read: {_ALL}. Its values begin with a dot"
            )
            hint = names.suggest(foreign[0], _DOCUMENTED) if foreign and not action.hidden else ""
            yield action.hit(message + (hint.replace("'", "'.", 1) if hint else ""))


def unknown(workspace: Workspace) -> Hits:
    for action in _actions(workspace):
        for name in action.fields if not action.hidden else ():
            if name in _DOCUMENTED or name in _INTERNAL:
                continue
            hint = names.suggest(name, _DOCUMENTED, 0.75)
            message = f"asks for .{name}, which the operator is not known to have: {_ALL}{hint or '.'} "
            message += f"It has {names.one_of('.' + word for word in _DOCUMENTED)}"
            yield action.hit(message, ERROR if hint else "")


def region(workspace: Workspace) -> Hits:
    for action in _actions(workspace):
        if "Region" not in action.fields:
            continue
        without = [api for api in action.setup.config.apis if _unregistered(action.setup.deployment, api)]
        if without:
            keys = ", ".join(api.key for api in without)
            message = (
                f"asks for .Region, which only the API that Keystone registers has; {keys} is not registered: {_ALL}. "
                "Write the name of the region"
            )
            yield action.hit(message)


def _unregistered(deployment: Deployment, api: Api) -> bool:
    if api.type == "edge":
        return True
    known = deployment.endpoint and deployment.kind != "GlanceAPI"
    return bool(known) and api.key != deployment.endpoint


def credential(workspace: Workspace) -> Hits:
    for action in _actions(workspace):
        deployment = action.setup.deployment
        asked = [name for name in action.fields if name in _CREDENTIAL]
        if not asked or deployment.partial:
            continue
        enabled = any(deployment.root.flag(*path) for path in (("spec", "glance", "applicationCredential", "enabled"),))
        own = [api for api in action.setup.config.apis if api.node.string("auth", "applicationCredentialSecret")]
        if not enabled and not own:
            message = (
                f"asks for .{asked[0]}, but no application credential is made: {_ALL}. Set "
                "spec.glance.applicationCredential.enabled to true, and spec.applicationCredential.enabled too"
            )
            yield action.hit(message)


RULES = (
    Rule("placeholder-unbalanced", ERROR, "a placeholder is not closed", unbalanced),
    Rule("placeholder-bare", ERROR, "a placeholder is not one of the operator's", bare),
    Rule("placeholder-region", ERROR, "the region is asked for where there is none", region),
    Rule("placeholder-unknown", WARNING, "a placeholder asks for what the operator does not have", unknown),
    Rule("placeholder-credential", WARNING, "a credential is asked for and none is made", credential),
)
