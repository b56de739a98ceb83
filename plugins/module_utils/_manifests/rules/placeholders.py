# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for placeholders, which the operator replaces. If one of them fails, the operator replaces none in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace

_ACTION = re.compile(r"\{\{-?(?P<inside>.*?)-?\}\}")
_FIELD = re.compile(r"(?<![\w)\]\"'.])\.(?P<name>[A-Za-z_]\w*)")
_QUOTED = re.compile(r"\"(?:\\.|[^\"])*\"|`[^`]*`")
_WORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*")
#: Characters that Go templates do not have outside of strings.
_NOT_GO = re.compile(r"[\[\]{}#%@!&;?^*+<>/\\~']")
_KNOWN = frozenset(
    """
    if else end range with define template block break continue nil true false
    and call html index slice js len not or print printf println urlquery eq ne lt le gt ge
    add execTempl indent lower removeNewLines removeNewLinesInSections
    """.split()
)
_EFFECT = "the operator then replaces no placeholder in the text"

_CREDENTIAL = ("ApplicationCredentialID", "ApplicationCredentialSecret")
#: Placeholders in the documentation of the operator.
_DOCUMENTED = ("KeystoneInternalURL", "KeystonePublicURL", "ServiceUser", "ServicePassword", "Region", *_CREDENTIAL)
#: Placeholders in the templates of the operator.
_INTERNAL = (
    *("DatabaseConnection", "EndpointID", "MemcachedServers", "MemcachedServersWithInet", "MemcachedTLS", "LogFile"),
    *("QuotaEnabled", "TransportURL", "CacheEnabled", "CacheMaxSize", "ImageCacheDir", "QuorumQueues", "TimeOut"),
    *("ShowImageDirectUrl", "ShowMultipleLocations", "HorizonEndpoint", "UseApplicationCredentials"),
)


@dataclass(frozen=True)
class _Placeholder:
    """One ``{{ }}`` of a text."""

    config: EffectiveConfig
    line: int | None
    section: str
    option: str
    inside: str
    #: It is in a Secret, so the message must not show it.
    hidden: bool = False

    def hit(self, message: str, severity: str = "") -> Hit:
        """A hit at its line."""
        return self.config.hit(self.section, self.option, self.line, message, severity)

    @property
    def fields(self) -> list[str]:
        """The names that follow a dot, such as Region in ``{{ .Region }}``."""
        return [match.group("name") for match in _FIELD.finditer(_QUOTED.sub('""', self.inside))]


def _placeholders(workspace: Workspace) -> Iterator[_Placeholder]:
    for config in workspace.configs:
        for line, text in _lines(config):
            for match in _ACTION.finditer(text):
                yield _Placeholder(config, line, *_option_at(config, line), match.group("inside"))
        for option in (option for ini in config.added for option in ini.options):
            for match in _ACTION.finditer(option.value):
                yield _Placeholder(config, None, option.section, option.name, match.group("inside"), hidden=True)


def _lines(config: EffectiveConfig) -> Iterator[tuple[int, str]]:
    yield from enumerate(config.text.node.string().split("\n"), 1)


def _option_at(config: EffectiveConfig, line: int) -> tuple[str, str]:
    """(section, option) at a line, or empty strings."""
    before = [option for option in config.text.ini.options if option.line <= line]
    if before and before[-1].line == line:
        return before[-1].section, before[-1].name
    return "", ""


def unbalanced(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for line, text in _lines(config):
            rest = _ACTION.sub("", text)
            if "{{" in rest:
                section, option = _option_at(config, line)
                message = f"has '{{{{' without '}}}}'; {_EFFECT}. Close the placeholder"
                yield config.hit(section, option, line, message)


def not_a_placeholder(workspace: Workspace) -> Hits:
    for placeholder in _placeholders(workspace):
        inside = _QUOTED.sub('""', placeholder.inside)
        if inside.strip().startswith("/*"):
            continue
        unknown_words = [name for name in _WORD.findall(inside) if name not in _KNOWN]
        if unknown_words or _NOT_GO.search(inside) or not inside.strip():
            shown = unknown_words[0] if unknown_words and not _NOT_GO.search(inside) else placeholder.inside.strip()
            shown = "..." if placeholder.hidden else shown
            where = " in a Secret of customServiceConfigSecrets" if placeholder.hidden else ""
            message = (
                f"has {{{{ {shown} }}}}{where}, which is not a placeholder of the operator; {_EFFECT}. Its "
                "placeholders begin with a dot"
            )
            hint = words.suggest(unknown_words[0], _DOCUMENTED) if unknown_words and not placeholder.hidden else ""
            yield placeholder.hit(message + (hint.replace("'", "'.", 1) if hint else ""))


def unknown(workspace: Workspace) -> Hits:
    for placeholder in _placeholders(workspace):
        for name in placeholder.fields if not placeholder.hidden else ():
            if name in _DOCUMENTED or name in _INTERNAL:
                continue
            hint = words.suggest(name, _DOCUMENTED, 0.75)
            message = f"uses .{name}, which the operator is not known to have; {_EFFECT}{hint or '.'} "
            message += f"It has {words.one_of('.' + word for word in _DOCUMENTED)}"
            yield placeholder.hit(message, ERROR if hint else "")


def region(workspace: Workspace) -> Hits:
    for placeholder in _placeholders(workspace):
        if "Region" not in placeholder.fields:
            continue
        without = [api for api in placeholder.config.text.apis if _is_unregistered(placeholder.config.deployment, api)]
        if without:
            keys = ", ".join(api.key for api in without)
            message = (
                f"uses .Region, which only the API that is registered in Keystone has, and {keys} is not registered; "
                f"{_EFFECT}. Write the name of the region"
            )
            yield placeholder.hit(message)


def _is_unregistered(deployment: GlanceDeployment, api: Api) -> bool:
    if api.type == "edge":
        return True
    known = deployment.endpoint and deployment.kind != "GlanceAPI"
    return bool(known) and api.key != deployment.endpoint


def credential(workspace: Workspace) -> Hits:
    for placeholder in _placeholders(workspace):
        deployment = placeholder.config.deployment
        used = [name for name in placeholder.fields if name in _CREDENTIAL]
        if not used or deployment.partial:
            continue
        enabled = deployment.root.flag("spec", "glance", "applicationCredential", "enabled")
        own = [api for api in placeholder.config.text.apis if api.node.string("auth", "applicationCredentialSecret")]
        if not enabled and not own:
            message = (
                f"uses .{used[0]}, but application credentials are not enabled; {_EFFECT}. Set both "
                "spec.glance.applicationCredential.enabled and spec.applicationCredential.enabled to true"
            )
            yield placeholder.hit(message)


RULES = (
    Rule("placeholder-unbalanced", ERROR, "a placeholder is not closed", unbalanced),
    Rule("placeholder-bare", ERROR, "a placeholder is not one of the operator", not_a_placeholder),
    Rule("placeholder-region", ERROR, "the region is used where it is unknown", region),
    Rule("placeholder-unknown", WARNING, "a placeholder is unknown to the operator", unknown),
    Rule("placeholder-credential", WARNING, "an application credential is used and not enabled", credential),
)
